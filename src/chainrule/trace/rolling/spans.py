"""Turns in a row, cut where their counting breaks: a loop in a loop, of which nothing else is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.program import Item, Line, Loop, Turn
from chainrule.trace.rolling.keys import FEWEST

Segment = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TurnSpan:
    """Items from ``start`` to ``stop``, ``period`` a turn."""

    start: int
    stop: int
    period: int

    def starts(self) -> range:
        """Where the turns begin."""
        return range(self.start, self.stop, self.period)

    def peeled(self) -> Iterator[TurnSpan]:
        """All the turns, then without the first, the last, both, the first two."""
        for front, back in ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0)):
            start = self.start + front * self.period
            stop = self.stop - back * self.period
            # of two turns beside a third that differs nothing is gained
            if stop - start >= (FEWEST + bool(front or back)) * self.period:
                yield TurnSpan(start, stop, self.period)


def spans(
    items: Sequence[Item], start: int, stop: int, period: int
) -> list[list[TurnSpan]]:
    """The spans in which turns of ``period`` items may be those of one loop; what to try first, and then."""
    n = (stop - start) // period
    whole = TurnSpan(start, start + n * period, period)
    counts = np.array(
        [list(_counts(items[a : a + period])) for a in whole.starts()], dtype=object
    )
    if counts.ndim < 2 or not counts.shape[1]:
        return [[whole]]
    steps = np.diff(counts.astype(np.int64), axis=0)
    segments = list(_segments(steps, n))
    inner = {tuple(steps[a]) for a, b in segments if b - a > 1}
    if len(segments) == 1 or len(inner) != 1:
        return [[whole]]
    # any two turns move alike: they are a loop of their own where all others are such two
    even = all(b - a == FEWEST for a, b in segments)
    cut = [
        TurnSpan(start + a * period, start + b * period, period)
        for a, b in segments
        if even or b - a > FEWEST
    ]
    return [cut, [whole]] if cut else [[whole]]


def _segments(steps: Any, n: int) -> Iterator[Segment]:
    """Turns from which to the next one all counts move alike."""
    same = (steps[1:] == steps[:-1]).all(axis=1)
    begin = 0
    while begin < n:
        end = begin + 1
        if end < n:
            end += 1
            while end < n and same[end - 2]:
                end += 1
        yield begin, end
        begin = end


def _counts(items: Sequence[Item]) -> Iterator[int]:
    """The whole numbers that may count with the turns."""
    for item in items:
        match item:
            case Line():
                for arg in item.args:
                    yield from _whole(arg)
                yield from _whole(item.params.get("index", ()))
            case Loop():
                yield from _whole(item.n)
                for one in item.carried:
                    yield from _whole(one.start)
                yield from _counts(item.items)


def _whole(item: Any) -> Iterator[int]:
    match item:
        case Turn():
            yield item.offset
        case bool():
            pass
        case int():
            yield item
        case tuple():
            for one in item:
                yield from _whole(one)
        case slice():
            for one in (item.start, item.stop, item.step):
                yield from _whole(one)
