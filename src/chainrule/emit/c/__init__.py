"""The C dialect: a program as one C file, its entry-by-entry lines joined into passes, its products in tiles."""

from __future__ import annotations

from chainrule.emit.c.layout import may_be_view
from chainrule.emit.c.lengths import NotLinear
from chainrule.emit.c.source import CSource, Parameter, assembled, write
from chainrule.emit.c.special import SPECIAL
from chainrule.emit.c.words import TYPES, can_fold, is_entrywise
from chainrule.program import IndexSlot, Line, Value


def can_write(line: Line) -> bool:
    """Whether C says this line as it stands, without its op being taken apart."""
    values = [line.result, *(arg for arg in line.args if isinstance(arg, Value))]
    if any(value.dtype.name not in TYPES for value in values):
        return False
    if line.op in SPECIAL:
        # which entries a mask picks is known only when the code runs
        index = line.params.get("index", ())
        slots = [item for item in index if isinstance(item, IndexSlot)]
        return all(slot.picked is None for slot in slots)
    if line.op.kind == "reduction" and line.op.folds is not None:
        return can_fold(line.op.folds, line.result.dtype)
    return may_be_view(line) or is_entrywise(line)


__all__ = [
    "TYPES",
    "CSource",
    "NotLinear",
    "Parameter",
    "assembled",
    "can_write",
    "write",
]
