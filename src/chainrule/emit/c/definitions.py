"""Lines as loops: for every line of a program, what is computed for each entry of its result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from chainrule.emit.c.layout import Layout, Place, may_be_view
from chainrule.emit.c.lengths import NONE, ONE, Length
from chainrule.emit.c.nests import Constant, Count, Nest, Node, Product, Read
from chainrule.emit.c.words import applied, cast, combination
from chainrule.ops.shapes import axes_of
from chainrule.program import Arg, Line, Op, Size, Value

Defined = Nest | Product
Define = Callable[["Definitions", Line], list[Defined]]


@dataclass(frozen=True, slots=True)
class Domain:
    """The loops of a nest, and axes counted by them: None for an axis of length 1, which needs no loop."""

    loops: tuple[Length, ...]
    axes: tuple[int | None, ...]

    def of(self, axes: Sequence[int | None]) -> Domain:
        """Other axes in the same loops."""
        return Domain(self.loops, tuple(axes))

    def last(self, count: int) -> Domain:
        """The last so many axes."""
        return self.of(self.axes[len(self.axes) - count :])


def around(shape: Sequence[Length]) -> Domain:
    """Loops over all entries of a shape."""
    loops: list[Length] = []
    axes: list[int | None] = []
    for length in shape:
        axes.append(None if length == ONE else len(loops))
        if length != ONE:
            loops.append(length)
    return Domain(tuple(loops), tuple(axes))


class Definitions:
    """What each line of a program computes, in loops.

    ``special`` are ops that are neither entry by entry nor a fold nor a view, ``again`` values that cost less to compute
    wherever they are read than to keep.
    """

    def __init__(
        self,
        layout: Layout,
        producer: Mapping[Value, Line],
        special: Mapping[Op, Define],
        again: Collection[Value] = (),
    ) -> None:
        self.layout = layout
        self.producer = producer
        self.special = special
        self.again = again

    def of(self, line: Line) -> list[Defined]:
        """The nests of one line; none where its result is a view, or computed wherever it is read."""
        place = self.layout.places[line.result]
        if place.root is not line.result or line.result in self.again:
            return []
        special = self.special.get(line.op)
        if special is not None:
            return special(self, line)
        if line.op.kind == "reduction" and line.op.folds is not None:
            return [self._fold(line, line.op.folds)]
        if may_be_view(line):
            return [self._copied(line)]
        return [self._entries(line)]

    def entry(self, place: Place, shape: Sequence[Length], domain: Domain) -> Read:
        """The entry of what is at ``place``, its axes counted by the domain's; an axis of length 1 does not move."""
        strides = [NONE] * len(domain.loops)
        for stride, length, loop in zip(place.strides, shape, domain.axes, strict=True):
            if loop is not None and length != ONE:
                strides[loop] = strides[loop] + stride
        return Read(place.root, place.start, tuple(strides))

    def read(self, value: Value, domain: Domain) -> Read:
        """The entry of a value."""
        places, shapes = self.layout.places, self.layout.shapes
        return self.entry(places[value], shapes[value], domain)

    def argument(self, arg: Arg, domain: Domain) -> Node:
        """An argument, broadcast over the domain's axes."""
        if isinstance(arg, Value):
            shape = self.layout.shapes[arg]
            own = domain.last(len(shape))
            if arg not in self.again:
                return self.read(arg, own)
            line = self.producer[arg]
            moving = [
                None if length == ONE else loop
                for length, loop in zip(shape, own.axes, strict=True)
            ]
            parts = [self.argument(part, own.of(moving)) for part in line.args]
            return applied(line, parts)
        if isinstance(arg, Size):
            return Count(self._length(arg))
        assert isinstance(arg, int | float)  # noqa: S101 - turns stand in loops, which come here unrolled
        return Constant(arg)

    def _length(self, size: Size) -> Length:
        shape = self.layout.shapes[size.value]
        total = ONE
        for axis in range(len(shape)) if size.axes is None else size.axes:
            total = total * shape[axis]
        return total

    def whole(self, line: Line) -> tuple[Domain, Read]:
        """Loops over all entries of a line's result, and its entry in them."""
        domain = around(self.layout.shapes[line.result])
        return domain, self.read(line.result, domain)

    def _entries(self, line: Line) -> Nest:
        """Every entry from the entries of the arguments in the same place."""
        domain, target = self.whole(line)
        args = [self.argument(arg, domain) for arg in line.args]
        return Nest(line.result, domain.loops, target, applied(line, args))

    def _copied(self, line: Line) -> Nest:
        """A view that has to be copied: the entries of the argument in a row, or a plain number in every entry."""
        x = line.args[0]
        if not isinstance(x, Value):
            domain, target = self.whole(line)
            number = cast(self.argument(x, domain), line.result.dtype)
            return Nest(line.result, domain.loops, target, number)
        domain = around(self.layout.shapes[x])
        target = Read(line.result, NONE, in_a_row(domain.loops))
        return Nest(line.result, domain.loops, target, self.read(x, domain))

    def _fold(self, line: Line, op: Op) -> Nest:
        """Entries folded into one along some axes."""
        x = array_of(line.args[0])
        domain = around(self.layout.shapes[x])
        axes = axes_of(line.params["axis"], x.ndim)
        kept: list[int | None] = []
        for axis, loop in enumerate(domain.axes):
            if axis not in axes:
                kept.append(loop)
            elif line.params["keepdims"]:
                kept.append(None)
        folded = [loop for axis in axes if (loop := domain.axes[axis]) is not None]
        target = self.read(line.result, domain.of(kept))
        entry = cast(self.read(x, domain), line.result.dtype)
        return folding(Nest(line.result, domain.loops, target, entry), op, folded)


def folding(nest: Nest, op: Op, folded: Collection[int]) -> Nest:
    """Entries folded by ``op`` over some loops; over none, the entries themselves."""
    if not folded:
        return nest
    text, start = combination(op, nest.value.dtype)
    return replace(nest, combine=text, start=start, folded=frozenset(folded))


def in_a_row(loops: Sequence[Length]) -> tuple[Length, ...]:
    """The strides of entries that follow each other as the loops count them."""
    strides, step = [], ONE
    for length in reversed(loops):
        strides.append(step)
        step = step * length
    return tuple(reversed(strides))


def array_of(arg: Arg) -> Value:
    """An argument that cannot be a plain number."""
    assert isinstance(arg, Value)  # noqa: S101 - an op that arranges, folds or multiplies is given arrays
    return arg
