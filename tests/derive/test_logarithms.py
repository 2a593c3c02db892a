"""Logarithms of what exponentials make, and their quotients: value and slope against mpmath, however large.

The same lambdas run on arrays with NumPy and on numbers of thousands of digits with mpmath: nothing there overflows
or cancels, and none of the code under test has a part in it.
"""

import mpmath
import numpy as np
import pytest

from chainrule import trace, value_and_grad
from chainrule.derive import fuse, recognise

PLACES = [-800.0, -50.0, -1.5, -1e-3, 0.3, 50.0, 800.0]
DIGITS = 1500
"""1 - tanh(800)² begins in the 695th digit."""
FAR, FAR_DIGITS = [-1e4, 1e4], 14_000


class Exact:
    """NumPy's words for single numbers of mpmath."""

    exp, log, log1p = mpmath.exp, mpmath.log, mpmath.log1p
    cosh, sinh, tanh = mpmath.cosh, mpmath.sinh, mpmath.tanh
    log2 = staticmethod(lambda x: mpmath.log(x, 2))
    reciprocal = staticmethod(lambda x: 1 / x)
    where = staticmethod(lambda condition, yes, no: yes if condition else no)


def sigmoid(m, x):
    return 1 / (1 + m.exp(-x))


FORMS = {
    "the logarithm of a choice": lambda m, x: m.log(m.where(x > 1, sigmoid(m, x), 1 - sigmoid(m, x))),
    "a choice of logarithms": lambda m, x: m.where(x < 1, -m.log(1 - sigmoid(m, x)), -m.log(sigmoid(m, x))),
    "a focal loss": lambda m, x: -((1 - sigmoid(m, x)) ** 2) * m.log(sigmoid(m, x)) * 0.25,
    "a focal loss of the other class": lambda m, x: -(sigmoid(m, x) ** 2) * m.log(1 - sigmoid(m, x)),
    "weights by class": lambda m, x: -(2 * 0.3 * m.log(sigmoid(m, x)) + 0.7 * m.log(1 - sigmoid(m, x))),
    "log odds": lambda m, x: m.log(sigmoid(m, x) / (1 - sigmoid(m, x))),
    "log of a likelihood": lambda m, x: m.log(sigmoid(m, x) ** 3 * (1 - sigmoid(m, x)) ** 2),
    "divergence of two shares": lambda m, x: 0.3 * m.log(0.3 / sigmoid(m, x)) + 0.7 * m.log(0.7 / (1 - sigmoid(m, x))),
    "log1p of minus a share": lambda m, x: m.log1p(-1 / (1 + m.exp(-x))),
    "bits": lambda m, x: m.log2(sigmoid(m, x)),
    "log cosh": lambda m, x: m.log(m.cosh(x)),
    "log cosh by powers": lambda m, x: m.log((m.exp(x) + m.exp(-x)) / 2),
    "1 - tanh²": lambda m, x: m.log(1 - m.tanh(x) ** 2),
    "two powers": lambda m, x: m.log(3 * m.exp(x) + m.exp(-2 * x)),
    "a share of two powers": lambda m, x: m.exp(x) / (m.exp(x) + m.exp(-x)),
    "the density of a sigmoid": lambda m, x: m.exp(-x) / (1 + m.exp(-x)) ** 2,
    "a growth curve": lambda m, x: 3 / (1 + m.exp(-2 * x)),
    "over cosh": lambda m, x: x / m.cosh(x),
    "sinh over cosh": lambda m, x: m.sinh(x) / m.cosh(x),
    "reciprocal": lambda m, x: m.reciprocal(1 + m.exp(-x)),
    "a power of a share": lambda m, x: sigmoid(m, x) ** 2.5,
}  # fmt: skip


