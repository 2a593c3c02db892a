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


@pytest.mark.spread(7)
@pytest.mark.parametrize("style", RIGHT)
def test_a_right_script_is_spared(style, write):
    report = check_script(write(RIGHT[style]))
    assert report.ok
    assert set(report.parameters.values()) == {Verdict.RIGHT}


@pytest.mark.spread(6)
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


@pytest.mark.slow
def test_a_wrong_gradient_is_found_whatever_is_made_of_it(write):
    report = check_script(write(NEWTON.replace("X.T @ (p - y)", "X.T @ (p - p * y)")))
    assert report.first_wrong is not None


@pytest.mark.slow
def test_the_summary_says_of_which_step_nothing_can_be_told(write):
    assert "the step of w cannot be told" in str(check_script(write(NEWTON)))


@pytest.mark.spread(2)
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


ROWS_OF_ONE_ARRAY = """
import numpy as np
rng = np.random.default_rng(1)
params = rng.normal(size=(2, 3))
w, c = params[0], params[1]
X, y = rng.normal(size=(6, 3)), rng.normal(size=6)
for step in range(4):
    pred = np.tanh(X * c) @ w
    r = pred - y
    loss = (r ** 2).sum()
    dw = np.tanh(X * c).T @ (2 * r)
    dc = ((2 * r)[:, None] * w * (1 - np.tanh(X * c) ** 2) * X).sum(axis=0)
    w -= 0.01 * dw
    c -= 0.01 * dc
    print(step, loss)
"""
PARTS_OF_ONE_ARRAY = """
import numpy as np
rng = np.random.default_rng(7)
flat = rng.normal(size=2 * 5 + 5 + 5 * 3 + 3) * 0.7
sizes = [(2, 5), (5,), (5, 3), (3,)]
params, at = [], 0
for s in sizes:
    n = int(np.prod(s))
    params.append(flat[at:at + n].reshape(s))
    at += n
X = rng.normal(size=(7, 2)); labels = rng.integers(0, 3, 7)
vel = [np.zeros_like(p) for p in params]
for t in range(3):
    W1, b1, W2, b2 = params
    h = np.maximum(X @ W1 + b1, 0)
    s = h @ W2 + b2
    s = s - s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    loss = -np.log(p[range(7), labels]).mean()
    ds = p.copy(); ds[range(7), labels] -= 1; ds /= 7
    dh = ds @ W2.T; dh[h <= 0] = 0
    grads = [X.T @ dh, dh.sum(0), h.T @ ds, ds.sum(0)]
    for q, g, v in zip(params, grads, vel):
        v *= 0.9
        v -= 0.1 * g
        q += v
    print(loss)
"""


@pytest.mark.spread(2)
@pytest.mark.parametrize("text", [ROWS_OF_ONE_ARRAY, PARTS_OF_ONE_ARRAY])
def test_what_is_learnt_may_be_views_that_are_written_in_place(write, text):
    report = check_script(write(text))
    assert report.ok
    assert set(report.parameters.values()) == {Verdict.RIGHT}
    assert not check_script(
        write(text.replace("2 * r)", "3 * r)").replace("ds /= 7", "ds /= 5"))
    ).ok


# after gensim's train_sg_pair, in which a list of places takes a copy (gensim issue 287)
COPIED_ROWS = """
import numpy as np
rng = np.random.default_rng(0)
V, D = 8, 4
syn0, syn1neg = rng.normal(size=(V, D)), rng.normal(size=(V, D))
def sg_pair(word, word2, alpha, negatives):
    l1 = syn0[word2]
    picked = [word] + negatives
    l2b = syn1neg[picked]
    labels = np.zeros(len(picked)); labels[0] = 1
    fb = 1 / (1 + np.exp(-np.dot(l1, l2b.T)))
    loss = -np.sum(labels * np.log(fb) + (1 - labels) * np.log(1 - fb))
    gb = (labels - fb) * alpha
    syn1neg[picked] += np.outer(gb, l1)
    neu1e = np.dot(gb, l2b)
    syn0[word2] += neu1e
    return loss
for w, w2, neg in [(0, 1, [3, 4]), (2, 5, [6, 7])]:
    loss = sg_pair(w, w2, 0.025, neg)
    print(loss)
"""
# after the GloVe of hans/glove.py: what is learnt is handed round as views of rows (its issue 6)
ROWS_IN_TUPLES = """
import numpy as np
rng = np.random.default_rng(2)
n, d = 5, 3
W = (rng.random((2 * n, d)) - 0.5); b = rng.random(2 * n) - 0.5
gW, gb = np.ones((2 * n, d)), np.ones(2 * n)
data = [(W[i], W[n + j], b[i:i+1], b[n+j:n+j+1], gW[i], gW[n + j], gb[i:i+1], gb[n+j:n+j+1], c)
        for i, j, c in [(0, 1, 3.0), (2, 4, 8.0), (1, 0, 2.0)]]
lr, x_max, alpha = 0.05, 100, 0.75
for it in range(2):
    total = 0
    for vm, vc, bm, bc, sm, sc, sbm, sbc, co in data:
        weight = (co / x_max) ** alpha if co < x_max else 1
        inner = vm.dot(vc) + bm[0] + bc[0] - np.log(co)
        cost = weight * inner ** 2
        total += 0.5 * cost
        grad_main = weight * inner * vc
        grad_ctx = weight * inner * vm
        grad_b = weight * inner
        vm -= lr * grad_main / np.sqrt(sm)
        vc -= lr * grad_ctx / np.sqrt(sc)
        bm -= lr * grad_b / np.sqrt(sbm)
        bc -= lr * grad_b / np.sqrt(sbc)
        sm += np.square(grad_main); sc += np.square(grad_ctx)
        sbm += grad_b ** 2; sbc += grad_b ** 2
    print(total)
"""


@pytest.mark.parametrize("text", [COPIED_ROWS, ROWS_IN_TUPLES])
def test_word_vectors_as_they_are_trained_in_public(write, text):
    report = check_script(write(text))
    assert report.ok
    assert not report.findings
    assert not any("no line was found" in note for note in report.notes)


def test_a_rate_in_the_error_excuses_nothing_else(write):
    twice = COPIED_ROWS.replace("syn0[word2] += neu1e", "syn0[word2] += 2 * neu1e")
    assert not check_script(write(twice)).ok


# after gensim issue 242: a word that stands twice in the window moves once
TWICE = """
import numpy as np
rng = np.random.default_rng(1)
V, D = 6, 3
vec, out = rng.normal(size=(V, D)), rng.normal(size=(D, V))
window, target, alpha = [0, 2, 0], 4, 0.05
for it in range(2):
    h = vec[window].mean(axis=0)
    z = h @ out
    p = np.exp(z) / np.exp(z).sum()
    loss = -np.log(p[target])
    e = p.copy(); e[target] -= 1
    back = out @ e
    out -= alpha * np.outer(h, e)
    vec[window] -= alpha * back / len(window)
    print(loss)
"""


def test_a_word_that_stands_twice_in_a_window_moves_twice(write):
    found = check_script(write(TWICE)).first_wrong
    assert found is not None
    assert found.source.strip().startswith("vec[window] -=")
    added = "np.subtract.at(vec, window, alpha * back / len(window))"
    once = "vec[window] -= alpha * back / len(window)"
    assert check_script(write(TWICE.replace(once, added))).ok
