"""What a pass over arrays is made of: loops, what is computed at every turn of them, and where it goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.emit.c.lengths import NONE, Length
from chainrule.program import Value

DType = np.dtype[Any]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, written out."""

    number: float


@dataclass(frozen=True, slots=True)
class Count:
    """A length."""

    length: Length


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter of a loop, by the loop's position in its nest, times ``step`` plus ``start``."""

    loop: int
    start: Length = NONE
    step: int = 1


@dataclass(frozen=True, slots=True)
class Read:
    """An entry of an array: ``start``, a stride for every loop of the nest, and strides for places that are computed."""

    root: Value
    start: Length
    strides: tuple[Length, ...]
    computed: tuple[tuple[Length, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class Apply:
    """A text with holes, and what goes into them; ``dtype`` is what comes out."""

    text: str
    parts: tuple[Node, ...]
    dtype: DType


Node = Constant | Count | Counter | Read | Apply


@dataclass(frozen=True, slots=True, eq=False)
class Nest:
    """Loops around one statement: ``target`` becomes ``expression``, or is combined with it.

    ``value`` is what the statement defines, or a part of. ``combine`` is the text that folds a new entry ``{1}`` into
    what is there, ``{0}``; then ``start`` is what is there first. Over the ``folded`` loops entries add up.
    """

    value: Value
    loops: tuple[Length, ...]
    target: Read
    expression: Node
    combine: str = ""
    start: float = 0.0
    folded: frozenset[int] = frozenset()
    begins: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """A product of two matrices: ``rows`` × ``inner`` and ``inner`` × ``columns``, by the strides of each."""

    value: Value
    rows: Length
    columns: Length
    inner: Length
    left: Read
    right: Read
    target: Read


def reads(node: Node) -> Iterator[Read]:
    """Every entry that an expression reads, the places of others included."""
    match node:
        case Read(computed=computed):
            yield node
            for _, place in computed:
                yield from reads(place)
        case Apply(parts=parts):
            for part in parts:
                yield from reads(part)
        case _:
            return


@dataclass(slots=True, eq=False)
class Loop:
    """A loop over ``extent`` turns: ``body`` is what happens in each, ``before`` what has to happen first."""

    extent: Length
    body: list[Item] = field(default_factory=list)
    before: list[Item] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Statement:
    """The statement of a nest; ``loops`` are those it stands in, outermost first."""

    nest: Nest
    loops: tuple[Loop, ...]


@dataclass(slots=True, eq=False)
class Tiles:
    """A product in tiles, and what is done with each as soon as it is finished.

    Where all columns are in one tile, that is ``rows.body``, row by row; else ``columns.body``, entry by entry.
    """

    product: Product
    rows: Loop
    columns: Loop
    one_panel: bool
    before: list[Item] = field(default_factory=list)


Item = Loop | Statement | Tiles


def statements(items: Iterable[Item]) -> Iterator[Statement]:
    """Every statement, in order."""
    for item in items:
        match item:
            case Statement():
                yield item
            case Loop(body=body, before=before):
                yield from statements(before)
                yield from statements(body)
            case Tiles(rows=rows, columns=columns, before=before):
                yield from statements(before)
                yield from statements([rows, columns])


def products(items: Iterable[Item]) -> Iterator[Product]:
    """Every product in tiles."""
    for item in items:
        match item:
            case Tiles(product=product):
                yield product
            case Loop(body=body):
                yield from products(body)
            case Statement():
                pass


def everywhere(item: Item) -> Iterator[Read]:
    """Every entry that is read or written."""
    for statement in statements([item]):
        nest = statement.nest
        yield from reads(nest.expression)
        yield from reads(nest.target)
    for product in products([item]):
        yield from (product.left, product.right, product.target)
