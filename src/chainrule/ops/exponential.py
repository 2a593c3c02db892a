"""Exponentials and logarithms."""

from __future__ import annotations

import numpy as np

from chainrule.ops.families import POSITIVE, unary

exp = unary(
    np.exp,
    slope=lambda y, x: y,
    why="exp is its own slope, and {y} already is exp({x})",
    notation="e^{#1}",
)
log = unary(
    np.log,
    slope=lambda y, x: 1 / x,
    why="the slope of a logarithm is one over its argument",
    notation=r"\log(#1)",
    samples=POSITIVE,
)
