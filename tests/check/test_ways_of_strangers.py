"""Scripts in the ways of other people, each with what is wrong in it: the line is found, and right ones are spared."""

import numpy as np
import pytest

from chainrule.check.steps.recording import record
from chainrule.check.steps.script import Asked
from chainrule.check.verdict import Verdict

EXPONENT = """
import numpy as np
rng = np.random.default_rng(5)
X = rng.normal(size=(10, 4)); t = rng.normal(size=10)
theta = rng.normal(size=4) * .5
s = 0.3
for k in range(3):
    lin = X @ theta
    gain = 2.0 ** s
    res = gain * np.tanh(lin) - t
    cost = 0.5 * np.mean(res ** 2)
    g_pred = res / len(t)
    g_gain = np.sum(g_pred * np.tanh(lin))
    g_s = g_gain * s * 2.0 ** (s - 1)
    g_theta = X.T @ (g_pred * gain * (1 - np.tanh(lin) ** 2))
    theta = theta - 0.03 * g_theta
    s = s - 0.03 * g_s
"""
RADIAL = """
import numpy as np
r = np.random.RandomState(0)
w, b = r.randn(4), r.randn(1)
centers, sigmas = np.linspace(-1, 1, 4), np.full(4, .6)
X = np.linspace(-1, 1, 9)
y = np.sin(3 * X)
lr = 0.05
for epoch in range(2):
    for i in range(len(X)):
        a = np.exp(-1 / (2 * sigmas ** 2) * (X[i] - centers) ** 2)
        F = a.T.dot(w) + b
        loss = (y[i] - F).flatten() ** 2
        error = -(y[i] - F).flatten()
        dc = error * w * a * (X[i] - centers) / sigmas ** 2
        ds = error * w * a * (X[i] - centers) ** 2 / sigmas ** 2
        w = w - lr * a * error
        b = b - lr * error
        centers = centers - lr * dc
        sigmas = sigmas - lr * ds
"""
WEIGHTED = """
import numpy as np
gen = np.random.RandomState(6)
X = gen.randn(30, 3)
y = (X[:, 0] + gen.randn(30) > 1.2).astype(float)
w, b = np.zeros(3), 0.0
sw = np.where(y == 1, 3.0, 1.0)
for _ in range(3):
    p = 1.0 / (1.0 + np.exp(-(X.dot(w) + b)))
    ll = y * np.log(p) + (1 - y) * np.log(1 - p)
    cost = -np.average(ll, weights=sw)
    err = (p - y) * sw / sw.sum()
    w -= 0.1 * X.T.dot(err)
    b -= 0.1 * (p - y).mean()
"""
SMALL_BATCHES = """
import numpy as np
rng = np.random.default_rng(5)
X, y = rng.normal(size=(32, 4)), rng.normal(size=(32, 1))
W, V = rng.normal(size=(4, 6)) * .4, rng.normal(size=(6, 1)) * .4
gW, gV = np.zeros_like(W), np.zeros_like(V)
for step in range(8):
    at = (step % 4) * 8
    xb, yb = X[at:at + 8], y[at:at + 8]
    h = np.tanh(xb @ W)
    e = h @ V - yb
    loss = np.mean(e ** 2)
    d = 2 * e / len(xb)
    gV += h.T @ d / 2
    gW += xb.T @ (d @ V.T * (1 - h ** 2)) / 2
    if step % 2 == 1:
        W -= 0.1 * gW
        V -= 0.1 * gV
        gW.fill(0); gV.fill(0)
"""
RPROP = """
import numpy as np
rng = np.random.default_rng(6)
X, Y = rng.normal(size=(15, 3)), rng.normal(size=(15, 1))
W, V = rng.normal(size=(3, 4)) * .5, rng.normal(size=(4, 1)) * .5
sW, sV = np.full_like(W, .01), np.full_like(V, .01)
pW, pV = np.zeros_like(W), np.zeros_like(V)
for i in range(3):
    h = np.tanh(X @ W); e = h @ V - Y
    E = 0.5 * (e ** 2).sum()
    gV = h.T @ e
    gW = X.T @ ((e @ V.T) * (1 - h * h))
    for w, g, p, s in ((W, gW, pW, sW), (V, gV, pV, sV)):
        same = g * p
        s[same > 0] *= 1.2
        s[same < 0] *= 0.5
        w -= np.sign(g) * s
        p[:] = g
"""
NEURONS = """
from math import exp
from random import random, seed

def activate(weights, inputs):
    activation = weights[-1]
    for i in range(len(weights) - 1):
        activation += weights[i] * inputs[i]
    return activation

def squash(activation):
    return 1.0 / (1.0 + exp(-activation))

def forward(network, row):
    inputs = row
    for layer in network:
        outputs = []
        for neuron in layer:
            neuron["output"] = squash(activate(neuron["weights"], inputs))
            outputs.append(neuron["output"])
        inputs = outputs
    return inputs

def slope(output):
    return output * (1.0 - output)

def backward(network, expected):
    for i in reversed(range(len(network))):
        errors = []
        for j, neuron in enumerate(network[i]):
            if i == len(network) - 1:
                errors.append(neuron["output"] - expected[j])
            else:
                error = 0.0
                for after in network[i + 1]:
                    error += after["weights"][j] * after["delta"]
                errors.append(error)
        for j in range(len(network[i])):
            neuron = network[i][j]
            neuron["delta"] = errors[j] * slope(neuron["output"])

def update(network, row, rate):
    for i in range(len(network)):
        inputs = row[:-1]
        if i != 0:
            inputs = [neuron["output"] for neuron in network[i - 1]]
        for neuron in network[i]:
            for j in range(len(inputs)):
                neuron["weights"][j] -= rate * neuron["delta"] * inputs[j]
            neuron["weights"][-1] -= rate * neuron["delta"]

seed(1)
rows = [[2.78, 2.55, 0], [1.46, 2.36, 0], [7.62, 2.75, 1], [3.39, 4.4, 0]]
network = [[{"weights": [random() for _ in range(3)]} for _ in range(2)] for _ in range(2)]
losses = []
loss = 0
for row in rows:
    outputs = forward(network, row)
    expected = [0, 0]
    expected[row[-1]] = 1
    loss += sum([(e - o) ** 2 for e, o in zip(expected, outputs)])
    losses.append(loss)
    backward(network, expected)
    update(network, row, 0.5)
"""
NORMALISED = """
import numpy as np
rng = np.random.RandomState(2)
N = 16
X, y = rng.randn(N, 4), rng.randint(0, 3, N)
W1, g, W2 = rng.randn(4, 6) * .5, np.ones(6), rng.randn(6, 3) * .5
for it in range(3):
    a = X @ W1
    istd = 1 / np.sqrt(a.var(0) + 1e-5)
    xhat = (a - a.mean(0)) * istd
    bn = g * xhat
    s = np.maximum(0, bn) @ W2
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    loss = -np.mean(np.log(p[range(N), y]))
    ds = p.copy(); ds[range(N), y] -= 1; ds /= N
    dW2 = np.maximum(0, bn).T @ ds
    dbn = (ds @ W2.T) * (bn > 0)
    dg = (dbn * xhat).sum(0)
    da = g * istd / N * (dbn - dbn.sum(0) - xhat * (dbn * xhat).sum(0))
    dW1 = X.T @ da
    W1 -= 0.5 * dW1
    W2 -= 0.5 * dW2
    g -= 0.5 * dg
"""

