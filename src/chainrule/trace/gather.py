"""Lists of traced values: whether there are any in them, and the array that they make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.trace.lengths import TracedInt
from chainrule.trace.pairs import Pair, part_of
from chainrule.trace.traced import Traced


def holds_traced(items: Any) -> bool:
    """Whether a traced value is anywhere in nested lists."""
    if type(items) is list or type(items) is tuple:
        return any(holds_traced(item) for item in items)
    return type(items) is Traced


def holds_pair(items: Any) -> bool:
    """Whether a traced complex value is anywhere in nested lists."""
    if type(items) is list or type(items) is tuple:
        return any(holds_pair(item) for item in items)
    return type(items) is Pair


def stacked(items: Any) -> Any:
    """Nested lists of traced values and numbers as one array; complex ones as a pair of arrays."""
    if holds_pair(items):
        return Pair(*(_stacked(part_of(items, place)) for place in range(2)))
    return _stacked(items)


def _stacked(items: Any) -> Any:
    if type(items) is not list and type(items) is not tuple:
        return items
    parts = [
        _stacked(item) if holds_traced(item) else np.asarray(item) for item in items
    ]
    # rows that are matrices make an array, too
    return np.stack(
        [one.as_kind(is_matrix=False) if type(one) is Traced else one for one in parts]
    )


def numbers_of(items: Any) -> Any:
    """Nested lists of traced values as lists of plain numbers."""
    if type(items) is list or type(items) is tuple:
        return [numbers_of(item) for item in items]
    if type(items) is Traced:
        return items.number.tolist()
    return int(items) if type(items) is TracedInt else items


def plain_of(item: Any) -> Any:
    """Anything with plain arrays and numbers in place of traced ones."""
    if type(item) is Traced or type(item) is Pair:
        return item.plain
    if type(item) is TracedInt:
        return int(item)
    if type(item) is list or type(item) is tuple:
        return type(item)(map(plain_of, item))
    return item


def hold(*items: Any) -> None:
    """Say that what is computed of these holds some of their numbers, which others have otherwise."""
    for one in items:
        if type(one) is Traced:
            one.tracer.fix(one.value)
            return


def look_up(table: Any, places: Any) -> Any:
    """``table[places]``, along the first axes; followed, too, where the places alone are traced."""
    traced = next((one for one in leaves_of(places) if type(one) is Traced), None)
    if traced is not None and type(table) is not Traced:
        table = traced.tracer.lift(traced.tracer.lower(table))
    return table[places]


def leaves_of(items: Any) -> Iterator[Any]:
    """What nested lists hold, in order."""
    if type(items) is list or type(items) is tuple:
        for item in items:
            yield from leaves_of(item)
    else:
        yield items
