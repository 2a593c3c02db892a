"""An op that a language has no word for is written as the simpler ops of which its own forward is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.emit.dialect import Dialect
from chainrule.emit.spelling import has_word
from chainrule.program import (
    Arg,
    Array,
    Builder,
    CannotTrace,
    Item,
    Line,
    Loop,
    Op,
    Program,
    Size,
    Value,
)
from chainrule.program.builder import key_of
from chainrule.program.program import substitute
from chainrule.program.rewritten import put
from chainrule.trace import Traced, Tracer

UNREADABLE = (CannotTrace, AttributeError, IndexError, TypeError, ValueError)
"""What a forward raises that computes with numbers alone."""


def spelled_out(program: Program, dialect: Dialect) -> Program:
    """``program`` with every op taken apart that ``dialect`` has no word for, where its forward can be read.

    What a line gave, the last of its parts gives: names, reasons and gradients stay with their values.
    """
    items = _spelled_out(program.items, dialect, {})
    return Program(program.inputs, items, program.outputs, program.name)


def _spelled_out(
    items: tuple[Item, ...], dialect: Dialect, known: Mapping[Any, Value]
) -> tuple[Item, ...]:
    """The items, with what parts of several lines compute alike computed once; ``known`` is what was so far."""
    found: list[Item] = []
    alike = dict(known)
    now: dict[Value, Value] = {}
    waiting = [(item, False) for item in reversed(items)]
    while waiting:
        item, is_part = waiting.pop()
        if isinstance(item, Loop):
            inner = _spelled_out(item.items, dialect, alike)
            found.append(replace(item, items=inner))
            continue
        line = _about(item, now)
        parts = [] if has_word(line, dialect) else parts_of(line)
        waiting += [(part, part.result is not item.result or is_part) for part in reversed(parts)]  # fmt: skip
        if parts:
            continue
        key = key_of(line.op, line.args, line.params)
        if is_part and key in alike:
            now[line.result] = alike[key]
            continue
        if is_part:
            alike[key] = line.result
        found.append(line)
    return tuple(found)


def _about(line: Line, now: Mapping[Value, Value]) -> Line:
    """A line about the values that stand for those it reads."""
    if not any(arg in now for arg in line.reads()):
        return line
    args = tuple(put(arg, now) for arg in line.args)
    params = {
        key: substitute(param, lambda one: put(one, now))
        for key, param in line.params.items()
    }
    return replace(line, args=args, params=params)


def with_parts(
    forward: frozenset[Value], whole: Program, program: Program
) -> frozenset[Value]:
    """The forward values, and with them the parts of which those were spelled out."""
    lines = tuple(program.every_line())
    if lines == tuple(whole.every_line()):
        return forward
    known, found, parts = set(whole.values()), set(forward), set[Value]()
    for line in lines:
        if line.result not in known:
            parts.add(line.result)
            continue
        if line.result in forward:
            found |= parts
        parts.clear()
    return frozenset(found)


def parts_of(line: Line) -> list[Line]:
    """The lines that a line's op is made of, the last with the line's result; none where they cannot be read."""
    for made_of in (line.op.forward, line.op.definition):
        parts = [] if made_of is None else _read(made_of, line)
        if parts and all(_is_simpler(part.op, line.op) for part in parts):
            return parts
    return []


def _is_simpler(part: Op, whole: Op) -> bool:
    # a function of NumPy is read as the very op that wraps it; one outside the catalogue as a new op around it, which
    # would be read as a newer one, for ever
    return part is not whole and part.says != "opaque"


def _read(made_of: Callable[..., Any], line: Line) -> list[Line]:
    tracer = Tracer(named=False, laws=(one_factor_less,))
    stands_for: dict[Value, Arg] = {}
    given: list[Any] = []
    for arg in line.args:
        if not isinstance(arg, Value):
            given.append(tracer.lift(arg))
            continue
        stand_in = tracer.input(_example(arg), None)
        stands_for[stand_in.value] = arg
        given.append(stand_in)
    params = {key: tracer.lift_param(param) for key, param in line.params.items()}
    try:
        result = made_of(*given, **params)
    except UNREADABLE:
        return []
    if not isinstance(result, Traced) or result.value in stands_for:
        return []
    parts = tracer.builder.run([result.value]).program.pruned().lines
    return _moved(parts, result.value, line, stands_for)


def one_factor_less(
    _: Builder, op: Op, args: tuple[Arg, ...], __: Mapping[str, Any]
) -> Arg | None:
    """What is multiplied with 1, or divided by it, is itself: a parameter at its default."""
    if op is ops.multiply and not isinstance(args[0], Value) and args[0] == 1:
        return args[1]
    if op is ops.divide and not isinstance(args[1], Value) and args[1] == 1:
        return args[0]
    return None


def _moved(
    parts: tuple[Line, ...], last: Value, line: Line, stands_for: dict[Value, Arg]
) -> list[Line]:
    """``parts`` in the place of ``line``, about its own arguments."""

    def own(arg: Any) -> Any:
        if isinstance(arg, Size) and arg.value in stands_for:
            return Size(stands_for[arg.value], arg.axes)  # type: ignore[arg-type]
        return stands_for.get(arg, arg) if isinstance(arg, Value) else arg

    moved = []
    for part in parts:
        is_last = part.result is last
        result = (
            line.result
            if is_last
            else Value(part.result.shape, part.result.dtype, weak=part.result.weak)
        )
        args = tuple(own(arg) for arg in part.args)
        params = {key: substitute(param, own) for key, param in part.params.items()}
        why = line.why if is_last else ""
        moved.append(Line(result, part.op, args, params, why, line.places))
        stands_for[part.result] = result
    return moved


def _example(value: Value) -> Array | float:
    """Numbers to read a forward with: no index out of range, and no entry at a usual kink."""
    filler = 0.5 if value.dtype.kind in "fc" else 0
    if value.plain:
        return filler
    return np.full(value.shape, filler, value.dtype)
