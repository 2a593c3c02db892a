"""Arithmetic: sums, products, powers, and choosing the larger or the smaller."""

from __future__ import annotations

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.families import PAIRS, POSITIVE, POSITIVE_PAIRS, REALS, mask, unary
from chainrule.program import Op, Rule, Sample

identity = Op(
    lambda x: np.array(x),
    shapes.same,
    (Rule(lambda dy, y, x: dy, "{y} is {x} itself"),),
    name="identity",
    spelling={"numpy": "{0}"},
    notation="#1",
    samples=REALS,
)
add = Op(
    np.add,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, a, b: dy,
            "{a} is added as it is, so the gradient passes unchanged",
        ),
        Rule(
            lambda dy, y, a, b: dy,
            "{b} is added as it is, so the gradient passes unchanged",
        ),
    ),
    spelling={"numpy": "{0} + {1}"},
    notation="#1 + #2",
    samples=PAIRS,
)
subtract = Op(
    np.subtract,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, a, b: dy,
            "{a} enters as it is, so the gradient passes unchanged",
        ),
        Rule(
            lambda dy, y, a, b: -dy,
            "{b} is taken away, so the gradient changes its sign",
        ),
    ),
    spelling={"numpy": "{0} - {1}"},
    notation="#1 - #2",
    samples=PAIRS,
)
multiply = Op(
    np.multiply,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, a, b: dy * b,
            "in a product, the slope in {a} is the other factor, {b}",
        ),
        Rule(
            lambda dy, y, a, b: dy * a,
            "in a product, the slope in {b} is the other factor, {a}",
        ),
    ),
    spelling={"numpy": "{0} * {1}"},
    notation=r"#1 \odot #2",
    samples=PAIRS,
)
divide = Op(
    np.true_divide,
    shapes.broadcast,
    (
        Rule(lambda dy, y, a, b: dy / b, "dividing by {b} divides the gradient by {b}"),
        Rule(
            lambda dy, y, a, b: -dy * y / b,
            "a quotient falls as its divisor grows, by the quotient over {b}",
        ),
    ),
    name="divide",
    spelling={"numpy": "{0} / {1}"},
    notation=r"\frac{#1}{#2}",
    samples=POSITIVE_PAIRS,
)
power = Op(
    np.power,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, a, b: dy * b * a ** (b - 1),
            "the power comes down and leaves one less",
        ),
        Rule(
            lambda dy, y, a, b: dy * y * np.log(a),
            "an exponential grows by itself times the log of its base",
        ),
    ),
    spelling={"numpy": "{0} ** {1}"},
    notation="{#1}^{#2}",
    samples=POSITIVE_PAIRS,
)
negative = unary(
    np.negative,
    slope=lambda y, x: -1,
    why="a minus sign turns the gradient round",
    spelling={"numpy": "-{0}"},
    notation="-#1",
)
square = unary(
    np.square,
    slope=lambda y, x: 2 * x,
    why="the slope of a square is twice what was squared",
    spelling={"numpy": "{0} ** 2"},
    notation="{#1}^{2}",
)
sqrt = unary(
    np.sqrt,
    slope=lambda y, x: 1 / (2 * y),
    why="the slope of a root is one over twice the root",
    notation=r"\sqrt{#1}",
    samples=POSITIVE,
)
maximum = Op(
    np.maximum,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, a, b: np.where(a > b, dy, np.where(a == b, dy / 2, 0)),
            "the gradient goes to the larger one; equal ones share it",
        ),
        Rule(
            lambda dy, y, a, b: np.where(b > a, dy, np.where(a == b, dy / 2, 0)),
            "the gradient goes to the larger one; equal ones share it",
        ),
    ),
    notation=r"\max(#1, #2)",
    caution="where both are equal, each gets half",
    samples=(Sample(((2, 3), (2, 3))), Sample(((2, 3), (3,)))),
    analytic=False,
)
greater = mask(np.greater, ">", ">")
less = mask(np.less, "<", "<")
greater_equal = mask(np.greater_equal, ">=", r"\ge")
less_equal = mask(np.less_equal, "<=", r"\le")
equal = mask(np.equal, "==", "=")
not_equal = mask(np.not_equal, "!=", r"\ne")
where = Op(
    np.where,
    shapes.broadcast,
    (
        None,
        Rule(
            lambda dy, y, c, a, b: np.where(c, dy, 0),
            "the gradient goes where {a} was taken",
        ),
        Rule(
            lambda dy, y, c, a, b: np.where(c, 0, dy),
            "the gradient goes where {b} was taken",
        ),
    ),
    notation=r"\operatorname{where}(#1, #2, #3)",
    samples=(Sample(((2, 3), (2, 3), (2, 3)), integers={0: 2}),),
)
