"""Which versions the values of each pass are computed from, which number is the loss, and what is updated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from chainrule import ops
from chainrule.check.steps.recording import RENAMING, Recording, is_laid_out
from chainrule.check.steps.slots import Update, addends
from chainrule.program import Line, Value
from chainrule.trace.statements.roles import LOSS_NAMES

MOST_LOSSES = 4
SMALL = 1e-3
"""By what part of itself a number is moved at most to look at a difference."""
LENGTHS = (ops.zeros_like, ops.ones_like)
"""What reads the shape of its argument alone."""


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


def made_of(line: Line | None) -> Iterable[Value]:
    """What the numbers of a line's result come from; a length says nothing of them."""
    return () if line is None or line.op in LENGTHS else line.reads()


def upstream(
    recording: Recording, value: Value, until: AbstractSet[Value] = frozenset()
) -> set[Value]:
    """A value and what its numbers come from, up to those in ``until``."""
    ahead, seen = [value], {value}
    while ahead:
        one = ahead.pop()
        line = None if one in until else recording.producer.get(one)
        for read in made_of(line):
            if read not in seen:
                seen.add(read)
                ahead.append(read)
    return seen


def singles(
    recording: Recording, versions: Versions, asked: str | None
) -> dict[Value, frozenset[str]]:
    """Single floats that a slot holds, a function returns or a person is shown, with what they are called."""
    learnt = {version for chain in versions.learnt for version in chain}
    names: dict[Value, set[str]] = {}
    for name, value in recording.bound:
        names.setdefault(value, set()).add(name)
    for value, slots in recording.slots.items():
        mine = names.setdefault(value, set())
        mine.update(str(slot[-1]) for slot in slots if isinstance(slot, tuple))
    if asked is None:
        for value in recording.shown:
            names.setdefault(value, set())
        for one in recording.executions():
            for _, item in one.results:
                if isinstance(item, Value):
                    names.setdefault(item, set())
    return {
        value: frozenset(called)
        for value, called in names.items()
        if value.differentiable
        and int(np.prod(value.shape)) == 1
        and recording.position.get(value, -1) >= 0
        and value not in learnt
        and (
            asked in called
            if asked is not None
            else not (value in recording.compared or recording.is_picked(value, learnt))
        )
    }


def losses(
    recording: Recording,
    versions: Versions,
    candidates: Mapping[Value, frozenset[str]],
    *,
    asked: bool = False,
) -> list[list[Value]]:
    """The likeliest losses, each pass by pass: what they read decides, what they are called breaks ties."""
    position = recording.position
    places = {value: recording.way(value) for value in candidates}
    reads: dict[object, int] = {}
    for value in candidates:
        n_read = versions.n_steering(value)
        reads[places[value]] = max(n_read, reads.get(places[value], 0))
    likely = {
        value: (reads[places[value]], called(names))
        for value, names in candidates.items()
        if reads[places[value]] and (asked or versions.fed_nowhere(value))
    }
    most = max((n for n, _ in likely.values()), default=0)
    likely = {value: rank for value, rank in likely.items() if rank[0] == most}
    inner = behind(recording, list(likely))
    ends = [value for value in likely if value not in inner] or list(likely)
    # what the others lead to, and what is called a loss: often the same
    firsts: dict[object, Value] = {}
    for group in (ends, list(likely)):
        best = max((likely[value][1] for value in group), default=0)
        if group is not ends and not best:
            # what others are computed from is the loss only if it is called so
            continue
        named = [value for value in group if likely[value][1] == best]
        # where several things are learnt from several losses, each has its own
        for first in sorted(named, key=position.__getitem__):
            if len(firsts) < MOST_LOSSES:
                firsts.setdefault(places[first], first)
    found = []
    for place, first in firsts.items():
        mine = recording.slots.get(first, {}).keys()
        same = [
            v
            for v in candidates
            if reads[places[v]]
            and (places[v] == place or mine & recording.slots.get(v, {}).keys())
        ]
        passes = by_pass(sorted(same, key=position.__getitem__), versions)
        found.append([group[-1] for group in passes])
    return found


