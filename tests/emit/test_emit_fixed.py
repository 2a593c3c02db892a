"""Emitted source on other data than it was read with: it follows, or it says what was fixed, with the user's line."""

import inspect
import math
import random
import subprocess
import sys

import numpy as np
import pytest

import chainrule

RNG = np.random.default_rng(5)
V, V2 = np.array([0.5, -1.2, 2.3, 0.7]), np.array([-0.5, 2.2, 0.3, -0.9])
X, X2 = RNG.normal(size=(5, 4)), RNG.normal(size=(8, 4))
Y, Y2 = np.array([0, 1, 2, 1, 0]), np.array([3, 1, 0, 0, 1, 2, 1, 3])


def a_branch(v):
    if v[0] > 0:
        return np.sum(v**2)
    return np.sum(v**3)


def a_whole_number(v):
    return np.sum(v[: int(abs(v[2]))] ** 2) + np.sum(v)


def while_it_is_large(v):
    while np.sum(np.abs(v)) > 1:
        v = v * 0.5
    return np.sum(v**2)


def a_list_by_a_place(v):
    return np.sum([np.sin, np.cos, np.tanh, np.exp][np.argmax(v)](v))


def a_dict_by_a_place(v):
    return {0: 1.0, 1: 2.0, 2: 3.0, 3: 4.0}[int(np.argmin(v))] * np.sum(v**2)


def drawn(v):
    return np.sum((v * np.random.randn(4)) ** 2)  # noqa: NPY002 - users do


def drawn_by_python(v):
    return random.random() * np.sum(v**2)


def a_mask_that_is_drawn(v):
    mask = np.random.rand(*v.shape) > 0.5  # noqa: NPY002 - users do
    return np.sum((v * mask) ** 2) + np.sum(v)


def each_entry_by_itself(v):
    return sum(x if x > 0 else 0.01 * x for x in v) ** 2


def by_pythons_max(v):
    return max(v) ** 2 + np.sum(v)


def sorted_by_python(v):
    low, *_, high = sorted(v)
    return low * high


def an_assertion(v):
    try:
        assert v[0] > 0
        return np.sum(v**2)
    except AssertionError:
        return np.sum(v**3)


def a_plain_list(v):
    listed = v.tolist()
    return v[listed.index(max(listed))] ** 2 + np.sum(v)


def counted_one_by_one(v):
    return np.sum(v**2) / sum(1 for x in v if x > 0)


def a_length_that_decides(X):
    return np.sum(X**3) if len(X) > 6 else np.sum(X**2)


def a_share_of_a_length(X):
    return np.sum(X[: int(0.6 * len(X))] ** 2)