DECAYED_OUTSIDE = """
import numpy as np
rng = np.random.default_rng(3)
X = rng.normal(size=(8, 4)); Y = rng.normal(size=(8, 2))
W1 = rng.normal(size=(4, 3)); W2 = rng.normal(size=(3, 2))
lam = 0.1
def linear_backward(dz, a, W):
    dW = a.T @ dz / len(a)
    return dz @ W.T, dW
h = np.tanh(X @ W1)
loss = np.sum((h @ W2 - Y) ** 2) / (2 * len(X)) + lam / 2 * (np.sum(W1 ** 2) + np.sum(W2 ** 2))
grads = {}
dh, dW = linear_backward(h @ W2 - Y, h, W2)
grads["dW2"] = dW + lam * W2
_, dW = linear_backward(dh * (1 - h ** 2), X, W1)
grads["dW1"] = dW + lam * W1
"""


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (EXPONENT, "g_s = "),  # what an optimizer does not do to a gradient is no rate
        (RADIAL, "ds = "),  # half the gradient everywhere, and one other mistake
        (WEIGHTED, "b -= "),  # what is done to data is not in doubt
    ],
)
def test_the_one_wrong_line_is_found(text, wrong, check) -> None:
    report = check(text)
    blamed = [one for one in report.lines if one.verdict is Verdict.WRONG]
    assert [one.source.strip()[: len(wrong)] for one in blamed] == [wrong]


