"""NumPy functions whose call differs from their op's: lists of arrays, several results, strings first."""

from __future__ import annotations

import numpy as np

from chainrule.trace.numpy_adapters.comparison import (
    argsort,
    diag,
    diff,
    nonzero,
    searchsorted,
    select,
    sort,
    take,
    trace,
    where,
)
from chainrule.trace.numpy_adapters.creation import full_like, ones_like, zeros_like
from chainrule.trace.numpy_adapters.joining import (
    append,
    array_split,
    column_stack,
    concatenate,
    hsplit,
    hstack,
    pad,
    repeat,
    split,
    stack,
    tile,
    vsplit,
    vstack,
)
from chainrule.trace.numpy_adapters.matrices import (
    eigh,
    eigvalsh,
    matrix_power,
    qr,
    slogdet,
    svd,
)
from chainrule.trace.numpy_adapters.numbers import (
    around,
    average,
    clip,
    nan_to_num,
    norm,
    ptp,
)
from chainrule.trace.numpy_adapters.products import (
    dot,
    einsum,
    einsum_path,
    inner,
    multi_dot,
    tensordot,
    vdot,
)
from chainrule.trace.numpy_adapters.require import Reader
from chainrule.trace.numpy_adapters.shapes import (
    atleast_1d,
    atleast_2d,
    fliplr,
    flipud,
    matrix_transpose,
    n_axes,
    ravel,
    reshape,
    shape,
    size,
)
from chainrule.trace.numpy_adapters.writing import (
    copyto,
    fill_diagonal,
    place,
    put,
    put_along_axis,
    putmask,
)

READERS: dict[Reader, Reader] = {
    np.zeros_like: zeros_like,
    np.full_like: full_like,
    np.ones_like: ones_like,
    np.concatenate: concatenate,
    np.stack: stack,
    np.vstack: vstack,
    np.hstack: hstack,
    np.column_stack: column_stack,
    np.append: append,
    np.array_split: array_split,
    np.split: split,
    np.hsplit: hsplit,
    np.vsplit: vsplit,
    np.tile: tile,
    np.repeat: repeat,
    np.pad: pad,
    np.ravel: ravel,
    np.reshape: reshape,
    np.shape: shape,
    np.size: size,
    np.ndim: n_axes,
    np.atleast_1d: atleast_1d,
    np.atleast_2d: atleast_2d,
    np.fliplr: fliplr,
    np.flipud: flipud,
    np.take: take,
    np.where: where,
    np.select: select,
    np.diag: diag,
    np.trace: trace,
    np.argsort: argsort,
    np.sort: sort,
    np.nonzero: nonzero,
    np.searchsorted: searchsorted,
    np.diff: diff,
    np.clip: clip,
    np.round: around,
    np.nan_to_num: nan_to_num,
    np.average: average,
    np.ptp: ptp,
    np.dot: dot,
    np.inner: inner,
    np.tensordot: tensordot,
    np.vdot: vdot,
    np.linalg.multi_dot: multi_dot,
    np.einsum: einsum,
    np.einsum_path: einsum_path,
    np.linalg.norm: norm,
    np.copyto: copyto,
    np.putmask: putmask,
    np.place: place,
    np.put: put,
    np.put_along_axis: put_along_axis,
    np.fill_diagonal: fill_diagonal,
    np.linalg.slogdet: slogdet,
    np.linalg.eigh: eigh,
    np.linalg.eigvalsh: eigvalsh,
    np.linalg.svd: svd,
    np.linalg.qr: qr,
    np.linalg.matrix_power: matrix_power,
    **(
        {np.matrix_transpose: matrix_transpose}
        if hasattr(np, "matrix_transpose")
        else {}
    ),
}
