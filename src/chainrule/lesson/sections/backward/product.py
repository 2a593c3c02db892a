"""The gradient as upstream times local: in symbols, then in numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule import ops
from chainrule.formula import Node, derivative, infix
from chainrule.lesson.analysis.plot import Shown, Stop, Telling, Way
from chainrule.lesson.notation.names import fits, gradient_of, name, numbers
from chainrule.lesson.notation.slopes import slope
from chainrule.lesson.notation.turns import LAST, OVER_TURNS, of_a_turn
from chainrule.lesson.parts import Row, Spans
from chainrule.lesson.sections.backward.given import StepTelling, plain, slope_numbers
from chainrule.lesson.sections.stages import stages, too_wide
from chainrule.lesson.summary import is_small
from chainrule.program import Value


def products(
    given: StepTelling, telling: Telling, stop: Stop, view: Shown
) -> Iterator[Row]:
    """The gradient as upstream times local: in symbols, then in the numbers of ``view``."""
    writer = telling.writer
    mine = telling.stops[stop.name]
    view = telling.view_like(view)
    left = gradient_of(stop.name, given.loss, "result")
    if mine.gradient not in writer.producer:
        yield Row("symbols", left, right=telling.written(mine))
        return
    if writer.producer[mine.gradient].op is LAST:
        yield Row("symbols", left, right=writer.written(mine.gradient))
        return
    if writer.producer[mine.gradient].op is OVER_TURNS:
        yield Row("symbols", left, right=writer.written(mine.gradient))
        yield from _shares(given, telling, mine)
        return
    if (
        len(mine.ways) == 1
        and plain(stop, mine.ways[0])
        and mine.ways[0].end.name != given.loss
        and mine.ways[0].end.name in telling.stops
    ):
        end = mine.ways[0].end.name or ""
        upstream = gradient_of(end, given.loss, "upstream")
        sign = (
            "·"
            if stop.value.shape == () or int(np.prod(stop.value.shape)) == 1
            else "⊙"
        )
        yield Row(
            "symbols",
            left,
            right=infix(upstream, sign, derivative(name(end), name(stop.name))),
        )
        yield Row(right=writer.written(mine.gradient))
        through = telling.derived.gradients[mine.ways[0].end]
        if writer.written(mine.gradient) == writer.symbol(through):
            return
        yield from _product_numbers(given, telling, mine, sign, view)
        return
    else:
        yield Row(
            "symbols",
            left,
            right=writer.written(mine.gradient),
            reason=_batch(given, mine),
        )
    if not given.detailed or writer.is_same(mine.gradient):
        return
    yield from in_turn(given, mine, view)
    if telling is given.story.literal and given.story.is_fused(stop):
        yield from _literal_result(telling, mine)


NO_TURN_AFTER = "no turn comes after the last"


def further_on(given: StepTelling, way: Way) -> bool:
    """Whether a way goes through a turn further on."""
    end = way.end.name or ""
    return of_a_turn(end) and end not in given.story.lines


def in_turn(
    given: StepTelling, stop: Stop, view: Shown, most: int | None = None
) -> Iterator[Row]:
    """The gradient with the numbers of one turn put in."""
    if not view.at:
        yield from stages(view.writer, stop.gradient, most=most)
    elif stop.gradient in view.writer.producer:
        writer, label = view.writer, view.label
        left: Node | None = gradient_of(view.called(stop.name), given.loss, "result")
        if view.last and any(further_on(given, way) for way in stop.ways):
            # with nothing from above the numbers say little: another turn has them
            last = writer.written(stop.gradient)
            yield Row(label, left, right=last, reason=(NO_TURN_AFTER,))
            return
        yield from stages(writer, stop.gradient, most=most, label=label, left=left)


def _shares(given: StepTelling, telling: Telling, stop: Stop) -> Iterator[Row]:
    """What one turn adds to a sum over all of them."""
    share = telling.writer.producer[stop.gradient].args[-1]
    for view in telling.shown[:1] if given.detailed else ():
        if not isinstance(share, Value) or share not in view.writer.run.numbers:
            continue
        left = view.writer.symbol(share)
        array = view.writer.run.numbers[share]
        if is_small(array) and fits(left):
            result = numbers(array, None, "local")
            yield Row(view.label, left, right=result, reason=("what this turn adds",))


def _literal_result(telling: Telling, stop: Stop) -> Iterator[Row]:
    """What the literal product comes to, before a textbook's form is set beside it."""
    array = telling.derived.run.numbers[stop.gradient]
    if is_small(array):
        yield Row(right=numbers(array, f"d{stop.name}", "result"))


def _product_numbers(
    given: StepTelling, telling: Telling, stop: Stop, sign: str, view: Shown
) -> Iterator[Row]:
    """Upstream times local, in numbers."""
    (way,) = stop.ways
    upstream = telling.derived.run.numbers[telling.stops[way.end.name or ""].gradient]
    links = [(link.line, link.contribution.position) for link in reversed(way.links)]
    local = slope_numbers(slope(telling.derived.forward, links))
    if local is None or not is_small(upstream) or not given.detailed:
        return
    put_in = infix(numbers(upstream, f"d{way.end.name}", "upstream"), sign, local)
    left = (
        gradient_of(view.called(stop.name), given.loss, "result") if view.at else None
    )
    if fits(put_in):
        yield Row(view.label, left, right=put_in)
    else:
        yield Row(view.label, reason=(too_wide(put_in),))
    if telling is given.story.literal and given.story.is_fused(stop):
        yield from _literal_result(telling, stop)


def _batch(given: StepTelling, stop: Stop) -> Spans:
    """What a product of matrices adds up besides."""
    if len(stop.ways) != 1:
        return ()
    link = stop.ways[0].links[0]
    line, position = link.line, link.contribution.position
    if line.op is not ops.matmul or stop.value.ndim != 2:
        return ()
    other = line.args[1 - position]
    if not isinstance(other, Value) or other.ndim != 2:
        return ()
    length, what = (
        (other.shape[0], "rows") if position == 1 else (other.shape[1], "columns")
    )
    if length == 1 or not stop.parameter:
        return ()
    return (
        f"the product adds up over the {length} {what} of ",
        given.story.literal.writer.symbol(other),
    )
