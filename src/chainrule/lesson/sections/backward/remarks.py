"""What is to be said of these very numbers: this label, this unit, this convention."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule.formula import chain, entry, infix, number
from chainrule.lesson.analysis.plot import Link, Stop, Way
from chainrule.lesson.notation.names import gradient_of, name, numbers
from chainrule.lesson.notation.slopes import expression, for_label, slope
from chainrule.lesson.parts import Formula, Note, Part, Row
from chainrule.lesson.sections.backward.given import StepTelling, plain
from chainrule.lesson.sections.words import caution_of
from chainrule.program import Value
from chainrule.program.conversions import as_float, as_floats


def special(given: StepTelling, stop: Stop) -> Iterator[Part]:
    """The gradient for this very label, where the label is 0 or 1 throughout."""
    for way in stop.ways:
        label = _label(given, way)
        if label is None or not plain(stop, way) or way.end.name != given.loss:
            continue
        line, position = way.links[0].line, way.links[0].contribution.position
        of, value = label
        found = for_label(given.story.study.literal.forward, line, position, of, value)
        general = expression(
            found,
            given.story.literal.writer.names,
            given.story.literal.writer.producer,
        )
        left = gradient_of(stop.name, given.loss)
        put = expression(
            found,
            {
                v: numbers(found.run.numbers[v])
                for v in given.story.literal.writer.names
                if v in found.run.numbers
            },
        )
        result = number(as_float(given.story.study.gradients[stop.name]))
        labelled = infix(name(of.name or ""), "=", number(value))
        yield Formula(
            (
                Row(
                    "",
                    left,
                    right=chain(general, put, result),
                    reason=("for this ", labelled),
                ),
            )
        )


def _label(given: StepTelling, way: Way) -> tuple[Value, float] | None:
    if not way.direct:
        return None
    for arg in way.links[0].line.args:
        if isinstance(arg, Value) and arg.name and given.roles.role(arg.name) == "data":
            array = given.story.study.values[arg.name]
            if array.size == 1 and as_float(array) in (0.0, 1.0):
                return arg, as_float(array)
    return None


def remarks(given: StepTelling, stop: Stop) -> Iterator[Part]:
    """The conventions a step rests on, and the units through which nothing flows."""
    for way in stop.ways:
        for link in way.links:
            caution = caution_of(link.line)
            if caution:
                yield Note((f"{link.line.op.title}: {caution}.",))
            yield from _off(given, stop, link)


def _off(given: StepTelling, stop: Stop, link: Link) -> Iterator[Part]:
    """The units of a small network through which nothing flows."""
    line = link.line
    array = given.story.study.values.get(stop.name)
    entering = line.args[link.contribution.position]
    if (
        line.op.kind != "activation"
        or entering is not stop.value
        or array is None
        or array.size > 8
        or given.run_of([line]) is None
    ):
        return
    found = (
        slope(given.story.study.literal.forward, [(line, link.contribution.position)])
        if line.op.elementwise
        else None
    )
    if found is None or not isinstance(found.of, Value):
        return
    slopes = np.broadcast_to(as_floats(found.run.numbers[found.of]), array.shape)
    for at in np.ndindex(array.shape):
        if slopes[at] != 0:
            continue
        shown = at[:-1] if len(at) == 2 and array.shape[1] == 1 else at
        unit = entry(name(stop.name), *shown) if shown else name(stop.name)
        value = as_float(array[at])
        side = "≤" if value <= 0 else "≥"
        yield Note(
            (
                chain(unit, number(value)),
                f" {side} 0: this unit is off, nothing flows back through it."
                if value <= 0
                else ": the slope is 0 here, nothing flows back.",
            ),
            asked=f"d{stop.name}[{', '.join(map(str, at))}]" if at else f"d{stop.name}",
        )
