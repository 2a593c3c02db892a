"""A course graded: points by gradient, what a person has to look at, and submissions that do not end."""

import json
import subprocess
import sys

import pytest

from chainrule.check import course
from chainrule.check.verdict import Verdict
from chainrule.program import UsageError

RIGHT = """
import numpy as np
x, y, w, b = np.array([[1.0, 2.0], [0.5, -1.0]]), np.ones((2, 1)), np.ones((2, 1)) * 0.3, np.zeros(1)
p = x @ w + b
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / 2
dw = x.T @ dp
db = dp.sum(axis=0)
"""


def line(name, of, verdict):
    return {
        "name": name,
        "gradient_of": of,
        "verdict": verdict,
        "line": 7,
        "source": f"{name} = 1",
        "cause": "A sign.",
    }


def graded(how, monkeypatch, tmp_path, **report):
    known = {"parameters": {}, "lines": [], "findings": [], "failure": None, **report}
    monkeypatch.setattr(course, "_checked", lambda *_: (known, None))
    (found,) = course.grades(tmp_path, [tmp_path / "a.py"], how, timeout=1)
    return found


def test_a_gradient_earns_the_share_of_its_verdict(monkeypatch, tmp_path):
    how = course.Scheme({"W": 2, "b": 1, "dW": 3, "V": 1})
    found = graded(
        how,
        monkeypatch,
        tmp_path,
        parameters={"W": "FOLLOWS", "b": "RIGHT"},
        lines=[line("dz", "z", "WRONG"), line("dW", "W", "RIGHT")],
    )
    assert {name: one.points for name, one in found.marks.items()} == {
        "W": 1.0,
        "b": 1.0,
        "dW": 3.0,
        "V": 0.0,
    }
    assert (found.points, found.out_of, found.is_open) == (5.0, 7, False)
    assert found.first_wrong == "7: dz = 1"
    assert found.marks["V"].verdict == "MISSING"


def test_what_cannot_be_told_is_left_to_a_person(monkeypatch, tmp_path):
    found = graded(
        course.Scheme(), monkeypatch, tmp_path, parameters={"W": "CANNOT TELL"}
    )
    assert found.marks["W"].points is None
    assert found.is_open
    assert "0? / 1" in course.table([found])


def test_points_are_read_from_a_report_and_a_table_of_points(tmp_path):
    report, points = tmp_path / "report.json", tmp_path / "points.toml"
    report.write_text(json.dumps({"parameters": {"W": "RIGHT", "b": "RIGHT"}}))
    points.write_text('[points]\nb = 2.5\n[shares]\n"RIGHT HERE" = 0.25\n')
    how = course.scheme(points, report)
    assert how.points == {"W": 1.0, "b": 2.5}
    assert how.shares[Verdict.RIGHT_HERE] == 0.25
    assert how.shares[Verdict.FOLLOWS] == 0.5


@pytest.mark.parametrize(
    "text", ["[points]\nW = -1\n", "[shares]\nGOOD = 1\n", "[marks]\nW = 1\n", "W = ["]
)
def test_points_that_cannot_be_are_refused(text, tmp_path):
    points = tmp_path / "points.toml"
    points.write_text(text)
    with pytest.raises(UsageError, match="E412"):
        course.scheme(points, None)


def test_what_is_no_report_is_refused(tmp_path):
    report = tmp_path / "report.json"
    report.write_text("[1, 2]")
    with pytest.raises(UsageError, match="E404"):
        course.scheme(None, report)


def test_a_submission_that_does_not_end_is_stopped_with_what_it_started(tmp_path):
    (tmp_path / "a.py").write_text("while True: pass\n")
    (found,) = course.grades(tmp_path, [tmp_path / "a.py"], course.Scheme({"W": 1}), timeout=0.5)  # fmt: skip
    assert found.reason == "it was stopped after 0.5 seconds"
    assert found.is_open


def test_only_scripts_and_notebooks_that_fit_are_submissions(tmp_path):
    for name in ("a/net.py", "a/notes.txt", "b/net.ipynb", ".git/net.py", "b/other.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = course.submissions(tmp_path, "*/net.*")
    assert [str(one.relative_to(tmp_path)) for one in found] == [
        "a/net.py",
        "b/net.ipynb",
    ]
    with pytest.raises(UsageError, match="E403"):
        course.submissions(tmp_path, "*/none.py")


@pytest.mark.slow
def test_a_folder_becomes_a_table_and_a_file(tmp_path):
    for name, text in (
        ("a.py", RIGHT),
        ("b.py", RIGHT.replace("x.T @ dp", "-x.T @ dp")),
        ("c.py", "import numpy as np\n1 / 0\n"),
        (
            "d.py",
            "import os\nprint('{}', flush=True)\nos.execv('/bin/true', ['true'])\n",
        ),
    ):
        (tmp_path / name).write_text(text)
    to = tmp_path / "grades.json"
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "chainrule",
            "grade",
            tmp_path,
            "--pattern",
            "*.py",
            "--json",
            to,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 3, run.stderr
    assert "c.py: error[E330]" in run.stdout
    grades = {one["submission"]: one for one in json.loads(to.read_text())["grades"]}
    assert [grades[name]["points"] for name in ("a.py", "b.py")] == [2.0, 1.0]
    assert grades["b.py"]["gradients"]["w"]["verdict"] == "WRONG"
    assert "E333" in grades["d.py"]["reason"]
