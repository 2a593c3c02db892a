"""Mistakes as beginners of courses make them: a line each, and what is said of it."""

import pytest

from chainrule.check import check_script
from chainrule.check.verdict import Verdict

ONCE_MORE = """
import numpy as np
rng = np.random.RandomState(1)
keys = np.array([[0, 1, 1, 0]]).T
X = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]])

def squash(x, slope=False):
    if slope:
        return squash(x) * (1 - squash(x))
    return 1 / (1 + np.exp(-x))

w = 2 * rng.random_sample((3, 1)) - 1
for i in range(50):
    shown = squash(np.dot(X, w))
    error = keys - shown
    delta = error * squash(shown, True)
    w += np.dot(X.T, delta)
print(shown)
"""

TOOK_TWO_STEPS = """
import numpy as np
rng = np.random.RandomState(5)
X = np.hstack((np.ones((12, 1)), rng.randn(12, 2)))
y = X @ np.array([[4.0], [1.5], [-0.5]]) + 0.1 * rng.randn(12, 1)

class Line:
    def __init__(self):
        self.theta = rng.randn(3, 1)

    def cost(self, lam):
        m = len(X)
        d = X @ self.theta - y
        cut = self.theta[1:, 0]
        return (1 / (2 * m)) * ((d.T @ d)[0, 0] + lam * (cut.T @ cut))

    def step(self, alpha, lam):
        m = len(X)
        d = X @ self.theta - y
        theta = self.theta
        theta = theta * (1 - alpha * lam / m) - alpha * (1 / m) * (d.T @ X).T
        theta[0] = theta[0] - alpha * (1 / m) * (X[:, 0].T @ d).T
        self.theta = theta

line, history = Line(), []
for _ in range(5):
    history.append(line.cost(2.0))
    line.step(0.1, 2.0)
"""

ADDS_ITSELF = """
import numpy as np
rng = np.random.RandomState(2)
xs, targets = rng.randn(3, 4, 1), [0, 2, 1]
W, b = rng.randn(3, 4), np.zeros((3, 1))
mW, mb = np.zeros_like(W), np.zeros_like(b)
for it in range(4):
    dW, db = np.zeros_like(W), np.zeros_like(b)
    loss = 0
    for x, t in zip(xs, targets):
        z = W @ x + b
        p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
        loss += -np.log(p[t, 0])
        dz = np.copy(p)
        dz[t] -= 1
        dW += dz @ x.T
        db += db
    for param, grad, mem in zip([W, b], [dW, db], [mW, mb]):
        mem += grad * grad
        param += -0.1 * grad / np.sqrt(mem + 1e-8)
    print(loss)
"""

MISTAKES = {
    "a slope of what is squashed already": (
        ONCE_MORE,
        "delta = error * squash(shown, True)",
        "delta = error * squash(np.dot(X, w), True)",
        "shown is already sigmoid of np.dot(X, w)",
    ),
    "the first weight takes two steps": (
        TOOK_TWO_STEPS,
        "theta[0] = theta[0] - alpha * (1 / m) * (X[:, 0].T @ d).T",
        "theta[0] = self.theta[0] - alpha * (1 / m) * (X[:, 0].T @ d).T",
        "where self.theta belongs",
    ),
    "a sum that adds itself": (
        ADDS_ITSELF,
        "db += db",
        "db += dz",
        "where dz belongs",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_line_is_told_with_what_to_write(name, tmp_path):
    text, line, fix, said = MISTAKES[name]
    path = tmp_path / "script.py"
    path.write_text(text, encoding="utf-8")
    report = check_script(path)
    wrong = [one for one in report.lines if one.verdict is Verdict.WRONG]
    assert [one.source.strip() for one in wrong] == [line]
    assert wrong[0].fix.strip() == fix
    assert said in wrong[0].cause
    path.write_text(report.corrected(), encoding="utf-8")
    assert check_script(path).ok


LAST_CELL = """
import numpy as np
rng = np.random.RandomState(5)
xs, wanted, goal = rng.randn(3, 2, 2), 0.5 * rng.randn(3, 2, 2), rng.randn(2, 2)
A, B = 0.5 * rng.randn(2, 2), 0.5 * rng.randn(2, 2)
for epoch in range(4):
    h, hs = np.zeros((2, 2)), []
    for x in xs:
        hs.append(h)
        h = np.tanh(x @ A + h @ B)
    states = [*hs[1:], h]
    loss = 0.0
    for one, want in zip(states, wanted):
        loss += 0.5 * np.sum((one - want) ** 2)
    loss += 0.5 * np.sum((h - goal) ** 2)
    d_last = h - goal
    dA, dB, carried = np.zeros_like(A), np.zeros_like(B), np.zeros_like(h)
    for t in reversed(range(3)):
        dz = (states[t] - wanted[t] + carried) * (1 - states[t] ** 2)
        dA += xs[t].T @ dz
        dB += hs[t].T @ dz
        carried = dz @ B.T
    A -= 0.05 * dA
    B -= 0.05 * dB
    print(loss)
"""

HALF = """
import numpy as np
rng = np.random.RandomState(4)

class Margin:
    def __init__(self):
        self.w, self.b = 0.1 * rng.randn(3), 0.0

    def ask(self, x):
        return self.w.dot(x) + self.b

    def loss(self, x, y):
        p = y * self.ask(x)
        return (1.0 - p) ** 2 if p >= -1.0 else -4.0 * p

    def learn(self, x, y):
        p = self.ask(x)
        v = 0.05 * (y - p)
        self.w = self.w + v * x
        self.b = self.b + v

model, total = Margin(), 0.0
for x in rng.randn(5, 3):
    y = 1.0 if x[0] > x[2] else -1.0
    total += model.loss(x, y)
    model.learn(x, y)
print(total)
"""


def test_no_fix_leaves_a_term_of_the_loss_out(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(LAST_CELL, encoding="utf-8")
    report = check_script(path)
    assert not report.ok
    assert all(
        "loss" not in one.source for one in report.lines if one.verdict is Verdict.WRONG
    )


def test_half_a_gradient_is_no_mistake_of_the_forward_pass(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(HALF, encoding="utf-8")
    assert check_script(path).ok


STILL_BIASES = """
import numpy as np
rng = np.random.default_rng(1)
X = np.array([[-2.0], [-1.0], [1.0], [2.0]])
Y = np.sin(X)
W, b = rng.normal(size=(1, 1)), np.zeros((1, 1))
m, v = [np.zeros_like(W), np.zeros_like(b)], [np.zeros_like(W), np.zeros_like(b)]
for t in range(1, 6):
    e = X @ W + b - Y
    loss = 0.5 * np.mean(e ** 2)
    grads = [X.T @ e / len(X), e.mean(axis=0, keepdims=True)]
    for i, (p, g) in enumerate(zip([W, b], grads)):
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        p -= 0.01 * (m[i] / (1 - 0.9 ** t)) / (np.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8)
    print(loss)
"""


def test_a_rule_is_known_by_what_has_more_than_rounding_to_follow(tmp_path):
    """The data lie about 0: the bias has no gradient, and stays."""
    path = tmp_path / "script.py"
    path.write_text(STILL_BIASES, encoding="utf-8")
    report = check_script(path)
    assert report.ok
    assert all(one.verdict is not Verdict.CANNOT_TELL for one in report.lines)
    slip = STILL_BIASES.replace("(1 - 0.999 ** t)", "(1 - 0.999)")
    path.write_text(slip, encoding="utf-8")
    left = {one.verdict for one in check_script(path).lines}
    assert left & {Verdict.WRONG, Verdict.CANNOT_TELL}
