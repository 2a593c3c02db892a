"""Smooth activations: the sigmoid and what is built from it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from chainrule.ops.families import composite, sloped
from chainrule.ops.trigonometric import erf
from chainrule.program import Unit


def stable_sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x), without overflow for any finite x."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


sigmoid = composite(
    stable_sigmoid,
    sloped(
        lambda y, x: y * (1 - y),
        "the slope of the sigmoid is σ(1 - σ), and {y} already is that σ",
    ),
    name="sigmoid",
    library_functions=("scipy.special.expit",),
    spelling={
        "numpy": "1 / (1 + np.exp(-{0}))",
        "torch": "torch.sigmoid({0})",
        "tensorflow": "tf.sigmoid({0})",
        "jax": "jax.nn.sigmoid({0})",
    },
    kind="activation",
    range=(0, 1),
    label="σ",
    unit=Unit(aliases=("logistic",)),
    notation=r"\sigma(#1)",
    definition=lambda x: 1 / (1 + np.exp(-x)),
    steps=(
        lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
        lambda x: 1 / (1 + np.exp(-x)) * (np.exp(-x) / (1 + np.exp(-x))),
    ),
    forms=(
        lambda x: np.exp(x) / (1 + np.exp(x)),
        lambda x: (1 + np.exp(-x)) ** -1,
        lambda x: 0.5 * (1 + np.tanh(0.5 * x)),
        lambda x: (1 + np.tanh(x / 2)) / 2,
        lambda x: 0.5 * (1 + np.tanh(x / 2)),
        lambda x: (1 + np.tanh(0.5 * x)) / 2,
        lambda x: 0.5 + 0.5 * np.tanh(0.5 * x),
        lambda x: 0.5 + 0.5 * np.tanh(x / 2),
        lambda x: 0.5 + np.tanh(x / 2) / 2,
    ),
)
log_sigmoid = composite(
    lambda x: -np.logaddexp(0, -x),
    sloped(
        lambda y, x: sigmoid(-x),
        "the slope of log σ is 1 - σ, which is the sigmoid of -{x}",
    ),
    name="log_sigmoid",
    library_functions=("scipy.special.log_expit",),
    spelling={
        "torch": "torch.nn.functional.logsigmoid({0})",
        "tensorflow": "tf.math.log_sigmoid({0})",
        "jax": "jax.nn.log_sigmoid({0})",
    },
    kind="activation",
    range=(-np.inf, 0),
    unit=Unit("-np.log(1 + np.exp(-{z}))", aliases=("logsigmoid",)),
    notation=r"\log \sigma(#1)",
    definition=lambda x: np.log(1 / (1 + np.exp(-x))),
    steps=(
        lambda x: (1 + np.exp(-x)) * (np.exp(-x) / (1 + np.exp(-x)) ** 2),
        lambda x: np.exp(-x) / (1 + np.exp(-x)),
    ),
    forms=(lambda x: -np.log1p(np.exp(-x)),),
    stable="log σ in its stable form: no exponential overflows, no logarithm meets 0",
)
softplus = composite(
    lambda x: np.logaddexp(0, x),
    sloped(
        lambda y, x: sigmoid(x),
        "the slope of softplus is the sigmoid",
    ),
    name="softplus",
    spelling={
        "torch": "torch.logaddexp({0}, torch.zeros_like({0}))",
        "tensorflow": "tf.math.softplus({0})",
        "jax": "jax.nn.softplus({0})",
    },
    kind="activation",
    range=(0, np.inf),
    unit=Unit("np.log(1 + np.exp({z}))", start="he_normal"),
    notation=r"\log(1 + e^{#1})",
    definition=lambda x: np.log(1 + np.exp(x)),
    steps=(
        lambda x: np.exp(x) / (1 + np.exp(x)),
        lambda x: 1 / (1 + np.exp(-x)),
    ),
    forms=(
        lambda x: np.log(1 + np.exp(x)),
        lambda x: np.log1p(np.exp(x)),
    ),
    stable="log(1 + e^z) in its stable form: no exponential overflows",
)
log_cosh = composite(
    lambda x: np.logaddexp(x, -x) - math.log(2),
    sloped(lambda y, x: np.tanh(x), "the slope of log cosh is sinh over cosh, tanh"),
    name="log_cosh",
    range=(0, np.inf),
    notation=r"\log \cosh(#1)",
    definition=lambda x: np.log(np.cosh(x)),
    forms=(
        lambda x: np.log(np.cosh(x)),
        lambda x: np.log((np.exp(x) + np.exp(-x)) / 2),
    ),
    stable="log cosh in its stable form: no exponential overflows",
)
silu = composite(
    lambda x: x * sigmoid(x),
    sloped(
        lambda y, x: sigmoid(x) + y * (1 - sigmoid(x)),
        "in {x}·σ({x}) both factors move: the slope is σ + {x}σ(1 - σ)",
    ),
    name="silu",
    spelling={
        "numpy": "{0} / (1 + np.exp(-{0}))",
        "torch": "torch.nn.functional.silu({0})",
        "tensorflow": "tf.nn.silu({0})",
        "jax": "jax.nn.silu({0})",
    },
    kind="activation",
    unit=Unit(start="he_normal", aliases=("swish",)),
    notation=r"#1\,\sigma(#1)",
    definition=lambda x: x / (1 + np.exp(-x)),
    steps=(
        lambda x: (1 + np.exp(-x) + x * np.exp(-x)) / (1 + np.exp(-x)) ** 2,
        lambda x: (
            1 / (1 + np.exp(-x))
            + x / (1 + np.exp(-x)) * (np.exp(-x) / (1 + np.exp(-x)))
        ),
    ),
)
mish = composite(
    lambda x: x * np.tanh(softplus(x)),
    sloped(
        lambda y, x: (
            np.tanh(softplus(x)) + x * (1 - np.tanh(softplus(x)) ** 2) * sigmoid(x)
        ),
        "in {x}·tanh(softplus({x})) both factors move, and the slope of softplus is the sigmoid",
    ),
    name="mish",
    kind="activation",
    unit=Unit("{z} * np.tanh(np.log(1 + np.exp({z})))", start="he_normal"),
    notation=r"#1 \tanh(\log(1 + e^{#1}))",
    definition=lambda x: x * np.tanh(np.log(1 + np.exp(x))),
)

ROOT_2 = math.sqrt(2)
ROOT_2_PI = math.sqrt(2 * math.pi)
ROOT_2_OVER_PI = math.sqrt(2 / math.pi)
CUBE_SHARE = 0.044715

gelu = composite(
    lambda x: x * (1 + erf(x / ROOT_2)) / 2,
    sloped(
        lambda y, x: (1 + erf(x / ROOT_2)) / 2 + x * np.exp(-x * x / 2) / ROOT_2_PI,
        "in {x}·Φ({x}) both factors move, and the slope of the normal distribution Φ is its bell curve",
    ),
    name="gelu",
    spelling={
        "torch": "torch.nn.functional.gelu({0})",
        "jax": "jax.nn.gelu({0}, approximate=False)",
    },
    kind="activation",
    unit=Unit("0.5 * {z} * (1 + erf({z} / np.sqrt(2)))", start="he_normal"),
    notation=r"#1\,\Phi(#1)",
    forms=(
        lambda x: 0.5 * x * (1 + erf(x / ROOT_2)),
        lambda x: x * 0.5 * (1 + erf(x / ROOT_2)),
    ),
)


def inner(x: Any) -> Any:
    """What the tanh form of GELU takes the tanh of."""
    return ROOT_2_OVER_PI * (x + CUBE_SHARE * x**3)


gelu_tanh = composite(
    lambda x: 0.5 * x * (1 + np.tanh(inner(x))),
    sloped(
        lambda y, x: (
            (1 + np.tanh(inner(x))) / 2
            + x
            * (1 - np.tanh(inner(x)) ** 2)
            * (ROOT_2_OVER_PI * (1 + 3 * CUBE_SHARE * x**2))
            / 2
        ),
        "in {x}·(1 + tanh u)/2 both factors move, and u grows by √(2/π)(1 + 0.134145{x}²)",
    ),
    name="gelu_tanh",
    spelling={
        "torch": "torch.nn.functional.gelu({0}, approximate='tanh')",
        "jax": "jax.nn.gelu({0}, approximate=True)",
    },
    kind="activation",
    unit=Unit(
        "0.5 * {z} * (1 + np.tanh(np.sqrt(2 / np.pi) * ({z} + 0.044715 * {z} ** 3)))",
        start="he_normal",
        aliases=("gelu_approximate",),
    ),
    notation=r"\operatorname{GELU}_{\tanh}(#1)",
    definition=lambda x: x * (1 + np.tanh(inner(x))) / 2,
    forms=(
        lambda x: (
            0.5 * x * (1 + np.tanh(ROOT_2_OVER_PI * (x + CUBE_SHARE * np.power(x, 3))))
        ),
    ),
)
