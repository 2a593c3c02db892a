"""What two items must have in common to be the same item in two turns of a loop; the runs of such items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from chainrule.program import Arg, Array, IndexSlot, Item, Line, Loop, Size, Turn

FEWEST = 2
"""Turns that make a loop: the same statement, run twice, is one."""


class Keys:
    """Keys as small numbers: equal where op, places, types and parameters are, whatever whole numbers stand in an index."""

    def __init__(self) -> None:
        self._known: dict[Any, int] = {}

    def of(self, item: Item) -> int:
        """The key of an item."""
        return self._known.setdefault(self._key(item), len(self._known))

    def _key(self, item: Item) -> Any:
        match item:
            case Line():
                result = item.result
                params = [
                    (name, _blank(param) if name == "index" else _typed(param))
                    for name, param in sorted(item.params.items())
                ]
                return (
                    item.op,
                    item.places,
                    (result.shape, result.dtype, result.weak),
                    tuple(map(_kind, item.args)),
                    tuple(params),
                )
            case Loop():
                body = tuple(map(self.of, item.items))
                counts = (len(item.carried), len(item.stacks))
                return (item.turns, item.reverse, counts, body)


def _kind(arg: Arg) -> Any:
    """A number and a value may take turns: what is added up starts at 0."""
    return ("size", arg.axes) if isinstance(arg, Size) else None


def _typed(param: Any) -> Any:
    """A parameter as a key; 1, 1.0 and True are not the same."""
    match param:
        case Size(axes=axes):
            return ("size", axes)
        case Turn():
            return Turn
        case tuple():
            return tuple(map(_typed, param))
        case slice():
            return ("slice", *map(_typed, (param.start, param.stop, param.step)))
        case _:
            return (type(param), param)


def _blank(param: Any) -> Any:
    """An index without its whole numbers."""
    match param:
        case tuple():
            return tuple(map(_blank, param))
        case slice():
            return ("slice", *map(_blank, (param.start, param.stop, param.step)))
        case IndexSlot():
            return param
        case Turn() | int() if not isinstance(param, bool):
            return int
        case _:
            return _typed(param)


def periods(keys: Array) -> list[int]:
    """The distances at which a key comes again, the shortest first."""
    order = np.argsort(keys, kind="stable")
    same = keys[order][1:] == keys[order][:-1]
    return [int(one) for one in np.unique(np.diff(order)[same])]


def repeats(keys: Array, period: int) -> Iterator[tuple[int, int]]:
    """From where to where items come again after ``period`` others, often enough to be turns of a loop."""
    same = np.concatenate([[False], keys[:-period] == keys[period:], [False]])
    edges = np.flatnonzero(same[1:] != same[:-1])
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start >= period * (FEWEST - 1):
            yield int(start), int(stop) + period


def first_of_turn(items: Sequence[Item], start: int, stop: int, period: int) -> int:
    """Where the first turn begins: at the statement of the body that stands first in the source."""
    places = [
        (_lines(items[position]), position)
        for position in range(start, min(start + period, stop))
    ]
    first = min(places)[1]
    left, whole = (stop - first) // period, (stop - start) // period
    return first if left > FEWEST or left == whole else start


def _lines(item: Item) -> tuple[int, ...]:
    """Lines of the source from the outside in."""
    while isinstance(item, Loop):
        item = item.items[0]
    return tuple(place.line for place in reversed(item.places))
