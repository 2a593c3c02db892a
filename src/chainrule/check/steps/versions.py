"""Which versions of everything that moves a value was computed from, and which of it is learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from chainrule import ops
from chainrule.check.steps.recording import RENAMING, Recording, is_laid_out
from chainrule.check.steps.slots import addends, made_of
from chainrule.program import Arg, Line, Value


@dataclass(eq=False)
class Versions:
    """Of which versions each value is computed, as bits."""

    recording: Recording
    chains: Sequence[Sequence[Value]]

    @cached_property
    def bit(self) -> dict[Value, int]:
        """The bit of each version."""
        found: dict[Value, int] = {}
        for chain in self.chains:
            for version in chain:
                found.setdefault(version, 1 << len(found))
        return found

    @cached_property
    def behind(self) -> dict[Value, int]:
        """The versions behind each value, its own included."""
        found = {v: self.bit.get(v, 0) for v in self.recording.program.inputs}
        for line in self.recording.program.lines:
            mask = self.bit.get(line.result, 0)
            for read in made_of(line):
                mask |= found[read]
            found[line.result] = mask
        return found

    @cached_property
    def at_hand(self) -> dict[Value, int]:
        """The versions that each value reads, its own included, and not what these were made of in earlier passes."""
        learnt = {version for chain in self.learnt for version in chain}
        found = {v: self.bit.get(v, 0) for v in self.recording.program.inputs}
        for line in self.recording.program.lines:
            mask = self.bit.get(line.result, 0)
            for read in () if line.result in learnt else made_of(line):
                mask |= found[read]
            found[line.result] = mask
        return found

    def latest(
        self, chain: Sequence[Value], value: Value, *, is_at_hand: bool = False
    ) -> int | None:
        """Which version of a thing ``value`` was computed from, or reads; the last, if several."""
        mask = (self.at_hand if is_at_hand else self.behind)[value]
        return next(
            (i for i in reversed(range(len(chain))) if mask & self.bit[chain[i]]), None
        )

    @cached_property
    def roots(self) -> list[Sequence[Value]]:
        """The chains that start from nothing else that moves: parameters and states, not what is computed from them."""
        return [
            chain
            for chain in self.chains
            if self.behind[chain[0]] == self.bit[chain[0]]
        ]

    @cached_property
    def moving(self) -> int:
        """The bits of everything that is learnt."""
        mask = 0
        for chain in self.learnt:
            for version in chain:
                mask |= self.bit[version]
        return mask

    def moves(self, value: Arg) -> bool:
        """Whether something that is learnt is behind a value."""
        return isinstance(value, Value) and bool(self.behind[value] & self.moving)

    @cached_property
    def learnt(self) -> list[Sequence[Value]]:
        """The chains of which a version is read and then moved on: what a sum is added up in is read when it is done.

        Beside what was drawn and is moved, what was computed first is moved, too: by a decomposition, from the data.
        Where nothing drawn is moved, no step is taken, and what moves is a gradient that is written in several lines.
        """
        recording = self.recording
        moved = [
            chain
            for chain in self.roots
            if any(is_read(recording, one, later) for one, later in pairwise(chain))
        ]
        takes_steps = any(
            recording.is_given(start) or is_laid_out(recording.producer, start)
            for start, *_ in moved
        )
        return moved if takes_steps else []

    @cached_property
    def steering(self) -> set[int]:
        """Which of the things learnt some step is made of; of what is added up for show none is."""
        used = set()
        for i, chain in enumerate(self.learnt):
            lines = (
                line for one in chain for line in self.recording.readers.get(one, ())
            )
            if any(line.result in self.feeding for line in lines):
                used.add(i)
        return used or set(range(len(self.learnt)))

    def n_steering(self, value: Value) -> int:
        """How many things that steer steps ``value`` reads in a version that is not their last."""
        moved = {id(chain) for chain in self.moved(value)}
        return sum(id(self.learnt[i]) in moved for i in self.steering)

    def moved(self, value: Value) -> list[Sequence[Value]]:
        """The things of which ``value`` reads a version that is not their last."""
        found = []
        for chain in self.learnt:
            if value not in chain:
                at = self.latest(chain, value)
                if at is not None and at < len(chain) - 1:
                    found.append(chain)
        return found

    def read(self, value: Value) -> list[Value]:
        """The versions of what is learnt that ``value`` reads last."""
        found = []
        for chain in self.learnt:
            at = None if value in chain else self.latest(chain, value)
            if at is not None:
                found.append(chain[at])
        return found

    def fed_nowhere(self, value: Value) -> bool:
        """Whether no step is made of a value, nor of what its expression computes elsewhere: else it is an error or a delta.

        In the last pass recorded, the steps may not have come yet.
        """
        copied: Value | None = value
        while copied is not None and self.recording.way(copied) not in self._fed:
            line = self.recording.producer.get(copied)
            held = (
                line.args[0] if line is not None and line.op is ops.identity else None
            )
            copied = held if isinstance(held, Value) else None
        return copied is None

    @cached_property
    def _fed(self) -> set[object]:
        return {self.recording.way(value) for value in self.feeding}

    @cached_property
    def feeding(self) -> set[Value]:
        """What steps are made of, versions left out."""
        learnt = {version for chain in self.learnt for version in chain}
        producer = self.recording.producer
        seen: set[Value] = set()
        ahead = [version for chain in self.learnt for version in chain[1:]]
        while ahead:
            for read in made_of(producer.get(ahead.pop())):
                if read not in seen and read not in learnt:
                    seen.add(read)
                    ahead.append(read)
        return seen


def is_read(recording: Recording, version: Value, later: Value) -> bool:
    """Whether a version is read for anything else than to be moved on."""
    producer, readers = recording.producer, recording.readers
    numbers = recording.run.numbers
    own = {later, *addends(later, producer, numbers, until=version)}

    def moves_on(line: Line) -> bool:
        if line.result in own:
            return True
        hands_on = (*RENAMING, ops.getitem, ops.setitem, ops.add, ops.subtract)
        further = readers.get(line.result, ())
        if line.op not in hands_on:
            return False
        # what was written into the next version is that one's, whoever reads it then
        is_written = any(one.op is ops.setitem and one.result in own for one in further)
        return is_written or all(map(moves_on, further))

    return not all(moves_on(line) for line in readers.get(version, ()))
