"""What is recorded computes what NumPy computes; what cannot be recorded faithfully is refused with its fix."""

import collections
import math
import warnings

import numpy as np
import pytest

from chainrule import gradients, ops, trace
from chainrule.program import (
    CannotTrace,
    ChainruleError,
    DTypeError,
    ShapeError,
    run,
    verify,
)

X = np.array([[1.0, 2.0, 0.5], [3.0, 4.0, -1.0]])


def written_rows(x):
    h = np.zeros_like(x)
    h[0] = np.exp(x[1])
    h[1] += 2 * x[0]
    return np.sum(h * h)


def through_a_view(x):
    h = np.exp(x)
    row = h[0]
    row *= 2
    row[1:] += x[1, 1:]
    return np.sum(h * h) + np.sum(row)


def numbers_are_not_written_to(x):
    total = np.sum(x)
    other = total
    other += 5 * x[0, 1]
    entry = x[1]
    first = entry[0]
    first *= 3
    return total * other + first * np.sum(entry)


def methods(x):
    return (
        (x.T.reshape(-1) * x.ravel()).mean()
        + x.sum(axis=0).max()
        + x.copy().flatten()[2]
    )


def sizes(x):
    return np.sum(x * x) / x.shape[0] + np.sum(x) / x.size


def by_len(x):
    m = len(x)
    return (1 / m) * np.sum(x * x) + np.sum(x) / len(x.T)


def reflected(x):
    return np.sum(1 - x + 2 * x - x / 3 + 2 / (x + 9) - (-x) + (x > 1) * x)


def indexed(x):
    return np.sum(x[:, [0, 2]] * x[::-1, :2]) + np.sum(
        x[np.arange(2), np.array([0, 1])]
    )


def iterated(x):
    total = 0.0
    for row in x:
        total = total + np.sum(row * row)
    return total


def by_math(x):
    return np.sum(x) * math.exp(x[0, 0])


def taken_out(x):
    return np.sum(x * float(np.max(x)))


def in_place_input(x):
    x = x.copy()
    x -= 1
    return np.sum(x * x)


def into_plain_array(x):
    h = np.zeros(3)
    h[:] = x[0]
    return np.sum(h * h)


def list_as_array(x):
    return np.sum(np.array([x[0], x[1]]) ** 2)


def written_transpose(x):
    h = np.exp(x)
    turned = h.T
    turned += 1
    return np.sum(h * h)


def stale_view(x):
    h = np.exp(x)
    row = h[0]
    h[0] = 0.0
    return np.sum(row) + np.sum(h * h)


def views_side_by_side(x):
    flat = np.exp(x).ravel()
    left, right, both = flat[:2], flat[2:5], flat[1:4]
    crossed = flat.reshape(3, 2).T[1:]
    left += 1.0
    right *= 2.0
    crossed[0] = 7.0
    left *= np.sum(both)
    return np.sum(left**2) + np.sum(right**3) + np.sum(both) + np.sum(crossed * flat[0])


def plain_table(x):
    return np.sum(x * np.eye(3)[np.argmax(x, axis=1), :])


@pytest.mark.parametrize(
    "function",
    [
        written_rows,
        through_a_view,
        numbers_are_not_written_to,
        methods,
        sizes,
        by_len,
        reflected,
        indexed,
        iterated,
        by_math,
        taken_out,
        in_place_input,
        into_plain_array,
        list_as_array,
        written_transpose,
        stale_view,
        views_side_by_side,
        plain_table,
    ],
)
def test_the_program_computes_what_the_function_computes(function):
    recorded = trace(function, x=X)
    verify(recorded.program)
    expected = function(X)
    again = run(recorded.program, {"x": X})
    np.testing.assert_allclose(
        recorded.numbers[recorded.program.outputs[0]], expected, rtol=1e-15
    )
    np.testing.assert_allclose(
        again.numbers[again.program.outputs[0]], expected, rtol=1e-15
    )


def test_a_view_is_not_read_again_where_it_was_not_written_to():
    def learnt(theta):
        a, b = theta[:2], theta[2:]
        a -= 0.1
        b -= 0.2
        return np.sum(a * a) + np.sum(b)

    recorded = trace(learnt, theta=np.arange(5.0))
    read = [one for one in recorded.program.lines if one.op is ops.getitem]
    assert len(read) == 2


