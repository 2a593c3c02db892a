"""``why`` names the place and the reason of zeros, NaNs, infinities, tiny and huge gradients."""

import json

import numpy as np
import pytest
from asked import CASES, Case

import chainrule
from chainrule import target
from chainrule.program import UsageError
from chainrule.why import why
from chainrule.why.slopes import Slopes

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")

DENSE = """
import numpy as np
X = np.array([[1.0, 2.0], [0.5, 1.5], [2.0, 0.1]]); y = np.array([1.0, 0.0, 1.0])
W = np.array([[0.3, 0.9], [0.7, -0.2]]); v = np.array([0.4, -0.6])
h = np.tanh(X @ W)
loss = np.mean((h @ v - y) ** 2)
"""
RUNS_AWAY = """
import numpy as np
X = np.array([[10.0, 2.0], [30.0, 1.0], [-20.0, 4.0]]); y = np.array([1.0, 2.0, 3.0])
w = np.zeros(2)
for epoch in range(120):
    error = X @ w - y
    loss = np.mean(error ** 2)
    w = w - 0.9 * 2 * X.T @ error / len(y)
"""


def answer(folder, text: str, asked: str):
    script = folder / "net.py"
    script.write_text(text)
    with np.errstate(all="ignore"):
        return target.from_script(script).why(asked)


@pytest.mark.spread(3)
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_place_and_the_reason_are_the_true_ones(case: Case, tmp_path):
    found = answer(tmp_path, case.source, case.asked)
    line = found.place and found.place.line
    assert (found.kind, found.reason, line) == (case.kind, case.reason, case.line)
    assert case.cause in ("-", found.cause)


def test_an_ordinary_number_is_called_one_and_its_largest_contribution_is_its_row(
    tmp_path,
):
    found = answer(tmp_path, DENSE, "W[1, 0]")
    text = str(found)
    assert found.kind == "ordinary"
    assert "an ordinary number" in text
    assert found.rows == (0,)
    assert "X[0, 1] = 2 · ∂loss/∂(X @ W)[0, 0] = " in text


def test_a_loss_that_runs_away_is_laid_to_steps_that_are_too_long_and_a_shorter_one_was_tried(
    tmp_path,
):
    found = answer(tmp_path, RUNS_AWAY, "loss")
    assert found.kind == "infinite"
    assert found.reason == "steps too long"
    shorter = float(found.advice.split("learning rate of ")[1].split(":")[0])
    mended = RUNS_AWAY.replace("0.9 * 2", f"{shorter} * 2")
    assert answer(tmp_path, mended, "loss").kind == "ordinary"


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        ("W2", "E327", "names there are: X, y, W, v"),
        ("W[9, 0]", "E411", "W has the shape (2, 2)"),
        ("W[0, 0, 0]", "E411", "too many indices"),
        ("W[x]", "E411", "is not a name with an index"),
        ("W[0", "E411", "is not a name with an index"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(asked, code, says, tmp_path):
    with pytest.raises(UsageError) as caught:
        answer(tmp_path, DENSE, asked)
    assert caught.value.code == code
    assert says in str(caught.value)


def test_a_lesson_of_a_loop_is_asked_turn_by_turn():
    def forgets(x, W, h):
        for row in x:
            h = np.tanh(row @ W + 0.01 * h)
        return np.sum(h**2)

    x = np.vstack([np.ones((1, 2)), np.zeros((7, 2))])
    lesson = chainrule.explain(forgets, x=x, W=np.eye(2), h=np.zeros(2), wrt=["W"])
    found = lesson.why("W[0, 1]")
    assert (found.kind, found.reason) == ("small", "shrinks")
    assert "8 turns" in str(found)


def test_an_answer_is_one_json_object(tmp_path):
    told = json.loads(answer(tmp_path, CASES[0].source, CASES[0].asked).to_json())
    assert told["kind"] == "zero"
    assert told["place"]["line"] == CASES[0].line
    assert told["rows"] == [0, 1, 2, 3]


def test_what_is_advised_gives_a_number_where_there_was_none(tmp_path):
    text = "import numpy as np\nx = np.array([0.0, 2.0]); w = np.ones(2)\nr = np.sqrt(x * w)\nloss = np.sum(r)\n"
    found = answer(tmp_path, text, "w[0]")
    assert found.advice == "np.maximum(x * w, 1e-12) in the place of x * w in line 3"
    mended = text.replace("np.sqrt(x * w)", "np.sqrt(np.maximum(x * w, 1e-12))")
    assert answer(tmp_path, mended, "w[0]").kind != "nan"


def test_a_slope_is_what_a_small_step_makes_of_it():
    run = chainrule.trace(
        lambda x, w: np.sum(np.tanh(x @ w)), np.ones((3, 2)), np.full((2, 2), 0.3)
    )
    slopes = Slopes(run.numbers)
    for line in run.program.lines:
        for position, arg in enumerate(line.args):
            step = np.random.default_rng(0).normal(size=arg.shape)
            args = slopes.args(line)
            moved = [*args]
            moved[position] = args[position] + 1e-6 * step
            measured = (slopes.forward(line, moved) - slopes.forward(line, args)) / 1e-6
            np.testing.assert_allclose(
                slopes.moved(line, position, step), measured, rtol=1e-4, atol=1e-6
            )


def test_a_function_is_asked_without_a_script():
    run = chainrule.trace(
        lambda x, w: np.sum(np.maximum(0, x * w)),
        np.array([1.0, 2.0]),
        np.array([3.0, -1.0]),
    )
    named = run.program.named()
    found = why(run, "w[1]", loss=run.program.outputs[0], parameters=[named["w"]])
    assert (found.reason, found.cause) == ("unit off", "(x * w)[1]")
