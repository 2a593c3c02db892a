"""What a script's steps say: a right one is spared whatever its style and names, a wrong one is found without a loss."""

import sys
from pathlib import Path

import pytest

from chainrule.check import check_script

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "check"))
from renamed import rename

# the way of an introductory book: no loss is computed, parameters in lists, a function gives the gradients
LISTS = """
import numpy as np
rng = np.random.default_rng(0)

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def slope(z):
    return sigmoid(z) * (1 - sigmoid(z))

class Net:
    def __init__(self, sizes):
        self.biases = [rng.standard_normal((y, 1)) for y in sizes[1:]]
        self.weights = [rng.standard_normal((y, x)) for x, y in zip(sizes[:-1], sizes[1:])]

    def backprop(self, x, y):
        nb = [np.zeros(b.shape) for b in self.biases]
        nw = [np.zeros(w.shape) for w in self.weights]
        a, outs, zs = x, [x], []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, a) + b
            zs.append(z)
            a = sigmoid(z)
            outs.append(a)
        delta = (outs[-1] - y) * slope(zs[-1])
        nb[-1] = delta
        nw[-1] = np.dot(delta, outs[-2].T)
        delta = np.dot(self.weights[-1].T, delta) * slope(zs[-2])
        nb[-2] = delta
        nw[-2] = np.dot(delta, outs[-3].T)
        return nb, nw

    def learn(self, x, y, eta):
        nb, nw = self.backprop(x, y)
        self.weights = [w - eta * one for w, one in zip(self.weights, nw)]
        self.biases = [b - eta * one for b, one in zip(self.biases, nb)]

net = Net([3, 4, 2])
net.learn(rng.standard_normal((3, 1)), np.array([[1.0], [0.0]]), 0.5)
"""
# a loss and updates in plain loops, one sample at a time
LOOPS = """
import numpy as np
rng = np.random.default_rng(1)
X = rng.standard_normal((5, 3))
t = rng.standard_normal(5)
w = rng.standard_normal(3)
b = 0.1
for i in range(5):
    s = b
    for j in range(3):
        s += w[j] * X[i, j]
    y = np.tanh(s)
    loss = (y - t[i]) ** 2
    d = 2 * (y - t[i]) * (1 - y * y)
    for j in range(3):
        w[j] -= 0.05 * d * X[i, j]
    b -= 0.05 * d
"""
RIGHT = {"lists": LISTS, "loops": LOOPS}
SLIPS = [
    (
        "lists",
        "self.weights[-1].T, delta) * slope(zs[-2])",
        "self.weights[-1].T, delta)",
    ),
    ("lists", "(outs[-1] - y) * slope", "(outs[-1] + y) * slope"),
    ("loops", "0.05 * d * X[i, j]", "0.05 * d * w[j]"),
]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("style", RIGHT)
def test_a_right_script_is_spared_with_its_names_and_without(style, named, write):
    text = RIGHT[style] if named else rename(RIGHT[style])[0]
    report = check_script(write(text))
    assert report.ok
    assert report.corrected() == text


@pytest.mark.spread(3)
@pytest.mark.parametrize(("style", "right", "wrong"), SLIPS)
def test_a_slip_is_found_though_no_loss_is_computed_or_all_is_done_in_loops(
    style, right, wrong, write
):
    assert RIGHT[style].count(right) == 1
    assert not check_script(write(RIGHT[style].replace(right, wrong))).ok


def test_a_slip_in_a_loop_is_named_in_its_line_and_its_correction_makes_every_step_right(
    write,
):
    text = LOOPS.replace("(1 - y * y)", "(1 - y)")
    report = check_script(write(text))
    assert "(1 - y)" in report.first_wrong.source
    assert report.first_wrong.kinds
    assert check_script(write(report.corrected())).ok


# a gradient that is right, followed in a way that can be wrong
FOLLOWED = """
import numpy as np
rng = np.random.default_rng(3)
X = rng.standard_normal((12, 3))
t = rng.standard_normal(12)
w = rng.standard_normal(3)
m, v = np.zeros(3), np.zeros(3)
lr, beta1, beta2, eps = 0.03, 0.9, 0.97, 1e-8
for k in range(1, 5):
    r = X @ w - t
    loss = np.mean(r ** 2)
    g = 2 * X.T @ r / len(t)
    {rule}
"""
ADAM = """m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g ** 2
    m_hat = m / (1 - beta1 ** k)
    v_hat = v / (1 - beta2 ** k)
    w = w - lr * m_hat / (np.sqrt(v_hat) + eps)"""
