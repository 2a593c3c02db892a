"""Tests of the tests: a rule that is wrong in one way is caught at once."""

from dataclasses import replace

import numpy as np
import pytest
from op_cases import Case
from test_rules import dot_products, first_order

from chainrule import ops
from chainrule.program import ChainruleError, Rule

SLIPS = {
    "twice too large": lambda pull: lambda *args, **params: pull(*args, **params) * 2,
    "one percent too large": lambda pull: (
        lambda *args, **params: pull(*args, **params) * 1.01
    ),
    "wrong by the tenth digit": lambda pull: (
        lambda *args, **params: pull(*args, **params) * (1 + 3e-10)
    ),
    "the sign flipped": lambda pull: lambda *args, **params: -pull(*args, **params),
    "plus a little": lambda pull: lambda *args, **params: pull(*args, **params) + 1e-6,
    "the gradient from above forgotten": lambda pull: (
        lambda dy, y, *args, **params: pull(np.ones_like(dy), y, *args, **params)
    ),
}
VICTIMS = [
    "tanh",
    "sigmoid",
    "exp",
    "multiply",
    "divide",
    "matmul",
    "sum",
    "mean",
    "softmax",
    "norm",
    "binary_cross_entropy",
    "tensordot",
]


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("name", VICTIMS)
def test_a_planted_slip_is_caught(name: str, slip: str):
    op = ops.CATALOGUE[name]
    rule = op.rule(0)
    wrong = replace(op, rules=(Rule(SLIPS[slip](rule.vjp), rule.why), *op.rules[1:]))
    case = Case(wrong, op.samples[0], 0)
    assert case.moving
    with pytest.raises((AssertionError, ChainruleError)):
        first_order(case)


def test_one_wrong_entry_is_caught():
    def pull(dy, y, x):
        slope = 1 - y * y
        return dy * np.where(y == np.max(y), slope * 1.01, slope)

    wrong = replace(ops.tanh, rules=(Rule(pull, "nearly right"),))
    with pytest.raises(AssertionError):
        first_order(Case(wrong, ops.tanh.samples[0], 0))


def test_a_forgotten_broadcast_is_caught():
    """A rule that sums a gradient to one number: right in shape after copying, wrong in every entry."""
    wrong = replace(
        ops.add,
        rules=(ops.add.rules[0], Rule(lambda dy, y, a, b: np.mean(dy), "not so")),
    )
    with pytest.raises(AssertionError):
        first_order(Case(wrong, ops.add.samples[1], 1))


def test_the_dot_product_sees_a_transposed_product():
    def pull(dy, y, a, b):
        return np.matmul(dy, b)

    square = replace(ops.matmul.samples[0], shapes=((3, 3), (3, 3)))
    wrong = replace(
        ops.matmul, rules=(Rule(pull, "not turned around"), ops.matmul.rules[1])
    )
    with pytest.raises(AssertionError):
        dot_products(Case(wrong, square, 0))
