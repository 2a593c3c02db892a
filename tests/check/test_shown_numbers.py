"""What a script only shows says nothing about what it goes down on; what a later pass remembers is no parameter."""

import pytest

from chainrule.check import check_script
from chainrule.check.verdict import Verdict

XOR = """
import numpy as np

def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])
np.random.seed(1)
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
for j in range(300):
    l1 = nonlin(X @ syn0)
    l2 = nonlin(l1 @ syn1)
    l2_error = y - l2
    {shown}
    l2_delta = l2_error * nonlin(l2, deriv=True)
    l1_error = l2_delta @ syn1.T
    l1_delta = l1_error * nonlin(l1, deriv=True)
    syn1 += l1.T @ l2_delta
    syn0 += X.T @ l1_delta
"""
SHOWN = {
    "printed": 'print("Error:" + str(np.mean(np.abs(l2_error))))',
    "printed now and then": """if j % 100 == 0:
        print("Error:" + str(np.mean(np.abs(l2_error))))""",
    "named now and then": """if j % 100 == 0:
        err = np.mean(np.abs(l2_error))
        print(err)""",
}


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_a_mean_of_absolute_errors_that_is_shown_is_not_descended(shown, check):
    report = check(XOR.format(shown=shown))
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
    assert not report.findings


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_a_wrong_line_beside_it_is_named(shown, check):
    wrong = XOR.replace("nonlin(l1, deriv=True)", "nonlin(l1_error, deriv=True)")
    report = check(wrong.format(shown=shown))
    (line,) = [one for one in report.lines if one.verdict is Verdict.WRONG]
    assert line.source.strip().startswith("l1_delta")
    assert "nonlin(l1, deriv=True)" in str(line.fix)


ADAM = """
import numpy as np
rng = np.random.default_rng(0)
x = np.linspace(-2, 2, 30)
y = 1.5 * x - 0.7 + 0.1 * rng.normal(size=30)
w, m, v = np.zeros(2), np.zeros(2), np.zeros(2)
for i in range(1, 9):
    pred = w[0] * x + w[1]
    cost = np.mean((pred - y) ** 2)
    g = np.array([np.mean(2 * (pred - y) * x), np.mean(2 * (pred - y))])
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**i)
    v_hat = v / (1 - 0.999**i)
    w = w - 0.05 * m_hat / (np.sqrt(v_hat) + 1e-8)
"""


@pytest.mark.parametrize("n_pass", [1, 2, 3])
def test_moments_of_earlier_passes_are_no_parameters(n_pass, write):
    report = check_script(write(ADAM), n_pass=n_pass)
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}


def test_moments_that_are_corrected_for_good_are_no_known_rule(check):
    text = ADAM.replace("m_hat", "m").replace("v_hat", "v")
    verdicts = {line.verdict for line in check(text).lines}
    assert Verdict.CANNOT_TELL in verdicts
    assert Verdict.WRONG not in verdicts


def test_a_rate_inside_of_an_average_over_a_context_is_a_rate(check):
    """word2vec's step: the rate is in the error, and each word of the context gets its share."""
    report = check("""
import numpy as np
rng = np.random.default_rng(0)
words, out = rng.normal(size=(7, 4)), rng.normal(size=(7, 4))
context, targets = [1, 4, 6], [2, 0, 3, 5]
labels = np.array([1.0, 0.0, 0.0, 0.0])
for turn in range(3):
    hidden = np.mean(words[context], axis=0)
    rows = out[targets]
    p = 1 / (1 + np.exp(-hidden @ rows.T))
    loss = -np.sum(labels * np.log(p) + (1 - labels) * np.log(1 - p))
    g = (labels - p) * 0.025
    back = g @ rows
    out[targets] += np.outer(g, hidden)
    words[context] += back / len(context)
""")
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}


