"""Activations: the bends between linear layers."""

from __future__ import annotations

import numpy as np

from chainrule.ops.families import unary
from chainrule.program import Sample

KINKED = (Sample(((2, 3),), away=(0.0,)), Sample(((),), away=(0.0,)), Sample(((0, 3),)))

relu = unary(
    lambda x: np.maximum(0, x),
    slope=lambda y, x: x > 0,
    why="relu passes the gradient where {x} > 0 and stops it elsewhere",
    name="relu",
    spelling={"numpy": "np.maximum(0, {0})"},
    notation=r"\operatorname{ReLU}(#1)",
    forms=(
        lambda x: np.maximum(0, x),
        lambda x: np.maximum(x, 0),
        lambda x: x * (x > 0),
        lambda x: np.where(x > 0, x, 0),
    ),
    caution="at 0 its slope is taken as 0",
    samples=KINKED,
    analytic=False,
)


def stable_sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x), without overflow for any finite x."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


sigmoid = unary(
    stable_sigmoid,
    slope=lambda y, x: y * (1 - y),
    why="the slope of the sigmoid is σ(1 - σ), and {y} already is that σ",
    name="sigmoid",
    spelling={"numpy": "1 / (1 + np.exp(-{0}))"},
    notation=r"\sigma(#1)",
    definition=lambda x: 1 / (1 + np.exp(-x)),
    steps=(
        lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
        lambda x: 1 / (1 + np.exp(-x)) * (np.exp(-x) / (1 + np.exp(-x))),
    ),
    forms=(lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(x) / (1 + np.exp(x))),
)