@pytest.mark.parametrize("function", [sizes, by_len])
def test_sizes_are_read_from_the_arrays_when_the_program_runs(function):
    recorded = trace(function, x=X)
    other = np.arange(20.0).reshape(5, 4)
    again = run(recorded.program, {"x": other})
    np.testing.assert_allclose(
        again.numbers[again.program.outputs[0]], function(other), rtol=1e-14
    )


def test_the_module_of_a_traced_function_is_left_as_it_was():
    trace(by_len, x=X)
    assert "len" not in globals()


def test_inputs_are_neither_written_nor_shared():
    x = X.copy()
    x.flags.writeable = False
    recorded = trace(written_rows, x=x)
    assert not any(np.shares_memory(number, x) for number in recorded.numbers.values())
    np.testing.assert_array_equal(x, X)


def branch(x):
    return np.sum(x) if x.sum() > 0 else np.sum(-x)


def odd_option(x):
    return np.mean(x, where=np.array([True, False, True]))


@pytest.mark.parametrize(
    ("function", "code", "hint"),
    [
        (branch, "E302", "np.where"),
        (odd_option, "E301", "without where="),
    ],
)
def test_what_would_be_silently_wrong_is_refused_at_its_line(function, code, hint):
    with pytest.raises(ChainruleError) as caught:
        trace(function, x=X)
    error = caught.value
    assert error.code == code
    assert error.where is not None
    assert error.where.file == __file__
    assert hint in error.hint


def test_a_branch_is_followed_when_asked():
    recorded = trace(branch, x=X, follow_branches=True)
    assert recorded.numbers[recorded.program.outputs[0]] == X.sum()


def test_a_column_against_a_row_is_an_error_with_numbers_and_fix():
    def mse(prediction, target):
        return np.mean((prediction - target) ** 2)

    with pytest.raises(ShapeError) as caught:
        trace(mse, prediction=np.ones((64, 1)), target=np.ones(64))
    assert caught.value.code == "E101"
    assert "(64, 64)" in caught.value.detail
    assert "target.reshape(64, 1)" in caught.value.hint


def test_numpy_itself_would_let_the_column_pass():
    assert (np.ones((64, 1)) - np.ones(64)).shape == (64, 64)


def test_all_pairs_on_purpose_are_not_refused():
    def distances(a, b):
        return np.sum((a[:, None] - b[None, :]) ** 2)

    trace(distances, a=np.arange(3.0), b=np.arange(3.0))


def test_shapes_that_do_not_fit_are_told_at_the_users_line():
    def net(X, W):
        z = X @ W
        return np.sum(z)

    with pytest.raises(ShapeError) as caught:
        trace(net, X=np.ones((5, 3)), W=np.ones((4, 3)))
    assert caught.value.where.source == "z = X @ W"
    assert "X is (5, 3), W is (4, 3)" in str(caught.value)
    assert ".T" in caught.value.hint


def test_float32_does_not_drift_to_float64_unnoticed():
    def net(x, c):
        return np.sum(x * c)

    with pytest.raises(DTypeError) as caught:
        trace(net, x=np.ones(3, np.float32), c=np.ones(3))
    assert caught.value.code == "E111"


def test_a_python_float_takes_the_type_of_what_it_meets():
    def net(x, rate):
        return np.sum(x * rate)

    recorded = trace(net, x=np.ones(3, np.float32), rate=0.5)
    assert recorded.program.outputs[0].dtype == np.float32


def test_float32_stays_float32():
    def net(x):
        return np.mean(np.maximum(0, x) * 0.5 + 1 / (1 + np.exp(-x)))

    recorded = trace(net, x=np.ones(3, np.float32))
    assert {
        line.result.dtype
        for line in recorded.program.lines
        if line.result.dtype.kind == "f"
    } == {np.dtype(np.float32)}


def test_overflow_in_the_users_own_line_is_no_error_while_reading():
    def naive(z):
        return np.sum(1 / (1 + np.exp(-z)))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recorded = trace(naive, z=np.array([-1e4, 0.0, 1e4]))
    assert recorded.numbers[recorded.program.outputs[0]] == 1.5


