"""One run of a script as evidence: its lines with the places of all frames, its guards, and what its slots held."""

from __future__ import annotations

import ast
from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.languages import NUMPY, Language
from chainrule.check.steps.notes import Holding, Notes
from chainrule.check.steps.recorder import Place, Reading, Spot
from chainrule.check.steps.undone import Undone, chained, undone, without
from chainrule.program import (
    ChainruleError,
    Line,
    Program,
    Run,
    Value,
)
from chainrule.trace.events import ValuesShown
from chainrule.trace.source import Span
from chainrule.trace.statements.watch import Execution

RENAMING = (ops.identity, ops.astype, ops.reshape, ops.transpose)
"""What gives entries another shape or name, and changes none."""


@dataclass(eq=False)
class Recording:
    """What one run of a script left behind.

    ``learnt`` is what is taken as given, whatever it is computed from.
    """

    file: str
    text: str
    run: Run
    spots: Mapping[Value, tuple[Spot, ...]]
    guards: Sequence[tuple[Value, Any]]
    writes: Sequence[tuple[Value, Value]]
    notes: Notes
    names: Mapping[str, Value]
    bound: Sequence[tuple[str, Value]]
    printed: str
    failure: ChainruleError | None = None
    stopped: bool = False
    language: Language = NUMPY
    wholes: Mapping[Value, Place] = field(default_factory=dict)
    shown: Sequence[Value] = ()
    appended: frozenset[Value] = frozenset()
    undone: Undone = field(default_factory=dict)
    tried: Sequence[Sequence[Value]] = ()
    learnt: frozenset[Value] = frozenset()

    @property
    def program(self) -> Program:
        """Every recorded line."""
        return self.run.program

    @cached_property
    def producer(self) -> dict[Value, Line]:
        """The line each value comes from."""
        return self.run.program.producer()

    @cached_property
    def readers(self) -> dict[Value, list[Line]]:
        """The lines that read each value."""
        found: dict[Value, list[Line]] = {}
        for line in self.program.lines:
            for read in line.reads():
                found.setdefault(read, []).append(line)
        return found

    @cached_property
    def moment(self) -> dict[Value, int]:
        """How many lines had been recorded when each value was computed: what was appended later does not count."""
        found = dict.fromkeys(self.program.inputs, -1)
        n_lines = 0
        for line in self.program.lines:
            found[line.result] = n_lines
            n_lines += line.result not in self.appended
        return found

    @cached_property
    def position(self) -> dict[Value, int]:
        """Where each value's line stands; -1 for an input."""
        found = dict.fromkeys(self.program.inputs, -1)
        found.update((line.result, i) for i, line in enumerate(self.program.lines))
        return found

    def is_given(self, value: Value) -> bool:
        """Whether a value is an input, or made of numbers alone, in whatever shape: ``np.ones(n) * 0.3``."""
        line = None if value in self.learnt else self.producer.get(value)
        while line is not None and line.result not in self._of_numbers:
            first = line.args[0]
            if line.op not in RENAMING or not isinstance(first, Value):
                return False
            line = self.producer.get(first)
        return True

    def origin(self, value: Value) -> Value:
        """What a value is by its first name, and by what it was before it was moved and put back."""
        again: Value | None = value
        while again is not None:
            value, again = again, self.undone.get(again)
            line = self.producer.get(value)
            if again is None and line is not None and line.op is ops.identity:
                again = line.reads()[0]
        return value

    def is_picked(self, value: Value, of: AbstractSet[Value]) -> bool:
        """Whether a number is only picked out of what is given, or ``of`` something: of a weight that is kept to be shown."""
        line = self.producer.get(value)
        while line is not None and line.op in (*RENAMING, ops.getitem):
            value = line.reads()[0]
            if value in of:
                return True
            line = self.producer.get(value)
        return line is None

    @cached_property
    def _of_numbers(self) -> set[Value]:
        found: set[Value] = set()
        for line in self.program.lines:
            read = (arg for arg in line.args if isinstance(arg, Value))
            if line.op.kind == "creation" or all(arg in found for arg in read):
                found.add(line.result)
        return found

    def place(self, value: Value) -> tuple[str, Span] | Value:
        """Where a value is computed: the file and the span of its innermost frame; an input is its own place."""
        spots = self.spots.get(value)
        return (spots[0].file, spots[0].span) if spots else value

    def way(self, value: Value) -> tuple[tuple[str, Span], ...] | Value:
        """How a value came to be computed: the place of every frame; where one class computes all, they tell values apart."""
        spots = self.spots.get(value)
        return tuple((one.file, one.span) for one in spots) if spots else value

    @cached_property
    def tree(self) -> ast.Module:
        """The script's syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def slots(self) -> dict[Value, dict[Hashable, int]]:
        """The slots each value was held in, and how many lines had been recorded when it was first seen there."""
        found: dict[Value, dict[Hashable, int]] = {}
        for one in self._held():
            for slot in self.homes_of(one.slot):
                found.setdefault(one.value, {}).setdefault(slot, one.position)
        return found

    def _held(self) -> Iterator[Holding]:
        for one in self.notes.held:
            value = self.undone.get(one.value, one.value)
            if value is not None:
                yield one if value is one.value else replace(one, value=value)

    @cached_property
    def history(self) -> dict[Hashable, list[Holding]]:
        """What each slot held, one after the other."""
        found: dict[Hashable, list[Holding]] = {}
        for one in self._held():
            for slot in self.homes_of(one.slot):
                past = found.setdefault(slot, [])
                if not past or past[-1].value is not one.value:
                    past.append(Holding(slot, one.value, one.position))
        return found

    def homes_of(self, slot: Hashable, depth: int = 4) -> Iterator[Hashable]:
        """A slot by every way it can be reached: an item by the names that hold its container."""
        if isinstance(slot, tuple) and slot[0] == "item" and depth:
            _, container, key = slot
            homes = self.notes.homes.get(container)
            if homes:
                for home in homes:
                    for root in self.homes_of(home, depth - 1):
                        yield ("in", root, key)
                return
        yield slot

    @property
    def looks(self) -> frozenset[int]:
        """The lines that move what is put back, and put it back, and move nothing else."""
        lines = [
            (self.spots[after][0].span[0], after in self.undone)
            for after in {*self.undone, *(after for _, after in self.writes)}
            if self.spots.get(after)
        ]
        others = {line for line, is_undone in lines if not is_undone}
        return frozenset(line for line, _ in lines) - others

    @cached_property
    def compared(self) -> set[Value]:
        """What is computed from two states of one thing, one of them put back again: a difference, not a loss."""
        states = {
            state: {anchor: state}
            for anchor, *probes, _ in self.tried
            for state in (anchor, *probes)
        }
        found: set[Value] = set()
        for line in self.program.lines:
            if line.result in states:
                continue
            mine: dict[Value, Value] = {}
            for read in line.reads():
                for anchor, state in states.get(read, {}).items():
                    if mine.setdefault(anchor, state) is not state or read in found:
                        found.add(line.result)
            if mine:
                states[line.result] = mine
        return found

    def looked_at(self, meant: Iterable[Value]) -> set[Value]:
        """What is moved and put back and leads to none of the values that are meant, and what is computed to look at it."""
        ahead, kept = list(meant), set(meant)
        while ahead:
            made = self.producer.get(ahead.pop())
            new = set(made.reads()) - kept if made else set()
            kept |= new
            ahead += new
        found = {one for one, again in self.undone.items() if again is None} - kept
        for line in self.program.lines:
            if not found.isdisjoint(line.reads()) and line.result not in kept:
                found.add(line.result)
        meanwhile = self.meanwhile - kept
        for line in reversed(self.program.lines):
            if line.result in meanwhile:
                readers = {one.result for one in self.readers.get(line.result, ())}
                if readers and readers <= found:
                    found.add(line.result)
        return found

    @cached_property
    def meanwhile(self) -> set[Value]:
        """What is computed while something is moved that is put back."""
        lines, position, found = self.program.lines, self.position, set[Value]()
        for _, first, *_, last in self.tried:
            if first in position:
                between = lines[position[first] + 1 : position.get(last)]
                found.update(line.result for line in between)
        return found

    def executions(self) -> list[Execution]:
        """Every time a bound expression ran, in order."""
        return self.notes.executions


def is_laid_out(producer: Mapping[Value, Line], value: Value) -> bool:
    """Whether a value is given, or only laid out and scaled since it was drawn: all weights in one array, one of them."""
    ahead, seen = [value], {value}
    while ahead:
        line = producer.get(ahead.pop())
        if line is None:
            continue
        read = list(line.reads())
        n_arrays = sum(1 for one in read if one.shape)
        # beside an array, numbers are its scale: ``rng.normal(size=(n, m)) * np.sqrt(2 / (n + m))``
        meet = n_arrays > 1 or not (n_arrays or value.shape)
        if (
            line.op.elementwise and len(read) > 1 and meet
        ) or line.op.kind == "product":
            return False
        ahead += [one for one in read if one not in seen]
        seen.update(read)
    return True


def record(
    path: str | Path,
    *,
    text: str | None = None,
    enough: Callable[[Recording], bool] = lambda _: False,
    floats: Collection[Place] = (),
) -> Recording:
    """Run a script as ``python path`` would, and keep what it did; what stops it is kept as ``failure``.

    ``enough`` is asked now and then whether what was recorded so far will do. ``floats`` are places of whole numbers
    that are taken as floats.
    """
    file = str(path)
    reading = Reading(file, None, 1)
    reading.text = Path(file).read_text(encoding="utf-8") if text is None else text
    reading.floats = floats
    reading.tracer.is_enough = lambda: enough(recording_of(reading, None))
    with np.errstate(all="ignore"):
        failure = reading.attempt()
    return recording_of(reading, failure)


def recording_of(reading: Reading, failure: ChainruleError | None) -> Recording:
    """What a reading has left behind so far."""
    recorder = reading.tracer
    names: dict[str, Value] = {}
    for one in reading.bound:
        names[one.name] = one.value
    raw = Recording(
        reading.file,
        reading.text,
        recorder.builder.run(()),
        recorder.spots,
        recorder.guards,
        reading.writes,
        reading.notes,
        names,
        [(one.name, one.value) for one in reading.bound],
        reading.printed.getvalue(),
        failure,
        reading.stopped,
        language=NUMPY if reading.listener is None else reading.listener.language,
        wholes=reading.wholes,
        shown=[
            v for e in recorder.events if isinstance(e, ValuesShown) for v in e.values
        ],
    )
    return _without_probes(raw)


def _without_probes(raw: Recording) -> Recording:
    """A recording in which nothing is learnt of a difference that is looked at."""
    held = [[one.value for one in several] for several in raw.history.values()]
    numbers = raw.run.numbers
    versions = [
        *chained(raw.writes),
        *(several for several in held if len(several) > 2),
    ]
    found, tried = undone(raw.producer, raw.position, numbers, versions)
    if not found:
        return raw
    return replace(
        raw,
        run=Run(without(raw.program, found), numbers),
        writes=[
            (start, after)
            for before, after in raw.writes
            if after not in found and (start := found.get(before, before)) is not None
        ],
        names={name: found.get(one) or one for name, one in raw.names.items()},
        bound=[(name, found.get(one) or one) for name, one in raw.bound],
        undone=found,
        tried=tried,
    )
