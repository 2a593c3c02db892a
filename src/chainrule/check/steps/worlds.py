"""The data sets on which a script is judged: its lines run on each, beside the true gradients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from chainrule import ops
from chainrule.check.names import without_count
from chainrule.check.steps.datasets import SPREADS, Sets, nudged, own
from chainrule.check.steps.evidence import (
    MOST_LABELS,
    Evidence,
    World,
    is_finite,
    meetings,
)
from chainrule.check.steps.recording import Recording
from chainrule.check.steps.slots import Update, terms
from chainrule.check.steps.tape import Tape
from chainrule.derive import Derived, backward
from chainrule.program import (
    Array,
    NoRuleError,
    Program,
    ProgramError,
    Run,
    Value,
)
from chainrule.trace.slice import cut


def gather(
    recording: Recording,
    loss: Value,
    updates: Sequence[Update],
    parameters: Sequence[Value],
    *,
    seed: int = 0,
) -> Evidence:
    """Derive the true gradients and run everything on several data sets.

    Raises:
        ProgramError: E328 if the script's own loss is not a finite number.
    """
    run = _one_pass(recording, loss, updates)
    roots = _roots(run, loss, parameters)
    derived = _derived(run, loss, parameters, roots)
    recorded = set(run.program.producer()) | set(run.program.inputs)
    extra = [line for line in derived.run.program.lines if line.result not in recorded]
    known = {*run.program.inputs, *(line.result for line in run.program.lines)}
    more = [v for v in derived.run.program.inputs if v not in known]
    tape = Tape([*run.program.inputs, *more], [*run.program.lines, *extra])
    found = Evidence(recording, loss, tuple(updates), tuple(parameters), derived, tape)
    _fill(found, run, roots, {v: derived.run.numbers[v] for v in more}, seed)
    return found


def _one_pass(recording: Recording, loss: Value, updates: Sequence[Update]) -> Run:
    """The lines up to the last update; all, where there is none. Where a gradient is taken is given.

    What is only looked at is left out: a check of gradients by differences runs the forward pass hundreds of times.
    """
    program, position = recording.program, recording.position
    meant = [loss, *(update.after for update in updates)]
    last = max(map(position.__getitem__, meant)) if updates else len(position)
    totals = tuple(dict.fromkeys(one.total for one in updates if one.total))
    left_out = {*totals, *recording.looked_at(meant)}
    lines = tuple(x for x in program.lines[: last + 1] if x.result not in left_out)
    numbers = recording.run.numbers
    return Run(Program((*program.inputs, *totals), lines, ()), numbers)


def _roots(run: Run, loss: Value, parameters: Sequence[Value]) -> dict[Value, Array]:
    """The numbers from which the loss is computed: parameters, and inputs behind the data."""
    producer = run.program.producer()
    roots: dict[Value, None] = dict.fromkeys(parameters)
    ahead: list[Value] = [loss]
    seen: set[Value] = set()
    while ahead:
        value = ahead.pop()
        if value in seen or value in roots:
            continue
        seen.add(value)
        line = producer.get(value)
        if line is None:
            roots[value] = None
        else:
            ahead += line.reads()
    return {value: run.numbers[value] for value in roots}


def _derived(
    run: Run, loss: Value, parameters: Sequence[Value], roots: Iterable[Value]
) -> Derived:
    """The true gradients of everything between the data and the loss."""
    extra = [v for v in roots if v.differentiable and v not in parameters]
    for targets in ([*parameters, *extra], list(parameters)):
        try:
            forward = cut(run, loss, targets)
            inner = _between(forward.program, targets, loss)
            return backward(forward, loss, [*targets, *inner])
        except NoRuleError:
            # what prepares the data need not be differentiable
            if targets == list(parameters):
                raise
    message = "nothing to derive"
    raise ProgramError("E329", message)


def _between(program: Program, targets: Iterable[Value], loss: Value) -> list[Value]:
    """The floats that move with the targets."""
    moved = set(targets)
    found = []
    for line in program.lines:
        if line.result.differentiable and any(
            isinstance(arg, Value) and arg in moved and not line.op.constant_in(i)
            for i, arg in enumerate(line.args)
        ):
            moved.add(line.result)
            if line.result is not loss:
                found.append(line.result)
    return found


def _fill(
    found: Evidence,
    run: Run,
    roots: Mapping[Value, Array],
    more: Mapping[Value, Array],
    seed: int,
) -> None:
    labels = list(_labels(found, roots))
    sets = Sets(
        roots,
        frozenset(found.parameters),
        frozenset(labels[:MOST_LABELS]),
        frozenset((*_deciding(found, roots), *_repeated(found, roots, labels))),
        seed,
        -1 if _are_signs(found, labels) else 0,
    )
    fixed = {value: run.numbers[value] for value in run.program.inputs}
    fixed.update(more)
    guards = [
        (found.tape.at[value], outcome)
        for value, outcome in found.recording.guards
        if value in found.tape.at
    ]
    mine = _world(found, "as written", {**fixed, **own(roots)}, guards)
    if mine is None:
        raise ProgramError(
            "E328",
            "the loss or a gradient is not a finite number at these values",
            hint="check the data, and logarithms, divisions and exponentials on the way to the loss",
        )
    found.worlds.append(_off_the_kinks(found, mine, fixed, guards, nudged(roots, seed)))
    for data in sets.others():
        for spread in SPREADS:
            world = _world(
                found,
                data.kind,
                {**fixed, **data.numbers(spread)},
                guards,
                other_size=data.other_size,
            )
            if world is not None and found.is_stable(world):
                if data.other_size:
                    found.larger = world
                else:
                    found.worlds.append(world)
                break


def _off_the_kinks(
    found: Evidence,
    mine: World,
    fixed: Mapping[Value, Array],
    guards: Sequence[tuple[int, object]],
    nudge: Mapping[Value, Array],
) -> World:
    """The script's own data; nudged off the kink where they stand on one, for there any slope is as good."""
    near = _world(found, "as written", {**fixed, **nudge}, guards)
    if near is None:
        return mine
    pairs = [
        (found.number(true, mine), found.number(true, near))
        for value in found.derived.wrt
        if (true := found.truth(value)) is not None
    ]
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    size = max((float(np.max(np.abs(b), initial=0.0)) for _, b in both), default=0.0)
    if any(np.max(np.abs(a - b), initial=0.0) > 1e-4 * size for a, b in both):
        found.on_a_kink = True
        return near
    return mine


