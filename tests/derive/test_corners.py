"""Where a derived gradient is easily wrong: broadcasting, axes, repeated indices, writes in place, odd types."""

import itertools

import numpy as np
import pytest

from chainrule.derive import backward
from chainrule.program import CannotTrace, NoRuleError
from chainrule.trace import trace

RNG = np.random.default_rng(7)
A = RNG.normal(size=(3, 4))
A += np.where(np.abs(A) < 0.05, 0.1, 0.0)  # away from the kink at 0
C = RNG.normal(size=(2, 3, 4))
STEP = 1e-4
STEPS = (-2 * STEP, -STEP, STEP, 2 * STEP)


def weighed(result):
    """A sum in which no two entries count alike."""
    weights = np.cos(np.arange(1.0, np.size(result) + 1)).reshape(np.shape(result))
    return np.sum(result * weights)


def measured(function, arrays, name):
    """The gradient by 5-point differences."""
    found = np.zeros(arrays[name].shape)
    for place in np.ndindex(*found.shape):
        points = []
        for step in STEPS:
            moved = {key: array.copy() for key, array in arrays.items()}
            moved[name][place] += step
            points.append(float(function(**moved)))
        found[place] = (points[0] - 8 * points[1] + 8 * points[2] - points[3]) / (
            12 * STEP
        )
    return found


def assert_derived(function, **arrays):
    derived = backward(trace(function, **arrays))
    told = {value.name: value for value in derived.wrt}
    for name, array in arrays.items():
        gradient = derived.gradient(told[name])
        assert gradient.shape == array.shape
        assert gradient.dtype == array.dtype
        np.testing.assert_allclose(
            gradient, measured(function, arrays, name), rtol=1e-6, atol=1e-6
        )


BINARY = (
    np.add,
    np.subtract,
    np.multiply,
    np.divide,
    np.power,
    np.maximum,
    np.minimum,
    np.hypot,
    np.arctan2,
    np.logaddexp,
)
BROADCAST = (
    ((), ()),
    ((), (3,)),
    ((1,), (3,)),
    ((3, 1), (1, 4)),
    ((2, 3, 4), (4,)),
    ((2, 1, 4), (3, 1)),
    ((1, 1), ()),
    ((4,), (3, 4)),
    ((2, 3, 4), (1, 3, 1)),
)


@pytest.mark.spread(4)
@pytest.mark.parametrize("function", BINARY, ids=lambda one: one.__name__)
@pytest.mark.parametrize("shapes", BROADCAST, ids=str)
def test_what_broadcasting_copied_is_added_up_again(function, shapes):
    # the same numbers whichever tests ran before: a pair of nearly equal ones is a kink of maximum for differences
    rng = np.random.default_rng(1)
    left, right = (np.asarray(rng.uniform(0.5, 2.0, size=shape)) for shape in shapes)
    assert_derived(lambda a, b: weighed(function(a, b)), a=left, b=right)


