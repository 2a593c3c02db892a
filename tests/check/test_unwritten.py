"""What a script shows is not all that it goes down on: a penalty that is nowhere added to the loss, a root, a copy."""

import pytest

from chainrule.check import check_script
from chainrule.program import ChainruleError

RIDGE = """
import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(6, 3)); y = rng.normal(size=6)
w = rng.normal(size=3); b = 0.1
lam, eta = 0.1, 0.05
for epoch in range(3):
    e = X @ w + b - y
    print({shown})
    dw = X.T @ e / len(X) + lam * w
    db = e.mean()
    w = w - eta * dw
    b = b - eta * db
"""

ROWS = """
import numpy as np
rng = np.random.default_rng(9)
table = np.array([[5., 3., 0.], [4., 0., 2.]])
U = rng.uniform(0.2, 1.0, size=(2, 2))
V = rng.uniform(0.2, 1.0, size=(3, 2))
pace, shrink = 0.02, 0.05
for epoch in range(2):
    total = 0.0
    for i, j in np.argwhere(table > 0):
        err = table[i, j] - U[i] @ V[j]
        u, v = U[i].copy(), V[j].copy()
        du = err * v - shrink * u
        dv = err * u - shrink * v
        U[i] += pace * du
        V[j] += pace * dv
        total += err ** 2
    print(np.sqrt(total / 4))
"""

ANSWERS = """
import numpy as np

def error(wanted, got):
    return np.sum((np.array(wanted) - np.array(got)) ** 2) / 2

X = np.array([[1, 1], [1, 0], [0, 1]])
y = [0, 1, 1]
w = np.array([0.8, 0.7])
for epoch in range(2):
    answers = []
    for i in range(3):
        out = 1 / (1 + np.exp(-(w[0] * X[i][0] + w[1] * X[i][1])))
        answers.append(out)
        de = -(y[i] - out)
        d0 = de * out * (1 - out) * X[i][0]
        d1 = de * out * (1 - out) * X[i][1]
        w[0] = w[0] - 0.5 * d0
        w[1] = w[1] - 0.5 * d1
    print(error(y, answers))
"""

TAPE = """
import numpy as np

class Var:
    def __init__(self, data):
        self.data, self.grad = np.asarray(data, float), 0.0

rng = np.random.default_rng(1)
x, t = Var(rng.normal(size=(5, 2))), Var(rng.normal(size=(5, 1)))
w = Var(rng.normal(size=(2, 1)))
for _ in range(3):
    gap = Var(x.data @ w.data - t.data)
    energy = Var((gap.data ** 2).sum())
    energy.grad = np.ones_like(energy.data)
    gap.grad = energy.grad * 2 * gap.data
    w.grad = x.data.T @ gap.grad
    w.data -= 0.01 * w.grad
"""

WORDS = """
import numpy as np
rng = np.random.default_rng(2)
here = rng.uniform(-0.5, 0.5, (4, 3))
there = rng.normal(scale=0.2, size=(4, 3))
rate = 0.05
for step in range(3):
    hidden = here[step]
    back = np.zeros(3)
    moved = {}
    for target, label in [(step + 1, 1), (0, 0)]:
        p = 1 / (1 + np.exp(-hidden @ there[target]))
        g = rate * (label - p)
        back += g * there[target]
        moved[target] = moved.get(target, 0) + g * hidden
    for target, change in moved.items():
        there[target] += change
    here[step] += back
    rate = 0.05 * (1 - step / 10)
"""

AFTER = (
    RIDGE.format(shown="epoch")
    + """
    print(0.5 * np.mean(e ** 2) + 0.5 * lam * np.sum(w ** 2))
"""
)

EPOCHS = """
import numpy as np
rng = np.random.default_rng(3)
X = rng.normal(size=(5, 3)); y = (rng.random(5) > 0.5).astype(float)
w, b, eta, lam = np.zeros(3), 0.0, 0.1, 0.01
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
for epoch in range(2):
    for i in range(5):
        err = sigmoid(w @ X[i] + b) - y[i]
        w -= eta * (err * X[i] + lam * w)
        b -= eta * err
    p = sigmoid(X @ w + b)
    print(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
"""

SHRUNK = (
    RIDGE.format(shown="0.5 * np.mean(e ** 2)")
    .replace("dw = X.T @ e / len(X) + lam * w", "dw = X.T @ e")
    .replace("w = w - eta * dw", "w = (1 - eta * lam) * w - eta / len(X) * dw")
)

RIGHT = {
    "the penalty of the next weights": AFTER,
    "a loss over all samples after steps on each": EPOCHS,
    "a factor that shrinks": SHRUNK,
    "half the error": RIDGE.format(shown="0.5 * np.mean(e ** 2)"),
    "the error": RIDGE.format(shown="np.mean(e ** 2)"),
    "its root": RIDGE.format(shown="np.sqrt(np.mean(e ** 2))"),
    "signs": RIDGE.format(shown="0.5 * np.mean(e ** 2)").replace(
        "lam * w", "lam * np.sign(w)"
    ),
    "rows in turn": ROWS,
    "a list of answers": ANSWERS,
    "ones in the shape of the loss": TAPE,
    "a rate inside of the delta": WORDS,
}


