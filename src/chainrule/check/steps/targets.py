"""Where predictions are held against their targets, and the losses that a script may go down on for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chainrule import ops
from chainrule.check.steps.appended import Appended
from chainrule.check.steps.passes import by_pass
from chainrule.check.steps.recording import RENAMING, Recording
from chainrule.check.steps.slots import upstream
from chainrule.check.steps.versions import Versions
from chainrule.program import Arg, Line, Value

MOST_PLACES = 3
SQUARES, ENTROPY = "½Σ(a − b)²", "a cross-entropy"
HINGE = "a hinge, Σmax(0, a − b)"
COMPARING = (ops.less, ops.less_equal, ops.greater, ops.greater_equal)
SUMMING = (ops.add, ops.subtract)
HANDING_ON = (*RENAMING, ops.setitem, ops.where)


@dataclass(frozen=True, slots=True)
class Difference:
    """A prediction held against what it should be: the difference is taken, or asked for its sign."""

    line: Line
    prediction: Value
    target: Arg
    n_read: int


def differences(versions: Versions) -> list[list[list[Difference]]]:
    """Where predictions are held against what they should be: by place, the likeliest first, then by pass.

    A difference of what reads most of the things that move and of what reads none; the steps are made of it, or
    hang on its sign.
    """
    recording = versions.recording
    decided = {value for value, _ in recording.guards}
    places: dict[object, dict[Value, Difference]] = {}
    for line in recording.program.lines:
        if line.op not in (ops.subtract, *COMPARING):
            continue
        if line.result not in versions.feeding and line.result not in decided:
            continue
        one, other = line.args
        for prediction, target in ((one, other), (other, one)):
            if not isinstance(prediction, Value):
                continue
            is_held = _has_data(versions, target) and not _has_data(
                versions, prediction
            )
            if versions.moves(target) and not is_held:
                continue
            n_read = len(versions.moved(prediction))
            if n_read:
                found = places.setdefault(recording.place(line.result), {})
                found[line.result] = Difference(line, prediction, target, n_read)
    most = max(
        (one.n_read for found in places.values() for one in found.values()), default=0
    )
    likely = [
        found
        for found in places.values()
        if 2 * max(one.n_read for one in found.values()) > most
    ]
    likely.sort(key=lambda found: -max(one.n_read for one in found.values()))
    return [
        [[found[value] for value in group] for group in by_pass(list(found), versions)]
        for found in likely[:MOST_PLACES]
    ]


def implied_losses(
    recording: Recording, versions: Versions, n_pass: int
) -> Iterator[tuple[Recording, Value, str, int]]:
    """Recordings with a loss that is written nowhere and descended all the same, its form, and over how many samples.

    Half the squared differences, or the cross-entropy, of every place at which predictions meet their targets; a hinge
    where only the sign of a difference is asked for.
    """
    for passes in differences(versions):
        pairs = passes[min(n_pass, len(passes)) - 1]
        is_asked = pairs[-1].line.op in COMPARING
        for form, parts in (HINGES if is_asked else FORMS).items():
            made = Appended(recording, pairs[-1].line)
            terms = [term for pair in pairs for term in parts(made, pair)]
            if terms:
                total = terms[0]
                for term in terms[1:]:
                    total = made.add(ops.add, total, term)
                n = sum((*pair.line.result.shape, 1)[0] for pair in pairs)
                yield (*made.done(total), form, n)


def moving_targets(versions: Versions, loss: Value) -> list[Value]:
    """What stands on the labels' side of errors that are squared, and is computed from what is learnt all the same.

    ``reward + gamma * V(next)`` of a temporal difference is: its step holds it constant (Sutton and Barto, 9.3).
    """
    producer, readers = versions.recording.producer, versions.recording.readers
    found: list[Value] = []
    for error in sorted(
        upstream(producer, loss),
        key=lambda one: versions.recording.position.get(one, -1),
    ):
        line = producer.get(error)
        if line is None or line.op is not ops.subtract:
            continue
        if not any(map(_is_square, readers.get(error, ()))):
            continue
        known = [arg for arg in line.args if _has_data(versions, arg)]
        if len(known) == 1 and isinstance(known[0], Value) and versions.moves(known[0]):
            found.append(known[0])
    return found


def _has_data(versions: Versions, arg: Arg) -> bool:
    """Whether data are a summand of a value: nothing that is learnt is in it."""
    ahead, seen = [arg], {arg}
    while ahead:
        one = ahead.pop()
        if not isinstance(one, Value) or not versions.moves(one):
            return True
        line = versions.recording.producer.get(one)
        if line is not None and line.op in (*SUMMING, *HANDING_ON):
            parts = line.args[1:] if line.op is ops.where else line.args[:2]
            further = set(parts) - seen
            seen |= further
            ahead += further
    return False


def _is_square(line: Line) -> bool:
    is_power = line.op is ops.power and line.args[1] == 2
    is_product = line.op is ops.multiply and line.args[0] is line.args[1]
    return line.op is ops.square or is_power or is_product


def _squares(made: Appended, pair: Difference) -> list[Value]:
    whole = made.add(ops.sum, made.add(ops.square, pair.line.result))
    return [made.add(ops.multiply, 0.5, whole)]


def _entropies(made: Appended, pair: Difference) -> list[Value]:
    """The cross-entropy of what may be probabilities: of classes, where they add up to 1."""
    prediction, target = pair.prediction, pair.target
    p = made.numbers[prediction]
    y = np.asarray(made.numbers[target] if isinstance(target, Value) else target)
    if not (np.all(p > 0) and np.all(p < 1) and np.all(y >= 0) and np.all(y <= 1)):
        return []
    hit = made.add(ops.multiply, target, made.add(ops.log, prediction))
    if p.size > 1 and any(np.allclose(p.sum(axis=axis), 1) for axis in range(p.ndim)):
        return [made.add(ops.negative, made.add(ops.sum, hit))]
    rest = made.add(ops.log, made.add(ops.subtract, 1, prediction))
    miss = made.add(ops.multiply, made.add(ops.subtract, 1, target), rest)
    both = made.add(ops.add, hit, miss)
    return [made.add(ops.negative, made.add(ops.sum, both))]


def _hinges(made: Appended, pair: Difference) -> list[Value]:
    """What a prediction lacks: a step is taken where there is something, and it leads on."""
    lacking = made.add(ops.subtract, pair.target, pair.prediction)
    return [made.add(ops.sum, made.add(ops.maximum, 0.0, lacking))]


FORMS = {SQUARES: _squares, ENTROPY: _entropies}
HINGES = {HINGE: _hinges}