PRODUCTS = (
    ((3,), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((1, 2, 3), (5, 3, 4)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (3,)),
    ((2, 1, 2, 3), (5, 3, 4)),
)


@pytest.mark.parametrize("shapes", PRODUCTS, ids=str)
def test_products_of_stacks_and_vectors(shapes):
    left, right = (RNG.normal(size=shape) for shape in shapes)
    assert_derived(lambda a, b: weighed(a @ b), a=left, b=right)


REDUCTIONS = (np.sum, np.mean, np.max, np.min, np.prod, np.std, np.var)


@pytest.mark.spread(4)
@pytest.mark.parametrize("function", REDUCTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("axis", [None, 0, -1, 1, (0, 1), (-1, 0)], ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions_along_every_axis(function, axis, keepdims):
    assert_derived(
        lambda a: weighed(function(a, axis=axis, keepdims=keepdims)), a=A.copy()
    )


SUBSCRIPTS = (
    "ii->i",
    "ii->",
    "ij,ij->",
    "ij,kj->ik",
    "ij->ji",
    "ij,jk,kl->il",
    "i,j->ij",
    "ijk,k->ij",
    "ijk,ijk->k",
    "ii,i->i",
    "ij,j,i->",
)


@pytest.mark.parametrize("subscripts", SUBSCRIPTS)
def test_einsum_with_repeated_and_missing_letters(subscripts):
    words = subscripts.partition("->")[0].split(",")
    arrays = {
        f"a{n}": RNG.normal(size=(3,) * len(word)) for n, word in enumerate(words)
    }
    assert_derived(
        lambda **given: weighed(np.einsum(subscripts, *given.values())), **arrays
    )


READS = {
    "repeated rows": lambda a: a[[0, 2, 2, 1]],
    "repeated pairs": lambda a: a[[0, 2, 2], [0, 3, 3]],
    "a table of rows": lambda a: a[np.array([[0, 2], [2, 1]])],
    "from the end": lambda a: a[[-1, -1, 0]],
    "a new axis": lambda a: a[None, :, 0],
    "a mask and a column": lambda a: a[np.array([True, False, True]), 1],
    "backwards": lambda a: a[::-1, ::-2],
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_an_entry_read_twice_gets_both_gradients(read):
    assert_derived(lambda a: weighed(read(a)), a=A.copy())


def test_indices_apart_from_one_another():
    assert_derived(lambda a: weighed(a[[0, 1], :, [0, 0]]), a=C.copy())
    assert_derived(lambda a: weighed(a[:, [0, 0, 1], 1:]), a=C.copy())


def masked(x):
    h = x * 1.5
    h[h < 0] = 0
    return weighed(np.cos(h) * h)


def leaking(x):
    h = x * 1.5
    h[h < 0] *= 0.1
    return weighed(h**2)


def column(x):
    h = np.exp(x)
    h[:, 0] += x[:, 1]
    return weighed(h * h)


def standardised(x):
    h = x * 2
    h -= h.mean(axis=0)
    h /= h.std(axis=0) + 1
    return weighed(h**3)


def row_by_row(x):
    h = np.empty_like(x)
    for i in range(3):
        h[i] = x[i] * (i + 1) + (h[i - 1] if i else 0)
    return weighed(h**2)


def through_a_view(x):
    h = x * 2
    row = h[0]
    row *= 3
    return weighed(h**2)


def some_of_some(x):
    h = x * 2
    h[[0, 2], [1, 3]] *= x[1, :2]
    return weighed(h**2)


def a_mask_from_itself(x):
    h = np.zeros_like(x)
    positive = x > 0
    h[positive] = x[positive] ** 2
    return weighed(h**2)


def a_block(x):
    h = x * 2
    h[1:, ::2] = x[:2, :2]
    h[..., -1] = 0
    h[1, 2] = x[0, 0]
    return weighed(h**3)


def exchanged(x):
    h = x * 2
    h[[0, 1]] = h[[1, 0]]
    return weighed(h**2)


def added_where_it_repeats(x):
    h = x * 2
    np.add.at(h, [0, 0, 1], x)
    return weighed(h**2)


def out_of_a_ufunc(x):
    h = x * 2
    np.maximum(h, 0.1, out=h)
    return weighed(h**2)


def filled(x):
    h = x * 2
    h.fill(1.0)
    return weighed(h * x)


def chosen(x):
    return weighed(np.select([x > 0.5, x < -0.5], [x**2, -x], 0.5 * x))


WRITES = (
    masked,
    leaking,
    column,
    standardised,
    row_by_row,
    through_a_view,
    some_of_some,
    a_mask_from_itself,
    a_block,
    exchanged,
    added_where_it_repeats,
    out_of_a_ufunc,
    filled,
    chosen,
)


@pytest.mark.parametrize("function", WRITES, ids=lambda one: one.__name__)
def test_writes_in_place_are_followed(function):
    assert_derived(function, x=A.copy())


def test_an_entry_written_twice_is_refused():
    def twice(x):
        h = x * 2
        h[[0, 0, 1]] += 1.0
        return np.sum(h**2)

    with pytest.raises(CannotTrace, match="more than once") as caught:
        trace(twice, x=A)
    assert "np.add.at" in caught.value.hint


@pytest.mark.parametrize(
    "function",
    [
        lambda b: np.sum(np.frexp(b)[0]),
        lambda b: np.sum(np.linalg.eig(np.outer(b, b))[0]),
    ],
    ids=["frexp", "eig"],
)
def test_several_results_without_a_rule_are_no_silent_zero(function):
    with pytest.raises(NoRuleError, match="E303"):
        backward(trace(function, b=np.array([1.0, 2.0])))


def test_traced_values_in_nested_lists_are_refused():
    with pytest.raises(CannotTrace, match="E301"):
        trace(lambda x: np.sum(np.histogramdd([x[0], x[1]])[0]), x=A)


KEPT = {
    "layers": lambda x, w, b: np.mean(np.maximum(0, x @ w + b) ** 2),
    "softmax": lambda x, w, b: (
        -np.mean(
            np.log(np.exp(x @ w + b) / np.exp(x @ w + b).sum(axis=1, keepdims=True))[
                :, 0
            ]
        )
    ),
    "spread": lambda x, w, b: np.sum((x @ w + b) / ((x @ w + b).std(0) + 1e-5)),
    "norm": lambda x, w, b: np.linalg.norm(x @ w + b) + np.var(x @ w),
    "counted": lambda x, w, b: np.sum(x @ w + b) / x.shape[0] / x.size,
    "ordered": lambda x, w, b: np.sum(np.sort(x @ w + b, axis=0)[0]) + np.max(b),
    "running": lambda x, w, b: np.sum(np.cumsum(x @ w) ** 2) + np.prod(b),
    "chosen": lambda x, w, b: (
        np.sum(np.where(x @ w > 0, b, 0.1 * b)) + np.clip(b, -1, 1)[0]
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_float32_stays_float32(name):
    shapes = {"x": (4, 3), "w": (3, 2), "b": (2,)}
    arrays = {key: RNG.normal(size=s).astype(np.float32) for key, s in shapes.items()}
    derived = backward(trace(KEPT[name], **arrays))
    assert {value.dtype for value in derived.run.program.values() if value.ndim} <= {
        np.dtype(np.float32),
        np.dtype(np.int64),
        np.dtype(bool),
    }
    wide = {key: array.astype(np.float64) for key, array in arrays.items()}
    exact = backward(trace(KEPT[name], **wide))
    for narrow, full in zip(derived.wrt, exact.wrt, strict=True):
        np.testing.assert_allclose(
            derived.gradient(narrow), exact.gradient(full), rtol=1e-4, atol=1e-5
        )


def test_integers_take_part_without_a_gradient():
    counts = np.arange(12).reshape(4, 3)
    derived = backward(trace(KEPT["layers"], x=counts, w=A[:, :2][:3], b=A[0, :2]))
    assert [value.name for value in derived.wrt] == ["w", "b"]


def test_no_rows_give_no_gradient():
    derived = backward(
        trace(
            lambda x, w: np.sum(np.maximum(0, x @ w) ** 2),
            x=np.zeros((0, 3)),
            w=A[:3, :2],
        )
    )
    assert derived.gradient("x").shape == (0, 3)
    assert not derived.gradient("w").any()


SMOOTH = {
    "a product": lambda x, w: np.sum(np.tanh(x @ w) ** 2),
    "broadcast": lambda x, w: np.sum(np.exp(x[:, :1] * w[0]) / (1 + w[1] ** 2)),
    "shares": lambda x, w: np.sum(
        np.exp(x @ w) / np.exp(x @ w).sum(axis=1, keepdims=True) * x[:, :2]
    ),
    "indexed": lambda x, w: np.sum((x @ w)[[0, 0, 2], [1, 1, 0]] ** 3),
    "running": lambda x, w: np.sum(np.cumsum(x @ w, axis=0) ** 3),
    "einsum": lambda x, w: np.sum(np.einsum("ij,jk,jk->ik", x, w, w) ** 2),
    "written": lambda x, w: masked(x @ w),
}


@pytest.mark.spread(4)
@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("of", ["x", "w"])
def test_the_gradient_of_a_gradient(name, of):
    arrays = {"x": RNG.normal(size=(3, 3)), "w": RNG.normal(size=(3, 2))}
    direction = {key: RNG.normal(size=array.shape) for key, array in arrays.items()}

    def slopes(**given):
        first = backward(trace(SMOOTH[name], **given))
        return first, {key: first.gradient(key) for key in given}

    first, _ = slopes(**arrays)
    found = first.gradients[first.forward.program.named()[of]]
    second = backward(
        _dotted(first.run, found, direction[of]), wrt=first.forward.program.inputs[:2]
    )
    for key, value in zip(arrays, second.wrt, strict=True):
        for place in itertools.islice(np.ndindex(*arrays[key].shape), 0, None, 2):
            points = []
            for step in STEPS:
                moved = {k: array.copy() for k, array in arrays.items()}
                moved[key][place] += step
                points.append(float(np.sum(slopes(**moved)[1][of] * direction[of])))
            slope = (points[0] - 8 * points[1] + 8 * points[2] - points[3]) / (
                12 * STEP
            )
            np.testing.assert_allclose(
                second.gradient(value)[place], slope, rtol=1e-6, atol=1e-6
            )


def _dotted(run, value, direction):
    """The run that goes on to the sum of ``value`` times ``direction``."""
    from chainrule.trace import Traced, Tracer

    tracer = Tracer(named=False)
    tracer.builder.adopt(run)
    total = np.sum(Traced(tracer, value) * direction)
    return tracer.builder.run([total.value])


def test_labels_that_are_true_or_false_are_labels():
    def loss(w, X, t):
        p = 0.5 * (np.tanh(X @ w) + 1)
        return -np.sum(np.log(p * t + (1 - p) * (1 - t)))

    arrays = {
        "w": np.array([0.3, -0.7]),
        "X": A[:, :2],
        "t": np.array([True, False, True]),
    }
    run = trace(loss, **arrays)
    w = run.program.named()["w"]
    found = backward(run, run.program.outputs[0], [w]).gradient(w)
    np.testing.assert_allclose(found, measured(loss, arrays, "w"), rtol=1e-8)
