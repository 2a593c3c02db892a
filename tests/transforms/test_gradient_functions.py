"""Gradient functions: right, in the structure of the arguments, derived once for each form of them."""

import collections
import copy
import dataclasses
import functools
import pickle

import numpy as np
import pytest

import chainrule
from chainrule import grad, value_and_grad
from chainrule.program import DTypeError, ProgramError, UsageError


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def differences(f, x, h=1e-6):
    """The gradient by central differences."""
    slope = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = h
        slope[place] = (f(x + step) - f(x - step)) / (2 * h)
    return slope


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=6)


def test_every_call_gives_the_value_and_the_gradient_and_only_the_first_derives(x):
    both = value_and_grad(rosenbrock)
    for point in (x, 2 * x, x - 1):
        value, slope = both(point)
        np.testing.assert_allclose(value, rosenbrock(point), rtol=1e-13)
        np.testing.assert_allclose(slope, differences(rosenbrock, point), rtol=1e-5)
    assert both.n_derived == 1


def test_another_shape_or_type_is_derived_on_its_own_and_keeps_its_type(x):
    slope = grad(rosenbrock)
    assert slope(x.astype(np.float32)).dtype == np.float32
    assert slope(x[:3]).shape == (3,)
    assert slope(x).dtype == np.float64
    assert slope(x.astype(np.float32)).dtype == np.float32
    assert slope.n_derived == 3


Layer = collections.namedtuple("Layer", "W b")  # noqa: PYI024 - what users write


@dataclasses.dataclass(frozen=True)
class Model:
    W: np.ndarray
    b: float
    name: str = "linear"
    depth: int = 2


STRUCTURES = {
    "named tuple": lambda W, b: Layer(W, b),
    "dataclass": lambda W, b: Model(W, b),
}


@pytest.mark.parametrize("kind", STRUCTURES)
def test_a_gradient_has_the_structure_of_its_argument(kind, x):
    p = STRUCTURES[kind](x[:2], 0.5)

    def loss(p, x):
        return np.sum((x * p.W + p.b) ** 2)

    slope = grad(loss)
    for _ in range(2):
        found = slope(p, x[:2])
        assert type(found) is type(p)
        np.testing.assert_allclose(found.W, 2 * (x[:2] * p.W + p.b) * x[:2])
        assert type(found.b) is float


def test_nested_dicts_lists_and_tuples_give_zeros_for_the_unused_and_none_for_the_rest():
    p = {
        "layers": [{"W": np.ones((2, 3))}, (np.ones(3), np.float32(2.0))],
        "unused": np.ones(4),
        "name": "net",
        "count": 3,
        "labels": np.arange(3),
    }

    def loss(p):
        inner = p["layers"][1]
        return np.sum(p["layers"][0]["W"] @ inner[0]) * p["count"]

    for slope in (grad(loss), grad(loss)):
        found = slope(p)
        np.testing.assert_array_equal(found["layers"][0]["W"], np.full((2, 3), 3.0))
        assert found["layers"][1][1] == 0
        assert found["layers"][1][1].dtype == np.float32
        np.testing.assert_array_equal(found["unused"], np.zeros(4))
        assert found["name"] is found["count"] is found["labels"] is None


def test_arguments_may_have_any_name_and_be_given_in_any_way(x):
    def energy(x, *, loss, wrt=2.0, step="square"):
        power = {"square": 2, "cube": 3}[step]
        return loss * np.sum(x**power) + wrt

    slope = grad(energy, wrt=("x", "wrt"))
    for step, power in (("square", 2), ("cube", 3), ("square", 2)):
        dx, dwrt = slope(x, loss=3.0, step=step)
        np.testing.assert_allclose(dx, 3 * power * x ** (power - 1))
        assert dwrt == 1.0
    assert slope.n_derived == 2
    assert grad(energy, wrt="loss")(x=x, loss=3.0) == pytest.approx(np.sum(x**2))


def test_what_else_a_function_returns_comes_back_beside_the_loss(x):
    def loss(x):
        h = np.tanh(x)
        return np.sum(h), {"h": h, "n": len(x), "names": ["a", "b"]}

    for both in (value_and_grad(loss, has_aux=True),) * 2:
        (value, aux), slope = both(x)
        assert value == pytest.approx(np.sum(np.tanh(x)))
        np.testing.assert_allclose(aux["h"], np.tanh(x))
        assert (aux["n"], aux["names"]) == (6, ["a", "b"])
        np.testing.assert_allclose(slope, 1 - np.tanh(x) ** 2)
    assert grad(loss, has_aux=True)(x)[1]["n"] == 6


def test_callables_of_all_kinds(x):
    class Loss:
        def __init__(self, scale):
            self.scale = scale

        def __call__(self, x):
            return self.scale * np.sum(x**2)

        def method(self, x):
            return self(x) / 2

    np.testing.assert_allclose(grad(Loss(3.0))(x), 6 * x)
    np.testing.assert_allclose(grad(Loss(3.0).method)(x), 3 * x)
    bound = functools.partial(lambda s, x, p=3: s * np.sum(x**p), 2.0, p=2)
    np.testing.assert_allclose(grad(bound)(x), 4 * x)
    np.testing.assert_allclose(grad(np.sum)(x), np.ones(6))


