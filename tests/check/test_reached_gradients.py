"""Gradients of scripts that take no steps, wherever they are held, and what is said of the slips in them."""

import pytest

from chainrule.check.verdict import Verdict
from chainrule.program import ProgramError

LISTS = """
import numpy as np
rng = np.random.default_rng(3)
sizes = [4, 5, 3, 1]
weights = [rng.normal(size=(a, b)) for a, b in zip(sizes, sizes[1:])]
biases = [np.zeros(b) for b in sizes[1:]]
X, y = rng.normal(size=(7, 4)), (rng.random((7, 1)) > 0.5) * 1.0
acts = [X]
for W, b in zip(weights, biases):
    acts.append(1 / (1 + np.exp(-(acts[-1] @ W + b))))
loss = -np.mean(y * np.log(acts[-1]) + (1 - y) * np.log(1 - acts[-1]))
nabla_w, nabla_b = [None] * 3, [None] * 3
delta = (acts[-1] - y) / len(X)
for l in range(2, -1, -1):
    nabla_w[l] = acts[l].T @ delta
    nabla_b[l] = delta.sum(0)
    delta = delta @ weights[l].T * (acts[l] * (1 - acts[l]))
"""
OBJECTS = """
import numpy as np
class Linear:
    def __init__(self, n, m, rng):
        self.params = {"W": rng.normal(size=(n, m)), "b": np.zeros(m)}
        self.grads = {}
    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]
    def backward(self, dy):
        self.grads["W"] = self.x.T @ dy
        self.grads["b"] = dy.sum(axis=0)
        return dy @ self.params["W"].T
class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask
    def backward(self, dy):
        return dy * self.mask
rng = np.random.default_rng(8)
net = [Linear(4, 5, rng), ReLU(), Linear(5, 3, rng)]
x, y = rng.normal(size=(6, 4)), rng.normal(size=(6, 3))
out = x
for layer in net:
    out = layer.forward(out)
loss = np.mean((out - y) ** 2)
d = 2 * (out - y) / y.size
for layer in net[::-1]:
    d = layer.backward(d)
"""
SAMPLES = """
import numpy as np
rng = np.random.default_rng(4)
X, Y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
P = {"V": rng.normal(size=(4, 3)), "U": rng.normal(size=(2, 4)), "b": np.zeros(4)}
total = 0.0
grads = {k: np.zeros_like(v) for k, v in P.items()}
for x, y in zip(X, Y):
    a = np.tanh(P["V"] @ x + P["b"])
    o = P["U"] @ a
    total += 0.5 * np.sum((o - y) ** 2)
    delta = o - y
    grads["U"] += np.outer(delta, a)
    back = (P["U"].T @ delta) * (1 - a**2)
    grads["V"] += np.outer(back, x)
    grads["b"] += back
loss = total / len(X)
for k in grads:
    grads[k] /= len(X)
"""
RELU = """
import numpy as np
rng = np.random.default_rng(13)
X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
W1, b1, W2 = rng.normal(size=(3, 4)), np.zeros(4), rng.normal(size=(4, 2))
h = np.maximum(0, X @ W1 + b1)
loss = np.mean((h @ W2 - y) ** 2)
d = 2 * (h @ W2 - y) / y.size
dW2 = h.T @ d
dh = d @ W2.T * (h > 0)
dW1 = X.T @ dh
db1 = dh.sum(axis=0)
"""
TWO_LOSSES = """
import numpy as np
rng = np.random.default_rng(0)
X, y, w = rng.normal(size=(6, 3)), rng.normal(size=6), rng.normal(size=3)
def mse(w):
    r = X @ w - y
    return r @ r / 6, 2 * X.T @ r / 6
def decay(w):
    return 0.1 * w @ w, 0.2 * w
data_loss, g_data = mse(w)
reg_loss, g_reg = decay(w)
loss = data_loss + reg_loss
g = g_data + g_reg
both = lambda w: mse(w)[0] + decay(w)[0]
print([(both(w + e) - both(w - e)) / 2e-6 - k for e, k in zip(1e-6 * np.eye(3), g)])
"""
ERRORS = """
import numpy as np
rng = np.random.default_rng(6)
sizes = [3, 4, 4, 2]
weights = [rng.normal(size=(n, m)) for m, n in zip(sizes, sizes[1:])]
biases = [rng.normal(size=(n, 1)) for n in sizes[1:]]
x, t = rng.normal(size=(3, 1)), np.array([[1.0], [0.0]])
acts = [x]
for w, b in zip(weights, biases):
    acts.append(np.tanh(w @ acts[-1] + b))
cost = 0.5 * np.sum((acts[-1] - t) ** 2)
errors, nabla_w = [None] * 3, [None] * 3
error = t - acts[-1]
for l in range(1, 4):
    errors[-l] = error
    delta = error * (1 - acts[-l] ** 2)
    nabla_w[-l] = -delta @ acts[-l - 1].T
    error = weights[-l].T @ delta
"""
RIGHT = {
    "lists": LISTS,
    "objects": OBJECTS,
    "samples": SAMPLES,
    "relu": RELU,
    "two losses": TWO_LOSSES,
    "errors are no gradients of biases": ERRORS,
}
SLIPS = [
    (LISTS, "(acts[l] * (1 - acts[l]))", "acts[l]", "(acts[l] * (1 - acts[l]))"),
    (LISTS, "delta.sum(0)", "delta.mean(0)", "nabla_b[l] = delta.sum(0)"),
    (OBJECTS, "dy * self.mask", "dy", "return dy * self.mask"),
    (OBJECTS, "dy.sum(axis=0)", "dy.sum()", "dy.sum(axis=0)"),
    (OBJECTS, 'self.grads["W"] = ', 'self.grads["W"] = 3 * ', "1 * self.x.T @ dy"),
    (SAMPLES, "grads[k] /= len(X)", "grads[k] /= len(grads)", "grads[k] /= X.shape[0]"),
    (RELU, "2 * (h @ W2 - y) / y.size", "(h @ W2 - y) / y.size", "2"),
    (RELU, "dh.sum(axis=0)", "dh[0]", "np.sum(dh, axis=0)"),
]


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_right_ones_are_spared(text, check) -> None:
    assert Verdict.WRONG not in {line.verdict for line in check(text).lines}


