"""The page follows its numbers: after an edit it reads as the lesson told afresh, or says where it does not."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import live_lessons
import numpy as np
import pytest
from following import (
    changed_script,
    data_of,
    differences,
    first_difference,
    losses_in_node,
    read_alike,
    seen_in_node,
    texts,
    texts_with_edges,
)

from chainrule import explain
from chainrule.formula import format_number
from chainrule.formula.numbers import Number, number, written
from chainrule.lesson.printers.page.html import to_html
from chainrule.lesson.printers.page.resources import resource
from chainrule.nn.update_rules import RULES
from chainrule.program.ledger import Ledger
from chainrule.program.remembered import remember

ROOT = Path(__file__).parents[2]
needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="node runs JavaScript"
)

BATCH = """
import numpy as np
X = np.array([[0.5, -1.0, 0.2], [1.5, 0.3, -0.7], [-0.4, 0.8, 1.1]])
y = np.array([[1.0], [0.0], [1.0]])
W1 = np.array([[0.2, -0.5], [0.7, 0.1], [-0.3, 0.9]])
b1 = np.array([[0.1, -0.2]])
W2 = np.array([[0.6], [-0.8]])
b2 = np.array([[0.05]])
h = np.tanh(X @ W1 + b1)
p = 1 / (1 + np.exp(-(h @ W2 + b2)))
loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
"""
SOFTMAX = """
import numpy as np
X = np.array([[1.0, 0.5], [-0.5, 2.0]])
Y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
W = np.array([[0.2, -0.4, 0.7], [0.5, 0.3, -0.6]])
b = np.array([0.1, 0.0, -0.1])
z = X @ W + b
e = np.exp(z - z.max(axis=1, keepdims=True))
p = e / e.sum(axis=1, keepdims=True)
loss = -np.sum(Y * np.log(p)) / 2
"""
LOOP = """
import numpy as np
x = np.array([[0.5, -1.0], [0.3, 0.8], [-0.6, 0.2]])
U = np.array([[0.4, -0.2], [0.1, 0.6]])
W = np.array([[0.3, 0.5], [-0.7, 0.2]])
v = np.array([0.8, -0.5])
target = 0.7
h = np.zeros(2)
for t in range(3):
    h = np.tanh(x[t] @ U + h @ W)
y = h @ v
loss = 0.5 * (y - target) ** 2
"""
BRANCH = """
import numpy as np
x = np.array([1.0, -2.0])
w = np.array([0.5, 0.75])
b = np.array(0.3)
z = w @ x + b
if z > 0:
    a = z
else:
    a = 0.1 * z
