"""NumPy functions whose call differs from their op's: lists of arrays, several results, strings first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule import ops
from chainrule.program import CannotTrace

if TYPE_CHECKING:
    from chainrule.trace.recorder import Recorder

Reader = Callable[..., Any]
UNSET = np._NoValue  # noqa: SLF001 - NumPy's own sign for "not given"


def _refuse(recorder: Recorder, name: str, options: Mapping[str, Any]) -> None:
    """Options that would be silently dropped are an error."""
    kept = [
        key
        for key, value in options.items()
        if value is not None and value is not UNSET
    ]
    if kept:
        raise CannotTrace(
            "E301",
            f"np.{name}({', '.join(f'{key}=...' for key in kept)}) is not recorded, and would be silently wrong",
            where=recorder.here(),
            hint="write it without that option, as a NumPy expression",
        )


def _ndim(item: Any) -> int:
    return int(
        getattr(item, "ndim", None)
        or np.ndim(np.asarray(item) if isinstance(item, list) else item)
    )


def _reshaped(recorder: Recorder, item: Any, shape: tuple[int, ...]) -> Any:
    return recorder.record(ops.reshape, (item,), {"shape": shape})


def _expanded(recorder: Recorder, item: Any, axis: Any) -> Any:
    return recorder.record(ops.expand_dims, (item,), {"axis": axis})


# joining and cutting


def concatenate(
    recorder: Recorder, arrays: Sequence[Any], axis: int | None = 0, **options: Any
) -> Any:
    """``np.concatenate([a, b], axis)``."""
    _refuse(recorder, "concatenate", options)
    if axis is None:
        arrays, axis = [_reshaped(recorder, item, (-1,)) for item in arrays], 0
    return recorder.record(ops.concatenate, tuple(arrays), {"axis": axis})


def stack(
    recorder: Recorder, arrays: Sequence[Any], axis: int = 0, **options: Any
) -> Any:
    """``np.stack([a, b], axis)``."""
    _refuse(recorder, "stack", options)
    return recorder.record(ops.stack, tuple(arrays), {"axis": axis})


def vstack(recorder: Recorder, tup: Sequence[Any], **options: Any) -> Any:
    """``np.vstack([a, b])``: vectors become rows."""
    _refuse(recorder, "vstack", options)
    if all(_ndim(item) == 1 for item in tup):
        return recorder.record(ops.stack, tuple(tup), {"axis": 0})
    return concatenate(recorder, [atleast_2d(recorder, item) for item in tup], 0)


def hstack(recorder: Recorder, tup: Sequence[Any], **options: Any) -> Any:
    """``np.hstack([a, b])``: side by side."""
    _refuse(recorder, "hstack", options)
    parts = [atleast_1d(recorder, item) for item in tup]
    return concatenate(recorder, parts, 0 if _ndim(parts[0]) == 1 else 1)


def column_stack(recorder: Recorder, tup: Sequence[Any]) -> Any:
    """``np.column_stack([a, b])``: vectors become columns."""
    if all(_ndim(item) == 1 for item in tup):
        return recorder.record(ops.stack, tuple(tup), {"axis": 1})
    parts = [_expanded(recorder, item, 1) if _ndim(item) == 1 else item for item in tup]
    return concatenate(recorder, parts, 1)


def append(recorder: Recorder, arr: Any, values: Any, axis: int | None = None) -> Any:
    """``np.append(a, b, axis)``."""
    return concatenate(recorder, [arr, values], axis)


def array_split(
    recorder: Recorder, ary: Any, indices_or_sections: Any, axis: int = 0
) -> list[Any]:
    """``np.array_split(a, 3)``, or at indices."""
    if isinstance(indices_or_sections, int | np.integer):
        n = int(indices_or_sections)
        return [
            recorder.record(ops.split, (ary,), {"n": n, "part": part, "axis": axis})
            for part in range(n)
        ]
    cuts = [int(cut) for cut in indices_or_sections]
    place = axis % _ndim(ary)
    front = (slice(None),) * place
    return [
        recorder.record(ops.getitem, (ary,), {"index": (*front, slice(start, stop))})
        for start, stop in zip([None, *cuts], [*cuts, None], strict=True)
    ]


def split(
    recorder: Recorder, ary: Any, indices_or_sections: Any, axis: int = 0
) -> list[Any]:
    """``np.split(a, 3)``: parts of equal length, or at indices."""
    if isinstance(indices_or_sections, int | np.integer) and ary.shape[axis] % int(
        indices_or_sections
    ):
        message = "array split does not result in an equal division"
        raise ValueError(message)
    return array_split(recorder, ary, indices_or_sections, axis)


def hsplit(recorder: Recorder, ary: Any, indices_or_sections: Any) -> list[Any]:
    """``np.hsplit(a, 3)``."""
    return split(recorder, ary, indices_or_sections, 1 if _ndim(ary) > 1 else 0)


def vsplit(recorder: Recorder, ary: Any, indices_or_sections: Any) -> list[Any]:
    """``np.vsplit(a, 3)``."""
    return split(recorder, ary, indices_or_sections, 0)


def tile(recorder: Recorder, A: Any, reps: Any) -> Any:
    """``np.tile(a, 2)`` and ``np.tile(a, (2, 1))``."""
    times = tuple(reps) if isinstance(reps, Sequence | np.ndarray) else (reps,)
    return recorder.record(ops.tile, (A,), {"reps": times})


def repeat(recorder: Recorder, a: Any, repeats: Any, axis: int | None = None) -> Any:
    """``np.repeat(a, 2, axis)``, or as often as a list says."""
    if isinstance(repeats, int | np.integer):
        return recorder.record(ops.repeat, (a,), {"repeats": repeats, "axis": axis})
    flat = _reshaped(recorder, a, (-1,)) if axis is None else a
    n = flat.shape[axis or 0]
    return take(recorder, flat, np.repeat(np.arange(int(n)), repeats), axis or 0)


def pad(
    recorder: Recorder,
    array: Any,
    pad_width: Any,
    mode: str = "constant",
    **options: Any,
) -> Any:
    """``np.pad(a, ((1, 1), (0, 2)))`` with a number."""
    value = options.pop("constant_values", 0)
    if mode != "constant" or not isinstance(value, int | float):
        _refuse(
            recorder,
            "pad",
            {
                "mode": mode if mode != "constant" else None,
                "constant_values": value or None,
            },
        )
    _refuse(recorder, "pad", options)
    if isinstance(pad_width, dict):
        _refuse(recorder, "pad", {"pad_width": "a dict"})
    pairs = np.broadcast_to(np.asarray(pad_width), (_ndim(array), 2))
    widths = tuple((int(before), int(after)) for before, after in pairs)
    return recorder.record(
        ops.pad, (array,), {"pad_width": widths, "constant_values": value}
    )


# shapes


def ravel(recorder: Recorder, a: Any, order: str = "C") -> Any:
    """``np.ravel(a)``."""
    _refuse(recorder, "ravel", {"order": None if order in {"C", "K"} else order})
    return _reshaped(recorder, a, (-1,))


def atleast_1d(recorder: Recorder, *arys: Any) -> Any:
    """``np.atleast_1d(a)``."""
    found = [
        _expanded(recorder, item, 0) if _ndim(item) == 0 else item for item in arys
    ]
    return found[0] if len(found) == 1 else tuple(found)


def atleast_2d(recorder: Recorder, *arys: Any) -> Any:
    """``np.atleast_2d(a)``."""
    axes: dict[int, Any] = {0: (0, 1), 1: 0}
    found = [
        _expanded(recorder, item, axes[_ndim(item)]) if _ndim(item) in axes else item
        for item in arys
    ]
    return found[0] if len(found) == 1 else tuple(found)


def matrix_transpose(recorder: Recorder, x: Any) -> Any:
    """``np.matrix_transpose(a)``."""
    return recorder.record(ops.swapaxes, (x,), {"axis1": -1, "axis2": -2})


def fliplr(recorder: Recorder, m: Any) -> Any:
    """``np.fliplr(a)``."""
    return recorder.record(ops.flip, (m,), {"axis": 1})


def flipud(recorder: Recorder, m: Any) -> Any:
    """``np.flipud(a)``."""
    return recorder.record(ops.flip, (m,), {"axis": 0})


# indexing and ordering


def take(
    recorder: Recorder, a: Any, indices: Any, axis: int | None = None, **options: Any
) -> Any:
    """``np.take(a, indices, axis)``: what ``a[:, indices]`` takes."""
    _refuse(
        recorder,
        "take",
        {key: None if value == "raise" else value for key, value in options.items()},
    )
    array = (
        _reshaped(recorder, a, (-1,))
        if axis is None
        else recorder.lift(recorder.lower(a))
    )
    front = (slice(None),) * ((axis or 0) % max(array.ndim, 1))
    return array[(*front, indices)]


def where(recorder: Recorder, condition: Any, *choices: Any) -> Any:
    """``np.where(c, a, b)``; the places alone, ``np.where(c)``, are whole numbers outside of the program."""
    if not choices:
        return np.where(condition.number)
    return recorder.record(ops.where, (condition, *choices))


def diag(recorder: Recorder, v: Any, k: int = 0) -> Any:
    """``np.diag(v)``: a matrix of a vector, or the diagonal of a matrix."""
    if _ndim(v) == 1:
        return recorder.record(ops.diag, (v,), {"k": k})
    return recorder.record(ops.diagonal, (v,), {"offset": k})


def trace(
    recorder: Recorder,
    a: Any,
    offset: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    **options: Any,
) -> Any:
    """``np.trace(a)``: the sum of the diagonal."""
    _refuse(recorder, "trace", options)
    line = recorder.record(
        ops.diagonal, (a,), {"offset": offset, "axis1": axis1, "axis2": axis2}
    )
    return recorder.record(ops.sum, (line,), {"axis": None if _ndim(a) == 2 else -1})


def argsort(recorder: Recorder, a: Any, axis: int | None = -1, **options: Any) -> Any:
    """``np.argsort(a, axis)``."""
    _refuse(
        recorder,
        "argsort",
        {key: value for key, value in options.items() if key not in {"kind", "stable"}},
    )
    return recorder.record(ops.argsort, (a,), {"axis": axis})


def sort(recorder: Recorder, a: Any, axis: int | None = -1, **options: Any) -> Any:
    """``np.sort(a, axis)``: the entries in the order of their ``argsort``."""
    flat, place = (_reshaped(recorder, a, (-1,)), -1) if axis is None else (a, axis)
    order = argsort(recorder, flat, place, **options)
    return recorder.record(ops.take_along_axis, (flat, order), {"axis": place})


def diff(recorder: Recorder, a: Any, n: int = 1, axis: int = -1, **options: Any) -> Any:
    """``np.diff(a)``: each entry less the one before."""
    _refuse(recorder, "diff", options)
    front = (slice(None),) * (axis % _ndim(a))
    for _ in range(n):
        later, earlier = (
            recorder.record(ops.getitem, (a,), {"index": (*front, part)})
            for part in (slice(1, None), slice(None, -1))
        )
        a = recorder.record(ops.subtract, (later, earlier))
    return a


# numbers


def clip(
    recorder: Recorder, a: Any, a_min: Any = None, a_max: Any = None, **options: Any
) -> Any:
    """``np.clip(a, 0, 1)``, with one bound or two."""
    low = options.pop("min", None) if a_min is None or a_min is UNSET else a_min
    high = options.pop("max", None) if a_max is None or a_max is UNSET else a_max
    _refuse(recorder, "clip", options)
    if low is not None and high is not None:
        return recorder.record(ops.clip, (a, low, high))
    if low is None and high is None:
        return a
    bound, test = (high, ops.greater) if low is None else (low, ops.less)
    return recorder.record(ops.where, (recorder.record(test, (a, bound)), bound, a))


def around(recorder: Recorder, a: Any, decimals: int = 0, **options: Any) -> Any:
    """``np.round(a)``."""
    _refuse(recorder, "round", {**options, "decimals": decimals or None})
    return recorder.record(ops.rint, (a,))


def average(
    recorder: Recorder, a: Any, axis: Any = None, weights: Any = None, **options: Any
) -> Any:
    """``np.average(a, weights=w)``: the weighted mean."""
    keepdims = options.pop("keepdims", False)
    params = {"axis": axis, "keepdims": False if keepdims is UNSET else keepdims}
    _refuse(recorder, "average", {key: value or None for key, value in options.items()})
    if weights is None:
        return recorder.record(ops.mean, (a,), params)
    if _ndim(weights) == 1 and _ndim(a) > 1:
        after = _ndim(a) - 1 - axis % _ndim(a)
        weights = (
            _expanded(recorder, weights, tuple(range(1, after + 1)))
            if after
            else weights
        )
    weighed = recorder.record(
        ops.sum, (recorder.record(ops.multiply, (a, weights)),), params
    )
    if _ndim(weights) == _ndim(a):
        total = recorder.record(ops.sum, (weights,), params)
    else:
        total = recorder.record(ops.sum, (weights,))
    return recorder.record(ops.divide, (weighed, total))


def ptp(recorder: Recorder, a: Any, axis: Any = None, **options: Any) -> Any:
    """``np.ptp(a)``: the largest less the smallest."""
    keepdims = options.pop("keepdims", False)
    params = {"axis": axis, "keepdims": False if keepdims is UNSET else keepdims}
    _refuse(recorder, "ptp", options)
    largest, smallest = (recorder.record(op, (a,), params) for op in (ops.max, ops.min))
    return recorder.record(ops.subtract, (largest, smallest))


# products


def dot(recorder: Recorder, a: Any, b: Any, **options: Any) -> Any:
    """``np.dot(a, b)``: a product with a number, of matrices, or over the last axis and the last but one."""
    _refuse(recorder, "dot", options)
    if not _ndim(a) or not _ndim(b):
        return recorder.record(ops.multiply, (a, b))
    if _ndim(b) <= 2:
        return recorder.record(ops.matmul, (a, b))
    return recorder.record(
        ops.tensordot, (a, b), {"axes": ((_ndim(a) - 1,), (_ndim(b) - 2,))}
    )


def inner(recorder: Recorder, a: Any, b: Any) -> Any:
    """``np.inner(a, b)``: the product over both last axes."""
    if not _ndim(a) or not _ndim(b):
        return recorder.record(ops.multiply, (a, b))
    if _ndim(b) == 1:
        return recorder.record(ops.matmul, (a, b))
    if _ndim(b) == 2:
        return recorder.record(ops.matmul, (a, recorder.record(ops.transpose, (b,))))
    return recorder.record(
        ops.tensordot, (a, b), {"axes": ((_ndim(a) - 1,), (_ndim(b) - 1,))}
    )


def vdot(recorder: Recorder, a: Any, b: Any) -> Any:
    """``np.vdot(a, b)``: the sum of the products of all entries."""
    return recorder.record(ops.matmul, (ravel(recorder, a), ravel(recorder, b)))


def multi_dot(recorder: Recorder, arrays: Sequence[Any], **options: Any) -> Any:
    """``np.linalg.multi_dot([A, B, C])``, from the left."""
    _refuse(recorder, "linalg.multi_dot", options)
    product, *rest = arrays
    for factor in rest:
        product = recorder.record(ops.matmul, (product, factor))
    return product


def einsum(recorder: Recorder, *operands: Any, **options: Any) -> Any:
    """``np.einsum("ij,jk->ik", a, b)``, also without the arrow, with dots, or with lists of axes."""
    _refuse(
        recorder,
        "einsum",
        {key: value for key, value in options.items() if key != "optimize"},
    )
    if not isinstance(operands[0], str):
        operands = _lettered(operands)
    subscripts, *arrays = operands
    words = _spelled_out(
        subscripts.replace(" ", ""), [_ndim(array) for array in arrays]
    )
    return recorder.record(ops.einsum, tuple(arrays), {"subscripts": words})


def _lettered(operands: Sequence[Any]) -> tuple[Any, ...]:
    """``a, [0, 1], b, [1, 2], [0, 2]`` as ``"ab,bc->ac", a, b``."""

    def word(axes: Sequence[Any]) -> str:
        return "".join("..." if axis is ... else chr(ord("a") + axis) for axis in axes)

    pairs = len(operands) // 2
    subscripts = ",".join(word(operands[2 * place + 1]) for place in range(pairs))
    if len(operands) % 2:
        subscripts += "->" + word(operands[-1])
    return (subscripts, *(operands[2 * place] for place in range(pairs)))


def _spelled_out(subscripts: str, ndims: Sequence[int]) -> str:
    """Subscripts with an arrow, and a letter for every axis."""
    left, arrow, right = subscripts.partition("->")
    words = left.split(",")
    free = [
        letter
        for letter in "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA"
        if letter not in subscripts
    ]
    n_dots = [
        ndim - len(word.replace("...", ""))
        for word, ndim in zip(words, ndims, strict=True)
    ]
    most = max(
        (n for word, n in zip(words, n_dots, strict=True) if "..." in word), default=0
    )
    dots = "".join(reversed(free[:most]))
    if not arrow:
        letters = "".join(words).replace(".", "")
        right = "..." * ("..." in left) + "".join(
            sorted(one for one in set(letters) if letters.count(one) == 1)
        )
    full = [
        word.replace("...", dots[most - n :] if n else "")
        for word, n in zip(words, n_dots, strict=True)
    ]
    return ",".join(full) + "->" + right.replace("...", dots)


def norm(
    recorder: Recorder,
    x: Any,
    ord: Any = None,  # noqa: A002 - NumPy's own name
    axis: Any = None,
    keepdims: Any = False,  # noqa: FBT002 - the same
) -> Any:
    """``np.linalg.norm(x)``: Euclidean and Frobenius, sums of sizes, the largest size, and other powers."""
    params = {"axis": axis, "keepdims": keepdims}
    axes: tuple[Any, ...] = (
        tuple(range(_ndim(x)))
        if axis is None
        else (axis,)
        if isinstance(axis, int | np.integer)
        else tuple(axis)
    )
    one_axis = len(axes) == 1
    if ord is None or ord == "fro" or (ord == 2 and one_axis):
        return recorder.record(ops.norm, (x,), params)
    sizes = recorder.record(ops.absolute, (x,))
    if one_axis:
        return _vector_norm(recorder, sizes, ord, params)
    rows, columns = axes
    if ord in {1, -1, math.inf, -math.inf}:
        summed, chosen = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = recorder.record(ops.sum, (sizes,), {"axis": summed, "keepdims": True})
        choose = ops.max if ord > 0 else ops.min
        largest = recorder.record(choose, (sums,), {"axis": chosen, "keepdims": True})
        return (
            largest
            if keepdims
            else recorder.record(ops.squeeze, (largest,), {"axis": axes})
        )
    _refuse(recorder, "linalg.norm", {"ord": ord})
    return None


def _vector_norm(
    recorder: Recorder, sizes: Any, order: Any, params: Mapping[str, Any]
) -> Any:
    if order in {math.inf, -math.inf}:
        return recorder.record(ops.max if order > 0 else ops.min, (sizes,), params)
    if order == 1:
        return recorder.record(ops.sum, (sizes,), params)
    if isinstance(order, str) or order == 0:
        _refuse(recorder, "linalg.norm", {"ord": order})
    powers = recorder.record(ops.power, (sizes, order))
    return recorder.record(
        ops.power, (recorder.record(ops.sum, (powers,), params), 1 / order)
    )


READERS: dict[Reader, Reader] = {
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
    np.atleast_1d: atleast_1d,
    np.atleast_2d: atleast_2d,
    np.fliplr: fliplr,
    np.flipud: flipud,
    np.take: take,
    np.where: where,
    np.diag: diag,
    np.trace: trace,
    np.argsort: argsort,
    np.sort: sort,
    np.diff: diff,
    np.clip: clip,
    np.round: around,
    np.average: average,
    np.ptp: ptp,
    np.dot: dot,
    np.inner: inner,
    np.vdot: vdot,
    np.linalg.multi_dot: multi_dot,
    np.einsum: einsum,
    np.linalg.norm: norm,
    **(
        {np.matrix_transpose: matrix_transpose}
        if hasattr(np, "matrix_transpose")
        else {}
    ),
}