def test_where_a_gradient_has_a_wrong_shape_the_others_are_judged_and_no_cause_is_made_up(
    check,
) -> None:
    """What heals the others, ``acts[l]`` by chance, would not heal the one that nothing can be held against."""
    report = check(ERRORS.replace("acts[-l - 1].T", "acts[-l].T"))
    (wrong,) = [line for line in report.lines if line.verdict is Verdict.WRONG]
    assert wrong.source.strip().startswith("nabla_w[-l] =")
    assert wrong.fix is None
    assert not wrong.kinds


@pytest.mark.spread(3)
@pytest.mark.parametrize(("text", "right", "slip", "written"), SLIPS)
def test_the_slip_is_told_and_what_is_written_heals(
    text, right, slip, written, check
) -> None:
    slipped = text.replace(right, slip)
    assert slipped != text
    report = check(slipped)
    (wrong,) = [line for line in report.lines if line.verdict is Verdict.WRONG]
    assert written in wrong.fix
    assert check(report.corrected()).ok


STOPS = """
for l in range(3):
    w = weights[l]
    for i in ((0, 0), (2, 0)):
        start = w[i]
        w[i] = start + 1e-6
        up = cost()
        w[i] = start - 1e-6
        down = cost()
        w[i] = start
        assert abs((up - down) / 2e-6 - nabla_w[l][i]) < 1e-6
"""


def test_a_script_that_its_own_comparison_stops_is_judged(check) -> None:
    text = LISTS.replace(
        "acts = [X]",
        "def cost():\n    a = X\n    for W, b in zip(weights, biases):\n        a = 1 / (1 + np.exp(-(a @ W + b)))\n    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))\nacts = [X]",
    )
    slipped = text.replace("acts[l].T @ delta", "acts[l].T @ delta / 2") + STOPS
    (wrong,) = [line for line in check(slipped).lines if line.verdict is Verdict.WRONG]
    assert wrong.source.strip().startswith("nabla_w[l] =")
    assert Verdict.WRONG not in {line.verdict for line in check(text + STOPS).lines}


LAYER = """
import numpy as np
rng = np.random.default_rng(1)
x, w, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
dout = rng.normal(size=(4, 2))
out = np.tanh(x @ w + b)
dz = dout * (1 - out**2)
dx, dw, db = dz @ w.T, x.T @ dz, dz.sum(axis=0)
"""


@pytest.mark.parametrize("shown", ["", "print(dx.sum(), dw.sum())\n"])
def test_a_layer_alone_has_no_loss(shown, check) -> None:
    """Neither one that is meant nor a sum of gradients that is shown is taken for it: nothing is blamed."""
    with pytest.raises(ProgramError, match="E32"):
        check(LAYER + shown)
