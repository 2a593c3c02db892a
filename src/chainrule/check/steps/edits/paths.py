"""A path to the loss is forgotten: what goes back on it, in the names at hand, is to be added."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from chainrule import ops
from chainrule.check.steps.edits.record import Edit, Edits, Operand
from chainrule.check.steps.look import Look
from chainrule.check.steps.truths import everywhere
from chainrule.program import Arg, Value
from chainrule.program.program import concrete

DEEPEST = 3
"""How many operations a forgotten term is made of at most."""
Make = Callable[..., Any]


def missing_path(look: Look) -> Edits:
    """What goes back on one of the ways to the loss is missing: ``dh = Wy.T @ dy + dh_next`` without its first term."""
    if not look.is_outer or look.op is ops.setitem:
        return
    said = "The term {added} is missing: the loss is reached on that way, too."
    written = everywhere(look.evidence, look.site.runs[0].result)
    for gradient in look.truths.rests(written):
        operands: list[Operand] = []
        make = _made_of(look, look.truths.gradient(gradient), operands, DEEPEST)
        if make is not None and operands:
            yield look.edit(
                "missing term", said, partial(_plus, make), look.old, *operands
            )


def is_path(edit: Edit) -> bool:
    """Whether an edit adds what goes back on a forgotten path."""
    return isinstance(edit.new, partial) and edit.new.func is _plus


def _plus(make: Make, old: Any, *given: Any) -> Any:
    return old + make(*given)


def _made_of(
    look: Look, value: Arg, operands: list[Operand], depth: int
) -> Make | None:
    """How a derived value is computed from what can be named, which is added to ``operands``; None if it cannot be."""
    if not isinstance(value, Value):
        return lambda *_: value
    named = None if depth == DEEPEST else look.standing_for.get(value)
    if named is not None:
        place = len(operands)
        operands.append(named)
        return lambda *given: given[place]
    tape = look.evidence.tape
    line = tape.line(tape.at[value]) if value in tape.at else None
    if line is None or not depth:
        return None
    made = [_made_of(look, arg, operands, depth - 1) for arg in line.args]
    if any(one is None for one in made):
        return None
    op, params = line.op, concrete(line.params)
    return lambda *given: op(*(one(*given) for one in made if one), **params)
