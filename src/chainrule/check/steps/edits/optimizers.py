"""What people write by mistake where a gradient is followed: a power left out, a share, a root, the wrong operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from chainrule import ops
from chainrule.check.steps.edits.record import Edits, Operand
from chainrule.check.steps.look import Look


def _is_single(operand: Operand) -> bool:
    return getattr(operand.first, "shape", ()) == ()


def power_of_step(look: Look, step: Operand) -> Edits:
    """``1 - beta`` where ``1 - beta**t`` belongs."""
    said = "{part} should be {part_new}: what is made up for shrinks with every step."
    if look.op in (ops.subtract, ops.multiply, ops.divide):
        for i, arg in enumerate(look.args):
            if _is_single(arg) and 0 < abs(look.number(arg) or 0) < 1:
                yield from look.edit_arg(
                    "bias correction", said, i, lambda c, t: c**t, step
                )


def complement(look: Look) -> Edits:
    """``1 - c`` for ``c``, or ``c`` for ``1 - c``: which share is kept, and which is taken."""
    said = "{old} should be {new}."
    if look.op is ops.subtract and look.args and look.args[0].first in (1, 1.0):
        yield look.edit("share", said, lambda _, c: +c, *look.args)
    said = "{part} should be {part_new}."
    for i, arg in enumerate(look.args):
        number = look.number(arg) if _is_single(arg) else None
        if number is not None and 0 < float(number) < 1:
            yield from look.edit_arg("share", said, i, lambda c: 1 - c)


def missing_share(look: Look) -> Edits:
    """A running mean adds the share that is not kept: ``(1 - beta) * x``, not ``x``."""
    if look.op is not ops.add:
        return
    said = "A mean that keeps {1} of what it was takes 1 - {1} of what is new."
    singles = [n for n in look.arrays if n.shape == () and n.first.dtype.kind == "f"]  # type: ignore[union-attr]
    for name in singles:
        if 0 < float(look.number(name) or 0) < 1:
            for a, b in (look.args, look.args[::-1]):
                yield look.edit(
                    "share", said, lambda a, c, b: a + (1 - c) * b, a, name, b
                )


def other_operation(look: Look) -> Edits:
    """Multiplied where it should be divided, and the other way round."""
    said = "{old} should be {new}."
    if look.op is ops.multiply and len(look.args) == 2:
        a, b = look.args
        yield look.edit("operation", said, lambda a, b: a / b, a, b)
        yield look.edit("operation", said, lambda b, a: b / a, b, a)
    elif look.op is ops.divide:
        yield look.edit("operation", said, lambda a, b: a * b, *look.args)


def other_root(look: Look) -> Edits:
    """A root or a square too many, or left out."""
    said = "{old} should be {new}."
    if look.op is ops.sqrt:
        yield look.edit("root", said, lambda a: +a, *look.args)
    elif look.op in (ops.power, ops.square):
        yield look.edit("root", said, lambda a: +a, look.args[0])
    said = "{part} should be {part_new}."
    for i in range(len(look.args)):
        for change in (np.sqrt, np.square):
            yield from look.edit_arg("root", said, i, change)


def counters(turns: Sequence[Mapping[str, int]]) -> Iterator[Operand]:
    """The counters of the loops around, an operand each."""
    for name in turns[0] if turns else ():
        if all(name in one for one in turns):
            yield Operand(tuple(one[name] for one in turns), None, name)
