"""The plot of a lesson: which values it stops at, in which order, and how each is reached from the loss."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.derive import Contribution, GradientStep
from chainrule.formula import Kind, Node, Text, entry, identifier, infix, number
from chainrule.lesson.analysis.subject_study import Study
from chainrule.lesson.analysis.told import Told, View
from chainrule.lesson.notation.names import gradient_of, name
from chainrule.lesson.notation.slopes import (
    expression,
    only,
    pulled,
    settled,
    tracer_of,
)
from chainrule.lesson.notation.turns import (
    SIDE_BY_SIDE,
    in_turn,
    of_a_turn,
    over_all_turns,
)
from chainrule.lesson.notation.writer import READABLE, Writer
from chainrule.program import Array, Line, Program, Value
from chainrule.program.ledger import bare
from chainrule.program.program import arg_shape


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain: a use of a value on the way to the stop that follows it."""

    contribution: Contribution

    @property
    def line(self) -> Line:
        """The line in which the value is used."""
        return self.contribution.line


@dataclass(frozen=True, slots=True)
class Way:
    """From a stop to the next one towards the loss, link by link; ``end`` is where it arrives."""

    links: tuple[Link, ...]
    end: Value

    @property
    def direct(self) -> bool:
        """Whether nothing nameless stands between."""
        return len(self.links) == 1


@dataclass(frozen=True, slots=True)
class Stop:
    """A value whose gradient the lesson finds: the ways by which it reaches the loss."""

    value: Value
    gradient: Value
    ways: tuple[Way, ...]
    parameter: bool

    @property
    def name(self) -> str:
        """What the value is called."""
        return self.value.name or ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One turn in numbers: what stands before them, and the writer that puts them in."""

    label: str
    writer: Writer
    at: Mapping[str, int]
    last: bool = False

    def called(self, value_name: str) -> str:
        """What a value is called in this turn."""
        return in_turn(value_name, self.at)


class Telling:
    """One derivation with its writer: everything is found by the reader's names."""

    def __init__(self, derived: Told, loss: str) -> None:
        self.derived = derived
        self.forward: Program = derived.forward.program
        names: dict[Value, Node] = {}
        kinds: dict[Value, Kind] = {}
        for value in (*self.forward.values(), *derived.also):
            if value.name is not None:
                names[value] = name(value.name)
                kinds[value] = "value"
        for value, found in derived.gradients.items():
            if value.name is not None and value is not derived.loss:
                names[found] = gradient_of(value.name, loss)
                kinds[found] = "upstream"
        # what was recognised as one op leaves its named pieces behind: they are told, though not needed
        self.writer = Writer(derived.run, names, kinds, self.forward.producer())
        self.shown = [self._shown(view, loss) for view in derived.views]
        self.stops = {stop.name: stop for stop in self._stops()}

    def _shown(self, view: View, loss: str) -> Shown:
        """The writer of one turn, in which every value is called as in that turn."""
        if not view.at:
            return Shown(view.label, self.writer, view.at)
        names = dict(self.writer.names)
        for value in names:
            if value.name is not None and of_a_turn(value.name):
                names[value] = name(in_turn(value.name, view.at))
        for value, found in self.derived.gradients.items():
            if found in names and value.name is not None and of_a_turn(value.name):
                names[found] = gradient_of(in_turn(value.name, view.at), loss)
        for value, start in view.instead.items():
            after: Node = number(0)
            if start is not None:
                told = self.writer.readable(start)
                after = self.writer.symbol(start) if told else Text("…")
            names[value] = after
        own = self.forward.producer()
        besides = {
            value: one for value, one in own.items() if value not in view.run.numbers
        }
        writer = Writer(view.run, names, self.writer.kinds, besides)
        return Shown(view.label, writer, view.at, last=bool(view.instead))

    def views(self, value: Value, *, late_first: bool = False) -> list[Shown]:
        """The turns in which ``value`` is told in numbers: of what is no value of a turn there is one."""
        if value.name is None or not of_a_turn(value.name):
            return [Shown("numbers", self.writer, {})]
        letters = over_all_turns(value.name).split(",")
        known = [
            replace(one, label=", ".join(f"{at} = {one.at[at]}" for at in letters))
            for one in self.shown
            if value in one.writer.run.numbers
        ]
        return known if late_first else known[::-1]

    def numbers_of(self, stop: Stop) -> list[Array]:
        """The gradient of a stop in numbers, in every turn in which it has some."""
        runs = (self.writer.run, *(one.writer.run for one in self.shown))
        known = (run.numbers.get(stop.gradient) for run in runs)
        # which ways pass a value by is a matter of the lines: other numbers are told in the same way
        return [bare(one) for one in known if one is not None]

    def forget(self, names: Collection[str]) -> None:
        """Write out the gradients of the values called so, where they stand in others, in place of their names."""
        gradients = [self.stops[one].gradient for one in names]
        for writer in (self.writer, *(one.writer for one in self.shown)):
            writer.forget(gradients)

    def _stops(self) -> Iterator[Stop]:
        steps = {step.value: step for step in self.derived.steps}
        targets = set(self.derived.wrt)
        for value, step in steps.items():
            if value.name is not None:
                ways = tuple(_way(c, steps) for c in step.contributions)
                yield Stop(value, step.gradient, ways, value in targets)

    def view_like(self, view: Shown) -> Shown:
        """The same turn in this telling."""
        same = (one for one in self.shown if one.at == view.at)
        found = next(same, None) if view.at else None
        if found is None:
            return Shown(view.label, self.writer, view.at)
        return replace(found, label=view.label)

    def written(self, stop: Stop) -> Node:
        """A gradient in symbols.

        One that only copies another along an axis has no line of its own (the next line copies by itself); it is
        written by pulling its ways once more.
        """
        if stop.gradient in self.writer.producer:
            return self.writer.written(stop.gradient)
        total: Node | None = None
        for way in stop.ways:
            term = self._pulled(way)
            total = term if total is None else infix(total, "+", term)
        return number(0) if total is None else total

    def _pulled(self, way: Way) -> Node:
        lines = [link.line for link in reversed(way.links)]
        producer = self.writer.producer
        tracer = tracer_of(only(self.derived.forward, lines))
        end = self.derived.gradients[way.end]
        upstream: Any = tracer.input(self.derived.run.numbers[end], None)
        # the gradient of the loss itself may carry the name of a term that has the same
        above = {} if way.end is self.derived.loss else self.writer.names
        names = {**self.writer.names, upstream.value: above.get(end, number(1))}
        for link in reversed(way.links):
            line, position = link.line, link.contribution.position
            if line.op is SIDE_BY_SIDE:
                # a turn gets the part of the gradient that stands at its place
                whole = expression(settled(tracer, upstream), names, producer)
                part = np.zeros(arg_shape(line.args[position]))
                upstream = tracer.input(part, None)
                turn = map(identifier, line.params["turns"])
                names[upstream.value] = entry(whole, *turn)
            else:
                upstream = pulled(tracer, line, position, upstream)
        return expression(settled(tracer, upstream), names, producer)


