"""Jacobians, Hessians and products with a direction agree with each other and with what is known."""

import numpy as np
import pytest

from chainrule import grad, hessian, hvp, jacobian, jvp, ops
from chainrule.program import ShapeError, UsageError


def curved(x):
    return np.sum(np.sin(x) * x[::-1] ** 2) + np.prod(np.cosh(x))


@pytest.fixture
def x():
    return np.random.default_rng(1).normal(size=4)


FUNCTIONS = {
    "as many": lambda x: np.tanh(x) * x[::-1],
    "fewer": lambda x: np.stack([np.sum(x**2), np.prod(x)]),
    "more": lambda x: np.outer(x, np.exp(x)),
    "one": lambda x: np.sum(x**3),
    "linear": lambda x: np.cumsum(x)[1:],
    "kinked": lambda x: np.maximum(x, 0.1 * x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_jacobian_is_all_directions_at_once(name, x):
    f = FUNCTIONS[name]
    J = jacobian(f)(x)
    value = f(x)
    assert J.shape == (*np.shape(value), 4)
    h = 1e-6
    for k, step in enumerate(np.eye(4)):
        slope = (f(x + h * step) - f(x - h * step)) / (2 * h)
        np.testing.assert_allclose(J[..., k], slope, rtol=1e-6, atol=1e-8)
    v = np.array([1.0, -2.0, 0.5, 3.0])
    again, moved = jvp(f)(x, v)
    np.testing.assert_allclose(again, value, rtol=1e-14)
    np.testing.assert_allclose(moved, J @ v, rtol=1e-12, atol=1e-13)


def test_the_dot_product_identity_holds_for_structures():
    p = {"W": np.arange(6.0).reshape(2, 3) / 5, "b": np.array([0.1, 0.2, 0.3])}
    v = {"W": np.ones((2, 3)), "b": np.array([1.0, -1.0, 2.0])}
    x = np.array([0.3, -0.7])

    def f(p, x):
        return {"h": np.tanh(x @ p["W"] + p["b"]), "norm": np.sum(p["W"] ** 2)}

    value, moved = jvp(f)(p, v, x)
    J = jacobian(f)(p, x)
    for key in value:
        product = np.sum(J[key]["W"] * v["W"], axis=(-2, -1)) + J[key]["b"] @ v["b"]
        np.testing.assert_allclose(moved[key], product, rtol=1e-12)


def test_a_hessian_is_the_jacobian_of_the_gradient_and_symmetric(x):
    H = hessian(curved)(x)
    np.testing.assert_allclose(H, H.T, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(H, jacobian(grad(curved))(x), rtol=1e-12, atol=1e-12)
    v = np.array([1.0, 2.0, -1.0, 0.0])
    np.testing.assert_allclose(hvp(curved)(x, v), H @ v, rtol=1e-12)


def test_a_hessian_of_several_arguments_is_in_blocks():
    def f(a, b):
        return np.sum(a**2) * np.sum(b) + b[0] ** 3

    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])
    (aa, ab), (ba, bb) = hessian(f, wrt=(0, 1))(a, b)
    np.testing.assert_allclose(aa, 2 * np.eye(2) * 12)
    np.testing.assert_allclose(ab, np.outer(2 * a, np.ones(3)))
    np.testing.assert_allclose(ba, ab.T)
    np.testing.assert_allclose(bb, np.diag([18.0, 0, 0]))


def test_a_jacobian_inside_of_what_is_differentiated(x):
    def spread(x):
        return np.sum(jacobian(lambda y: y**2 * np.sum(y))(x) ** 2)

    h = 1e-6
    slope = grad(spread)(x)
    for k, step in enumerate(np.eye(4)):
        true = (spread(x + h * step) - spread(x - h * step)) / (2 * h)
        assert slope[k] == pytest.approx(true, rel=1e-6)


def test_the_direction_stands_behind_what_moves_and_is_shaped_like_it(x):
    def f(scale, x):
        return scale * x**2

    value, moved = jvp(f, wrt=1)(3.0, x, np.ones(4))
    np.testing.assert_allclose(moved, 6 * x)
    value, moved = jvp(f, wrt="x")(3.0, np.ones(4), x=x)
    np.testing.assert_allclose(moved, 6 * x)
    value, moved = jvp(f, wrt=(0, 1))(3.0, x, (1.0, np.zeros(4)))
    np.testing.assert_allclose(moved, value / 3)
    with pytest.raises(
        ShapeError, match=r"the direction is \(3,\), and what moves is \(4,\)"
    ):
        jvp(f, wrt=1)(3.0, x, np.ones(3))
    with pytest.raises(UsageError, match="hvp needs a direction"):
        hvp(curved)(x)


@pytest.mark.parametrize("name", ["exp", "tanh", "sigmoid", "log1p", "softmax", "sqrt"])
def test_products_with_directions_hold_for_ops_with_rules_of_their_own(name):
    x, v = np.array([0.3, 0.7, 1.9]), np.array([1.0, -0.5, 2.0])
    op = ops.CATALOGUE[name]
    J = jacobian(op)(x)
    np.testing.assert_allclose(jvp(op)(x, v)[1], J @ v, rtol=1e-12)
    H = hessian(lambda x: np.sum(op(x) ** 2))(x)
    np.testing.assert_allclose(H, H.T, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("n", [2, 6], ids=["written out", "too large for that"])
def test_a_rule_that_brings_a_mask_is_differentiated_again(n):
    draws = np.random.default_rng(0)
    matrix, along, weights = draws.normal(size=(3, n, n))
    matrix = matrix @ matrix.T + n * np.eye(n)
    slope = grad(lambda a: np.sum(np.linalg.cholesky((a + a.T) / 2) ** 3))

    def inner(a):
        return np.sum(slope(a) * weights)

    up, down = (inner(matrix + e * along) for e in (1e-5, -1e-5))
    found = np.sum(grad(inner)(matrix) * along)
    np.testing.assert_allclose(found, (up - down) / 2e-5, rtol=1e-6)