def monitor(
    recording: Recording,
    versions: Versions,
    candidates: Mapping[Value, frozenset[str]],
) -> Value | None:
    """A loss that is computed when all steps are taken: nothing moves after it, and yet it says what is meant."""
    ranks = {
        value: (len(versions.read(value)), called(names))
        for value, names in candidates.items()
        if versions.read(value) and versions.fed_nowhere(value)
    }
    most = max(ranks.values(), default=None)
    alike = [value for value, rank in ranks.items() if rank == most]
    inner = behind(recording, alike)
    ends = [one for one in alike if one not in inner] or alike
    return max(ends, key=recording.position.__getitem__, default=None)


def by_pass(values: Sequence[Value], versions: Versions) -> Iterator[list[Value]]:
    """Values in order, those together that read no two versions of one thing: a sum over samples grows in one pass."""
    read: dict[int, int] = {}
    group: list[Value] = []
    for value in values:
        now = {
            i: at
            for i, chain in enumerate(versions.learnt)
            if value not in chain
            and (at := versions.latest(chain, value, is_at_hand=True)) is not None
        }
        if any(read.get(i, at) != at for i, at in now.items()):
            yield group
            read, group = {}, []
        read.update(now)
        group.append(value)
    if group:
        yield group


def called(names: Iterable[str]) -> int:
    """How much a name says that it is the loss's."""
    known = [len(LOSS_NAMES) - LOSS_NAMES.index(n) for n in names if n in LOSS_NAMES]
    if known:
        return max(known)
    return int(any("loss" in n.lower() or "cost" in n.lower() for n in names))


def behind(recording: Recording, values: Sequence[Value]) -> set[Value]:
    """Those of ``values`` that others of them are computed from."""
    wanted, found = set(values), set[Value]()
    for value in values:
        found |= (upstream(recording, value) & wanted) - {value}
    return found


def updates(recording: Recording, versions: Versions, loss: Value) -> Iterator[Update]:
    """What the loss reads and the script moves on: to the version that is read next, or to the last."""
    numbers = recording.run.numbers
    found: list[tuple[Update, bool]] = []
    for chain in versions.moved(loss):
        at = versions.latest(chain, loss)
        if at is None:
            continue
        to = at + 1
        while to < len(chain) - 1 and not is_read(recording, chain[to], chain[to + 1]):
            to += 1
        is_step = not _is_nudge(recording, chain, chain[to], loss)
        if is_step or np.array_equal(numbers[chain[at]], numbers[chain[to]]):
            name = next((one.name for one in chain if one.name), "")
            found.append((Update(chain[at], chain[to], name), is_step))
    # a velocity that is only in the weight that it has moved is not read by this pass
    read = upstream(recording, loss, {update.before for update, _ in found})
    # what stays as it is has lost its gradient where others take theirs; before the first step it is to stay
    if any(is_step for _, is_step in found):
        yield from (update for update, _ in found if update.before in read)


def _is_nudge(
    recording: Recording, chain: Sequence[Value], after: Value, loss: Value
) -> bool:
    """Whether nothing that the loss is made of is in a step: a weight is moved to look at a difference.

    A share of the weight itself that is no small one is no such move.
    """
    own = set(chain)
    step = upstream(recording, after, own - {after})
    if not (step - own).isdisjoint(upstream(recording, loss, own) - own):
        return False
    numbers, producer = recording.run.numbers, recording.producer
    kept = {after, *addends(after, producer, numbers)}
    shared = {read for one in step - kept for read in made_of(producer.get(one))}
    return all(
        np.shape(numbers[one]) != after.shape
        or np.allclose(numbers[one], numbers[after], rtol=SMALL, atol=SMALL)
        for one in shared & kept
    )


def nth_trained(
    recording: Recording, versions: Versions, passes: Sequence[Value], n: int
) -> int | None:
    """Which pass is the n-th that is followed by steps; None where there are not so many."""
    left = n
    for i, loss in enumerate(passes):
        left -= any(True for _ in updates(recording, versions, loss))
        if not left:
            return i
    return None


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
