"""Worksheets in files: those a lesson has, Moodle's cloze questions, Anki's cards, and the empty table of answers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

import numpy as np

from chainrule.formula import to_latex
from chainrule.lesson.notation.names import name
from chainrule.lesson.worksheet import Variant, Worksheet
from chainrule.program import Array

SHEETS = ("latex", "html", "markdown", "notebook", "text")
"""Media of which every variant is a file of its own."""
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
        for variant in sheet.variants:
            for solved, stem in ((False, "sheet"), (True, "answers")):
                text = _printed(medium, sheet, variant, solved=solved)
                yield f"{stem}-{variant.number:02d}.{ending}", text
    yield "answers.csv", form(sheet)


def _printed(medium: str, sheet: Worksheet, variant: Variant, *, solved: bool) -> str:
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


def _table(array: Array, cell: Mapping[tuple[int, ...], str] | None = None) -> str:
    """An array as a table of HTML."""
    if array.ndim == 0:
        return cell[()] if cell else f"{array.item():g}"
    flat = array.reshape(-1, array.shape[-1])
    shape = array.shape
    rows = []
    for at, row in enumerate(flat):
        before = np.unravel_index(at, shape[:-1]) if len(shape) > 1 else ()
        cells = (
            cell[(*map(int, before), column)] if cell else f"{one:g}"
            for column, one in enumerate(row)
        )
        rows.append("<tr>" + "".join(f"<td>{one}</td>" for one in cells) + "</tr>")
    return f"<table>{''.join(rows)}</table>"


def _given(variant: Variant) -> str:
    return "".join(
        f"<p>\\({to_latex(name(one))} =\\)</p>{_table(array)}"
        for one, array in variant.given.items()
    )


def moodle(sheet: Worksheet) -> str:
    """A cloze question for each variant, in Moodle's XML: every number a NUMERICAL field with its tolerance."""
    quiz = ET.Element("quiz")
    for variant in sheet.variants:
        question = ET.SubElement(quiz, "question", type="cloze")
        title = ET.SubElement(question, "name")
        ET.SubElement(
            title, "text"
        ).text = f"{sheet.exercise.title}, variant {variant.number}"
        body = ET.SubElement(question, "questiontext", format="html")
        ET.SubElement(body, "text").text = _cloze(sheet, variant)
    ET.indent(quiz)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(quiz, encoding="unicode")}\n'


def _cloze(sheet: Worksheet, variant: Variant) -> str:
    told = [_given(variant), f"<p>Round to {sheet.decimals} decimals.</p>"]
    tolerance = 10.0**-sheet.decimals
    for step in sheet.exercise.steps:
        array = variant.run.numbers[step.value]
        cells = {
            entry: f"{{1:NUMERICAL:={float(array[entry]) + 0.0:.12g}:{tolerance:g}}}"
            for entry in np.ndindex(array.shape)
        }
        told.append(
            f"<p>\\({to_latex(step.symbol)} = {to_latex(step.formula)} =\\)</p>{_table(array, cells)}"
        )
    return "\n".join(told)


def anki(sheet: Worksheet) -> str:
    """A card for each step of each variant, as Anki imports it: what is known in front, the numbers behind."""
    rows = io.StringIO()
    rows.write("#separator:tab\n#html:true\n#tags column:3\n")
    writer = csv.writer(rows, delimiter="\t", lineterminator="\n")
    for variant in sheet.variants:
        known = _given(variant)
        for step in sheet.exercise.steps:
            array = np.round(variant.run.numbers[step.value], sheet.decimals) + 0.0
            asked = f"<p>\\({to_latex(step.symbol)} = {to_latex(step.formula)}\\)?</p>"
            tag = f"variant{variant.number}"
            writer.writerow([f"{known}{asked}", _table(array), tag])
            known += f"<p>\\({to_latex(step.symbol)} =\\)</p>{_table(array)}"
    return rows.getvalue()


def key(sheet: Worksheet, source: Mapping[str, object]) -> str:
    """The key, as JSON."""
    return json.dumps(sheet.key(source), ensure_ascii=False, indent=1) + "\n"


__all__ = ["SHEETS", "WHOLE", "files", "key"]
