"""Worksheets as notebooks that grade themselves: with nbgrader's cells, and with otter-grader's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.formula import to_latex
from chainrule.lesson.printers.notebook import cell, notebook
from chainrule.lesson.worksheet import SheetNumbers, Worksheet
from chainrule.lesson.worksheet.solutions import solutions
from chainrule.lesson.worksheet.steps import WorksheetStep, size
from chainrule.program import Array

Cell = dict[str, Any]


def nbgrader(sheet: Worksheet, variant: SheetNumbers) -> str:
    """The instructor's notebook of one variant: a solution and a hidden test for every step.

    A test is passed by the right numbers, and by those that follow from a pupil's own before them.
    Source: nbgrader's cell metadata, schema version 3.
    """
    cells = [_text(_title(sheet, variant)), _code(_given(variant), _role("given"))]
    for step, formula, code, test in _questions(sheet, variant):
        solved = f"### BEGIN SOLUTION\n{code}\n### END SOLUTION"
        hidden = (
            f"{_promise(step)}\n### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"
        )
        cells += [
            _text(formula),
            _code(solved, _role(step.name, solution=True)),
            _code(hidden, _role(f"{step.name}-test", points=size(step.value))),
        ]
    return _notebook(cells)


def otter(sheet: Worksheet, variant: SheetNumbers) -> str:
    """The master notebook of one variant for ``otter assign``; its tests are those of :func:`nbgrader`.

    Source: otter-grader's format of notebook assignments.
    """
    title = f"{sheet.exercise.title}-{variant.number:02d}"
    config = f"# ASSIGNMENT CONFIG\nname: {title}\nshow_question_points: true"
    cells = [_raw(config), _text(_title(sheet, variant)), _code(_given(variant))]
    for step, formula, code, test in _questions(sheet, variant):
        cells += [
            _raw(f"# BEGIN QUESTION\nname: {step.name}\npoints: {size(step.value)}"),
            _text(formula),
            _raw("# BEGIN SOLUTION"),
            _code(f"# BEGIN SOLUTION\n{code}\n# END SOLUTION"),
            _raw("# END SOLUTION"),
            _raw("# BEGIN TESTS"),
            _code(f"# HIDDEN\n{test}"),
            _raw("# END TESTS"),
            _raw("# END QUESTION"),
        ]
    return _notebook(cells)


def _questions(
    sheet: Worksheet, variant: SheetNumbers
) -> Iterator[tuple[WorksheetStep, str, str, str]]:
    """Each step with its formula, the code that finds it, and the test of it."""
    lines = solutions(sheet.exercise)
    for step in sheet.exercise.steps:
        right = variant.run.numbers[step.value]
        told = f"${to_latex(step.symbol)} = {to_latex(step.formula)}$"
        shape = f", an array of shape {right.shape}" if right.ndim else ", a number"
        code = f"{step.name} = {lines.get(step.name, _written(right))}"
        asked = f"{told}: find `{step.name}`{shape}, in numbers or as a line of NumPy."
        yield step, asked, code, _test(sheet, step, right, lines.get(step.name))


def _test(sheet: Worksheet, step: WorksheetStep, right: Array, line: str | None) -> str:
    name, room = step.name, f"rtol=1e-6, atol={10.0**-sheet.decimals:g}"
    # a scalar in an array of one is the same number
    tests = [
        f"right_{name} = {_written(right)}",
        f"own_{name} = np.reshape({name}, np.shape(right_{name}))",
        f"is_right = np.allclose(own_{name}, right_{name}, {room})",
    ]
    if line is not None:
        tests.append(f"follows = np.allclose(own_{name}, {line}, {room})")
    either = "is_right" if line is None else "is_right or follows"
    said = f"{name} is neither right nor what follows from your numbers before it"
    return "\n".join([*tests, f'assert {either}, "{said}"'])


def _promise(step: WorksheetStep) -> str:
    return f"# {step.name} earns its points if it is right, or follows from your own numbers before it"


def _title(sheet: Worksheet, variant: SheetNumbers) -> str:
    return (
        f"# {sheet.exercise.title}: worksheet {variant.number}\n\n"
        f"Every number counts if it is right to {sheet.decimals} decimals."
    )


def _given(variant: SheetNumbers) -> str:
    lines = [f"{name} = {_written(array)}" for name, array in variant.given.items()]
    return "\n".join(["import numpy as np", "", *lines])


def _written(array: Array) -> str:
    if not array.ndim:
        return repr(array.item())
    kind = "" if array.dtype in (np.dtype(float), np.dtype(int)) else array.dtype
    return f"np.array({array.tolist()}{f', dtype=np.{kind}' if kind else ''})"


def _role(called: str, *, solution: bool = False, points: int = 0) -> Cell:
    """What nbgrader takes a cell for."""
    role = {
        "grade": points > 0,
        "grade_id": called,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return {"nbgrader": role | ({"points": points} if points else {})}


def _code(source: str, metadata: Cell | None = None) -> Cell:
    return cell("code", source, "", metadata)


def _text(source: str) -> Cell:
    return cell("markdown", source, "")


def _raw(source: str) -> Cell:
    return cell("raw", source, "")


def _notebook(cells: list[Cell]) -> str:
    return notebook([one | {"id": f"cell-{at}"} for at, one in enumerate(cells)])
