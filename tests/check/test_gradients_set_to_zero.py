"""Gradients that are added up and never set back to 0: right in the first pass, told by the second."""

import pytest

from chainrule.check.verdict import Verdict

DICT = """
import numpy as np
rng = np.random.default_rng(10)
X = rng.normal(size=(24, 3)); Y = rng.normal(size=(24, 2))
net = {'W1': rng.normal(size=(3, 5)), 'W2': rng.normal(size=(5, 2))}
grads = {k: np.zeros_like(v) for k, v in net.items()}
for s in range(0, 24, 8):
    xb, yb = X[s:s+8], Y[s:s+8]
    #reset
    h = np.tanh(xb @ net['W1'])
    out = h @ net['W2']
    loss = np.mean((out - yb) ** 2)
    dout = 2 * (out - yb) / yb.size
    grads['W2'] += h.T @ dout
    dh = dout @ net['W2'].T * (1 - h * h)
    grads['W1'] += xb.T @ dh
    for k in net:
        net[k] -= .1 * grads[k]
"""
LAYERS = """
import numpy as np

class Layer:
    def __init__(self, i, o, rs):
        self.W, self.b = rs.randn(i, o), np.zeros(o)
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, d):
        self.dW += np.outer(self.x, d)
        self.db += d
        return d @ self.W.T

rs = np.random.RandomState(0)
l1, l2 = Layer(3, 4, rs), Layer(4, 2, rs)
X, Y = rs.randn(4, 3), rs.randn(4, 2)
for epoch in range(3):
    loss = 0
    #reset
    for x, y in zip(X, Y):
        a = l1.forward(x)
        o = l2.forward(np.maximum(a, 0))
        loss += 0.5 * np.sum((o - y) ** 2)
        l1.backward(l2.backward(o - y) * (a > 0))
    for l in (l1, l2):
        l.W -= 0.02 * l.dW
        l.b -= 0.02 * l.db
"""
VALUES = """
import math, random

class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad = data, 0.0
        self.parents, self.push = parents, lambda: None
    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))
        def push():
            self.grad += out.grad
            other.grad += out.grad
        out.push = push
        return out
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.push = push
        return out
    def backward(self):
        order, seen = [], set()
        def visit(v):
            if v not in seen:
                seen.add(v)
                for p in v.parents:
                    visit(p)
                order.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v.push()

random.seed(3)
w, b = [Value(random.uniform(-1, 1)) for _ in range(2)], Value(0.1)
data = [([0.5, -1.0], 0.4), ([1.5, 0.3], -0.7)]
for step in range(3):
    loss = Value(0.0)
    #reset
    for xs, y in data:
        o = w[0] * Value(xs[0]) + w[1] * Value(xs[1]) + b
        d = o + Value(-y)
        loss = loss + d * d
    loss.backward()
    for p in w + [b]:
        p.data -= 0.05 * p.grad
"""
FLAGGED = """
import numpy as np

class Layer:
    def __init__(self, n_in, n_out, r):
        self.W, self.b = r.randn(n_in, n_out), np.zeros((n_out, 1))
        self.clear()
    def clear(self):
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)
    def forward(self, a):
        self.a = a
        return self.W.T @ a + self.b
    def backward(self, g, n, is_last):
        self.dW += self.a @ g.T
        self.db += g.sum(axis=1, keepdims=True)
        down = self.W @ g
        if is_last:
            self.dW, self.db = np.clip(self.dW, -90, 90), np.clip(self.db, -90, 90)
            self.W = self.W - 0.05 * self.dW / n
            self.b = self.b - 0.05 * self.db / n
            #reset
        return down

r = np.random.RandomState(3)
A, B = Layer(3, 4, r), Layer(4, 2, r)
X, Y = r.randn(8, 3, 1), r.randn(8, 2, 1)
for s in range(0, 8, 4):
    cost = 0
    for k in range(s, s + 4):
        z = A.forward(X[k])
        o = B.forward(np.maximum(z, 0))
        cost += 0.5 * np.sum((o - Y[k]) ** 2)
        A.backward(B.backward(o - Y[k], 4, k == s + 3) * (z > 0), 4, k == s + 3)
    print(cost / 4)
"""
ADAM = """
import numpy as np
r = np.random.RandomState(5)
X, Y = r.randn(9, 3), r.randn(9, 2)
net = {"W": r.randn(3, 4), "V": r.randn(4, 2)}
grads = {k: np.zeros_like(v) for k, v in net.items()}
m = {k: np.zeros_like(v) for k, v in net.items()}
v = {k: np.zeros_like(v) for k, v in net.items()}
for t in range(1, 5):
    #reset
    h = np.tanh(X @ net["W"])
    e = h @ net["V"] - Y
    loss = np.mean(e ** 2)
    d = 2 * e / e.size
    grads["V"] += h.T @ d
    grads["W"] += X.T @ (d @ net["V"].T * (1 - h * h))
    for k in net:
        m[k] = 0.9 * m[k] + 0.1 * grads[k]
        v[k] = 0.999 * v[k] + 0.001 * grads[k] ** 2
        hat, size = m[k] / (1 - 0.9 ** t), v[k] / (1 - 0.999 ** t)
        net[k] = net[k] - 0.01 * hat / (np.sqrt(size) + 1e-8)
"""
SHOWN = """
import numpy as np
rng = np.random.default_rng(2)
X, y = rng.normal(size=(30, 4)), rng.normal(size=30)
w, total = np.zeros(4), np.zeros(4)
for i in range(4):
    r = X @ w - y
    loss = 0.5 * np.mean(r ** 2)
    g = X.T @ r / len(y)
    total += g
    w = w - 0.1 * g
    print(i, loss, np.linalg.norm(total / (i + 1)))
"""
SCRIPTS = {
    "dict": (DICT, "for k in grads: grads[k][...] = 0", "grads['W2'] = h.T @ dout"),
    "layers": (
        LAYERS,
        "for l in (l1, l2): l.dW[...] = 0; l.db[...] = 0",
        "l.dW[...] = 0",
    ),
    "flagged": (FLAGGED, "self.clear()", "self.dW[...] = 0"),
    "adam": (
        ADAM,
        "for k in grads: grads[k][...] = 0",
        'grads["V"] = h.T @ d'.replace('"', "'"),
    ),
    "values": (VALUES, "for p in w + [b]: p.grad = 0.0", "p.grad = 0"),
}


