"""States that a loop keeps in arrays of zeros are no weights that move; long sums over turns are walked without recursion."""

import sys

import pytest

from chainrule.check import check_script
from chainrule.check.steps.script import Asked

FILLED = """
import numpy as np
rng = np.random.default_rng(0)
T = {turns}
x, y = rng.normal(size=(T, 2)), rng.normal(size=(T, 3))
Wx, Wh, b = rng.normal(size=(3, 2)), 0.3 * rng.normal(size=(3, 3)), np.zeros(3)
hs = np.zeros((T + 1, 3))
loss = 0
for t in range(T):
    hs[t + 1] = np.tanh(Wx @ x[t] + Wh @ hs[t] + b)
    loss += np.sum((hs[t + 1] - y[t]) ** 2)
dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
dh = np.zeros(3)
for t in reversed(range(T)):
    dh = dh + 2 * (hs[t + 1] - y[t])
    dz = dh * (1 - hs[{slope}] ** 2)
    dWx += np.outer(dz, x[t])
    dWh += np.outer(dz, hs[t])
    db += dz
    dh = Wh.T @ dz
Wx -= 0.1 * dWx
Wh -= 0.1 * dWh
b -= 0.1 * db
"""


def test_the_steps_of_a_recurrence_with_filled_states_are_judged():
    stepped = Asked("filled.py").report(FILLED.format(turns=4, slope="t + 1"))
    assert stepped.report.ok
    assert set(stepped.report.parameters) == {"Wx", "Wh", "b"}


def test_a_wrong_slope_of_filled_states_is_found_and_mended(tmp_path):
    script = tmp_path / "filled.py"
    script.write_text(FILLED.format(turns=6, slope="t"))
    report = check_script(script)
    wrong = [line.line for line in report.lines if line.kinds]
    assert wrong == [16]
    assert "hs[t + 1]" in report.corrected()


@pytest.fixture
def shallow():
    """A stack too low for a recursion over the turns."""
    before = sys.getrecursionlimit()
    depth, frame = 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(depth + 150)
    yield
    sys.setrecursionlimit(before)


def test_sums_over_many_turns_are_walked_without_recursion(shallow):
    right = FILLED.format(turns=80, slope="t + 1")
    assert Asked("filled.py").report(right).report.ok