@pytest.mark.spread(6)
@pytest.mark.parametrize("style", RIGHT)
def test_steps_that_go_down_on_more_than_is_shown_are_right(style, write):
    report = check_script(write(RIGHT[style]))
    assert report.ok
    assert report.parameters
    assert report.corrected() == RIGHT[style]


@pytest.mark.spread(6)
@pytest.mark.parametrize(
    ("style", "right", "wrong"),
    [
        ("half the error", "+ lam * w", "- lam * w"),
        ("half the error", "X.T @ e", "X.T @ (e ** 2)"),
        ("its root", "e.mean()", "e.sum()"),
        ("rows in turn", "err * v -", "err * u -"),
        ("rows in turn", "shrink * v", "shrink * u"),
        ("a list of answers", "(1 - out) * X[i][1]", "X[i][1]"),
        ("ones in the shape of the loss", "2 * gap.data", "2 * t.data"),
        ("the penalty of the next weights", "X.T @ e", "X.T @ (e ** 2)"),
        ("a loss over all samples after steps on each", "err * X[i]", "err * w"),
        ("a factor that shrinks", "dw = X.T @ e", "dw = X.T @ (e - y)"),
        ("a rate inside of the delta", "g * hidden", "g * there[target]"),
    ],
)
def test_a_mistake_beside_what_is_not_shown_is_found_in_its_line(
    style, right, wrong, write
):
    assert RIGHT[style].count(right) == 1
    text = RIGHT[style].replace(right, wrong)
    report = check_script(write(text))
    line = RIGHT[style][: RIGHT[style].index(right)].count("\n") + 1
    assert report.first_wrong is not None
    assert report.first_wrong.line == line


def test_a_penalty_that_the_loss_has_is_held_against_the_steps(write):
    text = RIDGE.format(shown="0.5 * np.mean(e ** 2) + 0.5 * lam * np.sum(w ** 2)")
    assert check_script(write(text)).ok
    assert not check_script(write(text.replace("+ lam * w", "+ 2 * lam * w"))).ok
    assert not check_script(write(text.replace("+ lam * w", ""))).ok


def test_a_loss_that_gets_its_penalty_later_is_none_before(write):
    text = RIDGE.format(shown="loss").replace(
        "    print(loss)\n",
        "    loss = np.sum(e ** 2)\n    loss /= 2 * len(X)\n    loss += lam * np.sum(w ** 2)\n",
    )
    right = text.replace("lam * w\n", "2 * lam * w\n")
    assert check_script(write(right)).ok
    assert check_script(write(text)).corrected() == right


def test_an_index_that_holds_a_slice_of_something_learnt_is_followed(write):
    text = RIDGE.format(shown="0.5 * np.mean(e ** 2) + 0.5 * lam * np.sum(w[1:] ** 2)")
    text = text.replace("lam * w\n", "lam * np.r_[0.0, w[1:]]\n")
    assert check_script(write(text)).ok
    wrong = check_script(write(text.replace("np.r_[0.0, w[1:]]", "np.r_[w[0], w[1:]]")))
    assert wrong.first_wrong.line == 10


LATER = """
import numpy as np
rng = np.random.default_rng(3)
W, b = rng.normal(size=(2, 3)), rng.normal(size=(2, 1))
samples = [(rng.normal(size=(3, 1)), np.eye(2)[:, [k % 2]]) for k in range(4)]
def out(x):
    return 1 / (1 + np.exp(-(W @ x + b)))
def cost(a, y):
    return {shown}
for epoch in range(2):
    for x, y in samples:
        a = out(x)
        delta = {delta}
        W = W - 0.3 * delta @ x.T
        b = b - 0.3 * delta
    print(sum(cost(out(x), y) for x, y in samples))
"""
ENTROPY = "np.sum(-y * np.log(a) - (1 - y) * np.log(1 - a))"
SQUARES = "np.sum((a - y) ** 2)"


@pytest.mark.slow
def test_a_cross_entropy_that_is_printed_when_all_steps_are_taken_is_meant(write):
    right = LATER.format(delta="a - y", shown=ENTROPY)
    assert check_script(write(right)).ok
    found = check_script(write(right.replace("a - y", "(a - y) * (a * (1 - a))")))
    assert found.first_wrong is not None
    assert found.first_wrong.name == "delta"


@pytest.mark.parametrize("delta", ["a - y", "(a - y) * (a * (1 - a))"])
def test_squares_that_are_printed_show_how_well_anything_fits(write, delta):
    assert check_script(write(LATER.format(delta=delta, shown=SQUARES))).ok


NEGATIVES = """
import numpy as np
rng = np.random.default_rng(1)
inner, outer = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
for word, others in ((0, [1, 2, 3]), (2, [0, 4, 1])):
    v, back, loss = inner[word], np.zeros(3), 0.0
    for hit, other in zip([1.0, 0.0, 0.0], others):
        u = outer[other]
        p = 1 / (1 + np.exp(-v @ u))
        loss -= hit * np.log(p) + (1 - hit) * np.log(1 - p)
        back += 0.3 * (hit - p) * u
        u += 0.3 * (hit - p) * v
    v += back
    print(loss)
"""


def test_what_is_moved_between_two_terms_of_a_loss_is_not_blamed(write):
    try:
        report = check_script(write(NEGATIVES))
    except ChainruleError as error:
        assert error.code in {"E325", "E329"}  # noqa: PT017 - right or refused
    else:
        assert report.ok
