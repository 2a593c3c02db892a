"""Where predictions are held against their targets, and the losses that a script may go down on for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chainrule import ops
from chainrule.check.steps.appended import Appended
from chainrule.check.steps.passes import by_pass
from chainrule.check.steps.recording import Recording
from chainrule.check.steps.versions import Versions
from chainrule.program import Line, Value

MOST_PLACES = 3
SQUARES, ENTROPY = "½Σ(a − b)²", "a cross-entropy"


@dataclass(frozen=True, slots=True)
class Difference:
    """A prediction held against what it should be."""

    line: Line
    prediction: Value
    n_read: int


def differences(versions: Versions) -> list[list[list[Difference]]]:
    """Where predictions are held against what they should be: by place, the likeliest first, then by pass.

    A difference of what reads most of the things that move and of what reads none; the steps are made of it.
    """
    recording = versions.recording
    places: dict[object, dict[Value, Difference]] = {}
    for line in recording.program.lines:
        if line.op is not ops.subtract or line.result not in versions.feeding:
            continue
        one, other = line.args
        for prediction, target in ((one, other), (other, one)):
            if not isinstance(prediction, Value):
                continue
            if isinstance(target, Value) and versions.behind[target] & versions.moving:
                continue
            n_read = len(versions.moved(prediction))
            if n_read:
                found = places.setdefault(recording.place(line.result), {})
                found[line.result] = Difference(line, prediction, n_read)
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

    Half the squared differences, or the cross-entropy, of every place at which predictions meet their targets.
    """
    for passes in differences(versions):
        pairs = passes[min(n_pass, len(passes)) - 1]
        for form, parts in FORMS.items():
            made = Appended(recording, pairs[-1].line)
            terms = [term for pair in pairs for term in parts(made, pair)]
            if terms:
                total = terms[0]
                for term in terms[1:]:
                    total = made.add(ops.add, total, term)
                n = sum((*pair.line.result.shape, 1)[0] for pair in pairs)
                yield (*made.done(total), form, n)


def _squares(made: Appended, pair: Difference) -> list[Value]:
    whole = made.add(ops.sum, made.add(ops.square, pair.line.result))
    return [made.add(ops.multiply, 0.5, whole)]


def _entropies(made: Appended, pair: Difference) -> list[Value]:
    """The cross-entropy of what may be probabilities: of classes, where they add up to 1."""
    prediction = pair.prediction
    target = next((arg for arg in pair.line.args if arg is not prediction), prediction)
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


FORMS = {SQUARES: _squares, ENTROPY: _entropies}
