"""The turns of a loop made one body: items that stand at one place in all turns become one item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chainrule.program import Carried, Counter, Item, Line, Loop, Stacked, Value
from chainrule.trace.rolling.fitting import Fit, RecordedLines, alike, unfit
from chainrule.trace.rolling.words import word_of


class TurnColumns:
    """The turns of a loop as one ``body``; ``column`` holds all turns' values of one of the body.

    Raises:
        Unfit: where the turns do not fit.
    """

    def __init__(
        self, turns: Sequence[Sequence[Item]], recorded: RecordedLines, name: str | None
    ) -> None:
        self.n = len(turns)
        self.counter = Counter(name or "t")
        self.reads = Fit(turns, recorded, self.counter)
        self.column: dict[Value, list[Value]] = {}
        for items in zip(*turns, strict=True):
            self._settle(items)
        self.body: list[Item] = []
        for items in zip(*turns, strict=True):
            item = self._item(items)
            self.body += [*self.reads.rows, item]
            self.reads.rows.clear()

    def _settle(self, items: Sequence[Item]) -> None:
        """A value of the body for every value that a turn computes."""
        if isinstance(items[0], Line):
            self._stand([item.result for item in items if isinstance(item, Line)])
            return
        loops = [item for item in items if isinstance(item, Loop)]
        counter = Counter(loops[0].counter.name)
        for turn, loop in enumerate(loops):
            self.reads.counters[turn][loop.counter] = counter
        for rows in alike([loop.carried for loop in loops]):
            self._stand([one.inside for one in rows])
            self._stand_for_some([one.end for one in rows])
            self._stand_for_some([one.kept for one in rows])
        for inner in alike([loop.items for loop in loops]):
            self._settle(inner)
        for stacks in alike([loop.stacks for loop in loops]):
            self._stand([one.out for one in stacks])

    def _stand(self, column: list[Value]) -> None:
        if len(column) != self.n:
            unfit()
        last = column[-1]
        value = Value(last.shape, last.dtype, None, last.weak, word_of(column))
        self.column[value] = column
        for turn, one in enumerate(column):
            self.reads.home[one] = (turn, value)

    def _stand_for_some(self, column: list[Value | None]) -> None:
        """What a loop leaves behind in some turns, it might leave in all."""
        known = [one for one in column if one is not None]
        if known:
            self._stand(
                [
                    Value(known[0].shape, known[0].dtype) if one is None else one
                    for one in column
                ]
            )

    def _stands(self, column: Sequence[Value | None]) -> Value | None:
        for one in column:
            if one is not None:
                return self.reads.home[one][1]
        return None

    def _item(self, items: Sequence[Item]) -> Item:
        match items[0]:
            case Line() as first:
                lines = [item for item in items if isinstance(item, Line)]
                return self._line(first, lines)
            case Loop() as first:
                loops = [item for item in items if isinstance(item, Loop)]
                return self._loop(first, loops)

    def _line(self, first: Line, lines: Sequence[Line]) -> Line:
        args = [
            self.reads.fit(column, first) for column in alike([x.args for x in lines])
        ]
        params: dict[str, Any] = {}
        for key in first.params:
            column = [line.params[key] for line in lines]
            params[key] = (
                self.reads.index(column, args, first)
                if key == "index"
                else self.reads.param(column)
            )
        result = self.reads.home[first.result][1]
        return replace(first, result=result, args=tuple(args), params=params)

    def _loop(self, first: Loop, loops: Sequence[Loop]) -> Loop:
        carried = []
        starts = [
            self.reads.fit([one.start for one in rows], None)
            for rows in alike([loop.carried for loop in loops])
        ]
        n = self.reads.fit([loop.n for loop in loops], None)
        # rows of lists move with this loop's turns: they stand in its own body, before the inner loop
        body = [self._item(items) for items in alike([x.items for x in loops])]
        for start, rows in zip(
            starts, alike([loop.carried for loop in loops]), strict=True
        ):
            one = Carried(
                self.reads.home[rows[0].inside][1],
                start,
                self.reads.fit([row.next for row in rows], None),
                self._stands([row.end for row in rows]),
                self._stands([row.kept for row in rows]),
            )
            carried.append(one)
        stacks = [
            Stacked(
                self.reads.fit([row.inside for row in rows], None),
                self.reads.home[rows[0].out][1],
            )
            for rows in alike([loop.stacks for loop in loops])
        ]
        return replace(
            first,
            counter=self.reads.counters[0][first.counter],
            n=n,
            items=tuple(body),
            carried=tuple(carried),
            stacks=tuple(stacks),
        )
