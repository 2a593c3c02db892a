"""A loss that a script never computes: the one whose descent its steps are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from chainrule import ops
from chainrule.derive.backward import backward
from chainrule.program import Array, Builder, ChainruleError, Program, Run, Value
from chainrule.roles.history import History
from chainrule.roles.losses import Step, cosine_of, steps_from
from chainrule.trace.slice import cut

NEAR = 0.9
"""Steps descend a loss if they go its way at least so far."""


@dataclass(frozen=True, slots=True, eq=False)
class Implied:
    """A loss that was built: its lines after those of the script, its value, its words."""

    run: Run
    loss: Value
    steps: tuple[Step, ...]
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
        for difference, prediction, label in _differences(history, held=held):
            steps = _steps(history, difference)
            if not steps:
                continue
            for form in FORMS[:2] if held else FORMS:
                made = _tried(history, prediction, label, steps, form, held=held)
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
        if n_found >= 12:
            return


def _steps(history: History, difference: Value) -> tuple[Step, ...]:
    # each gradient may have its own y_hat - y
    sides = history.producer[difference].args
    same = {
        line.result
        for line in history.lines
        if line.op is ops.subtract and line.args == sides
    }
    return tuple(
        step
        for step in steps_from(
            history, difference, history.behind(difference), history.moving
        )
        if not same.isdisjoint(history.behind(step.after))
    )


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
    ("half the sum of squared errors", _half_squares),
    ("the cross-entropy", _categorical),
)


def _tried(
    history: History,
    prediction: Value,
    label: Value,
    steps: tuple[Step, ...],
    form: tuple[str, Build],
    *,
    held: bool,
) -> Implied | None:
    """A form built on the prediction and the label, and how well the steps descend it."""
    words, build = form
    numbers = history.number(prediction)
    if build is not _half_squares and not ((numbers > 0).all() and (numbers < 1).all()):
        return None
    builder = Builder()
    until = max(history.before(prediction), history.before(label))
    whole = history.run.program
    builder.adopt(
        Run(
            Program(whole.inputs, history.lines[:until], (), whole.name),
            history.run.numbers,
        )
    )
    if held:
        label = builder.input(history.number(label), "target")
        words += ", with the target held fixed"
    try:
        loss = build(builder, prediction, label)
        builder.christen(loss, "loss")
        run = builder.run([loss])
        values = [step.value for step in steps]
        derived = backward(cut(run, loss, values), loss, values)
    except ChainruleError:
        return None
    gradients = {one.value: derived.gradient(one.value).ravel() for one in steps}
    cosines = [cosine_of(-gradients[step.value], step.taken(history)) for step in steps]
    known = [one for one in cosines if one is not None]
    if not known:
        return None
    return Implied(run, loss, steps, words, float(np.mean(known)), gradients)
