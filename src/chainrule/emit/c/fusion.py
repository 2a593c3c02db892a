"""Nests joined where they turn alike: what one computes is then at hand when the next needs it.

A nest may join a loop if, at every turn, it reads of what the loop computes only what that turn has finished, and writes
over nothing that another turn still reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chainrule.emit.c.lengths import NONE, Length
from chainrule.emit.c.nests import (
    Constant,
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
from chainrule.emit.c.tiles import panel
from chainrule.emit.c.words import is_costly
from chainrule.program import Value


@dataclass(frozen=True, slots=True)
class _Access:
    """An array read or written: by what, and over which loops it is not yet finished."""

    read: Read
    writes: bool
    folded: frozenset[int] = frozenset()
    whole: bool = False


class Fusion:
    """The passes of a program, filled nest by nest; ``over`` says whose array a value is written over."""

    def __init__(self, over: Mapping[Value, Value]) -> None:
        self.over = over
        self.items: list[Item] = []
        self._begun: set[Value] = set()
        # kept beside the items: a program of many turns asks each of them about every nest
        self._touched: dict[Item | Nest, dict[Value, bool]] = {}

    def add(self, new: Nest | Product) -> None:
        """Place one more nest, or product, behind all it depends on."""
        if isinstance(new, Nest):
            self._place(self.items, new, 0, ())
            return
        width = new.columns.number
        one_panel = width is not None and width <= panel(new.value.dtype)
        self.items.append(Tiles(new, Loop(new.rows), Loop(new.columns), one_panel))

    def _place(
        self, body: list[Item], nest: Nest, depth: int, loops: tuple[Loop, ...]
    ) -> None:
        if depth == len(nest.loops):
            if not nest.folded:
                body.extend(self._start(nest, depth, loops))
            body.append(Statement(nest, loops))
            return
        partner = self._partner(body, nest, depth)
        if partner is None:
            partner = Loop(nest.loops[depth])
            body.append(partner)
        self._note(self._arrays_of(partner), nest)
        if depth in nest.folded:
            partner.before.extend(self._start(nest, depth, loops))
        if isinstance(partner, Loop):
            self._place(partner.body, nest, depth + 1, (*loops, partner))
        elif partner.one_panel:
            self._place(partner.rows.body, nest, depth + 1, (*loops, partner.rows))
        else:
            if depth + 1 in nest.folded:
                partner.before.extend(self._start(nest, depth, loops))
            inside = (*loops, partner.rows, partner.columns)
            partner.columns.body.append(Statement(nest, inside))

    def _start(self, nest: Nest, depth: int, loops: tuple[Loop, ...]) -> list[Item]:
        """What a fold starts from, before the first loop that it folds over; nothing where it has begun."""
        if not nest.combine or not nest.begins or nest.value in self._begun:
            return []
        self._begun.add(nest.value)
        kept = [loop for loop in range(len(nest.loops)) if loop not in nest.folded]
        target = Read(
            nest.target.root,
            nest.target.start,
            tuple(nest.target.strides[loop] for loop in kept),
        )
        turns = tuple(nest.loops[loop] for loop in kept)
        begin = Nest(nest.value, turns, target, Constant(nest.start))
        own = [Loop(length) for length in begin.loops[depth:]]
        made: Item = Statement(begin, (*loops, *own))
        for loop in reversed(own):
            loop.body.append(made)
            made = loop
        return [made]

    def _partner(
        self, body: Sequence[Item], nest: Nest, depth: int
    ) -> Loop | Tiles | None:
        """The last item of a body that the nest may join; None where it has to stand behind them all."""
        for item in reversed(body):
            if not isinstance(item, Statement) and self._may_join(item, nest, depth):
                return item
            if self._meet(item, nest):
                return None
        return None

    def _may_join(self, item: Loop | Tiles, nest: Nest, depth: int) -> bool:
        turns: tuple[Length, ...]
        if isinstance(item, Loop):
            turns = (item.extent,)
        else:
            rows, columns = item.product.rows, item.product.columns
            turns = (rows,) if item.one_panel else (rows, columns)
            if depth or (not item.one_panel and len(nest.loops) != len(turns)):
                return False
        if nest.loops[depth : depth + len(turns)] != turns:
            return False
        if self._arrays_of(item).keys().isdisjoint(self._arrays_of(nest)):
            return False
        if not _keeps_vectors(item, nest, depth):
            return False
        accesses = list(_inside(item))
        return self._related(accesses, nest, depth) and all(
            self._in_step(accesses, nest, loop)
            for loop in range(depth, depth + len(turns))
        )

    @staticmethod
    def _related(accesses: Sequence[_Access], nest: Nest, depth: int) -> bool:
        """Whether they share an array, entry by entry of this loop."""
        own = list(_of(nest))
        return any(
            one.read.root is mine.read.root
            and not one.whole
            and _same_turn(one.read, mine.read, depth)
            for one in accesses
            for mine in own
        )

    def _in_step(self, accesses: Sequence[_Access], nest: Nest, depth: int) -> bool:
        """Whether at each turn of the loop at ``depth`` the two meet in what belongs to this turn alone."""
        own = list(_of(nest))
        for one in accesses:
            for mine in own:
                apart = self._array(one) is not self._array(mine)
                if apart or not (one.writes or mine.writes):
                    continue
                unfinished = depth in one.folded or depth in mine.folded
                if (
                    one.whole
                    or unfinished
                    or not _same_turn(one.read, mine.read, depth)
                ):
                    return False
        return True

    def _meet(self, item: Item, nest: Nest) -> bool:
        """Whether the order of the two matters."""
        theirs = self._arrays_of(item)
        return any(
            array in theirs and (writes or theirs[array])
            for array, writes in self._arrays_of(nest).items()
        )

    def _arrays_of(self, one: Item | Nest) -> dict[Value, bool]:
        """The arrays that it reads or writes, and which of them it writes."""
        if one not in self._touched:
            found: dict[Value, bool] = {}
            for access in _of(one) if isinstance(one, Nest) else _inside(one):
                array = self._array(access)
                found[array] = found.get(array, False) or access.writes
            self._touched[one] = found
        return self._touched[one]

    def _note(self, touched: dict[Value, bool], nest: Nest) -> None:
        for array, writes in self._arrays_of(nest).items():
            touched[array] = touched.get(array, False) or writes

    def _array(self, access: _Access) -> Value:
        return self.over.get(access.read.root, access.read.root)


def _keeps_vectors(item: Loop | Tiles, nest: Nest, depth: int) -> bool:
    """Whether costly functions stay in innermost loops, where many entries are computed at once."""
    innermost = depth == len(nest.loops) - 1
    if isinstance(item, Tiles):
        return not (innermost and is_costly(nest.expression))
    inside = [one for one in item.body if isinstance(one, Statement)]
    if innermost:
        return len(inside) == len(item.body) or not is_costly(nest.expression)
    return not any(is_costly(one.nest.expression) for one in inside)


def _of(nest: Nest) -> Iterator[_Access]:
    """What a nest reads and writes; where it writes to computed places, it may be any place."""
    for read in reads(nest.expression):
        yield _Access(read, writes=False)
    for _, place in nest.target.computed:
        for read in reads(place):
            yield _Access(read, writes=False)
    yield _Access(nest.target, writes=True, folded=nest.folded)


def _inside(item: Item) -> Iterator[_Access]:
    for statement in statements([item]):
        yield from _of(statement.nest)
    for product in products([item]):
        yield _Access(product.left, writes=False, whole=True)
        yield _Access(product.right, writes=False, whole=True)
        yield _Access(product.target, writes=True)


def _same_turn(one: Read, other: Read, loop: int) -> bool:
    """Whether two reads of an array are in the same part of it whenever the loop's counter is the same."""
    if one.computed or other.computed:
        return False
    if loop >= len(one.strides) or loop >= len(other.strides):
        return False
    stride = one.strides[loop]
    if stride == NONE or stride != other.strides[loop]:
        return False
    return one.start == other.start or _within(one, stride) == _within(other, stride)


def _within(read: Read, stride: Length) -> int | object:
    """In which part of an array a read starts, parts being a stride long."""
    start, step = read.start.number, stride.number
    if start is None or step is None:
        return object()
    return start // abs(step)
