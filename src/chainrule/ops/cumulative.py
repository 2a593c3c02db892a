"""Products of entries, and sums as they grow."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.arithmetic import add, multiply
from chainrule.ops.creation import eye
from chainrule.ops.families import AXES, REDUCED, count, kept
from chainrule.ops.spelling import Site, axes_listed, tf_reduction
from chainrule.program import Op, Rule, Sample


def others(x: Any, axis: Any) -> Any:
    """At each entry, the product of all the other entries along ``axis``; right where entries are 0, too.

    One axis is laid out as a square with ones on its diagonal, and each row multiplied: n² products for n
    entries, and no division.
    """
    axes = shapes.axes_of(axis, x.ndim)
    if axes == (x.ndim - 1,):
        square = np.where(eye(n=x.shape[-1], dtype="bool"), 1, np.expand_dims(x, -2))
        return np.prod(square, axis=-1)
    rest = tuple(one for one in range(x.ndim) if one not in axes)
    last = np.transpose(x, (*rest, *axes))
    flat = np.reshape(last, (*(x.shape[one] for one in rest), count(x, axes)))
    back = tuple(int(place) for place in np.argsort((*rest, *axes)))
    return np.transpose(np.reshape(others(flat, -1), last.shape), back)


prod = Op(
    np.prod,
    shapes.reduce,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: (
                kept(dy, axis, keepdims) * others(x, axis) if x.ndim else dy
            ),
            "in a product, the slope in each factor is the product of the others",
        ),
    ),
    params=AXES,
    spelling={
        "torch": lambda site: _torch_product(site),
        "tensorflow": tf_reduction("tf.reduce_prod"),
    },
    kind="reduction",
    folds=multiply,
    notation=r"\prod_{#axis} #1",
    samples=(
        *REDUCED,
        Sample(((0, 3),)),
        Sample(((4,),)),
    ),
)


def _torch_product(site: Site) -> str:
    """A product in PyTorch, which takes one axis at a time."""
    text = "{0}"
    keep = ", keepdim=True" if site.params["keepdims"] else ""
    if site.params["axis"] is None and not keep:
        return "torch.prod({0})"
    for axis in sorted(axes_listed(site, site.params["axis"]), reverse=True):
        text = f"torch.prod({text}, dim={axis}{keep})"
    return text


def cumsum_back(dy: Any, y: Any, x: Any, axis: int | None) -> Any:
    """Each entry is in every sum from its own on, so the gradients are summed from the end."""
    summed = np.flip(np.cumsum(np.flip(dy, axis), axis=axis or 0), axis)
    return np.reshape(summed, x.shape) if axis is None else summed


cumsum = Op(
    np.cumsum,
    lambda shape, axis: (
        (shapes.size(shape),) if axis is None else shapes.along(shape, axis=axis)
    ),
    (
        Rule(
            cumsum_back,
            "each entry of {x} is in every sum from its own on, so their gradients are summed from the end",
        ),
    ),
    params={"axis": None},
    spelling={
        "torch": lambda site: (
            "torch.cumsum({0}.reshape(-1), dim=0)"
            if site.params["axis"] is None
            else "torch.cumsum({0}, dim={axis})"
        ),
        "tensorflow": lambda site: (
            "tf.cumsum(tf.reshape({0}, (-1,)))"
            if site.params["axis"] is None
            else "tf.cumsum({0}, axis={axis})"
        ),
    },
    kind="scan",
    folds=add,
    notation=r"\operatorname{cumsum}_{#axis}(#1)",
    samples=(
        Sample(((2, 3),), {"axis": 0}),
        Sample(((2, 3),), {"axis": -1}),
        Sample(((2, 3),)),
        Sample(((3,),)),
        Sample(((0, 2),), {"axis": 0}),
    ),
)
