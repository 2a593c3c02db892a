"""What is added up and along which axis: a sum missing, needless, along another axis; a mean for a sum."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Any

from chainrule import ops
from chainrule.check.steps.edits.record import Edits
from chainrule.check.steps.look import Look
from chainrule.program import Value


def _reduces(look: Look) -> bool:
    return (
        look.op is not None
        and "axis" in look.op.params
        and "keepdims" in look.op.params
    )


def _axes(ndim: int) -> Iterator[int | tuple[int, ...] | None]:
    yield from range(ndim)
    yield None
    if ndim > 2:
        yield from ((0, *range(2, ndim)), tuple(range(ndim - 1)), tuple(range(1, ndim)))


def other_axis(look: Look) -> Edits:
    """A sum, mean or maximum along another axis, or with its axis dropped."""
    op = look.op
    if op is None or "axis" not in op.params or not look.args:
        return
    arg = look.args[0].first
    if not isinstance(arg, Value):
        return
    now = {**op.params, **look.params}
    for axis in _axes(arg.ndim):
        for keep in (now.get("keepdims"), not now.get("keepdims")):
            changed: dict[str, Any] = {"axis": axis}
            if "keepdims" in op.params:
                changed["keepdims"] = keep
            if {**now, **changed} == now or (axis is None and not _reduces(look)):
                continue
            said = "The wrong axis: {old} where {new} belongs."
            yield look.edit_params("wrong axis", said, op, changed)
            if "keepdims" not in op.params:
                break


def mean_for_sum(look: Look) -> Edits:
    """A mean where a sum belongs, or the reverse."""
    other = {ops.mean: ops.sum, ops.sum: ops.mean}.get(look.op) if look.op else None
    if other is None or look.op is None:
        return
    words: dict[str, Any] = {"is": look.op.name, "of": other.name}
    said = "The {is} should be a {of}."
    yield look.edit_params("factor", said, other, {}, **words)


def missing_sum(look: Look) -> Edits:
    """A gradient of something shared that is not added up over what shares it."""
    if not look.shape:
        return
    for axis in _axes(len(look.shape)):
        for keep in (False, True):
            words: dict[str, Any] = {
                "axis": "everything" if axis is None else f"axis {axis}"
            }
            said = "The sum over {axis} is missing: what is shared gets the gradients of all that use it."
            new = partial(ops.sum, axis=axis, keepdims=keep)
            yield look.edit("missing sum", said, new, look.old, **words)


def picked_for_sum(look: Look) -> Edits:
    """One of many picked where all of them belong: ``dh[0]`` for ``dh.sum(axis=0)``."""
    held = look.args[0].first if len(look.args) == 1 else None
    if not isinstance(look.site.node, ast.Subscript) or not isinstance(held, Value):
        return
    for axis in _axes(held.ndim):
        for keep in (False, True):
            said = "One of many is picked, {old}, where their sum belongs, {new}."
            new = partial(ops.sum, axis=axis, keepdims=keep)
            yield look.edit("missing sum", said, new, look.args[0])


def needless_sum(look: Look) -> Edits:
    """A sum where every entry has its own gradient."""
    if look.op in (ops.sum, ops.mean):
        said = "There is nothing to sum here: each entry has its own gradient ({old})."
        yield look.edit("needless sum", said, lambda a: +a, look.args[0])
