"""A derivative function that returns something else than the slope is wrong itself, not the line that calls it."""

import pytest

from chainrule.check import check_script
from chainrule.check.verdict import Verdict

SCRIPT = """
import numpy as np
K = np.sqrt(2 / np.pi)

def gelu(x):
    return 0.5 * x * (1 + np.tanh(K * (x + 0.044715 * x ** 3)))

def gelu_grad(x):
    t = np.tanh(K * (x + 0.044715 * x ** 3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t ** 2) * K * (1 + 3 * 0.044715 * x ** 2)

class ELU:
    alpha = 1.0
    def __call__(self, x):
        return np.where(x >= 0, x, self.alpha * (np.exp(x) - 1))
    def gradient(self, x):
        return np.where(x >= 0, 1, self(x) + self.alpha)

elu = ELU()
rng = np.random.default_rng(1)
X, Y = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
W1, W2, W3 = rng.normal(size=(3, 7)), rng.normal(size=(7, 4)), rng.normal(size=(4, 2))
for _ in range(2):
    z1 = X @ W1
    a1 = gelu(z1)
    z2 = a1 @ W2
    a2 = elu(z2)
    p = a2 @ W3
    loss = np.square(p - Y).sum() / len(X)
    dp = 2 * (p - Y) / len(X)
    dW3 = a2.T @ dp
    dz2 = (dp @ W3.T) * elu.gradient(z2)
    dW2 = a1.T @ dz2
    dz1 = (dz2 @ W2.T) * gelu_grad(z1)
    dW1 = X.T @ dz1
    W1 -= 0.05 * dW1
    W2 -= 0.05 * dW2
    W3 -= 0.05 * dW3
"""
MISTAKES = {
    "a factor is missing": (" * (1 + 3 * 0.044715 * x ** 2)", ""),
    "a summand is missing": ("self(x) + self.alpha)", "self(x))"),
    "it is another's": ("0.5 * (1 + t) + 0.5 * x * (1 - t ** 2)", "1 - t ** 2 + 0 * x"),
}


@pytest.mark.spread(3)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_line_that_returns_the_slope_is_blamed_and_mended(tmp_path, mistake):
    file = tmp_path / "script.py"
    right, wrong = MISTAKES[mistake]
    text = SCRIPT.replace(right, wrong)
    assert text != SCRIPT
    file.write_text(text)
    report = check_script(file)
    (blamed,) = (line for line in report.lines if line.verdict is Verdict.WRONG)
    assert blamed.source.strip().startswith("return")
    assert "not the derivative" in blamed.cause
    file.write_text(report.corrected())
    assert check_script(file).ok


def test_right_derivative_functions_are_right(tmp_path) -> None:
    file = tmp_path / "script.py"
    file.write_text(SCRIPT)
    assert check_script(file).ok
