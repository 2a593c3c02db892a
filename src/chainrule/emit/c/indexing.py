"""Indexing as loops: entries read from, or written to, places that slices and arrays of whole numbers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.emit.c.definitions import Defined, Definitions, Domain, around, array_of
from chainrule.emit.c.layout import Place, viewed
from chainrule.emit.c.lengths import NONE, ONE, Length
from chainrule.emit.c.nests import Apply, Constant, Count, Counter, Nest, Node, Read
from chainrule.emit.c.words import cast, combination
from chainrule.ops.shapes import axes_of
from chainrule.program import Arg, Array, IndexSlot, Line, Op, Shape, Value
from chainrule.program.inference import measured

WHOLE, YES = np.dtype(np.int64), np.dtype(np.bool_)


def at(index: Node, length: Length) -> Node:
    """A place on an axis, checked to be there."""
    return Apply("at({0}, {1}, outside)", (cast(index, WHOLE), Count(length)), WHOLE)


def counter(loop: int | None) -> Node:
    """The place on an axis that a loop counts."""
    return Constant(0) if loop is None else Counter(loop)


@dataclass(frozen=True, slots=True)
class _Index:
    """An index taken apart: what its slices and numbers leave, and the arrays that pick from it.

    ``slots`` are the arrays with the axis each stands at, ``picked`` the lengths of what is picked; those of the arrays
    together, ``n_joined``, stand from ``first`` on.
    """

    place: Place
    shape: tuple[Length, ...]
    slots: tuple[tuple[int, IndexSlot], ...]
    picked: tuple[Length, ...]
    first: int
    n_joined: int


def picked(defs: Definitions, line: Line) -> list[Defined]:
    """``x[index]`` with arrays in the index."""
    domain, target = defs.whole(line)
    index = _index(defs, array_of(line.args[0]), line, line.args[1:])
    read = _entry(defs, index, line.args[1:], domain)
    return [Nest(line.result, domain.loops, target, read)]


def scattered(defs: Definitions, line: Line) -> list[Defined]:
    """Zeros, with entries added at an index; without arrays in it, no place is met twice."""
    domain, target = defs.whole(line)
    zeros = Nest(line.result, domain.loops, target, Constant(0))
    arrays = line.args[1:]
    added = _put(defs, line, line.args[0], arrays, ops.add if arrays else None)
    return [zeros, added]


def overwritten(defs: Definitions, line: Line) -> list[Defined]:
    """A copy, with other entries at an index."""
    x, written, *arrays = line.args
    domain, target = defs.whole(line)
    entry = cast(defs.argument(x, domain), line.result.dtype)
    copy = Nest(line.result, domain.loops, target, entry)
    return [copy, _put(defs, line, written, arrays, None)]


def _put(
    defs: Definitions, line: Line, written: Arg, arrays: Sequence[Arg], op: Op | None
) -> Nest:
    """Entries put, or combined with what is there, at an index of the result."""
    index = _index(defs, line.result, line, arrays)
    domain = around(index.picked)
    target = _entry(defs, index, arrays, domain)
    entry = cast(defs.argument(written, domain), line.result.dtype)
    nest = Nest(line.result, domain.loops, target, entry)
    return nest if op is None else everywhere(nest, op)


def everywhere(nest: Nest, op: Op) -> Nest:
    """A nest that combines with what is there already, in places that may be any: finished when all loops are."""
    text, start = combination(op, nest.value.dtype)
    folded = frozenset(range(len(nest.loops)))
    return replace(nest, combine=text, start=start, folded=folded, begins=False)


def _index(
    defs: Definitions, value: Value, line: Line, arrays: Sequence[Arg]
) -> _Index:
    def look(array: Array, shapes: Mapping[Value, Shape]) -> Array:
        index = measured(line.params, shapes)["index"]
        plain = [slice(None) if isinstance(one, IndexSlot) else one for one in index]
        return viewed(array, tuple(plain))

    place, shape = defs.layout.seen(value, look)
    slots, together = _slots(line.params["index"], value.ndim)
    joined = _joined(defs, [arrays[slot.position] for _, slot in slots])
    taken = {axis for axis, _ in slots}
    rest = [length for axis, length in enumerate(shape) if axis not in taken]
    first = slots[0][0] if slots and together else 0
    lengths = (*rest[:first], *joined, *rest[first:])
    return _Index(place, shape, tuple(slots), lengths, first, len(joined))


def _slots(
    index: Sequence[Any], n_axes: int
) -> tuple[list[tuple[int, IndexSlot]], bool]:
    """The arrays of an index, each with the axis it stands at once the rest is done; and whether they are together."""
    named = sum(item is not None and item is not Ellipsis for item in index)
    items: list[Any] = []
    for item in index:
        items += [slice(None)] * (n_axes - named) if item is Ellipsis else [item]
    found: list[tuple[int, IndexSlot]] = []
    places: list[int] = []
    axis = 0
    for place, item in enumerate(items):
        if isinstance(item, IndexSlot):
            found.append((axis, item))
        # beside an array, a number is an array of one entry
        if isinstance(item, IndexSlot | int):
            places.append(place)
        axis += not isinstance(item, int)
    return found, not found or places[-1] - places[0] == len(places) - 1


def _joined(defs: Definitions, arrays: Sequence[Arg]) -> list[Length]:
    """The lengths of all index arrays together."""
    joined: list[Length] = []
    for array in arrays:
        own = list(defs.layout.shapes[array]) if isinstance(array, Value) else []
        wide = max(len(own), len(joined))
        own = [ONE] * (wide - len(own)) + own
        joined = [ONE] * (wide - len(joined)) + joined
        joined = [b if a == ONE else a for a, b in zip(joined, own, strict=True)]
    return joined


def _entry(
    defs: Definitions, index: _Index, arrays: Sequence[Arg], domain: Domain
) -> Read:
    """The entry at an index; the domain's axes are those of what is picked."""
    end = index.first + index.n_joined
    own = iter([*domain.axes[: index.first], *domain.axes[end:]])
    taken = {axis for axis, _ in index.slots}
    strides = [NONE] * len(domain.loops)
    for axis, stride in enumerate(index.place.strides):
        loop = None if axis in taken else next(own)
        if loop is not None:
            strides[loop] = strides[loop] + stride
    joined = domain.of(domain.axes[index.first : end])
    computed = tuple(
        (
            index.place.strides[axis],
            at(defs.argument(arrays[slot.position], joined), index.shape[axis]),
        )
        for axis, slot in index.slots
    )
    return Read(index.place.root, index.place.start, tuple(strides), computed)


