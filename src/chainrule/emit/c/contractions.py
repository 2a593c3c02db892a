"""Sums of products: of matrices in tiles where that pays, of whatever else in plain loops, a letter an axis."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule import ops
from chainrule.emit.c.definitions import (
    Defined,
    Definitions,
    Domain,
    around,
    array_of,
    folding,
    in_a_row,
)
from chainrule.emit.c.lengths import NONE, ONE, Length
from chainrule.emit.c.nests import Apply, Nest, Node, Product, Read
from chainrule.emit.c.words import cast
from chainrule.ops.shapes import axes_of
from chainrule.program import Line, Value

TINY = 512
"""A product of so few factors is written as plain loops."""
NARROW = 4
"""So is one with fewer columns: a vector would be mostly empty."""
Factor = tuple[Value, Sequence[str]]


def matmul(defs: Definitions, line: Line) -> list[Defined]:
    """A product of matrices, or of stacks of them."""
    left, right = map(array_of, line.args)
    a, b = defs.layout.shapes[left], defs.layout.shapes[right]
    if len(a) == len(b) == 2 and _pays(a[0], b[1], a[1]):
        plane = Domain((ONE, ONE), (0, 1))
        parts = (defs.read(one, plane) for one in (left, right, line.result))
        return [Product(line.result, a[0], b[1], a[1], *parts)]
    n_batch = max(len(a), len(b), 2) - 2
    batch = [f"b{axis}" for axis in range(n_batch)]
    rows = ["i"] if len(a) > 1 else []
    columns = ["j"] if len(b) > 1 else []
    factors: list[Factor] = [
        (left, [*batch[n_batch - max(len(a) - 2, 0) :], *rows, "k"]),
        (right, [*batch[n_batch - max(len(b) - 2, 0) :], "k", *columns]),
    ]
    return [_summed(defs, line, factors, [*batch, *rows, *columns])]


def _pays(rows: Length, columns: Length, inner: Length) -> bool:
    """Whether a product is large enough for tiles, and not a product with a vector in disguise."""
    sizes = (rows, columns, inner)
    if ONE in sizes or (columns.number is not None and columns.number < NARROW):
        return False
    factors = 1
    for length in sizes:
        if length.number is None:
            return True
        factors *= length.number
    return factors > TINY


def _summed(
    defs: Definitions, line: Line, factors: Sequence[Factor], kept: Sequence[str]
) -> Nest:
    """A sum of products over every letter that the result does not keep."""
    lengths: dict[str, Length] = {}
    for value, letters in factors:
        for letter, length in zip(letters, defs.layout.shapes[value], strict=True):
            if lengths.get(letter, ONE) == ONE:
                lengths[letter] = length
    # what is summed over stands before the last axis, along which entries lie side by side
    summed = [letter for letter in lengths if letter not in kept]
    order = [*kept[:-1], *summed, *kept[-1:]]
    moving = [letter for letter in order if lengths[letter] != ONE]
    loop = {letter: place for place, letter in enumerate(moving)}
    domain = Domain(tuple(lengths[letter] for letter in moving), ())
    dtype = line.result.dtype
    entry: Node | None = None
    for value, letters in factors:
        read = defs.read(value, domain.of([loop.get(one) for one in letters]))
        part = cast(read, dtype)
        entry = part if entry is None else Apply("{0} * {1}", (entry, part), dtype)
    assert entry is not None  # noqa: S101 - a product has factors
    target = defs.read(line.result, domain.of([loop.get(one) for one in kept]))
    nest = Nest(line.result, domain.loops, target, entry)
    return folding(nest, ops.add, [loop[one] for one in summed if one in loop])


def einsum(defs: Definitions, line: Line) -> list[Defined]:
    """A sum of products whose letters are written out."""
    before, _, after = line.params["subscripts"].replace(" ", "").partition("->")
    letters = map(list, before.split(","))
    factors = list(zip(map(array_of, line.args), letters, strict=True))
    return [_summed(defs, line, factors, list(after))]


def tensordot(defs: Definitions, line: Line) -> list[Defined]:
    """A sum of products over pairs of axes."""
    left, right = map(array_of, line.args)
    axes = line.params["axes"]
    if isinstance(axes, int):
        axes = (tuple(range(left.ndim - axes, left.ndim)), tuple(range(axes)))
    of_left = [f"l{axis}" for axis in range(left.ndim)]
    of_right = [f"r{axis}" for axis in range(right.ndim)]
    met = set()
    pairs = zip(axes_of(axes[0], left.ndim), axes_of(axes[1], right.ndim), strict=True)
    for one, other in pairs:
        of_right[other] = of_left[one]
        met.add(of_left[one])
    kept = [letter for letter in (*of_left, *of_right) if letter not in met]
    return [_summed(defs, line, [(left, of_left), (right, of_right)], kept)]


def outer(defs: Definitions, line: Line) -> list[Defined]:
    """Every entry of one with every entry of the other, both in a row."""
    shapes = [
        defs.layout.shapes[arg] if isinstance(arg, Value) else () for arg in line.args
    ]
    domain = around([*shapes[0], *shapes[1]])
    n = len(shapes[0])
    axes = (domain.axes[:n], domain.axes[n:])
    parts = [
        cast(defs.argument(arg, domain.of(own)), line.result.dtype)
        for arg, own in zip(line.args, axes, strict=True)
    ]
    entry = Apply("{0} * {1}", tuple(parts), line.result.dtype)
    target = Read(line.result, NONE, in_a_row(domain.loops))
    return [Nest(line.result, domain.loops, target, entry)]
