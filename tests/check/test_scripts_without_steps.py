"""Scripts that compute gradients and take no steps: spared where steps along what they call gradients would be true."""

import pytest

from chainrule.check.verdict import Verdict

COURSE = """
import numpy as np
rng = np.random.default_rng(1)
def linear_forward(A, W, b):
    return W @ A + b, (A, W, b)
def linear_backward(dZ, cache):
    A, W, b = cache
    m = A.shape[1]
    return W.T @ dZ, dZ @ A.T / m, np.sum(dZ, axis=1, keepdims=True) / m
X = rng.normal(size=(5, 7)); Y = (rng.random((1, 7)) > .5).astype(float)
P = {"W1": rng.normal(size=(4, 5)), "b1": np.zeros((4, 1)), "W2": rng.normal(size=(1, 4)), "b2": np.zeros((1, 1))}
Z1, first = linear_forward(X, P["W1"], P["b1"])
A1 = np.maximum(0, Z1)
Z2, second = linear_forward(A1, P["W2"], P["b2"])
A2 = 1 / (1 + np.exp(-Z2))
lam, m = 0.3, Y.shape[1]
squares = np.sum(P["W1"] ** 2) + np.sum(P["W2"] ** 2)
cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m + lam / (2 * m) * squares
grads = {}
dA2 = -(Y / A2 - (1 - Y) / (1 - A2))
dA1, dW, db = linear_backward(dA2 * A2 * (1 - A2), second)
grads["dW2"], grads["db2"] = dW + lam / m * P["W2"], db
dZ1 = np.array(dA1, copy=True)
dZ1[Z1 <= 0] = 0
dX, dW, db = linear_backward(dZ1, first)
grads["dW1"], grads["db1"] = dW + lam / m * P["W1"], db
"""

PENALISED = """
import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(5, 4)); y = np.array([0, 1, 2, 2, 1])
params = {"W1": rng.normal(size=(4, 6)), "W2": rng.normal(size=(6, 3))}
reg = 0.05
W1, W2 = params["W1"], params["W2"]
h = np.maximum(0, X.dot(W1))
scores = h.dot(W2)
shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
probs = shifted / shifted.sum(axis=1, keepdims=True)
loss = -np.log(probs[range(5), y]).sum() / 5 + reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
grads = {}
dscores = probs.copy()
dscores[range(5), y] -= 1
dscores /= 5
dW2 = h.T.dot(dscores)
grads["W2"] = dW2 + 2 * reg * W2
dh = dscores.dot(W2.T)
dh[h <= 0] = 0
grads["W1"] = X.T.dot(dh) + 2 * reg * W1
"""
LAYERS = """
import numpy as np
class Layer:
    def __init__(self, W):
        self.W = W
    def forward(self, x):
        self.x = x
        return np.tanh(x @ self.W)
    def backward(self, d):
        d = d * (1 - np.tanh(self.x @ self.W) ** 2)
        self.dW = self.x.T @ d / len(d)
        return d @ self.W.T
rng = np.random.default_rng(0)
layers = [Layer(rng.normal(size=(3, 5))), Layer(rng.normal(size=(5, 1)))]
X, Y = rng.normal(size=(8, 3)), rng.normal(size=(8, 1))
out = X
for layer in layers:
    out = layer.forward(out)
loss = np.mean((out - Y) ** 2)
grad = 2 * (out - Y)
for layer in reversed(layers):
    grad = layer.backward(grad)
"""
HINGES = """
import numpy as np
rng = np.random.default_rng(0)
W = rng.normal(size=(4, 3)) * 0.5
X, y = rng.normal(size=(5, 4)), np.array([0, 2, 1, 1, 0])
reg = 0.1
dW = np.zeros(W.shape)
loss = 0.0
for i in range(5):
    scores = X[i] @ W
    for j in range(3):
        margin = scores[j] - scores[y[i]] + 1
        if j != y[i] and margin > 0:
            loss += margin
            dW[:, j] += X[i]
            dW[:, y[i]] -= X[i]
loss = loss / 5 + reg * np.sum(W ** 2)
dW = dW + 2 * reg * W
"""


def test_a_rate_of_ours_is_no_number_of_the_script(check) -> None:
    """2 * reg is one in five here: on other data it is not, and the line to write says which of them is meant."""
    (wrong,) = [one for one in check(HINGES).lines if one.verdict is Verdict.WRONG]
    assert wrong.fix == "dW = dW / X.shape[0] + 2 * reg * W"


def test_a_division_that_comes_later_is_not_missing(check) -> None:
    report = check(COURSE)
    assert report.exit_code == 0
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
    assert all(line.line <= len(COURSE.splitlines()) for line in report.lines)


@pytest.mark.parametrize("text", [PENALISED, LAYERS])
def test_right_scripts_of_other_ways_are_spared(text, check) -> None:
    assert {line.verdict for line in check(text).lines} == {Verdict.RIGHT}


def test_half_the_penalty_is_found_without_steps(check) -> None:
    report = check(PENALISED.replace("X.T.dot(dh) + 2 * reg", "X.T.dot(dh) + reg"))
    (wrong,) = [one for one in report.lines if one.verdict is Verdict.WRONG]
    assert wrong.source.startswith('grads["W1"] =')
    assert wrong.edits


def test_a_division_forgotten_after_a_write_is_a_line_below(check, tmp_path) -> None:
    report = check(PENALISED.replace("dscores /= 5\n", ""))
    (wrong,) = [one for one in report.lines if one.verdict is Verdict.WRONG]
    assert wrong.source.startswith("dscores[range(5), y] -= 1")
    assert wrong.move == "below    dscores /= X.shape[0]"
    assert check(report.corrected()).ok


@pytest.mark.spread(2)
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('+ lam / m * P["W1"]', '+ lam * P["W1"]'),
        ("dA2 * A2 * (1 - A2)", "dA2 * A2"),
        ("dZ1[Z1 <= 0] = 0", "dZ1[Z1 <= 1] = 0"),
        ("return W.T @ dZ, dZ @ A.T / m,", "return W.T @ dZ / m, dZ @ A.T / m,"),
    ],
)
def test_what_is_wrong_without_steps_is_not_spared(right, wrong, check) -> None:
    assert right in COURSE
    assert check(COURSE.replace(right, wrong)).exit_code == 1
