"""Lines that repeat: a loop, the turns it takes, what it carries from turn to turn, and what it keeps of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chainrule.program.line import Line
from chainrule.program.source_places import SourceSpan
from chainrule.program.values import Arg, Counter, Size, Turn, Value


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """What one turn hands on to the next: h, which a turn meets as h of the turn before.

    A turn meets it as ``inside``, which is ``start`` in the first turn taken and in every other one what ``next`` was.
    After the loop it is ``end``. ``kept`` holds all its values with the turns first, one more than there are turns:
    in turn t, ``inside`` is ``kept[t]`` and ``next`` is ``kept[t + 1]``; where the loop runs backwards it is
    the other way round. ``end`` and ``kept`` are None where nobody asks. A plain number for ``start`` or ``next`` is that
    number in every entry.
    """

    inside: Value
    start: Arg
    next: Arg
    end: Value | None = None
    kept: Value | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stacked:
    """One value of every turn, in an array with the turns first: ``out[t]`` is what ``inside`` is in turn t."""

    inside: Arg
    out: Value


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """``items`` repeated, with ``counter`` going from 0 to ``n`` - 1, or backwards where ``reverse``.

    Items read values from outside as they are. ``n`` is a number, a length, a number computed from lengths, or a turn of a
    loop around this one; ``turns`` is what it was at the numbers traced.
    """

    counter: Counter
    n: Arg
    turns: int
    items: tuple[Item, ...]
    carried: tuple[Carried, ...] = ()
    stacks: tuple[Stacked, ...] = ()
    reverse: bool = False
    why: str = ""
    at: SourceSpan | None = None

    @property
    def results(self) -> tuple[Value, ...]:
        """The values that the loop leaves behind."""
        ends = [one.end for one in self.carried]
        kept = [one.kept for one in self.carried]
        stacks = [one.out for one in self.stacks]
        return tuple(one for one in (*ends, *kept, *stacks) if one is not None)

    def inner(self) -> Iterator[Value]:
        """The values that are there in a turn alone."""
        for one in self.carried:
            yield one.inside
        for item in self.items:
            match item:
                case Line():
                    yield item.result
                case Loop():
                    yield from item.inner()
                    yield from item.results

    def reads(self) -> Iterator[Value]:
        """Every value from outside that the loop needs."""
        own = set(self.inner())
        for value in dict.fromkeys(self._reads()):
            if value not in own:
                yield value

    def _reads(self) -> Iterator[Value]:
        yield from values_of(self.n)
        for carried in self.carried:
            yield from values_of(carried.start)
            yield from values_of(carried.next)
        for item in self.items:
            yield from item.reads()
        for stacked in self.stacks:
            yield from values_of(stacked.inside)

    def order(self) -> range:
        """The counter's values in the order in which they are taken."""
        return range(self.turns)[::-1] if self.reverse else range(self.turns)


Item = Line | Loop


def values_of(arg: Arg) -> Iterator[Value]:
    """The value that an argument needs, if it needs one."""
    if isinstance(arg, Value):
        yield arg
    elif isinstance(arg, Size):
        yield arg.value


def lines_of(items: Iterable[Item]) -> Iterator[Line]:
    """Every line, those of loops too, in order."""
    for item in items:
        match item:
            case Line():
                yield item
            case Loop():
                yield from lines_of(item.items)


def loops_of(items: Iterable[Item]) -> Iterator[Loop]:
    """Every loop, the outer ones first."""
    for item in items:
        if isinstance(item, Loop):
            yield item
            yield from loops_of(item.items)


__all__ = ["Carried", "Item", "Loop", "Stacked", "Turn", "lines_of", "loops_of"]
