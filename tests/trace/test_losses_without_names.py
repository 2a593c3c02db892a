"""Scripts whose loss or weights no step tells: mixtures, numbers that are objects, weights moved to check a gradient."""

import numpy as np
import pytest

import chainrule

SCRIPT = """
import numpy as np
data = np.array([-2.1, -1.7, -2.4, 2.6, 3.3, 4.1])
mu = np.array([-1.0, 1.0])
log_sigma = np.zeros(2)
for it in range(3):
    s = np.exp(log_sigma)
    share = np.exp(-0.5 * ((data[:, None] - mu) / s) ** 2) / s
    r = share / share.sum(axis=1, keepdims=True)
    dmu = (r * (data[:, None] - mu) / s**2).mean(axis=0)
    dls = (r * (((data[:, None] - mu) / s) ** 2 - 1)).mean(axis=0)
    mu = mu + 0.5 * dmu
    log_sigma = log_sigma + 0.1 * dls
    {told}
"""
TOLD = "np.log((np.exp(-0.5 * ((data[:, None] - mu) / np.exp(log_sigma)) ** 2) / np.exp(log_sigma)).sum(axis=1)).mean()"


def test_a_script_that_only_prints_its_likelihood_is_told_so(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(SCRIPT.format(told=f"print({TOLD})"))
    with pytest.raises(chainrule.ChainruleError) as caught:
        chainrule.gradients(file)
    assert caught.value.code == "E325"


def test_the_likelihood_by_its_name_is_what_the_steps_climb(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(SCRIPT.format(told=f"likelihood = {TOLD}"))
    found = chainrule.gradients(file)
    assert {*found} == {"mu", "log_sigma"}
    assert all(np.isfinite(one).all() for one in found.values())


SCALARS = """
class Scalar:
    def __init__(self, data, before=(), local=()):
        self.data, self.grad, self.before, self.local = data, 0.0, before, local

    def __add__(self, other):
        return Scalar(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Scalar(self.data * other.data, (self, other), (other.data, self.data))

    def backward(self, grad):
        self.grad += grad
        for one, slope in zip(self.before, self.local):
            one.backward(grad * slope)


w, b = Scalar(0.7), Scalar(-0.2)
for step in range(4):
    loss = Scalar(0.0)
    for x, y in ((2.0, 1.0), (3.0, -1.0), (-1.0, 0.5)):
        d = w * Scalar(x) + b + Scalar(-y)
        loss = loss + d * d
    w.grad = b.grad = 0.0
    loss.backward(1.0)
    for p in (w, b):
        p.data += -0.05 * p.grad
    print(loss.data)
"""


def test_the_gradient_of_a_number_that_is_an_object_is_no_loss(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(SCALARS)
    expected = sum((0.7 * x - 0.2 - y) ** 2 for x, y in ((2, 1), (3, -1), (-1, 0.5)))
    assert np.isclose(chainrule.explain(file, level="network").loss, expected)


CHECKED = """
import numpy as np

def forward(X, Y, parameters):
    A = np.tanh(parameters["W1"] @ X + parameters["b1"])
    P = 1 / (1 + np.exp(-(parameters["W2"] @ A)))
    return -np.mean(Y * np.log(P) + (1 - Y) * np.log(1 - P)), A, P

X = np.array([[0.3, -0.8, 1.2], [0.5, 0.1, -0.7]])
Y = np.array([[1.0, 0.0, 1.0]])
parameters = {
    "W1": np.array([[0.4, -0.2], [0.1, 0.9]]),
    "b1": np.array([[0.1], [-0.3]]),
    "W2": np.array([[0.7, -0.5]]),
}
cost, A, P = forward(X, Y, parameters)
gradients = {"dW2": (P - Y) @ A.T / 3}
dZ = parameters["W2"].T @ (P - Y) * (1 - A**2) / 3
gradients["dW1"], gradients["db1"] = dZ @ X.T, dZ.sum(axis=1, keepdims=True)
for name in parameters:
    for place in np.ndindex(*parameters[name].shape):
        moved = {key: value.copy() for key, value in parameters.items()}
        moved[name][place] += 1e-6
        above = forward(X, Y, moved)[0]
        moved[name][place] -= 2e-6
        print(name, (above - forward(X, Y, moved)[0]) / 2e-6, gradients["d" + name][place])
"""


def test_data_are_not_learnt_beside_what_is_moved_to_check_a_gradient(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(CHECKED)
    assert {*chainrule.gradients(file)} == {"W1", "b1", "W2"}
