"""Kinks, ties and edges: one table, kept exactly; and numbers that stay finite where the naive form would not."""

import numpy as np
import pytest

from chainrule import ops
from chainrule.derive import backward
from chainrule.trace import Tracer, trace

INF = float("inf")

# op, arguments, parameters, the gradient of its sum with respect to each argument
CONVENTIONS = [
    ("relu", [0.0], {}, [0.0]),
    ("relu", [-0.0], {}, [0.0]),
    ("leaky_relu", [0.0], {"slope": 0.25}, [0.25]),
    ("prelu", [0.0, 0.25], {}, [0.25, 0.0]),
    ("elu", [0.0], {"alpha": 0.5}, [0.5]),
    ("selu", [0.0], {}, [1.0507009873554805 * 1.6732632423543772]),
    ("celu", [0.0], {"alpha": 0.5}, [1.0]),
    ("softsign", [0.0], {}, [1.0]),
    ("hard_tanh", [1.0], {}, [1.0]),
    ("hard_tanh", [-1.0], {}, [1.0]),
    ("hard_sigmoid", [3.0], {}, [1 / 6]),
    ("hard_sigmoid", [-3.0], {}, [1 / 6]),
    ("hard_swish", [3.0], {}, [1.5]),
    ("hard_swish", [-3.0], {}, [-0.5]),
    ("absolute", [0.0], {}, [0.0]),
    ("sign", [0.0], {}, [0.0]),
    ("floor", [2.0], {}, [0.0]),
    ("ceil", [2.0], {}, [0.0]),
    ("trunc", [2.0], {}, [0.0]),
    ("rint", [2.5], {}, [0.0]),
    ("floor_divide", [6.0, 3.0], {}, [0.0, 0.0]),
    ("remainder", [6.0, 3.0], {}, [1.0, -2.0]),
    ("hypot", [0.0, 0.0], {}, [0.0, 0.0]),
    ("or_one", [0.0], {}, [0.0]),
    ("one_less", [0.0], {}, [0.0]),
    ("maximum", [2.0, 2.0], {}, [0.5, 0.5]),
    ("minimum", [2.0, 2.0], {}, [0.5, 0.5]),
    ("clip", [1.0, -1.0, 1.0], {}, [1.0, 0.0, 0.0]),
    ("clip", [-1.0, -1.0, 1.0], {}, [1.0, 0.0, 0.0]),
    ("clip", [2.0, -1.0, 1.0], {}, [0.0, 0.0, 1.0]),
    ("max", [[1.0, 3.0, 3.0]], {}, [[0.0, 0.5, 0.5]]),
    ("min", [[1.0, 1.0, 1.0, 1.0]], {}, [[0.25] * 4]),
    ("max", [[[2.0, 2.0], [1.0, 3.0]]], {"axis": 1}, [[[0.5, 0.5], [0.0, 1.0]]]),
    (
        "max_pool",
        [[[[[1.0, 1.0], [0.0, 0.5]]]]],
        {"size": (2, 2), "stride": (2, 2), "padding": (0, 0)},
        [[[[[0.5, 0.5], [0.0, 0.0]]]]],
    ),
    ("norm", [[0.0, 0.0]], {}, [[0.0, 0.0]]),
    ("std", [[2.0, 2.0]], {}, [[0.0, 0.0]]),
    ("zscore", [[2.0, 2.0], 0.5], {}, [[0.0, 0.0], 0.0]),
    ("sqrt", [0.0], {}, [INF]),
    ("cbrt", [0.0], {}, [INF]),
    ("power", [0.0, 0.0], {}, [0.0, 0.0]),
    ("power", [0.0, 2.0], {}, [0.0, 0.0]),
    ("power", [0.0, 1.0], {}, [1.0, 0.0]),
    ("prod", [[0.0, 2.0, 3.0]], {}, [[6.0, 0.0, 0.0]]),
    ("prod", [[0.0, 0.0, 3.0]], {}, [[0.0, 0.0, 0.0]]),
    ("absolute_error", [1.0, 1.0], {}, [0.0, 0.0]),
    ("huber", [1.0, 0.0], {"delta": 1.0}, [1.0, -1.0]),
    ("hinge", [1.0, 1.0], {}, [0.0, 0.0]),
    ("squared_hinge", [1.0, 1.0], {}, [0.0, 0.0]),
]


