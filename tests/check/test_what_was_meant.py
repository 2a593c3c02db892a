"""Mistakes that no single expression of the backward pass explains, each named on its own line: what was meant elsewhere."""

import pytest

from chainrule.check import check_script
from chainrule.check.steps.script import Asked

ENGINE = """
import math

class Node:
    def __init__(self, value, parents=()):
        self.value, self.slope, self.parents = value, 0.0, parents
        self.push = lambda: None

    def __mul__(self, other):
        out = Node(self.value * other.value, (self, other))
        def push():
            self.slope += other.value * out.slope
            other.slope += self.value * out.slope
        out.push = push
        return out

    def __sub__(self, other):
        out = Node(self.value - other.value, (self, other))
        def push():
            self.slope += out.slope
            other.slope += out.slope  # wrong
        out.push = push
        return out

    def tanh(self):
        out = Node(math.tanh(self.value), (self,))
        def push():
            self.slope += (1 - out.value * out.value) * out.slope
        out.push = push
        return out

def backward(last):
    order, seen = [], set()
    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)
    visit(last)
    last.slope = 1.0
    for node in reversed(order):
        node.push()

w, v = Node(0.4), Node(-0.7)
for x, t in [(1.5, 0.2), (-0.6, 0.9)]:
    miss = Node(t) - (w * Node(x)).tanh() * v
    loss = miss * miss
    w.slope = v.slope = 0.0
    backward(loss)
    for p in (w, v):
        p.value = p.value - 0.1 * p.slope
"""
UNREAD = """
import numpy as np
rng = np.random.default_rng(4)
X, Y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
A, a = rng.standard_normal((3, 2)), rng.standard_normal(2)
B, b = rng.standard_normal((3, 2)), rng.standard_normal(2)
for turn in range(2):
    gate = 1 / (1 + np.exp(-(X @ A + a)))
    inner = np.tanh(X @ B + a)  # wrong
    out = gate * inner
    loss = np.sum((out - Y) ** 2)
    dout = 2 * (out - Y)
    dgate = dout * inner * gate * (1 - gate)
    dinner = dout * gate * (1 - inner ** 2)
    A -= 0.1 * X.T @ dgate
    a -= 0.1 * dgate.sum(axis=0)
    B -= 0.1 * X.T @ dinner
    b -= 0.1 * dinner.sum(axis=0)
"""
ENTROPY = """
import numpy as np
rng = np.random.default_rng(2)
X = rng.standard_normal((9, 3))
t = (X[:, 0] > 0).astype(float)
w = rng.standard_normal(3)
for turn in range(3):
    p = 1 / (1 + np.exp(-X @ w))
    loss = np.mean(-t * np.log(p) + (1 - t) * np.log(1 - p))  # wrong
    w -= 0.5 * X.T @ (p - t) / len(t)
"""
JACOBIAN = """
import numpy as np

class Softmax:
    def forward(self, logits):
        self.logits = logits
        grown = np.exp(logits)
        self.shares = grown / grown.sum()
        return self.shares

    def slopes(self):
        n = len(self.shares)
        whole = np.zeros((n, n))
        for i in range(n):
            for j in range(n):
                if i == j:
                    whole[i, j] = self.logits[i] * (1 - self.shares[i])  # wrong
                else:
                    whole[i, j] = -self.logits[i] * self.shares[j]  # wrong
        return whole

rng = np.random.default_rng(7)
W = rng.standard_normal((3, 4))
layer = Softmax()
for x, t in zip(rng.standard_normal((2, 4)), np.eye(3)):
    p = layer.forward(W @ x)
    loss = np.sum((p - t) ** 2)
    W = W - 0.1 * np.outer(layer.slopes() @ (2 * (p - t)), x)
"""
BRACKETS = """
import numpy as np
rng = np.random.default_rng(3)
X, Y = rng.standard_normal((7, 3)), rng.standard_normal((7, 2))
W, V = rng.standard_normal((3, 4)), rng.standard_normal((4, 2))

def through_tanh(arriving, left):
    return arriving * 1 - left * left  # wrong

for turn in range(2):
    H = np.tanh(X @ W)
    loss = np.mean((H @ V - Y) ** 2)
    dO = 2 * (H @ V - Y) / Y.size
    dH = dO @ V.T
    dZ = through_tanh(dH, H)
    V = V - 0.1 * H.T @ dO
    W = W - 0.1 * X.T @ dZ
"""
ENTRY = """
import numpy as np
rng = np.random.default_rng(5)
X = np.column_stack([np.ones(8), rng.standard_normal((8, 3))])
t = rng.standard_normal(8)
theta = np.ones(X.shape[1]) * 0.3
for turn in range(3):
    cost = (np.sum((X @ theta - t) ** 2) + 4.0 * np.sum(theta[1:] ** 2)) / 16
    shrunk = theta.copy()
    shrunk[1] = 0  # wrong
    slope = (X.T @ (X @ theta - t) + 4.0 * shrunk) / 8
    theta = theta - 0.2 * slope
"""
UPHILL = """
import numpy as np
rng = np.random.default_rng(6)
X, t = rng.standard_normal((9, 2)), rng.standard_normal(9)
w, past = rng.standard_normal(2), np.zeros(2)
for turn in range(4):
    miss = X @ w - t
    loss = np.mean(miss ** 2)
    gradient = 2 * X.T @ miss / len(t)
    speed = 0.9 * past + 0.05 * gradient  # wrong
    w = w + speed
    past = speed
"""
NEVER_COMPUTED = """
import numpy as np
rng = np.random.default_rng(1)

class Net:
    def __init__(self, sizes):
        self.weights = [rng.normal(size=(m, n)) * 0.5 for n, m in zip(sizes, sizes[1:])]

    def train(self, x, goal):
        a = np.array(x, ndmin=2).T
        known = [a]
        for k in range(3):
            a = 1 / (1 + np.exp(-np.dot(self.weights[k], a)))
            known.append(a)
        error = a - np.array(goal, ndmin=2).T
        for k in [2, 1, 0]:
            slope = error * known[k + 1] * (1 - known[k + 1])
            error = np.dot(self.weights[k].T, error)  # wrong
            self.weights[k] -= 0.1 * np.dot(slope, known[k].T)

net = Net([4, 5, 3, 2])
for i in range(3):
    net.train(rng.random(4), [i % 2, 1 - i % 2])
"""
END = """
import numpy as np
rng = np.random.default_rng(5)
X = np.vstack([np.ones((1, 6)), rng.normal(size=(4, 6))])
Y = np.eye(3)[:, [0, 1, 2, 2, 1, 0]]
A, B = rng.normal(size=(5, 5)) * 0.3, rng.normal(size=(3, 6)) * 0.3
for turn in range(2):
    H = np.concatenate((np.ones((1, 6)), np.tanh(A @ X)))
    loss = 0.5 * np.sum((B @ H - Y) ** 2)
    dO = B @ H - Y
    dH = B.T @ dO * (1 - H ** 2)
    B = B - 0.01 * dO @ H.T
    A = A - 0.01 * dH[:-1] @ X.T  # wrong
"""


