"""An update that comes before its weight's last use is moved below it, in the user's own text."""

from pathlib import Path

import pytest

from chainrule.check import Verdict, check_script

CORPUS = Path(__file__).parents[2] / "examples" / "corpus"
HEAD = """import numpy as np

rng = np.random.default_rng(1)
X = rng.normal(size=(6, 3))
y = rng.normal(size=(6, 2))
lr = 0.1
"""
LAYER_BY_LAYER = (
    HEAD
    + """
W1 = rng.normal(size=(3, 4))
W2 = rng.normal(size=(4, 5))
W3 = rng.normal(size=(5, 2))
h1 = np.tanh(X @ W1)
h2 = np.tanh(h1 @ W2)
out = h2 @ W3
loss = np.mean((out - y) ** 2)
delta3 = 2 * (out - y) / y.size
W3 -= lr * h2.T @ delta3  # the last layer learns first
delta2 = delta3 @ W3.T * (1 - h2**2)
W2 -= lr * h1.T @ delta2
delta1 = delta2 @ W2.T * (1 - h1**2)
W1 -= lr * X.T @ delta1
"""
)
DICT = (
    LAYER_BY_LAYER.replace("W1", 'p["W1"]')
    .replace("W2", 'p["W2"]')
    .replace("W3", 'p["W3"]')
    .replace('p["W1"] = rng', 'p = {}\np["W1"] = rng')
)
LIST_IN_A_LOOP = (
    HEAD
    + """
W = [rng.normal(size=(3, 4)), rng.normal(size=(4, 5)), rng.normal(size=(5, 2))]
h = [X]
for l in range(len(W)):
    h.append(np.tanh(h[l] @ W[l]))
loss = 0.5 * np.mean((h[-1] - y) ** 2)
dh = (h[-1] - y) / y.size
for l in reversed(range(len(W))):
    dz = dh * (1 - h[l + 1] ** 2)
    dW = h[l].T @ dz
    W[l] = W[l] - lr * dW
    dh = dz @ W[l].T
"""
)
TRAINING_LOOP_WITH_ONE_NAME_FOR_ALL = (
    HEAD
    + """
W1 = rng.normal(size=(3, 4))
W2 = rng.normal(size=(4, 2))
for epoch in range(5):
    h = np.tanh(X @ W1)
    out = h @ W2
    loss = np.mean((out - y) ** 2)
    d = 2 * (out - y) / y.size
    g = h.T @ d
    W2 = W2 - lr * g
    d = d @ W2.T * (1 - h**2)
    g = X.T @ d
    W1 = W1 - lr * g
after = np.mean((np.tanh(X @ W1) @ W2 - y) ** 2)
"""
)
CLASS = """import numpy as np


class Dense:
    def __init__(self, n_in, n_out, rng):
        self.weights = rng.normal(size=(n_in, n_out))
        self.bias = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.weights + self.bias

    def backward(self, grad, learning_rate):
        self.weights -= learning_rate * (self.x.T @ grad)
        self.bias -= learning_rate * grad.sum(axis=0, keepdims=True)
        return grad @ self.weights.T


rng = np.random.default_rng(0)
X = rng.normal(size=(6, 3))
y = rng.normal(size=(6, 2))
first, last = Dense(3, 4, rng), Dense(4, 2, rng)
h = np.tanh(first.forward(X))
out = last.forward(h)
loss = np.mean((out - y) ** 2)
grad = last.backward(2 * (out - y) / y.size, 0.1)
first.backward(grad * (1 - h**2), 0.1)
"""


def checked(tmp_path, source):
    path = tmp_path / "network.py"
    path.write_text(source, encoding="utf-8")
    return check_script(path)


@pytest.mark.spread(6)
@pytest.mark.parametrize(
    "source",
    [
        LAYER_BY_LAYER,
        DICT,
        LIST_IN_A_LOOP,
        TRAINING_LOOP_WITH_ONE_NAME_FOR_ALL,
        CLASS,
        (CORPUS / "mazur_through_updated_weights.py").read_text(encoding="utf-8"),
    ],
    ids=["layer by layer", "dict", "list", "training loop", "class", "mazur"],
)
def test_the_moved_script_is_right_and_keeps_every_statement(tmp_path, source):
    report = checked(tmp_path, source)
    assert report.first_wrong.kinds == ("updated weight",)
    assert report.first_wrong.move is not None
    fixed = report.corrected()
    if source is not CLASS:
        assert sorted(fixed.splitlines()) == sorted(source.splitlines())
    after = checked(tmp_path, fixed)
    assert {line.verdict for line in after.lines} == {Verdict.RIGHT}


def test_every_early_update_of_a_chain_is_named_on_the_line_that_reads_it(tmp_path):
    report = checked(tmp_path, LAYER_BY_LAYER)
    assert {
        line.name: line.move for line in report.lines if line.verdict is Verdict.WRONG
    } == {
        "delta2": "move W3 -= lr * h2.T @ delta3 from line 16 to below line 17",
        "delta1": "move W2 -= lr * h1.T @ delta2 from line 18 to below line 19",
    }


def test_a_line_that_returns_is_computed_above_the_update(tmp_path):
    report = checked(tmp_path, CLASS)
    assert report.first_wrong.move == (
        "compute grad @ self.weights.T above line 14, and return that"
    )
    body = report.corrected().split("learning_rate):\n")[1].splitlines()[:4]
    assert [line.strip() for line in body] == [
        "dx = grad @ self.weights.T",
        "self.weights -= learning_rate * (self.x.T @ grad)",
        "self.bias -= learning_rate * grad.sum(axis=0, keepdims=True)",
        "return dx",
    ]


def test_what_the_update_needs_is_not_overwritten_by_moving_it(tmp_path):
    source = TRAINING_LOOP_WITH_ONE_NAME_FOR_ALL.replace(
        "    d = d @ W2.T * (1 - h**2)\n    g = X.T @ d\n",
        "    g = d @ W2.T * (1 - h**2)\n    g = X.T @ g\n",
    )
    report = checked(tmp_path, source)
    assert report.first_wrong.kinds == ("updated weight",)
    assert report.first_wrong.move is None
    assert report.corrected() == source


FACTORS = """
import numpy as np
rng = np.random.default_rng(0)
P, Q = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
R = rng.normal(size=(4, 5)) + 3
lr, reg = 0.05, 0.02
for epoch in range(2):
    total = 0.0
    for u in range(4):
        for i in range(5):
            p = P[u]
            q = Q[i]
            e = R[u, i] - p @ q
            total += 0.5 * e ** 2 + 0.5 * reg * (p @ p + q @ q)
            P[u] += lr * (e * q - reg * p)
            Q[i] += lr * (e * p - reg * q)
"""


@pytest.mark.slow
def test_a_view_of_what_was_updated_is_no_old_value(write):
    report = check_script(write(FACTORS))
    (line,) = (one for one in report.lines if one.verdict is Verdict.WRONG)
    assert line.source.strip() == "Q[i] += lr * (e * p - reg * q)"
    assert "p has been updated before this line" in (line.cause or "")
    right = report.corrected()
    assert right == FACTORS.replace("p = P[u]\n", "p = P[u].copy()\n")
    assert check_script(write(right)).ok
