"""What steps go down on where no line says so: hinges, held targets, losses without their guards, weights looked ahead."""

import pytest

from chainrule.check import check_script, text
from chainrule.check.verdict import Verdict
from chainrule.program import ProgramError

SVM = """
import numpy as np
class Machine:
    def __init__(self, rate=0.01, lam=0.1):
        self.rate, self.lam = rate, lam
    def fit(self, X, y):
        t = np.where(y <= 0, -1, 1)
        self.w, self.b = np.zeros(X.shape[1]), 0
        for _ in range(2):
            for i, x in enumerate(X):
                if t[i] * (np.dot(x, self.w) - self.b) >= 1:
                    self.w -= self.rate * (2 * self.lam * self.w)
                else:
                    self.w -= self.rate * (2 * self.lam * self.w - np.dot(x, t[i]))
                    self.b -= self.rate * t[i]
rng = np.random.default_rng(7)
X = rng.normal(size=(8, 2)); y = (X[:, 0] > 0).astype(int)
machine = Machine(); machine.fit(X, y)
print(machine.w, machine.b)
"""
PERCEPTRON = """
import numpy as np
X = np.array([[2.0, 1.0], [-1.0, -0.5], [-2.0, 3.0], [0.5, 0.3]])
labels = [1, -1, -1, 1]
w, b = np.array([0.1, 0.2]), 0.0
for epoch in range(3):
    for x, t in zip(X, labels):
        if t * (np.dot(w, x) + b) <= 0:
            w += 0.5 * t * x
            b += 0.5 * t
print(w, b)
"""
TEMPORAL = """
import numpy as np
rng = np.random.default_rng(10)
features, w, gamma = rng.normal(size=(5, 3)), np.array([0.1, -0.3, 0.2]), 0.9
for episode in range(2):
    s = 2
    while 0 < s < 4:
        s_next = s + int(rng.choice([-1, 1]))
        r = 1.0 if s_next == 4 else 0.0
        target = r if s_next in (0, 4) else r + gamma * features[s_next] @ w
        gap = target - features[s] @ w
        w += 0.1 * gap * features[s]
        s = s_next
print(w)
"""
Q_NETWORK = """
import numpy as np
rng = np.random.default_rng(3)
S, S_next = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
A, R = rng.integers(0, 2, 6), rng.normal(size=6)
W1, W2 = rng.normal(size=(3, 5)) * 0.4, rng.normal(size=(5, 2)) * 0.4
T1, T2 = W1.copy(), W2.copy()
for it in range(4):
    h = np.maximum(0, S @ W1)
    q = h @ W2
    target = R + 0.9 * (np.maximum(0, S_next @ T1) @ T2).max(axis=1)
    gap = q[np.arange(6), A] - target
    loss = np.mean(gap ** 2)
    dq = np.zeros_like(q)
    dq[np.arange(6), A] = 2 * gap / 6
    dW2 = h.T @ dq
    dh = dq @ W2.T
    dh[h <= 0] = 0
    dW1 = S.T @ dh
    W1 -= 0.05 * dW1
    W2 -= 0.05 * dW2
    T1, T2 = 0.1 * W1 + 0.9 * T1, 0.1 * W2 + 0.9 * T2
    print(loss)
"""
OLD_ODDS = """
import numpy as np
rng = np.random.default_rng(0)
S, A, gain = rng.normal(size=(10, 3)), rng.integers(0, 2, 10), rng.normal(size=10)
W = rng.normal(size=(3, 2)) * 0.3
def odds(W):
    e = np.exp(S @ W)
    return e / e.sum(axis=1, keepdims=True)
old = odds(W)[np.arange(10), A]
for epoch in range(3):
    p = odds(W)
    ratio = p[np.arange(10), A] / old
    loss = -np.mean(ratio * gain)
    dz = (-gain * ratio / 10)[:, None] * (np.eye(2)[A] - p)
    W -= 0.5 * S.T @ dz
    print(loss)
"""
GUARDED = """
import numpy as np
rng = np.random.default_rng(13)
X, T = rng.normal(size=(6, 3)), np.eye(2)[[0, 1, 1, 0, 1, 0]]
W, b = 4 * rng.normal(size=(3, 2)), np.zeros(2)
for i in range(3):
    z = X @ W + b
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.sum(T * np.log(p + 1e-7)) / len(X)
    dz = (p - T) / len(X)
    W -= 0.1 * X.T @ dz
    b -= 0.1 * dz.sum(axis=0)
    print(loss)
"""
AHEAD = """
import numpy as np
X, Y = [0.5, 2.5], [0.2, 0.9]
def f(w, b, x):
    return 1.0 / (1.0 + np.exp(-(w * x + b)))
def error(w, b):
    return sum(0.5 * (f(w, b, x) - y) ** 2 for x, y in zip(X, Y))
def slope(w, b, x, y):
    p = f(w, b, x)
    return (p - y) * p * (1 - p)
w, b, before_w, before_b, gamma = -2.0, -2.0, 0, 0, 0.9
for i in range(4):
    dw, db = 0, 0
    v_w, v_b = gamma * before_w, gamma * before_b
    for x, y in zip(X, Y):
        dw += slope(w - v_w, b - v_b, x, y) * x
        db += slope(w - v_w, b - v_b, x, y)
    v_w = gamma * before_w + 1.0 * dw
    v_b = gamma * before_b + 1.0 * db
    w, b = w - v_w, b - v_b
    before_w, before_b = v_w, v_b
    print(error(w, b))
"""
FACTORS = """
import numpy as np
R = np.array([[5, 3, 0], [4, 0, 1], [1, 1, 5]])
rng = np.random.default_rng(5)
P, Q = rng.random((3, 2)), rng.random((2, 3))
rate, beta = 0.02, 0.02
for step in range(2):
    for i in range(3):
        for j in range(3):
            if R[i][j] > 0:
                e = R[i][j] - np.dot(P[i, :], Q[:, j])
                for k in range(2):
                    old = P[i][k]
                    P[i][k] += rate * (2 * e * Q[k][j] - beta * P[i][k])
                    Q[k][j] += rate * (2 * e * old - beta * Q[k][j])
    print(np.sum((R - P @ Q)[R > 0] ** 2))
"""
ROWS = """
import numpy as np
rng = np.random.default_rng(0)
p = {"U": rng.normal(size=(5, 3)) * 0.4, "V": rng.normal(size=(4, 3)) * 0.4}
seen = {k: np.zeros_like(a) for k, a in p.items()}
for epoch in range(2):
    cost = 0.0
    for i, j, y in [(0, 1, 1.0), (0, 2, -1.0), (3, 1, 1.0)]:
        s = y * p["U"][i].dot(p["V"][j])
        cost += np.log(1 + np.exp(-s))
        c = -y * (1 - 1 / (1 + np.exp(-s)))
        g = {"U": c * p["V"][j], "V": c * p["U"][i]}
        for k, r in (("U", i), ("V", j)):
            seen[k][r] += g[k] ** 2
            p[k][r] -= 0.5 * g[k] / np.sqrt(seen[k][r] + 1e-10)
    print(cost)
"""
SECOND_ORDER = """
import numpy as np
rng = np.random.default_rng(0)
X = np.c_[np.ones(30), rng.normal(size=(30, 2))]
y, beta = (rng.random(30) < 0.5).astype(float), np.zeros(3)
for it in range(3):
    p = 1 / (1 + np.exp(-X @ beta))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    grad = X.T @ (p - y) / len(y)
    step = np.linalg.solve((X.T * (p * (1 - p))) @ X / len(y), grad)
    beta -= step
    print(loss)
"""
IN_TURN = """
import numpy as np
np.random.seed(0)
def squash(x): return 1 / (1 + np.exp(-x))
d, e = np.random.randn(4), 0.3
w, b = np.random.randn(4), np.zeros(4)
of_critic, of_maker = [], []
for epoch in range(3):
    face, z = np.array([0.9, 0.1, 0.2, 0.8]), np.random.rand()
    p = squash(face @ d + e)
    of_critic.append(-np.log(p))
    d, e = d + 0.1 * face * (1 - p), e + 0.1 * (1 - p)
    x = squash(z * w + b)
    y = squash(x @ d + e)
    of_maker.append(-np.log(y))
    f = -(1 - y) * d * x * (1 - x)
    w, b = w - 0.1 * f * z, b - 0.1 * f
"""
NO_DATA = """
import numpy as np
class Momentum:
    def __init__(self, rate):
        self.rate, self.v = rate, None
    def update(self, params, grads):
        if self.v is None:
            self.v = {k: np.zeros_like(p) for k, p in params.items()}
        for key in params:
            self.v[key] = 0.9 * self.v[key] - self.rate * grads[key]
            params[key] += self.v[key]
def f(p): return p["x"] ** 2 / 20.0 + p["y"] ** 2
def df(p): return {"x": p["x"] / 10.0, "y": 2.0 * p["y"]}
optimizer = Momentum(0.1)
params = {"x": np.array(-7.0), "y": np.array(2.0)}
for i in range(4):
    loss = f(params)
    optimizer.update(params, df(params))
    print(loss)
"""
RIGHT = {
    "two networks in turn": IN_TURN,
    "nothing but parameters": NO_DATA,
    "a hinge, with its penalty": SVM,
    "a perceptron": PERCEPTRON,
    "a temporal difference": TEMPORAL,
    "a network of targets": Q_NETWORK,
    "odds from before": OLD_ODDS,
    "a guard in a logarithm": GUARDED,
    "ahead, the loss is not": AHEAD,
    "factors entry by entry": FACTORS,
    "rows by their own rates": ROWS,
}


