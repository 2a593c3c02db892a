"""Activations with a kink: the bends between linear layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops.families import REALS, composite, on, sloped
from chainrule.program import Rule, Sample, Unit

KINKED = on(REALS, -2.0, 2.0, 0.0)
WIDE = on(REALS, -4.5, 4.5, -3.0, 3.0)
NEGATIVE_SIDE = "at 0 its slope is taken as that of the negative side"


def with_params(**params: float) -> tuple[Sample, ...]:
    """The usual samples, and one with other parameters."""
    return (Sample(((2, 3),), params, away=(0.0,)), *KINKED)


relu = composite(
    lambda x: np.maximum(0, x),
    sloped(
        lambda y, x: x > 0,
        "relu passes the gradient where {x} > 0 and stops it elsewhere",
    ),
    name="relu",
    title="ReLU",
    kind="activation",
    range=(0, np.inf),
    unit=Unit("np.maximum(0, {z})", start="he_normal"),
    spelling={"torch": "torch.relu({0})", "tensorflow": "tf.nn.relu({0})"},
    notation=r"\operatorname{ReLU}(#1)",
    definition=lambda x: np.where(x > 0, x, 0),
    forms=(
        lambda x: np.maximum(0.0, x),
        lambda x: x * (x > 0),
        lambda x: np.where(x >= 0, x, 0),
        lambda x: np.where(x < 0, 0, x),
        lambda x: (np.abs(x) + x) / 2,
        lambda x: np.maximum(x, np.zeros_like(x)),
    ),
    caution="at 0 its slope is taken as 0",
    samples=KINKED,
    analytic=False,
)
leaky_relu = composite(
    lambda x, slope: np.where(x > 0, x, slope * x),
    Rule(
        lambda dy, y, x, slope: np.where(x > 0, dy, slope * dy),
        "the gradient passes where {x} > 0, and leaks through elsewhere",
    ),
    name="leaky_relu",
    params={"slope": 0.01},
    kind="activation",
    unit=Unit(
        "np.where({z} > 0, {z}, 0.01 * {z})",
        start="he_normal",
        aliases=("leakyrelu",),
    ),
    notation=r"\operatorname{LeakyReLU}(#1)",
    forms=(
        lambda x, slope: np.where(x >= 0, x, slope * x),
        lambda x, slope: np.maximum(slope * x, x),
    ),
    caution=NEGATIVE_SIDE,
    samples=(*with_params(slope=0.01), Sample(((3,),), {"slope": 0.3}, away=(0.0,))),
    analytic=False,
)
prelu = composite(
    lambda x, a: np.where(x > 0, x, a * x),
    Rule(
        lambda dy, y, x, a: np.where(x > 0, dy, a * dy),
        "the gradient passes where {x} > 0, and is scaled by {a} elsewhere",
    ),
    Rule(
        lambda dy, y, x, a: np.where(x > 0, 0, dy * x),
        "{a} is the slope of the negative side, so only negative {x} move it",
    ),
    name="prelu",
    kind="activation",
    unit=Unit("np.where({z} > 0, {z}, {a} * {z})", start="he_normal", learned=0.25),
    notation=r"\operatorname{PReLU}(#1, #2)",
    forms=None,  # with a number it is the leaky ReLU
    caution=NEGATIVE_SIDE,
    samples=(
        Sample(((2, 3), ()), away=(0.0,)),
        Sample(((2, 3), (3,)), away=(0.0,)),
        Sample(((2, 3), (2, 3)), away=(0.0,)),
    ),
    analytic=False,
)


def grown(x: Any) -> Any:
    """eˣ - 1 where x is negative, 0 elsewhere."""
    return np.expm1(np.minimum(x, 0))


elu = composite(
    lambda x, alpha: np.where(x > 0, x, alpha * grown(x)),
    Rule(
        lambda dy, y, x, alpha: np.where(x > 0, dy, dy * (y + alpha)),
        "the slope is 1 where {x} > 0, and α·exp({x}), which is {y} + α, elsewhere",
    ),
    name="elu",
    params={"alpha": 1.0},
    kind="activation",
    range=(-1, np.inf),
    unit=Unit("np.where({z} > 0, {z}, np.exp({z}) - 1)", start="he_normal"),
    spelling={"torch": "torch.nn.functional.elu({0}, alpha={alpha})"},
    notation=r"\operatorname{ELU}(#1)",
    definition=lambda x, alpha: np.where(x > 0, x, alpha * (np.exp(x) - 1)),
    forms=(
        lambda x: np.where(x > 0, x, np.exp(x) - 1),
        lambda x, alpha: np.where(x >= 0, x, alpha * (np.exp(x) - 1)),
        lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(x)),
    ),
    caution=NEGATIVE_SIDE,
    samples=with_params(alpha=0.7),
    analytic=False,
)

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805

selu = composite(
    lambda x: np.where(x > 0, SELU_SCALE * x, SELU_SCALE * SELU_ALPHA * grown(x)),
    Rule(
        lambda dy, y, x: np.where(
            x > 0, SELU_SCALE * dy, dy * (y + SELU_SCALE * SELU_ALPHA)
        ),
        "the slope is λ where {x} > 0, and λα·exp({x}), which is {y} + λα, elsewhere",
    ),
    name="selu",
    kind="activation",
    range=(-SELU_SCALE * SELU_ALPHA, np.inf),
    unit=Unit(
        f"{SELU_SCALE} * np.where({{z}} > 0, {{z}}, {SELU_ALPHA} * (np.exp({{z}}) - 1))",
        start="lecun_normal",
    ),
    spelling={"torch": "torch.nn.functional.selu({0})"},
    notation=r"\operatorname{SELU}(#1)",
    definition=lambda x: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * (np.exp(x) - 1)),
    caution=NEGATIVE_SIDE,
    samples=KINKED,
    analytic=False,
)
celu = composite(
    lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha)),
    Rule(
        lambda dy, y, x, alpha: np.where(x > 0, dy, dy * (y / alpha + 1)),
        "the slope is 1 where {x} > 0, and exp({x}/α), which is {y}/α + 1, elsewhere",
    ),
    name="celu",
    params={"alpha": 1.0},
    kind="activation",
    range=(-1, np.inf),
    unit=Unit("np.maximum(0, {z}) + np.minimum(0, np.exp({z}) - 1)", start="he_normal"),
    spelling={"torch": "torch.nn.functional.celu({0}, alpha={alpha})"},
    notation=r"\operatorname{CELU}(#1)",
    definition=lambda x, alpha: np.where(x > 0, x, alpha * (np.exp(x / alpha) - 1)),
    forms=(lambda x: np.maximum(0, x) + np.minimum(0, np.exp(x) - 1),),
    caution="at 0 its slope is that of both sides, 1",
    samples=with_params(alpha=0.7),
    analytic=False,
)
softsign = composite(
    lambda x: x / (1 + np.abs(x)),
    sloped(
        lambda y, x: 1 / (1 + np.abs(x)) ** 2,
        "the slope of softsign is one over (1 + |{x}|)²",
    ),
    name="softsign",
    kind="activation",
    range=(-1, 1),
    unit=Unit("{z} / (1 + np.abs({z}))"),
    spelling={
        "torch": "torch.nn.functional.softsign({0})",
        "tensorflow": "tf.nn.softsign({0})",
    },
    notation=r"\frac{#1}{1 + \left|#1\right|}",
    samples=KINKED,
    analytic=False,
)
hard_tanh = composite(
    lambda x: np.clip(x, -1, 1),
    Rule(
        lambda dy, y, x: np.where(y == x, dy, 0),
        "the gradient passes between -1 and 1 and stops outside",
    ),
    name="hard_tanh",
    kind="activation",
    range=(-1, 1),
    unit=Unit("np.clip({z}, -1, 1)", aliases=("hardtanh",)),
    notation=r"\operatorname{hardtanh}(#1)",
    definition=lambda x: np.where(x < -1, -1, np.where(x > 1, 1, x)),
    forms=None,  # a gradient that is clipped to one is no activation
    caution="at the edge the gradient passes",
    samples=on(REALS, -2.0, 2.0, -1.0, 1.0),
    analytic=False,
)
hard_sigmoid = composite(
    lambda x: np.clip(x / 6 + 0.5, 0, 1),
    Rule(
        lambda dy, y, x: np.where(np.abs(x) <= 3, dy / 6, 0),
        "a sixth of the gradient passes between -3 and 3, none outside",
    ),
    name="hard_sigmoid",
    kind="activation",
    range=(0, 1),
    unit=Unit("np.clip({z} / 6 + 0.5, 0, 1)", aliases=("hardsigmoid",)),
    notation=r"\operatorname{hardsigmoid}(#1)",
    definition=lambda x: np.where(x < -3, 0, np.where(x > 3, 1, x / 6 + 0.5)),
    caution="at the edge the gradient passes",
    samples=WIDE,
    analytic=False,
)
hard_swish = composite(
    lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    Rule(
        lambda dy, y, x: np.where(
            np.abs(x) <= 3, dy * (x / 3 + 0.5), np.where(x > 0, dy, 0)
        ),
        "the slope is {x}/3 + 1/2 between -3 and 3, 1 above and 0 below",
    ),
    name="hard_swish",
    kind="activation",
    range=(-0.375, np.inf),
    unit=Unit(
        "{z} * np.clip({z} / 6 + 0.5, 0, 1)", start="he_normal", aliases=("hardswish",)
    ),
    notation=r"\operatorname{hardswish}(#1)",
    definition=lambda x: x * np.where(x < -3, 0, np.where(x > 3, 1, x / 6 + 0.5)),
    caution="at the edge its slope is taken as that of the middle",
    samples=WIDE,
    analytic=False,
)