def test_a_summand_of_a_right_gradient_is_not_held_against_it(check) -> None:
    assert {one.verdict for one in check(DECAYED_OUTSIDE).lines} == {Verdict.RIGHT}


@pytest.mark.slow
def test_losses_of_small_batches_that_share_a_step_are_averaged(check) -> None:
    assert check(SMALL_BATCHES).exit_code == 0
    wrong = check(SMALL_BATCHES.replace("(1 - h ** 2)", "(1 - h)"))
    assert [one.name for one in wrong.lines if one.verdict is Verdict.WRONG] == ["gW"]


@pytest.mark.slow
def test_a_rule_that_is_not_known_is_not_wrong_where_the_gradient_is_right(check):
    assert check(RPROP).exit_code == 3
    wrong = check(RPROP.replace("(1 - h * h)", "(1 - h)"))
    assert wrong.exit_code == 1


def test_a_number_that_was_read_from_a_list_is_not_written_to(tmp_path, check) -> None:
    real: dict[str, list[float]] = {}
    exec(NEURONS, real)
    file = tmp_path / "neurons.py"
    file.write_text(NEURONS)
    recording = record(str(file), text=NEURONS, enough=lambda _: False)
    recorded = [
        float(recording.run.numbers[one])
        for name, one in recording.bound
        if name == "loss"
    ]
    assert recorded == pytest.approx(real["losses"], rel=1e-12)
    assert check(NEURONS).exit_code == 0


@pytest.mark.slow
def test_a_number_forgotten_at_a_name_is_written_there(tmp_path) -> None:
    file = tmp_path / "script.py"
    file.write_text(NORMALISED)
    with np.errstate(all="ignore"):
        report = Asked(str(file)).report(NORMALISED).report
    (wrong,) = (one for one in report.lines if one.verdict is Verdict.WRONG)
    assert wrong.cause == "dbn should be N * dbn."
    assert wrong.fix is not None
    assert "(N * dbn - dbn.sum(0)" in wrong.fix


def test_the_shape_of_a_row_is_set_in_place(check):
    report = check("""
import numpy as np
rng = np.random.default_rng(2)
images, labels = rng.random((4, 6)), np.eye(3)[[0, 2, 1, 0]]
w = rng.uniform(-0.5, 0.5, (3, 6))
for img, l in zip(images, labels):
    img.shape += (1,)
    l.shape += (1,)
    o = 1 / (1 + np.exp(-(w @ img)))
    e = 1 / len(o) * np.sum((o - l) ** 2, axis=0)
    delta = 2 / len(o) * (o - l) * (o * (1 - o))
    w += -0.01 * delta @ np.transpose(img)
""")
    assert report.ok
    assert report.lines
