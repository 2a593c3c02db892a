"""Updates that go the wrong way, reach nothing, come twice or not at all are named, with the line to write."""

import pytest
from written_styles import REGRESSION

from chainrule.check import check_script

PLAIN, FUNCTIONS, CLASS = (
    REGRESSION[style] for style in ("plain", "functions", "class")
)
SQUARE = """
import numpy as np
rng = np.random.default_rng(2)
X = rng.standard_normal((7, 4))
y = rng.standard_normal((7, 4))
W1 = rng.standard_normal((4, 4))
W2 = rng.standard_normal((4, 4))
for step in range(3):
    h = np.tanh(X @ W1)
    p = h @ W2
    loss = np.mean((p - y) ** 2)
    dp = 2 * (p - y) / y.size
    dW2 = h.T @ dp
    dW1 = X.T @ ((dp @ W2.T) * (1 - h ** 2))
    W1 -= 0.1 * dW1
    W2 -= 0.1 * dW2
"""
PLAIN_UPDATES = "W1 -= lr * dW1\nb1 -= lr * db1\nW2 -= lr * dW2\nb2 -= lr * db2\n"
DICT_UPDATES = '    for key in params:\n        params[key] -= 0.1 * grads["d" + key]\n'
CLASS_UPDATES = "".join(
    f"        self.{name} = self.{name} - lr * self.d{name}\n"
    for name in ("W1", "b1", "W2", "b2")
)
MOVED = """        for i in ("W1", "b1", "W2", "b2"):
            move(getattr(self, i), getattr(self, "d" + i), lr)

def move(w, g, lr):
    w = w - lr * g
"""
MISTAKES = [
    ("update sign", PLAIN, ("W1 -= lr", "W1 += lr"), "W1 -= lr * dW1"),
    (
        "update sign",
        FUNCTIONS,
        ("params[key] -=", "params[key] +="),
        'params[key] -= 0.1 * grads["d" + key]',
    ),
    (
        "update sign",
        CLASS,
        ("self.b2 - lr", "self.b2 + lr"),
        "self.b2 = self.b2 - lr * self.db2",
    ),
    (
        "another's gradient",
        SQUARE,
        ("W1 -= 0.1 * dW1", "W1 -= 0.1 * dW2"),
        "W1 -= 0.1 * dW1",
    ),
    (
        "another's gradient",
        SQUARE,
        (
            "W1 -= 0.1 * dW1\n    W2 -= 0.1 * dW2",
            "W1 = W1 - 0.1 * dW2\n    W2 = W2 - 0.1 * dW1",
        ),
        "W1 = W1 - 0.1 * dW1",
    ),
    (
        "another's gradient",
        SQUARE,
        ("W2 -= 0.1 * dW2", "W1 -= 0.1 * dW2"),
        "W2 -= 0.1 * dW2",
    ),
    (
        "updated twice",
        SQUARE,
        ("W2 -= 0.1 * dW2", "W1 -= 0.1 * dW1"),
        "W2 -= 0.1 * dW2",
    ),
    (
        "updated twice",
        PLAIN,
        ("b2 -= lr * db2\n", "b2 -= lr * db2\nW2 -= lr * dW2\nprint(loss)\n"),
        None,
    ),
    (
        "updated twice",
        CLASS,
        (
            "        self.b2 = self.b2 - lr",
            "        self.W2 = self.W2 - lr * self.dW2\n        self.b2 = self.b2 - lr",
        ),
        None,
    ),
    ("never updated", PLAIN, ("b2 -= lr * db2\n", ""), "b2 -= lr * db2"),
    (
        "never updated",
        FUNCTIONS,
        ("for key in params:", 'for key in ("W1", "W2", "b2"):'),
        None,
    ),
    (
        "never updated",
        CLASS,
        (CLASS_UPDATES[: len(CLASS_UPDATES) // 4], ""),
        "self.W1 = self.W1 - lr * self.dW1",
    ),
    (
        "lost update",
        PLAIN,
        (
            PLAIN_UPDATES,
            "for w, g in zip([W1, b1, W2, b2], [dW1, db1, dW2, db2]):\n    w = w - lr * g\n",
        ),
        "w -= lr * g",
    ),
    (
        "lost update",
        FUNCTIONS,
        (
            DICT_UPDATES,
            '    for name, value in params.items():\n        value = value - 0.1 * grads["d" + name]\n',
        ),
        'value -= 0.1 * grads["d" + name]',
    ),
    (
        "lost update",
        CLASS,
        (
            CLASS_UPDATES,
            MOVED,
        ),
        "w -= lr * g",
    ),
    (
        "lost update",
        PLAIN,
        (
            PLAIN_UPDATES,
            "def update(W, dW):\n    W = 0.9 * W - lr * dW\nupdate(W1, dW1); update(b1, db1)\nupdate(W2, dW2); update(b2, db2)\n",
        ),
        "W[...] = 0.9 * W - lr * dW",
    ),
    (
        "lost update",
        PLAIN,
        ("W1 -= lr * dW1\n", "W = W1.copy()\nW -= lr * dW1\n"),
        None,
    ),
    (
        "lost update",
        FUNCTIONS,
        (
            DICT_UPDATES,
            '    for key in params:\n        w = params[key]\n        w = w - 0.1 * grads["d" + key]\n',
        ),
        'w -= 0.1 * grads["d" + key]',
    ),
    (
        "lost update",
        PLAIN,
        ("W1 -= lr * dW1\n", "np.subtract(W1, lr * dW1)\n"),
        "np.subtract(W1, lr * dW1, out=W1)",
    ),
    (
        "lost update",
        PLAIN,
        (
            PLAIN_UPDATES,
            "def step(W, dW):\n    return W - lr * dW\n\nfor w, g in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2)):\n    step(w, g)\n",
        ),
        None,
    ),
    (
        "lost update",
        PLAIN,
        (
            PLAIN_UPDATES,
            "def step(W, dW):\n    W = W - lr * dW\n    return W\n\nstep(W1, dW1)\nstep(b1, db1)\nstep(W2, dW2)\nstep(b2, db2)\n",
        ),
        "W -= lr * dW",
    ),
    ("step assigned", PLAIN, ("W2 -= lr * dW2", "W2 =- lr * dW2"), "W2 -= lr * dW2"),
    (
        "step assigned",
        SQUARE,
        ("W1 -= 0.1 * dW1", "W1 = -0.1 * dW1"),
        "W1 -= 0.1 * dW1",
    ),
]


@pytest.fixture
def checked(tmp_path):
    def run(source):
        path = tmp_path / "network.py"
        path.write_text(source, encoding="utf-8")
        return check_script(path)

    return run


RIGHT_UPDATES = {
    "returned and taken": """def step(W, dW):
    return W - lr * dW

W1, b1 = step(W1, dW1), step(b1, db1)
W2 = step(W2, dW2)
b2 = step(b2, db2)
""",
    "written out": """np.subtract(W1, lr * dW1, out=W1)
np.subtract(b1, lr * db1, b1)
np.subtract(W2, lr * dW2, out=W2)
np.subtract(b2, lr * db2, out=b2)
""",
    "in a branch that is not taken": """W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
if loss > 1e6:
    b2 -= lr * db2
""",
    "of the data, uphill": """dX = da1 @ W1.T
X += 0.01 * np.sign(dX)
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
b2 -= lr * db2
""",
}


@pytest.mark.parametrize("name", RIGHT_UPDATES)
def test_right_updates_have_no_findings(checked, name):
    report = checked(PLAIN.replace(PLAIN_UPDATES, RIGHT_UPDATES[name]))
    assert report.ok
    assert report.findings == ()


def test_the_right_script_has_no_findings(checked):
    assert checked(SQUARE).ok
    assert checked(SQUARE).findings == ()


@pytest.mark.spread(24)
@pytest.mark.parametrize(("kind", "source", "replacement", "written"), MISTAKES)
def test_a_wrong_update_is_named_in_its_place_and_its_correction_is_right(
    checked, kind, source, replacement, written
):
    right, wrong = replacement
    assert right in source
    report = checked(source.replace(right, wrong))
    assert not report.ok
    assert report.first_wrong is None
    assert {one.kind for one in report.findings} == {kind}
    found = report.findings[0]
    if written is not None:
        assert found.fix.strip() == written
    if found.pieces:
        after = checked(report.corrected())
        assert after.ok
        assert after.findings == ()


def test_a_parameter_without_a_gradient_beside_those_that_learn_is_a_warning(checked):
    source = PLAIN.replace("b2 -= lr * db2\n", "").replace("db2 = dp.sum(axis=0)\n", "")
    report = checked(source)
    assert report.ok
    (found,) = report.findings
    assert (found.kind, found.severity) == ("never updated", "WARNING")
    assert found.sentence.startswith("b2 has no gradient")


def test_the_wrong_sign_of_one_line_says_that_the_others_are_right(checked):
    (found,) = checked(PLAIN.replace("W1 -= lr", "W1 += lr")).findings
    assert "unlike the others" in found.sentence


def test_a_gradient_of_the_wrong_sign_is_blamed_once_and_not_its_update(checked):
    report = checked(PLAIN.replace("dW1 = X.T @ da1", "dW1 = -X.T @ da1"))
    assert report.first_wrong.name == "dW1"
    assert report.findings == ()


def test_updates_that_are_lost_in_a_function_are_named_with_all_their_parameters(
    checked,
):
    source = PLAIN.replace(
        PLAIN_UPDATES,
        "def sgd(params, grads):\n    for p_, g_ in zip(params, grads):\n        p_ = p_ - lr * g_\n"
        "sgd([W1, b1, W2, b2], [dW1, db1, dW2, db2])\n",
    )
    (found,) = checked(source).findings
    assert "W1, b1, W2, b2 are never updated" in found.sentence


def test_numbers_in_a_loop_are_lost_also_with_a_minus_in_front_of_the_equals(checked):
    source = """
x, t = 1.5, 0.2
w, b = 0.4, 0.1
for epoch in range(3):
    z = w * x + b
    loss = (z - t) ** 2
    dz = 2 * (z - t)
    dw = dz * x
    db = dz
    for p, g in [(w, dw), (b, db)]:
        p -= 0.1 * g
"""
    (found,) = checked(source).findings
    assert found.kind == "lost update"
    assert found.sentence.startswith("p -= … gives the loop's own name a new number")
    assert found.sentence.endswith("w, b are never updated.")
    right = source.replace(
        "    for p, g in [(w, dw), (b, db)]:\n        p -= 0.1 * g\n",
        "    w -= 0.1 * dw\n    b -= 0.1 * db\n",
    )
    assert checked(right).findings == ()


ASLEEP = """
import numpy as np
rng = np.random.default_rng(0)
x, y = rng.standard_normal((3, 1)), 1
W1, b1 = rng.standard_normal((4, 3)), -np.abs(rng.standard_normal((4, 1))) - 9
W2, b2 = rng.standard_normal((1, 4)), rng.standard_normal((1, 1))
z = W1 @ x + b1
h = np.maximum(0, z)
p = 1 / (1 + np.exp(-(W2 @ h + b2)))
loss = -(y * np.log(p) + (1 - y) * np.log(1 - p))
dp = p - y
dW2 = dp @ h.T
db2 = dp
dz = (W2.T @ dp) * (z > 0)
dW1 = dz @ x.T
db1 = dz
W2 -= 0.1 * dW2
b2 -= 0.1 * db2
W1 -= 0.1 * dW1
b1 -= 0.1 * db1
"""


@pytest.mark.parametrize(
    ("right", "wrong"), [("db1 = dz\n", "db1 = -dz\n"), ("db2 = dp\n", "db2 = b2\n")]
)
def test_a_step_is_seen_where_the_units_sleep_and_where_it_is_made_of_the_weight_alone(
    write, right, wrong
):
    assert check_script(write(ASLEEP)).ok
    found = check_script(write(ASLEEP.replace(right, wrong))).first_wrong
    assert found is not None
    assert (found.source.strip(), found.fix) == (wrong.strip(), right.strip())


SCALED = """
import numpy as np
rng = np.random.default_rng(4)
X, t = rng.normal(size=(6, 3)), rng.normal(size=6)
w, g = rng.normal(size=3), np.ones(3)
for step in range(2):
    scaled = X * g
    miss = scaled @ w - t
    loss = miss @ miss / 2
    grad_w, grad_g = np.zeros(3), np.zeros(3)
    grad_w += scaled.T @ miss
    grad_g += X.T @ miss * w
    w -= 0.1 * grad_w
    g -= 0.1 * grad_g
"""


def test_a_gradient_to_which_nothing_is_added_is_told(write):
    assert check_script(write(SCALED)).ok
    lost = SCALED.replace("    grad_g += X.T @ miss * w\n", "")
    found = check_script(write(lost)).first_wrong
    assert found is not None
    assert found.source.strip() == "g -= 0.1 * grad_g"
    assert "g is never moved" in (found.cause or "")


@pytest.mark.slow
def test_steps_that_are_0_at_these_values_are_steps(write):
    text = """
import numpy as np
rng = np.random.default_rng(6)
X, t, w = rng.random((5, 3)), rng.random(5), -rng.random(3)
for step in range(2):
    s = X @ w
    miss = np.maximum(0, s) - t
    loss = miss @ miss / 2
    w = w - 0.1 * X.T @ (miss * (s > 0))
"""
    assert check_script(write(text)).ok
    assert not check_script(write(text.replace("* (s > 0)", ""))).ok
