"""The rule of a step, and the local derivative it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from chainrule import ops
from chainrule.derive.unbroadcast import served
from chainrule.formula import Node, derivative, marked, sequence
from chainrule.formula.moving import alike
from chainrule.lesson.analysis.plot import Link, Stop, Way
from chainrule.lesson.notation.names import fits, name
from chainrule.lesson.notation.slopes import Slope, expression, reason, slope
from chainrule.lesson.notation.writer import Writer
from chainrule.lesson.notation.written import hands_over
from chainrule.lesson.parts import Formula, Part, Row, Spans
from chainrule.lesson.proofs.convolutions import convolution_slope
from chainrule.lesson.proofs.products import product_slope
from chainrule.lesson.sections.backward.given import StepTelling, plain, slope_numbers
from chainrule.lesson.sections.words import times
from chainrule.program import Run, Value


def _kind(way: Way) -> object:
    """What makes two ways alike: the same operations are told of them, used at the same place."""
    return tuple(
        (link.line.op, 0 if _hands_on(link) else link.contribution.position)
        for link in _told(way)
    )


def rules(given: StepTelling, stop: Stop) -> Iterator[Part]:
    """Each way by which the loss is reached: in words, then as a local derivative."""
    rows: list[Row] = []
    if len(stop.ways) > 1:
        rows.append(
            Row(
                "rule",
                reason=(
                    name(stop.name),
                    f" is used {times(len(stop.ways))}; each use sends a gradient back, and they add up",
                ),
            )
        )
    told: dict[object, list[Way]] = {}
    shared: dict[str | None, list[Way]] = {}
    for way in stop.ways:
        told.setdefault(_kind(way), []).append(way)
        shared.setdefault(way.end.name, []).append(way)
    for way, *others in told.values():
        lead: Spans = (
            ("in ", name(way.end.name or ""), ": ") if len(stop.ways) > 1 else ()
        )
        said = dict.fromkeys(filter(None, (_said(given, link) for link in _told(way))))
        rows += [Row("rule", reason=(*lead, one)) for one in said]
        if others:
            ends = sequence(*(name(other.end.name or "") for other in others))
            rows.append(Row("rule", reason=("in ", ends, ": in the same way")))
        ways = shared[way.end.name]
        if way is ways[-1]:
            # of what is used twice in one line the slope is what both uses have together
            rows += _locals(given, stop, ways)
    yield Formula(tuple(rows))


def _told(way: Way) -> list[Link]:
    """The links from the loss on; of a sum within a sum only the inner one, since both hand on what they get."""
    links = [one for one in reversed(way.links) if not hands_over(one.line)]
    sums = [*map(_hands_on, links), False]
    return [
        link
        for link, (is_sum, is_next) in zip(links, pairwise(sums), strict=True)
        if not (is_sum and is_next)
    ]


def _hands_on(link: Link) -> bool:
    return link.line.op is ops.add and "add up" not in link.contribution.why


def _said(given: StepTelling, link: Link) -> str:
    """The reason of a link in the reader's names, with what un-broadcasting adds to it."""
    contribution = link.contribution
    writer = given.story.literal.writer
    said = reason(link.line, contribution.position, writer.said)
    if "so the gradients of all of them add up" in contribution.why:
        arg = link.line.args[contribution.position]
        what = writer.said(arg) if isinstance(arg, Value) else "it"
        result = link.line.result
        each = served(result.shape, arg) if isinstance(arg, Value) else "entry"
        said += f"; {what} is used for every {each} of {writer.said(result)}, so their gradients add up"
    return said


def _locals(given: StepTelling, stop: Stop, ways: Sequence[Way]) -> list[Row]:
    """The local derivative along the ways from one end: one number an entry, or the other factor of a product."""
    links = [
        [(link.line, link.contribution.position) for link in reversed(way.links)]
        for way in ways
    ]
    end, here = name(ways[0].end.name or ""), name(stop.name)
    if all(plain(stop, way) for way in ways):
        if ways[0].end.name == given.loss:
            return []
        run = given.run_of([line for one in links for line, _ in one])
        if run is None:
            return []
        found = slope(run, *links)
        left = derivative(end, here)
        literal = given.story.literal.writer
        shown = expression(found, literal.names, literal.producer)
        rows = [Row("local", left, right=marked(shown, None, "local"))]
        if run is given.story.study.literal.forward:
            rows += _slope_rows(given, found, shown)
        return rows
    if len(ways) > 1:
        return []
    *outer, (line, position) = links[0]
    slopes = {ops.matmul: product_slope, ops.convolution: convolution_slope}
    if line.op in slopes and all(
        one.op is ops.add or (one.op is ops.subtract and p == 0) for one, p in outer
    ):
        letters = given.story.literal.writer.letters
        found_row = slopes[line.op](line, position, end, here, letters)
        return [found_row] if found_row is not None else []
    return []


def _slope_rows(given: StepTelling, found: Slope, shown: Node) -> Iterator[Row]:
    """A slope with its numbers put in, and what it comes to."""
    result = slope_numbers(found)
    if result is None or not isinstance(found.of, Value) or not given.detailed:
        return
    literal = given.story.literal.writer
    whole = Run(found.run.program, {**literal.run.numbers, **found.run.numbers})
    writer = Writer(whole, literal.names, literal.kinds, literal.producer)
    told = [shown]
    put_in = writer.stages(found.of) if found.of in writer.producer else []
    for node in (*put_in[:1], result):
        if not any(alike(node, one) for one in told) and fits(node):
            told.append(node)
            yield Row(right=node)
