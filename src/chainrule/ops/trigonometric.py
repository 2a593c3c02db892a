"""Angles: trigonometric and hyperbolic functions and their inverses, and the error function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.families import PAIRS, REALS, on, unary
from chainrule.ops.spelling import tensors
from chainrule.program import Op, Rule, Unit
from chainrule.program.ledger import bare
from chainrule.program.remembered import called

INSIDE = on(REALS, -0.9, 0.9)

sin = unary(
    np.sin,
    slope=lambda y, x: np.cos(x),
    why="the slope of the sine is the cosine",
    range=(-1, 1),
    notation=r"\sin(#1)",
)
cos = unary(
    np.cos,
    slope=lambda y, x: -np.sin(x),
    why="the slope of the cosine is minus the sine",
    range=(-1, 1),
    notation=r"\cos(#1)",
)
tan = unary(
    np.tan,
    slope=lambda y, x: 1 + y * y,
    why="the slope of tan is 1 + tan², and {y} already is that tan",
    notation=r"\tan(#1)",
    definition=lambda x: np.sin(x) / np.cos(x),
    steps=(
        lambda x: (np.cos(x) * np.cos(x) + np.sin(x) * np.sin(x)) / np.cos(x) ** 2,
        lambda x: 1 / np.cos(x) ** 2,
    ),
    samples=on(REALS, -1.2, 1.2),
)
arcsin = unary(
    np.arcsin,
    slope=lambda y, x: 1 / np.sqrt(1 - x * x),
    why="the slope of arcsin is one over the cosine, √(1 - {x}²)",
    spelling={"tensorflow": "tf.math.asin({0})"},
    range=(-np.pi / 2, np.pi / 2),
    notation=r"\arcsin(#1)",
    samples=INSIDE,
)
arccos = unary(
    np.arccos,
    slope=lambda y, x: -1 / np.sqrt(1 - x * x),
    why="the slope of arccos is minus one over the sine, √(1 - {x}²)",
    spelling={"tensorflow": "tf.math.acos({0})"},
    range=(0, np.pi),
    notation=r"\arccos(#1)",
    samples=INSIDE,
)
arctan = unary(
    np.arctan,
    slope=lambda y, x: 1 / (1 + x * x),
    why="the slope of arctan is one over 1 + {x}²",
    spelling={"tensorflow": "tf.math.atan({0})"},
    range=(-np.pi / 2, np.pi / 2),
    notation=r"\arctan(#1)",
)
arctan2 = Op(
    np.arctan2,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, a, b: dy * b / (a * a + b * b),
            "an angle turns with {a} by {b} over the squared distance",
        ),
        Rule(
            lambda dy, y, a, b: -dy * a / (a * a + b * b),
            "an angle turns back with {b} by {a} over the squared distance",
        ),
    ),
    spelling={
        "torch": tensors("torch.arctan2"),
        "tensorflow": "tf.math.atan2({0}, {1})",
    },
    range=(-np.pi, np.pi),
    notation=r"\operatorname{atan2}(#1, #2)",
    samples=on(PAIRS, 0.3, 2.0),
    definition=lambda a, b: np.arctan(a / b),
)
sinh = unary(
    np.sinh,
    slope=lambda y, x: np.cosh(x),
    why="the slope of sinh is cosh",
    notation=r"\sinh(#1)",
    definition=lambda x: (np.exp(x) - np.exp(-x)) / 2,
)
cosh = unary(
    np.cosh,
    slope=lambda y, x: np.sinh(x),
    why="the slope of cosh is sinh",
    range=(1, np.inf),
    notation=r"\cosh(#1)",
    definition=lambda x: (np.exp(x) + np.exp(-x)) / 2,
)
tanh = unary(
    np.tanh,
    slope=lambda y, x: 1 - y * y,
    why="the slope of tanh is 1 - tanh², and {y} already is that tanh",
    kind="activation",
    range=(-1, 1),
    unit=Unit(),
    notation=r"\tanh(#1)",
    definition=lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    steps=(
        lambda x: (
            ((np.exp(x) + np.exp(-x)) ** 2 - (np.exp(x) - np.exp(-x)) ** 2)
            / (np.exp(x) + np.exp(-x)) ** 2
        ),
        lambda x: 1 - ((np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))) ** 2,
    ),
    forms=(
        lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
        lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1),
        lambda x: (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x)),
        lambda x: np.sinh(x) / np.cosh(x),
        lambda x: 2 / (1 + np.exp(-2 * x)) - 1,
    ),
)
arcsinh = unary(
    np.arcsinh,
    slope=lambda y, x: 1 / np.sqrt(x * x + 1),
    why="the slope of arcsinh is one over √({x}² + 1)",
    spelling={"tensorflow": "tf.math.asinh({0})"},
    notation=r"\operatorname{arsinh}(#1)",
    definition=lambda x: np.log(x + np.sqrt(x * x + 1)),
)
arccosh = unary(
    np.arccosh,
    slope=lambda y, x: 1 / np.sqrt(x * x - 1),
    why="the slope of arccosh is one over √({x}² - 1)",
    spelling={"tensorflow": "tf.math.acosh({0})"},
    range=(0, np.inf),
    notation=r"\operatorname{arcosh}(#1)",
    definition=lambda x: np.log(x + np.sqrt(x * x - 1)),
    samples=on(REALS, 1.2, 3.0),
)
arctanh = unary(
    np.arctanh,
    slope=lambda y, x: 1 / (1 - x * x),
    why="the slope of arctanh is one over 1 - {x}²",
    spelling={"tensorflow": "tf.math.atanh({0})"},
    notation=r"\operatorname{artanh}(#1)",
    definition=lambda x: np.log((1 + x) / (1 - x)) / 2,
    samples=INSIDE,
)

TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)
each_erf = np.frompyfunc(math.erf, 1, 1)


def error_function(x: Any) -> Any:
    """2/√π ∫₀ˣ e^(-t²) dt, entry by entry, in double precision."""
    array = np.asarray(bare(x))
    dtype = array.dtype if array.dtype.kind == "f" else np.float64
    return called("erf", [x], {}, np.asarray(each_erf(array), dtype=dtype))


erf = unary(
    error_function,
    slope=lambda y, x: TWO_OVER_ROOT_PI * np.exp(-x * x),
    why="the slope of erf is the bell curve under which it is the area",
    name="erf",
    library_functions=("scipy.special.erf",),
    spelling={
        "numpy": "np.vectorize(math.erf, otypes=[{0}.dtype])({0})",
        "jax": "jax.scipy.special.erf({0})",
        "torch": "torch.erf({0})",
        "tensorflow": "tf.math.erf({0})",
        "javascript": "np.erf({0})",
    },
    range=(-1, 1),
    notation=r"\operatorname{erf}(#1)",
)
