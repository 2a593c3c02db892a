"""Ways in which people train by hand: what is printed, how a step is taken, what is tried before the first one."""

import pytest

from chainrule.check import check_script
from chainrule.check.verdict import Verdict

DATA = """
import numpy as np
rng = np.random.default_rng(5)
X = rng.normal(size=(8, 3))
y = (rng.random(8) > 0.5).astype(float)
t = rng.normal(size=8)
w, b = rng.normal(size=3), 0.1
"""

ACCURACY = (
    DATA
    + """
for epoch in range(3):
    p = 1 / (1 + np.exp(-(X @ w + b)))
    d = (p - y) / len(X)
    w = w - 0.1 * X.T @ d
    b = b - 0.1 * d.sum()
    print(np.mean((p > 0.5) == (y > 0.5)))
"""
)

CLIPPED = (
    DATA
    + """
for it in range(5):
    r = X @ w + b - t
    cost = (r @ r) / (2 * len(r))
    gw = X.T @ r / len(r)
    gb = r.mean()
    norm = np.sqrt(gw @ gw + gb ** 2)
    if norm > 0.5:
        gw, gb = gw / norm, gb / norm
    rate = 0.2 / (1 + 0.1 * it)
    w = w - rate * gw
    b = b - rate * gb
"""
)

GUARDED = (
    DATA
    + """
best = np.inf
for it in range(4):
    p = 1 / (1 + np.exp(-X @ w))
    loss = -(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9)).mean()
    if loss < best:
        best, kept = loss, w.copy()
    w = w - 0.3 * (X.T @ (p - y)) / len(y)
"""
)

LOOKED_AT = (
    DATA
    + """
def loss_and_grad(w):
    r = X.dot(w) - t
    return 0.5 * np.sum(r ** 2) / len(t), X.T.dot(r) / len(t)

loss, grad = loss_and_grad(w)
for i in range(w.size):
    old = w[i]
    w[i] = old + 1e-5
    above, _ = loss_and_grad(w)
    w[i] = old - 1e-5
    below, _ = loss_and_grad(w)
    w[i] = old
    print(grad[i], (above - below) / 2e-5)
for i in range(3):
    loss, grad = loss_and_grad(w)
    w -= 0.1 * grad
"""
)

COORDINATES = (
    DATA
    + """
def slope(theta, k, lam=0.5):
    return np.sum((X @ theta - t) * X[:, k]) / len(t) + lam / len(t) * theta[k]

slopes = np.zeros(3)
for epoch in range(3):
    for k in range(3):
        slopes[k] = slope(w, k)
    w = w - 0.05 * slopes
"""
)

EACH = (
    DATA
    + """
def squash(z):
    return 1 / (1 + np.exp(-z))
def for_w(x, y, w, b):
    return x * (y - squash(np.dot(w, x) + b)) - 0.01 * w / len(X)
def for_b(x, y, w, b):
    return y - squash(np.dot(w, x) + b)
losses = []
for epoch in range(2):
    for k in range(len(X)):
        dw, db = for_w(X[k], y[k], w, b), for_b(X[k], y[k], w, b)
        w = w + 0.1 * dw
        b = b + 0.1 * db
    p = [squash(np.dot(w, X[k]) + b) for k in range(len(X))]
    losses.append(-np.mean([a * np.log10(q) + (1 - a) * np.log10(1 - q) for a, q in zip(y, p)]))
"""
)

CLIMBING = (
    DATA
    + """
for epoch in range(2):
    for i in range(len(X)):
        pull = (y[i] - 1 / (1 + np.exp(-np.dot(X[i], w)))) * X[i]
        w += 0.1 * (pull - 0.02 * w)
"""
)

NEWTON = (
    DATA
    + """
for it in range(3):
    p = 1 / (1 + np.exp(-X @ w))
    loss = -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
    g = X.T @ (p - y)
    H = X.T @ (X * (p * (1 - p))[:, None])
    w = w - np.linalg.solve(H, g)
"""
)

RIGHT = {
    "only the accuracy is printed": ACCURACY,
    "clipped by a norm, at a rate that falls": CLIPPED,
    "a guard in a logarithm": GUARDED,
    "differences are looked at before": LOOKED_AT,
    "one coordinate after the other, no loss": COORDINATES,
    "steps on each, a loss over all in other digits": EACH,
    "a likelihood climbed, weights shrunk": CLIMBING,
}


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_script_is_spared(style, write):
    report = check_script(write(RIGHT[style]))
    assert report.ok
    assert set(report.parameters.values()) == {Verdict.RIGHT}


@pytest.mark.parametrize(
    ("style", "right", "wrong"),
    [
        ("only the accuracy is printed", "X.T @ d", "X.T @ (d * p)"),
        ("clipped by a norm, at a rate that falls", "r.mean()", "r.sum()"),
        ("a guard in a logarithm", "(p - y)", "(p - y * p)"),
        ("steps on each, a loss over all in other digits", "x * (y -", "w * (y -"),
        ("a likelihood climbed, weights shrunk", "(pull - 0.02", "(pull + 0.02"),
        ("differences are looked at before", "X.T.dot(r)", "X.T.dot(r - t)"),
    ],
)
def test_a_mistake_in_it_is_found_in_its_line(style, right, wrong, write):
    assert RIGHT[style].count(right) == 1
    report = check_script(write(RIGHT[style].replace(right, wrong)))
    line = RIGHT[style][: RIGHT[style].index(right)].count("\n") + 1
    assert report.first_wrong is not None
    assert report.first_wrong.line == line


def test_a_mistake_in_one_coordinate_after_the_other_is_found(write):
    assert not check_script(write(COORDINATES.replace("X[:, k])", "X[:, k] ** 2)"))).ok


def test_of_a_step_that_mixes_a_right_gradient_nothing_can_be_told(write):
    report = check_script(write(NEWTON))
    assert report.first_wrong is None
    assert report.parameters == {"w": Verdict.CANNOT_TELL}


def test_a_wrong_gradient_is_found_whatever_is_made_of_it(write):
    report = check_script(write(NEWTON.replace("X.T @ (p - y)", "X.T @ (p - p * y)")))
    assert report.first_wrong is not None


def test_the_summary_says_of_which_step_nothing_can_be_told(write):
    assert "the step of w cannot be told" in str(check_script(write(NEWTON)))


@pytest.mark.parametrize("n", [6, 8])
def test_a_forgotten_mean_is_written_for_any_number_of_samples(n, write):
    """Of six samples with three columns 2 / 6 is 1 / 3, and the two passes after the first are no factor."""
    text = f"""
import numpy as np
rng = np.random.default_rng(0)
X, y = rng.normal(size=({n}, 3)), rng.normal(size=({n}, 1))
W = rng.normal(size=(3, 1))
for i in range(3):
    out = X @ W
    loss = ((out - y) ** 2).mean()
    dW = X.T @ (out - y)
    W -= 0.1 * dW
"""
    report = check_script(write(text))
    assert "(out - y) / X.shape[0] * 2\n" in report.corrected()
