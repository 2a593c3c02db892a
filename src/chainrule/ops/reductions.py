"""Reductions: many entries become one."""

from __future__ import annotations

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.families import count, spread
from chainrule.program import Op, Rule, Sample

REDUCED = (
    Sample(((2, 3),)),
    Sample(((2, 3),), {"axis": 0}),
    Sample(((2, 3),), {"axis": -1, "keepdims": True}),
    Sample(((2, 3, 4),), {"axis": (0, 2)}),
    Sample(((3,),), {"axis": 0}),
    Sample(((),)),
)
AXES = {"axis": None, "keepdims": False}

sum = Op(  # noqa: A001 - NumPy's name
    np.sum,
    shapes.reduce,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: spread(dy, x, axis, keepdims),
            "each entry of {x} enters its sum once, so each gets that sum's gradient",
        ),
    ),
    params=AXES,
    notation=r"\sum #1",
    samples=REDUCED,
)
mean = Op(
    np.mean,
    shapes.reduce,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: spread(
                dy / count(x, axis), x, axis, keepdims
            ),
            "each entry of {x} moves the mean by its share, one part in their count",
        ),
    ),
    params=AXES,
    notation=r"\operatorname{mean}(#1)",
    samples=REDUCED,
)
