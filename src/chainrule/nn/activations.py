"""Activations as a user writes them in NumPy: the text, what it gives, and how weights before it start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chainrule.nn.names import find

Range = Literal["real", "unit", "probabilities", "positive", "log-probabilities"]
"""What a unit gives: any real number, one inside (0, 1), shares that add up to 1, one above 0, logs of shares."""


@dataclass(frozen=True, slots=True)
class Activation:
    """How an activation is written: ``text`` with ``{z}`` for its input and ``{axis}`` for the axis of the units.

    ``start`` is the initialiser of the weights before it. ``slope`` is the start of a learned parameter,
    written ``{a}``; None for an activation that learns nothing.
    """

    name: str
    text: str
    gives: Range = "real"
    start: str = "glorot_uniform"
    slope: float | None = None

    def written(self, z: str, axis: int, a: str = "") -> str:
        """The expression, with its names filled in.

        >>> ACTIVATIONS["relu"].written("z1", axis=1)
        'np.maximum(0, z1)'
        """
        return self.text.format(z=z, axis=axis, a=a)


_SUM = "np.sum(np.exp({z}), axis={axis}, keepdims=True)"
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805
_TABLE = (
    Activation("identity", "{z}"),
    Activation("relu", "np.maximum(0, {z})", start="he_normal"),
    Activation("leaky_relu", "np.where({z} > 0, {z}, 0.01 * {z})", start="he_normal"),
    Activation(
        "prelu", "np.where({z} > 0, {z}, {a} * {z})", start="he_normal", slope=0.25
    ),
    Activation("elu", "np.where({z} > 0, {z}, np.exp({z}) - 1)", start="he_normal"),
    Activation(
        "selu",
        f"{_SELU_SCALE} * np.where({{z}} > 0, {{z}}, {_SELU_ALPHA} * (np.exp({{z}}) - 1))",
        start="lecun_normal",
    ),
    Activation(
        "celu", "np.maximum(0, {z}) + np.minimum(0, np.exp({z}) - 1)", start="he_normal"
    ),
    Activation("gelu", "0.5 * {z} * (1 + erf({z} / np.sqrt(2)))", start="he_normal"),
    Activation(
        "gelu_tanh",
        "0.5 * {z} * (1 + np.tanh(np.sqrt(2 / np.pi) * ({z} + 0.044715 * {z} ** 3)))",
        start="he_normal",
    ),
    Activation("silu", "{z} / (1 + np.exp(-{z}))", start="he_normal"),
    Activation("mish", "{z} * np.tanh(np.log(1 + np.exp({z})))", start="he_normal"),
    Activation(
        "softplus", "np.log(1 + np.exp({z}))", gives="positive", start="he_normal"
    ),
    Activation("softsign", "{z} / (1 + np.abs({z}))"),
    Activation("sigmoid", "1 / (1 + np.exp(-{z}))", gives="unit"),
    Activation("log_sigmoid", "-np.log(1 + np.exp(-{z}))"),
    Activation("hard_sigmoid", "np.clip({z} / 6 + 0.5, 0, 1)"),
    Activation("hard_tanh", "np.clip({z}, -1, 1)"),
    Activation("hard_swish", "{z} * np.clip({z} / 6 + 0.5, 0, 1)", start="he_normal"),
    Activation("tanh", "np.tanh({z})"),
    Activation("exp", "np.exp({z})", gives="positive"),
    Activation("softmax", "np.exp({z}) / " + _SUM, gives="probabilities"),
    Activation("log_softmax", "{z} - np.log(" + _SUM + ")", gives="log-probabilities"),
)
ACTIVATIONS: Mapping[str, Activation] = {
    activation.name: activation for activation in _TABLE
}
OTHER_NAMES: Mapping[str, str] = {
    "gelu_approximate": "gelu_tanh",
    "hardsigmoid": "hard_sigmoid",
    "hardswish": "hard_swish",
    "hardtanh": "hard_tanh",
    "leakyrelu": "leaky_relu",
    "linear": "identity",
    "logistic": "sigmoid",
    "logsigmoid": "log_sigmoid",
    "logsoftmax": "log_softmax",
    "none": "identity",
    "swish": "silu",
}


def activation(name: str) -> Activation:
    """The activation of that name.

    >>> activation("Swish").name
    'silu'
    """
    return find("activation", name, ACTIVATIONS, OTHER_NAMES)
