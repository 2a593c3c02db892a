"""What a script moves and puts back: what is put back is what it was, and nothing was learnt.

A difference is looked at, a step is tried, a gradient is taken where momentum will lead. A version is a *probe* where
a later one holds the numbers that an earlier one held, and is made of that one: by numbers, and by what was added and
is taken away again, and where something is computed from it. This goes for ``W[i] = old + eps``, for
``net.W = (theta + step)[:6]``, for ``W -= rate * g`` and ``W += rate * g``. A weight that two steps bring back to where it
was has taken them, and a step that nothing looks at before it is gone was lost.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import pairwise

import numpy as np

from chainrule import ops
from chainrule.program import Arg, Line, Program, Value
from chainrule.program.rewritten import rewritten

Undone = dict[Value, Value | None]
"""Of what is put back, what it is again; of a probe, None."""

ROUNDINGS = 16
"""By how many units in the last place what is added and taken off again may be another number."""
FARTHEST = 50
"""How many versions may lie between what is moved and what is put back."""
VIEWS = (ops.identity, ops.astype, ops.reshape, ops.getitem, ops.concatenate)
"""What leaves the numbers of its arguments as they are."""


def undone(
    producer: Mapping[Value, Line],
    position: Mapping[Value, int],
    numbers: Mapping[Value, object],
    versions: Iterable[Sequence[Value]],
) -> tuple[Undone, list[Sequence[Value]]]:
    """Of the versions of each thing, in order, the probes and what is put back; and both by where they were tried.

    There the anchor comes first, what is put back last.
    """
    found: Undone = {}
    tried: list[Sequence[Value]] = []
    readers: dict[Value, set[Value]] = {}
    for line in producer.values():
        for read in line.reads():
            readers.setdefault(read, set()).add(line.result)
    for several in versions:
        if not _recurs([numbers[one] for one in several]):
            continue
        largest = max(_size(numbers[one]) for one in several)
        kept: list[Value] = []
        for one in several:
            if one in found:
                continue
            for at in range(len(kept) - 2, max(-1, len(kept) - FARTHEST), -1):
                anchor, probes = kept[at], kept[at + 1 :]
                if not _is_same(one, anchor, probes, numbers, largest):
                    continue
                sums = _Sums(producer, position, numbers, found, anchor)
                if sums.of(one).is_anchor and sums.are_looks(one, probes, readers):
                    found.update(dict.fromkeys(probes))
                    tried.append([anchor, *probes, one])
                    if one is not anchor:
                        found[one] = anchor
                    del kept[at + 1 :]
                    break
            else:
                kept.append(one)
    return found, tried


@dataclass(frozen=True, slots=True)
class _Sum:
    """A value as a sum: how many times of each thing computed, whether the anchor is in it, whether it is of numbers alone."""

    times: Mapping[Hashable, float] = field(default_factory=dict)
    has_anchor: bool = False
    is_number: bool = False

    def plus(self, other: _Sum, times: float = 1.0) -> _Sum:
        """This and so many times another; the anchor is in a sum once."""
        sums = dict(self.times)
        for key, n in other.times.items():
            sums[key] = sums.get(key, 0.0) + times * n
        return _Sum(sums, self.has_anchor or other.has_anchor)

    def scaled(self, times: float) -> _Sum:
        """So many times this."""
        return _Sum({key: times * n for key, n in self.times.items()})

    def overwritten(self, by: _Sum) -> _Sum:
        """This where entries of it are replaced by entries of another."""
        if by.has_anchor and not by.times:
            return by
        return _Sum({**self.times, **by.times}, self.has_anchor or by.has_anchor)

    @property
    def is_anchor(self) -> bool:
        """Whether nothing is left beside the anchor."""
        largest = max(map(abs, self.times.values()), default=0.0)
        return self.has_anchor and largest <= 1e-9


@dataclass(eq=False)
class _Sums:
    """Values as sums of an anchor and of what was computed since."""

    producer: Mapping[Value, Line]
    position: Mapping[Value, int]
    numbers: Mapping[Value, object]
    found: Undone
    anchor: Value
    known: dict[Value, _Sum] = field(default_factory=dict)

    def of(self, value: Value) -> _Sum:
        """A value as a sum."""
        for one in self._cone(value):
            self.known[one] = self._sum(one)
        return self.known[self._again(value)]

    def are_looks(
        self, again: Value, probes: Sequence[Value], readers: Mapping[Value, set[Value]]
    ) -> bool:
        """Whether these are the anchor, moved, before it is there ``again``, and something is computed from one of them."""
        back, *tries = [self._statement(one) for one in (again, *probes)]
        if all(one == back for one in tries):
            # turn by turn the same statement goes to and fro: a bias on its labels
            return False
        sums = [self.of(one) for one in probes]
        own = {*self.known, *probes}
        return (
            all(one.has_anchor for one in sums)
            # a look ahead on a momentum of 0 is one, too
            and any(
                one.times or not _is_same(probe, self.anchor, [], self.numbers)
                for probe, one in zip(probes, sums, strict=True)
            )
            and any(readers.get(one, own) - own for one in probes)
        )

    def _statement(self, value: Value) -> object:
        line = self.producer.get(value)
        return line.places[:1] if line and line.places else value

    def _again(self, value: Value) -> Value:
        return self.found.get(value) or value

    def _cone(self, value: Value) -> list[Value]:
        """A value, and what it is made of since the anchor, in order."""
        ahead, seen = [self._again(value)], set[Value]()
        while ahead:
            one = ahead.pop()
            if one in seen:
                continue
            seen.add(one)
            line = self.producer.get(one)
            if one is not self.anchor and line and self._is_later(one):
                ahead += map(self._again, line.reads())
        return sorted(seen, key=self._place)

    def _place(self, value: Value) -> int:
        return self.position.get(value, -1)

    def _is_later(self, value: Value) -> bool:
        return self._place(value) > self._place(self.anchor)

    def _sum(self, value: Value) -> _Sum:
        line = self.producer.get(value)
        if value is self.anchor:
            return _Sum(has_anchor=True)
        if line is None or not self._is_later(value):
            return _Sum({value: 1.0})
        parts = [self._part(arg) for arg in line.args]
        if all(one.is_number for one in parts):
            return _Sum(is_number=True)
        if line.op in (ops.add, ops.subtract):
            return parts[0].plus(parts[1], 1.0 if line.op is ops.add else -1.0)
        if line.op is ops.negative and not parts[0].has_anchor:
            return parts[0].scaled(-1.0)
        if line.op is ops.setitem:
            return parts[0].overwritten(parts[1])
        if line.op in VIEWS:
            return reduce(_Sum.plus, parts)
        if line.op in (ops.multiply, ops.divide):
            ways = [(0, 1), (1, 0)] if line.op is ops.multiply else [(0, 1)]
            for one, by in ways:
                times = self._single(line.args[by])
                if times and not (parts[one].has_anchor or parts[by].has_anchor):
                    return parts[one].scaled(
                        times if line.op is ops.multiply else 1 / times
                    )
        args = tuple(
            self._again(a) if isinstance(a, Value) else repr(a) for a in line.args
        )
        return _Sum({(line.op.name, args, repr(line.params)): 1.0})

    def _part(self, arg: Arg) -> _Sum:
        return (
            self.known[self._again(arg)]
            if isinstance(arg, Value)
            else _Sum(is_number=True)
        )

    def _single(self, arg: Arg) -> float | None:
        """The number that an argument is; None where it is an array, or computed by the script of others."""
        number = np.asarray(self.numbers[arg] if isinstance(arg, Value) else arg)
        return (
            float(number.item())
            if number.size == 1 and number.dtype.kind in "fiu"
            else None
        )


def without(program: Program, found: Undone) -> Program:
    """The program with what was put back read as what it is again."""
    again = {value: one for value, one in found.items() if one is not None}
    items = tuple(
        line if again.keys().isdisjoint(line.reads()) else rewritten(line, again)
        for line in program.lines
    )
    return replace(program, items=items)


def chained(writes: Iterable[tuple[Value, Value]]) -> list[list[Value]]:
    """The versions of each thing that is moved, in order: all that became one another."""
    chains: dict[Value, list[Value]] = {}
    for before, after in writes:
        chain = chains.setdefault(before, [before])
        other = chains.get(after, [after])
        if other is not chain:
            chain += other
            chains.update((one, chain) for one in other)
    return list({id(chain): chain for chain in chains.values()}.values())


def _is_same(
    one: Value,
    anchor: Value,
    probes: Sequence[Value],
    numbers: Mapping[Value, object],
    largest: float = np.inf,
) -> bool:
    """Whether a version holds the numbers of an earlier one, but for what is lost on the way over those between."""
    there, here = np.asarray(numbers[anchor]), np.asarray(numbers[one])
    if there.shape != here.shape or not there.size:
        return False
    distance = _distance(here, there)
    if not distance:
        return True
    size = _size(there)
    # nothing between is farther off than the largest of all versions: no need to look at each
    if distance > ROUNDINGS * np.finfo(float).eps * (2 * size + largest):
        return False
    far = max((_distance(np.asarray(numbers[v]), there) for v in probes), default=0.0)
    rounding = ROUNDINGS * np.finfo(float).eps * (size + far)
    return bool(distance <= rounding)


def _size(one: object) -> float:
    return float(np.max(np.abs(np.asarray(one)), initial=0.0))


def _recurs(several: Sequence[object]) -> bool:
    """Whether what was left may have been come back to: a look that costs little."""
    sizes = [float(np.sum(np.abs(np.asarray(one)))) for one in several]
    sums = sorted((size, i) for i, size in enumerate(sizes))
    return any(
        abs(i - j) > 1 and other - one <= 1e-9 * (1 + abs(one))
        for (one, i), (other, j) in pairwise(sums)
    )


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    if one.shape != other.shape or one.dtype.kind not in "fc":
        return 0.0
    return float(np.max(np.abs(one - other)))
