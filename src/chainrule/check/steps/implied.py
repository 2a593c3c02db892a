"""What a script goes down on: the loss that it computes, else the one that its steps imply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise

import numpy as np

from chainrule import ops
from chainrule.check.agree import RELATIVE, ratio
from chainrule.check.names import without_count
from chainrule.check.steps.ahead import read_ahead
from chainrule.check.steps.appended import Appended
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.overwritten import overwritten
from chainrule.check.steps.passes import (
    behind,
    by_pass,
    called,
    losses,
    monitor,
    nth_trained,
    singles,
    updates,
)
from chainrule.check.steps.recording import RENAMING, Recording
from chainrule.check.steps.slots import Slots, Training, addends
from chainrule.check.steps.targets import (
    ENTROPY,
    SQUARES,
    differences,
    implied_losses,
)
from chainrule.check.steps.unwritten import Unwritten
from chainrule.check.steps.versions import Versions
from chainrule.program import Arg, Array, ProgramError, Value
from chainrule.program.asked import require_pass


def trainings(
    recording: Recording, *, asked: str | None = None, n_pass: int = 1
) -> Iterator[tuple[Recording, Training]]:
    """What a script may be doing in the pass asked for, the likeliest first; the recording holds a loss that is implied.

    Raises:
        ProgramError: E325 where the loss asked for is not there.
        UsageError: E411 where there are fewer passes.
    """
    chains = Slots(recording).chains
    versions = Versions(recording, chains)
    candidates = singles(recording, versions, asked)
    if asked is not None and not candidates:
        seen = ", ".join(dict.fromkeys(name for name, _ in recording.bound)) or "none"
        raise ProgramError(
            "E325", f"no value is called {asked!r}", detail=f"names seen: {seen}"
        )
    if asked is None:
        # where nothing else is computed, a loss that is looked at is the loss
        candidates = _of_steps(recording, versions, candidates) or candidates
    found = losses(recording, versions, candidates, asked=asked is not None)
    met = [*found, *(() if asked else differences(versions))]
    require_pass(n_pass, max(map(len, met), default=n_pass))
    chosen = []
    for passes in found:
        at = nth_trained(recording, versions, passes, n_pass)
        chosen.append(passes[min(n_pass, len(passes)) - 1 if at is None else at])
    parts = behind(recording, chosen)
    for loss in chosen:
        computed = replace(_training(recording, versions, loss, None), computed=loss)
        if loss in parts:
            # what is added to it is written: nothing is left to be meant
            yield recording, computed
        else:
            yield from _readings(recording, versions, computed)
            yield from _summed(recording, versions, list(candidates), computed)
    if not found:
        late = monitor(recording, versions, candidates)
        if late is not None:
            read = tuple(versions.read(late))
            yield (
                recording,
                Training(late, late.name or "", (), read, computed=late),
            )
    if asked is None:
        for one, implied, form, n in implied_losses(recording, versions, n_pass):
            own = Versions(one, chains)
            yield from _readings(one, own, _training(one, own, implied, form), n)


def _of_steps(
    recording: Recording,
    versions: Versions,
    candidates: Mapping[Value, frozenset[str]],
) -> dict[Value, frozenset[str]]:
    """The candidates that are not only looked at, to take a difference."""
    ends = {chain[-1] for chain in versions.learnt} - recording.meanwhile
    looked_at = recording.looked_at(ends)
    return {v: names for v, names in candidates.items() if v not in looked_at}


def _readings(
    recording: Recording, versions: Versions, found: Training, n: int = 1
) -> Iterator[tuple[Recording, Training]]:
    """A loss as it stands, and what may be meant with it; it may be the sum where the mean over ``n`` is meant."""
    yield recording, found
    for one in Unwritten(recording, versions, found.loss, n).readings():
        own = Versions(one.recording, versions.chains)
        meant = _training(one.recording, own, one.loss, found.implied)
        yield (
            one.recording,
            replace(
                meant,
                loss_name=found.loss_name,
                goes_on=found.goes_on or one.is_shown,
                is_penalised=one.is_penalised,
                held=one.held,
                kept_off=one.kept_off,
                computed=found.computed,
            ),
        )


def _summed(
    recording: Recording,
    versions: Versions,
    candidates: list[Value],
    found: Training,
) -> Iterator[tuple[Recording, Training]]:
    """The sum, and the mean, of the losses that one step is taken for, where each is computed by itself."""
    way, position = recording.way(found.loss), recording.position
    same = [one for one in candidates if recording.way(one) == way]
    same.sort(key=position.__getitem__)
    group = next((g for g in by_pass(same, versions) if found.loss in g), [])
    if len(group) < 2 or set(group[:-1]) & behind(recording, group):
        return
    for share in (1, 1 / len(group)):
        made = Appended(recording, recording.producer[group[-1]])
        total = group[0]
        for one in group[1:]:
            total = made.add(ops.add, total, one)
        held, loss = made.done(made.add(ops.multiply, total, share))
        meant = _training(held, Versions(held, versions.chains), loss, found.implied)
        yield (
            held,
            replace(
                meant,
                loss_name=found.loss_name,
                computed=found.computed,
                is_summed=True,
            ),
        )


def _training(
    recording: Recording, versions: Versions, loss: Value, form: str | None
) -> Training:
    moved = tuple(
        read_ahead(recording, loss, tuple(updates(recording, versions, loss)))
    )
    known = {version for chain in versions.chains for version in chain}
    read = {update.read for update in moved}
    moved += tuple(overwritten(recording, loss, known, read))
    later = {
        one
        for slot in recording.slots.get(loss, {})
        for held in recording.history[slot]
        for one in addends(held.value, recording.producer, recording.run.numbers)
    }
    parameters = tuple(update.read for update in moved)
    return Training(loss, loss.name or "", moved, parameters, form, loss in later)


def is_complete(
    recording: Recording, *, asked: str | None = None, n_pass: int = 1
) -> bool:
    """Whether a pass and the next one's loss were recorded: what follows is more of the same."""
    versions = Versions(recording, Slots(recording).chains)
    candidates = singles(recording, versions, asked)
    if asked is None:
        candidates = _of_steps(recording, versions, candidates)
    found = losses(recording, versions, candidates, asked=asked is not None)
    if found or asked is not None:
        return bool(found) and all(
            (at := nth_trained(recording, versions, passes, n_pass)) is not None
            and (at + 1 < len(passes) or _is_left(recording, versions, passes[at]))
            for passes in found
        )
    return any(len(one) > n_pass for one in differences(versions))