def gradients(name, arguments, params):
    """The gradients of the sum of an op's result."""
    tracer = Tracer(named=False)
    inputs = [tracer.input(np.array(a), f"x{i}") for i, a in enumerate(arguments)]
    loss = np.sum(tracer.record(ops.CATALOGUE[name], inputs, params))
    wrt = [i.value for i in inputs if i.dtype.kind == "f"]
    derived = backward(tracer.builder.run([loss.value]), loss.value, wrt)
    return [derived.gradient(value) for value in wrt]


@pytest.mark.parametrize(("name", "arguments", "params", "true"), CONVENTIONS)
def test_kinks_and_ties_follow_one_table(name, arguments, params, true):
    with np.errstate(divide="ignore"):
        found = gradients(name, arguments, params)
    for gradient, expected in zip(found, true, strict=True):
        np.testing.assert_array_equal(gradient, np.array(expected))


def test_every_kinked_op_says_so_and_stands_in_the_table():
    tried = {name for name, *_ in CONVENTIONS}
    said = {op.name for op in ops.CATALOGUE.values() if op.caution}
    from_the_outside = {
        "binary_cross_entropy",
        "guarded_cross_entropy",
        "categorical_cross_entropy",
        "sparse_categorical_cross_entropy",
        "poisson",
        "kl_divergence",
        "xlogy",
    }
    of_matrices = {"cholesky", "eigh", "svd"}  # tried on matrices that have them
    assert said - from_the_outside - of_matrices <= tried


EXTREMES = [-1e4, -800.0, -50.0, -1.0, 0.0, 1.0, 50.0, 800.0, 1e4]
# each at x: value and slope, said so that nothing overflows
SIGMOID = [
    0.0,
    0.0,
    1.928749847963918e-22,
    0.2689414213699951,
    0.5,
    0.7310585786300049,
    1.0,
    1.0,
    1.0,
]
STABLE = {
    "sigmoid": (SIGMOID, [s * (1 - s) for s in SIGMOID]),
    "softplus": (
        [
            0,
            0,
            np.exp(-50.0),
            np.log1p(np.exp(-1)),
            np.log(2),
            1 + np.log1p(np.exp(-1)),
            50,
            800,
            1e4,
        ],
        SIGMOID,
    ),
    "log_sigmoid": (
        [
            -1e4,
            -800,
            -50,
            -1 - np.log1p(np.exp(-1)),
            -np.log(2),
            -np.log1p(np.exp(-1)),
            -np.exp(-50.0),
            0,
            0,
        ],
        SIGMOID[::-1],
    ),
}


@pytest.mark.parametrize("name", STABLE)
def test_what_is_built_on_exponentials_is_right_from_minus_to_plus_ten_thousand(name):
    values, slopes = STABLE[name]
    found = ops.CATALOGUE[name](np.array(EXTREMES))
    np.testing.assert_allclose(found, np.array(values, float), rtol=1e-12, atol=1e-300)
    with np.errstate(under="ignore"):
        (slope,) = gradients(name, [EXTREMES], {})
    np.testing.assert_allclose(slope, slopes, rtol=1e-12, atol=1e-22)


@pytest.mark.parametrize(
    "name",
    [
        "sigmoid",
        "log_sigmoid",
        "softplus",
        "silu",
        "mish",
        "gelu",
        "gelu_tanh",
        "elu",
        "selu",
        "celu",
        "tanh",
        "softsign",
        "hard_swish",
    ],
)
def test_activations_and_their_slopes_are_finite_for_large_numbers(name):
    with np.errstate(under="ignore"):
        found = ops.CATALOGUE[name](np.array(EXTREMES))
        (slope,) = gradients(name, [EXTREMES], {})
    assert np.all(np.isfinite(found))
    assert np.all(np.isfinite(slope))
    assert np.all(np.abs(slope) <= 1.8)


@pytest.mark.parametrize("scale", [1.0, 1e2, 1e4])
def test_softmaxes_are_finite_for_large_logits(scale):
    z = np.array([[-1.0, 0.5, 1.0], [1.0, 1.0, 1.0]]) * scale
    shares = ops.softmax(z)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-15)
    assert np.all(np.isfinite(ops.log_softmax(z)))
    assert np.all(np.isfinite(ops.logsumexp(z, axis=1)))
    with np.errstate(under="ignore"):
        for name in ("softmax", "log_softmax", "logsumexp"):
            (slope,) = gradients(name, [z], {"axis": 1})
            assert np.all(np.isfinite(slope))
        np.testing.assert_allclose(
            gradients("logsumexp", [z], {"axis": 1})[0], shares, rtol=1e-12, atol=1e-300
        )


