"""Loops found again in what a program did: turns that fit into one body become one, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from chainrule.program import (
    Arg,
    Array,
    Item,
    Line,
    Program,
    ProgramError,
    Run,
    Value,
    run,
    verify,
)
from chainrule.program.loop import lines_of
from chainrule.program.rewritten import results_of, rewritten
from chainrule.trace.rolling.change import ChangeSet
from chainrule.trace.rolling.closing import Closing, reading
from chainrule.trace.rolling.columns import TurnColumns
from chainrule.trace.rolling.counting import counted
from chainrule.trace.rolling.fitting import RecordedLines, Unfit, begin
from chainrule.trace.rolling.headers import header
from chainrule.trace.rolling.keys import Keys, first_of_turn, periods, repeats
from chainrule.trace.rolling.naming import named
from chainrule.trace.rolling.spans import TurnSpan, spans
from chainrule.trace.rolling.stores import forwarded
from chainrule.trace.rolling.writes import stacked_writes


@dataclass(frozen=True, slots=True)
class Rolled:
    """A program with its loops found again; ``new`` says where a value of the flat program went."""

    run: Run
    new: Mapping[Value, Value]

    def of(self, value: Value) -> Value:
        """What stands for a value of the flat program."""
        while value in self.new:
            value = self.new[value]
        return value


def rolled(
    flat: Run, kept: Sequence[Value] = (), met: Mapping[Value, int] | None = None
) -> Rolled:
    """``flat`` with its loops found again; the same numbers, bit for bit, or the flat program as it is.

    ``kept`` are values that have to be there afterwards, besides the outputs. ``met`` says of values after how many
    lines they were met first.
    """
    rolling = _Rolling(flat, tuple(kept), met or {})
    program = rolling.rolled()
    if program is None:
        return Rolled(flat, {})
    try:
        verify(program)
        made = run(program, rolling.numbers)
    except ProgramError:  # turns that read what a later one makes are no loop
        return Rolled(flat, {})
    same = (
        np.array_equal(made[rolling.now(one)], flat[one], equal_nan=True)
        for one in (*flat.program.outputs, *kept)
    )
    return Rolled(made, rolling.new) if all(same) else Rolled(flat, {})


class _Rolling:
    """The items of a program while loops are looked for."""

    def __init__(
        self, flat: Run, kept: tuple[Value, ...], met: Mapping[Value, int]
    ) -> None:
        program = flat.program
        self.program = program
        self.inputs = list(program.inputs)
        lines, read = forwarded(_constants_first(program))
        self.items: list[Item] = list(lines)
        self.new: dict[Value, Value] = {
            old: one for old, one in read.items() if isinstance(one, Value)
        }
        self.wanted = {self.now(value) for value in (*program.outputs, *kept)}
        self.words: dict[Value, str] = {}
        self.numbers = dict(flat.numbers)
        self.met = {**{x.result: i for i, x in enumerate(program.lines)}, **met}
        producer = {line.result: line for line in lines}
        self.recorded = RecordedLines(self.numbers, producer, self.met, self.wanted)
        self.keys = Keys()
        self.key_of: dict[int, tuple[Item, int]] = {}
        self.failed: set[tuple[int, int, int]] = set()

    def rolled(self) -> Program | None:
        """The program with loops; None where there are none."""
        found = False
        while self._pass():
            found = True
        if not found:
            return None
        outputs = tuple(self.now(value) for value in self.program.outputs)
        wanted = {self.now(value) for value in self.wanted}
        items, name = tuple(self.items), self.program.name
        program = Program(tuple(self.inputs), items, outputs, name)
        kept = program.pruned([*outputs, *wanted])
        asked = wanted.intersection(kept.inputs)
        program, new = named(
            Program(kept.inputs, counted(kept.items), outputs, name),
            self.words,
            asked,
            self.program.named(),
        )
        self.new |= new
        self.numbers |= {new.get(v, v): self.numbers[v] for v in kept.inputs}
        return program

    def now(self, value: Value) -> Value:
        """Where a value went."""
        while value in self.new:
            value = self.new[value]
        return value

    def _key(self, item: Item) -> int:
        known = self.key_of.get(id(item))
        if known is None or known[0] is not item:
            known = self.key_of[id(item)] = (item, self.keys.of(item))
        return known[1]

    def _pass(self) -> bool:
        """Loops of the shortest period that there are."""
        keys = np.array([self._key(item) for item in self.items], dtype=np.int64)
        readers: dict[Value, list[int]] = {}
        for period in periods(keys):
            change = ChangeSet(self.items)
            for start, stop in repeats(keys, period):
                first = first_of_turn(self.items, start, stop, period)
                for tried in spans(self.items, first, stop, period):
                    readers = readers or reading(self.items)
                    known = len(change.folded)
                    for span in tried:
                        self._fold(span, keys, readers, change)
                    if len(change.folded) > known or any(map(change.touches, tried)):
                        break
            if change.folded:
                self.items = change.applied()
                self.new |= change.new
                return True
        return False

    def _known_to_fail(self, span: TurnSpan) -> bool:
        mark = (id(self.items[span.start]), span.stop - span.start, span.period)
        known = mark in self.failed
        self.failed.add(mark)
        return known

    def _fold(
        self,
        span: TurnSpan,
        keys: Array,
        readers: Mapping[Value, Sequence[int]],
        change: ChangeSet,
    ) -> None:
        """The turns of a span as a loop; without the first or the last ones where these differ."""
        if change.touches(span) or self._known_to_fail(span):
            return
        for turns in span.peeled():
            items = [self.items[a : a + turns.period] for a in turns.starts()]
            found = header(items[0])
            name = found.counter if found is not None else None
            try:
                columns = TurnColumns(items, self.recorded, name)
            except Unfit:
                continue
            closing = Closing(columns, self.items, keys, readers, turns)
            closed = closing.loop(frozenset(self.wanted))
            self.words |= {
                one.end: one.inside.word
                for one in closed.carried
                if one.end is not None and one.inside.word is not None
            }
            loop, after = stacked_writes(closed, self.words, self.recorded.producer)
            loop = replace(loop, at=found.at if found is not None else None)
            made: list[Item] = [*columns.reads.before, loop, *after]
            if n_lines(made) + closing.edits.more() >= n_lines(chain(*items)):
                continue
            self.inputs += columns.reads.new_inputs
            change.fold(turns, made, closing.edits)
            when = begin(items[0], self.met)
            ends = [
                value
                for one in (*columns.reads.before, *after)
                for value in results_of(one)
            ]
            for value in (*loop.inner(), *loop.results, *ends):
                self.met.setdefault(value, when)
            return


def n_lines(items: Iterable[Item]) -> int:
    """How many lines there are, in loops too."""
    return sum(1 for _ in lines_of(tuple(items)))


def _constants_first(program: Program) -> list[Line]:
    """The lines with those in front that need nothing, those of one statement once: a turn meets them, and does not make them."""
    known: dict[object, Value] = {}
    new: dict[Value, Arg] = {}
    front: list[Line] = []
    rest: list[Line] = []
    for line in program.lines:
        if line.args or any(True for _ in line.measures()):
            read = rewritten(line, new)
            rest += [read] if isinstance(read, Line) else []
            continue
        # what another statement makes has a name of its own, though its numbers be the same
        params = sorted(line.params.items(), key=lambda x: x[0])
        key = (line.op, tuple(params), line.at)
        first = known.setdefault(repr(key), line.result)
        if first is line.result:
            front.append(line)
        else:
            new[line.result] = first
    return [*front, *rest]
