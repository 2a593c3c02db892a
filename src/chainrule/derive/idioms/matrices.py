"""Arrays laid out as matrices: which axes of an array a matrix has merged, and a product of two such as a sum with letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from string import ascii_letters

from chainrule import ops
from chainrule.ops.shapes import axes_of
from chainrule.program import Line, Value
from chainrule.program.line import concrete

Axes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """``source`` with axes merged: for each axis of what is seen, those of the source that it runs through, in order."""

    source: Value
    groups: tuple[Axes, ...]


def merged(value: Value, producer: Mapping[Value, Line]) -> Merged | None:
    """What a value lays out: transposed, then reshaped, then transposed, each or none of it."""
    outer, whole = turned(value, producer)
    line = producer.get(whole)
    groups: Sequence[Axes] | None = [(axis,) for axis in range(whole.ndim)]
    if line is not None and line.op is ops.reshape and isinstance(line.args[0], Value):
        groups = _groups(line.args[0].shape, whole.shape)
        whole = line.args[0]
    if groups is None:
        return None
    inner, source = turned(whole, producer)
    return Merged(
        source, tuple(tuple(inner[axis] for axis in groups[one]) for one in outer)
    )


def turned(value: Value, producer: Mapping[Value, Line]) -> tuple[Axes, Value]:
    """The axes of a transposed array as those of what was transposed, and that."""
    order = tuple(range(value.ndim))
    line = producer.get(value)
    while line is not None and line.op is ops.transpose:
        of = line.args[0]
        if not isinstance(of, Value):
            break
        said = concrete(line.params)["axes"]
        axes = axes_of(said, of.ndim) if said else tuple(range(of.ndim))[::-1]
        order = tuple(axes[axis] for axis in order)
        value, line = of, producer.get(of)
    return order, value


def _groups(shape: Axes, merged_shape: Axes) -> list[Axes] | None:
    """The axes that each length of the merged shape is the product of; None where an axis is cut."""
    groups, at = [], 0
    for length in merged_shape:
        start, product = at, 1
        while at < len(shape) and product < length:
            product *= shape[at]
            at += 1
        if product != length or 0 in shape:
            return None
        groups.append(tuple(range(start, at)))
    if any(length != 1 for length in shape[at:]) or not groups:
        return None
    groups[-1] += tuple(range(at, len(shape)))
    return groups


@dataclass(frozen=True, slots=True)
class MatrixSum:
    """A product of matrices as Einstein writes it of what they lay out; ``rows`` are the letters of each axis of the result."""

    factors: tuple[Value, Value]
    words: tuple[str, str]
    rows: tuple[str, ...]
    lengths: Mapping[str, int]

    @property
    def result(self) -> str:
        """The letters of the result, none of them merged."""
        return "".join(self.rows)

    def shape(self, sample: str | None) -> Axes:
        """The shape of the result; the axis that counts samples, or else the longest, is what is left of the others."""
        sizes = [prod(self.lengths[one] for one in row) for row in self.rows]
        free = next((at for at, row in enumerate(self.rows) if sample and sample in row), None)  # fmt: skip
        if free is None:
            free = sizes.index(max(sizes))
        return tuple(-1 if at == free else size for at, size in enumerate(sizes))


def as_matrix_sum(line: Line, producer: Mapping[Value, Line]) -> MatrixSum | None:
    """A product of two arrays, one of them at least laid out as a matrix; None where the layouts do not meet axis by axis."""
    left, right = (
        merged(arg, producer) if isinstance(arg, Value) else None for arg in line.args
    )
    if left is None or right is None or len(right.groups) != 2 or len(left.groups) < 2:
        return None
    along, across = left.groups[-1], right.groups[0]
    lengths = [[one.source.shape[axis] for axis in axes] for one, axes in ((left, along), (right, across))]  # fmt: skip
    if lengths[0] != lengths[1]:
        return None
    first = ascii_letters[: left.source.ndim]
    named = list(ascii_letters[left.source.ndim :][: right.source.ndim])
    for mine, other in zip(along, across, strict=True):
        named[other] = first[mine]
    second = "".join(named)
    rows = [_word(first, axes) for axes in left.groups[:-1]]
    rows.append(_word(second, right.groups[1]))
    known = {
        **dict(zip(first, left.source.shape, strict=True)),
        **dict(zip(second, right.source.shape, strict=True)),
    }
    factors = left.source, right.source
    return MatrixSum(factors, (first, second), tuple(rows), known)


def _word(letters: str, axes: Axes) -> str:
    return "".join(letters[axis] for axis in axes)
