"""The methods by which a list or a dict gets items, and the places that they fill: ``append``, ``update`` and their kin."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

METHODS = frozenset({"append", "insert", "extend", "update", "setdefault"})
Grown = Callable[[Any, Iterable[Any]], None]
"""What is told of a list or dict, and the places of its new items."""


def grow(grown: Grown, held: Any, method: Any, *args: Any, **kwargs: Any) -> Any:
    """``held.append(value)``, ``held.update(W=value)``, and ``grown`` told of it."""
    before = len(held)
    keys: Iterable[Any] = range(0)
    match method.__name__:
        case "update":
            args, kwargs = (dict(*args, **kwargs),), {}
            keys = args[0]
        case "setdefault":
            keys = args[:1]
        case "insert":
            keys = range(slice(args[0], None).indices(before)[0], before + 1)
    result = method(*args, **kwargs)
    grown(held, range(before, len(held)) if keys == range(0) else keys)
    # the array that was put in may have become one that is followed
    return held[args[0]] if method.__name__ == "setdefault" else result
