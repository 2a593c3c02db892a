"""What a script goes down on: the loss that it computes, else the one that its steps imply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from chainrule import ops
from chainrule.check.steps.ahead import read_ahead
from chainrule.check.steps.appended import Appended
from chainrule.check.steps.overwritten import overwritten
from chainrule.check.steps.passes import (
    behind,
    by_pass,
    losses,
    monitor,
    nth_trained,
    singles,
    updates,
)
from chainrule.check.steps.recording import Recording
from chainrule.check.steps.slots import Slots, Training, addends, upstream
from chainrule.check.steps.targets import (
    differences,
    implied_losses,
)
from chainrule.check.steps.unwritten import Unwritten
from chainrule.check.steps.versions import Versions
from chainrule.program import ProgramError, Value
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
        computed = replace(training_on(recording, versions, loss, None), computed=loss)
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
            yield from _readings(one, own, training_on(one, own, implied, form), n)


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
        meant = training_on(one.recording, own, one.loss, found.implied)
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
        meant = training_on(held, Versions(held, versions.chains), loss, found.implied)
        yield (
            held,
            replace(
                meant,
                loss_name=found.loss_name,
                computed=found.computed,
                is_summed=True,
            ),
        )


def training_on(
    recording: Recording, versions: Versions, loss: Value, form: str | None
) -> Training:
    """What moves on what a loss reads."""
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


def beside(
    recording: Recording, meant: Value, moved: AbstractSet[Value]
) -> Iterator[Training]:
    """The single numbers that read what is ``moved``, and neither are made of the loss that is meant nor it of them.

    Of two networks that are trained in turn each has its own.
    """
    versions = Versions(recording, Slots(recording).chains)
    parts = upstream(recording.producer, meant)
    for value in singles(recording, versions, None):
        if value in parts or meant in upstream(recording.producer, value):
            continue
        if moved & {*versions.read(value)} and versions.fed_nowhere(value):
            yield replace(training_on(recording, versions, value, None), computed=value)
