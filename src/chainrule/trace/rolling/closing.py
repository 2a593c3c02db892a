"""What a loop leaves behind: an end where the last turn is read later on, a stack where all turns are."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import (
    Array,
    Carried,
    Counter,
    Item,
    Line,
    Loop,
    Stacked,
    Turn,
    Value,
)
from chainrule.program.line import moving_in
from chainrule.program.loop import lines_of
from chainrule.program.rewritten import mapped
from chainrule.trace.rolling.change import Edits
from chainrule.trace.rolling.columns import TurnColumns
from chainrule.trace.rolling.spans import TurnSpan
from chainrule.trace.rolling.words import plural

Readers = Mapping[Value, Sequence[int]]


class Closing:
    """One loop being closed: its body is there, and what is read of it from outside is looked up."""

    def __init__(
        self,
        columns: TurnColumns,
        items: Sequence[Item],
        keys: Array,
        readers: Readers,
        span: TurnSpan,
    ) -> None:
        self.columns = columns
        self.items = items
        self.keys = keys
        self.readers = readers
        self.span = span
        self.edits = Edits()
        self.ends: dict[Value, Value] = {}
        self.kept: dict[tuple[Value, object], Value] = {}
        self.stacks: dict[Value, Value] = {}
        self.reverse = counts_down(columns.body, columns.counter)

    def _counter(self, turn: int) -> int:
        """The loop's counter in its ``turn``-th turn."""
        return self.columns.n - 1 - turn if self.reverse else turn

    def loop(self, wanted: frozenset[Value]) -> Loop:
        """The loop, with what is read of it outside; ``wanted`` are values that have to be there afterwards."""
        for value, column in list(self.columns.column.items()):
            self._close(value, column, wanted)
        return Loop(
            counter=self.columns.counter,
            n=self.columns.n,
            turns=self.columns.n,
            items=tuple(self._body()),
            reverse=self.reverse,
            carried=tuple(self._carried()),
            stacks=tuple(Stacked(value, out) for value, out in self.stacks.items()),
        )

    def _body(self) -> list[Item]:
        """The body, its indices counting up where the loop runs backwards."""
        if not self.reverse:
            return self.columns.body
        own, last = self.columns.counter, self.columns.n - 1

        def turned(part: Any) -> Any:
            if not isinstance(part, Turn) or own not in dict(part.steps):
                return part
            steps = tuple((c, -step if c is own else step) for c, step in part.steps)
            return Turn(part.offset + last * dict(part.steps)[own], steps)

        return [mapped(item, turned) for item in self.columns.body]

    def _carried(self) -> list[Carried]:
        ends = dict(self.ends)
        made = []
        for key, one in self.columns.reads.carried.items():
            end = ends.pop(one.next, None) if isinstance(one.next, Value) else None
            made.append(replace(one, end=end, kept=self.kept.get(key)))
        for value, end in ends.items():
            # nobody reads it in the next turn: it is carried only to be there at the end
            inside = Value(value.shape, value.dtype, None, value.weak, value.word)
            made.append(Carried(inside, 0, value, end))
        return made

    def _close(
        self, value: Value, column: Sequence[Value], wanted: frozenset[Value]
    ) -> None:
        start, stop = self.span.start, self.span.stop
        uses = [
            (turn, position)
            for turn, one in enumerate(column)
            for position in self.readers.get(one, ())
            if not start <= position < stop
        ]
        uses = [use for use in uses if not self._joined(use[1])]
        last = self.columns.n - 1
        shared = Count(self.keys[position] for _, position in uses)
        for turn, position in uses:
            if turn == last and shared[self.keys[position]] == 1:
                self.ends[value] = column[last]
            else:
                self._read(value, column[turn], turn, position)
        for turn, one in enumerate(column):
            if one in wanted and turn == last:
                self.ends[value] = one
            elif one in wanted:
                row = self._entry(value, one, turn, None)
                self.edits.after.append(row)
                self.edits.new[one] = row.result

    def _read(self, value: Value, one: Value, turn: int, position: int) -> None:
        """A line in front of a reader that takes the turn it wants out of the stack."""
        swaps = self.edits.swaps.setdefault(position, {})
        if one not in swaps:
            row = self._entry(value, one, turn, self.items[position])
            self.edits.inserts.setdefault(position, []).append(row)
            swaps[one] = row.result

    def _entry(self, value: Value, one: Value, turn: int, reader: Item | None) -> Line:
        result = Value(one.shape, one.dtype, None, one.weak, value.word)
        places = reader.places if isinstance(reader, Line) else ()
        index = {"index": (self._counter(turn),)}
        return Line(result, ops.getitem, (self.stack(value),), index, places=places)

    def stack(self, value: Value) -> Value:
        """All turns' values of one of the body."""
        if value not in self.stacks:
            shape = (self.columns.n, *value.shape)
            word = plural(value.word)
            self.stacks[value] = Value(shape, value.dtype, None, word=word)
        return self.stacks[value]

    # lists that are joined to arrays

    def _joined(self, position: int) -> bool:
        """Whether the line at ``position`` joins the turns to an array, which is then a stack."""
        if position in self.edits.gone:
            return True
        line = self.items[position]
        if not isinstance(line, Line) or line.op not in (ops.stack, ops.concatenate):
            return False
        rows = self._whole(line)
        if rows is None:
            return False
        self.edits.gone[position] = self._as_array(line, rows)
        return True

    def _whole(self, line: Line) -> Value | None:
        """The stack that holds what a line joins, in its order; None where it joins other things too."""
        args = [arg for arg in line.args if isinstance(arg, Value)]
        homes = [self.columns.reads.home.get(arg) for arg in args]
        if len(args) < len(line.args) or len(args) < 2:
            return None
        after = [home for home in homes if home is not None]
        if not after or any(home[1] is not after[0][1] for home in after):
            return None
        value = after[0][1]
        if value not in self.columns.column:
            return None
        turns = [home[0] for home in after]
        counts = [self._counter(turn) for turn in turns]
        if len(after) == len(args):
            return self._part(self.stack(value), counts, line)
        if homes[0] is not None or len(after) < len(args) - 1:
            return None
        for key, one in self.columns.reads.carried.items():
            if (
                one.next is value
                and one.start is args[0]
                and turns == list(range(len(turns)))
            ):
                return self._part(
                    self._all(key, one), [0, *(k + 1 for k in turns)], line
                )
        return None

    def _all(self, key: tuple[Value, object], one: Carried) -> Value:
        if key not in self.kept:
            shape = (self.columns.n + 1, *one.inside.shape)
            word = plural(key[0].word)
            self.kept[key] = Value(shape, one.inside.dtype, None, word=word)
        return self.kept[key]

    def _part(self, rows: Value, turns: Sequence[int], line: Line) -> Value | None:
        """The rows of these turns; on a line of its own where they are not all."""
        if list(turns) == list(range(rows.shape[0])):
            return rows
        steps = np.unique(np.diff(turns))
        if len(steps) != 1 or not steps[0]:
            return None
        step = int(steps[0])
        stop = turns[-1] + (1 if step > 0 else -1)
        index = slice(turns[0], stop if stop >= 0 else None, step)
        result = Value((len(turns), *rows.shape[1:]), rows.dtype, None, word=rows.word)
        part = Line(
            result, ops.getitem, (rows,), {"index": (index,)}, places=line.places
        )
        self.edits.inserts.setdefault(self._position(line), []).append(part)
        return result

    def _position(self, line: Line) -> int:
        (arg,) = (arg for arg in line.args[-1:] if isinstance(arg, Value))
        return next(p for p in self.readers[arg] if self.items[p] is line)

    def _as_array(self, line: Line, rows: Value) -> list[Line]:
        """The lines in place of one that joins ``rows``; none where it is what they are."""
        axis = line.params["axis"] % max(line.result.ndim, 1)
        lines: list[Line] = []
        if axis:
            order = [*range(1, axis + 1), 0, *range(axis + 1, rows.ndim)]
            shape = tuple(rows.shape[place] for place in order)
            turned = line.result if line.op is ops.stack else Value(shape, rows.dtype)
            params = {"axes": tuple(order)}
            lines.append(
                Line(turned, ops.transpose, (rows,), params, places=line.places)
            )
            rows = turned
        if line.op is ops.concatenate:
            params = {"shape": line.result.shape}
            lines.append(
                Line(line.result, ops.reshape, (rows,), params, places=line.places)
            )
        elif not axis:
            self.edits.new[line.result] = rows
        return lines


def counts_down(items: Iterable[Item], counter: Counter) -> bool:
    """Whether every index that moves with the turns moves backwards."""
    steps = [
        step
        for line in lines_of(tuple(items))
        for part in (*line.args, *line.params.values())
        for one in moving_in(part)
        if isinstance(one, Turn)
        for c, step in one.steps
        if c is counter
    ]
    return bool(steps) and max(steps) < 0


def reading(items: Sequence[Item]) -> dict[Value, list[int]]:
    """Where each value is read."""
    readers: dict[Value, list[int]] = {}
    for position, item in enumerate(items):
        for value in dict.fromkeys(item.reads()):
            readers.setdefault(value, []).append(position)
    return readers
