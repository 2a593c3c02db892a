"""Names by liveness: values that go by one word share a name wherever the one is no longer read when the other is made."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chainrule.emit.names import Names, valid
from chainrule.emit.order import Entry, Order
from chainrule.program import Arg, Item, Loop, Program, Value

FOREVER = 1 << 60


Onto = Callable[[Value, Value], bool]
"""Whether the statement of a value may give it the name of another value that it reads."""


@dataclass(slots=True)
class Lifetime:
    """From when a value is there until when it is last read."""

    made: int
    read: int


class Liveness:
    """When each named value is made and last read, counted in statements."""

    def __init__(self, program: Program, order: Order) -> None:
        self.order = order
        self.clock = 0
        self.spans: dict[Value, Lifetime] = {}
        self.path: dict[Value, tuple[Loop, ...]] = {}
        self.end: dict[Loop, int] = {}
        self._reads: list[tuple[Value, int, tuple[Loop, ...]]] = []
        for value in program.inputs:
            self._make(value, ())
        self._entries(order.entries(program.items), ())
        for value in program.outputs:
            self._reads.append((value, FOREVER, ()))
        for value, when, path in self._reads:
            self._read(value, when, path)

    def _make(self, value: Value, path: tuple[Loop, ...]) -> None:
        self.spans[value] = Lifetime(self.clock, self.clock)
        self.path[value] = path

    def _read(self, value: Value, when: int, path: tuple[Loop, ...]) -> None:
        """A value from outside of a loop is needed until the loop's last turn is over."""
        if value not in self.spans:
            return
        own = self.path[value]
        until = self.end[path[len(own)]] if len(path) > len(own) else when
        span = self.spans[value]
        span.read = max(span.read, until)

    def _note(self, arg: Arg, path: tuple[Loop, ...]) -> None:
        for value in self.order.named(arg):
            self._reads.append((value, self.clock, path))

    def _entries(self, entries: Sequence[Entry], path: tuple[Loop, ...]) -> None:
        for entry in entries:
            self.clock += 1
            if isinstance(entry, Loop):
                self._loop(entry, path)
                continue
            for value in self.order.reads(entry):
                self._reads.append((value, self.clock, path))
            self._make(entry, path)

    def _loop(self, loop: Loop, path: tuple[Loop, ...]) -> None:
        inside = (*path, loop)
        self._note(loop.n, path)
        for one in loop.carried:
            # the starts are taken over one after the other
            self._note(one.start, path)
            self._make(one.inside, inside)
            self.clock += 1
        for value in _kept(loop):
            self._make(value, path)
        self._entries(self.order.entries(loop.items, loop), inside)
        self.clock += 1
        for one in loop.carried:
            self._note(one.next, inside)
        for stacked in loop.stacks:
            self._note(stacked.inside, inside)
        self.end[loop] = self.clock
        for one in loop.carried:
            if one.end is not None:
                self._make(one.end, path)

    def apart(self, one: Value, other: Value, onto: Onto) -> bool:
        """Whether two values may have one name, because the one is no longer read when the other is made."""
        first, then = sorted((one, other), key=lambda value: self.spans[value].made)
        read, made = self.spans[first].read, self.spans[then].made
        if self.spans[first].made == made:
            return False
        # x = f(x) reads x before it gives the name anew; a statement in several lines may not
        return read < made or (read == made and onto(then, first))


def assign(
    names: Names,
    program: Program,
    live: Liveness,
    words: Mapping[Value, str],
    onto: Onto,
) -> None:
    """Give every value of ``words`` its word as a name, or the word with a number where others have it at that time."""
    holders: dict[str, list[Value]] = {}
    for value, name in names.of.items():
        if value in live.spans:
            holders.setdefault(name, []).append(value)
    _counters(names, program)
    for value in sorted(words, key=lambda value: live.spans[value].made):
        for name in _numbered(words[value]):
            mine = holders.get(name, [])
            free = name not in names.taken or bool(mine)
            if free and all(live.apart(value, other, onto) for other in mine):
                break
        names.taken.add(name)
        names.of[value] = name
        holders.setdefault(name, []).append(value)


def _numbered(word: str) -> Iterator[str]:
    yield word
    yield from (f"{word}_{count}" for count in itertools.count(2))


def _counters(names: Names, program: Program) -> None:
    """Names for what counts the turns: one for loops that stand beside each other, others for a loop in a loop."""
    used: set[str] = set()

    def give(items: Sequence[Item], around: frozenset[str]) -> None:
        for item in items:
            if not isinstance(item, Loop):
                continue
            if item.counter not in names.counters:
                wishes = itertools.chain(
                    (valid(item.counter.name), *"tijkn"), _numbered("turn")
                )
                names.counters[item.counter] = next(
                    name
                    for name in wishes
                    if name not in around and (name in used or name not in names.taken)
                )
            name = names.counters[item.counter]
            used.add(name)
            names.taken.add(name)
            give(item.items, around | {name})

    give(program.items, frozenset())


def _kept(loop: Loop) -> Iterator[Value]:
    for one in loop.carried:
        if one.kept is not None:
            yield one.kept
    for stacked in loop.stacks:
        yield stacked.out
