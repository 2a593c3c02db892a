"""Steps that remember something, found in a recording of several passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from chainrule.check.steps.datasets import own
from chainrule.check.steps.evidence import Evidence, World
from chainrule.check.steps.finals import Final, Finals
from chainrule.check.steps.optimizers import Followed, Following
from chainrule.check.steps.sites import Sites
from chainrule.check.steps.slots import NOWHERE, Slots
from chainrule.check.steps.tape import Tape
from chainrule.check.steps.versions import Versions, is_read
from chainrule.program import Value

N_PASSES = 3


def following(finals: Finals) -> Following | None:
    """What is to be held against known rules; None where no step remembers anything, or there is one pass only."""
    evidence = finals.evidence
    chosen = [
        (one, _gradient(finals, one))
        for one in finals.all
        if one.after and _has_gradient(evidence, one)
    ]
    kept = [(one, g) for one, g in chosen if g is not None and one.entries is None]
    memories = [_remembered(evidence, one, g) for one, g in kept]
    if not any(memories):
        return None
    entering = [
        (one, _entering(evidence, one, g, memory) if memory else g, len(memory))
        for (one, g), memory in zip(kept, memories, strict=True)
    ]
    recording = evidence.recording
    versions = Versions(recording, Slots(recording).chains)
    moves = []
    for one, place, n_kept in entering:
        chain = next((c for c in versions.chains if one.parameter in c), None)
        if chain is None:
            continue
        links = [one.parameter]
        for at in range(chain.index(one.parameter) + 1, len(chain)):
            is_last = at == len(chain) - 1
            if is_last or is_read(recording, chain[at], chain[at + 1]):
                links.append(chain[at])
        gradient = evidence.tape.values[place]
        moves.append((one.name, gradient, n_kept, links[: N_PASSES + 1]))
    if not moves or min(len(links) for *_, links in moves) <= N_PASSES:
        return None
    n_passes = min(len(links) for *_, links in moves) - 1
    last = max(recording.position[links[n_passes]] for *_, links in moves)
    several = _several(evidence, last)
    behind = several.tape
    found = []
    for name, gradient, n_kept, links in moves:
        places = [behind.at[value] for value in links[: n_passes + 1]]
        gradients = _again(several, gradient, places)
        if gradients is not None:
            before, after = tuple(places[:-1]), tuple(places[1:])
            found.append(Followed(name, gradients, before, after, n_kept))
    made = Following(several, finals.truths, Sites(several), found)
    # of what no pass has more than rounding for, nothing can be told
    made.all = [one for one in found if made.entries(one).size]
    return made if made.all else None


def _has_gradient(evidence: Evidence, final: Final) -> bool:
    """Whether a gradient is anything but 0: that of a bias before batch norm is not, and any rule does the same with it."""
    numbers = [world.numbers[final.target] for world in evidence.worlds]
    return any(number is not None and number.any() for number in numbers)


def _gradient(finals: Finals, final: Final) -> int | None:
    """The gradient that a step is made of: of all values that are it, the one before anything is made of it."""
    worlds = [world.numbers for world in finals.evidence.worlds]
    bare = replace(final, after=None)
    right = [
        cut
        for cut in final.cuts
        if finals.is_right(replace(bare, cuts=(cut,)), worlds)
        or finals.is_right(replace(final, cuts=(cut,), after=None, signs={}), worlds)
    ]
    return right[-1] if right else None


def _remembered(evidence: Evidence, final: Final, gradient: int) -> set[int]:
    """The arrays in a step that nothing of this pass is in: what is remembered from the passes before."""
    tape = evidence.tape
    ahead, seen, found = [final.after or 0], set[int](), set[int]()
    below = {gradient, *tape.downstream([gradient])}
    while ahead:
        place = ahead.pop()
        if place in seen or place in (gradient, final.before):
            continue
        seen.add(place)
        if place not in evidence.active and _is_array(evidence, tape.values[place]):
            # made as long as a gradient is, or not at all of this pass
            found.add(place)
        elif place in below or place not in evidence.active:
            ahead += tape.reads[place]
    return found


def _is_array(evidence: Evidence, value: Value) -> bool:
    """Whether a value is an array, or a single 0 whose place holds an array later: ``m = 0``."""
    if value.shape != ():
        return True
    recording = evidence.recording
    _, _, whole = recording.wholes.get(value, NOWHERE)
    own = recording.slots.get(value, ())
    return any(
        one.value.shape
        for slot, several in recording.history.items()
        if slot in own or (isinstance(slot, tuple) and slot[-1] == whole)
        for one in several
    )


def _entering(evidence: Evidence, final: Final, gradient: int, kept: set[int]) -> int:
    """What a gradient has become when it meets what is remembered: clipped or scaled, that is nobody's rule."""
    tape = evidence.tape
    mixed = {*kept, *tape.downstream(kept)}
    inside = {gradient, *tape.downstream([gradient])} & tape.upstream(
        [final.after or 0]
    )
    pure = inside - mixed
    ends = {p for p in pure if any(r in mixed & inside for r in tape.readers[p])}

    def passes_by(place: int) -> bool:
        ahead, seen = [gradient], {gradient, place}
        if gradient in ends and gradient != place:
            return True
        while ahead:
            for reader in tape.readers[ahead.pop()]:
                if reader in pure and reader not in seen:
                    if reader in ends:
                        return True
                    seen.add(reader)
                    ahead.append(reader)
        return False

    whole = tape.values[gradient].shape
    doors = (p for p in sorted(pure, reverse=True) if tape.values[p].shape == whole)
    return next((p for p in doors if p == gradient or not passes_by(p)), gradient)


def _several(evidence: Evidence, last: int) -> Evidence:
    """The same evidence, with the lines up to one of a later pass, at the script's own numbers."""
    run = evidence.recording.run
    tape = Tape(run.program.inputs, run.program.lines[: last + 1])
    with np.errstate(all="ignore"):
        numbers = tape.run(own({v: run.numbers[v] for v in run.program.inputs}))
    return replace(
        evidence, tape=tape, worlds=[World("as written", numbers)], larger=None
    )


def _again(
    evidence: Evidence, gradient: Value, places: Sequence[int]
) -> tuple[int, ...] | None:
    """The same gradient in every pass: the value computed at the same place on the way to each new version."""
    tape, recording = evidence.tape, evidence.recording
    there = recording.place(gradient)
    found: list[int] = []
    for before, after in pairwise(places):
        behind = tape.upstream([after])
        same = [
            p
            for p in behind
            if before < p or before < tape.n_inputs
            if recording.place(tape.values[p]) == there
            and tape.values[p].shape == gradient.shape
            and (not found or p > found[-1])
            and p < after
        ]
        if not same:
            return None
        found.append(max(same) if found else tape.at[gradient])
    return tuple(found)