def _world(
    found: Evidence,
    kind: str,
    given: Mapping[Value, Array],
    guards: Sequence[tuple[int, object]],
    *,
    other_size: bool = False,
) -> World | None:
    """All numbers on one data set; None where the script would go another way, or the loss is no number."""
    tape = found.tape
    with np.errstate(all="ignore"):
        numbers = tape.run(given)
    for place, outcome in guards:
        number = numbers[place]
        if number is None or not _is_outcome(number, outcome):
            return None
    sound = [numbers[tape.at[found.loss]]]
    for value in found.derived.wrt:
        true = found.truth(value)
        if true is not None:
            sound.append(numbers[tape.at[true]])
    if not all(map(is_finite, sound)):
        return None
    if other_size and any(one is None for one in numbers):
        return None
    return World(kind, numbers, other_size)


def _is_outcome(number: Array, outcome: object) -> bool:
    """Whether a guard turns out as it did: ``if decay:`` asks of a number only whether it is 0."""
    if isinstance(outcome, bool | np.bool_) and number.size == 1:
        return bool(number.ravel()[0]) == bool(outcome)
    return np.array_equal(number, np.asarray(outcome))


def _repeated(
    found: Evidence, roots: Mapping[Value, Array], labels: Iterable[Value]
) -> Iterator[Value]:
    """Single numbers that are written once more, as plain ones, behind the loss: others would be another script."""
    tape = found.tape
    written = {
        float(arg)
        for place in range(tape.n_inputs, found.n_recorded)
        if place not in found.behind_loss and (line := tape.line(place)) is not None
        for arg in line.args
        if isinstance(arg, int | float)
    }
    for value, number in roots.items():
        known = value in found.parameters or value in labels
        if number.size == 1 and not known and float(number.ravel()[0]) in written:
            yield value


def _deciding(found: Evidence, roots: Iterable[Value]) -> Iterator[Value]:
    """Whole numbers on which the script's way hangs: others would be another script."""
    tape = found.tape
    guarded = [
        tape.at[value] for value, _ in found.recording.guards if value in tape.at
    ]
    behind = tape.upstream(guarded)
    for value in roots:
        if value.dtype.kind in "iub" and tape.at[value] in behind:
            yield value


def _labels(found: Evidence, roots: Mapping[Value, Array]) -> Iterator[Value]:
    """Single zeros and ones, or signs, that meet nothing before the whole prediction: what it is held against."""
    tape = found.tape
    parameters = [tape.at[value] for value in found.parameters]
    if not parameters:
        return
    recording = found.recording
    parts = terms(found.loss, recording.producer, recording.run.numbers)
    for value, number in roots.items():
        if value in found.parameters or value in parts or number.size != 1:
            continue
        if float(number.ravel()[0]) not in {-1.0, 0.0, 1.0}:
            continue
        place = tape.at[value]
        if any(_is_entry(found, place, reader) for reader in tape.readers[place]):
            # the 1 of a one-hot row: without it the row stands for no class
            continue
        readers = [r for r in meetings(found, place) if r in found.behind_loss]
        if not readers or not all(
            set(parameters) <= tape.upstream(set(tape.reads[r]) - {place})
            for r in readers
        ):
            continue
        # a margin only decides where the slope changes; a label changes it
        if _sways(found, value, number, roots):
            yield value


def _are_signs(found: Evidence, labels: Sequence[Value]) -> bool:
    """Whether labels are 1 and -1: one is -1, here or in another pass."""
    numbers = found.recording.run.numbers
    names = {without_count(one.name) for one in labels}
    return any(
        without_count(one.name) in names
        and one.shape == ()
        and float(numbers[one]) == -1
        for one in found.recording.program.inputs
    )


def _is_entry(found: Evidence, place: int, reader: int) -> bool:
    """Whether a line writes a number into an array."""
    line = found.tape.line(reader)
    return (
        line is not None
        and line.op is ops.setitem
        and line.args[0] is not found.tape.values[place]
    )


def _sways(
    found: Evidence, value: Value, number: Array, roots: Mapping[Value, Array]
) -> bool:
    """Whether the true gradients change when a value changes a little."""
    given = {**found.recording.run.numbers, **roots}
    given = {
        v: given[v]
        for v in (*found.tape.values[: found.tape.n_inputs], *roots)
        if v in given
    }
    with np.errstate(all="ignore"):
        one = found.tape.run({**given, value: np.asarray(number, float)})
        other = found.tape.run({**given, value: number + 1e-3})
    for parameter in found.parameters:
        true = found.truth(parameter)
        if true is None:
            continue
        a, b = one[found.tape.at[true]], other[found.tape.at[true]]
        if a is not None and b is not None and not np.array_equal(a, b):
            return True
    return False