def test_a_correction_keeps_the_rate_of_a_step(check):
    report = check("""
import numpy as np
rng = np.random.default_rng(0)
X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
W, b = rng.normal(size=(3, 1)), rng.normal(size=(1, 1))
vW, vb = np.zeros_like(W), np.zeros_like(b)
step, mu = 0.05, 0.9
for turn in range(5):
    out = np.tanh(X @ W + b)
    loss = 0.5 * np.sum((out - y) ** 2)
    d = (out - y) * (1 - out**2)
    W_grad = X.T @ d
    b_grad = np.sum(d, axis=0, keepdims=True)
    vW = mu * vW - step * W_grad
    vb = mu * vb - step * b
    W = W + vW
    b = b + vb
""")
    (line,) = [one for one in report.lines if one.verdict is Verdict.WRONG]
    assert line.fix.strip() == "vb = mu * vb - step * b_grad"


PERCEPTRON = """
import numpy as np
np.random.seed(0)
class Part:
    def __init__(self, n, d):
        self.w, self.b = np.random.rand(n, d) - 0.5, np.random.rand(n) - 0.5
        self.w_diff, self.b_diff = np.zeros((n, d)), np.zeros(n)
        self.w_mom, self.b_mom = np.zeros((n, d)), np.zeros(n)
    def step(self):
        self.w_mom = 0.5 * self.w_mom + self.w_diff
        self.b_mom = 0.5 * self.b_mom + self.b_diff
        self.w -= 0.1 * self.w_mom
        self.b -= 0.1 * self.b_mom
        self.w_diff[:] = 0
        self.b_diff[:] = 0
X, y = np.random.rand(6, 3), np.random.rand(6, 1)
inner, outer = Part(4, 3), Part(1, 4)
for turn in range(4):
    h = np.tanh(X @ inner.w.T + inner.b)
    out = h @ outer.w.T + outer.b
    loss = np.sum((out - y) ** 2)
    d = 2 * (out - y)
    outer.w_diff += d.T @ h
    outer.b_diff += d.sum(axis=0)
    dz = d @ outer.w * (1 - h**2)
    inner.w_diff += dz.T @ X
    inner.b_diff += dz.sum(axis=0)
    inner.step()
    outer.step()
"""


@pytest.mark.parametrize("n_pass", [1, 2, 3])
def test_momentum_of_any_share_is_no_parameter_of_a_later_pass(n_pass, write):
    report = check_script(write(PERCEPTRON), n_pass=n_pass)
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}


ONE_BY_ONE = """
import numpy as np
rng = np.random.default_rng(21)
R = rng.integers(1, 6, size=(4, 5)).astype(float)
P, Q = rng.normal(size=(4, 2)), rng.normal(size=(5, 2))
for epoch in range(2):
    errors = []
    for u, i in [(0, 1), (2, 3), (3, 0), (1, 4)]:
        e = R[u, i] - P[u] @ Q[i]
        errors.append(abs(e))
        old = P[u].copy()
        P[u] += 0.02 * e * Q[i]
        Q[i] += 0.02 * e * old
    print("MAE", np.mean(errors))
"""


def test_absolute_errors_of_samples_taken_one_by_one_are_shown_alone(check):
    assert check(ONE_BY_ONE).ok


PIECES = """
import numpy as np
rng = np.random.default_rng(5)
X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
theta = rng.normal(size=8) * 0.4
W, b = theta[:6].reshape(3, 2), theta[6:]
b[:] = 0
slope = np.zeros_like(theta)
dW, db = slope[:6].reshape(3, 2), slope[6:]
for turn in range(4):
    d = X @ W + b - y
    loss = np.sum(d**2)
    dW[...] = 2 * X.T @ d
    db[...] = 2 * d.sum(axis=0)
    theta -= 0.01 * slope
"""


@pytest.mark.parametrize("n_pass", [1, 2])
def test_pieces_of_one_array_are_judged_where_the_array_is_moved(n_pass, write):
    right = check_script(write(PIECES), n_pass=n_pass)
    assert {line.verdict for line in right.lines} == {Verdict.RIGHT}
    wrong = PIECES.replace("2 * d.sum", "3 * d.sum")
    found = check_script(write(wrong), n_pass=n_pass)
    (line,) = [one for one in found.lines if one.verdict is Verdict.WRONG]
    assert line.source.strip().startswith("db")