RULES = {
    "Adam": ADAM,
    "Adam, its correction in the rate": """m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    rate = lr * np.sqrt(1 - beta2 ** k) / (1 - beta1 ** k)
    w -= rate * m / (np.sqrt(v) + eps)""",
    "RMSprop": """v = beta2 * v + (1 - beta2) * g ** 2
    w -= lr * g / (np.sqrt(v) + eps)""",
    "momentum, a rate that falls": """m = beta1 * m - lr / k * g
    w += m""",
    "Adam with clipped gradients": "g = np.clip(g, -0.4, 0.4)\n    " + ADAM,
    "Adam with decay": ADAM + "\n    w = w - lr * 0.01 * w",
    "a rule of one's own": """m = np.maximum(beta1 * m, np.abs(g))
    v = v + np.abs(g) ** 1.5
    w = w - lr * g / (m + v ** (1 / 3) + 0.1)""",
}
MISTAKES = {
    "the power is missing": ("m / (1 - beta1 ** k)", "m / (1 - beta1)"),
    "multiplied": ("v / (1 - beta2 ** k)", "v * (1 - beta2 ** k)"),
    "no share": ("(1 - beta2) * g ** 2", "g ** 2"),
    "the other kept": ("beta2 * v + (1", "beta1 * v + (1"),
    "no root": ("np.sqrt(v_hat)", "v_hat"),
}


@pytest.mark.spread(7)
@pytest.mark.parametrize("rule", RULES)
def test_no_way_to_follow_a_right_gradient_is_blamed(rule, write):
    assert check_script(write(FOLLOWED.format(rule=RULES[rule]))).ok


@pytest.mark.spread(5)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_an_optimizer_is_named_in_its_line_and_mended(mistake, write):
    right, wrong = MISTAKES[mistake]
    assert ADAM.count(right) == 1
    path = write(FOLLOWED.format(rule=ADAM.replace(right, wrong)))
    report = check_script(path)
    assert wrong in report.first_wrong.source
    assert [line.verdict.value for line in report.lines].count("WRONG") == 1
    assert check_script(write(report.corrected())).ok


def test_a_counter_that_counts_parameters_is_the_line_that_is_wrong(write):
    counted = FOLLOWED.replace("range(1, 5)", "range(4)").replace(
        "m, v = np", "k = 0\nm, v = np"
    )
    rule = ADAM.replace("m = beta1 * m", "k += 1\n    k += 1\n    m = beta1 * m", 1)
    text = counted.replace("for k in", "for _ in").format(rule=rule)
    report = check_script(write(text))
    assert report.first_wrong.source.strip() == "k += 1"
    assert "one a pass" in report.first_wrong.cause


def test_a_setting_that_is_only_asked_whether_it_is_zero_is_no_other_way(write):
    # if decay: with decay 0.01 is the same way on all data
    rule = "rate = lr / (1 + 0.1 * k) if eps else lr\n    w = w - rate * g"
    text = FOLLOWED.format(rule=rule)
    assert check_script(write(text)).ok
    assert not check_script(write(text.replace("2 * X.T @ r", "2 * X.T @ t"))).ok


SATURATED = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward(X, params):
    Z1 = params['W1'] @ X + params['b1']
    A1 = np.maximum(0, Z1)
    Z2 = params['W2'] @ A1 + params['b2']
    A2 = sigmoid(Z2)
    cache = (Z1, A1, Z2, A2)
    return A2, cache

def backward(X, Y, params, cache):
    # backward
    Z1, A1, Z2, A2 = cache
    m = X.shape[1]
    grads = {}
    dZ2 = A2 - Y
    grads['dW2'] = dZ2 @ A1.T / m
    grads['db2'] = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = params['W2'].T @ dZ2
    dZ1 = dA1 * (Z1 > 0)
    grads['dW1'] = dZ1 @ X.T / m
    grads['db1'] = np.sum(dZ1, axis=1, keepdims=True) / m
    # update
    return grads

rng = np.random.default_rng(0)
X = rng.standard_normal((3, 6))
Y = (rng.random((1, 6)) < 0.5).astype(float)
params = {
    'W1': rng.standard_normal((4, 3)),
    'b1': rng.standard_normal((4, 1)),
    'W2': rng.standard_normal((1, 4)),
    'b2': rng.standard_normal((1, 1)),
}
for step in range(3):
    A2, cache = forward(X, params)
    loss = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
    grads = backward(X, Y, params, cache)
    for key in ('W1', 'b1', 'W2', 'b2'):
        params[key] = params[key] - 0.5 * grads['d' + key]
"""


def test_data_on_which_a_sigmoid_is_saturated_blame_nobody(tmp_path):
    """There the slope of log(1 - a) is all rounding, and a - y, which is right, differs from it."""
    script = tmp_path / "script.py"
    script.write_text(SATURATED, encoding="utf-8")
    assert check_script(str(script)).ok
