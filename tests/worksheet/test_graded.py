"""Notebooks that grade themselves and quizzes: right work, and what follows from a slip, earns its points."""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from pupils import ARTICLE, BATCH
from test_worksheet import exercise_of

from chainrule.lesson.worksheet import Worksheet
from chainrule.lesson.worksheet.media import files
from chainrule.lesson.worksheet.solutions import solutions


@pytest.fixture(scope="module", params=["article", "batch"])
def printed(request, tmp_path_factory):
    source = {"article": ARTICLE, "batch": BATCH}[request.param]
    exercise = exercise_of(source, tmp_path_factory.mktemp(request.param))
    sheet = Worksheet(exercise, 2, seed=7)
    return sheet, dict(files(sheet, ("nbgrader", "otter", "canvas")))


def cells(text):
    return [
        ("".join(cell["source"]), cell["metadata"].get("nbgrader", {}), cell)
        for cell in json.loads(text)["cells"]
    ]


def graded(text, slip=lambda line: line):
    """The points that a pupil earns in nbgrader, who writes each solution as ``slip`` has it."""
    names, points = {}, {}
    for source, role, cell in cells(text):
        if cell["cell_type"] != "code":
            continue
        try:
            exec(slip(source) if role.get("solution") else source, names)
        except AssertionError:
            points[role["grade_id"]] = 0
            continue
        if role.get("grade"):
            points[role["grade_id"]] = role["points"]
    return points


def test_a_pupil_who_is_right_earns_every_point(printed):
    sheet, texts = printed
    for number in ("01", "02"):
        assert sum(graded(texts[f"nbgrader-{number}.ipynb"]).values()) == len(
            sheet.labels
        )


def test_numbers_in_the_place_of_code_earn_the_same(printed):
    sheet, texts = printed
    answers = {
        step.name: np.round(sheet.variants[0].run.numbers[step.value], 3)
        for step in sheet.exercise.steps
    }

    def written(source):
        name = source.split("\n")[1].partition(" = ")[0]
        return f"{name} = np.array({answers[name].tolist()})"

    assert sum(graded(texts["nbgrader-01.ipynb"], written).values()) == len(
        sheet.labels
    )


def test_a_slip_costs_its_own_points_and_no_others(printed):
    sheet, texts = printed
    for step in sheet.exercise.steps[1:]:
        points = graded(
            texts["nbgrader-01.ipynb"],
            lambda source, name=step.name: (
                f"{source}\n{name} = {name} * 2 + 0.3"
                if f"\n{name} = " in source
                else source
            ),
        )
        lost = [one for one, earned in points.items() if not earned]
        assert lost == [f"{step.name}-test"]


def test_nbgrader_takes_every_cell_for_what_it_is(printed):
    _, texts = printed
    roles = [role for _, role, _ in cells(texts["nbgrader-01.ipynb"]) if role]
    fields = {"grade", "grade_id", "locked", "schema_version", "solution", "task"}
    for role in roles:
        assert set(role) - {"points"} == fields
        assert re.fullmatch(r"[\w-]+", role["grade_id"])
    assert len({role["grade_id"] for role in roles}) == len(roles)


def test_no_pupil_sees_a_right_number_in_otter_s_public_cells(printed):
    _, texts = printed
    found = [source for source, _, _ in cells(texts["otter-01.ipynb"])]
    tests = [one for one in found if "is_right" in one]
    assert tests
    assert all(one.startswith("# HIDDEN\n") for one in tests)
    assert found.count("# BEGIN TESTS") == found.count("# END TESTS") == len(tests)


def test_canvas_gets_a_question_for_every_number(printed):
    sheet, texts = printed
    asked = re.findall(
        r"^Title: (.+)\nPoints: 1\n\d+\. .+\n=   (-?[\d.]+) \+- 0\.001$",
        texts["canvas-01.txt"],
        re.MULTILINE,
    )
    answers = sheet.answers(sheet.variants[0])
    assert [label for label, _ in asked] == sheet.labels
    np.testing.assert_allclose(
        [float(value) for _, value in asked], list(answers.values()), atol=1e-11
    )


def test_the_lines_of_code_give_the_answers(printed):
    sheet, _ = printed
    names = {"np": np, **sheet.variants[0].given}
    lines = solutions(sheet.exercise)
    assert set(lines) == {step.name for step in sheet.exercise.steps}
    for step in sheet.exercise.steps:
        names[step.name] = eval(lines[step.name], names)
        np.testing.assert_allclose(
            names[step.name], sheet.variants[0].run.numbers[step.value]
        )


@pytest.mark.parametrize("blank", ["symbols", "code"])
def test_a_sheet_may_ask_for_formulas_or_for_code(blank, tmp_path):
    sheet = Worksheet(exercise_of(ARTICLE, tmp_path), 1, seed=7, blank=blank)
    texts = dict(files(sheet, ("text",)))
    assert set(texts) == {"sheet-01.txt", "answers-01.txt"}
    found = {"symbols": "W1 x + b1", "code": "z1 = W1 @ x + b1"}[blank]
    assert found not in texts["sheet-01.txt"]
    assert found in texts["answers-01.txt"]


def test_media_that_mark_numbers_do_not_ask_for_code(command, tmp_path):
    (tmp_path / "net.py").write_text(ARTICLE)
    done = command(
        "worksheet", "net.py", "--blank", "code", "--to", "moodle", cwd=tmp_path
    )
    assert done.returncode
    assert "no medium for code 'moodle'" in done.stderr


@pytest.mark.tools
@pytest.mark.skipif(shutil.which("otter") is None, reason="otter-grader is not here")
def test_otter_assigns_and_grades(printed, tmp_path):
    sheet, texts = printed
    (tmp_path / "sheet.ipynb").write_text(texts["otter-01.ipynb"])
    done = subprocess.run(
        ["otter", "assign", "sheet.ipynb", "dist"], cwd=tmp_path, check=False
    )
    assert done.returncode == 0
    [bundle] = (tmp_path / "dist" / "autograder").glob("*.zip")
    solved = tmp_path / "dist" / "autograder" / "sheet.ipynb"
    subprocess.run(["otter", "run", "-a", bundle, solved], cwd=tmp_path, check=True)
    found = json.loads((tmp_path / "results.json").read_text())
    assert sum(one.get("score") or 0 for one in found["tests"]) == len(sheet.labels)
