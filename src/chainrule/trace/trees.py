"""Arguments in structures: dicts, lists, tuples, named tuples and dataclasses, taken apart and put together again."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

Path = tuple[Any, ...]


def children(item: Any) -> list[tuple[Any, Any]] | None:
    """The parts of a structure by their keys; None for what is no structure.

    >>> children({"W": 1, "b": [2, 3]})
    [('W', 1), ('b', [2, 3])]
    """
    if isinstance(item, dict):
        return list(item.items())
    if isinstance(item, tuple) and hasattr(item, "_fields"):
        return list(zip(item._fields, item, strict=True))
    if isinstance(item, list | tuple):
        return list(enumerate(item))
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        fields = (one.name for one in dataclasses.fields(item))
        return [(name, getattr(item, name)) for name in fields if hasattr(item, name)]
    return None


def with_children(item: Any, parts: dict[Any, Any]) -> Any:
    """The same structure with other parts."""
    if isinstance(item, dict):
        made = copy.copy(item)
        made.update(parts)
        return made
    if isinstance(item, tuple) and hasattr(item, "_fields"):
        return type(item)(**parts)
    if isinstance(item, list | tuple):
        return type(item)(parts.values())
    made = copy.copy(item)
    for name, part in parts.items():
        # a frozen dataclass may be filled by whoever makes it
        object.__setattr__(made, name, part)
    return made


def mapped(item: Any, change: Callable[[Path, Any], Any], path: Path = ()) -> Any:
    """The structure with ``change(path, leaf)`` in place of every leaf."""
    parts = children(item)
    if parts is None:
        return change(path, item)
    made = {key: mapped(part, change, (*path, key)) for key, part in parts}
    if all(made[key] is part for key, part in parts):
        return item
    return with_children(item, made)


def leaves(item: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf with its path.

    >>> list(leaves({"layers": [1, 2]}))
    [(('layers', 0), 1), (('layers', 1), 2)]
    """
    parts = children(item)
    if parts is None:
        yield path, item
        return
    for key, part in parts:
        yield from leaves(part, (*path, key))


def nested(parts: dict[Path, Any]) -> Any:
    """The structure whose leaves stand at these paths: lists where the keys count from 0, dicts elsewhere.

    >>> nested({("net", 0, "W"): 1, ("net", 1, "W"): 2, ("scale",): 3})
    {'net': [{'W': 1}, {'W': 2}], 'scale': 3}
    """
    if () in parts:
        return parts[()]
    inner: dict[Any, dict[Path, Any]] = {}
    for (key, *rest), part in parts.items():
        inner.setdefault(key, {})[tuple(rest)] = part
    made = {key: nested(inside) for key, inside in inner.items()}
    return [*made.values()] if [*made] == [*range(len(made))] else made
