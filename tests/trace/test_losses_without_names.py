"""Steps whose loss has no name of its own: those of a mixture, those of numbers that are objects."""

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