@pytest.fixture
def check(tmp_path):
    def checked(source, **given):
        path = tmp_path / "script.py"
        path.write_text(source, encoding="utf-8")
        return check_script(path, **given)

    return checked


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_script_is_right(style, check):
    report = check(RIGHT[style])
    assert report.ok
    assert set(report.parameters.values()) == {Verdict.RIGHT}


@pytest.mark.slow
@pytest.mark.parametrize("style", RIGHT)
def test_a_right_script_is_right_in_the_next_pass(style, check):
    assert check(RIGHT[style], n_pass=2).ok


@pytest.mark.spread(9)
@pytest.mark.parametrize(
    ("style", "right", "wrong", "said"),
    [
        ("a hinge, with its penalty", "w - np.dot(x", "w + np.dot(x", "sign"),
        ("a perceptron", "w += 0.5", "w -= 0.5", ""),
        ("a temporal difference", "w += 0.1", "w -= 0.1", "sign"),
        ("a network of targets", "dh[h <= 0] = 0", "pass", "derivative of relu"),
        ("odds from before", "(-gain * ratio / 10)", "(-gain / 10)", ""),
        ("a guard in a logarithm", "b -= 0.1 * dz", "b += 0.1 * dz", "sign"),
        ("ahead, the loss is not", "* p * (1 - p)", "* (1 - p)", ""),
        ("factors entry by entry", "* e * old", "* e * P[i][k]", "updated before"),
        ("two networks in turn", "-(1 - y) * d * x", "-(1 - y) * d", ""),
        ("nothing but parameters", "] - self.rate", "] + self.rate", "sign"),
        ("rows by their own rates", '"U": c * p["V"]', '"U": -c * p["V"]', "sign"),
    ],
)
def test_a_mistake_in_it_is_found(style, right, wrong, said, check):
    assert RIGHT[style].count(right) == 1
    report = check(RIGHT[style].replace(right, wrong))
    assert not report.ok
    assert said in text(report)


