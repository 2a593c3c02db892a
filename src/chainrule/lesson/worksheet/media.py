"""Worksheets in files: those a lesson has, those that grade themselves, Anki's cards, and the empty table of answers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping

import numpy as np

from chainrule.formula import to_latex
from chainrule.lesson.worksheet import SheetNumbers, Worksheet
from chainrule.lesson.worksheet.graded import nbgrader, otter
from chainrule.lesson.worksheet.quizzes import canvas, given, moodle, table

SHEETS = ("latex", "html", "markdown", "notebook", "text")
"""Media of which every variant is a file of its own."""
GRADED = {"nbgrader": nbgrader, "otter": otter, "canvas": canvas}
"""Media whose own tools grade them, a file a variant."""
WHOLE = ("moodle", "anki")
"""Media that hold all variants in one file."""
ENDINGS = {
    "latex": "tex",
    "html": "html",
    "markdown": "md",
    "notebook": "ipynb",
    "text": "txt",
    "moodle": "xml",
    "anki": "txt",
    "nbgrader": "ipynb",
    "otter": "ipynb",
    "canvas": "txt",
}


def files(sheet: Worksheet, media: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The name and the text of every file."""
    for medium in media:
        ending = ENDINGS[medium]
        if medium in WHOLE:
            yield (
                f"{medium}.{ending}",
                moodle(sheet) if medium == "moodle" else anki(sheet),
            )
            continue
        if medium in GRADED:
            for variant in sheet.variants:
                name = f"{medium}-{variant.number:02d}.{ending}"
                yield name, GRADED[medium](sheet, variant)
            continue
        for variant in sheet.variants:
            for solved, stem in ((False, "sheet"), (True, "answers")):
                text = _printed(medium, sheet, variant, solved=solved)
                yield f"{stem}-{variant.number:02d}.{ending}", text
    if sheet.blank == "results":
        yield "answers.csv", form(sheet)


def _printed(
    medium: str, sheet: Worksheet, variant: SheetNumbers, *, solved: bool
) -> str:
    from chainrule.lesson.printers.markdown import to_markdown
    from chainrule.lesson.printers.notebook import to_notebook
    from chainrule.lesson.printers.page.html import to_html
    from chainrule.lesson.printers.paper.latex import to_latex as to_paper
    from chainrule.lesson.printers.terminal.text import to_text

    printers = {
        "latex": to_paper,
        "html": to_html,
        "markdown": to_markdown,
        "notebook": to_notebook,
        "text": to_text,
    }
    return printers[medium](sheet.parts(variant, solved=solved))


def form(sheet: Worksheet) -> str:
    """The empty table of answers: a row for each variant, a column for each number."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow(["pupil", "variant", *sheet.labels])
    for variant in sheet.variants:
        writer.writerow(["", variant.number, *("" for _ in sheet.labels)])
    return rows.getvalue()


def anki(sheet: Worksheet) -> str:
    """A card for each step of each variant, as Anki imports it: what is known in front, the numbers behind."""
    rows = io.StringIO()
    rows.write("#separator:tab\n#html:true\n#tags column:3\n")
    writer = csv.writer(rows, delimiter="\t", lineterminator="\n")
    for variant in sheet.variants:
        known = given(variant)
        for step in sheet.exercise.steps:
            array = np.round(variant.run.numbers[step.value], sheet.decimals) + 0.0
            asked = f"<p>\\({to_latex(step.symbol)} = {to_latex(step.formula)}\\)?</p>"
            tag = f"variant{variant.number}"
            writer.writerow([f"{known}{asked}", table(array), tag])
            known += f"<p>\\({to_latex(step.symbol)} =\\)</p>{table(array)}"
    return rows.getvalue()


def key(sheet: Worksheet, source: Mapping[str, object]) -> str:
    """The key, as JSON."""
    return json.dumps(sheet.key(source), ensure_ascii=False, indent=1) + "\n"


__all__ = ["GRADED", "SHEETS", "WHOLE", "files", "key"]
