"""The backward pass told step by step: the rule, its slope, what comes from above, their product, why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule.derive.idioms import Idiom
from chainrule.formula import Node, Operator, derivative, infix, number, sequence
from chainrule.formula.moving import alike
from chainrule.lesson.analysis.folding import Folding
from chainrule.lesson.analysis.listing import Listing
from chainrule.lesson.analysis.plot import Shown, Stop, Story
from chainrule.lesson.analysis.roles import Roles
from chainrule.lesson.notation.names import gradient_of, name, numbers
from chainrule.lesson.parts import (
    Cell,
    Chain,
    Formula,
    Heading,
    Numbers,
    Part,
    Prose,
    Row,
    Table,
)
from chainrule.lesson.sections.backward.given import StepTelling
from chainrule.lesson.sections.backward.product import further_on, in_turn, products
from chainrule.lesson.sections.backward.remarks import remarks, special
from chainrule.lesson.sections.backward.rules import rules
from chainrule.lesson.sections.backward.textbook import cancelling, textbook
from chainrule.lesson.sections.backward.whys import whys
from chainrule.lesson.sections.turns import turns_backward
from chainrule.lesson.sections.words import place_of
from chainrule.lesson.summary import is_small
from chainrule.program import Op
from chainrule.program.conversions import as_float

WALK = (
    "We walk from the loss back. At each step one gradient comes from above, the line itself has a slope (its "
    "local derivative), and their product is the gradient of what entered the line. It starts with "
)


class Backward:
    """Section 4: one step for every gradient, from the loss back."""

    def __init__(
        self, story: Story, roles: Roles, listing: Listing, *, detailed: bool
    ) -> None:
        self.given = StepTelling(story, roles, listing, detailed)
        self.story, self.loss = story, self.given.loss
        self.proved: set[tuple[Op, int]] = set()
        self.cancelled: set[Idiom] = set()

    def parts(self, folding: Folding) -> Iterator[Part]:
        """Every step in order; steps like one told before are gathered in a table."""
        stops = self.story.order
        yield Heading("Backward pass", 2, "backward")
        yield Prose(
            (
                WALK,
                infix(derivative(name(self.loss), name(self.loss)), "=", number(1)),
                ": the loss moves one for one with itself.",
            )
        )
        yield from turns_backward(self.story)
        for position, stop in enumerate(stops, 1):
            like = folding.like.get(stop.name)
            if like is None:
                yield from self.step(stop, position, len(stops))
        repeated = [stop for stop in stops if stop.name in folding.like]
        if repeated:
            yield from self._repeated(repeated, folding)

    def table(self, folding: Folding) -> Iterator[Part]:
        """Every gradient in one table: the network seen from far."""
        yield Heading("Backward pass", 2, "backward")
        yield Prose(("Every gradient by the chain rule, from the loss back.",))
        stops = self.story.order[: folding.most]
        yield Table(
            ("gradient", "is", "shape", "norm"),
            tuple(self._summary(stop) for stop in stops),
        )
        left = len(self.story.order) - len(stops)
        if left > 0:
            yield Prose((f"… and {left} more.",))

    def _summary(self, stop: Stop) -> tuple[Cell, ...]:
        telling = self.given.telling(stop)
        mine = telling.stops[stop.name]
        array = telling.derived.run.numbers[mine.gradient]
        return (
            gradient_of(stop.name, self.loss),
            telling.written(mine),
            str(stop.value.shape),
            as_float(np.linalg.norm(array)),
        )

    def _repeated(self, stops: list[Stop], folding: Folding) -> Iterator[Part]:
        yield Heading(f"The same, {folding.within}", 3, "backward-repeated")
        turn = next((one.label for one in self.story.textbook.shown if one.at), "")
        of_turn = f" Where one is of every turn, its norm is that of {turn}."
        yield Prose(
            (
                "These gradients are found exactly as the ones named beside them; only names and shapes differ."
                + (of_turn if turn else ""),
            )
        )
        rows = [
            (*self._summary(stop), gradient_of(folding.like[stop.name], self.loss))
            for stop in stops[: folding.most]
        ]
        yield Table(("gradient", "is", "shape", "norm", "as for"), tuple(rows))
        left = len(stops) - len(rows)
        if left > 0:
            yield Prose((f"… and {left} more of the same kind.",))

    def step(self, stop: Stop, position: int, count: int) -> Iterator[Part]:
        """One gradient."""
        yield self._head(stop, position, count)
        if not stop.ways:
            yield Prose(
                (
                    f"The loss does not depend on {stop.name}, so its gradient is 0 everywhere.",
                )
            )
        else:
            yield from rules(self.given, stop)
        fused = self.story.is_fused(stop)
        told = self.given.telling(stop).stops[stop.name]
        views = self.given.telling(stop).views(told.value, late_first=True)
        first, *others = views
        rows = list(products(self.given, self.story.literal, stop, first))
        yield Formula(tuple(rows) if fused else self._unlike_result(rows, stop, first))
        if fused:
            yield from textbook(self.given, stop, first)
        yield self._result(stop, first)
        recurs = any(further_on(self.given, way) for way in stop.ways)
        for view in others:
            if recurs:
                rows = list(in_turn(self.given, told, view, 1))
                yield Formula(self._unlike_result(rows, stop, view))
            yield self._result(stop, view)
        if fused:
            yield from cancelling(self.given, stop, self.cancelled)
        yield from special(self.given, stop)
        yield from remarks(self.given, stop)
        if self.given.detailed:
            yield from whys(self.given, stop, self.proved)

    def _unlike_result(
        self, rows: list[Row], stop: Stop, view: Shown
    ) -> tuple[Row, ...]:
        """The rows without a last one that is nothing but the numbers of the result, which follow."""
        told = self.given.telling(stop).stops[stop.name]
        array = view.writer.run.numbers[told.gradient]
        if len(rows) < 2:
            return tuple(rows)
        last = rows[-1]
        bare = last.left is None and not (last.label or last.reason)
        if bare and last.right is not None and is_small(array):
            result = numbers(array, f"d{view.called(stop.name)}", "result")
            if alike(last.right, result):
                return tuple(rows[:-1])
        return tuple(rows)

    def _head(self, stop: Stop, position: int, count: int) -> Chain:
        path = self.story.path(stop)
        links: list[Node] = [name(one) for one in path]
        if len(links) > 9:
            links = [*links[:3], Operator("…", "ellipsis"), *links[-4:]]
        current = len(links) - 1
        following = self.story.next_stops.get(stop.name, [])
        if following:
            links.append(sequence(*(name(one) for one in following[:6])))
        sources = [place_of(self.story, way.end.name or "") for way in stop.ways]
        places = dict.fromkeys(place for place in sources if place is not None)
        return Chain(
            tuple(links),
            current,
            "Backward",
            (position, count),
            gradient_of(stop.name, self.loss),
            (self.given.roles.meaning(stop.name),),
            tuple(places)[:4],
            f"gradient-{stop.name}",
        )

    def _result(self, stop: Stop, view: Shown) -> Numbers:
        telling = self.given.telling(stop)
        array = view.writer.run.numbers[telling.stops[stop.name].gradient]
        called = view.called(stop.name)
        shape = (
            f"shape {stop.value.shape}, as "
            if stop.value.shape
            else "a single number, as "
        )
        return Numbers(
            f"d{called}",
            gradient_of(called, self.loss),
            array + 0.0,
            "result",
            (shape, name(called)),
            self.given.listing.statement(f"d{stop.name}"),
        )
