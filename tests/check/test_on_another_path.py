"""Terms and slopes that are missing where only names stand: in loops over time, in what functions return, in optimizers."""

import pytest

from chainrule.check import check_script
from chainrule.check.verdict import Verdict
from chainrule.program import ProgramError

RECURRENT = """
import numpy as np
rng = np.random.default_rng(3)
xs, wanted = rng.standard_normal((4, 3)), rng.standard_normal((4, 2))
U, R, V = rng.standard_normal((5, 3)), rng.standard_normal((5, 5)) / 2, rng.standard_normal((2, 5))
states, guesses = {-1: np.zeros(5)}, {}
loss = 0.0
for t in range(4):
    states[t] = np.tanh(U @ xs[t] + R @ states[t - 1])
    guesses[t] = V @ states[t]
    loss = loss + 0.5 * np.sum((guesses[t] - wanted[t]) ** 2)
gU, gR, gV, later = np.zeros_like(U), np.zeros_like(R), np.zeros_like(V), np.zeros(5)
for t in reversed(range(4)):
    miss = guesses[t] - wanted[t]
    gV += np.outer(miss, states[t])
    gs = V.T @ miss + later
    ga = gs * (1 - states[t] ** 2)
    gU += np.outer(ga, xs[t])
    gR += np.outer(ga, states[t - 1])
    later = R.T @ ga
U -= 0.1 * gU
R -= 0.1 * gR
V -= 0.1 * gV
"""

ATTENTION = """
import numpy as np
rng = np.random.default_rng(0)
X, T = rng.standard_normal((4, 5)), rng.standard_normal((4, 5))
Wq, Wk = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
Wv, E = rng.standard_normal((5, 5)), rng.standard_normal((5, 5))
x = X @ E
q, k, v = x @ Wq, x @ Wk, x @ Wv
s = q @ k.T / np.sqrt(3)
e = np.exp(s - s.max(axis=1, keepdims=True))
a = e / e.sum(axis=1, keepdims=True)
loss = 0.5 * np.sum((a @ v - T) ** 2)
do = a @ v - T
dv = a.T @ do
da = do @ v.T
ds = a * (da - np.sum(da * a, axis=1, keepdims=True)) / np.sqrt(3)
dq, dk = ds @ k, ds.T @ q
dx = dq @ Wq.T + dk @ Wk.T + dv @ Wv.T
Wq, Wk, Wv, E = Wq - 0.1 * x.T @ dq, Wk - 0.1 * x.T @ dk, Wv - 0.1 * x.T @ dv, E - 0.1 * X.T @ dx
"""

CLASSES = """
import numpy as np
class Linear:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.standard_normal((n_in, n_out))
    def forward(self, x):
        self.x = x
        return x @ self.W
    def backward(self, arriving):
        self.dW = self.x.T @ arriving
        return arriving @ self.W.T
class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out
    def backward(self, arriving):
        return arriving * (1 - self.out ** 2)
rng = np.random.default_rng(0)
X, y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
layers = [Linear(3, 4, rng), Tanh(), Linear(4, 2, rng)]
for turn in range(2):
    out = X
    for layer in layers:
        out = layer.forward(out)
    loss = 0.5 * np.mean((out - y) ** 2)
    grad = (out - y) / out.size
    for layer in reversed(layers):
        grad = layer.backward(grad)
    for layer in (layers[0], layers[2]):
        layer.W -= 0.1 * layer.dW
"""

RUNNING = """
import numpy as np
rng = np.random.default_rng(2)
X, y = rng.standard_normal((8, 3)), rng.standard_normal(8)
w, kept = np.ones(3), np.zeros(3)
for turn in range(5):
    r = X @ w - y
    loss = np.mean(r ** 2)
    g = 2 * X.T @ r / len(r)
    kept = 0.9 * kept + (1 - 0.9) * g * g
    w = w - 0.01 * g / np.sqrt(kept + 1e-8)
"""


