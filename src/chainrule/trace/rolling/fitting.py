"""One argument of a loop's body in all its turns: the same, of this turn, of an earlier one, counting up, or out of a list."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np

from chainrule import ops
from chainrule.program import (
    Arg,
    Array,
    Carried,
    Counter,
    IndexSlot,
    Item,
    Line,
    Size,
    Turn,
    Value,
)
from chainrule.trace.rolling.keys import FEWEST
from chainrule.trace.rolling.tables import TABLE, table_of
from chainrule.trace.rolling.words import plural, word_of

FARTHEST = 3
"""How many turns back a turn may read."""


class Unfit(Exception):  # noqa: N818 - it says what was found
    """The turns do not fit into one body."""


Home = tuple[int, Value]
"""The turn that a value was computed in, and what stands for it in the body."""


@dataclass(frozen=True, slots=True)
class RecordedLines:
    """What is known of what was recorded: numbers, the lines that made them, when each was first met, in lines.

    ``wanted`` are values that somebody asks for: they are no constants, and stay what they are.
    """

    numbers: dict[Value, Array]
    producer: Mapping[Value, Line]
    met: dict[Value, int]
    wanted: AbstractSet[Value]


class Fit:
    """What stands in the body for what the turns read.

    ``home`` knows every value of every turn. ``carried`` is what one turn reads of another, ``before`` are the lines that
    have to stand in front of the loop, ``rows`` those with which each turn begins.
    """

    def __init__(
        self, turns: Sequence[Sequence[Item]], recorded: RecordedLines, counter: Counter
    ) -> None:
        self.n = len(turns)
        self.begins = [begin(turn, recorded.met) for turn in turns]
        self.recorded = recorded
        self.counter = counter
        self.counters: list[dict[Counter, Counter]] = [{} for _ in turns]
        self.home: dict[Value, Home] = {}
        self.carried: dict[tuple[Value, Any], Carried] = {}
        self.before: list[Line] = []
        self.new_inputs: list[Value] = []
        self.rows: list[Line] = []
        self._rows: dict[Any, Value] = {}

    def fit(self, column: Sequence[Arg], reader: Line | None) -> Arg:
        """What stands for an argument in the body; ``reader`` is the line that reads it, where it is one."""
        first = column[0]
        if isinstance(first, Turn):
            return self._turn(column)
        if all(isinstance(one, Size) for one in column):
            sizes = [one for one in column if isinstance(one, Size)]
            value = self.fit([one.value for one in sizes], None)
            if any(one.axes != sizes[0].axes for one in sizes) or not isinstance(
                value, Value
            ):
                unfit()
            return Size(value, sizes[0].axes)
        homes = [
            self.home.get(one) if isinstance(one, Value) else None for one in column
        ]
        if any(home is not None for home in homes):
            return self._of_turns(column, homes, reader)
        if all(isinstance(one, Value) for one in column):
            found = self._of_others([one for one in column if isinstance(one, Value)])
            return self._as_written(found, reader)
        if any(isinstance(one, Value | Size | Turn) for one in column):
            unfit()
        return self._number(column, TABLE)

    def _of_turns(
        self,
        column: Sequence[Arg],
        homes: Sequence[Home | None],
        reader: Line | None,
    ) -> Value:
        """A value of this turn, or of one shortly before."""
        last = homes[-1]
        if last is None:
            unfit()
        back = self.n - 1 - last[0]
        if back > min(FARTHEST, max(self.n - 2, 1)) or any(
            homes[turn] != (turn - back, last[1]) for turn in range(back, self.n)
        ):
            unfit()
        if not back:
            return last[1]
        starts = column[:back][::-1]
        if any(home is not None for home in homes[:back]):
            unfit()
        value = last[1]
        for start in starts:
            value = self._carry(value, start, reader)
        return value

    def _carry(self, value: Value, start: Arg, reader: Line | None) -> Value:
        """What ``value`` was a turn before, and ``start`` in the first turn."""
        key = (value, start if isinstance(start, Value) else (type(start), start))
        if key not in self.carried:
            inside = Value(value.shape, value.dtype, None, value.weak, value.word)
            begun = self._begun(start, inside)
            self.carried[key] = Carried(inside, begun, value)
        one = self.carried[key]
        spread = one.start is not start or not isinstance(start, Value)
        if (
            spread
            and value.shape
            and not (reader is not None and reader.op.elementwise)
        ):
            # a number where later turns have an array: the same only entry by entry
            unfit()
        return one.inside

    def _begun(self, start: Arg, inside: Value) -> Arg:
        """``start`` in the shape of what it becomes."""
        if not isinstance(start, Value):
            if isinstance(start, Size | Turn):
                unfit()
            return start
        if start.dtype != inside.dtype and not start.weak:
            if np.result_type(start.dtype, inside.dtype) != inside.dtype:
                unfit()
            start = self._cast(start, inside)  # a sum of losses that starts at 0
        if start.shape == inside.shape:
            return start
        if start.shape:
            unfit()
        shape = inside.shape
        spread = Value(shape, start.dtype, None, word=inside.word)
        self.before.append(Line(spread, ops.broadcast_to, (start,), {"shape": shape}))
        if start.dtype == inside.dtype:
            return spread
        return self._cast(spread, inside)

    def _cast(self, start: Value, like: Value) -> Value:
        cast = Value(start.shape, like.dtype, None, word=like.word)
        params = {"dtype": like.dtype.name}
        self.before.append(Line(cast, ops.astype, (start,), params))
        return cast

    def _of_others(self, column: Sequence[Value]) -> Value:
        """A value from outside: one for all turns, or one for each out of a list."""
        first = column[0]
        if all(one is first for one in column):
            return first
        if any(
            one.shape != first.shape
            or one.dtype != first.dtype
            or one.weak != first.weak
            for one in column
        ):
            unfit()
        key = tuple(column)
        if key not in self._rows:
            self._rows[key] = self._of_each(column)
        return self._rows[key]

    def _as_written(self, value: Value, reader: Line | None) -> Arg:
        """A number of the source that is written into an array, as that number: there it has the array's type."""
        if (
            reader is None
            or reader.op is not ops.setitem
            or reader.args[1] is not value
        ):
            return value
        known = {*self.recorded.producer, *self.recorded.wanted}
        if value.shape or value.name is not None or value in known:
            return value
        number: Arg = self.recorded.numbers[value].item()
        return number

    def _of_each(self, column: Sequence[Value]) -> Value:
        """A value of its own for each turn, made before the loop: an entry of an array, a number drawn, one of a list."""
        first = column[0]
        if first in self.recorded.producer:
            return self._entry(column)
        constant = self._constant(column)
        return constant or self._row(self._listed(column), first, column)

    def _entry(self, column: Sequence[Value]) -> Value:
        """Entries that were read before the loop, read again in the turn that needs them: ``for v in x``."""
        lines = [self.recorded.producer.get(one) for one in column]
        reads = [x for x in lines if x is not None and x.op is ops.getitem]
        if len(reads) < self.n or any(len(line.args) > 1 for line in reads):
            unfit()
        array = self.fit([line.args[0] for line in reads], None)
        first = reads[0]
        index = self.index([line.params["index"] for line in reads], [], first)
        value = Value(column[0].shape, column[0].dtype, None, word=word_of(column))
        params = {"index": index}
        self.rows.append(replace(first, result=value, args=(array,), params=params))
        return value

    def _constant(self, column: Sequence[Value]) -> Value | None:
        """What every turn makes anew: alike, as the zeros a sum starts from, or numbers of its own, as noise is."""
        before = zip(column[1:], self.begins, strict=False)
        if not self.recorded.wanted.isdisjoint(column):
            return None
        if any(self.recorded.met.get(one, -1) <= begin for one, begin in before):
            return None
        if any(one not in self.recorded.numbers for one in column):
            unfit()  # an inner loop, rolled before, made it: there is no number for every turn
        numbers = [self.recorded.numbers[one] for one in column]
        if all(np.array_equal(one, numbers[0], equal_nan=True) for one in numbers):
            return column[0]
        drawn = Value(
            (self.n, *column[0].shape),
            column[0].dtype,
            None,
            word=plural(word_of(column)),
        )
        self.recorded.numbers[drawn] = np.stack(numbers)
        self.new_inputs.append(drawn)
        return self._row(drawn, column[0], column)

    def _listed(self, column: Sequence[Value]) -> Value:
        """The values one after the other, as a list."""
        first = column[0]
        listed = Value(
            (self.n, *first.shape), first.dtype, None, word=plural(word_of(column))
        )
        params = dict(ops.stack.params)
        self.before.append(Line(listed, ops.stack, tuple(column), params))
        return listed

    def _row(self, rows: Value, like: Value, column: Sequence[Value] = ()) -> Value:
        """One of ``rows`` in each turn, on a line of its own."""
        word = word_of(column) if column else None
        value = Value(rows.shape[1:], rows.dtype, None, like.weak, word)
        index = (Turn(0, ((self.counter, 1),)),)
        self.rows.append(Line(value, ops.getitem, (rows,), {"index": index}))
        return value

    def _number(self, column: Sequence[Any], word: str, listed: bool = False) -> Arg:  # noqa: FBT001, FBT002
        """A plain number: the same, one that counts up, or one out of a table."""
        first = column[0]
        if any(type(one) is not type(first) for one in column):
            unfit()
        if all(one == first or one != one for one in column) and first == first:  # noqa: PLR0124 - nan
            return _same_sign(column)
        # any two entries of a list are in equal steps, and count nothing
        if type(first) is int and not (listed and self.n == FEWEST):
            step = column[1] - first
            if all(one == first + step * turn for turn, one in enumerate(column)):
                return Turn(first, ((self.counter, step),))
        return self._table(column, word)

    def _table(self, column: Sequence[Any], word: str) -> Value:
        """Numbers that follow no rule that is known here, read from a table."""
        key = (type(column[0]), word, tuple(column))
        if key not in self._rows:
            numbers = np.asarray(column)
            table = Value(numbers.shape, numbers.dtype, None, weak=True, word=word)
            self.recorded.numbers[table] = numbers
            self.new_inputs.append(table)
            self._rows[key] = self._row(table, Value((), numbers.dtype, weak=True))
        return self._rows[key]

    def _turn(self, column: Sequence[Arg]) -> Turn:
        """An index that already counts with inner loops, and may count with this one too."""
        turns = [one for one in column if isinstance(one, Turn)]
        if len(turns) != self.n:
            unfit()
        steps = [
            tuple((self.counters[k].get(c, c), step) for c, step in one.steps)
            for k, one in enumerate(turns)
        ]
        first = turns[0].offset
        step = turns[1].offset - first
        if any(one != steps[0] for one in steps) or any(
            one.offset != first + step * k for k, one in enumerate(turns)
        ):
            unfit()
        return Turn(first, (*steps[0], *([(self.counter, step)] if step else [])))

    def param(self, column: Sequence[Any]) -> Any:
        """A parameter that is no index: the same in all turns, but for whose lengths it reads."""
        first = column[0]
        match first:
            case Size() | Turn():
                return self.fit(column, None)
            case tuple():
                return tuple(self.param(inner) for inner in alike(column))
            case slice():
                return slice(
                    *(
                        self.param(list(parts))
                        for parts in zip(*map(_parts, column), strict=True)
                    )
                )
            case _:
                return first

    def index(self, column: Sequence[Any], args: list[Arg], reader: Line) -> Any:
        """An index; whole numbers in it may count with the turns, or come out of a table."""
        items: list[Any] = []
        arrays = any(isinstance(one, IndexSlot) for one in column[0])
        for position, inner in enumerate(alike(column)):
            fitted = self._index_item(inner, reader, position)
            if isinstance(fitted, Value):
                if arrays or not args:
                    unfit()
                start = 2 if reader.op is ops.setitem else 1
                items.append(IndexSlot(len(args) - start))
                args.append(fitted)
            else:
                items.append(fitted)
        return tuple(items)

    def _index_item(self, column: Sequence[Any], reader: Line, position: int) -> Any:
        first = column[0]
        match first:
            case Turn() | Size():
                return self.fit(column, None)
            case slice():
                parts = [
                    self._bound(list(p)) for p in zip(*map(_parts, column), strict=True)
                ]
                return slice(*parts)
            case int() if type(first) is int:
                if any(type(one) is not int for one in column):
                    unfit()
                return self._number(column, *table_of(reader, position))
            case _:
                return first

    def _bound(self, column: Sequence[Any]) -> Any:
        if all(one is None for one in column):
            return None
        if any(one is None for one in column):
            unfit()
        fitted = self.fit(column, None)
        return unfit() if isinstance(fitted, Value) else fitted


def _parts(item: slice) -> tuple[Any, Any, Any]:
    return item.start, item.stop, item.step


def alike(column: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """The parts of things that have equally many."""
    if any(len(one) != len(column[0]) for one in column):
        unfit()
    return list(zip(*column, strict=True))


def _same_sign(column: Sequence[Any]) -> Arg:
    """A number that is the same in all turns; 0.0 and -0.0 are not."""
    first: Arg = column[0]
    if isinstance(first, float) and any(
        np.signbit(one) != np.signbit(first) for one in column
    ):
        unfit()
    return first


def unfit() -> NoReturn:
    """Give up: the turns do not fit."""
    raise Unfit


def begin(items: Sequence[Item], met: Mapping[Value, int]) -> int:
    """When the first of ``items`` was met; after everything, where that is not known."""
    values = (
        value
        for item in items
        for value in ((item.result,) if isinstance(item, Line) else item.inner())
    )
    return next((met[value] for value in values if value in met), sys.maxsize)