def _is_left(recording: Recording, versions: Versions, loss: Value) -> bool:
    """Whether all that was moved for a loss was read and moved once more: one in a hundred passes may show its loss."""
    chains = {version: chain for chain in versions.learnt for version in chain}
    return all(
        chains[update.after][-1] is not update.after
        for update in updates(recording, versions, loss)
    )


def is_stepped_on(evidence: Evidence) -> bool:
    """Whether the steps are made of values of the loss that was computed, as those of a backward pass are."""
    tape = evidence.tape
    steps = tape.upstream([tape.at[update.after] for update in evidence.updates])
    parameters = {tape.at[value] for value in evidence.parameters}
    moved = set(tape.downstream(parameters))
    return any(
        place in steps
        and place in moved
        and (line := tape.line(place)) is not None
        and line.op is not ops.identity
        for place in evidence.behind_loss
    )


SHOWN = ("error", "err")
"""What a loss may be called, and is as often a distance that is shown."""


def is_weighted(evidence: Evidence) -> bool:
    """Whether steps take errors times data that are no part of the loss, as the gains of a game are."""
    tape = evidence.tape
    steps = tape.upstream([tape.at[update.after] for update in evidence.updates])
    moved = set(tape.downstream({tape.at[value] for value in evidence.parameters}))
    for place in steps - evidence.behind_loss - evidence.past:
        line = tape.line(place)
        if line is not None and line.op is ops.multiply and place in evidence.judged:
            weights = [
                one
                for one in tape.reads[place]
                if one not in moved and _is_of_arrays(evidence, one)
            ]
            if set(weights) - evidence.behind_loss - {*range(tape.n_inputs)}:
                return True
    return False


def _is_of_arrays(evidence: Evidence, place: int) -> bool:
    """Whether a value is an array or computed from one: a rate is made of single numbers."""
    values = evidence.tape.values
    return any(values[one].shape for one in evidence.tape.upstream([place]))


def is_shown_alone(evidence: Evidence) -> bool:
    """Whether a number is a mean of absolute errors that is called no loss: it says how far off one is, not what is descended."""
    name = without_count(evidence.loss.name)
    if name not in SHOWN and called({name}):
        return False
    tape = evidence.tape
    slopes: dict[object, list[Array]] = {}
    for value, gradient in evidence.derived.gradients.items():
        for world in evidence.worlds if gradient in tape.at else ():
            slope = world.numbers[tape.at[gradient]]
            if slope is not None:
                # of samples that are taken one by one, each has its own
                place = evidence.recording.place(value)
                slopes.setdefault(place, []).append(slope.ravel())
    return any(_are_of_absolutes(np.concatenate(found)) for found in slopes.values())


def _are_of_absolutes(slopes: Array) -> bool:
    """Whether slopes are of one size, up and down."""
    size = np.abs(slopes)
    both = slopes.size > 1 and slopes.min() < 0 < slopes.max()
    return bool(both and np.ptp(size) <= RELATIVE * size.max())


def is_shared(evidence: Evidence) -> bool:
    """Whether the steps are of the loss that was computed: made of its values, or at least of its data."""
    if is_stepped_on(evidence):
        return True
    tape = evidence.tape
    steps = tape.upstream([tape.at[update.after] for update in evidence.updates])
    parameters = {tape.at[value] for value in evidence.parameters}
    past = tape.upstream(parameters)
    used = _data(evidence, steps - past)
    known = _data(evidence, evidence.behind_loss - past)
    # a function of nothing but its parameters has no data, and no more have its slopes
    return bool(used or not known) and all(_is_within(path, known) for path in used)


