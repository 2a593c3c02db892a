"""Worksheets have kind numbers of their own; marking finds the first wrong number and carries errors forward."""

import csv
import io
import json
import re
import shutil
import subprocess
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from pupils import ARTICLE, BATCH, article, batch, labelled, one_slip

from chainrule import target
from chainrule.lesson import explain
from chainrule.lesson.reading import Reading
from chainrule.lesson.worksheet import Exercise, Worksheet
from chainrule.lesson.worksheet.answers import number, read_answers
from chainrule.lesson.worksheet.marking import marked
from chainrule.lesson.worksheet.media import files
from chainrule.lesson.worksheet.table import lines, text
from chainrule.program import DataError, UsageError

NETS = {"article": (ARTICLE, article), "batch": (BATCH, batch)}


def exercise_of(source: str, folder) -> Exercise:
    script = folder / "net.py"
    script.write_text(source)
    found = target.from_script(script)
    lesson = explain(
        found.run,
        loss=found.loss,
        wrt=found.parameters,
        reading=Reading.of(found.report),
    )
    return Exercise(lesson.study, "net")


@pytest.fixture(scope="module")
def sheets(tmp_path_factory) -> dict[str, Worksheet]:
    return {
        name: Worksheet(exercise_of(source, tmp_path_factory.mktemp(name)), 10, seed=7)
        for name, (source, _) in NETS.items()
    }


@pytest.mark.parametrize("name", NETS)
def test_a_sheet_that_is_right_earns_every_point(name, sheets):
    sheet, by_hand = sheets[name], NETS[name][1]
    for variant in sheet.variants:
        answers = labelled(by_hand(variant.given, lambda _, array: array))
        marks = marked(sheet.exercise, variant.given, answers, 3)
        assert set(answers) == set(sheet.labels)
        assert marks.points == len(sheet.labels)
        assert not marks.first_wrong


@pytest.mark.spread(2)
@pytest.mark.parametrize("name", NETS)
def test_of_a_hundred_sheets_with_a_slip_the_first_wrong_number_is_found_and_nothing_right_after_it_is_wrong(
    name, sheets
):
    sheet, by_hand = sheets[name], NETS[name][1]
    steps = [step.name for step in sheet.exercise.steps]
    right_place, n_slips = 0, 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        variant = sheet.variants[seed % len(sheet.variants)]
        _, at, slip = one_slip(random, steps)
        clean = []

        def kept(step, array, slip=slip, clean=clean, at=at):
            if step == at:
                clean.append(np.round(np.asarray(array, float), 3))
            return slip(step, array)

        written = by_hand(variant.given, kept)
        if np.allclose(clean[0], written[at], atol=2e-3):
            continue
        n_slips += 1
        wrong = [
            entry
            for entry in np.ndindex(written[at].shape)
            if abs(written[at][entry] - clean[0][entry]) > 2e-3
        ]
        marks = marked(sheet.exercise, variant.given, labelled(written), 3)
        step = next(one for one in sheet.exercise.steps if one.name == at)
        right_place += marks.first_wrong == step.label(wrong[0])
        others = [
            label
            for label, verdict in marks.verdicts.items()
            if verdict == "wrong" and not label.startswith(at)
        ]
        assert not others
    assert n_slips > 80
    assert right_place / n_slips >= 0.99


def slipped(at, change):
    return lambda name, array: change(array) if name == at else array


@pytest.mark.parametrize(
    ("at", "change", "says"),
    [
        ("dz2", lambda array: -array, "the sign is turned"),
        ("z2", lambda array: 2 * array, "twice as much"),
        ("h", lambda array: array + np.array([[0.3], [0]]), "a slip in computing it"),
    ],
)
def test_a_mistake_is_named(at, change, says, sheets):
    sheet = sheets["article"]
    variant = sheet.variants[0]
    marks = marked(
        sheet.exercise,
        variant.given,
        labelled(article(variant.given, slipped(at, change))),
        3,
    )
    assert marks.first_wrong.startswith(at)
    assert says in marks.why


def test_a_factor_that_is_left_out_is_named(sheets):
    sheet = sheets["batch"]
    variant = sheet.variants[1]
    given = variant.given
    right = batch(given, lambda _, array: array)
    no_bias = slipped("a", lambda _: given["X"] @ given["W"])
    no_slope = slipped("da", lambda _: right["dh"])
    assert (
        "b is left out"
        in marked(sheet.exercise, given, labelled(batch(given, no_bias)), 3).why
    )
    assert (
        "left out"
        in marked(sheet.exercise, given, labelled(batch(given, no_slope)), 3).why
    )


def test_numbers_are_kind_and_the_same_for_the_same_seed(sheets):
    sheet = sheets["article"]
    again = Worksheet(sheet.exercise, 10, seed=7)
    for variant, twin in zip(sheet.variants, again.variants, strict=True):
        for name, array in variant.given.items():
            np.testing.assert_array_equal(array, twin.given[name])
            assert np.allclose(10 * array, np.round(10 * array))
        assert all(abs(value) <= 100 for value in sheet.answers(variant).values())
        assert all(
            value != 0
            for label, value in sheet.answers(variant).items()
            if label.startswith("dW")
        )
    others = {str(variant.given["W1"]) for variant in sheet.variants}
    assert len(others) == 10