def half_of_a_length(X):
    return np.sum(X[: len(X) // 2] ** 2)


def all_but_one(X):
    return np.sum(X[: len(X) - 1] ** 2)


def every_second_row(X):
    h = np.zeros(4)
    for i in range(0, len(X), 2):
        h = np.tanh(h + X[i])
    return np.sum(h**2)


def from_the_second_row_on(X):
    h = X[0]
    for i in range(1, len(X)):
        h = np.tanh(h + X[i])
    return np.sum(h**2)


def batches(X):
    total = 0.0
    for i in range(0, len(X), 2):
        batch = X[i : i + 2]
        total += np.sum(batch**2) / len(batch)
    return total


def as_many_zeros(X):
    return np.sum(X**2) + len([0.0] * len(X))


def a_table_of_points(X):
    return np.sum(np.linspace(0.0, 1.0, len(X))[:, None] * X**2)


def each_class(X, y):
    return sum(np.sum(X[y == c].mean(axis=0) ** 2) for c in np.unique(y))


def each_class_in_a_loop(X, y):
    total = 0.0
    for c in np.unique(y):
        total += np.sum(X[y == c].mean(axis=0) ** 2)
    return total


FIXED = {
    a_branch: ("v[0] > 0", (V,), (V2,)),
    a_whole_number: ("int(abs(v[2]))", (V,), (V2,)),
    while_it_is_large: ("np.sum(np.abs(v)) > 1", (V,), (10 * V,)),
    a_list_by_a_place: ("[np.argmax(v)]", (V,), (V2,)),
    a_dict_by_a_place: ("int(np.argmin(v))", (V,), (V2,)),
    drawn: ("np.random.randn(4)", (V,), (V,)),
    drawn_by_python: ("random.random()", (V,), (V,)),
    a_mask_that_is_drawn: ("np.random.rand(*v.shape)", (V,), (V,)),
    each_entry_by_itself: ("x > 0", (V,), (V2,)),
    by_pythons_max: ("max(v)", (V,), (V2,)),
    sorted_by_python: ("sorted(v)", (V,), (V2,)),
    an_assertion: ("v[0] > 0", (V,), (V2,)),
    a_plain_list: ("v.tolist()", (V,), (V2,)),
    counted_one_by_one: ("x > 0", (V,), (V2,)),
    a_length_that_decides: ("len(X) > 6", (X,), (X2,)),
    a_share_of_a_length: ("int(0.6 * len(X))", (X,), (X2,)),
    half_of_a_length: ("len(X) // 2", (X,), (X2,)),
    all_but_one: ("X[: len(X) - 1]", (X,), (X2,)),
    every_second_row: ("range(0, len(X), 2)", (X,), (X2,)),
    from_the_second_row_on: ("range(1, len(X))", (X[:1],), (X2,)),
    batches: ("range(0, len(X), 2)", (X,), (X2,)),
    as_many_zeros: ("[0.0] * len(X)", (X,), (X2,)),
    a_table_of_points: ("np.linspace(0.0, 1.0, len(X))", (X,), (X2,)),
    each_class: ("np.unique(y)", (X, Y), (X2, Y2)),
    each_class_in_a_loop: ("c in np.unique(y)", (X, Y), (X2, Y2)),
}


def a_mask(v):
    return np.sum(v[v > 0] ** 2) / len(v[v > 0])


def places_of_the_largest(v):
    return v[np.argmax(v)] ** 2 + np.sum(v[np.where(v > 0)[0]])


def a_float_by_a_length(X):
    m = X.shape[0]
    return 1.0 / m * np.sum(X**2) + 0.1 / (2 * m) * np.sum(X) + 0.5 * m


def a_number_of_numpys_by_a_length(X):
    return np.float64(2.0) / len(X) * np.sum(X**2) + 3.0 ** -len(X) * np.sum(X)


def turn_by_turn(X):
    h = np.zeros(4)
    for i in range(len(X)):
        h = np.tanh(h + X[i])
    return np.sum(h**2)


def row_by_row(X):
    h = np.zeros(4)
    for row in X:
        h = np.tanh(h + row)
    return np.sum(h**2)


def softmax_row_by_row(X, y):
    loss = 0.0
    for i in range(X.shape[0]):
        scores = X[i] - np.max(X[i])
        loss += -scores[y[i]] + np.log(np.sum(np.exp(scores)))
    return loss / X.shape[0]


def what_is_only_shown(X):
    for row in X:
        print(float(row[0]))  # noqa: T201 - users do
    return np.sum(X**2)


def what_is_formatted(v):
    print("%.2f of %d" % (v[0], v[1]))  # noqa: T201, UP031 - users do
    return np.sum(v**2)


def a_function_of_math(v):
    return np.sum(v**2) * math.exp(v[0])


FOLLOWED = {
    a_mask: ((V,), (V2,)),
    places_of_the_largest: ((V,), (V2,)),
    a_float_by_a_length: ((X,), (X2,)),
    a_number_of_numpys_by_a_length: ((X,), (X2,)),
    turn_by_turn: ((X,), (X2,)),
    row_by_row: ((X,), (X2,)),
    softmax_row_by_row: ((X, Y), (X2, Y2)),
    what_is_only_shown: ((X,), (X2,)),
    what_is_formatted: ((V,), (V2,)),
    a_function_of_math: ((V,), (V2,)),
}


def written(function, given, **options):
    names = list(inspect.signature(function).parameters)
    arrays = {name: one.copy() for name, one in zip(names, given, strict=True)}
    return chainrule.emit(function, wrt=[names[0]], **arrays, **options)


def is_right(function, text, given):
    """Whether emitted source gives the loss and the gradient of a function there."""
    scope = {}
    exec(text, scope)
    derive = scope["loss_and_gradients"]
    names = list(inspect.signature(function).parameters)
    arrays = dict(zip(names, given, strict=True))
    asked = [arrays[name] for name in inspect.signature(derive).parameters]
    try:
        loss, (found,) = derive(*asked)
    except (IndexError, ValueError):
        return False
    first = given[0]
    slope = np.zeros_like(first)
    for at in np.ndindex(first.shape):
        step = np.zeros_like(first)
        step[at] = 1e-6
        above, below = (function(first + s * step, *given[1:]) for s in (1, -1))
        slope[at] = (above - below) / 2e-6
    same = found.shape == slope.shape and np.allclose(found, slope, 1e-5, 1e-6)
    return bool(same and np.allclose(loss, function(*given)))


@pytest.mark.parametrize("function", FIXED, ids=lambda one: one.__name__)
def test_what_other_data_decide_otherwise_is_said_with_its_line(function):
    said, given, other = FIXED[function]
    text = written(function, given)
    rows, first = inspect.getsourcelines(function)
    line = next(first + n for n, row in enumerate(rows) if n and said in row)
    noted = " ".join(row[2:] for row in text.splitlines() if row.startswith("# "))
    assert f"test_emit_fixed.py, line {line}, `" in noted
    assert said in noted
    # and it matters: there the source is another function's
    assert not is_right(function, text, other)


@pytest.mark.parametrize("function", FOLLOWED, ids=lambda one: one.__name__)
def test_source_without_a_note_is_right_on_other_data(function, capsys):
    given, other = FOLLOWED[function]
    text = written(function, given)
    assert "This was read from one run" not in text
    assert is_right(function, text, given)
    assert is_right(function, text, other)


@pytest.mark.parametrize("part", ["forward", "backward", "step", "script"])
def test_every_part_says_it(part):
    assert "`v[0] > 0`: True" in written(a_branch, (V,), part=part)


@pytest.mark.parametrize("dialect", ["tensorflow", "torch", "jax", "javascript", "c"])
def test_every_dialect_says_it(dialect):
    assert "`v[0] > 0`: True" in written(a_branch, (V,), dialect=dialect)


SCRIPT = """\
import numpy as np

X = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]])
y = np.array([1.0, 0.0, 8.0])
w = np.array([0.3, -0.2])
if len(y) > 100:
    X = X[:100]
loss = 0.0
for i in range(len(y)):
    error = X[i] @ w - y[i]
    loss += 0.5 * error**2 if abs(error) <= 1.0 else abs(error) - 0.5
loss = 1.0 / (2 * len(y)) * loss
"""


@pytest.mark.parametrize("verb", ["emit", "explain"])
def test_the_terminal_says_it_of_a_script(verb, tmp_path):
    (tmp_path / "robust.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-m", "chainrule", verb, "robust.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    told = [row for row in done.stderr.splitlines() if "numbers of this run" in row]
    assert any("robust.py, line 11, `abs(error) <= 1.0`" in row for row in told)
    assert any("robust.py, line 9, `range(len(y))`: 3" in row for row in told)
    assert "line 11" in done.stdout
    if verb == "emit":
        assert "(2 * y.shape[0])" in done.stdout