def test_what_is_held_and_what_is_left_out_is_said(check):
    assert any("no gradient goes through: target" in n for n in check(TEMPORAL).notes)
    assert any("left out of its gradient: p + 1e-07" in n for n in check(GUARDED).notes)


def test_a_penalty_in_a_loss_that_keeps_no_target_is_not_held(check):
    source = TEMPORAL.replace("r + gamma * features[s_next] @ w", "r")
    assert not check(source).notes


def test_of_a_step_that_mixes_a_named_gradient_nothing_can_be_told(check):
    report = check(SECOND_ORDER)
    assert report.first_wrong is None
    assert report.parameters == {"beta": Verdict.CANNOT_TELL}


def test_a_search_that_takes_no_gradient_is_not_judged(check):
    source = """
import numpy as np
rng = np.random.default_rng(0)
X, y, w = rng.normal(size=(9, 3)), rng.normal(size=9), np.zeros(3)
def cost(w):
    return np.mean((X @ w - y) ** 2)
for it in range(3):
    tries = rng.normal(size=(6, 3))
    found = np.array([-cost(w + 0.1 * one) for one in tries])
    gain = (found - found.mean()) / found.std()
    w = w + 0.03 * tries.T @ gain / 6
    loss = cost(w)
    print(loss)
"""
    with pytest.raises(ProgramError) as caught:
        check(source)
    assert caught.value.code == "E329"
    assert "none of its gradients" in str(caught.value)


def test_the_first_assignment_in_a_function_is_no_step(check):
    source = """
import numpy as np
rng = np.random.default_rng(2)
out, center = rng.normal(size=(4, 3)), rng.normal(size=3)
def pair(center, out, negatives):
    z = 1 / (1 + np.exp(-out[0] @ center))
    loss = -np.log(z)
    grad = (z - 1) * out[0]
    for k in negatives:
        z = 1 / (1 + np.exp(out[k] @ center))
        loss -= np.log(z)
        grad += (1 - z) * out[k]
    return loss, grad
for it in range(3):
    loss = 0.0
    one, grad = pair(center, out, [2, 3])
    loss += one
    center -= 0.3 * grad
    print(loss)
"""
    assert not check(source).findings
