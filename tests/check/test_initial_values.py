"""However a weight gets its first numbers, its gradient and its steps are judged: nobody is told RIGHT for want of a look."""

import pytest

from chainrule.check.verdict import Verdict

NET = """
import numpy as np
np.random.seed(0)
n_in, n_h = 4, 3
X = np.random.randn(20, n_in)
Y = X[:, :1] ** 2
{init}
b1 = np.zeros(n_h)
for i in range(5):
    h = np.tanh(X @ W1 + b1)
    out = h @ W2
    loss = np.mean((out - Y) ** 2)
    dout = 2 * (out - Y) / len(X)
    dW2 = h.T @ dout
    dz = (dout @ W2.T) * (1 - h ** 2)
    dW1 = X.T @ dz
    db1 = dz.sum(axis=0)
    W1 -= 0.1 * dW1
    b1 -= 0.1 * db1
    W2 -= 0.1 * dW2
"""
STARTS = {
    "by the root of a size": """
W1 = np.random.randn(n_in, n_h) / np.sqrt(n_in)
W2 = np.random.randn(n_h, 1) / np.sqrt(n_h)""",
    "by both sizes": """
W1 = np.random.randn(n_in, n_h) * np.sqrt(2.0 / (n_in + n_h))
limit = np.sqrt(6 / (n_h + 1))
W2 = np.random.uniform(-1, 1, (n_h, 1)) * limit""",
    "shifted": """
W1 = 2 * np.random.rand(n_in, n_h) - 1
W2 = (np.random.rand(n_h, 1) - 0.5) * 2 * (1 / n_h)""",
    "orthogonal": """
q, _ = np.linalg.qr(np.random.randn(n_in, n_in))
W1 = q[:, :n_h]
W2 = np.random.randn(n_h, 1)""",
    "of length one": """
W1 = np.random.randn(n_in, n_h)
W1 = W1 / np.linalg.norm(W1, axis=0)
W2 = np.random.randn(n_h, 1)
W2 /= np.abs(W2).sum()""",
    "from the data": """
W1 = X[:n_h].T.copy()
W2 = np.linalg.pinv(X[:, :n_h]) @ Y""",
    "solved for": """
W1 = np.linalg.lstsq(X, np.repeat(Y, n_h, axis=1), rcond=None)[0]
W2 = np.random.randn(n_h, 1)""",
    "cut out of one array": """
theta = np.random.randn(n_in * n_h + n_h) / np.sqrt(n_in)
W1 = theta[: n_in * n_h].reshape(n_in, n_h)
W2 = theta[n_in * n_h :].reshape(n_h, 1)""",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("wrong", ["dW1 = X.T @ dz", "dW2 = h.T @ dout"])
def test_a_wrong_gradient_is_found_however_its_weight_starts(start, wrong, check):
    right = NET.format(init=start)
    assert {one.verdict for one in check(right).lines} == {Verdict.RIGHT}
    name, made = wrong.split(" = ")
    report = check(right.replace(wrong, f"{name} = 7 * {made}"))
    (one,) = [line for line in report.lines if line.verdict is Verdict.WRONG]
    assert one.source.strip().startswith(name)
