"""What a value is counts for more than what its name says, and later lines decide which of the two is meant."""

import pytest

from chainrule.check import Verdict, check_script, text

FORWARD = """
import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(8, 4))
y = np.eye(3)[rng.integers(0, 3, 8)]
W1 = rng.normal(size=(4, 5)) * 0.5
b1 = np.zeros(5)
W2 = rng.normal(size=(5, 3)) * 0.5
m = X.shape[0]

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

h = np.tanh(X @ W1 + b1)
p = softmax(h @ W2)
loss = -np.sum(y * np.log(p)) / m
"""
BACKWARD = """
dp = (p - y) / m
dW2 = h.T @ dp
dh = dp @ W2.T
dh = dh * (1 - h**2)
dW1 = X.T @ dh
db1 = dh.sum(axis=0)
W1 -= 0.1 * dW1
b1 -= 0.1 * db1
W2 -= 0.1 * dW2
"""


@pytest.fixture
def checked(tmp_path):
    def run(*parts):
        path = tmp_path / "network.py"
        path.write_text("".join(parts), encoding="utf-8")
        return check_script(path)

    return run


def test_a_gradient_named_after_another_value_is_right_with_a_remark(checked):
    report = checked(FORWARD, BACKWARD)
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
    notes = {line.source.strip(): line.note for line in report.lines if line.note}
    assert notes == {
        "dp = (p - y) / m": "the gradient of h @ W2, not of p as its name says",
        "dh = dh * (1 - h**2)": "the gradient of X @ W1 + b1, not of h as its name says",
    }
    assert "(the gradient of h @ W2, not of p as its name says)" in text(report)


@pytest.mark.spread(4)
@pytest.mark.parametrize(
    ("right", "wrong", "kind"),
    [
        ("(1 - h**2)", "(1 - h)", "power"),
        ("(p - y) / m", "(y - p) / m", "sign"),
        ("(p - y) / m", "p - y", "factor"),
        ("dh * (1 - h**2)", "-dh * (1 - h**2)", "sign"),
    ],
)
def test_a_slip_under_a_misleading_name_is_the_only_wrong_line(
    checked, right, wrong, kind
):
    assert right in BACKWARD
    report = checked(FORWARD, BACKWARD.replace(right, wrong))
    blamed = [line for line in report.lines if line.verdict is Verdict.WRONG]
    assert [line.source for line in blamed] == [
        line.replace(right, wrong) for line in BACKWARD.splitlines() if right in line
    ]
    assert kind in blamed[0].kinds


def test_a_missing_derivative_is_still_one_where_its_value_is_another_gradient(checked):
    script = FORWARD.replace(
        "h = np.tanh(X @ W1 + b1)", "z1 = X @ W1 + b1\nh = np.tanh(z1)"
    )
    pass_ = BACKWARD.replace("dh = dh * (1 - h**2)", "dz1 = dh").replace(
        "X.T @ dh", "X.T @ dz1"
    )
    report = checked(script, pass_.replace("db1 = dh.sum", "db1 = dz1.sum"))
    assert report.first_wrong.name == "dz1"
    assert "missing derivative" in report.first_wrong.kinds


def test_a_derivative_taken_once_more_is_blamed_where_it_comes_in(checked):
    script = """
import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(8, 4))
y = rng.integers(0, 2, (8, 1)).astype(float)
w = rng.normal(size=(4, 1))
z = X @ w
a = 1 / (1 + np.exp(-z))
loss = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
da = (a - y) / len(X)
dz = da * a * (1 - a)
dw = X.T @ dz
w -= 0.1 * dw
"""
    report = checked(script)
    assert [line.verdict.value for line in report.lines] == [
        "RIGHT",
        "WRONG",
        "FOLLOWS",
    ]
    assert report.lines[0].note == "the gradient of z, not of a as its name says"
    assert report.first_wrong.kinds == ("surplus derivative",)
    assert report.first_wrong.fix == "dz = da"
