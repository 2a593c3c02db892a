"""Named views whose memory a loop writes into before they are last read: they get copies of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chainrule import ops
from chainrule.emit.buffers import Buffers
from chainrule.emit.liveness import Liveness
from chainrule.program import Carried, Line, Value

Name = Callable[[Value], str]


def is_view(line: Line) -> bool:
    """Whether the result may share its memory with the first argument, in one of the languages that write into arrays."""
    match line.op:
        case ops.getitem:
            # arrays as indices pick copies
            return all(not isinstance(i, Value) or not i.shape for i in line.args[1:])
        case ops.identity | ops.astype:
            return True
        case ops.einsum:
            return len(line.args) == 1
        case _:
            return line.op.kind == "view"


def handed_on(buffers: Buffers) -> Iterator[Value]:
    """What outlives the turn that made it: it goes to the next turn, joins a list, or is returned."""
    yield from buffers.program.outputs
    for loop in buffers.scopes.loops:
        for one in loop.carried:
            yield from (v for v in (one.start, one.next) if isinstance(v, Value))
        for stacked in loop.stacks:
            if isinstance(stacked.inside, Value):
                yield stacked.inside


class SharedMemory:
    """Which values stand in one memory, because a turn writes into it or hands it on."""

    def __init__(self, buffers: Buffers) -> None:
        self.buffers = buffers
        self.producer = buffers.producer
        self._same: dict[Value, Value] = {}

    def _place(self, value: Value) -> Value:
        while value in self._same:
            value = self._same[value]
        return value

    def _unite(self, one: Value, other: object) -> None:
        if isinstance(other, Value) and self._place(one) is not self._place(other):
            self._same[self._place(other)] = self._place(one)

    def _hand_on(self, one: Carried) -> None:
        self._unite(one.inside, one.next)
        self._unite(one.inside, one.end)
        if not self.buffers.copied(one):
            self._unite(one.inside, one.start)

    def shown(self, value: Value) -> Iterator[Value]:
        """The values of whose memory this one is a view, the nearest first."""
        line = self.producer.get(value)
        while line is not None and is_view(line):
            first = line.args[0]
            if not isinstance(first, Value):
                return
            yield first
            line = self.producer.get(first)

    def overwritten(self, live: Liveness, name: Name) -> frozenset[Value]:
        """The views that are still read, or handed on, when what they show is written into."""
        writes = [
            line
            for line in self.buffers.program.every_line()
            if self._writes(line, name)
        ]
        for line in writes:
            self._unite(line.result, line.args[0])
        for loop in self.buffers.scopes.loops:
            for one in loop.carried:
                self._hand_on(one)
        when: dict[Value, list[int]] = {}
        for line in writes:
            made = live.spans[line.result].made
            when.setdefault(self._place(line.result), []).append(made)
        kept = set(handed_on(self.buffers))
        entries = self.buffers.dialect.entries_are_views
        return frozenset(
            value
            for value, span in live.spans.items()
            if value.shape or entries
            for whole in self.shown(value)
            for written in when.get(self._place(whole), ())
            if value in kept or span.made < written <= span.read
        )

    def _writes(self, line: Line, name: Name) -> bool:
        buffers = self.buffers
        return buffers.in_place(line, name) or buffers.adds_on(line, name)
