"""Arranging as loops: entries copied to where they belong, and arrays that are made of nothing but their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.emit.c.definitions import (
    Define,
    Defined,
    Definitions,
    around,
    array_of,
    in_a_row,
)
from chainrule.emit.c.indexing import YES, counter
from chainrule.emit.c.layout import Look, viewed
from chainrule.emit.c.lengths import NONE, Length
from chainrule.emit.c.nests import Apply, Constant, Nest, Read
from chainrule.emit.c.words import applied_where, cast
from chainrule.ops.shapes import axes_of
from chainrule.program import Array, Line, Shape, Value


def _copy(
    defs: Definitions, line: Line, x: Value, into: Look, of: Look | None = None
) -> Nest:
    """A part of an array, or all of it, copied into a part of a line's result."""
    place, shape = defs.layout.seen(line.result, into)
    source, _ = defs.layout.seen(x, of or (lambda array, _: array))
    domain = around(shape)
    entry = cast(defs.entry(source, shape, domain), line.result.dtype)
    return Nest(line.result, domain.loops, defs.entry(place, shape, domain), entry)


def side_by_side(defs: Definitions, line: Line) -> list[Defined]:
    """Arrays joined: each is copied to where it belongs."""
    stacked = line.op is ops.stack
    (axis,) = axes_of(line.params["axis"], line.result.ndim)
    arrays = [array_of(arg) for arg in line.args]

    def into(position: int) -> Look:
        def look(array: Array, shapes: Mapping[Value, Shape]) -> Array:
            index: Any = position
            if not stacked:
                lengths = [shapes[one][axis] for one in arrays]
                start = sum(lengths[:position])
                index = slice(start, start + lengths[position])
            return viewed(array, (*[slice(None)] * axis, index))

        return look

    return [
        _copy(defs, line, x, into(position))
        for position, x in enumerate(arrays)
        if NONE not in defs.layout.shapes[x]
    ]


def padded(defs: Definitions, line: Line) -> list[Defined]:
    """One number everywhere, then the array in its place."""
    x = array_of(line.args[0])
    domain, target = defs.whole(line)
    number = Constant(line.params["constant_values"])
    filled_up: list[Defined] = [Nest(line.result, domain.loops, target, number)]
    if NONE in defs.layout.shapes[x]:
        return filled_up

    def into(array: Array, shapes: Mapping[Value, Shape]) -> Array:
        widths = zip(line.params["pad_width"], shapes[x], strict=True)
        return viewed(
            array, tuple(slice(before, before + n) for (before, _), n in widths)
        )

    return [*filled_up, _copy(defs, line, x, into)]


def tiled(defs: Definitions, line: Line) -> list[Defined]:
    """Copies of an array: the result is cut so that each axis is one of copies or one of entries."""
    (x,) = line.args

    def into(array: Array, shapes: Mapping[Value, Shape]) -> Array:
        lengths, reps = shapes[x] if isinstance(x, Value) else (), line.params["reps"]
        wide = max(len(lengths), len(reps))
        own = (*[1] * (wide - len(lengths)), *lengths)
        times = (*[1] * (wide - len(reps)), *reps)
        pairs = zip(times, own, strict=True)
        return array.reshape([one for pair in pairs for one in pair])

    place, shape = defs.layout.seen(line.result, into)
    domain = around(shape)
    entry = defs.argument(x, domain.of(domain.axes[1::2]))
    return [Nest(line.result, domain.loops, defs.entry(place, shape, domain), entry)]


def repeated(defs: Definitions, line: Line) -> list[Defined]:
    """Copies of every entry, side by side."""
    (x,) = line.args
    shape = defs.layout.shapes[x] if isinstance(x, Value) else ()
    axis = line.params["axis"]
    behind = len(shape) if axis is None else axis % len(shape) + 1
    copies = Length(0, line.params["repeats"])
    domain = around([*shape[:behind], copies, *shape[behind:]])
    own = [loop for k, loop in enumerate(domain.axes) if k != behind]
    entry = defs.argument(x, domain.of(own))
    target = Read(line.result, NONE, in_a_row(domain.loops))
    return [Nest(line.result, domain.loops, target, entry)]


