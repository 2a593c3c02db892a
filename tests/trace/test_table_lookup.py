"""Labels that index a plain table: recorded, not baked in."""

import numpy as np
import pytest

from chainrule.derive import backward
from chainrule.emit import emit
from chainrule.program import run
from chainrule.trace import trace

X = np.array([[0.5, 1.0], [-1.0, 2.0], [0.3, -0.7]])
LABELS = np.array([0, 2, 1])
OTHERS = np.array([1, 1, 0])
W = np.arange(6.0).reshape(2, 3) / 10
PRICES = np.array([1.0, 2.5, 4.0])
COSTS = np.arange(30.0).reshape(3, 10)


def one_hot(X, y, W):
    Y = np.eye(3)[y]
    return np.sum((X @ W - Y) ** 2)


def sized(X, y, W):
    k = W.shape[1]
    return np.mean((X @ W - np.eye(k)[y]) ** 2)


def weighed(X, y, W):
    return np.sum(PRICES[y][:, None] * (X @ W) ** 2)


def two_places(X, y, W):
    row = 2
    return np.sum(COSTS[y, row] * (X @ W)[:, 0] ** 2)


def enclosed(scale):
    def loss(X, y, W):
        Y = scale * np.eye(3)[y]
        return np.sum((X @ W - Y) ** 2)

    return loss


FUNCTIONS = {
    "one_hot": one_hot,
    "sized": sized,
    "weighed": weighed,
    "two_places": two_places,
    "enclosed": enclosed(2.0),
    "lambda": lambda X, y, W: np.sum((X @ W - np.eye(3)[y]) ** 2),
}
EVERY = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


@EVERY
def test_the_program_follows_other_labels(function):
    found = trace(function, X=X, y=LABELS, W=W)
    named = found.program.named()
    for labels in (LABELS, OTHERS):
        numbers = {
            **{v: found.numbers[v] for v in found.program.inputs},
            named["y"]: labels,
        }
        again = run(found.program, numbers)
        (result,) = found.program.outputs
        np.testing.assert_allclose(
            again.numbers[result], function(X, labels, W), rtol=1e-14
        )


def test_the_table_is_written_as_the_user_wrote_it():
    found = trace(one_hot, X=X, y=LABELS, W=W)
    assert "np.eye(3)[y]" in emit(backward(found))
    names = [line.result.name for line in found.program.lines]
    assert "Y" in names


def test_a_helper_that_looks_up_is_followed():
    def twice(X, y, W):
        return one_hot(X, y, W) * 2

    found = trace(twice, X=X, y=LABELS, W=W)
    (result,) = found.program.outputs
    again = run(found.program, {**found.numbers, found.program.named()["y"]: OTHERS})
    np.testing.assert_allclose(again.numbers[result], twice(X, OTHERS, W), rtol=1e-14)


def test_nothing_is_left_behind_in_the_module():
    trace(one_hot, X=X, y=LABELS, W=W)
    assert not [name for name in globals() if "chainrule_" in name]
