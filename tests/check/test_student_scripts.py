"""Backward passes as students write them, in many manners: the first wrong line, its cause, and the line to write."""

from functools import cache
from pathlib import Path

import pytest

from chainrule.check import Verdict, check_script, text

SCRIPTS = Path(__file__).parent / "students"

# script: first wrong line, part of the sentence, the line to write
WRONG = {
    "two_layer_net_class": (
        "grads['W2'] = hidden.T.dot(dscores) + reg * W2",
        "The regulariser's share reg * W2 should be 2 * reg * W2.",
        "grads['W2'] = hidden.T.dot(dscores) + 2 * reg * W2",
    ),
    "character_rnn": (
        "dhraw = (1 - hs[t]) * dh",
        "hs[t] should be hs[t] ** 2.",
        "dhraw = (1 - hs[t] ** 2) * dh",
    ),
    "convolution_loops": (
        "grad_z = grad_a * a * (1 - z)",
        "The derivative of the sigmoid is taken at the pre-activation z; it is of the activation a.",
        "grad_z = grad_a * a * (1 - a)",
    ),
    "attention": (
        "dQ = dS @ K",
        "the division by np.sqrt(d) is missing",
        "dQ = dS @ K / np.sqrt(d)",
    ),
    "list_of_layers": (
        "nabla_w[-l] = np.dot(delta, activations[-l].T)",
        "activations[-l] where activations[-l - 1] belongs",
        "nabla_w[-l] = np.dot(delta, activations[-l - 1].T)",
    ),
    "batch_norm_layer": (
        "dxc = dxc + 2 * xc * dvar",
        "2 * xc * dvar is to be divided by dout.shape[0]",
        "dxc = dxc + 2 * xc * dvar / dout.shape[0]",
    ),
    "dropout": (
        "dh = dlogits @ W2.T",
        "It should be multiplied by mask.",
        "dh = dlogits @ W2.T * mask",
    ),
    "left_over": (
        "dz1 = dh * (1 - h1**2)",
        "dh still holds the gradient of h2; here it is the gradient of h1 that is needed.",
        "dz1 = dz2 @ W2.T * (1 - h1**2)",
    ),
    "rnn_carry": (
        "dh = Wy.T @ dy",
        "What arrives from the turn before, dh_next, is dropped",
        "dh = Wy.T @ dy + dh_next",
    ),
    "rnn_no_carry": (
        "dh = Wy.T @ dy",
        "What arrives from the turn before, Wh.T @ da, is dropped",
        None,
    ),
    "early_update_class": (
        "return grad @ self.weights.T",
        "self.weights has been updated before this line",
        None,
    ),
}


@cache
def judged(name):
    return check_script(SCRIPTS / f"{name}.py")


def test_every_script_is_judged():
    assert {path.stem for path in SCRIPTS.glob("*.py")} == {*WRONG, "caches_right"}


@pytest.mark.spread(12)
@pytest.mark.parametrize("name", WRONG)
def test_the_first_wrong_line_its_cause_and_its_correction(name):
    line, cause, fix = WRONG[name]
    found = judged(name).first_wrong
    assert found.source.strip() == line
    assert cause in found.cause
    assert (found.fix and found.fix.strip()) == fix


@pytest.mark.spread(9)
@pytest.mark.parametrize("name", [name for name, (_, _, fix) in WRONG.items() if fix])
def test_the_corrected_script_is_right(name, tmp_path):
    fixed = tmp_path / f"{name}.py"
    fixed.write_text(judged(name).corrected(), encoding="utf-8")
    assert check_script(fixed).ok


def test_a_mean_left_to_the_parameters_is_a_convention_for_the_inputs_too():
    report = check_script(SCRIPTS / "caches_right.py")
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
    (unused,) = [line for line in report.lines if line.name == "da_prev"]
    assert unused.note == "7 times the gradient, as what follows expects"


def test_a_rate_with_its_sign_is_no_step_up(tmp_path):
    source = (SCRIPTS / "character_rnn.py").read_text(encoding="utf-8")
    path = tmp_path / "rnn.py"
    path.write_text(source.replace("(1 - hs[t])", "(1 - hs[t] ** 2)"), encoding="utf-8")
    report = check_script(path)
    assert report.ok
    assert report.notes == ()
    assert "loss" not in text(report)


def test_a_script_without_any_parameters_gradient_says_so(tmp_path):
    path = tmp_path / "network.py"
    path.write_text(
        """
import numpy as np
x = np.array([[0.5, -1.0]])
W = np.array([[0.3], [0.8]])
z = x @ W
loss = np.sum(np.tanh(z) ** 2)
h = np.tanh(z)
dh = 2 * h
""",
        encoding="utf-8",
    )
    report = check_script(path)
    assert "no line was found to be the gradient of W" in report.notes[0]
    assert report.parameters["W"] == "CANNOT TELL"
    assert report.exit_code == 3


SLOPE = """
import numpy as np
rng = np.random.default_rng(0)
X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 1))
W1, W2 = rng.normal(size=(3, 4)), rng.normal(size=(4, 1))
z = X @ W1
h = 1 / (1 + np.exp(-z))
p = h @ W2
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dW2 = h.T @ dp
dh = h * (1 - h)
dz = (dp @ W2.T) * dh
dW1 = X.T @ dz
W1 -= 0.1 * dW1
W2 -= 0.1 * dW2
"""


@pytest.mark.slow
def test_a_slope_by_the_name_of_a_gradient_is_let_be(tmp_path):
    path = tmp_path / "network.py"
    path.write_text(SLOPE, encoding="utf-8")
    assert check_script(path).ok
    path.write_text(SLOPE.replace("h * (1 - h)", "z * (1 - z)"), encoding="utf-8")
    assert not check_script(path).ok
    path.write_text(SLOPE.replace("* dh\n", "* dh * 2\n"), encoding="utf-8")
    report = check_script(path)
    assert report.first_wrong.name == "dz"
    assert report.first_wrong.fix == "dz = dp @ W2.T * dh"
    assert "multiplied by 2 once too often" in str(report)
