"""Normalizing: the mean taken away and the spread divided out, as layer and batch normalization do."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.program import Op, Rule, Sample


def standardized(x: Any, axis: Any, eps: float) -> Any:
    """``x`` with mean 0 and variance 1 along ``axis``; ``eps`` keeps a constant row from dividing by 0."""
    centred = x - np.mean(x, axis=axis, keepdims=True)
    return centred / np.sqrt(np.var(x, axis=axis, keepdims=True) + eps)


def vjp(dy: Any, y: Any, x: Any, axis: Any, eps: float) -> Any:
    """Ioffe and Szegedy, Batch Normalization (2015), section 3, in one expression."""
    mean = np.mean(dy, axis=axis, keepdims=True)
    along = y * np.mean(dy * y, axis=axis, keepdims=True)
    return (dy - mean - along) / np.sqrt(np.var(x, axis=axis, keepdims=True) + eps)


standardize = Op(
    standardized,
    shapes.same,
    (
        Rule(
            vjp,
            "moving {x} also moves its mean and its spread, so what the gradient has of a constant "
            "and of {y} itself is taken out",
        ),
    ),
    name="standardize",
    params={"axis": -1, "eps": 1e-5},
    notation=r"\operatorname{standardize}(#1)",
    definition=standardized,
    forms=(
        standardized,
        lambda x, axis, eps: (
            (x - np.mean(x, axis=axis, keepdims=True))
            / np.sqrt(
                np.mean(
                    (x - np.mean(x, axis=axis, keepdims=True)) ** 2,
                    axis=axis,
                    keepdims=True,
                )
                + eps
            )
        ),
    ),
    samples=(
        Sample(((3, 4),), {"axis": -1, "eps": 1e-5}),
        Sample(((3, 4),), {"axis": 0, "eps": 1e-3}),
        Sample(((2, 3, 4),), {"axis": (1, 2), "eps": 1e-5}),
    ),
)
