"""Losses of numbers, entry by entry; their mean or sum is a line of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.ops.activations import relu
from chainrule.ops.families import composite
from chainrule.ops.smooth import sigmoid, softplus
from chainrule.ops.spelling import Site
from chainrule.program import Op, Rule, Sample, Value

ALIKE = (
    Sample(((2, 3), (2, 3))),
    Sample(((3,), (3,))),
    Sample(((2, 3), ())),
    Sample(((), ())),
    Sample(((0, 3), (0, 3))),
)
SHARES = tuple(Sample(sample.shapes, domain=(0.1, 0.9)) for sample in ALIKE)


def loss(forward: Callable[..., Any], *rules: Rule, **facts: Any) -> Op:
    """A loss of a prediction and its target."""
    named = {"kind": "loss", "result_name": ("losses", "losses"), "samples": ALIKE}
    return composite(forward, *rules, **{**named, **facts})


squared_error = loss(
    lambda p, t: (p - t) ** 2,
    Rule(
        lambda dy, y, p, t: dy * 2 * (p - t),
        "the slope of a square is twice what was squared, here the error {p} - {t}",
    ),
    Rule(
        lambda dy, y, p, t: dy * 2 * (t - p),
        "the error shrinks as {t} grows, so the sign turns round",
    ),
    name="squared_error",
    notation="(#1 - #2)^{2}",
    forms=None,  # a difference that is squared may be anything
)
absolute_error = loss(
    lambda p, t: np.abs(p - t),
    Rule(
        lambda dy, y, p, t: dy * np.sign(p - t),
        "the error grows with {p} where {p} is above {t} and shrinks where it is below",
    ),
    Rule(
        lambda dy, y, p, t: dy * np.sign(t - p),
        "the error grows with {t} where {t} is above {p} and shrinks where it is below",
    ),
    name="absolute_error",
    notation=r"\left|#1 - #2\right|",
    forms=None,
    caution="where both are equal its slope is taken as 0",
    analytic=False,
)


def _labels(site: Site) -> str:
    """What is predicted in the kind of the prediction: PyTorch's losses take no whole numbers."""
    labels = site.args[1]
    is_whole = isinstance(labels, Value) and labels.dtype.kind in "iub"
    return "{1}.to({0}.dtype)" if is_whole else "{1}"


