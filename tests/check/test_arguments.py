"""A wrong thing handed to a right function: its caller is blamed, and what belongs there is written."""

import pytest

from chainrule.check import check_script
from chainrule.check.verdict import Verdict

HELPERS = """
import numpy as np

def relu_backward(dA, Z):
    return dA * (Z > 0)

def sigmoid_backward(dA, a):
    return dA * a * (1 - a)

def linear_backward(dZ, A_prev, W):
    m = A_prev.shape[1]
    return W.T @ dZ, dZ @ A_prev.T / m, dZ.sum(axis=1, keepdims=True) / m

np.random.seed(3)
X = np.random.randn(4, 12)
Y = (np.random.rand(4, 12) > 0.5) * 1.0
W1, W2, W3 = [np.random.randn(4, 4) * 0.6 for _ in range(3)]
b1, b2, b3 = [np.zeros((4, 1)) for _ in range(3)]
for it in range(3):
    Z1 = W1 @ X + b1
    A1 = np.maximum(0, Z1)
    Z2 = W2 @ A1 + b2
    A2 = np.maximum(0, Z2)
    A3 = 1 / (1 + np.exp(-(W3 @ A2 + b3)))
    cost = -np.mean(np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3), axis=0))
    dA3 = -(Y / A3 - (1 - Y) / (1 - A3))
    dZ3 = sigmoid_backward(dA3, A3)
    dA2, dW3, db3 = linear_backward(dZ3, A2, W3)
    dZ2 = relu_backward(dA2, Z2)
    dA1, dW2, db2 = linear_backward(dZ2, A1, W2)
    dZ1 = relu_backward(dA1, Z1)
    dA0, dW1, db1 = linear_backward(dZ1, X, W1)
    W1 -= 0.1 * dW1; b1 -= 0.1 * db1
    W2 -= 0.1 * dW2; b2 -= 0.1 * db2
    W3 -= 0.1 * dW3; b3 -= 0.1 * db3
"""
CACHES = """
import numpy as np

def layer(A, W, b, kind):
    Z = W @ A + b
    return np.maximum(0, Z) if kind == "relu" else 1 / (1 + np.exp(-Z)), ((A, W, b), Z)

def linear_back(dZ, cache):
    A, W, b = cache
    m = A.shape[1]
    return W.T @ dZ, dZ @ A.T / m, np.sum(dZ, axis=1, keepdims=True) / m

def back(dA, cache, kind):
    lin, Z = cache
    if kind == "relu":
        dZ = dA * (Z > 0)
    else:
        s = 1 / (1 + np.exp(-Z))
        dZ = dA * s * (1 - s)
    return linear_back(dZ, lin)

np.random.seed(1)
X = np.random.randn(4, 10)
Y = np.random.randint(0, 2, (1, 10))
dims = [4, 4, 4, 4, 1]
p = {}
for l in range(1, len(dims)):
    p["W" + str(l)] = np.random.randn(dims[l], dims[l - 1]) * 0.5
    p["b" + str(l)] = np.full((dims[l], 1), 0.1)
for i in range(2):
    caches, A, L = [], X, len(p) // 2
    for l in range(1, L):
        A, cache = layer(A, p["W" + str(l)], p["b" + str(l)], "relu")
        caches.append(cache)
    AL, cache = layer(A, p["W" + str(L)], p["b" + str(L)], "sigmoid")
    caches.append(cache)
    cost = -np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))
    grads = {}
    grads["dA" + str(L)] = -(Y / AL - (1 - Y) / (1 - AL))
    below, grads["dW" + str(L)], grads["db" + str(L)] = back(grads["dA" + str(L)], caches[L - 1], "sigmoid")
    grads["dA" + str(L - 1)] = below
    for l in reversed(range(L - 1)):
        below, dW, db = back(grads["dA" + str(l + 1)], caches[l], "relu")
        grads["dA" + str(l)] = below
        grads["dW" + str(l + 1)] = dW
        grads["db" + str(l + 1)] = db
    for l in range(L):
        p["W" + str(l + 1)] = p["W" + str(l + 1)] - 0.1 * grads["dW" + str(l + 1)]
        p["b" + str(l + 1)] = p["b" + str(l + 1)] - 0.1 * grads["db" + str(l + 1)]
"""
SLOPE = """
import numpy as np
rng = np.random.default_rng(7)
X, T = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))
V, U = rng.normal(size=(4, 4)), rng.normal(size=(4, 2))

def bent(h):
    return h / np.sqrt(1 + h * h)

def bent_back(dy, h):
    chosen = dy[:, :]
    q = 1 + h * h
    w = q ** -1.25
    out = np.zeros_like(h)
    out[:, :] = chosen * w
    return out

for k in range(3):
    h = X @ V
    a = bent(h)
    r = a @ U - T
    loss = np.sum(r ** 2) / len(X)
    g = 2 * r / len(X)
    dU = a.T @ g
    dh = bent_back(g @ U.T, h)
    dV = X.T @ dh
    U -= 0.05 * dU
    V -= 0.05 * dV
"""
SEQUENCE = """
import numpy as np

np.random.seed(2)

def cell(xt, a_prev, p):
    a_next = np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])
    yt = p["Wya"] @ a_next + p["by"]
    return a_next, yt, (a_next, a_prev, xt)

def cell_backward(da_next, cache, p):
    a_next, a_prev, xt = cache
    dz = (1 - a_next ** 2) * da_next
    return {"dWax": dz @ xt.T, "dWaa": dz @ a_prev.T, "dba": dz.sum(axis=1, keepdims=True), "da_prev": p["Waa"].T @ dz}

T = 4
x = np.random.randn(T, 2, 5)
y = np.random.randn(T, 1, 5)
p = {"Wax": np.random.randn(3, 2) * 0.5, "Waa": np.random.randn(3, 3) * 0.5, "ba": np.zeros((3, 1)),
     "Wya": np.random.randn(1, 3) * 0.5, "by": np.zeros((1, 1))}
for it in range(2):
    a = np.zeros((3, 5))
    caches, outs = [], []
    loss = 0.0
    for t in range(T):
        a, yt, cache = cell(x[t], a, p)
        caches.append(cache)
        outs.append(yt)
        loss = loss + 0.5 * np.sum((yt - y[t]) ** 2)
    g = {"d" + k: np.zeros_like(v) for k, v in p.items()}
    da_prev = np.zeros((3, 5))
    for t in reversed(range(T)):
        dy = outs[t] - y[t]
        g["dWya"] += dy @ caches[t][0].T
        g["dby"] += dy.sum(axis=1, keepdims=True)
        da = p["Wya"].T @ dy
        back = cell_backward(da + da_prev, caches[t], p)
        da_prev = back["da_prev"]
        for k in ("dWax", "dWaa", "dba"):
            g[k] += back[k]
    for k in p:
        p[k] = p[k] - 0.01 * g["d" + k]
"""
COUNTED_DOWN = """
import numpy as np

def step(h, W, x):
    return np.tanh(W @ h + x), (h, x)

def back(d, cache, W, out):
    h, x = cache
    dz = d * (1 - out ** 2)
    return W.T @ dz, np.outer(dz, h)

rng = np.random.default_rng(2)
W = rng.normal(size=(3, 3)) * 0.5
xs = rng.normal(size=(4, 3))
target = rng.normal(size=3)
for it in range(2):
    h = np.zeros(3)
    caches, hs = [], []
    t = 0
    while t < 4:
        h, cache = step(h, W, xs[t])
        caches.append(cache)
        hs.append(h)
        t += 1
    loss = 0.5 * np.sum((h - target) ** 2)
    d = h - target
    dW = np.zeros_like(W)
    t = 3
    while t >= 0:
        d, g = back(d, caches[t], W, hs[t])
        dW += g
        t -= 1
    W -= 0.1 * dW
"""
LAYERS = """
import numpy as np


class Linear:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(size=(n_in, n_out)) * 0.5
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T

    def step(self, lr):
        self.W -= lr * self.dW
        self.b -= lr * self.db


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y ** 2)


def mse(pred, target):
    return ((pred - target) ** 2).mean()


def mse_grad(pred, target):
    return 2 * (pred - target) / pred.size


rng = np.random.default_rng(8)
x, t = rng.normal(size=(7, 4)), rng.normal(size=(7, 4))
one, two, three = Linear(4, 4, rng), Linear(4, 4, rng), Linear(4, 4, rng)
bend, curve = Tanh(), Tanh()
for step in range(3):
    h1 = one.forward(x)
    a1 = bend.forward(h1)
    h2 = two.forward(a1)
    a2 = curve.forward(h2)
    out = three.forward(a2 + a1)
    loss = mse(out, t)
    g = mse_grad(out, t)
    g_sum = three.backward(g)
    g_h2 = curve.backward(g_sum)
    g_a1 = two.backward(g_h2)
    g_h1 = bend.backward(g_a1 + g_sum)
    one.backward(g_h1)
    for layer in (one, two, three):
        layer.step(0.1)
"""
WRONG = [
    (HELPERS, "relu_backward(dA1, Z1)", "relu_backward(dA1, Z2)"),
    (HELPERS, "relu_backward(dA1, Z1)", "relu_backward(dA2, Z1)"),
    (HELPERS, "linear_backward(dZ2, A1, W2)", "linear_backward(dZ2, A2, W2)"),
    (HELPERS, "linear_backward(dZ2, A1, W2)", "linear_backward(dZ2, A1, W3)"),
    (HELPERS, "linear_backward(dZ2, A1, W2)", "linear_backward(dA2, A1, W2)"),
    (HELPERS, "linear_backward(dZ1, X, W1)", "linear_backward(dZ2, X, W1)"),
    (HELPERS, "linear_backward(dZ3, A2, W3)", "linear_backward(dA3, A2, W3)"),
    (HELPERS, "sigmoid_backward(dA3, A3)", "sigmoid_backward(dA3, W3 @ A2 + b3)"),
    (CACHES, 'back(grads["dA" + str(l + 1)],', 'back(grads["dA" + str(L - 1)],'),
    (CACHES, 'caches[l], "relu"', 'caches[L - 2], "relu"'),
    (CACHES, "return linear_back(dZ, lin)", "return linear_back(dA, lin)"),
    (LAYERS, "bend.backward(g_a1 + g_sum)", "bend.backward(g_a1)"),
    (LAYERS, "g_h1 = bend", "g_h1 = curve"),
    (LAYERS, "two.backward(g_h2)", "two.backward(g_sum)"),
    (LAYERS, "mse_grad(out, t)\n", "mse_grad(a2, t)\n"),
    (
        SEQUENCE,
        "cell_backward(da + da_prev, caches[t], p)",
        "cell_backward(da + da_prev, caches[-1], p)",
    ),
    (
        SEQUENCE,
        "cell_backward(da + da_prev, caches[t], p)",
        "cell_backward(da_prev, caches[t], p)",
    ),
    # a counter that no for loop binds, and items that nobody has looked at
    (COUNTED_DOWN, "caches[t], W", "caches[t - 1], W"),
    (COUNTED_DOWN, "W, hs[t])", "W, hs[0])"),
    # not the caller's: what a function does with its arguments is tried first
    (LAYERS, "return 2 * (pred - target)", "return 2 * (target - pred)"),
    (CACHES, '0.1 * grads["dW" + str(l + 1)]', '0.1 * grads["dW" + str(l + 2)]'),
]


