"""The end of a lesson: everything found in one table, and the conventions it rests on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule import ops
from chainrule.formula import Node
from chainrule.lesson.analysis.folding import Folding
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.analysis.roles import Roles
from chainrule.lesson.notation.names import name, numbers
from chainrule.lesson.parts import Cell, Heading, Note, Part, Prose, Table
from chainrule.lesson.sections.update import NORMS, norms
from chainrule.lesson.sections.words import caution_of, joined
from chainrule.lesson.summary import is_small, summarise
from chainrule.program import Array
from chainrule.program.conversions import as_float
from chainrule.program.program import arg_shape
from chainrule.program.run import resolve

MOST_BESIDE = 5
"""How many columns three arrays may have that stand side by side."""


def ending(story: Story, roles: Roles, folding: Folding) -> Iterator[Part]:
    """Section 7."""
    study = story.study
    yield Heading("Results", 2, "results")
    before = study.moments[study.step - 1].parameters
    if study.literal.repeated:
        yield Table(NORMS, tuple(norms(story, one, before[one]) for one in study.parameters[: folding.most]))  # fmt: skip
        yield from _conventions_used(story, roles)
        return
    rows: list[tuple[Cell, ...]] = [
        (
            name(one),
            *map(_cell, (before[one], study.gradients[one], study.updated[one])),
        )
        for one in study.parameters[: folding.most]
    ]
    rows.append((name(study.loss_name), study.loss, "", study.loss_after))
    yield Table(("", "before", "gradient", "after"), tuple(rows))
    yield from _conventions_used(story, roles)


def _conventions_used(story: Story, roles: Roles) -> Iterator[Part]:
    yield Heading("Conventions used", 3, "conventions")
    for said in dict.fromkeys(_conventions(story, roles)):
        yield Note((said,))
    yield Prose(
        ("Numbers are printed with four decimals and computed with all of them.",)
    )


def _cell(array: Array) -> Node | str:
    """An array that stands beside two more of its size."""
    narrow = array.ndim == 0 or array.shape[-1] <= MOST_BESIDE
    return numbers(array) if narrow and is_small(array) else summarise(array)


def _conventions(story: Story, roles: Roles) -> Iterator[str]:
    study = story.study
    # conventions are those of slopes: one is used where a gradient comes back through the line
    used = {
        one.line.result for step in study.literal.steps for one in step.contributions
    }
    for line in study.literal.forward.program.lines:
        caution = caution_of(line)
        if caution and line.result in used:
            yield f"{line.op.title}: {caution}."
    yield from _reduced(story)
    data = [
        v.name
        for v in study.literal.forward.program.inputs
        if v.name and roles.role(v.name) == "data"
    ]
    floats = joined(list(study.parameters[:12]))
    kept = (
        f"; {joined(data[:12])} {'is' if len(data) == 1 else 'are'} data and stay{'s' if len(data) == 1 else ''} as given"
        if data
        else ""
    )
    yield f"{floats} {'is' if len(study.parameters) == 1 else 'are'} updated{kept}."
    if study.optimizer.state:
        yield "Every parameter is updated from gradients taken at the same point, before any of them moves."


def _reduced(story: Story) -> Iterator[str]:
    """Mean or sum: how many numbers became one loss, where only factors stand between."""
    writer, factor = story.literal.writer, 1.0
    moving = {step.value for step in story.study.literal.steps}
    line = writer.producer.get(story.study.literal.loss)
    while line is not None:
        entering = [one for one in line.args if one in moving]
        if len(entering) != 1:
            return
        (value,) = entering
        count = int(np.prod(arg_shape(value)))
        if line.op in (ops.mean, ops.sum) and count > 1:
            yield from _told_of(count, abs(factor), mean=line.op is ops.mean)
            return
        if line.op in (ops.multiply, ops.divide) and (
            line.op is ops.multiply or value is line.args[0]
        ):
            other = resolve(line.args[value is line.args[0]], writer.run.numbers)
            by = as_float(other) if np.size(other) == 1 else 0.0
            factor = factor / by if line.op is ops.divide and by else factor * by
        elif line.op not in (ops.negative, ops.sum, ops.mean):
            return
        line = writer.producer.get(value)


def _told_of(count: int, factor: float, *, mean: bool) -> Iterator[str]:
    parts = round(1 / factor) if factor else 0
    if mean:
        yield f"The loss is a mean over {count} numbers, so each enters with the weight 1/{count}; with a sum, every gradient would be {count} times as large."
    elif parts > 1 and np.isclose(factor * parts, 1):
        yield f"The loss adds up {count} numbers and divides by {parts}; without the division, every gradient would be {parts} times as large."
    elif factor == 1:
        yield f"The loss adds up {count} numbers; with a mean, every gradient would be {count} times smaller."
