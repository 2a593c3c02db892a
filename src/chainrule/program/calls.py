"""How a call of NumPy is written: its name, its arguments by place or by name, an index; and what is written otherwise."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from chainrule.program.ledger import NotWritable, look, written


def name_of(function: Any) -> str:
    """A function as it is called after ``np.``.

    >>> name_of(np.sum), name_of(np.linalg.inv)
    ('sum', 'linalg.inv')
    """
    inner = function.__module__.removeprefix("numpy").removeprefix(".")
    return f"linalg.{function.__name__}" if inner == "linalg" else function.__name__


REDUCED: Final[Mapping[np.ufunc, Callable[..., Any]]] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.logical_and: np.all,
    np.logical_or: np.any,
}
"""What reducing by a ufunc is called."""
REDUCING: Final = ("axis", "dtype", "out", "keepdims", "initial", "where")
FORMS: Final = frozenset(
    name_of(one)
    for one in (
        np.zeros_like,
        np.ones_like,
        np.empty_like,
        np.shape,
        np.ndim,
        np.size,
        np.result_type,
        np.may_share_memory,
        np.shares_memory,
    )
)
"""What reads no number of its argument, its form alone."""


def reduction(
    ufunc: np.ufunc, inputs: Sequence[Any], named: Mapping[str, Any]
) -> tuple[str | None, dict[str, Any]]:
    """What ``ufunc.reduce`` is called as a function, and its arguments by name."""
    given = dict(zip(REDUCING, inputs[1:], strict=False))
    found = {"axis": 0, **given, **named}
    usual = {"axis": None, "keepdims": False, "where": True}
    kept = {
        key: one
        for key, one in found.items()
        if one is not None
        and one is not np._NoValue  # noqa: SLF001 - NumPy's word for no initial value
        and (key not in usual or one is not usual[key])
    }
    whole = REDUCED.get(ufunc)
    return None if whole is None else name_of(whole), kept


def window(
    x: Any, window_shape: Any, axis: Any = None, **_: Any
) -> tuple[list[int], list[int], list[int]]:
    """The size, the axes and the steps of a sliding window."""
    size = [window_shape] if isinstance(window_shape, int) else list(window_shape)
    axes = range(np.ndim(x)) if axis is None else np.atleast_1d(axis).tolist()
    return size, list(axes), [1] * len(size)


@cache
def _signature(function: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except ValueError:
        return None


def arguments(
    function: Any, args: Sequence[Any], named: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """What has a default by its name, the other arguments by their place.

    >>> arguments(np.sum, [1, 0], {"keepdims": True})
    ([1], {'axis': 0, 'keepdims': True})
    """
    signature = _signature(function)
    if signature is None or function in (np.where, np.clip):
        return list(args), dict(named)
    placed: list[Any] = []
    rest: dict[str, Any] = {}
    for key, one in signature.bind(*args, **named).arguments.items():
        parameter = signature.parameters[key]
        if parameter.kind is parameter.VAR_POSITIONAL:
            placed += one
        elif parameter.kind is parameter.VAR_KEYWORD:
            rest |= one
        elif parameter.default is parameter.empty:
            placed.append(one)
        elif one is not None and one is not False:
            rest[key] = one
    return placed, rest


def index(key: Any) -> str:
    """What stands between the brackets of ``x[…]``.

    Whole numbers in an array are written as its line, so that labels may change; what a mask picks is picked for good.

    >>> index((0, slice(1, None), None, ...)), index(np.array([2, 0]))
    ('0, 1:, None, ...', 'np.array([2, 0], dtype=np.int64)')
    """
    items = key if isinstance(key, tuple) else (key,)
    return ", ".join(map(_index, items)) or "()"


def _index(item: Any) -> str:
    match item:
        case slice():
            ends = [
                "" if one is None else str(int(one))
                for one in (item.start, item.stop, item.step)
            ]
            return ":".join(ends if ends[2] else ends[:2])
        case None:
            return "None"
        case bool():
            raise NotWritable
        case int() | np.integer():
            return str(int(item))
        case _ if item is Ellipsis:
            return "..."
        case np.ndarray() if item.dtype.kind in "iu":
            return written(item)
        case np.ndarray() if item.dtype.kind == "b":
            return written(look(item))
        case _:
            raise NotWritable


def places(key: Any) -> str:
    """An index as an argument, an item for every axis that it is about.

    >>> places((0, slice(1, None)))
    "[0, '1:']"

    Raises:
        Unwritten: for what has no text.
    """
    items = key if isinstance(key, tuple) else (key,)
    if any(one is Ellipsis or one is None for one in items):
        raise NotWritable
    listed = (
        repr(_index(one)) if isinstance(one, slice) else _index(one) for one in items
    )
    return f"[{', '.join(listed)}]"


def _array_equal(a: Any, b: Any, **_: Any) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.all(np.equal(a, b)))


def _isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, **_: Any) -> Any:
    if np.result_type(a, b) == np.bool_:
        return np.equal(a, b)
    near = np.less_equal(np.absolute(np.subtract(a, b)), atol + rtol * np.absolute(b))
    return np.logical_or(near, np.equal(a, b))


def _allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, **_: Any) -> bool:
    return bool(np.all(_isclose(a, b, rtol, atol)))


EXPANDED: Final[Mapping[str, Callable[..., Any]]] = {
    "array_equal": _array_equal,
    "isclose": _isclose,
    "allclose": _allclose,
    "ptp": lambda x: np.max(x) - np.min(x),
    "copy": lambda x, **_: x.copy(),
    "ravel": lambda x, **_: np.reshape(x, (-1,)),
}
"""What is written in other functions."""