def rolled(defs: Definitions, line: Line) -> list[Defined]:
    """Entries pushed on along axes, those at the end to the front: a copy for every choice of an end or a beginning."""
    x, axis, shift = array_of(line.args[0]), line.params["axis"], line.params["shift"]
    shifts: tuple[int, ...] = shift if isinstance(shift, tuple) else (shift,)
    axes: tuple[int, ...] = axis if isinstance(axis, tuple) else (axis or 0,)
    if axis is None:
        shifts = (sum(shifts),)

    def part(late: Sequence[int], *, of_result: bool) -> Look:
        def look(array: Array, _: Mapping[Value, Shape]) -> Array:
            own = array.reshape(-1) if axis is None else array
            index: list[slice] = [slice(None)] * own.ndim
            for one, by, is_late in zip(axes, shifts, late, strict=True):
                length = own.shape[one]
                first = by % length if length else 0
                cut = first if of_result else length - first
                front = bool(is_late) == of_result
                index[one] = slice(0, cut) if front else slice(cut, length)
            return viewed(own, tuple(index))

        return look

    found: list[Defined] = []
    for late in np.ndindex(*(2,) * len(axes)):
        into = part(late, of_result=True)
        if NONE not in defs.layout.seen(line.result, into)[1]:
            found.append(_copy(defs, line, x, into, part(late, of_result=False)))
    return found


def on_the_diagonal(defs: Definitions, line: Line) -> list[Defined]:
    """Zeros, with entries on a diagonal."""
    domain, target = defs.whole(line)
    zeros = Nest(line.result, domain.loops, target, Constant(0))

    def into(array: Array, _: Mapping[Value, Shape]) -> Array:
        return np.diagonal(array, line.params["k"])

    return [zeros, _copy(defs, line, array_of(line.args[0]), into)]


def summed_so_far(defs: Definitions, line: Line) -> list[Defined]:
    """Sums as they grow: the first entries, then each from the one before it."""
    x, axis = array_of(line.args[0]), line.params["axis"]
    if NONE in defs.layout.shapes[line.result]:
        return []

    def part(start: int | None, end: int | None) -> Look:
        def look(array: Array, _: Mapping[Value, Shape]) -> Array:
            own = array.reshape(-1) if axis is None else array
            before = 0 if axis is None else axis % own.ndim
            return viewed(own, (*[slice(None)] * before, slice(start, end)))

        return look

    later = _copy(defs, line, x, part(1, None), part(1, None))
    last, shape = defs.layout.seen(line.result, part(None, -1))
    before = defs.entry(last, shape, around(shape))
    entry = Apply("{0} + {1}", (before, later.expression), line.result.dtype)
    return [
        _copy(defs, line, x, part(0, 1), part(0, 1)),
        Nest(line.result, later.loops, later.target, entry),
    ]


def counted(defs: Definitions, line: Line) -> list[Defined]:
    """0, 1, 2 and so on."""
    domain, target = defs.whole(line)
    entry = cast(counter(domain.axes[0]), line.result.dtype)
    return [Nest(line.result, domain.loops, target, entry)]


def by_place(text: str) -> Define:
    """What depends on where an entry stands in its matrix."""

    def define(defs: Definitions, line: Line) -> list[Defined]:
        domain, target = defs.whole(line)
        i, j = map(counter, domain.axes[-2:])
        yes = Apply(text, (i, j, Constant(line.params.get("k", 0))), YES)
        dtype = line.result.dtype
        if line.args:
            entry = applied_where(yes, defs.argument(line.args[0], domain), dtype)
        else:
            entry = cast(yes, dtype)
        return [Nest(line.result, domain.loops, target, entry)]

    return define


def filled(defs: Definitions, line: Line) -> list[Defined]:
    """One number at every place."""
    domain, target = defs.whole(line)
    usual = {ops.ones_like: 1, ops.zeros_like: 0}
    number = usual.get(line.op, line.params.get("fill_value", 0))
    return [Nest(line.result, domain.loops, target, Constant(number))]


def written_out(_: Definitions, line: Line) -> list[Defined]:
    """Numbers written out, one statement each."""
    numbers = np.array(line.params["value"]).reshape(-1).tolist()
    return [
        Nest(line.result, (), Read(line.result, Length(0, k), ()), Constant(number))
        for k, number in enumerate(numbers)
    ]
