"""Normalizing: the mean taken away and the spread divided out, as layer and batch normalization do."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.arithmetic import or_one
from chainrule.ops.families import count, stays
from chainrule.program import Op, Rule, Sample


def spread_out(x: Any, axis: Any, eps: Any, ddof: int) -> Any:
    """The root that standardizing divides by; its axis is kept where the first is not the one that goes."""
    return np.sqrt(np.var(x, axis=axis, keepdims=stays(axis), ddof=ddof) + eps)


def standardized(x: Any, eps: Any, axis: Any, ddof: int) -> Any:
    """``x`` with mean 0 and variance 1 along ``axis``; ``eps`` keeps a constant row from dividing by 0."""
    centred = x - np.mean(x, axis=axis, keepdims=stays(axis))
    return centred / spread_out(x, axis, eps, ddof)


def vjp(dy: Any, y: Any, x: Any, eps: Any, axis: Any, ddof: int) -> Any:
    """Ioffe and Szegedy, Batch Normalization (2015), section 3, in one expression."""
    n = count(x, axis)
    along = y * np.sum(dy * y, axis=axis, keepdims=stays(axis))
    if ddof:
        along = n * along / (n - ddof)
    apart = n * dy - np.sum(dy, axis=axis, keepdims=stays(axis)) - along
    return apart / (n * spread_out(x, axis, eps, ddof))


def vjp_of_eps(dy: Any, y: Any, x: Any, eps: Any, axis: Any, ddof: int) -> Any:
    """The slope in the one number that is added under every root."""
    spread = np.var(x, axis=axis, keepdims=stays(axis), ddof=ddof) + eps
    return np.sum(-dy * y / (2 * spread))


standardize = Op(
    standardized,
    shapes.same,
    (
        Rule(
            vjp,
            "moving {x} also moves its mean and its spread, so what the gradient has of a constant "
            "and of {y} itself is taken out",
        ),
        Rule(vjp_of_eps, "more under the root brings {y} nearer to 0"),
    ),
    name="standardize",
    title="standardization",
    label="standardize",
    params={"axis": -1, "ddof": 0},
    notation=r"\operatorname{standardize}(#1)",
    definition=standardized,
    samples=(
        Sample(((3, 4), ()), {"axis": -1}, (0.1, 2.0)),
        Sample(((3, 4), ()), {"axis": 0}, (0.1, 2.0)),
        Sample(((3, 4), ()), {"axis": 0, "ddof": 1}, (0.1, 2.0)),
        Sample(((2, 3, 4), ()), {"axis": (1, 2)}, (0.1, 2.0)),
    ),
)


def deviation_and(x: Any, axis: Any, eps: Any, ddof: int) -> Any:
    """What a z-score divides by: the deviation, and what keeps it from 0 beside it."""
    return np.std(x, axis=axis, keepdims=stays(axis), ddof=ddof) + eps


def z_scores(x: Any, eps: Any, axis: Any, ddof: int) -> Any:
    """``x`` with mean 0 and a deviation near 1 along ``axis``; ``eps`` stands beside the root, not under it."""
    centred = x - np.mean(x, axis=axis, keepdims=stays(axis))
    return centred / deviation_and(x, axis, eps, ddof)


def vjp_of_scores(dy: Any, y: Any, x: Any, eps: Any, axis: Any, ddof: int) -> Any:
    """As of standardizing, but for (σ + ε)/σ: ε does not move with the deviation."""
    n = count(x, axis)
    deviation = np.std(x, axis=axis, keepdims=stays(axis), ddof=ddof)
    whole = deviation_and(x, axis, eps, ddof)
    # where all entries are equal y is 0, and so is this
    more = whole / or_one(deviation)
    along = y * np.sum(dy * y, axis=axis, keepdims=stays(axis)) * more
    if ddof:
        along = n * along / (n - ddof)
    apart = n * dy - np.sum(dy, axis=axis, keepdims=stays(axis)) - along
    return apart / (n * whole)


def vjp_of_eps_beside(dy: Any, y: Any, x: Any, eps: Any, axis: Any, ddof: int) -> Any:
    """The slope in the one number that is added to every deviation."""
    return np.sum(-dy * y / deviation_and(x, axis, eps, ddof))


zscore = Op(
    z_scores,
    shapes.same,
    (
        Rule(
            vjp_of_scores,
            "moving {x} also moves its mean and its deviation, so what the gradient has of a constant "
            "and of {y} itself is taken out",
        ),
        Rule(vjp_of_eps_beside, "more beside the deviation brings {y} nearer to 0"),
    ),
    name="zscore",
    title="z-score",
    params=standardize.params,
    notation=r"\operatorname{zscore}(#1)",
    definition=z_scores,
    samples=standardize.samples,
    caution="where all entries are equal the slope of the deviation is taken as 0",
)