def test_the_caller_s_arrays_are_never_written_and_no_two_results_share_memory(x):
    x.flags.writeable = False
    slopes = grad(lambda a, b: np.sum(a + b) + np.sum(a), wrt=(0, 1))
    for _ in range(3):
        da, db = slopes(x, x)
        da += 5
        np.testing.assert_array_equal(db, np.ones(6))
        np.testing.assert_array_equal(da, np.full(6, 7.0))


def test_arrays_in_every_layout_give_the_same(x):
    plain = np.arange(12.0).reshape(3, 4)
    slope = grad(lambda a: np.sum(np.sin(a) * np.arange(4)))
    true = np.cos(plain) * np.arange(4)
    layouts = (
        plain,
        np.asfortranarray(plain),
        plain[::-1][::-1],
        plain.repeat(2, 0)[::2],
    )
    for array in layouts:
        np.testing.assert_allclose(slope(array), true, rtol=1e-14)
    assert slope.n_derived == 1


def test_naive_forms_stay_finite_as_everywhere_in_chainrule():
    slope = grad(lambda z: np.sum(-np.log(1 / (1 + np.exp(-z)))))
    for _ in range(2):
        np.testing.assert_allclose(slope(np.array([-1e4, 0.0, 1e4])), [-1, -0.5, 0])


def test_a_gradient_of_a_gradient_of_a_gradient():
    third = grad(grad(grad(lambda x: x**4)))
    assert [third(2.0), third(3.0)] == [48.0, 72.0]


def test_an_inner_gradient_may_use_what_the_outer_one_differentiates_by(x):
    data, labels = np.arange(12.0).reshape(2, 6) / 10, np.array([1.0, -1.0])

    def inner(w):
        return np.sum((data @ w - labels) ** 2)

    def outer(w):
        own = grad(lambda v: np.sum(v**2 * w))(np.ones(6))
        moved = w - 0.1 * grad(inner)(w) + 0.01 * own
        return inner(moved)

    slope = grad(outer)
    for point in (x, x + 1):
        np.testing.assert_allclose(slope(point), differences(outer, point), rtol=1e-5)
    assert slope.n_derived == 1


def test_refusals_say_what_to_do(x):
    with pytest.raises(DTypeError, match="x is int64") as integers:
        grad(lambda x: np.sum(x * 1.0))(np.arange(3))
    assert integers.value.hint == "pass x.astype(float)"
    with pytest.raises(ProgramError, match="E323"):
        grad(lambda x: x * 2)(x)
    with pytest.raises(ProgramError, match="returns NoneType, not a loss"):
        grad(lambda x: None)(x)
    with pytest.raises(UsageError, match="'y', to differentiate by, was not given"):
        grad(lambda x, y: np.sum(x * y), wrt="y")(x)
    with pytest.raises(UsageError, match="nothing has been derived yet"):
        grad(rosenbrock).source()
    with pytest.raises(UsageError, match="compared by its value"):
        grad(lambda x, o: np.sum(x), static="o")(x, [])


def test_its_source_is_what_runs_and_speaks_other_dialects(x):
    both = value_and_grad(rosenbrock)
    value, slope = both(x)
    scope = {}
    text = both.source("numpy")
    exec(text, scope)
    kept = text.split("    (\n")[1].split("    ) = kept")[0].count(",")
    found = scope["loss_and_gradients"](x, [None] * kept)
    np.testing.assert_array_equal(found[1], slope)
    assert found[0] == value
    assert "import torch" in both.source("torch")


def test_a_gradient_function_can_be_copied_and_pickled(x):
    both = value_and_grad(rosenbrock)
    both(x)
    for again in (copy.deepcopy(both), pickle.loads(pickle.dumps(both))):
        np.testing.assert_array_equal(again(x)[1], both(x)[1])


def test_scipy_s_minimisers_take_it_as_it_is():
    optimize = pytest.importorskip("scipy.optimize")
    both = value_and_grad(rosenbrock)
    found = optimize.minimize(both, np.zeros(5), jac=True, method="BFGS")
    np.testing.assert_allclose(found.x, np.ones(5), rtol=1e-5)
    assert both.n_derived == 1
    newton = optimize.minimize(
        both,
        np.zeros(5),
        jac=True,
        hessp=chainrule.hvp(rosenbrock),
        method="Newton-CG",
        options={"xtol": 1e-10},
    )
    np.testing.assert_allclose(newton.x, np.ones(5), rtol=1e-5)


@pytest.mark.parametrize("function", [np.mean, np.var, lambda x: np.sum(np.mean(x))])
def test_a_python_float_is_an_array_of_one_number_at_every_call(function):
    slope = grad(lambda x: function(x) * 2.0)
    first, *others = (slope(2.0) for _ in range(3))
    assert others == [first, first]
    assert type(others[0]) is float