def line_of(script: str, text: str) -> int:
    return next(i for i, line in enumerate(script.splitlines(), 1) if text in line)


@pytest.mark.spread(7)
@pytest.mark.parametrize(("script", "right", "wrong"), WRONG)
def test_what_is_handed_over_is_wrong_where_it_is_handed_over(
    script, right, wrong, tmp_path
):
    assert script.count(right) == 1
    text = script.replace(right, wrong)
    path = tmp_path / "script.py"
    path.write_text(text)
    report = check_script(path)
    blamed = [
        line
        for line in report.lines
        if line.verdict in (Verdict.WRONG, Verdict.RIGHT_HERE)
    ]
    assert [line.line for line in blamed] == [line_of(text, wrong.strip())]
    path.write_text(report.corrected())
    assert check_script(path).ok


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    "script",
    [HELPERS, CACHES, LAYERS, SEQUENCE, COUNTED_DOWN, SLOPE.replace("-1.25", "-1.5")],
)
def test_what_is_handed_over_rightly_is_spared(script, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(script)
    report = check_script(path)
    assert report.ok
    assert report.parameters
    assert set(report.parameters.values()) == {Verdict.RIGHT}


@pytest.mark.slow
def test_a_mistake_without_a_cause_is_told_where_something_is_computed(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SLOPE)
    (wrong,) = (
        line for line in check_script(path).lines if line.verdict is Verdict.WRONG
    )
    # no copy, nothing that is laid out, and no part of the formula
    assert wrong.line in (line_of(SLOPE, "chosen * w"), line_of(SLOPE, "-1.25"))
