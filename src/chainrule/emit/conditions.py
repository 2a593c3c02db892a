"""What emitted source asks of its inputs, where it would be wrong for others: checked before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.emit import wrap
from chainrule.emit.layout import INDENT
from chainrule.emit.statements import Plan
from chainrule.program import Value


@dataclass(frozen=True, slots=True)
class LengthCondition:
    """How long an input must be along an axis: as another input along one of its own, or ``length`` where there is none.

    ``advice`` is what to do where it is not.
    """

    value: Value
    axis: int
    advice: str
    other: Value | None = None
    other_axis: int = 0
    length: int = 1


def checks(lengths: Sequence[LengthCondition], plan: Plan) -> list[str]:
    """The statements that refuse other lengths, at the head of a function."""
    lines: list[str] = []
    for one in lengths:
        name = plan.name(one.value)
        wanted = said = str(one.length)
        if one.other is not None:
            other = plan.name(one.other)
            wanted = f"{other}.shape[{one.other_axis}]"
            said = f"that of {other}"
        message = f"the length of {name} along axis {one.axis} must be {said}"
        lines += [
            f"{INDENT}if {name}.shape[{one.axis}] != {wanted}:",
            f"{INDENT * 2}raise ValueError(",
            f'{INDENT * 3}"{message}: "',
            f'{INDENT * 3}"{one.advice}"',
            f"{INDENT * 2})",
        ]
    return lines


def as_arrays(plan: Plan) -> list[str]:
    """The statements that make arrays of what may be matrices, at the head of a function."""
    inputs = [value for value in plan.program.inputs if value.ndim == 2]
    if not inputs:
        return []
    return [
        *wrap.comment("for a matrix of NumPy's, * and ** are other products"),
        *(
            line
            for value in inputs
            for line in wrap.statement(
                f"{plan.name(value)} = np.asarray({plan.name(value)})"
            )
        ),
    ]
