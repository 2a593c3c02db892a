"""How the loss that a script computes and the steps of its pass belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet
from itertools import pairwise

import numpy as np

from chainrule import ops
from chainrule.check.agree import RELATIVE, ratio
from chainrule.check.names import without_count
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.passes import called
from chainrule.check.steps.recording import RENAMING, Recording
from chainrule.check.steps.slots import Slots, addends
from chainrule.check.steps.targets import ENTROPY, SQUARES
from chainrule.check.steps.versions import Versions
from chainrule.program import Arg, Array, Value


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
                if one not in (evidence.active if tape.values[one].shape else moved)
                and _is_of_arrays(evidence, one)
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