loss = (a - 1.0) ** 2
"""
OWN = {
    "article": (ROOT / "examples" / "article.py").read_text("utf-8"),
    "batch": BATCH,
    "softmax": SOFTMAX,
    "loop": LOOP,
    "branch": BRANCH,
}
FURTHER = 5
LESSONS = {**OWN, **live_lessons.LESSONS}


@pytest.mark.spread(30)
@needs_node
@pytest.mark.parametrize("name", LESSONS)
def test_after_an_edit_a_page_reads_as_the_lesson_told_afresh_or_says_where_not(
    name: str, tmp_path: Path
) -> None:
    script = tmp_path / f"{name}.py"
    script.write_text(LESSONS[name], "utf-8")
    scratch = tmp_path / "again"
    scratch.mkdir()
    wrong, counts = differences(script, 2, np.random.default_rng(7), scratch)
    assert wrong == []
    assert counts["edits"] == 2
    # a number that chose the branch when the script ran may not choose another
    assert counts["refused"] == 0 or name == "branch"


@pytest.mark.spread(8)
@needs_node
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("article", {"optimizer": "adam", "steps": 3, "step": 2}),
        ("dense relu batch", {"optimizer": "momentum", "steps": 2}),
        ("softmax", {"steps": 3, "step": 3}),
        ("rnn", {"optimizer": "rmsprop"}),
        ("two hidden layers", {"optimizer": "adamw", "steps": 2, "step": 2}),
        ("batch norm", {"optimizer": "nesterov", "level": "entry"}),
    ],
)
def test_the_lesson_of_an_optimizer_s_step_or_of_a_later_one_follows_as_well(
    name: str, options: dict[str, Any], tmp_path: Path
) -> None:
    script = tmp_path / "lesson.py"
    script.write_text(LESSONS[name], "utf-8")
    scratch = tmp_path / "again"
    scratch.mkdir()
    rng = np.random.default_rng(3)
    wrong, _ = differences(script, 2, rng, scratch, **options)
    assert wrong == []


@pytest.mark.spread(12)
@needs_node
@pytest.mark.parametrize("optimizer", RULES)
def test_the_slider_of_the_learning_rate_takes_the_optimizer_s_own_steps(
    optimizer: str, tmp_path: Path
) -> None:
    script = tmp_path / "lesson.py"
    script.write_text(LESSONS["softmax"], "utf-8")
    # from the start, whichever step is told
    page = explain(script, optimizer=optimizer, steps=2, step=2).to_html()
    true = explain(script, optimizer=optimizer, learning_rate=0.03, steps=9).losses
    assert np.allclose(losses_in_node(page, 0.03, 9), true, rtol=0, atol=1e-14)


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_further_edits(name: str, tmp_path: Path) -> None:
    script = tmp_path / f"{name}.py"
    script.write_text(LESSONS[name], "utf-8")
    scratch = tmp_path / "again"
    scratch.mkdir()
    wrong, _ = differences(script, FURTHER, np.random.default_rng(5), scratch)
    assert wrong == []


@needs_node
def test_javascript_writes_a_number_as_python_does() -> None:
    rng = np.random.default_rng(3)
    spread = rng.normal(size=3000) * 10.0 ** rng.integers(-12, 12, 3000)
    # exact halves of the last digit, which the two languages round differently
    halves = np.arange(-400, 400) / 2**5 + 2.0**-5
    whole = np.arange(-20, 20) * 1e3
    odd = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e7, 9999999.96, 5e-5, 2.5e8, 1e300]
    values = [*spread.tolist(), *halves.tolist(), *whole.tolist(), *odd]
    text = resource("numbers.js") + (
        "const read = (x) => (typeof x === 'string' ? Number(x) : x);"
        f"const all = {json.dumps([x if np.isfinite(x) else repr(x).replace('inf', 'Infinity').replace('nan', 'NaN') for x in values])}.map(read);"
        "console.log(JSON.stringify([2, 3, 4, 6].map((n) => all.map((x) => [plain(digitsOf(x, n, null)), plain(digitsOf(x, n, 3))]))));"
    )
    done = subprocess.run(
        ["node", "-"], input=text, capture_output=True, text=True, check=True
    )
    for digits, found in zip((2, 3, 4, 6), json.loads(done.stdout), strict=True):
        expected = [
            [
                format_number(x, digits),
                _written(number(x, digits=digits, decimals=3)),
            ]
            for x in values
        ]
        wrong = [
            (x, a, b) for x, a, b in zip(values, found, expected, strict=True) if a != b
        ]
        assert wrong == []


def _written(found: Number) -> str:
    return written(found)


@needs_node
def test_a_changed_branch_is_refused(tmp_path: Path) -> None:
    page = _page(tmp_path, BRANCH)
    kept = [one[3] for one in data_of(page)["inputs"]]
    turned = [numbers if len(numbers) > 1 else [5.0] for numbers in kept]
    as_is, other = seen_in_node(page, [kept, turned])
    assert (as_is["refused"], other["refused"]) == (False, True)


DATA = """
import numpy as np
data = np.array([[1.0, 2.0, 1.0], [0.5, -1.0, 0.0], [2.0, 0.3, 1.0]])
X, y = data[:, :2], data[:, 2]
w = np.array([0.3, -0.2])
s = X @ w
"""
MADE = {
    "positions of labels": DATA
    + "at = np.where(y == 1)[0]\nloss = np.mean((s - y) ** 2) + np.mean(s[at] ** 2)\n",
    "a branch on what is cut from data": DATA
    + "if y[0] > 0:\n    s = 2 * s\nloss = np.mean((s - y) ** 2)\n",
}


@needs_node
@pytest.mark.parametrize("name", MADE)
def test_what_was_made_of_a_number_outside_of_the_lesson_stays_as_it_is_or_the_edit_is_refused(
    name: str, tmp_path: Path
) -> None:
    page = _page(tmp_path, MADE[name])
    inputs = data_of(page)["inputs"]
    y = [one[0] for one in inputs].index("y")

    def edit(place: int, number: float) -> list[list[float]]:
        numbers = [list(one[3]) for one in inputs]
        numbers[y][place] = number
        return numbers

    edits = [edit(0, -0.5), edit(1, 0.25)]
    assert [one["refused"] for one in seen_in_node(page, edits)] == [True, False]


@needs_node
def test_a_unit_that_wakes_marks_what_is_said_of_it(tmp_path: Path) -> None:
    page = _page(tmp_path, LESSONS["article"])
    inputs = data_of(page)["inputs"]
    numbers = [list(one[3]) for one in inputs]
    b1 = [one[0] for one in inputs].index("b1")
    numbers[b1][0] = 1.0
    (seen,) = seen_in_node(page, [numbers])
    read = "".join(texts(page, seen))
    assert "unitsisoff" in "".join(texts(page))
    assert "unitsisoff" not in read
    assert not seen["refused"]


def test_the_article_s_page_is_small_and_asks_for_nothing(tmp_path: Path) -> None:
    page = _page(tmp_path, LESSONS["article"])
    assert len(page.encode()) <= 175_000
    assert "default-src 'none'" in page
    assert "unsafe" not in page
    assert "fetch(" not in page
    assert "import(" not in page


def test_without_its_script_a_page_reads_as_the_lesson(tmp_path: Path) -> None:
    script = tmp_path / "article.py"
    script.write_text(LESSONS["article"], "utf-8")
    lesson = explain(script)
    assert texts(lesson.to_html()) == texts(to_html(lesson.parts))


def test_a_lesson_too_large_says_so_and_reads_as_before() -> None:
    rng = np.random.default_rng(0)
    lesson = explain(
        lambda x, W: np.sum((x @ W) ** 2),
        x=rng.normal(size=30),
        W=rng.normal(size=(30, 20)),
    )
    page = lesson.to_html()
    assert "cannot be changed in the page: it starts from more than" in page
    assert 'id="live"' not in page


def _page(folder: Path, text: str) -> str:
    script = folder / "lesson.py"
    script.write_text(text, "utf-8")
    return explain(script).to_html()


LABELS = """
import numpy as np
X = np.array([[1, 2], [3, -1], [0, 2]])
y = np.array([0, 2, 1])
W = np.array([[0.1, -0.2, 0.3], [0.4, 0.5, -0.6]])
z = X @ W
e = np.exp(z - z.max(axis=1, keepdims=True))
p = e / e.sum(axis=1, keepdims=True)
loss = -np.mean(np.log(p[np.arange(3), y]))
"""


@needs_node
def test_whole_numbers_and_labels_follow_and_no_label_is_said_to_be_none(
    tmp_path: Path,
) -> None:
    page = _page(tmp_path, LABELS)
    inputs = data_of(page)["inputs"]
    assert [(one[0], one[4]) for one in inputs] == [("X", 0), ("y", 0), ("W", 0)]
    numbers = [list(one[3]) for one in inputs]
    numbers[1] = [1, 1, 0]
    (seen,) = seen_in_node(page, [numbers])
    assert not seen["refused"]
    numbers[1] = [1, 1, 3]
    with pytest.raises(AssertionError, match="there is no place 3 on an axis"):
        seen_in_node(page, [numbers])


@pytest.mark.slow
@needs_node
def test_with_other_labels_a_page_reads_as_the_lesson_told_afresh(
    tmp_path: Path,
) -> None:
    script = tmp_path / "lesson.py"
    text = ast.unparse(ast.parse(LESSONS["softmax of labels"]))
    script.write_text(text, "utf-8")
    page = explain(script).to_html()
    numbers = [list(one[3]) for one in data_of(page)["inputs"]]
    numbers[3] = [1, 1, 0]
    (seen,) = seen_in_node(page, [numbers])
    script.write_text(changed_script(text, {"y": np.array([1, 1, 0])}), "utf-8")
    (fresh,) = texts(to_html(explain(script).parts))
    start = 0
    for piece in texts_with_edges(page, seen):
        alike = read_alike(piece, fresh, start)
        assert alike is not None, first_difference(piece, fresh[start:])
        start, _ = alike


def test_two_masks_are_compared_without_a_fault() -> None:
    ledger = Ledger()
    x = remember(ledger, "x", np.array([1.0, -2.0]))
    assert np.allclose(x > 0, np.array([True, False]))


MASK = """
import numpy as np
x = np.array([1.0, 2.0, 3.0, 4.0])
w = np.array([0.5, 0.1, 0.2, 0.3])
mask = np.array([True, False, True, True])
loss = np.sum((x * w)[mask] ** 2)
"""


def test_an_input_that_decides_how_the_lesson_goes_has_no_field(tmp_path: Path) -> None:
    inputs = data_of(_page(tmp_path, MASK))["inputs"]
    assert {one[0]: one[4] for one in inputs} == {"x": 0, "w": 0, "mask": 1}


@pytest.mark.slow
@needs_node
def test_the_cells_of_a_table_s_row_are_told_for_the_numbers_that_were_shown(
    tmp_path: Path, command: Any
) -> None:
    rows = [f"{i * 0.3 % 2:.1f},{i * 0.7 % 3:.1f},{'xy'[i % 2]}" for i in range(20)]
    (tmp_path / "data.csv").write_text("\n".join(["a,b,kind", *rows, ""]), "utf-8")
    words = "train data.csv --target kind --hidden 2 --epochs 2 --out model"
    command(*words.split(), cwd=tmp_path, check=True)
    words = "explain model --data data.csv --row 3 --html row.html"
    command(*words.split(), cwd=tmp_path, check=True)
    page = (tmp_path / "row.html").read_text("utf-8")
    before = [list(one[3]) for one in data_of(page)["inputs"]]
    after = [list(one) for one in before]
    after[0][0] += 0.5
    same, other = seen_in_node(page, [before, after])
    assert any("columncell" in one for one in texts(page, same))
    assert not any("columncell" in one for one in texts(page, other))
