"""The finals of all updates of a script: one each, or one for each statement that writes some entries."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from chainrule import ops
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.excused import Excused
from chainrule.check.steps.finals import Final, Finals
from chainrule.check.steps.overwritten import starts_elsewhere
from chainrule.check.steps.slots import Update
from chainrule.check.steps.truths import Truths
from chainrule.check.steps.walk import Walk
from chainrule.check.steps.written import Written
from chainrule.program import Array, Value

MOST_WRITES = 200


def finals_of(
    evidence: Evidence,
    truths: Truths,
    *,
    free: bool = False,
    implied: bool = False,
    as_written: bool = False,
) -> Finals:
    """The finals of a script's updates, judged; of a loss that is ``implied``, the scale is not known.

    ``as_written`` says that the loss's own scale is the only one that counts.
    """
    common: set[int] = set()
    # arrays first: what scales them is no gradient of a single number
    by_update = {
        update: list(_finals(evidence, update, common))
        for update in sorted(evidence.updates, key=lambda one: one.before.shape == ())
    }
    listed = [final for update in evidence.updates for final in by_update[update]]
    found = Finals(
        evidence, truths, listed, is_free=free or implied, is_implied=implied
    )
    if as_written:
        found.is_free, found.conventions = False, (1.0,)
        for final in listed:
            # no decay is taken beside a gradient: what is added to it is meant to be of the loss
            final.cuts = final.cuts[:1]
    if found.is_free:
        # what the loss is divided by is for show, or written nowhere: a mean is as good as a sum
        counts = {
            v.shape[0] for v in evidence.derived.wrt if v.shape and v.shape[0] > 2
        }
        if len(evidence.labels) > 2:
            # each sample by itself, in plain numbers
            counts.add(len(evidence.labels))
        for n in sorted(counts):
            found.conventions += (float(n), 1.0 / n, 2.0 / n)
    found.judge()
    Excused(found).judge()
    return found


def _finals(evidence: Evidence, update: Update, common: set[int]) -> Iterator[Final]:
    """The finals of an update: one, or one for each statement that writes some of the entries."""
    tape = evidence.tape
    gradient = evidence.derived.gradients.get(update.read)
    if gradient is None:
        return
    target = tape.at[gradient]
    before, after = tape.at[update.before], tape.at[update.after]
    steps = list(_writes(evidence, before, after, target))
    whole: list[tuple[int, int, Array | None]] = [(before, after, None)]
    for one, other, entries in [*steps] or whole:
        walk = Walk(evidence, {before, one}, other, common=common)
        cuts, rates = walk.cuts()
        if not cuts and all(
            np.array_equal(world.numbers[one], world.numbers[other])
            for world in evidence.worlds
        ):
            # it stays where it is: nothing that moves was added to its gradient
            begun = evidence.begun
            walk = Walk(evidence, {before, one}, other, common=common, begun=begun)
            cuts, rates = walk.cuts()
        inner = walk.inner(cuts)
        final = Final(
            update.before,
            update.name,
            other,
            one,
            target,
            tuple(cuts),
            tuple(rates),
            entries,
            taken=walk.taken,
            inner=tuple(inner),
            kept=_kept(evidence, one, other),
            added=walk.added,
        )
        if starts_elsewhere(evidence, final):
            # only the step itself says whether it is right
            final.cuts = ()
        yield final


def _writes(
    evidence: Evidence, before: int, after: int, target: int
) -> Iterator[tuple[int, int, Array]]:
    """The writes that lead from one version to the next, each with its entries; none if they overlap."""
    tape = evidence.tape
    links = [after]
    while links[-1] != before:
        line = tape.line(links[-1])
        if line is None or line.op is not ops.setitem or len(links) > MOST_WRITES:
            return
        base = line.args[0]
        if not isinstance(base, Value):
            return
        links.append(tape.at[base])
    links.reverse()
    found: list[tuple[int, int, Array]] = []
    taken = np.zeros(tape.values[before].shape, int)
    for one, other in pairwise(links):
        written = Written(evidence.recording, tape.values[one])
        entries = written.entries(tape.values[other])
        taken += entries
        if entries.all():
            return
        if entries.any():
            found.append((one, other, entries))
    # what a single write leaves out has no gradient, or it is not all that was to be written
    left = taken == 0
    is_whole = len(found) > 1 or not any(
        np.any(world.numbers[target][left]) for world in evidence.worlds
    )
    if taken.max(initial=0) <= 1 and is_whole:
        yield from found


def _kept(evidence: Evidence, before: int, after: int) -> int | None:
    """What decay leaves of a parameter, ``(1 - rate * decay) * W``, where a new version is a step from there."""
    tape, ahead = evidence.tape, [after]
    found: int | None = None
    while ahead:
        place = ahead.pop()
        if place == before:
            # the parameter itself is where the step starts
            return None
        line = tape.line(place)
        if line is None:
            continue
        args = [tape.at[arg] for arg in line.args if isinstance(arg, Value)]
        if line.op is ops.multiply and before in args:
            found = place
        elif line.op in (ops.add, ops.subtract):
            ahead += args[: 1 if line.op is ops.subtract else 2]
    return found
