"""The order in which statements are written: forward, then each gradient, its parameters' before the next; loops inside."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from chainrule import ops
from chainrule.program import Arg, Item, Line, Loop, Op, Value
from chainrule.program.loop import values_of

Entry = Value | Loop
"""A statement, by the value that it gives a name, or a loop."""
Rank = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Order:
    """What decides the order: which values have statements (``own``), which are ``forward``, which are asked for.

    ``gradients`` are the gradients of values; ``targets`` those that were asked for, in their order.
    """

    producer: Mapping[Value, Line]
    own: AbstractSet[Value]
    forward: AbstractSet[Value]
    targets: Sequence[Value]
    gradients: Collection[Value]

    def entries(self, items: Sequence[Item], loop: Loop | None = None) -> list[Entry]:
        """What is written of ``items``, the body of ``loop``, in order."""
        written: list[Entry] = []
        for item in items:
            match item:
                case Line():
                    written += [item.result] if item.result in self.own else []
                case Loop():
                    written.append(item)
        if not self.forward:
            return written
        forward = [entry for entry in written if is_forward(entry, self.forward)]
        backward = [entry for entry in written if not is_forward(entry, self.forward)]
        targets = self.targets if loop is None else [*_sums(loop), *self.targets]
        last = () if loop is None else (ops.setitem, ops.add_at)
        return forward + self._scheduled(backward, targets, last)

    def _scheduled(
        self,
        written: Sequence[Entry],
        targets: Sequence[Value],
        last: Collection[Op],
    ) -> list[Entry]:
        """Every statement as soon as what it reads is there, a parameter's gradient before anything else.

        The ops of ``last`` wait for all that is ready: a turn that writes into an array has then read it before.
        """
        maker = {value: entry for entry in written for value in makes(entry)}
        needs = {
            entry: {maker[value] for value in self.reads(entry) if value in maker}
            for entry in written
        }
        readers: dict[Entry, list[Entry]] = {entry: [] for entry in written}
        for entry, needed in needs.items():
            for one in needed:
                readers[one].append(entry)
        rank = self._ranks(written, readers, targets)
        rank |= {one: (2, 0) for one in written if self._is_one_of(one, last)}
        missing = {entry: len(needed) for entry, needed in needs.items()}
        place = {entry: position for position, entry in enumerate(written)}
        ready = [(rank[one], place[one]) for one in written if not missing[one]]
        heapq.heapify(ready)
        result: list[Entry] = []
        while ready:
            entry = written[heapq.heappop(ready)[1]]
            result.append(entry)
            for reader in readers[entry]:
                missing[reader] -= 1
                if not missing[reader]:
                    heapq.heappush(ready, (rank[reader], place[reader]))
        return result

    def _is_one_of(self, entry: Entry, last: Collection[Op]) -> bool:
        return not isinstance(entry, Loop) and self.producer[entry].op in last

    def _ranks(
        self,
        written: Sequence[Entry],
        readers: Mapping[Entry, Sequence[Entry]],
        targets: Sequence[Value],
    ) -> dict[Entry, Rank]:
        """Parameters' gradients first, in the order asked for, and with each what only it needs."""
        place: dict[Entry, int] = {
            one: position for position, one in enumerate(written)
        }
        rank: dict[Entry, Rank] = {one: (1, place[one]) for one in written}
        for i, target in enumerate(targets):
            if target in rank:
                rank[target] = (0, i)
        known = {*targets, *self.gradients}
        for entry in reversed(written):
            alone = isinstance(entry, Value) and entry not in known
            if alone and len(readers[entry]) == 1:
                (reader,) = readers[entry]
                if rank[reader][0] == 0:
                    rank[entry] = rank[reader]
        return rank

    def reads(self, entry: Entry) -> Iterator[Value]:
        """The named values that an entry reads and does not make itself."""
        read = (
            entry.reads() if isinstance(entry, Loop) else self.producer[entry].reads()
        )
        for value in read:
            yield from self.named(value)

    def named(self, arg: Arg) -> Iterator[Value]:
        """The named values in the text of an argument."""
        pending = list(values_of(arg))
        while pending:
            value = pending.pop()
            if value in self.own or value not in self.producer:
                yield value
            else:
                pending += self.producer[value].reads()


def is_forward(entry: Entry, forward: AbstractSet[Value]) -> bool:
    """Whether a statement or a loop belongs to the forward pass."""
    if isinstance(entry, Loop):
        return not forward.isdisjoint((*entry.inner(), *entry.results))
    return entry in forward


def makes(entry: Entry) -> tuple[Value, ...]:
    """The values that are there after an entry."""
    return entry.results if isinstance(entry, Loop) else (entry,)


def _sums(loop: Loop) -> Iterator[Value]:
    """What a turn adds to sums over the turns."""
    makers = {item.result: item for item in loop.items if isinstance(item, Line)}
    for one in loop.carried:
        maker = makers.get(one.next) if isinstance(one.next, Value) else None
        if maker is None or maker.op not in (ops.add, ops.add_at):
            continue
        if maker.args[0] is one.inside:
            yield maker.result
