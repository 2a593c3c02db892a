"""Where people keep what is learnt, and how a step can miss it: lists of objects, dicts, plain zeros, entries of arrays."""

import pytest

LAYERS = """
import numpy as np
rng = np.random.default_rng(0)

class Layer:
    def __init__(self, n_in, n_out):
        self.W = rng.standard_normal((n_in, n_out))
        self.b = np.zeros((1, n_out))

net = [Layer(2, 4), Layer(4, 1)]
X = rng.standard_normal((6, 2))
Y = (X[:, :1] > 0) * 1.0
for epoch in range(2):
    outs = [X]
    for i, _ in enumerate(net):
        outs.append(np.tanh(outs[-1] @ net[i].W + net[i].b))
    loss = 0.5 * np.sum((outs[-1] - Y) ** 2)
    delta = (outs[-1] - Y) * (1 - outs[-1] ** 2)
    for i in reversed(range(2)):
        before = delta @ net[i].W.T * (1 - outs[i] ** 2)
        net[i].W = net[i].W - 0.1 * outs[i].T @ delta
        net[i].b = net[i].b - 0.1 * delta.sum(axis=0, keepdims=True)
        delta = before
"""
RULE = """
import numpy as np
rng = np.random.default_rng(1)
X, y = rng.standard_normal((8, 3)), rng.standard_normal(8)

def step(w, g, memory):
    v = memory.get("v", np.zeros_like(w))
    v = 0.9 * v - 0.05 * g
    memory["v"] = v
    new = w + v
    return new, memory

weights = {"w": np.zeros(X.shape[1]), "b": np.zeros(1)}
memories = {"w": {}, "b": {}}
for epoch in range(4):
    miss = X @ weights["w"] + weights["b"] - y
    loss = np.mean(miss**2)
    slopes = {"w": 2 * X.T @ miss / len(y), "b": np.array([2 * miss.mean()])}
    for name, held in weights.items():
        new, kept = step(held, slopes[name], memories[name])
        weights[name] = new
        memories[name] = kept
"""
LINE = """
points = [[1.0, 2.5], [2.0, 3.5], [4.0, 9.0]]
m = 0
b = 0
for turn in range(3):
    slope_m = 0
    slope_b = 0
    for i in range(len(points)):
        x = points[i][0]
        y = points[i][1]
        slope_m += -2 / 3 * x * (y - (m * x + b))
        slope_b += -2 / 3 * (y - (m * x + b))
    m = m - 0.1 * slope_m
    b = b - 0.1 * slope_b
total = 0
for x, y in points:
    total += (y - (m * x + b)) ** 2
print(total / 3)
"""
ENTRIES = """
import numpy as np
rng = np.random.default_rng(0)
x = rng.standard_normal(10)
y = 3 * x + 1
X = np.c_[np.ones(len(x)), x]
theta = np.zeros((2, 1))
for i in range(3):
    miss = X.dot(theta) - y[:, None]
    loss = (miss**2).sum() / 20
    first = theta[0][0] - 0.1 * miss.sum() / 10
    second = theta[1][0] - 0.1 * (miss * X[:, 1:]).sum() / 10
    theta[0][0] = first
    theta[1][0] = second
"""
POOL = """
import numpy as np
rng = np.random.default_rng(2)
x, scale = rng.standard_normal((5, 5)), rng.standard_normal((5, 5))
target = rng.standard_normal((3, 3))

def windows():
    for i in range(3):
        for j in range(3):
            yield i, j

inner = x * scale
out = np.zeros((3, 3))
for i, j in windows():
    out[i, j] = np.max(inner[i:i + 3, j:j + 3])
loss = 0.5 * np.sum((out - target) ** 2)
d = out - target
back = np.zeros(inner.shape)
for i, j in windows():
    part = inner[i:i + 3, j:j + 3]
    row, col = np.unravel_index(np.argmax(part), part.shape)
    back[i + int(row), j + int(col)] += d[i, j]
scale -= 0.1 * back * x
"""
WORDS = """
import numpy as np
rng = np.random.default_rng(3)
place = {"a": 0, "cat": 1, "sat": 2, "down": 3}

def row(word):
    made = np.zeros(4)
    made[place[word]] = 1
    return made

W, b = rng.standard_normal((4, 4)), rng.standard_normal((4, 1))
for words, middle in ((["a", "sat"], "cat"), (["cat", "down"], "sat")):
    x = np.mean([row(w) for w in words], axis=0).reshape(4, 1)
    y = row(middle).reshape(4, 1)
    z = np.dot(W, x) + b
    p = np.exp(z) / np.sum(np.exp(z))
    loss = np.sum(-np.log(p) * y)
    W = W - 0.3 * np.dot(p - y, x.T)
    b = b - 0.3 * (p - y)
"""
COST = """
import numpy as np

def cost(x, y, w, b):
    total = 0
    for i in range(len(x)):
        total += (w * x[i] + b - y[i]) ** 2
    return total / (2 * len(x))

def slopes(x, y, w, b):
    dw = db = 0
    n = y.shape[0]
    for i in range(n):
        miss = w * x[i] + b - y[i]
        dw += miss * x[i]
        db += miss
    dw = dw / n
    db = db / n
    return dw, db

x, y = np.array([3, 5, 4]), np.array([30, 50, 45])
w, b = 1, 1
seen = []
for turn in range(3):
    dw, db = slopes(x, y, w, b)
    w = w - 0.01 * dw
    b = b - 0.01 * db
    seen.append(cost(x, y, w, b))
"""
RIGHT = {
    "whole numbers, a cost beside": COST,
    "objects in a list": LAYERS,
    "a dict, a rule that returns": RULE,
    "plain zeros, a loss at the end": LINE,
    "entry by entry": ENTRIES,
    "a scatter": POOL,
    "words in lists": WORDS,
}
SLIPS = [
    ("whole numbers, a cost beside", "db = db / n", "db = db", None),
    ("objects in a list", "@ net[i].W.T * (1 - outs[i] ** 2)", "@ net[i].W.T", "before"),
    ("objects in a list", "net[i].b - 0.1 * delta", "0.1 * delta", None),
    ("a dict, a rule that returns", "2 * miss.mean()", "2 * miss.sum()", "slopes ="),
    ("plain zeros, a loss at the end", "slope_b += ", "slope_b = ", "slope_b = -2"),
    ("plain zeros, a loss at the end", "3 * x * (y", "3 * (y", "slope_m"),
    ("entry by entry", "first = theta[0][0]", "first = theta[1][0]", None),
    ("a scatter", "int(col)] += d", "int(col)] = d", "int(col)] = d"),
    ("words in lists", "np.dot(p - y, x.T)", "np.dot(p + y, x.T)", "np.dot(p + y"),
]  # fmt: skip


@pytest.mark.spread(4)
@pytest.mark.parametrize("style", RIGHT)
def test_what_is_right_is_right_wherever_it_is_kept(style, check):
    report = check(RIGHT[style])
    assert report.ok
    assert report.lines


@pytest.mark.spread(9)
@pytest.mark.parametrize(("style", "right", "wrong", "line"), SLIPS)
def test_a_slip_is_found_wherever_a_parameter_is_kept(style, right, wrong, line, check):
    assert RIGHT[style].count(right) == 1
    report = check(RIGHT[style].replace(right, wrong))
    assert not report.ok
    if line is not None:
        assert line in report.first_wrong.source


@pytest.mark.slow
def test_terms_that_overwrite_one_another_are_added_up_by_the_correction(check):
    for style, right, wrong in (
        ("plain zeros, a loss at the end", "slope_b += ", "slope_b = "),
        ("a scatter", "int(col)] += d", "int(col)] = d"),
    ):
        report = check(RIGHT[style].replace(right, wrong))
        assert check(report.corrected()).ok


def test_data_that_are_read_are_no_gradients(check):
    assert not any("points" in one.source for one in check(LINE).lines)
