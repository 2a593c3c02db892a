"""What a reader asks of its arguments: options it cannot keep are refused, shapes are put right."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from chainrule import ops
from chainrule.trace import refusals
from chainrule.trace.gather import numbers_of
from chainrule.trace.tracing import Tracing

Read = TypeVar("Read", bound=Callable[..., Any])
READERS: dict[Any, Callable[..., Any]] = {}
"""How functions of NumPy are read whose call differs from their op's."""
UNSET = np._NoValue  # noqa: SLF001 - NumPy's own sign for "not given"


def reads(*functions: Any) -> Callable[[Read], Read]:
    """How these functions are read."""

    def noted(reader: Read) -> Read:
        READERS.update(dict.fromkeys(functions, reader))
        return reader

    return noted


@lru_cache(maxsize=512)
def takes_several(reader: Callable[..., Any] | None) -> bool:
    """Whether what a reader is given first is a sequence of arrays, and not an array."""
    if reader is None:
        return False
    _, first, *_ = inspect.signature(reader).parameters.values()
    return str(first.annotation).startswith("Sequence")


def refuse(tracer: Tracing, name: str, options: Mapping[str, Any]) -> None:
    """Options that would be silently dropped are an error."""
    kept = [
        key
        for key, value in options.items()
        if value is not None and value is not UNSET
    ]
    if kept:
        raise refusals.option(f"np.{name}", kept, tracer.here())


def ndim(item: Any) -> int:
    """The number of axes of anything array-like."""
    return int(
        getattr(item, "ndim", None)
        or np.ndim(numbers_of(item) if isinstance(item, list | tuple) else item)
    )


def reshaped(tracer: Tracing, item: Any, shape: tuple[int, ...]) -> Any:
    """The same entries in ``shape``."""
    return tracer.record(ops.reshape, (item,), {"shape": shape})


def expanded(tracer: Tracing, item: Any, axis: Any) -> Any:
    """With a new axis, or several."""
    return tracer.record(ops.expand_dims, (item,), {"axis": axis})
