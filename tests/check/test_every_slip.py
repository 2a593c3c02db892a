"""Every slip that has a name is found under that name, on one network that has room for all of them."""

import threading

import pytest

from chainrule.check import Verdict, check_script
from chainrule.check.slips import SLIPS

RIGHT = """
import numpy as np
rng = np.random.default_rng(4)
X = rng.normal(size=(7, 4))
y = np.eye(4)[rng.integers(0, 4, 7)]
W1 = rng.normal(size=(4, 4)) * 0.5
b1 = rng.normal(size=4)
W2 = rng.normal(size=(4, 4)) * 0.5
W3 = rng.normal(size=(4, 4)) * 0.5
lam, lr = 0.03, 0.1
z1 = X @ W1 + b1
h1 = np.tanh(z1)
z2 = h1 @ W2
h2 = np.maximum(z2, 0)
z3 = h2 @ W3
p = np.exp(z3) / np.exp(z3).sum(axis=1, keepdims=True)
q = p * (2 - p)
loss = np.sum((q - y) ** 2) / len(X) + lam * np.sum(W3 * W3)

dq = 2 * (q - y) / len(X)
dp = dq * (2 - 2 * p)
dz3 = p * (dp - np.sum(dp * p, axis=1, keepdims=True))
dW3 = h2.T @ dz3 + 2 * lam * W3
dh2 = dz3 @ W3.T
dz2 = dh2 * (z2 > 0)
dW2 = h1.T @ dz2
dh1 = dz2 @ W2.T
dz1 = dh1 * (1 - h1**2)
dW1 = X.T @ dz1
db1 = dz1.sum(axis=0)
W1 -= lr * dW1
b1 = b1 - lr * db1
W2 -= lr * dW2
W3 -= lr * dW3
"""

SLIPPED = [
    ("2 * (q - y) / len(X)", "(q - y) / len(X)", "factor"),
    ("2 * (q - y) / len(X)", "2 * (q - y)", "factor"),
    ("2 * (q - y) / len(X)", "2 * (q - y) / 7", "written size"),
    ("2 * (q - y) / len(X)", "2 * (q - y) / len(X) / y.shape[1]", "factor"),
    ("2 * (q - y) / len(X)", "2 * (y - q) / len(X)", "sign"),
    ("2 * (q - y) / len(X)", "2 * (q - y) // len(X)", "truncation"),
    ("dz2 @ W2.T", "dz2 @ W2", "transpose"),
    ("h1.T @ dz2", "(h1.T @ dz2).T", "transpose"),
    ("dz1.sum(axis=0)", "dz1", "missing sum"),
    ("dz1.sum(axis=0)", "dz1.mean(axis=0)", "factor"),
    ("np.sum(dp * p, axis=1", "np.sum(dp * p, axis=0", "wrong axis"),
    ("dh1 * (1 - h1**2)", "dh1", "missing derivative"),
    ("(1 - h1**2)", "(1 - z1**2)", "activation for pre-activation"),
    ("(1 - h1**2)", "(1 - h1)", "power"),
    ("h2.T @ dz3 + 2", "z2.T @ dz3 + 2", "wrong operand"),
    (
        "p * (dp - np.sum(dp * p, axis=1, keepdims=True))",
        "dp * p * (1 - p)",
        "softmax as elementwise",
    ),
    (" + 2 * lam * W3", "", "regulariser"),
    (" + 2 * lam * W3", " + lam * W3", "regulariser"),
    ("(z2 > 0)", "(z2 <= 0)", "mask inverted"),
    ("(z2 > 0)", "(z1 > 0)", "wrong mask"),
    ("dz1 = dh1", "dz1 = dh2", "wrong operand"),
    ("dh1 * (1 - h1**2)", "dh1 * (1 - h1**2) * (1 - h1**2)", "surplus factor"),
]


def checked(tmp_path, source):
    path = tmp_path / "network.py"
    path.write_text(source, encoding="utf-8")
    return check_script(path)


def test_the_network_is_right(tmp_path):
    report = checked(tmp_path, RIGHT)
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
    assert not report.findings


@pytest.mark.spread(24)
@pytest.mark.parametrize(("right", "wrong", "kind"), SLIPPED)
def test_a_slip_is_found_where_it_is_made_and_called_by_its_name(
    tmp_path, right, wrong, kind
):
    assert RIGHT.count(right) == 1
    source = RIGHT.replace(right, wrong)
    found = checked(tmp_path, source).first_wrong
    assert source.splitlines()[found.line - 1] not in RIGHT.splitlines()
    assert kind in found.kinds


def test_elementwise_for_a_matrix_product(tmp_path):
    square = RIGHT.replace("(7, 4)", "(4, 4)").replace("0, 4, 7", "0, 4, 4")
    found = checked(tmp_path, square.replace("dz2 @ W2.T", "dz2 * W2.T")).first_wrong
    assert found.source == "dh1 = dz2 * W2.T"
    assert found.kinds == ("elementwise for matrix product",)
    assert found.fix == "dh1 = dz2 @ W2.T"


def test_a_comparison_that_decides_at_the_kink_is_named(tmp_path):
    on_the_kink = RIGHT.replace("(4, 4)) * 0.5\nW3", "(4, 4)) * 0\nW3")
    assert checked(tmp_path, on_the_kink).ok
    report = checked(tmp_path, on_the_kink.replace("(z2 > 0)", "(z2 >= 0)"))
    assert report.ok
    line = next(one for one in report.lines if one.name == "dz2")
    assert (line.verdict, line.kinds) == (Verdict.CANNOT_TELL, ("kink",))
    assert "z2 >= 0 decides which way, and z2 > 0 is as good" in line.note


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_rounding_to_a_narrow_type_is_noise_and_no_mistake(tmp_path, dtype):
    # what is added and taken away again leaves the rounding of a narrow type behind
    noisy = f"((dz1 + 1e4).astype(np.{dtype}).astype(float) - 1e4).sum(axis=0)"
    report = checked(tmp_path, RIGHT.replace("dz1.sum(axis=0)", noisy))
    assert report.ok
    line = next(one for one in report.lines if one.name == "db1")
    assert (line.verdict, line.kinds) == (Verdict.CANNOT_TELL, ("noise",))
    assert f"rounding to {dtype}" in line.note


def test_a_limit_that_cannot_be_kept_is_said(tmp_path):
    path = tmp_path / "network.py"
    path.write_text(RIGHT, encoding="utf-8")
    notes = []

    def run():
        notes.extend(check_script(path, timeout=60).notes)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert any("the time limit is not kept here" in note for note in notes)
    assert check_script(path, timeout=60).notes == ()


def test_every_kind_is_a_phrase_and_every_sentence_ends():
    for slip in SLIPS:
        assert slip.kind == slip.kind.lower()
        assert slip.sentence.endswith(".")
