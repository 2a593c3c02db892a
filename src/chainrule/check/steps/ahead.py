"""Gradients taken elsewhere than where a weight is: where its momentum will bring it, or up the slope from it.

The loss then reads the weight in a sum with what moves it, and in nothing but this sum. The gradient is taken in the
sum; a velocity in it is no weight of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from chainrule import ops
from chainrule.check.steps.recording import RENAMING, Recording
from chainrule.check.steps.slots import Update, upstream
from chainrule.program import Line, Value

SUMS = (ops.add, ops.subtract)
SCALES = (ops.multiply, ops.divide, ops.negative)


def read_ahead(
    recording: Recording, loss: Value, found: Sequence[Update]
) -> list[Update]:
    """The updates, each with the sum that the loss reads in its weight's place; those of velocities are left out."""
    behind = upstream(recording.producer, loss)
    ahead: dict[Update, Value] = {}
    moved_by: dict[Update, set[Value]] = {}
    for one in found:
        line = _sum_of(recording, behind, one.before)
        if line is not None:
            ahead[one] = line.result
            moved_by[one] = set().union(
                *(upstream(recording.producer, v) for v in line.reads())
            )
    learnt = {one.before: one for one in found}
    while ahead:
        totals = set(ahead.values())
        read = upstream(recording.producer, loss, totals)
        moves = {value for one in ahead for value in _moved_by(recording, one)}
        known = {
            one for one in found if one in ahead or recording.origin(one.after) in moves
        }
        kept = {
            one: total
            for one, total in ahead.items()
            if one.before not in read
            # a sum of two weights is none; what is put back later is
            and (
                total in recording.undone
                or {learnt[v] for v in moved_by[one] & learnt.keys()} <= known
            )
            # nor what hides where another one is read
            and (totals - read).isdisjoint(upstream(recording.producer, total))
        }
        if len(kept) == len(ahead):
            return [
                replace(one, total=ahead.get(one))
                for one in found
                if one in ahead or one not in known or one.before in read
            ]
        ahead = kept
    return list(found)


def _sum_of(
    recording: Recording, behind: AbstractSet[Value], value: Value
) -> Line | None:
    """The last sum, entry by entry, in which a value is read on the way to the loss."""
    lines = [
        line
        for line in recording.readers.get(value, ())
        if line.result in behind and line.result.shape == value.shape
    ]
    for line in reversed(lines):
        if line.op in SUMS and line.args[0] is value is not line.args[1]:
            return line
        if line.op is ops.add and line.args[1] is value:
            return line
        if line.op in RENAMING:
            return _sum_of(recording, behind, line.result)
    return None


def _moved_by(recording: Recording, update: Update) -> Iterator[Value]:
    """What the step of an update is a sum of, each so many times."""
    ahead, seen = [update.after], {update.before}
    while ahead:
        value = ahead.pop()
        if value in seen:
            continue
        seen.add(value)
        yield value
        line = recording.producer.get(value)
        if line is not None and line.op in (*SUMS, *SCALES, *RENAMING):
            ahead += line.reads()
