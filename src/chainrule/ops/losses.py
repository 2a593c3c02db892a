"""Losses, entry by entry or sample by sample; their mean or sum is a line of its own."""

from __future__ import annotations

import numpy as np

from chainrule.ops import shapes
from chainrule.program import Op, Rule, Sample

binary_cross_entropy = Op(
    lambda p, t: -(t * np.log(p) + (1 - t) * np.log(1 - p)),
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, p, t: dy * (-t / p + (1 - t) / (1 - p)),
            "the cross-entropy falls as {p} nears {t}: -t/p for what is true, (1-t)/(1-p) for what is not",
        ),
        Rule(
            lambda dy, y, p, t: dy * (np.log(1 - p) - np.log(p)),
            "the loss is linear in the label",
        ),
    ),
    name="binary_cross_entropy",
    spelling={"numpy": "-({1} * np.log({0}) + (1 - {1}) * np.log(1 - {0}))"},
    notation=r"-\left[#2 \log(#1) + (1 - #2) \log(1 - #1)\right]",
    forms=(lambda p, t: -(t * np.log(p) + (1 - t) * np.log(1 - p)),),
    samples=(
        Sample(((2, 3), (2, 3)), domain=(0.1, 0.9)),
        Sample(((), ()), domain=(0.1, 0.9)),
    ),
)
