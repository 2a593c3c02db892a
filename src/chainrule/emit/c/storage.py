"""Where each value is kept: as a number at hand, in a tile, or in a stretch of memory that others use before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chainrule.emit.c.lengths import NONE, ONE, Length
from chainrule.emit.c.nests import (
    Item,
    Loop,
    Nest,
    Product,
    Read,
    Statement,
    Tiles,
    products,
    reads,
    statements,
)
from chainrule.emit.places import places
from chainrule.program import Value


@dataclass(frozen=True, slots=True)
class Storage:
    """``numbers`` are kept as a number each, for one turn of the loop given (None: outside of all loops).

    ``tiled`` are products that nobody needs when their tile is done with. ``memory`` says at which byte of the common
    memory an array starts, for batches of at most so many rows; ``bytes`` is how much there is of it.
    """

    numbers: Mapping[Value, Loop | None]
    tiled: frozenset[Value]
    memory: Mapping[Value, int]
    bytes: int


def storage(
    items: Sequence[Item],
    shapes: Mapping[Value, Sequence[Length]],
    given: frozenset[Value],
    most: int,
) -> Storage:
    """The places of all values that are not ``given`` as arrays from outside."""
    uses: dict[Value, list[tuple[int, Statement | Product, Read]]] = {}
    for position, item in enumerate(items):
        for user, read in _uses(item):
            uses.setdefault(read.root, []).append((position, user, read))
    numbers: dict[Value, Loop | None] = {}
    tiled: set[Value] = set()
    spans: dict[Value, tuple[int, int]] = {}
    for value, found in uses.items():
        if value in given:
            continue
        positions = [position for position, _, _ in found]
        users = [user for _, user, _ in found]
        if all(length == ONE for length in shapes[value]) and not _is_product(users):
            numbers[value] = None
        elif len(set(positions)) == 1 and _in_own_tile(
            items[positions[0]], value, found
        ):
            tiled.add(value)
        elif (loop := _one_turn(found)) is not None:
            numbers[value] = loop
        else:
            spans[value] = min(positions), max(positions)
    sizes = {
        value: _size(shapes[value]).at(most) * value.dtype.itemsize for value in spans
    }
    starts = places(sizes, spans)
    total = max((starts[value] + sizes[value] for value in sizes), default=0)
    return Storage(numbers, frozenset(tiled), starts, total)


def _size(shape: Sequence[Length]) -> Length:
    total = ONE
    for length in shape:
        total = total * length
    return total


def _uses(item: Item) -> Iterator[tuple[Statement | Product, Read]]:
    for statement in statements([item]):
        for read in nest_reads(statement.nest):
            yield statement, read
        yield statement, statement.nest.target
    for product in products([item]):
        for read in (product.left, product.right, product.target):
            yield product, read


def nest_reads(nest: Nest) -> Iterator[Read]:
    """What a nest reads, places it writes to included."""
    yield from reads(nest.expression)
    for _, place in nest.target.computed:
        yield from reads(place)


def _is_product(users: Sequence[Statement | Product]) -> bool:
    return any(isinstance(user, Product) for user in users)


def _in_own_tile(
    item: Item, value: Value, found: Sequence[tuple[int, Statement | Product, Read]]
) -> bool:
    """Whether a product is read by the statements of its own tile alone, entry by entry, or so many columns further on."""
    if not isinstance(item, Tiles) or item.product.value is not value:
        return False
    whole = item.product.target
    return whole.start == NONE and all(
        user is item.product
        or (
            isinstance(user, Statement)
            and not read.computed
            and read.strides[:2] == whole.strides
            and all(stride == NONE for stride in read.strides[2:])
            and (read.start == NONE or item.one_panel)
        )
        for _, user, read in found
    )


def _one_turn(
    found: Sequence[tuple[int, Statement | Product, Read]],
) -> Loop | None:
    """The loop within one turn of which a value is made and used up, one entry of it; None if there is none."""
    loops: tuple[Loop, ...] | None = None
    same: object = None
    for _, user, read in found:
        if isinstance(user, Product) or read.computed:
            return None
        own = tuple(
            loop
            for loop, stride in zip(user.loops, read.strides, strict=True)
            if stride.per_row or stride.plus
        )
        entry = (
            read.start,
            tuple(one for one in read.strides if one.per_row or one.plus),
        )
        if loops is None:
            loops, same = own, entry
        if (own, entry) != (loops, same):
            return None
        # the loops that count its entries are the outermost: what is inside of them meets one entry
        if user.loops[: len(own)] != own:
            return None
    return loops[-1] if loops else None
