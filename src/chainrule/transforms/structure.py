"""Parameters in any nesting of dicts, lists, tuples, named tuples and dataclasses: their numbers in a row, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np

from chainrule.program import CannotTrace
from chainrule.trace import Traced, Tracer

Leaf = Any
"""An array, a NumPy float or a Python float."""
Form = Any
"""What a value is apart from the numbers of its leaves; can be compared and hashed."""


def taken_apart(value: Any, leaves: list[Leaf]) -> Form:
    """Put the leaves of ``value`` behind ``leaves``; what it is apart from their numbers, to be compared.

    Two values of one form differ in nothing that a program derived for one of them depends on: shapes, types and
    whatever is no float are part of the form.

    >>> leaves = []
    >>> form = taken_apart({"W": np.ones((2, 3)), "depth": 2}, leaves)
    >>> len(leaves), form == taken_apart({"W": np.zeros((2, 3)), "depth": 2}, [])
    (1, True)
    >>> form == taken_apart({"W": np.zeros((2, 3)), "depth": 3}, [])
    False
    """
    kind = type(value)
    if kind is np.ndarray:
        leaves.append(value)
        return value.shape, value.dtype
    if kind is float:
        leaves.append(value)
        return float
    if kind in _PLAIN:
        return kind, value
    if isinstance(value, np.floating):
        leaves.append(value)
        return kind
    if isinstance(value, dict):
        items = [taken_apart(item, leaves) for item in value.values()]
        return kind, tuple(value), *items
    if isinstance(value, list | tuple):
        return kind, *(taken_apart(item, leaves) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return kind, *(taken_apart(item, leaves) for item in _fields(value).values())
    if isinstance(value, np.memmap):
        leaves.append(value)
        return value.shape, value.dtype
    if isinstance(value, np.ndarray):
        _refuse(kind)
    if isinstance(value, Traced):
        raise Nested(cast("Tracer", value.tracer))
    return _still(value)


_PLAIN = frozenset({int, bool, str, type(None)})


def _still(value: Any) -> Form:
    """Anything else, by its value where it has one that can be compared, else by itself."""
    try:
        hash(value)
    except TypeError:
        return type(value), id(value)
    return type(value), value


def _refuse(kind: type) -> None:
    inside = ", and write np.asmatrix(x) in the function" if kind is np.matrix else ""
    raise CannotTrace(
        "E301",
        f"a {kind.__name__} has its own arithmetic, and is not followed as an argument",
        hint=f"pass np.asarray(x){inside}",
    )


LEAVES = (np.ndarray, float, np.floating)
TRACED = (*LEAVES, Traced)
"""What is a leaf; and what is one inside of a function that is being followed."""


class Nested(Exception):  # noqa: N818 - no mistake: it says that a caller is itself being followed
    """A leaf is traced, by this tracer."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__()
        self.tracer = tracer


def put_together(
    value: Any,
    leaf: Callable[[Leaf], Any],
    other: Any = ...,
    leaves: tuple[type, ...] = LEAVES,
) -> Any:
    """The structure of ``value`` with ``leaf(x)`` in the place of every leaf x, in their order.

    What is no leaf stays, or becomes ``other``.

    >>> put_together({"W": 1.0, "layers": [2.0, 3.0], "depth": 2}, lambda x: -x)
    {'W': -1.0, 'layers': [-2.0, -3.0], 'depth': 2}
    """
    kind = type(value)
    if isinstance(value, leaves):
        return leaf(value)
    if isinstance(value, dict):
        made = {
            key: put_together(item, leaf, other, leaves) for key, item in value.items()
        }
        return _like_dict(value, made)
    if isinstance(value, list | tuple):
        items = [put_together(item, leaf, other, leaves) for item in value]
        return kind(*items) if hasattr(kind, "_fields") else kind(items)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {
            name: put_together(item, leaf, other, leaves)
            for name, item in _fields(value).items()
        }
        return _like_dataclass(value, parts)
    return value if other is ... else other


def _like_dict(value: dict[Any, Any], made: dict[Any, Any]) -> Any:
    if type(value) is dict:
        return made
    again = value.copy()
    again.update(made)
    return again


def _fields(value: Any) -> dict[str, Any]:
    return {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}


def _like_dataclass(value: Any, parts: dict[str, Any]) -> Any:
    """Without its ``__init__``, which may check or compute what gradients need not satisfy."""
    again = object.__new__(type(value))
    for name, item in parts.items():
        object.__setattr__(again, name, item)
    return again


def named_leaves(
    name: str, value: Any, leaves: tuple[type, ...] = LEAVES
) -> Iterator[tuple[str, Leaf]]:
    """The leaves with a name each, from the keys and fields that lead to it."""
    if isinstance(value, leaves):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            plain = isinstance(key, str) and key.isidentifier()
            yield from named_leaves(key if plain else f"{name}_{key}", item, leaves)
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        for key, item in zip(value._fields, value, strict=True):
            yield from named_leaves(key, item, leaves)
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from named_leaves(f"{name}_{position}", item, leaves)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for key, item in _fields(value).items():
            yield from named_leaves(key, item, leaves)


def leaves_of(value: Any) -> list[Leaf]:
    """The leaves in order."""
    return [leaf for _, leaf in named_leaves("", value, TRACED)]


Builder = Callable[[Iterator[Any]], Any]
"""What takes results one by one and arranges them."""


def builder(value: Any, result: Callable[[Leaf], Builder]) -> Builder:
    """What arranges results as ``value`` is: for every leaf x what ``result(x)`` takes, None for what is no leaf.

    Much the same as :func:`put_together`, with the structure looked at once instead of at every call.
    """
    if isinstance(value, TRACED):
        return result(value)
    kind = type(value)
    if kind is dict:
        keys = tuple(value)
        parts = [builder(item, result) for item in value.values()]
        if all(part is next for part in parts):
            return lambda ahead: dict(zip(keys, ahead, strict=False))
        return lambda ahead: {
            key: part(ahead) for key, part in zip(keys, parts, strict=True)
        }
    if kind in (list, tuple):
        parts = [builder(item, result) for item in value]
        return lambda ahead: kind([part(ahead) for part in parts])
    return lambda ahead: put_together(
        value, lambda leaf: result(leaf)(ahead), None, TRACED
    )
