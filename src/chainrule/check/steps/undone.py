"""What a script moves and puts back, to look at a difference: what is put back is what it was, and nothing was learnt.

A version is a *probe* where it differs from the version before by numbers, or by so many times something given, and a
later version holds the same numbers again. This goes for ``W[i] = old + eps``, for ``net.W = (theta + step)[:6]``, and
for ``W[i] += eps; W[i] -= 2 * eps; W[i] += eps``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from chainrule import ops
from chainrule.program import Line, Program, Value
from chainrule.program.rewritten import rewritten

Undone = dict[Value, Value | None]
"""Of what is put back, what it is again; of a probe, None."""

ROUNDINGS = 16
"""By how many units in the last place what is added and taken off again may be another number."""
PUTS = (
    ops.add,
    ops.subtract,
    ops.identity,
    ops.astype,
    ops.reshape,
    ops.getitem,
    ops.setitem,
    ops.concatenate,
)
"""What leaves the numbers of its arguments as they are, but for what is added."""
SCALES = (ops.multiply, ops.divide, ops.negative)
"""What makes a direction so long as it is to be gone."""


def undone(
    producer: Mapping[Value, Line],
    position: Mapping[Value, int],
    numbers: Mapping[Value, object],
    versions: Iterable[Sequence[Value]],
) -> Undone:
    """Of the versions of each thing, in order, the probes and what is put back."""
    found: Undone = {}

    def is_moved(value: Value, anchor: Value) -> bool:
        """Whether a value is the anchor and what is added to it: nothing computed but so many times what is given."""
        ahead, seen = [(value, False)], set[tuple[Value, bool]]()
        is_made_of = False
        while ahead:
            one, is_added = state = ahead.pop()
            one = found.get(one) or one
            if one is anchor:
                if is_added:
                    return False
                is_made_of = True
            elif state not in seen and one in producer:
                seen.add(state)
                line = producer[one]
                if position[one] > position[anchor]:
                    if line.op not in PUTS:
                        is_added = True
                        if line.op not in SCALES or len(line.reads()) > 1:
                            return False
                    ahead += [(arg, is_added) for arg in line.reads()]
        return is_made_of

    for several in versions:
        if not _recurs([numbers[one] for one in several]):
            continue
        anchor: Value | None = None
        probes: list[Value] = []
        for one in several:
            if one in found:
                continue
            if anchor is None or not is_moved(one, anchor):
                anchor, probes = one, []
            elif _is_again(one, anchor, probes, numbers):
                found.update(dict.fromkeys(probes))
                found[one] = anchor
                probes = []
            else:
                probes.append(one)
    return found


def without(program: Program, found: Undone) -> Program:
    """The program with what was put back read as what it is again."""
    again = {value: one for value, one in found.items() if one is not None}
    items = tuple(
        line if again.keys().isdisjoint(line.reads()) else rewritten(line, again)
        for line in program.lines
    )
    return replace(program, items=items)


def chained(writes: Iterable[tuple[Value, Value]]) -> list[list[Value]]:
    """The versions of each array that is written in place, in order."""
    ends: dict[Value, list[Value]] = {}
    for before, after in writes:
        chain = ends.pop(before, None) or [before]
        chain.append(after)
        ends[after] = chain
    return list(ends.values())


def _is_again(
    one: Value,
    anchor: Value,
    probes: Sequence[Value],
    numbers: Mapping[Value, object],
) -> bool:
    """Whether a version holds the numbers of an earlier one, and those between did not."""
    there, here = np.asarray(numbers[anchor]), np.asarray(numbers[one])
    if there.shape != here.shape or not probes or not there.size:
        return False
    far = max(_distance(np.asarray(numbers[probe]), there) for probe in probes)
    rounding = ROUNDINGS * np.finfo(float).eps * (np.max(np.abs(there)) + far)
    return bool(far > rounding >= _distance(here, there))


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
