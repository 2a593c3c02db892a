"""A gradient taken ahead of a weight, and steps that are tried and taken back, are right; a wrong one is told."""

import pytest

from chainrule.check import check_script
from chainrule.check.steps.recording import record
from chainrule.check.verdict import Verdict

NET = """\
import numpy as np
rng = np.random.default_rng(3)
X = rng.normal(size=(12, 4))
Y = np.eye(3)[rng.integers(0, 3, 12)]
W1 = rng.normal(size=(4, 5)) * 0.5
b1 = np.zeros(5)
W2 = rng.normal(size=(5, 3)) * 0.5
b2 = np.zeros(3)

def forward(W1, b1, W2, b2):
    h = np.tanh(X @ W1 + b1)
    s = h @ W2 + b2
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return h, p, -np.mean(np.sum(Y * np.log(p), axis=1))

def backward(W1, b1, W2, b2):
    h, p, loss = forward(W1, b1, W2, b2)
    ds = (p - Y) / len(X)
    dW2 = h.T @ ds
    db2 = ds.sum(axis=0)
    dh = (ds @ W2.T) * (1 - h ** 2)
    dW1 = X.T @ dh
    db1 = dh.sum(axis=0)
    return loss, dW1, db1, dW2, db2
"""
NESTEROV = """\
lr, mu = 0.1, 0.9
vs = [np.zeros_like(w) for w in (W1, b1, W2, b2)]
for it in range(4):
    for w, v in zip((W1, b1, W2, b2), vs):
        w += mu * v
    loss, *gs = backward(W1, b1, W2, b2)
    for w, v in zip((W1, b1, W2, b2), vs):
        w -= mu * v
    for w, v, g in zip((W1, b1, W2, b2), vs, gs):
        v *= mu
        v -= lr * g
        w += v
    print(it, loss)
"""
BY_NAME = """\
lr, mu = 0.1, 0.9
v1 = np.zeros_like(W1); v2 = np.zeros_like(W2); u1 = np.zeros_like(b1); u2 = np.zeros_like(b2)
for it in range(4):
    W1 += mu * v1; b1 += mu * u1; W2 += mu * v2; b2 += mu * u2
    loss, dW1, db1, dW2, db2 = backward(W1, b1, W2, b2)
    W1 -= mu * v1; b1 -= mu * u1; W2 -= mu * v2; b2 -= mu * u2
    v1 = mu * v1 - lr * dW1
    v2 = mu * v2 - lr * dW2
    u1 = mu * u1 - lr * db1
    u2 = mu * u2 - lr * db2
    W1 += v1; b1 += u1; W2 += v2; b2 += u2
    print(it, loss)
"""
COPIED = """\
lr, mu = 0.1, 0.9
P = dict(W1=W1, b1=b1, W2=W2, b2=b2)
V = {k: np.zeros_like(w) for k, w in P.items()}
for it in range(4):
    ahead = {k: P[k] + mu * V[k] for k in P}
    loss, *gs = backward(**ahead)
    for k, g in zip(P, gs):
        V[k] = mu * V[k] - lr * g
        P[k] = P[k] + V[k]
    print(it, loss)
"""
SHARPNESS = """\
lr, rho = 0.1, 0.05
ws = [W1, b1, W2, b2]
for it in range(3):
    loss, *gs = backward(*ws)
    norm = np.sqrt(sum((g ** 2).sum() for g in gs)) + 1e-12
    es = [rho * g / norm for g in gs]
    for w, e in zip(ws, es):
        w += e
    _, *gs = backward(*ws)
    for w, e in zip(ws, es):
        w -= e
    for w, g in zip(ws, gs):
        w -= lr * g
    print(it, loss)
"""
SOME_WEIGHTS = """\
lr, rho = 0.1, 0.05
for it in range(3):
    loss, dW1, db1, dW2, db2 = backward(W1, b1, W2, b2)
    norm = np.sqrt((dW1 ** 2).sum() + (dW2 ** 2).sum() + (db1 ** 2).sum() + (db2 ** 2).sum())
    W1 = W1 + rho * dW1 / norm
    W2 = W2 + rho * dW2 / norm
    loss2, gW1, gb1, gW2, gb2 = backward(W1, b1, W2, b2)
    W1 = W1 - rho * dW1 / norm
    W2 = W2 - rho * dW2 / norm
    W1 = W1 - lr * gW1
    b1 = b1 - lr * gb1
    W2 = W2 - lr * gW2
    b2 = b2 - lr * gb2
    print(it, loss, loss2)
"""
PUT_BACK = """\
lr, rho = 0.1, 0.05
ws = [W1, b1, W2, b2]
for it in range(3):
    loss, *gs = backward(*ws)
    old = [w.copy() for w in ws]
    norm = np.sqrt(sum(np.sum(g * g) for g in gs))
    for w, g in zip(ws, gs):
        w += rho * g / norm
    loss2, *gs = backward(*ws)
    for w, o, g in zip(ws, old, gs):
        w[...] = o
        w -= lr * g
    print(it, loss, loss2)
"""
SEARCH = """\
t = 8.0
for it in range(3):
    loss, dW1, db1, dW2, db2 = backward(W1, b1, W2, b2)
    while True:
        W1 -= t * dW1; b1 -= t * db1; W2 -= t * dW2; b2 -= t * db2
        if forward(W1, b1, W2, b2)[-1] < loss:
            break
        W1 += t * dW1; b1 += t * db1; W2 += t * dW2; b2 += t * db2
        t /= 2
    print(it, loss, t)
"""
ALONG = """\
loss, dW1, db1, dW2, db2 = backward(W1, b1, W2, b2)
eps = 1e-5
for w, g in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2)):
    w += eps * g
    up = forward(W1, b1, W2, b2)[-1]
    w -= 2 * eps * g
    down = forward(W1, b1, W2, b2)[-1]
    w += eps * g
    print((up - down) / (2 * eps), np.sum(g * g))
lr = 0.1
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
b2 -= lr * db2
"""
DIRECTION = """\
loss, dW1, db1, dW2, db2 = backward(W1, b1, W2, b2)
eps = 1e-6
for name, w, g in (("W1", W1, dW1), ("b1", b1, db1), ("W2", W2, dW2), ("b2", b2, db2)):
    v = rng.normal(size=w.shape)
    v /= np.linalg.norm(v)
    w += eps * v
    plus = forward(W1, b1, W2, b2)[-1]
    w -= 2 * eps * v
    minus = forward(W1, b1, W2, b2)[-1]
    w += eps * v
    print(name, (plus - minus) / (2 * eps), np.sum(g * v))
"""
MOVED_FIRST = """\
import numpy as np
rng = np.random.default_rng(4)
X = rng.normal(size=(30, 3))
y = (X @ np.array([1.0, -1.0, 0.5]) > 0).astype(float)
w = 0.1 * rng.normal(size=3)

def f(w):
    p = 1 / (1 + np.exp(-X @ w))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

def slope(w):
    p = 1 / (1 + np.exp(-X @ w))
    return X.T @ (p - y) / len(y)

class Mover:
    def __init__(self, wrt, slope):
        self.wrt, self.slope = wrt, slope
        self.seen = np.zeros_like(wrt)
        self.step = np.zeros_like(wrt)
    def iterate(self):
        first = self.step * 0.5
        self.wrt -= first
        gradient = self.slope(self.wrt)
        self.seen = 0.9 * self.seen + 0.1 * gradient ** 2
        second = gradient / np.sqrt(self.seen + 1e-4) * 0.05
        self.wrt -= second
        self.step = first + second

mover = Mover(w, slope)
for k in range(6):
    loss = f(w)
    mover.iterate()
    print(k, loss)
"""
SCRIPTS = {
    "momentum's place, in lists": NESTEROV,
    "momentum's place, by name": BY_NAME,
    "momentum's place, copied": COPIED,
    "up the slope": SHARPNESS,
    "up the slope, of some weights": SOME_WEIGHTS,
    "up the slope, and back to a copy": PUT_BACK,
    "a search along the step": SEARCH,
    "differences along the gradient": ALONG,
    "differences along a direction": DIRECTION,
}


