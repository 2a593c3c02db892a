"""A gradient that was written for a minimiser of SciPy's is held against the true one, as if its first step stood there."""

import pytest

from chainrule.check import Verdict, check_script
from chainrule.trace.statements.descent import with_descent

pytest.importorskip("scipy")
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
HEAD = """
import numpy as np
import scipy.optimize as opt

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def cost(theta, X, y, rate):
    theta = np.matrix(theta)
    X = np.matrix(X)
    y = np.matrix(y)
    first = np.multiply(-y, np.log(sigmoid(X * theta.T)))
    second = np.multiply(1 - y, np.log(1 - sigmoid(X * theta.T)))
    penalty = rate / (2 * len(X)) * np.sum(np.power(theta[:, 1:], 2))
    return np.sum(first - second) / len(X) + penalty

def slope(theta, X, y, rate):
    error = sigmoid(X @ theta) - y[:, 0]
    grad = X.T @ error / len(X)
    grad[1:] += rate / len(X) * theta[1:]
    return grad

def both(theta, X, y, rate):
    return cost(theta, X, y, rate), slope(theta, X, y, rate)

X = np.array([[1.0, 0.5, -1.2], [1.0, 1.4, 0.3], [1.0, -0.8, 0.9], [1.0, 0.1, 2.0]])
y = np.array([[0.0], [1.0], [0.0], [1.0]])
theta = np.array([0.1, -0.2, 0.3])
print(cost(theta, X, y, 1.0))
"""
ENDS = {
    "fmin_tnc": "result = opt.fmin_tnc(func=cost, x0=theta, fprime=slope, args=(X, y, 1.0))\nprint(result[0])",
    "minimize": "best = opt.minimize(cost, theta, (X, y, 1.0), 'BFGS', slope).x",
    "beside": "best = opt.minimize(\n    both,\n    theta,\n    args=(X, y, 1.0),\n    jac=True,\n)",
    "lambda": "print(opt.fmin_bfgs(lambda t: cost(t, X, y, 1.0), [0.1, 0.2, 0.3], lambda t: slope(t, X, y, 1.0)))",
}
LINE = "error = sigmoid(X @ theta) - y[:, 0]"


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(end, id=name, marks=[] if name == "lambda" else pytest.mark.slow)
        for name, end in ENDS.items()
    ],
)
def test_the_gradient_of_a_minimiser_is_checked(end, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(HEAD + end)
    report = check_script(path)
    assert report.ok
    assert report.lines
    wrong = HEAD.replace(LINE, "error = sigmoid(X @ theta) * 2 - y[:, 0]")
    path.write_text(wrong + end)
    (line,) = [one for one in check_script(path).lines if one.verdict is Verdict.WRONG]
    assert "grad = X.T @ error" in wrong.splitlines()[line.line - 1]


def test_lines_keep_their_places():
    text = HEAD + ENDS["beside"]
    assert with_descent(text).count("\n") == text.count("\n")
    assert with_descent(HEAD) == HEAD
    plain = HEAD + "opt.minimize(cost, theta, (X, y, 1.0), jac='2-point')"
    assert with_descent(plain) == plain
