"""Arithmetic: sums, products, quotients, powers and roots."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.families import (
    PAIRS,
    POSITIVE,
    POSITIVE_PAIRS,
    REALS,
    composite,
    on,
    sloped,
    steps,
    unary,
)
from chainrule.program import Op, Rule, Sample, Turn, Unit

identity = Op(
    lambda x: np.copy(x),
    shapes.broadcast,
    (Rule(lambda dy, y, x: dy, "{y} is {x} itself"),),
    name="identity",
    numpy_functions=(np.positive, np.copy),
    spelling={"numpy": "{0}"},
    kind="sum",
    unit=Unit("{z}", aliases=("linear", "none")),
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
    kind="sum",
    commutes=True,
    result_name=("{0}_plus_{1}", "total"),
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
    kind="sum",
    result_name=("{0}_minus_{1}", "difference"),
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
    kind="arithmetic",
    commutes=True,
    result_name=("{0}_times_{1}", "scaled"),
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
    spelling={"numpy": "{0} / {1}"},
    kind="arithmetic",
    result_name=("{0}_over_{1}", "ratio"),
    notation=r"\frac{#1}{#2}",
    samples=POSITIVE_PAIRS,
)


one_less = composite(
    lambda x: np.where(np.equal(x, 0), 1, x - 1),
    sloped(lambda y, x: x != 0, "{x} less one moves as {x} does; of a 0 nothing moves"),
    forms=None,
    name="one_less",
    title="exponent of a slope",
    notation="#1 - 1",
    caution="0 to the power 0 is flat: 1 stands in the place of 0 - 1",
    samples=on(REALS, -2.0, 2.0, 0.0),
)
"""The exponent that a power leaves: formulas say b - 1, and of a power of 0, which is flat, nothing divides by 0."""


def _stays(number: Any) -> bool:
    """Whether a rule may look at a number: what counts the turns of a loop is another one in the next turn."""
    return isinstance(number, int | float) and not isinstance(
        getattr(number, "ref", None), Turn
    )


def pull_base(dy: Any, y: Any, a: Any, b: Any) -> Any:
    """∂L/∂a = ∂L/∂y · b aᵇ⁻¹, which is 0 for b = 0 even at a = 0."""
    if _stays(b):
        return dy * b * a ** (b - 1) if b else np.zeros_like(a)
    return dy * b * a ** one_less(b)


def pull_exponent(dy: Any, y: Any, a: Any, b: Any) -> Any:
    """∂L/∂b = ∂L/∂y · aᵇ log a, which is 0 at a = 0."""
    if _stays(a):
        return dy * y * np.log(a or 1)
    return dy * y * np.log(np.where(np.equal(a, 0), 1, a))


power = Op(
    np.power,
    shapes.broadcast,
    (
        Rule(pull_base, "the power comes down and leaves one less"),
        Rule(
            pull_exponent,
            "an exponential grows by itself times the log of its base",
        ),
    ),
    spelling={"numpy": "{0} ** {1}"},
    kind="arithmetic",
    result_name=("{0}_to_{1}", "power"),
    notation="{#1}^{#2}",
    numpy_functions=(np.float_power,),
    samples=(
        *POSITIVE_PAIRS,
        Sample(((2, 3), (2, 3)), integers={1: 4}),
        Sample(((3,), ()), integers={1: 4}),
    ),
    caution="0 to the power 0 is 1, flat in its base; 0 to a positive power is flat in its exponent",
)
negative = unary(
    np.negative,
    slope=lambda y, x: -1,
    why="a minus sign turns the gradient round",
    spelling={"numpy": "-{0}"},
    kind="sum",
    result_name=("minus_{0}", "minus"),
    notation="-#1",
)
reciprocal = unary(
    np.reciprocal,
    slope=lambda y, x: -(y**2),
    why="the slope of one over {x} is minus its square",
    spelling={"numpy": "1 / {0}"},
    kind="arithmetic",
    result_name=("one_over_{0}", "one_over"),
    notation=r"\frac{1}{#1}",
    definition=lambda x: 1 / x,
    samples=POSITIVE,
)
square = unary(
    np.square,
    slope=lambda y, x: 2 * x,
    why="the slope of a square is twice what was squared",
    spelling={"numpy": "{0} ** 2"},
    kind="arithmetic",
    range=(0, np.inf),
    result_name=("{0}_squared", "squared"),
    notation="{#1}^{2}",
    definition=lambda x: x * x,
    forms=(lambda x: x * x,),
)
sqrt = unary(
    np.sqrt,
    slope=lambda y, x: 1 / (2 * y),
    why="the slope of a root is one over twice the root",
    range=(0, np.inf),
    result_name=("root_{0}", "root"),
    notation=r"\sqrt{#1}",
    definition=lambda x: x**0.5,
    samples=POSITIVE,
    caution="at 0 a root is infinitely steep, and its gradient is inf",
)
cbrt = unary(
    np.cbrt,
    slope=lambda y, x: 1 / (3 * y**2),
    why="the slope of a cube root is one over three times its square",
    spelling={
        "torch": "torch.sign({0}) * torch.abs({0}) ** (1 / 3)",
        "tensorflow": "tf.math.sign({0}) * tf.math.abs({0}) ** (1 / 3)",
    },
    notation=r"\sqrt[3]{#1}",
    definition=lambda x: x ** (1 / 3),
    samples=POSITIVE,
    caution="at 0 a root is infinitely steep, and its gradient is inf",
)
absolute = unary(
    np.absolute,
    slope=lambda y, x: np.sign(x),
    why="the size of {x} grows with {x} where it is positive and against it where it is negative",
    numpy_functions=(np.fabs,),
    spelling={
        "numpy": "np.abs({0})",
        "torch": "torch.abs({0})",
        "tensorflow": "tf.math.abs({0})",
    },
    range=(0, np.inf),
    notation=r"\left|#1\right|",
    caution="at 0 its slope is taken as 0",
    samples=on(REALS, -2.0, 2.0, 0.0),
    analytic=False,
)
sign = Op(
    np.sign,
    shapes.broadcast,
    (Rule(lambda dy, y, x: np.zeros_like(x), "a sign is flat on both sides of 0"),),
    range=(-1, 1),
    notation=r"\operatorname{sign}(#1)",
    caution="at its jump at 0 its slope is taken as 0",
    samples=on(REALS, -2.0, 2.0, 0.0),
    analytic=False,
)
or_one = composite(
    lambda x: np.where(x > 0, x, 1),
    sloped(lambda y, x: x > 0, "{x} passes where it is positive; 1 is flat"),
    forms=None,
    name="or_one",
    title="divisor that is not 0",
    notation="#1",
    caution="where x is not positive 1 stands in its place, and its slope is taken as 0",
    samples=on(REALS, -2.0, 2.0, 0.0),
)
"""What a rule divides by, where 0/0 has to be 0: formulas say x, and the caution of the rule's op says what becomes of 0."""
hypot = Op(
    np.hypot,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, a, b: dy * a / or_one(y),
            "a length grows by each side's share of it",
        ),
        Rule(
            lambda dy, y, a, b: dy * b / or_one(y),
            "a length grows by each side's share of it",
        ),
    ),
    spelling={"tensorflow": None},
    commutes=True,
    range=(0, np.inf),
    notation=r"\sqrt{{#1}^{2} + {#2}^{2}}",
    definition=lambda a, b: np.sqrt(a**2 + b**2),
    caution="at 0 its slope is taken as 0",
    samples=PAIRS,
)
floor = steps(np.floor, r"\lfloor #1 \rfloor")
ceil = steps(np.ceil, r"\lceil #1 \rceil")
trunc = steps(
    np.trunc,
    r"\operatorname{trunc}(#1)",
    spelling={"tensorflow": "tf.math.sign({0}) * tf.math.floor(tf.math.abs({0}))"},
)
rint = steps(
    np.rint,
    r"\operatorname{round}(#1)",
    spelling={"torch": "torch.round({0})"},
)
floor_divide = steps(
    np.floor_divide,
    r"\lfloor \frac{#1}{#2} \rfloor",
    rules=2
    * (
        Rule(
            lambda dy, y, a, b: np.zeros_like(y),
            "between its jumps a whole quotient is flat",
        ),
    ),
    spelling={"numpy": "{0} // {1}"},
    samples=POSITIVE_PAIRS,
)
remainder = steps(
    np.remainder,
    r"#1 \operatorname{mod} #2",
    rules=(
        Rule(lambda dy, y, a, b: dy, "what is left over grows as the whole does"),
        Rule(
            lambda dy, y, a, b: -dy * np.floor_divide(a, b),
            "each time that it goes in whole, the divisor takes its growth away",
        ),
    ),
    spelling={"numpy": "{0} % {1}"},
    samples=POSITIVE_PAIRS,
)