def exact(form, x, digits=DIGITS):
    """The value and the slope at ``x``, to as many digits as a float has and many more."""
    with mpmath.workdps(digits):
        at, step = mpmath.mpf(x), mpmath.mpf(10) ** -(digits // 3)
        rise = form(Exact, at + step) - form(Exact, at - step)
        return float(form(Exact, at)), float(rise / (2 * step))


@pytest.mark.spread(4)
@pytest.mark.parametrize("name", FORMS)
def test_what_exponentials_make_has_its_value_and_slope_however_large(name):
    agree(FORMS[name], PLACES, DIGITS)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FORMS][::3])
def test_what_exponentials_make_has_its_value_and_slope_at_ten_thousand(name):
    agree(FORMS[name], FAR, FAR_DIGITS)


def agree(form, places, digits):
    x = np.array(places)
    expected = [exact(form, place, digits) for place in places]
    with np.errstate(all="ignore"):
        value, slope = value_and_grad(lambda x: np.sum(form(np, x)))(x)
    np.testing.assert_allclose(slope, [s for _, s in expected], rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(value, sum(v for v, _ in expected), rtol=1e-13)


@pytest.mark.parametrize("name", FORMS)
def test_control_the_same_forms_are_not_finite_in_numpy(name):
    with np.errstate(all="ignore"):
        run = trace(lambda x: FORMS[name](np, x), x=np.array(PLACES))
        steps = [run.numbers[line.result] for line in run.program.lines]
    assert not all(np.isfinite(number).all() for number in steps)


Z = np.array([-1000.0, -800.0, 1.0, 2.0, 800.0])
MANY = {
    "one entry of a softmax": lambda z: -np.log((np.exp(z) / np.exp(z).sum())[1]),
    "one power over all": lambda z: -np.log(np.exp(z[1]) / np.sum(np.exp(z))),
    "one against the others": lambda z: (
        -np.log(np.exp(z[1]) / (np.exp(z[1]) + np.sum(np.exp(z[np.array([0, 2, 3, 4])]))))
    ),
    "shares of some": lambda z: np.log(np.sum((np.exp(z) / np.exp(z).sum())[1:3])),
    "the mean of powers": lambda z: np.log(np.mean(np.exp(z))),
    "weighted powers": lambda z: np.log(np.sum(np.array([1, 2, 3, 4, 5.0]) * np.exp(z))),
    "products of shares": lambda z: np.dot(np.array([0, 1.0, 0, 1, 0]), np.log(1 / (1 + np.exp(-z)))),
}  # fmt: skip


@pytest.mark.parametrize("name", MANY)
def test_logarithms_of_many_powers_are_those_of_shifted_ones(name):
    found, slope = value_and_grad(MANY[name])(Z)
    with mpmath.workdps(DIGITS):
        value = precisely(name, [mpmath.mpf(z) for z in Z])
        slopes = []
        for place in range(len(Z)):
            moved = [mpmath.mpf(z) for z in Z]
            moved[place] += mpmath.mpf(10) ** -500
            slopes.append(
                float((precisely(name, moved) - value) * mpmath.mpf(10) ** 500)
            )
    np.testing.assert_allclose(found, float(value), rtol=1e-13)
    np.testing.assert_allclose(slope, slopes, rtol=1e-10, atol=1e-14)


def precisely(name, z):
    powers = [mpmath.exp(one) for one in z]
    total = mpmath.fsum(powers)
    match name:
        case "shares of some":
            return mpmath.log((powers[1] + powers[2]) / total)
        case "the mean of powers":
            return mpmath.log(total / 5)
        case "weighted powers":
            return mpmath.log(mpmath.fsum((i + 1) * p for i, p in enumerate(powers)))
        case "products of shares":
            return sum(mpmath.log(1 / (1 + mpmath.exp(-z[i]))) for i in (1, 3))
        case _:
            return -mpmath.log(powers[1] / total)


def test_what_cannot_vanish_is_left_as_it_is_written():
    run = trace(lambda x: np.log(np.exp(x) / np.sum(np.exp(x)) + 1e-12), x=np.array([1.0, 2.0]))  # fmt: skip
    ops = [line.op.name for line in fuse(recognise(run)).program.lines]
    assert ops == ["softmax", "add", "log"]