@pytest.mark.spread(5)
@pytest.mark.parametrize(
    ("source", "right", "wrong", "word"),
    [
        (RECURRENT, "gs * (1 - states[t] ** 2)", "gs", "tanh"),
        (RECURRENT, "V.T @ miss + later", "later", "V.T @ miss"),
        (ATTENTION, " + dv @ Wv.T", "", "dv @ Wv.T"),
        (CLASSES, "arriving * (1 - self.out ** 2)", "arriving", "tanh"),
        (
            RUNNING,
            "0.9 * kept + (1 - 0.9) * g * g",
            "(0.9 * kept + (1 - 0.9)) * g * g",
            "brackets",
        ),
    ],
    ids=["slope in time", "term in time", "path", "slope returned", "brackets"],
)
def test_what_is_missing_is_named_and_written(tmp_path, source, right, wrong, word):
    script = tmp_path / "script.py"
    script.write_text(source, encoding="utf-8")
    assert check_script(str(script)).ok
    script.write_text(source.replace(right, wrong), encoding="utf-8")
    report = check_script(str(script))
    (line,) = [one for one in report.lines if one.verdict is Verdict.WRONG]
    assert line.source.strip() == next(
        one.replace(right, wrong).strip() for one in source.splitlines() if right in one
    )
    assert word in (line.cause or "")
    script.write_text(report.corrected(), encoding="utf-8")
    assert check_script(str(script)).ok


def test_a_rule_of_training_that_is_not_known_is_not_called_right(tmp_path):
    script = tmp_path / "script.py"
    own = RUNNING.replace("np.sqrt(kept + 1e-8)", "np.cbrt(kept * kept + 0.3)")
    script.write_text(own, encoding="utf-8")
    report = check_script(str(script))
    said = {one.source.strip()[:4]: one.verdict for one in report.lines}
    assert report.ok
    assert said["g = "] is Verdict.RIGHT
    assert said["kept"] is said["w = "] is Verdict.CANNOT_TELL
    assert "no rule that is known" in str(report)


@pytest.mark.slow
def test_an_edit_that_makes_another_array_of_a_parameter_is_let_be(tmp_path):
    """Entries of a parameter updated one by one, of the sizes of the data."""
    script = tmp_path / "script.py"
    script.write_text(
        """
import numpy as np
def sig(z):
    return 1 / (1 + np.exp(-z))
X, y = np.array([[1, 1], [1, 0], [0, 1], [0, 0]]), np.array([0, 1, 1, 0])
w, top = np.array([[0.9, 0.1], [0.3, 0.5]]), np.array([0.8, 0.7])
for i in range(X.shape[0]):
    h0 = sig(w[0, 0] * X[i][0] + w[1, 0] * X[i][1])
    h1 = sig(w[0, 1] * X[i][0] + w[1, 1] * X[i][1])
    out = sig(top[0] * h0 + top[1] * h1)
    miss = out - y[i]
    at0 = miss * out * (1 - out) * top[0] * h0 * (1 - h0)
    at1 = miss * out * (1 - out) * top[1] * h1 * (1 - h1)
    top[0] = top[0] - 0.5 * miss * h0
    top[1] = top[1] - 0.5 * miss * h1
    w[0, 0] = w[0, 0] - 0.5 * at0 * X[i][0]
    w[0, 1] = w[0, 1] - 0.5 * at1 * X[i][0]
    w[1, 0] = w[1, 0] - 0.5 * at0 * X[i][1]
    w[1, 1] = w[1, 1] - 0.5 * at1 * X[i][1]
""",
        encoding="utf-8",
    )
    assert "WRONG" in str(check_script(str(script)))


def test_a_number_that_is_made_of_itself_twice_is_looked_at_once(tmp_path):
    """Forty times doubled, it would be met 2**40 times."""
    script = tmp_path / "script.py"
    scaled = RUNNING.replace(
        "for turn in range(5)",
        "scale = np.ones(1)\nfor k in range(40):\n    scale = (scale + scale) / 2\nfor turn in range(5)",
    ).replace("w - 0.01 * g", "w - 0.01 * scale * g")
    script.write_text(scaled, encoding="utf-8")
    assert check_script(str(script)).ok


def test_what_is_not_there_is_not_advised(tmp_path):
    """Where nothing follows the loss, there is no name to map."""
    script = tmp_path / "script.py"
    forward = RUNNING[: RUNNING.index("    g = ")]
    script.write_text(forward, encoding="utf-8")
    with pytest.raises(ProgramError) as caught:
        check_script(str(script))
    assert caught.value.code == "E329"
    assert "--map" not in str(caught.value)
