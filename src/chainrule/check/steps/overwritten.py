"""What a pass writes over instead of moving it: a parameter whose next version it is no part of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet

import numpy as np

from chainrule import ops
from chainrule.check.agree import RELATIVE, close
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.finals import Final
from chainrule.check.steps.recording import Recording
from chainrule.check.steps.slots import Update, upstream
from chainrule.check.steps.tape import Failed, Numbers
from chainrule.program import Value

ALIKE = 0.5
"""What decay, a penalty or a clip leaves of a weight is more like it than this cosine; another weight is not."""


def overwritten(
    recording: Recording,
    loss: Value,
    known: Collection[Value],
    read: AbstractSet[Value],
) -> Iterator[Update]:
    """What the loss is given whose place holds something of the backward pass when the next pass reads it as it read them.

    What is only in the parameters that the pass has ``read``, as velocities are, is not given to it.
    """
    behind = upstream(recording.producer, loss, read)
    computed = behind & recording.producer.keys()
    for value in sorted(behind, key=recording.position.__getitem__):
        line = recording.producer.get(value)
        # another name of what moves is no parameter of its own
        is_other = line is not None and any(True for _ in line.reads())
        names = {value, *_names(recording, value)}
        is_old = not names.isdisjoint(known) or not recording.is_given(value)
        if is_old or is_other or not value.differentiable:
            continue
        for slot in recording.slots.get(value, {}):
            held = [one.value for one in recording.history.get(slot, ())]
            later = held[held.index(value) + 1 :]
            after = next((one for one in later if one not in behind), None)
            if (
                after is not None
                and after.shape == value.shape
                and after in recording.producer
                and not computed.isdisjoint(upstream(recording.producer, after))
                and _reads(recording, value) & _reads(recording, after)
            ):
                yield Update(value, after, value.name or "")
                break


def _names(recording: Recording, value: Value) -> Iterator[Value]:
    """What else an array is called: an argument, an attribute."""
    for line in recording.readers.get(value, ()):
        if line.op is ops.identity:
            yield line.result


def _reads(recording: Recording, value: Value) -> set[object]:
    """Where a value is read: the ways of its readers, and as which argument."""
    return {
        (recording.way(line.result), place)
        for line in recording.readers.get(value, ())
        for place, arg in enumerate(line.args)
        if arg is value
    }


def starts_elsewhere(evidence: Evidence, final: Final) -> bool:
    """Whether a step of which a cut is the gradient starts from something else than the parameter.

    Without its gradient a parameter stays where it was, but for what states, decay and bounds do to it.
    """
    if final.after is None:
        return False
    if _moves_on(evidence, final):
        return False
    return any(
        _is_elsewhere(evidence, final, cut, world.numbers)
        for cut in final.cuts[-1:]
        for world in evidence.worlds
    )


def _moves_on(evidence: Evidence, final: Final) -> bool:
    """Whether a velocity of the passes before is in the step: it moves a weight without any gradient."""
    own = {final.before, *final.cuts[-1:]}
    step = evidence.tape.upstream([final.after or 0], own) - own
    return not step.isdisjoint(evidence.past)


def _is_elsewhere(evidence: Evidence, final: Final, cut: int, numbers: Numbers) -> bool:
    tape, after = evidence.tape, final.after or 0
    cone = sorted({*tape.downstream([cut])} & tape.upstream([after]))
    try:
        rest = tape.replay(
            numbers, [cut, *cone], {cut: lambda n: np.zeros_like(n[cut])}
        )
    except Failed:
        return False
    if rest[after].shape != numbers[final.before].shape:
        return False
    left = final.part(rest[after]).ravel().astype(float)
    start = final.part(numbers[final.before]).ravel().astype(float)
    size = float(start @ start)
    if not size or not np.isfinite(left).all():
        return False
    if left.size == 1:
        return not ALIKE <= float(left[0] / start[0]) <= 1 / ALIKE
    both = float(np.sqrt(size * (left @ left)))
    ratio = float(left @ start) / size
    # decay makes a weight smaller: what makes it larger is no part of a step down
    grows = ratio > 1 + RELATIVE / 10 and close(left, ratio * start)
    return grows or float(left @ start) <= ALIKE * both