def _way(contribution: Contribution, steps: dict[Value, GradientStep]) -> Way:
    """Follow a use through nameless values to the named one it ends in."""
    links = [Link(contribution)]
    end = contribution.line.result
    while end.name is None and end in steps:
        (only,) = steps[end].contributions[:1]
        links.append(Link(only))
        end = only.line.result
    return Way(tuple(links), end)


@dataclass(frozen=True)
class Story:
    """Both tellings of a study, and the order in which its gradients are found."""

    study: Study

    @cached_property
    def literal(self) -> Telling:
        """Factor by factor."""
        return Telling(self.study.literal, self.study.loss_name)

    @cached_property
    def textbook(self) -> Telling:
        """With links that cancel taken in one, where what is left can be read."""
        telling = Telling(self.study.textbook, self.study.loss_name)
        # where a link that is taken in one passes a value by, what is left of its gradient is no gradient of it
        whole = self.literal.stops
        told = [
            one
            for one, stop in telling.stops.items()
            if one in whole
            and not _differ(
                telling.numbers_of(stop), self.literal.numbers_of(whole[one])
            )
        ]
        telling.forget(telling.stops.keys() - set(told))
        # the gradient itself has a name: what it is made of is what would be written
        writer = telling.writer
        telling.stops = {
            one: telling.stops[one]
            for one in told
            if telling.stops[one].gradient not in writer.producer
            or writer.length(telling.stops[one].gradient) <= READABLE
        }
        return telling

    @cached_property
    def lines(self) -> dict[str, Line]:
        """The recognised line of each named value, in order."""
        return {
            line.result.name: line
            for line in self.literal.forward.lines
            if line.result.name is not None
        }

    def stops_of(self, line: Line) -> list[str]:
        """The named values a line is written in, in the order in which they are read."""
        if line.result not in self._stops_of:
            found: dict[str, None] = {}
            producer = self.literal.writer.producer
            waiting = _entered(line)
            seen: set[Value] = set()
            while waiting:
                read = waiting.pop()
                if read.name is not None:
                    found.setdefault(read.name)
                elif read in producer and read not in seen:
                    seen.add(read)
                    waiting += _entered(producer[read])
            self._stops_of[line.result] = list(found)
        return self._stops_of[line.result]

    @cached_property
    def _stops_of(self) -> dict[Value, list[str]]:
        return {}

    @cached_property
    def as_written(self) -> Writer:
        """The writer of the program as the reader wrote it; what is told nowhere by its name is written out."""
        run = self.study.written
        literal = self.literal.derived
        told = {one.name for one in (*literal.forward.program.values(), *literal.also)}
        named = {
            v: name(v.name)
            for v in run.program.values()
            if v.name in told and v.name is not None
        }
        return Writer(run, named, dict.fromkeys(named, "value"))

    @cached_property
    def written_values(self) -> dict[str, Value]:
        """The reader's own values by name."""
        return self.study.written.program.named()

    @cached_property
    def order(self) -> tuple[Stop, ...]:
        """The stops from the loss back; parameters right after the value they enter."""
        position = {n: i for i, n in enumerate(self.lines)}
        # what a turn further on does comes after all that this turn does
        turning = {over_all_turns(n): i for n, i in position.items()}
        position |= {
            value.name: turning.get(over_all_turns(value.name), 0)
            for value in self.literal.derived.also
            if value.name is not None
        }
        listed = enumerate(self.literal.stops.values())

        def key(numbered: tuple[int, Stop]) -> tuple[int, bool, int]:
            i, stop = numbered
            ends = [
                position[way.end.name or ""]
                for way in stop.ways
                if way.end.name in position
            ]
            return (-min(ends, default=-1), not stop.parameter, i)

        stops = [stop for _, stop in sorted(listed, key=key)]
        return tuple(s for s in stops if s.name != self.study.loss_name)

    @cached_property
    def next_stops(self) -> dict[str, list[str]]:
        """What is reached next from each stop, further from the loss."""
        found: dict[str, list[str]] = {}
        for stop in self.order:
            for end in dict.fromkeys(way.end.name or "" for way in stop.ways):
                found.setdefault(end, []).append(stop.name)
        return found

    def path(self, stop: Stop) -> tuple[str, ...]:
        """The names from the loss back to a stop, by its first way at each turn."""
        names = [stop.name]
        while names[-1] in self.literal.stops and names[-1] != self.study.loss_name:
            ways = self.literal.stops[names[-1]].ways
            # a turn hands on to the next of its kind: the way to the loss leads out of that circle
            ends = [way.end.name for way in ways if way.end.name not in names]
            on = (one for one in ends if one in self.literal.stops)
            end = next(on, ends[0] if ends else None)
            if end is None:
                break
            names.append(end)
        if names[-1] != self.study.loss_name:
            names.append(self.study.loss_name)
        return tuple(reversed(names))

    def is_fused(self, stop: Stop) -> bool:
        """Whether a textbook takes links of this stop's way in one."""
        mine = self.textbook.stops.get(stop.name)
        if mine is None:
            return False
        return any(
            _shape_of(way) != _shape_of(one)
            for way, one in zip(stop.ways, mine.ways, strict=False)
        )


def _differ(found: Sequence[Array], known: Sequence[Array]) -> bool:
    """Whether two numbers of one thing are not the same; where factor by factor nothing is left, there is no telling."""
    return any(
        one.shape == other.shape
        and np.isfinite(other).all()
        and not np.allclose(
            one, other, rtol=0, atol=1e-6 * np.abs(other).max(initial=1e-12)
        )
        for one, other in zip(found, known, strict=False)
    )


def _entered(line: Line) -> list[Value]:
    """The values whose entries a line needs, the last one first; of some it needs no more than the length."""
    measured = {*line.measures()}.difference(line.args)
    return [one for one in line.reads()[::-1] if one not in measured]


def _shape_of(way: Way) -> tuple[str, ...]:
    return (*(link.line.op.name for link in way.links), way.end.name or "")