def is_of_more(evidence: Evidence) -> bool:
    """Whether a computed loss is over more samples than the steps of its pass are made of."""
    tape = evidence.tape
    steps = tape.upstream([tape.at[update.after] for update in evidence.updates])
    past = tape.upstream({tape.at[value] for value in evidence.parameters})
    used = _data(evidence, steps - past)
    of = {path[0] for path in used if len(path) > 1}
    known = _data(evidence, evidence.behind_loss - past)
    if any(len(path) > 1 and path[0] in of for path in known - used):
        return True
    # samples that are arrays of their own: of each that the steps are made of, the loss has another
    mine, theirs = (
        Counter(tape.values[one].shape for one, *_ in paths if isinstance(one, int))
        for paths in (used, known)
    )
    return bool(used) and all(2 * n <= theirs[shape] for shape, n in mine.items())


def is_moved_between(recording: Recording, loss: Value | None) -> bool:
    """Whether, from turn to turn, one weight in a term of a loss is moved and another one is not: no one gradient is descended."""
    versions = Versions(recording, Slots(recording).chains)
    turns: dict[object, list[Value]] = {}
    for one in _added(recording, loss):
        turns.setdefault(recording.place(one), []).append(one)
    for terms_of_one in turns.values():
        for one, later in pairwise(terms_of_one):
            pairs = {
                (versions.latest(chain, one), versions.latest(chain, later))
                for chain in versions.learnt
            }
            read = {a == b for a, b in pairs if a is not None and b is not None}
            if read == {True, False}:
                return True
    return False


def _added(recording: Recording, loss: Value | None) -> list[Value]:
    """What a loss is added up of, one after the other."""
    producer, numbers = recording.producer, recording.run.numbers
    later = [
        held.value
        for slot in (recording.slots.get(loss, {}) if loss is not None else ())
        for held in recording.history.get(slot, ())
        if any(one is loss for one in addends(held.value, producer, numbers))
    ]
    found: list[Value] = []
    total: Arg | None = later[-1] if later else loss
    while isinstance(total, Value):
        line = producer.get(total)
        if line is None or line.op not in (ops.add, ops.subtract, *RENAMING):
            break
        found += [arg for arg in line.args[1:] if isinstance(arg, Value)]
        total = line.args[0]
    found += [total] if isinstance(total, Value) else []
    return found[::-1]


Path = tuple[object, ...]
"""An array, and where in it: ``x[2][1]`` is ``x[2, 1]``."""


def _is_within(path: Path, known: AbstractSet[Path]) -> bool:
    """Whether something was read, itself or as part of an item: a whole array is another thing than its batches."""
    return path in known or any(path[:n] in known for n in range(2, len(path)))


def _data(evidence: Evidence, places: AbstractSet[int]) -> set[Path]:
    """The data in a computation: whole arrays, or the items of them that are read, however deep."""
    tape = evidence.tape
    parameters = {tape.at[value] for value in evidence.parameters}
    # whole numbers are data, too, though nothing is derived by them
    inputs = [v for v in evidence.derived.forward.program.inputs if v.shape]
    wanted = {tape.at[value] for value in (*evidence.derived.wrt, *inputs)}
    paths: dict[int, Path] = {
        place: (place,) for place in wanted - parameters if place < tape.n_inputs
    }
    for place in range(tape.n_inputs, len(tape.values)):
        line = tape.line(place)
        if line is not None and line.op is ops.getitem and tape.reads[place]:
            held = paths.get(tape.reads[place][0])
            index = line.params["index"]
            if held is not None and index[:1] == (slice(None),):
                # some columns of all samples
                paths[place] = held
            elif held is not None:
                paths[place] = (*held, *map(repr, index))
    return {
        paths[tape.at[arg]]
        for place in places
        if place not in paths and (line := tape.line(place)) is not None
        # a length says nothing of the data
        for arg in line.args
        if isinstance(arg, Value) and tape.at[arg] in paths
    }


def form_of(evidence: Evidence) -> str | None:
    """Which of the forms a computed loss has: by its slope in what it is computed from, and the labels."""
    tape, numbers = evidence.tape, evidence.worlds[0].numbers
    labels = [numbers[place] for place in evidence.labels]
    for value, gradient in evidence.derived.gradients.items():
        if gradient not in tape.at or value not in tape.at or value.shape == ():
            continue
        a, slope = numbers[tape.at[value]], numbers[tape.at[gradient]]
        for y in labels:
            if a is None or a.shape != y.shape or y.dtype.kind not in "fiub":
                continue
            gap = a - y
            if ratio(slope, gap) is not None:
                return SQUARES
            with np.errstate(all="ignore"):
                steep = gap / (a * (1 - a))
            if np.isfinite(steep).all() and ratio(slope, steep) is not None:
                return ENTROPY
    return None