def test_a_wish_that_cannot_be_met_is_told(tmp_path):
    never = ARTICLE.replace("np.maximum(0, z1)", "np.maximum(0, z1 - 1000)")
    with pytest.raises(UsageError, match="no unit is off") as caught:
        _ = Worksheet(exercise_of(never, tmp_path), 1).variants
    assert "--dead-units" in caught.value.hint


def test_answers_are_read_as_pupils_write_them(sheets):
    sheet = sheets["article"]
    given = [number(cell) for cell in ("0,25", "−3/8", "1 1/2", "dW = 0.5", "?", "")]
    assert given == [0.25, -0.375, 1.5, 0.5, None, None]
    table = "Pupil;Variant;z2;dz2\nAda;variant 2;0,5;1/3\nBob;;abc;\n"
    ada, bob = read_answers(table, sheet.labels)
    assert (ada.variant, ada.answers) == (2, {"z2": 0.5, "dz2": 1 / 3})
    assert (bob.variant, bob.unread) == (None, {"z2": "abc"})
    long = read_answers(
        "pupil,variant,label,answer\nAda,2,z2,0.5\nAda,2,dz2,\n", sheet.labels
    )
    assert long[0].answers == {"z2": 0.5, "dz2": None}
    with pytest.raises(DataError, match="no number of the sheet is called z9"):
        read_answers("pupil,variant,z9\nAda,1,2\n", sheet.labels)


def test_the_table_names_another_variant_a_gap_and_a_pupil_without_one(sheets):
    sheet = sheets["article"]
    first, second = sheet.variants[:2]
    good = labelled(article(first.given, lambda _, array: array))
    other = labelled(article(second.given, lambda _, array: array))
    rows = [
        ("Ada", 1, good),
        ("Bob", 1, other),
        ("Cy", "", good),
        ("Di", 1, {**good, "z2": ""}),
        ("Ed", 99, good),
    ]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["pupil", "variant", *sheet.labels])
    writer.writerows(
        [name, variant, *(answers[label] for label in sheet.labels)]
        for name, variant, answers in rows
    )
    key = json.loads(json.dumps(sheet.key({})))
    ada, bob, cy, di, ed = lines(
        sheet.exercise, key, read_answers(table.getvalue(), sheet.labels)
    )
    assert ada.points == ada.of == len(sheet.labels)
    assert bob.notes == ("the numbers are those of variant 2",)
    assert cy.points == cy.of
    assert di.points == di.of - 1
    assert di.marks.verdicts["z2"] == "missing"
    assert ed.marks is None
    told = text([ada, bob, cy, di, ed])
    assert "1 missing" in told
    assert "variants are 1 to 10" in told


@pytest.fixture(scope="module")
def printed(sheets) -> dict[str, str]:
    few = Worksheet(sheets["article"].exercise, 2, seed=7)
    return dict(
        files(few, ("latex", "html", "markdown", "notebook", "text", "moodle", "anki"))
    )


def test_moodle_gets_a_cloze_question_for_each_variant_with_the_numbers_of_the_key(
    printed, sheets
):
    quiz = ET.fromstring(printed["moodle.xml"])
    assert quiz.tag == "quiz"
    assert [one.get("type") for one in quiz] == ["cloze", "cloze"]
    for question, variant in zip(quiz, sheets["article"].variants, strict=False):
        assert question.findtext("name/text")
        assert question.find("questiontext").get("format") == "html"
        body = question.findtext("questiontext/text")
        # every subquestion as the documentation has it: {weight:TYPE:=answer:tolerance}
        fields = re.findall(r"\{(\d+):NUMERICAL:=(-?[\d.e-]+):([\d.e-]+)\}", body)
        assert body.count(":NUMERICAL:") == len(fields)
        found = [float(value) for _, value, _ in fields]
        np.testing.assert_allclose(
            found, list(sheets["article"].answers(variant).values()), rtol=1e-9
        )


def test_anki_gets_three_columns_and_the_header_that_it_reads(printed):
    head, cards = printed["anki.txt"].split("#tags column:3\n")
    assert head == "#separator:tab\n#html:true\n"
    rows = list(csv.reader(io.StringIO(cards), delimiter="\t"))
    assert len(rows) == 2 * 12
    assert {len(row) for row in rows} == {3}


def test_the_notebook_of_a_sheet_runs(printed):
    cells = json.loads(printed["sheet-01.ipynb"])["cells"]
    names: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert {"x", "y", "W1", "b1", "W2", "b2"} <= set(names)


def test_a_sheet_shows_no_result_and_its_answers_show_all(printed, sheets):
    variant = sheets["article"].variants[0]
    result = f"{sheets['article'].answers(variant)['loss']:.3f}"
    for ending in ("tex", "html", "md", "ipynb", "txt"):
        assert result not in printed[f"sheet-01.{ending}"]
        assert result in printed[f"answers-01.{ending}"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_sheet_and_answers_compile(printed, tmp_path):
    for name in ("sheet-01.tex", "answers-01.tex"):
        (tmp_path / name).write_text(printed[name])
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", name],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0
        assert (tmp_path / name.replace(".tex", ".pdf")).stat().st_size > 10_000
