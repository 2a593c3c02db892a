"""Lists, tuples and dicts of a user's: what is in them, and what it is called."""

from __future__ import annotations

import contextlib
import inspect
import types
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from chainrule.trace import growing
from chainrule.trace.lengths import TracedInt
from chainrule.trace.traced import Traced

ADOPTED = frozenset({Traced, float, np.float64, np.float32, list, dict})
"""What an attribute holds that may be learnt, besides arrays."""
NO_OBJECTS = (types.ModuleType, type, Traced)
"""What has attributes that nobody has put there to be learnt."""
ARRAYS = frozenset({np.ndarray, np.matrix})
"""What is followed as an array is."""
UNPACKED = frozenset({list, tuple, Traced, *ARRAYS})
"""What a target of several names is unpacked from."""


def given_number(value: Any, computed: Container[Any]) -> Any:
    """The number that a stand-in for a single one stands for, where nothing computed it; else None."""
    if type(value) is TracedInt:
        return None if value.ref in computed else int(value)
    if type(value) is Traced and not value.is_array:
        return None if value.value in computed else value.plain
    return None


def items(value: Any) -> Iterator[tuple[Any, Any]]:
    """The items of a container with their keys or places."""
    yield from value.items() if isinstance(value, dict) else enumerate(value)


def n_leaves(value: Any, most: int) -> int:
    """How many numbers and arrays stand in nested lists; counting stops past ``most``."""
    if not isinstance(value, list | tuple | dict):
        return 1
    total = 0
    for item in value.values() if isinstance(value, dict) else value:
        total += n_leaves(item, most - total)
        if total > most:
            break
    return total


def held_by(owner: Any, name: str) -> Any:
    """What an attribute holds, where that can be seen without running a line of the user's; else None."""
    held = getattr(owner, "__dict__", None)
    if isinstance(held, Mapping) and name in held:
        return held[name]
    kind = type(owner)
    place = inspect.getattr_static(kind, name, None)
    asked = inspect.getattr_static(kind, "__getattr__", None)
    by_lines = isinstance(asked, types.FunctionType) if place is None else True
    if by_lines and not isinstance(place, types.MemberDescriptorType):
        return None
    return getattr(owner, name, None)


def give_back(places: Iterable[tuple[Any, Any, bool]]) -> None:
    """Put plain numbers into every attribute and item of the user's that holds a stand-in."""
    for owner, key, is_item in places:
        with contextlib.suppress(AttributeError, LookupError, TypeError):
            held = growing.item(owner, key) if is_item else vars(owner)[key]
            if type(held) is not Traced:
                continue
            if is_item:
                growing.put(owner, key, held.plain)
            elif isinstance(owner, type):
                setattr(owner, key, held.plain)
            else:
                vars(owner)[key] = held.plain
