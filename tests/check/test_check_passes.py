"""A training loop is checked in one pass: the forward lines of the next pass are no part of it."""

from chainrule.check import check_script

LOOP = """
import numpy as np
np.random.seed(1)
X = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0.0, 0, 1, 1]]).T
def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))
syn0 = 2 * np.random.random((3, 1)) - 1
for step in range(100):
    l1 = nonlin(np.dot(X, syn0))
    error = y - l1
    loss = 0.5 * np.sum(error**2)
    delta = error * nonlin(l1, True)
    syn0 += np.dot(X.T, delta)
"""


def test_only_the_lines_between_the_loss_and_the_next_pass_are_judged(tmp_path):
    path = tmp_path / "loop.py"
    path.write_text(LOOP)
    report = check_script(path)
    assert [(line.line, line.verdict.value) for line in report.lines] == [
        (15, "RIGHT"),
        (16, "RIGHT"),
    ]
