"""Code that calls scipy.special: its gradients against complex steps or differences, and what nobody knows refused."""

import numpy as np
import pytest
from scipy import special

import chainrule
from chainrule.program import NoRuleError, ProgramError

X = np.array([1.0, 2.0, 4.0, 0.5])
COUNTS = np.array([1.0, 0.0, 4.0, 2.0])


def poisson(mean):
    return -np.sum(COUNTS * np.log(mean) - mean - special.gammaln(COUNTS + 1))


def gamma_density(a, b):
    log_density = a * np.log(b) - special.gammaln(a)
    return -np.sum(log_density + (a - 1) * np.log(X) - b * X)


def dirichlet(alpha):
    normaliser = special.gammaln(alpha.sum()) - special.gammaln(alpha).sum()
    return -(normaliser + np.sum((alpha - 1) * np.log(X / X.sum())))


def probit(w):
    return -np.sum(special.log_ndtr(X * w))


def negative_binomial(spread, odds):
    p = special.expit(odds)
    ways = special.gammaln(COUNTS + spread) - special.gammaln(spread)
    return -np.sum(ways + spread * np.log(p) + special.xlog1py(COUNTS, -p))


def cross_entropy(w):
    p = special.expit(w * X - 1)
    return -np.mean(special.xlogy(COUNTS > 0, p) + special.xlogy(COUNTS == 0, 1 - p))


def diffraction(width):
    return np.sum((2 * special.j1(width * X) / (width * X)) ** 2)


CASES = [
    (poisson, {"mean": 1.5}),
    (gamma_density, {"a": 1.2, "b": 0.7}),
    (dirichlet, {"alpha": np.array([0.5, 1.0, 2.0, 3.0])}),
    (probit, {"w": 0.3}),
    (negative_binomial, {"spread": 2.5, "odds": -0.4}),
    (cross_entropy, {"w": 0.4}),
    (diffraction, {"width": 0.8}),
]


def difference(function, given, name):
    """The slope in one argument by five points."""
    array = np.asarray(given[name], float)
    slopes, step = np.zeros_like(array), 1e-3
    for place in np.ndindex(array.shape):
        moved = np.zeros_like(array)
        moved[place] = step
        near, far = (
            function(**{**given, name: array + k * moved})
            - function(**{**given, name: array - k * moved})
            for k in (1, 2)
        )
        slopes[place] = (8 * near - far) / (12 * step)
    return slopes


@pytest.mark.parametrize(
    ("function", "given"), CASES, ids=[c[0].__name__ for c in CASES]
)
def test_the_gradient_is_the_slope(function, given):
    found = chainrule.gradients(function, **given)
    for name in given:
        true = difference(function, given, name)
        np.testing.assert_allclose(found[name], true, rtol=1e-8, atol=1e-9)


@pytest.mark.spread(4)
@pytest.mark.parametrize(
    ("function", "given"), CASES, ids=[c[0].__name__ for c in CASES]
)
def test_it_is_explained_and_written_for_numpy(function, given):
    assert chainrule.explain(function, **given).to_text()
    space = {}
    exec(chainrule.emit(function, wrt=list(given), **given), space)
    data = {"X": X, "COUNTS": COUNTS}
    loss, gradients = space["loss_and_gradients"](**given, **_asked(space, data))
    np.testing.assert_allclose(loss, function(**given), rtol=1e-12)
    for found, name in zip(gradients, given, strict=True):
        true = difference(function, given, name)
        np.testing.assert_allclose(found, true, rtol=1e-8, atol=1e-9)


def _asked(space, data):
    code = space["loss_and_gradients"].__code__
    return {
        name: data[name]
        for name in code.co_varnames[: code.co_argcount]
        if name in data
    }


def test_a_slope_that_nobody_knows_is_refused_and_not_0():
    with pytest.raises(NoRuleError, match="E303"):
        chainrule.gradients(lambda a: np.sum(special.gammainc(a, X)), a=1.3)
    x = chainrule.gradients(lambda x: np.sum(special.gammainc(1.3, x)), x=X)["x"]
    density = X**0.3 * np.exp(-X) / special.gamma(1.3)
    np.testing.assert_allclose(x, density, rtol=1e-12)


def test_what_a_framework_has_no_function_for_says_where_it_can_be_written():
    with pytest.raises(ProgramError, match="E305") as caught:
        chainrule.emit(lambda a: np.sum(special.jv(1.5, a * X)), a=1.1, dialect="torch")
    assert caught.value.hint == "emit it for numpy"