@pytest.mark.parametrize("n_pass", [1, 2])
def test_weights_that_momentum_moves_first_for_good_are_not_blamed(n_pass, write):
    """The loss is shown before, the gradient is taken behind: the loss is asked where the gradient is."""
    report = check_script(write(MOVED_FIRST), n_pass=n_pass)
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_moved_and_taken_back_is_not_blamed(write, name):
    report = check_script(write(NET + SCRIPTS[name]))
    assert report.ok, name
    assert not [one for one in report.findings if one.is_mistake], name
    assert len(report.lines) > 5, name


@pytest.mark.spread(3)
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_wrong_line_is_still_found(write, name):
    wrong = NET.replace("(1 - h ** 2)", "(1 - h)")
    report = check_script(write(wrong + SCRIPTS[name]))
    first = next(one for one in report.lines if one.verdict.name == "WRONG")
    assert first.source.strip().startswith("dh = "), name
    assert "h**2" in (first.fix or "").replace(" ", ""), name


TWO_STEPS = """
lr = 0.1
for it in range(3):
    loss, dW1, db1, dW2, db2 = backward(W1, b1, W2, b2)
    W1 = W1 - lr * dW1
    b1 = b1 - lr * db1
    W2 = W2 - lr * dW2
    b2 = b2 - lr * db2
    h, p, shown = forward(W1, b1, W2, b2)
    loss2, dW1, db1, dW2, db2 = backward(W1, b1, W2, b2)
    W1 = W1 - lr * dW1
    W2 = W2 - lr * dW2
"""


def test_of_two_steps_in_a_pass_both_are_judged(write):
    right = NET + TWO_STEPS
    assert check_script(write(right)).ok
    head, _, tail = right.rpartition("W1 = W1 - lr * dW1")
    report = check_script(write(f"{head}W1 = W1 + lr * dW1{tail}"))
    assert report.first_wrong is not None
    assert report.first_wrong.line == head.count("\n") + 1
    assert report.corrected() == right


def test_a_bias_that_goes_to_and_fro_on_its_labels_is_not_put_back(write):
    """A perceptron's bias comes back to what it was by the statement that moved it: both were steps."""
    text = """
import numpy as np
rng = np.random.default_rng(5)
X = rng.normal(size=(6, 3))
w, b = rng.normal(size=3) * 0.1, 0.0
for x_i, y_i in zip(X, [1, -1, 1, -1, 1, -1]):
    loss = max(0.0, 3 - y_i * (np.dot(x_i, w) - b))
    w -= 0.1 * -y_i * x_i
    b -= 0.1 * y_i
    print(loss)
"""
    assert check_script(write(text)).ok
    assert not record(write(text)).undone
