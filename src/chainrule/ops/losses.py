"""Losses, entry by entry or sample by sample; their mean or sum is a line of its own."""

from __future__ import annotations

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.activations import sigmoid
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


def stable_cross_entropy(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    """max(z, 0) - z t + log(1 + e^-|z|): the cross-entropy of σ(z), finite for every finite z."""
    return np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))


binary_cross_entropy_with_logits = Op(
    stable_cross_entropy,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, z, t: dy * (sigmoid(z) - t),
            "sigmoid and cross-entropy together: what is predicted minus what is true",
        ),
        Rule(lambda dy, y, z, t: -dy * z, "the loss is linear in the label"),
    ),
    name="binary_cross_entropy_with_logits",
    spelling={"numpy": "np.logaddexp(0, {0}) - {1} * {0}"},
    notation=r"\log(1 + e^{#1}) - #2 #1",
    definition=lambda z, t: binary_cross_entropy(sigmoid(z), t),
    samples=(
        Sample(((2, 3), (2, 3)), domain=(0.0, 1.0)),
        Sample(((2, 3), (3,)), domain=(0.0, 1.0)),
        Sample(((), ()), domain=(0.0, 1.0)),
    ),
    analytic=False,
)