def taken(defs: Definitions, line: Line) -> list[Defined]:
    """Entries at places that an array of whole numbers says, along one axis."""
    x, indices = line.args
    domain, target = defs.whole(line)
    read = _along(defs, array_of(x), indices, line.params["axis"], domain)
    return [Nest(line.result, domain.loops, target, read)]


def added_along(defs: Definitions, line: Line) -> list[Defined]:
    """Zeros, with entries added at places along one axis."""
    written, indices = array_of(line.args[0]), line.args[1]
    whole, first = defs.whole(line)
    zeros = Nest(line.result, whole.loops, first, Constant(0))
    domain = around(defs.layout.shapes[written])
    target = _along(defs, line.result, indices, line.params["axis"], domain)
    entry = defs.read(written, domain)
    added = Nest(line.result, domain.loops, target, entry)
    return [zeros, everywhere(added, ops.add)]


def _along(
    defs: Definitions, x: Value, indices: Arg, axis: int, domain: Domain
) -> Read:
    (place,) = axes_of(axis, x.ndim)
    others = [None if k == place else domain.axes[k] for k in range(x.ndim)]
    read = defs.read(x, domain.of(others))
    where = at(defs.argument(indices, domain), defs.layout.shapes[x][place])
    stride = defs.layout.places[x].strides[place]
    return Read(read.root, read.start, read.strides, ((stride, where),))


def windows_added(defs: Definitions, line: Line) -> list[Defined]:
    """Zeros, with every window added where it stood."""
    windows = array_of(line.args[0])
    whole, first = defs.whole(line)
    zeros = Nest(line.result, whole.loops, first, Constant(0))

    def look(array: Array, shapes: Mapping[Value, Shape]) -> Array:
        size = shapes[windows][array.ndim :]
        return ops.windows.numpy_functions[0](  # type: ignore[no-any-return]
            array, size, line.params["axis"], line.params["stride"]
        )

    place, shape = defs.layout.seen(line.result, look)
    domain = around(shape)
    target = defs.entry(place, shape, domain)
    added = Nest(line.result, domain.loops, target, defs.read(windows, domain))
    return [zeros, everywhere(added, ops.add)]


def one_hot(defs: Definitions, line: Line) -> list[Defined]:
    """1 at the label, 0 elsewhere."""
    domain, target = defs.whole(line)
    (axis,) = axes_of(line.params["axis"], line.result.ndim)
    others = [loop for k, loop in enumerate(domain.axes) if k != axis]
    label = defs.argument(line.args[0], domain.of(others))
    place = at(label, defs.layout.shapes[line.result][axis])
    yes = Apply("{0} == {1}", (counter(domain.axes[axis]), place), YES)
    entry = cast(yes, line.result.dtype)
    return [Nest(line.result, domain.loops, target, entry)]
