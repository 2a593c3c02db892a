"""How many turns: the length of what is read turn by turn, where there is one, so that no length is baked in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule import ops
from chainrule.program import Item, Line, Loop, Size, Turn, Value
from chainrule.program.loop import lines_of


def counted(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """``items`` with the turns of their loops read from arrays."""
    return tuple(_counted(item) for item in items)


def _counted(item: Item) -> Item:
    if isinstance(item, Line):
        return item
    loop = replace(item, items=counted(item.items))
    if not isinstance(loop.n, int):
        return loop
    inner = set(loop.inner())
    sizes = (size for size in _lengths(loop) if size.value not in inner)
    return replace(loop, n=next(sizes, loop.n))


def _lengths(loop: Loop) -> Iterator[Size]:
    """The lengths of the axes along which the turns go from one end to the other."""
    for line in lines_of(loop.items):
        array = line.args[0] if line.op is ops.getitem else None
        if not isinstance(array, Value):
            continue
        for axis, one in enumerate(_plain(line.params["index"])):
            whole = isinstance(one, Turn) and one == Turn(0, ((loop.counter, 1),))
            if whole and array.shape[axis] == loop.turns:
                yield Size(array, (axis,))


def _plain(index: tuple[object, ...]) -> tuple[object, ...]:
    """An index up to where its items no longer stand for one axis each."""
    for position, one in enumerate(index):
        if one is None or one is Ellipsis:
            return index[:position]
    return index
