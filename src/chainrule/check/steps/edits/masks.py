"""What passes and what is stopped: the mask of another layer, or one turned into its opposite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.steps.edits.record import Edits
from chainrule.check.steps.look import Look
from chainrule.program import Op, Value

OPPOSITE: dict[Op, Callable[[Any, Any], Any]] = {
    ops.greater: lambda a, b: a <= b,
    ops.greater_equal: lambda a, b: a < b,
    ops.less: lambda a, b: a >= b,
    ops.less_equal: lambda a, b: a > b,
    ops.equal: lambda a, b: a != b,
    ops.not_equal: lambda a, b: a == b,
}


def other_mask(look: Look) -> Edits:
    """The mask of another layer."""
    said = "The mask is of another layer: {part} where {part_new} belongs."
    for i, arg in enumerate(look.args):
        if not isinstance(arg.first, Value):
            continue
        if look.op in OPPOSITE or arg.first.dtype.kind == "b":
            for other in look.others(arg):
                yield from look.edit_arg("wrong mask", said, i, lambda _, x: x, other)


def inverted(look: Look) -> Edits:
    """Passed where it should be stopped."""
    said = "The mask is inverted: {old} where {new} belongs."
    opposite = OPPOSITE.get(look.op) if look.op is not None else None
    if opposite is not None and len(look.args) == 2:
        yield look.edit("mask inverted", said, opposite, *look.args)
    if look.op is ops.logical_not:
        yield look.edit("mask inverted", said, lambda a: a, *look.args)
    if look.op is ops.where and len(look.args) == 3:
        yield look.edit(
            "mask inverted", said, lambda c, a, b: np.where(c, b, a), *look.args
        )
    if look.op is ops.subtract and len(look.args) == 2 and look.args[0].first == 1:
        yield look.edit("mask inverted", said, lambda _, b: +b, *look.args)
    for i, arg in enumerate(look.args):
        if (
            isinstance(arg.first, Value)
            and arg.first.dtype.kind == "b"
            and not _is_compared_here(look, arg.first)
        ):
            said = "The mask is inverted: {part} where {part_new} belongs."
            yield from look.edit_arg("mask inverted", said, i, np.logical_not)


def _is_compared_here(look: Look, mask: Value) -> bool:
    """Whether a mask is a comparison in the same statement, which is a place of its own to be turned."""
    site = look.sites.of_place.get(look.evidence.tape.at[mask])
    return (
        site is not None
        and site.op in OPPOSITE
        and site.statement is look.site.statement
    )
