"""The methods by which a list or a dict gets items, and the places that they fill: ``append``, ``update`` and their kin."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

METHODS = frozenset({"append", "insert", "extend", "update", "setdefault"})
Grown = Callable[..., None]
"""What is told of a list or dict, the places of its new items, and whether others have ``moved``."""


def grows(held: Any, name: str) -> bool:
    """Whether a method puts items in."""
    return isinstance(held, list | dict) and name in METHODS


def item(held: list[Any] | dict[Any, Any], key: Any) -> Any:
    """What is held at ``key``, without a class's own ``__getitem__``: the script did not ask for it."""
    return _plain(held).__getitem__(held, key)


def put(held: list[Any] | dict[Any, Any], key: Any, value: Any) -> None:
    """``held[key] = value``, past a class's own ``__setitem__``: the script did not assign it."""
    _plain(held).__setitem__(held, key, value)


def _plain(held: list[Any] | dict[Any, Any]) -> Any:
    return list if isinstance(held, list) else dict


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
    result = method(*args, **kwargs)
    if method.__name__ == "insert":
        first = slice(args[0], None).indices(before)[0]
        grown(held, range(first, before + 1), moved=True)
    else:
        grown(held, keys or range(before, len(held)), moved=False)
    # the array that was put in may have become one that is followed
    return item(held, args[0]) if method.__name__ == "setdefault" else result
