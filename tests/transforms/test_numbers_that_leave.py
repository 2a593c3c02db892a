"""A gradient function measures itself against its function, where a number leaves it."""

import numpy as np
import pytest
from scipy import special, stats

import chainrule
from chainrule.program import CannotTrace

X = np.array([0.1, 0.2, 0.3])
KINDS = {
    "grad": chainrule.grad,
    "value_and_grad": chainrule.value_and_grad,
    "jacobian": chainrule.jacobian,
    "hessian": chainrule.hessian,
}


def through_a_library(x):
    return np.sum(stats.t.cdf(x, 3.0))


def through_a_library_on_the_way(x):
    inner = np.sin(x) * 2
    return np.sum(stats.t.cdf(inner, 3.0) * x)


def a_single_number(x):
    return special.multigammaln(np.sum(x) + 3, 2)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(
    "function", [through_a_library, through_a_library_on_the_way, a_single_number]
)
def test_a_gradient_that_was_lost_in_a_library_is_refused(kind, function):
    with pytest.raises(CannotTrace, match="E304"):
        kind(function)(X)


def test_it_is_refused_beside_other_arguments_and_results():
    def loss(weights, x):
        share = stats.t.cdf(weights["w"] * x, 3.0)
        return np.sum(share), {"share": x}

    with pytest.raises(CannotTrace, match="E304"):
        chainrule.grad(loss, has_aux=True)({"w": X, "b": 1.0}, X)
    with pytest.raises(CannotTrace, match="E304"):
        chainrule.jacobian(lambda w, x: (x, stats.t.cdf(w * x, 3.0)))(X, X)


def test_a_number_that_leaves_for_a_log_costs_no_gradient():
    log = []

    def loss(x):
        log.append(stats.t.cdf(np.sum(x), 3.0))
        return np.sum(x**2)

    slope = chainrule.grad(loss)
    np.testing.assert_allclose(slope(X), 2 * X)
    np.testing.assert_allclose(slope(2 * X), 4 * X)
    assert np.isclose(log[-1], stats.t.cdf(np.sum(2 * X), 3.0))


def test_what_left_is_not_remembered_for_other_arguments():
    def loss(x):
        steps = np.round(stats.t.cdf(x[0], 3.0) * 10)
        return np.sum(x**2) * steps

    slope = chainrule.grad(loss)
    for x in (X, 5 * X, X):
        np.testing.assert_allclose(
            slope(x), 2 * x * np.round(stats.t.cdf(x[0], 3.0) * 10)
        )


def test_what_is_drawn_is_drawn_alike_when_it_is_measured():
    generator = np.random.default_rng(0)
    drawn = []

    def loss(x):
        drawn.append(generator.normal(size=3))
        stats.t.cdf(x, 3.0)
        return np.sum(x * drawn[-1])

    slope = chainrule.grad(loss)(X)
    np.testing.assert_array_equal(slope, drawn[0])


def test_what_is_not_seen_to_be_used_is_looked_at():
    slope = chainrule.grad(lambda x, y: np.sum(x**2), (0, 1))
    for one, other in zip(slope(X, X), (2 * X, 0 * X), strict=True):
        np.testing.assert_allclose(one, other)

    class Kept:
        """What takes numbers by a way that nobody thought of."""

        def __init__(self, x):
            self.numbers = bytearray(
                b"".join(float(one).hex().encode() + b"," for one in x)
            )

        def total(self):
            return sum(
                float.fromhex(one.decode()) for one in self.numbers.split(b",")[:-1]
            )

    def loss(x, y):
        return np.sum(x**2) + Kept(y).total()

    with pytest.raises(CannotTrace):
        chainrule.grad(loss, (0, 1))(X, X)
    with pytest.raises(CannotTrace):
        chainrule.gradients(loss, x=X, y=X, wrt=["x", "y"])
