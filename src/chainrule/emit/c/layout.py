"""Where the entries of every value are: in an array of its own, or in another's, which it is a view of.

What a view is, NumPy says: the operation is tried on an array of the right shape that holds nothing, and whatever comes
back in the same memory is a view with the strides that it has. Trying two sizes of batch tells how lengths grow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from chainrule import ops
from chainrule.emit.c.lengths import Length, through
from chainrule.program import Array, Line, Program, Shape, Value
from chainrule.program.inference import measured, shapes_of

BATCHES = (3, 7)
"""Two sizes of batch, by which lengths are told apart from numbers."""
Look = Callable[[Array, Mapping[Value, Shape]], Array]


@dataclass(frozen=True, slots=True)
class Place:
    """Entry (i, j, …) of a value is entry ``start + i * strides[0] + j * strides[1] + …`` of the array of ``root``."""

    root: Value
    start: Length
    strides: tuple[Length, ...]


@dataclass(frozen=True, slots=True)
class _At:
    """A place, and the shape of what is there, for one size of batch."""

    root: Value
    start: int
    strides: tuple[int, ...]
    shape: Shape


class Layout:
    """The shape of every value in lengths, and where its entries are.

    The first axis of ``rows`` is the batch: of any size, or of ``size`` rows.

    Raises:
        NotLinear: where a length grows otherwise than the batch does.
    """

    def __init__(
        self, program: Program, rows: Sequence[Value], size: int | None = None
    ) -> None:
        self.grows = bool(rows) and size is None
        sizes = BATCHES if self.grows else (size or 1,)
        self._shapes = [shapes_of(program, _given(program, rows, n)) for n in sizes]
        self._places = [_places(program, shapes) for shapes in self._shapes]
        self.shapes: dict[Value, tuple[Length, ...]] = {}
        self.places: dict[Value, Place] = {}
        for value in self._shapes[0]:
            found = [places[value] for places in self._places]
            self.places[value], self.shapes[value] = self._in_lengths(found)

    def _in_lengths(self, found: Sequence[_At]) -> tuple[Place, tuple[Length, ...]]:
        first, second = found[0], found[-1]

        def length(one: int, other: int) -> Length:
            return through(one, other, *BATCHES) if self.grows else Length(0, one)

        def lengths(one: Sequence[int], other: Sequence[int]) -> tuple[Length, ...]:
            return tuple(map(length, one, other))

        place = Place(
            first.root,
            length(first.start, second.start),
            lengths(first.strides, second.strides),
        )
        return place, lengths(first.shape, second.shape)

    def seen(self, value: Value, look: Look) -> tuple[Place, tuple[Length, ...]]:
        """The part of a value that ``look`` gives of an array like it, as a view; and the part's shape."""
        found = []
        for shapes, places in zip(self._shapes, self._places, strict=True):
            at = _seen(places[value], partial(_looked, look, shapes))
            if at is None:
                message = "what was to be a view is a copy"
                raise ValueError(message)
            found.append(at)
        return self._in_lengths(found)


def _looked(look: Look, shapes: Mapping[Value, Shape], array: Array) -> Array:
    return look(array, shapes)


def _given(program: Program, rows: Sequence[Value], n: int) -> list[Shape]:
    return [
        (n, *value.shape[1:]) if value in rows else value.shape
        for value in program.inputs
    ]


def _places(program: Program, shapes: Mapping[Value, Shape]) -> dict[Value, _At]:
    places = {value: _own(value, shapes[value]) for value in program.inputs}
    for line in program.lines:
        first = line.args[0] if line.args else None
        place = None
        if isinstance(first, Value) and may_be_view(line):
            params = measured(line.params, shapes)
            place = _seen(places[first], lambda array: _tried(line, array, params))  # noqa: B023 - called at once
        places[line.result] = place or _own(line.result, shapes[line.result])
    return places


def _own(value: Value, shape: Shape) -> _At:
    strides, step = [], 1
    for length in reversed(shape):
        strides.append(step)
        step *= max(length, 1)
    return _At(value, 0, tuple(reversed(strides)), shape)


def _seen(place: _At, look: Callable[[Array], Array]) -> _At | None:
    """What ``look`` makes of an array at ``place``; None where it is a copy."""
    span = sum(
        abs(stride) * max(length - 1, 0)
        for stride, length in zip(place.strides, place.shape, strict=True)
    )
    # room on both sides: strides may be negative. The memory is never touched, so it costs nothing
    whole = np.empty(place.start + span + 1, place.root.dtype)
    width = whole.itemsize
    strides = tuple(stride * width for stride in place.strides)
    part = look(as_strided(whole[place.start :], place.shape, strides))
    steps = tuple(stride // width for stride in part.strides)
    if part.size == 0:
        return _At(place.root, place.start, steps, part.shape)
    before = part.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    if not 0 <= before < whole.nbytes:
        return None
    return _At(place.root, before // width, steps, part.shape)


def viewed(array: Array, index: tuple[Any, ...]) -> Array:
    """``array[index]`` as a view, also where it is a single entry."""
    whole = index if Ellipsis in index else (*index, ...)
    return np.asarray(array[whole])


def may_be_view(line: Line) -> bool:
    """Whether NumPy may answer a line with the memory of its argument."""
    one_array = len(line.args) == 1
    return one_array and (line.op.kind == "view" or line.op is ops.getitem)


def _tried(line: Line, array: Array, params: Mapping[str, Any]) -> Array:
    if line.op is ops.getitem:
        return viewed(array, params["index"])
    if line.op is ops.split:
        parts = np.array_split(array, params["n"], axis=params["axis"])
        return np.asarray(parts[params["part"]])
    return np.asarray(line.op.numpy_functions[0](array, **params))
