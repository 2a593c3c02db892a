"""What a backward turn needs of its forward turn: kept by the forward loop, or, where that is cheap, computed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from chainrule import ops
from chainrule.derive.walk import BackwardWalk
from chainrule.program import (
    Arg,
    Builder,
    Carried,
    Item,
    Kind,
    Line,
    Loop,
    Stacked,
    Turn,
    Value,
)
from chainrule.program.loop import lines_of, loops_of, values_of
from chainrule.program.rewritten import put, results_of, rewritten

CHEAP: frozenset[Kind] = frozenset({"sum", "view", "comparison"})
"""Kinds of op that are computed again rather than kept, where what they read is there; so are products and reads."""


def remember(
    walk: BackwardWalk,
    loop: Loop,
    body: Builder,
    carried: Sequence[Carried],
    stacks: Sequence[Stacked],
) -> tuple[Loop, Mapping[Value, Value]]:
    """The backward loop of ``loop`` out of what was written into ``body``, reading what it needs of the forward turns.

    Beside it, which value of the forward turn each value is that was brought into the backward turn.
    """
    read = set(_read(body.items, carried, stacks))
    memory = _Memory(
        walk, loop, read, read - set(_entries(body.items, carried, stacks))
    )
    first = memory.lines()
    stands = {**memory.as_long, **memory.new}
    items = tuple(rewritten(item, stands) for item in body.items)
    back = Loop(
        counter=loop.counter,
        n=loop.n,
        turns=loop.turns,
        items=(*first, *items),
        carried=tuple(replace(one, next=put(one.next, memory.new)) for one in carried),
        stacks=tuple(
            replace(one, inside=put(one.inside, memory.new)) for one in stacks
        ),
        reverse=not loop.reverse,
        at=loop.at,
    )
    return back, {again: value for value, again in memory.new.items()}


def _read(
    items: Sequence[Item], carried: Sequence[Carried], stacks: Sequence[Stacked]
) -> Iterator[Value]:
    for item in items:
        yield from item.reads()
    for one in carried:
        yield from values_of(one.next)
    for stacked in stacks:
        yield from values_of(stacked.inside)


def _entries(
    items: tuple[Item, ...], carried: Sequence[Carried], stacks: Sequence[Stacked]
) -> Iterator[Arg]:
    """What is read for more than its lengths."""
    yield from (arg for line in lines_of(items) for arg in line.args)
    inner = tuple(loops_of(items))
    for one in (*carried, *(x for loop in inner for x in loop.carried)):
        yield from (one.start, one.next)
    yield from (
        x.inside for x in (*stacks, *(y for loop in inner for y in loop.stacks))
    )


class _Memory:
    """Where the values of a forward turn are found in the backward turn; of those ``measured`` only lengths are asked."""

    def __init__(
        self, walk: BackwardWalk, loop: Loop, read: set[Value], measured: set[Value]
    ) -> None:
        self.walk = walk
        self.loop = loop
        self.kept = walk.kept
        self.inner = [value for one in loop.inner() for value in self._with_rows(one)]
        self.producer = {
            item.result: item for item in loop.items if isinstance(item, Line)
        }
        # what is carried is as long as what it starts from
        self.as_long = {
            one.inside: one.start
            for one in loop.carried
            if one.inside in measured and isinstance(one.start, Value)
        }
        self.asked = [v for v in self.inner if v in read and v not in self.as_long]
        self.new: dict[Value, Value] = {}
        self.made: list[Line] = []

    def _with_rows(self, value: Value) -> Iterator[Value]:
        """A value, and the arrays in which loops inside of this one keep it, of their turns and of the turns around."""
        yield value
        while value in self.kept:
            value = self.kept[value]
            yield value

    def lines(self) -> list[Line]:
        """The lines with which the backward turn begins."""
        certain = [v for v in self.asked if v.name is not None or not self._cheap(v)]
        for value in certain:
            self._recall(value)
        for value in self.asked:
            self._find(value)
        return self.made

    def _cheap(self, value: Value) -> bool:
        """Whether a nameless value is as well computed again."""
        line = self.producer.get(value)
        return line is not None and _is_cheap(line)

    def _find(self, value: Value) -> bool:
        """Bring ``value`` into the backward turn: recalled, or computed again where all it needs is there."""
        if value in self.new or value not in self.inner:
            return True
        line = self.producer.get(value)
        if line is not None and self._cheap(value) and self._there(line):
            for read in line.reads():
                self._find(read)
            again = rewritten(line, self.new)
            result = Value(value.shape, value.dtype, None, value.weak, value.word)
            self.walk.builder.numbers[result] = self.walk.builder.numbers[value]
            if isinstance(again, Line):
                self.made.append(replace(again, result=result, why=""))
            self.new[value] = result
            return True
        self._recall(value)
        return True

    def _there(self, line: Line, depth: int = 3) -> bool:
        """Whether all that a line reads is from outside, recalled anyway, or can itself be computed again."""
        for read in line.reads():
            if read in self.new or read not in self.inner:
                continue
            maker = self.producer.get(read)
            if (
                not depth
                or maker is None
                or read.name is not None
                or not _is_cheap(maker)
                or not self._there(maker, depth - 1)
            ):
                return False
        return True

    def _recall(self, value: Value) -> None:
        """``value`` out of what the forward loop has kept of all its turns."""
        if value in self.new:
            return
        rows, shift = self._rows(value)
        result = Value(value.shape, value.dtype, None, value.weak, value.word)
        self.walk.builder.numbers[result] = self.walk.builder.numbers[value]
        index = {"index": (Turn(shift, ((self.loop.counter, 1),)),)}
        self.made.append(Line(result, ops.getitem, (rows,), index))
        self.new[value] = result

    def _rows(self, value: Value) -> tuple[Value, int]:
        """The array that holds ``value`` of all turns, and how far ahead of the turn it is found there."""
        before, after = (1, 0) if self.loop.reverse else (0, 1)
        for one in self.loop.carried:
            if value is one.inside:
                return one.kept or self._keep(one.inside, self.loop.turns + 1), before
        for stacked in self.loop.stacks:
            if stacked.inside is value:
                return stacked.out, 0
        for one in self.loop.carried:
            known = one.kept or self.kept.get(one.inside)
            needed = one.inside in self.asked
            if value is one.next and (known is not None or needed):
                rows = known or self._keep(one.inside, self.loop.turns + 1)
                return rows, after
        return self._keep(value, self.loop.turns), 0

    def _keep(self, value: Value, n: int) -> Value:
        """An array of all turns' values, which the forward loop is to keep."""
        if value not in self.kept:
            word = value.word or value.name
            rows = Value(
                (n, *value.shape), value.dtype, word=f"{word}s" if word else None
            )
            self.kept[value] = rows
            self.walk.builder.numbers[rows] = np.zeros(rows.shape, rows.dtype)
        return self.kept[value]


def _is_cheap(line: Line) -> bool:
    return line.op.kind in CHEAP or line.op in (ops.getitem, ops.multiply)


def with_kept(items: Sequence[Item], kept: Mapping[Value, Value]) -> tuple[Item, ...]:
    """``items`` with their loops keeping what backward turns need."""
    return tuple(
        _with_kept(item, kept) if isinstance(item, Loop) else item for item in items
    )


def _with_kept(loop: Loop, kept: Mapping[Value, Value]) -> Loop:
    carried = tuple(
        replace(one, kept=kept[one.inside]) if one.inside in kept else one
        for one in loop.carried
    )
    items = with_kept(loop.items, kept)
    made = [value for item in items for value in results_of(item)]
    stacks = (Stacked(value, kept[value]) for value in made if value in kept)
    return replace(loop, items=items, carried=carried, stacks=(*loop.stacks, *stacks))
