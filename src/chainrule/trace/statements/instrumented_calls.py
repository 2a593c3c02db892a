"""What a rewritten script calls instead of what it wrote: math, np.array, the name of an item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace.traced import Traced


def key_name(holder: str | None, key: Any) -> str:
    """The name of an item: ``params["W1"]`` is W1, ``W[0]`` is W_0."""
    return key if isinstance(key, str) else f"{holder or 'value'}_{key}"


def elementwise(function: Any, *args: Any, **kwargs: Any) -> Any:
    """A function of ``math``, taken from NumPy where its argument is traced; ``float(x)`` is the same number."""
    match args:
        case (Traced() as held,) if function is float:
            same = held.dtype == np.float64 and not held.ndim
            return held.item() if same else float(held)
        case (Traced() as held,) if _is_number_type(function):
            return held.astype(function)
    if getattr(function, "__module__", "") == "math" and any(
        isinstance(a, Traced) for a in args
    ):
        name = {"atan": "arctan", "pow": "power"}.get(
            function.__name__, function.__name__
        )
        return ops.CATALOGUE[name](*args) if name in ops.CATALOGUE else function(*args)
    return function(*args, **kwargs)


def _is_number_type(function: Any) -> bool:
    return isinstance(function, type) and issubclass(function, np.generic)


def stacked(items: Any) -> Any:
    """Nested lists of traced values and numbers as one array."""
    if isinstance(items, list | tuple):
        return np.stack([stacked(item) for item in items])
    return items


def holds_traced(items: Any) -> bool:
    """Whether a traced value is anywhere in nested lists."""
    if isinstance(items, list | tuple):
        return any(holds_traced(item) for item in items)
    return isinstance(items, Traced)


def leaves(wrapped: Any) -> Iterator[Traced]:
    """The traced values in lists, tuples and dicts, in order."""
    match wrapped:
        case Traced():
            yield wrapped
        case dict():
            for item in wrapped.values():
                yield from leaves(item)
        case list() | tuple():
            for item in wrapped:
                yield from leaves(item)
        case _:
            return
