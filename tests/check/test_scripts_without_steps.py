"""Scripts that compute gradients and take no steps: spared where steps along what they call gradients would be true."""

import pytest

from chainrule.check import check_script
from chainrule.check.verdict import Verdict

COURSE = """
import numpy as np
rng = np.random.default_rng(1)
def linear_forward(A, W, b):
    return W @ A + b, (A, W, b)
def linear_backward(dZ, cache):
    A, W, b = cache
    m = A.shape[1]
    return W.T @ dZ, dZ @ A.T / m, np.sum(dZ, axis=1, keepdims=True) / m
X = rng.normal(size=(5, 7)); Y = (rng.random((1, 7)) > .5).astype(float)
P = {"W1": rng.normal(size=(4, 5)), "b1": np.zeros((4, 1)), "W2": rng.normal(size=(1, 4)), "b2": np.zeros((1, 1))}
Z1, first = linear_forward(X, P["W1"], P["b1"])
A1 = np.maximum(0, Z1)
Z2, second = linear_forward(A1, P["W2"], P["b2"])
A2 = 1 / (1 + np.exp(-Z2))
lam, m = 0.3, Y.shape[1]
squares = np.sum(P["W1"] ** 2) + np.sum(P["W2"] ** 2)
cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m + lam / (2 * m) * squares
grads = {}
dA2 = -(Y / A2 - (1 - Y) / (1 - A2))
dA1, dW, db = linear_backward(dA2 * A2 * (1 - A2), second)
grads["dW2"], grads["db2"] = dW + lam / m * P["W2"], db
dZ1 = np.array(dA1, copy=True)
dZ1[Z1 <= 0] = 0
dX, dW, db = linear_backward(dZ1, first)
grads["dW1"], grads["db1"] = dW + lam / m * P["W1"], db
"""


@pytest.fixture
def check(tmp_path):
    def checked(text):
        file = tmp_path / "script.py"
        file.write_text(text)
        return check_script(file)

    return checked


def test_a_division_that_comes_later_is_not_missing(check) -> None:
    report = check(COURSE)
    assert report.exit_code == 0
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
    assert all(line.line <= len(COURSE.splitlines()) for line in report.lines)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('+ lam / m * P["W1"]', '+ lam * P["W1"]'),
        ("dA2 * A2 * (1 - A2)", "dA2 * A2"),
        ("dZ1[Z1 <= 0] = 0", "dZ1[Z1 <= 1] = 0"),
        ("return W.T @ dZ, dZ @ A.T / m,", "return W.T @ dZ / m, dZ @ A.T / m,"),
    ],
)
def test_what_is_wrong_without_steps_is_not_spared(right, wrong, check) -> None:
    assert right in COURSE
    assert check(COURSE.replace(right, wrong)).exit_code == 1