def test_what_a_function_keeps_is_plain_numbers_afterwards():
    kept = []
    trace(lambda x: kept.append(x) or np.sum(x), x=X)
    assert type(kept[0]) is np.ndarray
    np.testing.assert_array_equal(kept[0], X)


def test_a_value_of_another_trace_is_refused():
    kept = collections.deque()
    trace(lambda x: kept.append(x) or np.sum(x), x=X)
    with pytest.raises(CannotTrace):
        trace(lambda x: np.sum(x * kept[0]), x=X)


def test_squared_lengths_of_rows_meet_in_every_pair():
    def spread(X, Y):
        near = np.sum(X**2, 1)[:, None] + np.sum(Y**2, 1) - 2 * X @ Y.T
        return np.sum(np.exp(-near))

    X, Y = np.array([[0.1, 0.7], [0.4, -0.2]]), np.array([[0.3, 0.3], [-0.5, 0.6]])
    found = gradients(spread, X=X, Y=Y, wrt=["X"])["X"]
    apart = X[:, None] - Y
    near = np.exp(-np.sum(apart**2, -1))
    assert np.allclose(found, -2 * np.sum(near[..., None] * apart, axis=1))


def test_a_column_of_sums_against_flat_labels_is_still_refused():
    def loss(X, w, y):
        return np.mean((np.sum(X * w, axis=1, keepdims=True) - y) ** 2)

    with pytest.raises(ShapeError, match="E101"):
        gradients(loss, X=np.ones((4, 2)), w=np.ones(2), y=np.ones(4))


def test_a_count_of_a_script_meets_an_array_of_counts(tmp_path):
    script = tmp_path / "counts.py"
    script.write_text(
        "import numpy as np\nn = 6\nk = np.array([2, 0, 1])\np = np.array([0.2, 0.4, 0.7])\n"
        "loss = -np.sum(k * np.log(p) + (n - k) * np.log(1 - p))\n",
        encoding="utf-8",
    )
    k, p = np.array([2, 0, 1]), np.array([0.2, 0.4, 0.7])
    found = gradients(script, wrt=["p"])["p"]
    assert np.allclose(found, (6 - k) / (1 - p) - k / p)


def test_a_number_that_leaves_where_no_loss_is_computed_is_refused(tmp_path):
    script = tmp_path / "implied.py"
    script.write_text(
        "import json\nimport numpy as np\nX = np.array([[1.0, 0.5], [0.2, -1.0], [0.7, 0.3]])\n"
        "y = np.ones((3, 1))\nW = np.array([[0.3], [-0.2]])\n"
        "for i in range(6):\n"
        "    seen = np.array(json.loads(json.dumps((X @ W).tolist())))\n"
        "    p = X @ W * 0.5 + 0.5 * seen\n"
        "    W -= 0.1 * X.T @ (p - y) / 3\n",
        encoding="utf-8",
    )
    with pytest.raises(CannotTrace, match="E304"):
        gradients(script)


def test_a_distribution_with_plain_parameters_made_beforehand_is_followed():
    stats = pytest.importorskip("scipy.stats")
    bell = stats.norm(0.5, scale=2.0)
    found = gradients(lambda x: np.sum(bell.logpdf(x)), x=np.array([0.0, 1.0]))["x"]
    np.testing.assert_allclose(found, [0.125, -0.125])


PIXELS = np.linspace(0.1, 0.9, 6, dtype=np.float32)


def test_single_precision_data_that_nothing_moves_is_widened():
    def loss(w):
        return np.sum((w * PIXELS - 0.5) ** 2)

    w = np.array([0.3, -0.2, 1.0, 0.4, 0.0, 0.7])
    found = gradients(loss, w=w)["w"]
    wide = PIXELS.astype(np.float64)
    np.testing.assert_allclose(found, 2 * (w * wide - 0.5) * wide, rtol=1e-12)
    with pytest.raises(ChainruleError, match="E111"):
        gradients(lambda w, x: np.sum(w * x), w=w, x=PIXELS)