huber = loss(
    lambda p, t, delta: np.where(
        np.abs(p - t) <= delta, (p - t) ** 2 / 2, delta * (np.abs(p - t) - delta / 2)
    ),
    Rule(
        lambda dy, y, p, t, delta: dy * np.clip(p - t, -delta, delta),
        "the slope is the error {p} - {t}, and no more than δ",
    ),
    Rule(
        lambda dy, y, p, t, delta: dy * np.clip(t - p, -delta, delta),
        "the error shrinks as {t} grows, so the sign turns round",
    ),
    name="huber",
    params={"delta": 1.0},
    spelling={
        "torch": lambda site: (
            "torch.nn.functional.huber_loss({0}, {1}, reduction='none', delta={delta})"
            if site.shapes[0] == site.shapes[1]
            else None
        ),
    },
    notation=r"\operatorname{Huber}(#1 - #2)",
    forms=(
        lambda p, t, delta: np.where(
            np.abs(p - t) <= delta,
            0.5 * (p - t) ** 2,
            delta * (np.abs(p - t) - 0.5 * delta),
        ),
    ),
    samples=tuple(
        Sample(sample.shapes, {"delta": delta})
        for sample, delta in zip(ALIKE, (0.8, 1.0, 0.5, 1.5, 1.0), strict=True)
    ),
    analytic=False,
)
hinge = loss(
    lambda p, t: relu(1 - t * p),
    Rule(
        lambda dy, y, p, t: np.where(y > 0, -dy * t, 0),
        "inside the margin more {p} on the side of {t} costs less; outside nothing changes",
    ),
    Rule(
        lambda dy, y, p, t: np.where(y > 0, -dy * p, 0),
        "inside the margin {t} counts by {p}; outside nothing changes",
    ),
    name="hinge",
    notation=r"\max(0, 1 - #2 #1)",
    definition=lambda p, t: np.where(1 - t * p > 0, 1 - t * p, 0),
    forms=(lambda p, t: np.maximum(0, 1 - t * p),),
    caution="on the margin its slope is taken as 0",
    analytic=False,
)
squared_hinge = loss(
    lambda p, t: relu(1 - t * p) ** 2,
    Rule(
        lambda dy, y, p, t: -dy * 2 * np.maximum(0, 1 - t * p) * t,
        "the slope is twice the distance to the margin, towards {t}; outside it is 0",
    ),
    Rule(
        lambda dy, y, p, t: -dy * 2 * np.maximum(0, 1 - t * p) * p,
        "the slope is twice the distance to the margin, times {p}; outside it is 0",
    ),
    name="squared_hinge",
    notation=r"{\max(0, 1 - #2 #1)}^{2}",
    definition=lambda p, t: np.where(1 - t * p > 0, (1 - t * p) ** 2, 0),
    forms=(lambda p, t: np.maximum(0, 1 - t * p) ** 2,),
    analytic=False,
)
poisson = loss(
    lambda rate, t: rate - t * np.log(rate),
    Rule(
        lambda dy, y, rate, t: dy * (1 - t / rate),
        "the loss rests where {rate} is {t}: its slope is 1 - {t}/{rate}",
    ),
    Rule(lambda dy, y, rate, t: -dy * np.log(rate), "the loss is linear in {t}"),
    name="poisson",
    notation=r"#1 - #2 \log(#1)",
    caution="at a rate of 0 the loss is infinite: nothing is clamped",
    samples=tuple(Sample(sample.shapes, domain=(0.3, 3.0)) for sample in ALIKE),
)
binary_cross_entropy = loss(
    lambda p, t: -(t * np.log(p) + (1 - t) * np.log(1 - p)),
    Rule(
        # a label may be true or false, which has no negative
        lambda dy, y, p, t: dy * (-(t / p) + (1 - t) / (1 - p)),
        "the cross-entropy falls as {p} nears {t}: −{t}/{p} for what is true, (1 − {t})/(1 − {p}) for what is not",
    ),
    Rule(
        lambda dy, y, p, t: dy * (np.log(1 - p) - np.log(p)),
        "the loss is linear in the label",
    ),
    name="binary_cross_entropy",
    title="binary cross-entropy",
    label="cross-entropy",
    notation=r"-\left[#2 \log(#1) + (1 - #2) \log(1 - #1)\right]",
    caution="a probability of exactly 0 or 1 has no finite slope: start from logits",
    samples=SHARES,
)
guarded_cross_entropy = loss(
    lambda p, t, eps: -(t * np.log(p + eps) + (1 - t) * np.log(1 - p + eps)),
    Rule(
        lambda dy, y, p, t, eps: dy * (-(t / (p + eps)) + (1 - t) / (1 - p + eps)),
        "the cross-entropy falls as {p} nears {t}: −{t}/{p} for what is true, (1 − {t})/(1 − {p}) for what is not, ε added below",
    ),
    Rule(
        lambda dy, y, p, t, eps: dy * (np.log(1 - p + eps) - np.log(p + eps)),
        "the loss is linear in the label",
    ),
    Rule(
        lambda dy, y, p, t, eps: -(dy * (t / (p + eps) + (1 - t) / (1 - p + eps))),
        "more {eps} costs less, where {p} is small and where 1 − {p} is",
    ),
    name="guarded_cross_entropy",
    forms=None,  # what is added may be anything: the idiom asks for one number
    title="binary cross-entropy with ε",
    label="cross-entropy",
    notation=r"-\left[#2 \log(#1 + #3) + (1 - #2) \log(1 - #1 + #3)\right]",
    caution="ε keeps the logarithms finite; behind a sigmoid the slope without it is p − t",
    samples=tuple(Sample((*sample.shapes, ()), domain=(0.1, 0.9)) for sample in ALIKE),
)
binary_cross_entropy_with_logits = loss(
    lambda z, t: t * softplus(-z) + (1 - t) * softplus(z),
    Rule(
        lambda dy, y, z, t: dy * (sigmoid(z) - t),
        "sigmoid and cross-entropy together: what is predicted minus what is true",
    ),
    Rule(
        lambda dy, y, z, t: -dy * z,
        "the loss is linear in the label, by minus the logit",
    ),
    name="binary_cross_entropy_with_logits",
    title="binary cross-entropy of the logits",
    label="cross-entropy",
    spelling={
        "torch": lambda site: (
            "torch.nn.functional.binary_cross_entropy_with_logits({0}, "
            f"{_labels(site)}, reduction='none')"
            if site.shapes[0] == site.shapes[1]
            else None
        ),
    },
    notation=r"-\left[#2 \log \sigma(#1) + (1 - #2) \log(1 - \sigma(#1))\right]",
    definition=lambda z, t: (
        -(t * np.log(1 / (1 + np.exp(-z))) + (1 - t) * np.log(1 - 1 / (1 + np.exp(-z))))
    ),
    forms=(
        lambda z, t: np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))),
        lambda z, t: np.logaddexp(0, z) - t * z,
    ),
    stable="the cross-entropy in its stable form, finite for every logit",
)
kl_divergence = loss(
    lambda p, t: np.where(t > 0, t * np.log(np.where(t > 0, t, 1) / p), 0),
    Rule(
        lambda dy, y, p, t: -dy * t / p,
        "more {p} where {t} is costs less, by {t}/{p}",
    ),
    Rule(
        lambda dy, y, p, t: dy * (np.log(t / p) + 1),
        "the slope of t log(t/p) in t is log(t/p) + 1",
    ),
    name="kl_divergence",
    notation=r"#2 \log \frac{#2}{#1}",
    definition=lambda p, t: t * np.log(t / p),
    forms=(lambda p, t: t * (np.log(t) - np.log(p)),),
    caution="0 log 0 is 0",
    samples=SHARES,
)
