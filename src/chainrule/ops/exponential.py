"""Exponentials and logarithms."""

from __future__ import annotations

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.families import PAIRS, POSITIVE, quietly, unary
from chainrule.ops.spelling import tensors
from chainrule.program import Op, Rule, Sample, Unit

LOG_2 = float(np.log(2.0))
LOG_10 = float(np.log(10.0))

exp = unary(
    np.exp,
    slope=lambda y, x: y,
    why="exp is its own slope, and {y} already is exp({x})",
    range=(0, np.inf),
    unit=Unit(),
    notation="e^{#1}",
)
expm1 = unary(
    np.expm1,
    slope=lambda y, x: y + 1,
    why="the slope of exp({x}) - 1 is exp({x}), which is {y} + 1",
    range=(-1, np.inf),
    notation="e^{#1} - 1",
    definition=lambda x: np.exp(x) - 1,
)
exp2 = unary(
    np.exp2,
    slope=lambda y, x: y * LOG_2,
    why="a power of 2 grows by itself times log 2",
    spelling={"tensorflow": "2.0 ** {0}"},
    range=(0, np.inf),
    notation="2^{#1}",
    definition=lambda x: np.exp(x * LOG_2),
)
log = unary(
    np.log,
    slope=lambda y, x: 1 / x,
    why="the slope of a logarithm is one over its argument",
    notation=r"\log(#1)",
    samples=POSITIVE,
)
log1p = unary(
    np.log1p,
    slope=lambda y, x: 1 / (1 + x),
    why="the slope of a logarithm is one over its argument, 1 + {x}",
    notation=r"\log(1 + #1)",
    definition=lambda x: np.log(1 + x),
    samples=POSITIVE,
)
log2 = unary(
    np.log2,
    slope=lambda y, x: 1 / (x * LOG_2),
    why="log2 is the natural logarithm over log 2",
    spelling={"tensorflow": None},
    notation=r"\log_{2}(#1)",
    definition=lambda x: np.log(x) / LOG_2,
    samples=POSITIVE,
)
log10 = unary(
    np.log10,
    slope=lambda y, x: 1 / (x * LOG_10),
    why="log10 is the natural logarithm over log 10",
    spelling={"tensorflow": None},
    notation=r"\log_{10}(#1)",
    definition=lambda x: np.log(x) / LOG_10,
    samples=POSITIVE,
)
logaddexp = Op(
    quietly(np.logaddexp),
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, a, b: dy * np.exp(-np.logaddexp(0, b - a)),
            "each of the two has its share of the sum of exponentials",
        ),
        Rule(
            lambda dy, y, a, b: dy * np.exp(-np.logaddexp(0, a - b)),
            "each of the two has its share of the sum of exponentials",
        ),
    ),
    numpy_functions=(np.logaddexp,),
    spelling={
        "torch": tensors("torch.logaddexp"),
        "tensorflow": "tf.math.maximum({0}, {1}) + tf.math.log1p(tf.math.exp(-tf.math.abs({0} - {1})))",
    },
    commutes=True,
    notation=r"\log(e^{#1} + e^{#2})",
    definition=lambda a, b: np.log(np.exp(a) + np.exp(b)),
    forms=(lambda a, b: np.log(np.exp(a) + np.exp(b)),),
    samples=PAIRS,
)
xlogy = Op(
    lambda x, y: np.where(x == 0, 0, x * np.log(np.where(x == 0, 1, y))),
    shapes.broadcast,
    (
        Rule(
            lambda dy, out, x, y: dy * np.log(y),
            "the slope in {x} is the other factor, log {y}",
        ),
        Rule(
            lambda dy, out, x, y: dy * x / y,
            "the slope of a logarithm is one over its argument, here times {x}",
        ),
    ),
    name="xlogy",
    library_functions=("scipy.special.xlogy",),
    spelling={
        "torch": "torch.special.xlogy({0}, {1})",
        "tensorflow": "tf.math.xlogy({0}, {1})",
        "jax": "jax.scipy.special.xlogy({0}, {1})",
    },
    notation=r"#1 \log(#2)",
    definition=lambda x, y: x * np.log(y),
    samples=(
        Sample(((2, 3), (2, 3)), domain=(0.3, 3.0)),
        Sample(((), (3,)), domain=(0.3, 3.0)),
        Sample(((2, 1), (3,)), integers={0: 3}, domain=(0.3, 3.0)),
    ),
    caution="0 log 0 is 0",
)
