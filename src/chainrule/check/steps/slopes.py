"""A slope computed by hand that is none: a derivative function that returns something else.

It is no gradient, so that no true value stands beside it; but what a right gradient is multiplied by, to be the
gradient of what goes in, is the one gradient over the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule import ops
from chainrule.check.steps.correction import Correction
from chainrule.check.steps.edits.record import Edit, Operand
from chainrule.check.steps.look import Look
from chainrule.check.steps.oracle import Oracle
from chainrule.check.steps.sites import Site
from chainrule.check.steps.tape import Compute, Numbers
from chainrule.check.steps.words import Words
from chainrule.program import Array, Value
from chainrule.program.program import concrete

if TYPE_CHECKING:
    from chainrule.check.steps.search import Search

SAID = "{old} is not the derivative of {of} by {by}."


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """An expression that stands where the slope of ``y`` by ``x`` belongs, and how that is computed in each execution."""

    site: Site
    x: Value
    y: Value
    replaced: dict[int, Compute]

    def goal(self, search: Search) -> Oracle | None:
        """What it is to be; None if that heals nothing or breaks what is right."""
        bench, places = search.bench, tuple(self.replaced)
        healed = bench.survivors(search.wrong, places, lambda _: self.replaced)
        if not healed or bench.breaks(search.right, places, lambda _: self.replaced):
            return None
        targets = [
            [self.replaced[place](numbers) for place in places]
            for numbers in bench.numbers
        ]
        of = (self.x,) * len(places)
        return Oracle(self.site.statement, places, of, 1.0, targets, tuple(healed))

    def edits(self, search: Search, look: Look, **words: Any) -> Iterator[Edit]:
        """The slope as it is derived, of what the function is given: by whichever of its names."""
        origin = search.bends.origin
        named: dict[int, Operand] = {}
        for name in (*look.arrays, *look.names):
            if isinstance(name.first, Value):
                named.setdefault(search.bench.tape.at[origin(name.first)], name)
        given = named.pop(search.bench.tape.at[origin(self.x)], None)
        if given is not None:
            derived = partial(_derived, search, self.x, self.y, tuple(named))
            operands = (given, *named.values())
            yield look.edit("wrong derivative", SAID, derived, *operands, **words)

    def unwritten(self, **words: Any) -> Edit:
        """What is to be said of it, if it has no text."""
        return Edit(self.site, "wrong derivative", SAID, _unknown, (), words=words)


def _unknown(*_: Any) -> Any:
    message = "what it should be has no text"
    raise ValueError(message)


def _derived(
    search: Search, x: Value, y: Value, at: Sequence[int], given: Any, *others: Any
) -> Any:
    """The slope of ``y`` by ``x`` where ``x`` is ``given``, by the lines that were derived; ``others`` stand ``at`` places."""
    tape, bends = search.bench.tape, search.bends
    dx, dy = (tape.at[search.finals.truths.gradient(one)] for one in (x, y))
    held: dict[int, Any] = {tape.at[bends.origin(x)]: given, dy: 1.0}
    numbers = search.bench.numbers[0]
    for place, other in zip(at, others, strict=True):
        if np.size(numbers[place]) == 1:
            held.setdefault(place, other)
    moving = {*held, *tape.downstream(held)}

    def computed(place: int) -> Any:
        if place not in held:
            line, number = tape.line(place), numbers[place]
            if place not in moving and np.size(number) == 1:
                held[place] = float(np.ravel(number)[0])
            elif place not in moving or line is None:
                _unknown()
            else:
                args = [
                    computed(tape.at[one]) if isinstance(one, Value) else one
                    for one in line.args
                ]
                held[place] = line.op(*args, **concrete(line.params))
        return held[place]

    return computed(dx)


def wrong_slopes(search: Search, firsts: Sequence[tuple[Site, int]]) -> Iterator[Slope]:
    """What is multiplied by a right gradient to give a first wrong value, and is computed in a function of its own."""
    for site, place in firsts:
        for factor, y in _factors(search, place):
            made = search.sites.of_place.get(factor)
            if made is None or made.statement.function == site.statement.function:
                continue
            for x in _entering(search, y):
                replaced = dict(_computed(search, site, made, x, y))
                if replaced:
                    yield Slope(made, x, y, replaced)


def _factors(search: Search, place: int) -> Iterator[tuple[int, Value]]:
    """What stands in a product beside a right gradient, and of what that is the gradient."""
    tape, evidence = search.bench.tape, search.finals.evidence
    line = tape.line(place)
    if line is None or line.op is not ops.multiply:
        return
    for one, other in (line.args, line.args[::-1]):
        if not isinstance(one, Value) or not isinstance(other, Value):
            continue
        factor = _first_name(search, tape.at[other])
        if factor in evidence.judged or factor in evidence.behind_loss:
            continue
        for match in search.matches(tape.at[one]):
            if match.factor > 0:
                yield factor, match.of


def _first_name(search: Search, place: int) -> int:
    """Where a value was computed that was given other names since."""
    tape = search.bench.tape
    line = tape.line(place)
    while line is not None and line.op is ops.identity:
        (place,) = (tape.at[value] for value in line.reads())
        line = tape.line(place)
    return place


def _entering(search: Search, y: Value) -> Iterator[Value]:
    """What ``y`` is computed from entry by entry, nearest first."""
    tape, truths = search.bench.tape, search.finals.truths.of
    for place in search.bends.cuts(tape.at[search.bends.origin(y)]):
        if tape.values[place] in truths:
            yield tape.values[place]


def _computed(
    search: Search, site: Site, made: Site, x: Value, y: Value
) -> Iterator[tuple[int, Compute]]:
    """The slope in each execution that a right gradient is multiplied by: of the same two expressions."""
    recording, tape = search.finals.evidence.recording, search.bench.tape
    truths = search.finals.truths
    inside = {run.result for run in made.runs}
    for run in site.runs:
        for factor, of in _factors(search, run.result):
            if factor not in inside or recording.place(of) != recording.place(y):
                continue
            for by in _entering(search, of):
                if recording.place(by) == recording.place(x):
                    gradients = truths.gradient(by), truths.gradient(of)
                    dx, dy = (tape.at[one] for one in gradients)
                    yield factor, _ratio(dx, dy, tape.calls[factor])
                    break


def _ratio(dx: int, dy: int, written: Any) -> Compute:
    def computed(numbers: Numbers) -> Array:
        top, below = numbers[dx], numbers[dy]
        if top is None or below is None:
            message = "no gradient here"
            raise ValueError(message)
        # where nothing arrives, nothing is known of the slope
        known = below != 0
        return np.asarray(
            np.where(known, top / np.where(known, below, 1.0), written(numbers))
        )

    return computed


def slope_mended(
    search: Search, firsts: Sequence[tuple[Site, int]]
) -> Correction | None:
    """A derivative function made to return the slope: by an edit, by the slope as it is derived, else in words alone."""
    for slope in wrong_slopes(search, firsts):
        goal = slope.goal(search)
        if goal is None:
            continue
        statement = slope.site.statement
        found, _ = search.most(search.singles([statement], {statement: goal}))
        if found is not None and len(found.healed) >= len(goal.healed):
            return found
        said = Words(search.finals.truths, search.sites)
        words = {
            "of": said.described(slope.y) or "the activation",
            "by": said.described(slope.x) or "what goes in",
        }
        looks = (one for one in search.looks_at(statement) if one.site is slope.site)
        derived = (
            found
            for look in looks
            for edit in slope.edits(search, look, **words)
            if (found := search.tried((edit,), goal)) is not None
        )
        unwritten = Correction((slope.unwritten(**words),), goal.healed, slope.replaced)
        return next(derived, unwritten)
    return None
