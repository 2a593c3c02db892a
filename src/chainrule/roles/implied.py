"""A loss that a script never computes: the one whose descent its steps are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule import ops
from chainrule.derive.backward import backward
from chainrule.program import (
    Arg,
    Array,
    Builder,
    ChainruleError,
    Line,
    Program,
    Run,
    Value,
)
from chainrule.roles.candidate import LearntParameter
from chainrule.roles.history import History
from chainrule.roles.losses import cosine_of, steps_from
from chainrule.trace.slice import cut

MOST_SAMPLES = 256
"""Of a step that was added up over more samples one is looked at."""
MOST_TRIED, MOST_LOOKED_AT = 12, 400
"""So many differences are tried, of so many: before the first step, others may have measured the error."""
NEAR = 0.9
"""Steps descend a loss if they go its way at least so far."""


@dataclass(frozen=True, slots=True, eq=False)
class Implied:
    """A loss that was built: its lines after those of the script, its value, its words."""

    run: Run
    loss: Value
    steps: tuple[LearntParameter, ...]
    words: str
    cosine: float
    gradients: dict[Value, Array]


def implied_loss(history: History, *, held_too: bool) -> Implied | None:
    """The loss that the steps of a script descend; None where they descend none that is known here.

    A target that is computed from what is learnt is only thought of ``held_too``: where no number of the script's own
    reads what moves and leaves its steps alone.
    """
    for held in (False, True)[: 1 + held_too]:
        best: Implied | None = None
        n_tried = 0
        for difference, prediction, label in _differences(history, held=held):
            steps = _steps(history, difference)
            n_tried += bool(steps)
            if n_tried > MOST_TRIED:
                break
            if not steps:
                continue
            sides = [(prediction, label)]
            if not held:
                sides = _of_all_samples(history, difference, sides[0], steps)
            for form in FORMS:
                if held and form[1] is _categorical:
                    continue
                made = _tried(history, sides, steps, form, held=held)
                if made is not None and (best is None or _better(made, best)):
                    best = made
        if best is not None and best.cosine >= NEAR:
            return best
    return None


def _better(one: Implied, other: Implied) -> bool:
    if len(one.steps) != len(other.steps):
        return len(one.steps) > len(other.steps) and one.cosine > NEAR
    # near a start at zeros two losses differ by little: the one that is met exactly is meant
    return 1 - one.cosine < 0.1 * (1 - other.cosine) - 1e-14


def _differences(
    history: History, *, held: bool
) -> Iterator[tuple[Value, Value, Value]]:
    """Lines ``a - b`` from which steps are computed, with the side that parameters move and the other.

    That is computed from parameters, too, if it is ``held``: the target of a temporal difference is taken as it is.
    """
    moved: set[Value] = set()
    starts = {
        variable.versions[start]
        for variable, steps in history.moving.items()
        for start in steps[:2]
    }
    n_found = 0
    for line in history.lines:
        if any(read in moved or read in starts for read in line.reads()):
            moved.add(line.result)
        if line.op is not ops.subtract or len(line.args) != 2:
            continue
        one, other = line.args
        if not isinstance(one, Value) or not isinstance(other, Value):
            continue
        for prediction, label in ((one, other), (other, one)):
            # before the first reward nothing differs, and nothing is learnt
            told = not held or history.number(line.result).any()
            apart = (label in moved) is held and label not in starts
            if prediction in moved and apart and told:
                yield line.result, prediction, label
                n_found += 1
        if n_found >= MOST_LOOKED_AT:
            return


def _steps(history: History, difference: Value) -> tuple[LearntParameter, ...]:
    # each gradient may have its own y_hat - y, and compute y_hat once more for it
    same = {
        line.result
        for line in history.lines
        if line.op is ops.subtract and _is_same(history, line.result, difference)
    }
    return tuple(
        step
        for step in steps_from(
            history, difference, history.behind(difference), history.moving
        )
        if not same.isdisjoint(history.behind(step.after))
    )


def _is_same(history: History, one: Arg, other: Arg) -> bool:
    """Whether two values are one expression of the same values, written twice."""
    ahead = [(one, other)]
    seen: set[tuple[Arg, Arg]] = set()
    while ahead:
        both = ahead.pop()
        mine, yours = both
        if mine is yours:
            continue
        if not isinstance(mine, Value) or not isinstance(yours, Value):
            if type(mine) is not type(yours) or mine != yours:
                return False
            continue
        if both in seen:
            continue
        seen.add(both)
        here, there = history.producer.get(mine), history.producer.get(yours)
        if here is None or there is None or not _is_alike(history, here, there):
            return False
        ahead += zip(here.args, there.args, strict=True)
    return True


def _is_alike(history: History, one: Line, other: Line) -> bool:
    """Whether two lines do the same, and come to the same numbers."""
    return (
        one.op is other.op
        and one.params == other.params
        and len(one.args) == len(other.args)
        and np.array_equal(history.number(one.result), history.number(other.result))
    )


def _of_all_samples(
    history: History,
    difference: Value,
    sides: tuple[Value, Value],
    steps: tuple[LearntParameter, ...],
) -> list[tuple[Value, Value]]:
    """The sides of a difference, and of those that the same words made of other samples before the step was taken."""
    first = history.producer[difference].args.index(sides[0])
    made: set[Value] = set()
    for step in steps:
        made |= history.behind(step.after) - history.behind(step.value)
    found: dict[tuple[Value, Value], None] = {}
    for other in history.turns_of(difference):
        if other.result in made:
            prediction, label = other.args[first], other.args[1 - first]
            if isinstance(prediction, Value) and isinstance(label, Value):
                found[prediction, label] = None
    return [*found] if 0 < len(found) <= MOST_SAMPLES else [sides]


def _half_squares(builder: Builder, prediction: Value, label: Value) -> Value:
    difference = builder.append(ops.subtract, (prediction, label), {})
    square = builder.append(ops.square, (difference,), {})
    total = builder.append(ops.sum, (square,), dict(ops.sum.params))
    return builder.append(ops.multiply, (0.5, total), {})


def _binary(builder: Builder, prediction: Value, label: Value) -> Value:
    first = builder.append(ops.log, (prediction,), {})
    rest = builder.append(ops.subtract, (1, prediction), {})
    second = builder.append(ops.log, (rest,), {})
    other = builder.append(ops.subtract, (1, label), {})
    one = builder.append(ops.multiply, (label, first), {})
    two = builder.append(ops.multiply, (other, second), {})
    both = builder.append(ops.add, (one, two), {})
    total = builder.append(ops.sum, (both,), dict(ops.sum.params))
    return builder.append(ops.negative, (total,), {})


def _categorical(builder: Builder, prediction: Value, label: Value) -> Value:
    logs = builder.append(ops.log, (prediction,), {})
    picked = builder.append(ops.multiply, (label, logs), {})
    total = builder.append(ops.sum, (picked,), dict(ops.sum.params))
    return builder.append(ops.negative, (total,), {})


Build = Callable[[Builder, Value, Value], Value]
FORMS: tuple[tuple[str, Build], ...] = (
    ("the binary cross-entropy", _binary),
    ("the cross-entropy", _categorical),
    ("half the sum of squared errors", _half_squares),
)
"""The first of those that are met equally well is meant."""


def _suits(build: Build, prediction: Array) -> bool:
    """Whether a form is one for such predictions: of shares of a whole it is another than of shares by themselves."""
    if build is _half_squares:
        return True
    if not ((prediction > 0).all() and (prediction < 1).all()):
        return False
    axes = (None, *range(prediction.ndim)) if prediction.size > 1 else ()
    whole = any(np.allclose(prediction.sum(axis), 1) for axis in axes)
    return whole is (build is _categorical)


def _predicts(
    history: History, sides: tuple[Value, Value], steps: Sequence[LearntParameter]
) -> bool:
    """Whether one side may be meant to come near to the other: a number made of many is a baseline, and fits no array."""
    prediction, label = sides
    many = any(history.number(step.value).size > 1 for step in steps)
    single = history.number(prediction).size == 1 < history.number(label).size
    return not (single and many)


def _tried(
    history: History,
    sides: Sequence[tuple[Value, Value]],
    steps: tuple[LearntParameter, ...],
    form: tuple[str, Build],
    *,
    held: bool,
) -> Implied | None:
    """A form built on the predictions and the labels, and how well the steps descend it."""
    words, build = form
    if not all(_suits(build, history.number(prediction)) for prediction, _ in sides):
        return None
    if not all(_predicts(history, both, steps) for both in sides):
        return None
    builder = Builder()
    until = max(history.before(side) for both in sides for side in both)
    whole = history.run.program
    builder.adopt(
        Run(
            Program(whole.inputs, history.lines[:until], (), whole.name),
            history.run.numbers,
        )
    )
    if held:
        ((prediction, label),) = sides
        sides = [(prediction, builder.input(history.number(label), "target"))]
        words += ", with the target held fixed"
    try:
        loss, *others = (build(builder, *both) for both in sides)
        for other in others:
            loss = builder.append(ops.add, (loss, other), {})
        builder.christen(loss, "loss")
        run = builder.run([loss])
        values = [step.value for step in steps]
        if not {*values} <= {*run.program.values()}:
            # what is made later moves nothing here
            return None
        derived = backward(cut(run, loss, values), loss, values)
    except ChainruleError:
        return None
    gradients = {one.value: derived.gradient(one.value).ravel() for one in steps}
    cosines = [cosine_of(-gradients[step.value], step.taken(history)) for step in steps]
    known = [one for one in cosines if one is not None]
    if not known:
        return None
    return Implied(run, loss, steps, words, float(np.mean(known)), gradients)