@pytest.mark.parametrize("z", EXTREMES)
@pytest.mark.parametrize("t", [0.0, 1.0])
def test_the_cross_entropy_of_logits_clamps_nothing(z, t):
    value = ops.binary_cross_entropy_with_logits(np.array(z), np.array(t))
    wrong = z if t == 0 else -z
    with np.errstate(under="ignore"):
        true = max(wrong, 0.0) + np.log1p(np.exp(-abs(wrong)))
        slope, _ = gradients("binary_cross_entropy_with_logits", [z, t], {})
    np.testing.assert_allclose(value, true, rtol=1e-12, atol=1e-300)
    sigmoid = SIGMOID[EXTREMES.index(z)]
    assert abs(slope - (sigmoid - t)) <= 1e-12


def test_the_cross_entropy_of_class_logits_clamps_nothing():
    z = np.array([[1e4, -1e4, 0.0]])
    t = np.array([[0.0, 1.0, 0.0]])
    assert ops.categorical_cross_entropy_with_logits(z, t)[0] == 2e4
    assert ops.sparse_categorical_cross_entropy_with_logits(z, np.array([1]))[0] == 2e4
    with np.errstate(under="ignore"):
        slope, _ = gradients("categorical_cross_entropy_with_logits", [z, t], {})
        (sparse,) = gradients(
            "sparse_categorical_cross_entropy_with_logits", [z, [1]], {}
        )
    np.testing.assert_array_equal(slope, [[1.0, -1.0, 0.0]])
    np.testing.assert_array_equal(sparse, slope)


@pytest.mark.parametrize(("p", "t", "value"), [(0.0, 1.0, INF), (1.0, 0.0, INF)])
def test_probabilities_of_0_and_1_are_not_clamped(p, t, value):
    with np.errstate(divide="ignore", invalid="ignore"):
        found = ops.binary_cross_entropy(np.array(p), np.array(t))
        slope, _ = gradients("binary_cross_entropy", [p, t], {})
    assert found == value
    assert abs(slope) == INF


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_sure_and_right_probability_has_no_loss_that_numpy_can_give(p):
    """As plain NumPy has it: 0 log 0 is not a number; the caution says to start from logits, where all is finite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.isnan(ops.binary_cross_entropy(np.array(p), np.array(p)))
    assert "logits" in ops.binary_cross_entropy.caution


def test_0_log_0_is_0_where_the_record_says_so():
    assert ops.xlogy(np.array(0.0), np.array(0.0)) == 0
    assert ops.kl_divergence(np.array(0.5), np.array(0.0)) == 0
    slope, _ = gradients("kl_divergence", [[0.5, 0.5], [0.5, 1.0]], {})
    np.testing.assert_array_equal(slope, [-1.0, -2.0])


def test_products_with_zeros_are_derived_twice_rightly():
    run = trace(lambda x: np.sum(np.prod(x) * np.ones(1)), x=np.array([0.0, 0.0, 3.0]))
    first = backward(run)
    tracer = Tracer(named=False)
    tracer.builder.adopt(first.run)
    gradient = tracer.lift(first.gradients[first.wrt[0]])
    total = np.sum(gradient * tracer.input(np.array([1.0, 10.0, 100.0]), "v"))
    second = backward(tracer.builder.run([total.value]), total.value, first.wrt)
    np.testing.assert_array_equal(second.gradient(first.wrt[0]), [30.0, 3.0, 0.0])


def test_the_branch_that_where_did_not_take_contributes_exactly_0():
    def loss(x):
        return np.sum(np.where(x > 0, np.log(x), 0.0) + np.where(x > 0, np.sqrt(x), x))

    with np.errstate(divide="ignore", invalid="ignore"):
        derived = backward(trace(loss, x=np.array([0.0, -1.0, 2.0])))
    np.testing.assert_allclose(
        derived.gradient("x"), [1.0, 1.0, 0.5 + 0.5 / np.sqrt(2)], rtol=1e-15
    )
