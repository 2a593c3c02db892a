"""The passes of a script: which number is the loss of each, and what is updated in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from chainrule import ops
from chainrule.check.steps.recording import RENAMING, Recording
from chainrule.check.steps.slots import Update, addends, made_of, upstream
from chainrule.check.steps.versions import Versions, is_read
from chainrule.check.steps.written import Written
from chainrule.program import Value
from chainrule.trace.statements.roles import LOSS_NAMES

MOST_LOSSES = 4
SMALL = 1e-3
"""By what part of itself a number is moved at most to look at a difference."""


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
    ends = _ends(recording, likely, places)
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


def _ends(
    recording: Recording, values: Iterable[Value], places: Mapping[Value, object]
) -> list[Value]:
    """Those that lead to no other, place by place: where a recording ends, the sum of the last terms was not yet taken."""
    all_of = list(values)
    inner = {
        places[one]
        for value in all_of
        for one in upstream(recording.producer, value).intersection(all_of)
        if places[one] != places[value]
    }
    if outer := [one for one in all_of if places[one] not in inner]:
        return outer
    parts = behind(recording, all_of)
    return [one for one in all_of if one not in parts] or all_of


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
        found |= (upstream(recording.producer, value) & wanted) - {value}
    return found


def updates(recording: Recording, versions: Versions, loss: Value) -> Iterator[Update]:
    """What the loss reads and the script moves on: to the version that is read next, or to the last."""
    numbers = recording.run.numbers
    found: list[tuple[Update, bool]] = []
    for chain in versions.moved(loss):
        at = versions.latest(chain, loss)
        if at is None:
            continue
        to, written = at + 1, Written(recording, chain[at])
        while to < len(chain) - 1 and (
            not is_read(recording, chain[to], chain[to + 1])
            or (
                _are_others(written, chain[to], chain[to + 1])
                and recording.position[chain[to + 1]] < _again(versions, loss)
            )
        ):
            to += 1
        is_step = not _is_nudge(recording, chain, chain[to], loss)
        if is_step or np.array_equal(numbers[chain[at]], numbers[chain[to]]):
            name = next((one.name for one in chain if one.name), "")
            found.append((Update(chain[at], chain[to], name), is_step))
    # a velocity that is only in the weight that it has moved is not read by this pass
    read = upstream(recording.producer, loss, {update.before for update, _ in found})
    # what stays as it is has lost its gradient where others take theirs; before the first step it is to stay
    if any(is_step for _, is_step in found):
        yield from (update for update, _ in found if update.before in read)


def _are_others(written: Written, version: Value, later: Value) -> bool:
    """Whether entries are written next that were not written yet, as where a step is taken entry by entry."""
    new = Written(written.recording, version).entries(later)
    return bool(new.any() and not np.any(new & written.entries(version)))


def _again(versions: Versions, loss: Value) -> float:
    """Where something that a loss is computed from is computed once more: the next pass begins."""
    recording = versions.recording
    known = {one for one in _forward(versions, loss) if one in recording.producer}
    last = max(map(recording.position.__getitem__, known), default=-1)
    ways = {recording.way(one) for one in known}
    later = (line.result for line in recording.program.lines[last + 1 :])
    found = (recording.position[one] for one in later if recording.way(one) in ways)
    return next(found, math.inf)


def _forward(versions: Versions, loss: Value) -> set[Value]:
    """What a loss is computed from, back to what is learnt."""
    learnt = {version for chain in versions.learnt for version in chain}
    return upstream(versions.recording.producer, loss, learnt) - learnt


def older(versions: Versions, loss: Value) -> list[Value]:
    """What a pass has from before it began, though weights that it reads are in it: the copy of a network, old odds.

    In other passes these are made of other weights, so they are constants in each.
    """
    recording, position = versions.recording, versions.recording.position
    forward = _forward(versions, loss)
    recorded = [one for one in forward if recording.spots.get(one)]
    anchor = max(recorded, key=lambda one: position.get(one, -1), default=loss)
    same = [
        line.result
        for line in recording.program.lines
        if recording.way(line.result) == recording.way(anchor)
    ]
    at = same.index(anchor) if anchor in same else len(same)
    if at:
        begin = _again(versions, same[at - 1])
    else:
        ways = {
            recording.way(one)
            for one in (_forward(versions, same[1]) if len(same) > 1 else ())
            if position.get(one, -1) > position[anchor]
        }
        again = (position[one] for one in recorded if recording.way(one) in ways)
        begin = min(again, default=-math.inf)
    learnt = {version for chain in versions.learnt for version in chain}
    read = {
        arg
        for one in forward & recording.producer.keys()
        if begin <= position[one]
        for arg in recording.producer[one].reads()
    }
    kept = [
        one
        for one in read - learnt
        if -1 < position.get(one, -1) < begin and not _is_view(recording, one, learnt)
    ]
    return sorted(filter(versions.moves, kept), key=position.__getitem__)


def _is_view(recording: Recording, value: Value, of: AbstractSet[Value]) -> bool:
    """Whether a value is only another view of one of those, and no copy: it moves with that one."""
    is_copy, held = True, recording.producer.get(value)
    while held is not None and held.op in (*RENAMING, ops.getitem):
        is_copy = is_copy and held.op is ops.identity
        if held.reads()[0] in of:
            return not is_copy
        held = recording.producer.get(held.reads()[0])
    return False


def _is_nudge(
    recording: Recording, chain: Sequence[Value], after: Value, loss: Value
) -> bool:
    """Whether nothing that the loss is made of is in a step: a weight is moved to look at a difference.

    A share of the weight itself that is no small one is no such move.
    """
    own = set(chain)
    step = upstream(recording.producer, after, own - {after})
    if not (step - own).isdisjoint(upstream(recording.producer, loss, own) - own):
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