@pytest.mark.spread(5)
@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_never_set_to_zero_is_told_with_what_to_write(name, check) -> None:
    text, _, fix = SCRIPTS[name]
    report = check(text)
    wrong = [line for line in report.lines if line.verdict is Verdict.WRONG]
    assert wrong
    assert all("still holds" in line.cause for line in wrong)
    assert fix in [line.fix for line in wrong]
    assert check(report.corrected()).ok


@pytest.mark.spread(5)
@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_set_to_zero_is_right(name, check) -> None:
    text, reset, _ = SCRIPTS[name]
    report = check(text.replace("#reset", reset))
    assert report.ok
    assert report.lines


def test_momentum_that_is_added_up_is_no_gradient_left_over(check) -> None:
    text = DICT.replace("grads['W2'] +=", "grads['W2'] = 0.9 * grads['W2'] +").replace(
        "grads['W1'] +=", "grads['W1'] = 0.9 * grads['W1'] +"
    )
    assert check(text).ok


def test_a_gradient_overwritten_by_another_of_its_own_line_is_told(check) -> None:
    text = SCRIPTS["values"][0].replace("#reset", SCRIPTS["values"][1])
    text = text.replace(
        "self.grad += other.data * out.grad", "self.grad = other.data * out.grad"
    )
    (wrong,) = (line for line in check(text).lines if line.verdict is Verdict.WRONG)
    assert "overwritten" in wrong.cause
    assert "self.grad = self.grad +" in wrong.fix


def test_gradients_that_are_added_up_to_be_shown_are_no_mistake(check) -> None:
    report = check(SHOWN)
    assert report.exit_code == 0
    assert [line.verdict for line in report.lines] == [Verdict.RIGHT] * 2