@pytest.mark.spread(7)
@pytest.mark.parametrize(
    ("source", "written"),
    [
        (NEVER_COMPUTED, ["error = np.dot(self.weights[k].T, slope)  # wrong"]),
        (END, None),
        (ENGINE, ["other.slope -= out.slope  # wrong"]),
        (UNREAD, ["inner = np.tanh(X @ B + b)  # wrong"]),
        (ENTROPY, None),
        (
            JACOBIAN,
            [
                "whole[i, j] = self.shares[i] * (1 - self.shares[i])  # wrong",
                "whole[i, j] = -self.shares[i] * self.shares[j]  # wrong",
            ],
        ),
        (ENTRY, ["shrunk[0] = 0  # wrong"]),
    ],
    ids=[
        "names of a script whose loss is never computed",
        "the other end of a slice",
        "what a node's gradient stands beside",
        "a forward pass that leaves out what is learnt",
        "a loss with a sign flipped",
        "one name for another in several lines",
        "another entry",
    ],
)
def test_the_line_that_was_meant_otherwise_is_named(tmp_path, source, written):
    script = tmp_path / "script.py"
    script.write_text(source, encoding="utf-8")
    report = check_script(str(script))
    lines = source.splitlines()
    wrong = [line for line in report.lines if line.verdict.name == "WRONG"]
    assert [one.line for one in wrong] == [
        number for number, line in enumerate(lines, 1) if "# wrong" in line
    ]
    if written is not None:
        corrected = report.corrected().splitlines()
        assert [corrected[one.line - 1].strip() for one in wrong] == written


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (BRACKETS, "return arriving * (1 - left * left)  # wrong"),
        (UPHILL, "speed = 0.9 * past - 0.05 * gradient  # wrong"),
        # in the function's own names
        (
            BRACKETS.replace("arriving * 1 - left * left", "1 - left * left"),
            "return (1 - left * left) * arriving  # wrong",
        ),
    ],
    ids=["brackets", "a right gradient is let be", "names"],
)
def test_the_steps_alone_say_what_was_meant(tmp_path, source, written):
    script = tmp_path / "script.py"
    script.write_text(source, encoding="utf-8")
    stepped = Asked(str(script)).report(source)
    (wrong,) = [one for one in stepped.report.lines if one.verdict.name == "WRONG"]
    assert "# wrong" in wrong.source
    assert wrong.fix is not None
    assert wrong.fix.strip() == written


@pytest.mark.slow
def test_where_true_and_false_differ_is_shown(tmp_path):
    """Masks have no difference to be taken."""
    script = tmp_path / "script.py"
    script.write_text(
        """
import numpy as np
rng = np.random.default_rng(8)
X, t = rng.standard_normal((12, 2)), 3 * rng.standard_normal(12)
w = np.zeros(2)
for turn in range(2):
    r = X @ w - t
    loss = np.where(np.abs(r) <= 1.0, 0.5 * r**2, np.abs(r) - 0.5).mean()
    w = w - 0.3 * X.T @ np.where(r <= 1.0, r, np.sign(r)) / len(r)
""",
        encoding="utf-8",
    )
    assert "WRONG" in str(check_script(str(script)))
