"""What ruins training silently around a right backward pass: updates, unused gradients, forward mistakes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule import ops
from chainrule.check.agree import agree
from chainrule.check.claims import Claims
from chainrule.check.study import Study
from chainrule.program import Line, Value

NEAR = 1e-12


def notes(study: Study, claims: Claims) -> Iterator[str]:
    """Sentences about the script as a whole; none of them makes a line wrong."""
    yield from _steps_up(study, claims)
    yield from _never_updated(study, claims)
    yield from _softmax_axis(study)
    yield from _truncated_labels(study)
    yield from _log_near_zero(study)


def _place(line: Line | None) -> str:
    return f" (line {line.at.line})" if line is not None and line.at is not None else ""


def _steps_up(study: Study, claims: Claims) -> Iterator[str]:
    """Updates that add a gradient where they should take it away."""
    numbers, truth = study.trials[0].numbers, study.trials[0].truth
    up = []
    for step in claims.steps:
        written, true = numbers.get(step.value), truth.get(step.parameter)
        if written is None or true is None or not np.any(true):
            continue
        if agree(written * step.sign, -true):
            up.append(step)
    for step in up:
        after = next(
            after for before, after in claims.updates if before is step.parameter
        )
        name = step.parameter.name
        rest = "" if len(up) == len(claims.steps) else ", unlike the others"
        yield f"the update of {name} goes up the gradient, so the loss grows{rest}{_place(study.producer.get(after))}"


def _never_updated(study: Study, claims: Claims) -> Iterator[str]:
    """Parameters whose gradient is computed and not used, where others are updated."""
    updated = {before for before, _ in claims.updates}
    if not updated:
        return
    for claim in claims.all:
        target = claim.targets[0] if claim.targets else None
        if (
            target is None
            or target in updated
            or target not in study.roots
            or claim.exact is not target
        ):
            continue
        if any(claim.value in study.cone(after) for _, after in claims.updates):
            continue
        used = any(claim.value in line.reads() for line in study.lines)
        if not used and _is_weight(target, updated):
            line = claim.execution.site.statement.lineno
            yield f"{claim.text} is computed (line {line}) and not used: {target.name} is never updated"


def _is_weight(value: Value, updated: set[Value]) -> bool:
    """Whether a value is named like one that is updated: b1 beside W1."""
    stems = {(one.name or "").rstrip("0123456789").lower() for one in updated}
    stem = (value.name or "").rstrip("0123456789").lower()
    return stem in stems or (
        stem in {"b", "bias", "beta"}
        and bool(stems & {"w", "weight", "gamma", "v", "u"})
    )


def _softmax_axis(study: Study) -> Iterator[str]:
    """A softmax that adds up along the samples instead of the classes."""
    for line in study.lines:
        if (
            line.op is not ops.divide
            or line.result not in study.forward
            or line.result.ndim != 2
        ):
            continue
        bottom = (
            study.producer.get(line.args[1])
            if isinstance(line.args[1], Value)
            else None
        )
        if (
            bottom is None
            or bottom.op is not ops.sum
            or bottom.args[0] is not line.args[0]
        ):
            continue
        top = (
            study.producer.get(line.args[0])
            if isinstance(line.args[0], Value)
            else None
        )
        axis = bottom.params.get("axis")
        if top is None or top.op is not ops.exp or axis not in (0, 1, -1, -2):
            continue
        along = axis % 2
        for root, number in (
            (root, study.trials[0].numbers[root]) for root in study.roots
        ):
            one_hot = (
                number.shape == line.result.shape
                and number.ndim == 2
                and set(np.unique(number)) <= {0, 1}
            )
            if not one_hot or number.shape[along] == 1:
                continue
            if np.all(number.sum(axis=1 - along) == 1) and not np.all(
                number.sum(axis=along) == 1
            ):
                yield (
                    f"the softmax adds up along axis {axis}{_place(line)}, but {root.name} holds one 1 along "
                    f"axis {1 - along}: it is taken over the samples, not over the classes"
                )


def _truncated_labels(study: Study) -> Iterator[str]:
    """Whole-number division on the way to the loss."""
    for line in study.lines:
        if line.op.name == "floor_divide" and line.result in study.forward:
            yield f"a division cuts off everything behind the point on the way to the loss{_place(line)}"


def _log_near_zero(study: Study) -> Iterator[str]:
    """A logarithm of a probability that has reached 0."""
    for line in study.lines:
        if (
            line.op is ops.log
            and line.result in study.forward
            and isinstance(line.args[0], Value)
        ):
            number = study.trials[0].numbers[line.args[0]]
            if number.size and np.min(number) < NEAR:
                yield (
                    f"a logarithm is taken of {float(np.min(number)):.3g}{_place(line)}: the loss and its gradient are "
                    "noise there; compute it from the logits, or clip the probability"
                )
