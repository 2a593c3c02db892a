"""Worksheets for learning platforms: Moodle's cloze questions in XML, and Canvas's quizzes as text2qti reads them."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

import numpy as np

from chainrule.formula import matrix, to_latex
from chainrule.lesson.notation.names import name
from chainrule.lesson.worksheet import SheetNumbers, Worksheet
from chainrule.program import Array


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


def _cloze(sheet: Worksheet, variant: SheetNumbers) -> str:
    told = [given(variant), f"<p>Round to {sheet.decimals} decimals.</p>"]
    tolerance = 10.0**-sheet.decimals
    for step in sheet.exercise.steps:
        array = variant.run.numbers[step.value]
        cells = {
            entry: f"{{1:NUMERICAL:={float(array[entry]) + 0.0:.12g}:{tolerance:g}}}"
            for entry in np.ndindex(array.shape)
        }
        told.append(
            f"<p>\\({to_latex(step.symbol)} = {to_latex(step.formula)} =\\)</p>{table(array, cells)}"
        )
    return "\n".join(told)


def canvas(sheet: Worksheet, variant: SheetNumbers) -> str:
    """A quiz for one variant, in the Markdown of text2qti, which makes QTI of it: a numerical question a number."""
    told = [
        f"Quiz title: {sheet.exercise.title}, variant {variant.number}",
        f"Quiz description: Every number is asked for to {sheet.decimals} decimals.",
        "shuffle answers: false",
        "",
        "Text title: Given",
        "Text: "
        + ", ".join(
            f"${to_latex(name(one))} = {to_latex(matrix(array, digits=6))}$"
            for one, array in variant.given.items()
        ),
        "",
    ]
    tolerance = np.format_float_positional(10.0**-sheet.decimals)
    count = 0
    for step in sheet.exercise.steps:
        array = variant.run.numbers[step.value]
        asked = f"${to_latex(step.symbol)} = {to_latex(step.formula)}$"
        for entry in np.ndindex(array.shape):
            count += 1
            value = np.format_float_positional(float(array[entry]) + 0.0, precision=12)
            told += [
                f"Title: {step.label(entry)}",
                "Points: 1",
                f"{count}. {asked}. What is `{step.label(entry)}`?",
                f"=   {value.rstrip('.')} +- {tolerance}",
                "",
            ]
    return "\n".join(told)


def table(array: Array, cell: Mapping[tuple[int, ...], str] | None = None) -> str:
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


def given(variant: SheetNumbers) -> str:
    """What a sheet starts from, in HTML."""
    return "".join(
        f"<p>\\({to_latex(name(one))} =\\)</p>{table(array)}"
        for one, array in variant.given.items()
    )
