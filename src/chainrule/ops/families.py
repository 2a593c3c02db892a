"""Families of ops: helpers that say once what a whole family shares, and return an Op."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.program import Op, Rule, Sample

REALS = (
    Sample(((3,),)),
    Sample(((2, 3),)),
    Sample(((),)),
    Sample(((0, 3),)),
)
POSITIVE = tuple(Sample(sample.shapes, domain=(0.3, 3.0)) for sample in REALS)
PAIRS = (
    Sample(((2, 3), (2, 3))),
    Sample(((2, 3), (3,))),
    Sample(((2, 1), (1, 3))),
    Sample(((), (3,))),
    Sample(((0, 2), (2,))),
)
POSITIVE_PAIRS = tuple(Sample(sample.shapes, domain=(0.3, 3.0)) for sample in PAIRS)


def unary(
    forward: Callable[..., Any], slope: Callable[..., Any], why: str, **facts: Any
) -> Op:
    """An elementwise function of one argument; ``slope(y, x, **params)`` is its derivative."""

    def pull(dy: Any, y: Any, x: Any, **params: Any) -> Any:
        return dy * slope(y, x, **params)

    return Op(
        forward, shapes.broadcast, (Rule(pull, why),), **{"samples": REALS, **facts}
    )


def mask(forward: Callable[..., Any], sign: str, notation: str) -> Op:
    """A comparison: true or false at every place, so no gradient passes."""
    return Op(
        forward,
        shapes.broadcast,
        (None, None),
        spelling={"numpy": f"{{0}} {sign} {{1}}"},
        notation=rf"\mathbf{{1}}[#1 {notation} #2]",
        samples=PAIRS,
        says="1 where it holds, 0 elsewhere",
    )


def spread(dy: Any, x: Any, axis: Any, keepdims: bool) -> Any:  # noqa: FBT001 - NumPy's own parameter
    """The gradient of a reduction, copied back along the axes that were reduced."""
    kept = dy if keepdims or axis is None else np.expand_dims(dy, axis)
    return np.broadcast_to(kept, x.shape)


def count(x: Any, axis: Any) -> Any:
    """How many entries each result of a reduction is made of, read from the array."""
    if axis is None:
        return x.size
    total: Any = 1
    for one in shapes.axes_of(axis, x.ndim):
        total = x.shape[one] * total if total != 1 else x.shape[one]
    return total
