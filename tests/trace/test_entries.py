"""``np.nditer`` and ``np.ndenumerate`` over arrays that are followed: what is read and written through them is."""

import numpy as np
import pytest

import chainrule
from chainrule.check.verdict import Verdict
from chainrule.program import ChainruleError


def by_hand(w):
    entries = np.nditer(w, flags=["multi_index"], op_flags=["readwrite"])
    total = 0.0
    while not entries.finished:
        total = total + entries[0] ** 2 * entries.multi_index[0]
        entries.iternext()
    return total


def one_by_one(w):
    total = 0.0
    for entry in np.nditer(w):
        total = total + np.sin(entry)
    return total


def written(w):
    w = w.copy()
    with np.nditer(w, op_flags=["readwrite"]) as entries:
        for entry in entries:
            entry[...] = entry * entry
    return np.sum(w * w)


def numbered(w):
    return sum(entry * i * j for (i, j), entry in np.ndenumerate(w))


@pytest.mark.parametrize("function", [by_hand, one_by_one, written, numbered])
def test_the_gradient_is_that_of_the_entries(function):
    w = np.arange(6.0).reshape(2, 3)
    expected = np.zeros_like(w)
    for place in np.ndindex(w.shape):
        moved = w.astype(complex)
        moved[place] += 1e-20j
        expected[place] = np.imag(function(moved)) / 1e-20
    np.testing.assert_allclose(chainrule.gradients(function, w)["w"], expected)


def test_several_entries_at_once_are_refused():
    def loss(w):
        return sum(np.sum(part) for part in np.nditer(w, flags=["external_loop"]))

    with pytest.raises(ChainruleError, match="external_loop"):
        chainrule.gradients(loss, np.ones((2, 3)))


def test_gradients_that_are_compared_with_differences_of_such_entries_are_judged(check):
    text = """
import numpy as np
rng = np.random.default_rng(0)
X, y, params = rng.normal(size=(6, 3)), rng.normal(size=(6, 2)), {}
params["W"] = rng.normal(size=(3, 2))
def loss_of(W):
    return np.mean((X @ params["W"] - y) ** 2)
loss = loss_of(None)
grads = {"W": 2 * X.T @ (X @ params["W"] - y) / y.size}
x = params["W"]
it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
while not it.finished:
    ix = it.multi_index
    old = x[ix]
    x[ix] = old + 1e-5
    up = loss_of(x)
    x[ix] = old - 1e-5
    down = loss_of(x)
    x[ix] = old
    print((up - down) / 2e-5 - grads["W"][ix])
    it.iternext()
"""
    report = check(text)
    assert report.exit_code == 0
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
    wrong = check(text.replace("y.size}", "len(y)}"))
    assert [line.source[:5] for line in wrong.lines if line.fix] == ["grads"]
