"""The first door: an ordinary NumPy function, called once on traced arrays, becomes a program."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from chainrule.program import CannotTrace, Run, Value
from chainrule.trace.lengths import TracedInt
from chainrule.trace.refusals import PlainTable
from chainrule.trace.table_lookup import LOOKUP, lookup, with_lookups
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer


def trace(
    function: Callable[..., Any],
    *args: Any,
    follow_branches: bool = False,
    **kwargs: Any,
) -> Run:
    """The program that ``function`` runs on these arguments, with its numbers.

    Arrays and floats become inputs (also inside dicts, lists and tuples); other arguments are passed as they
    are. The arrays are neither written to nor kept.

    Raises:
        CannotTrace: E301 or E302, where something cannot be recorded faithfully.
        ShapeError: E101, where shapes do not fit.

    >>> import numpy as np
    >>> run = trace(
    ...     lambda x, w: np.sum(w * x), x=np.array([1.0, 2.0]), w=np.array([3.0, 4.0])
    ... )
    >>> [line.op.name for line in run.program.lines]
    ['multiply', 'sum']
    """
    try:
        return _traced(function, args, kwargs, follow_branches=follow_branches)
    except PlainTable:
        followed = with_lookups(function)
        if followed is None:
            raise
    return _traced(followed, args, kwargs, follow_branches=follow_branches)


def _traced(
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    follow_branches: bool,
) -> Run:
    """The run of one call."""
    tracer = Tracer(boundary=BOUNDARY, follow_branches=follow_branches)
    bound = _bound(function, args, kwargs)
    inputs = {name: wrap(tracer, name, value) for name, value in bound.items()}
    positional = list(_positions(function, args))
    keywords = {name: value for name, value in inputs.items() if name not in positional}
    values = [inputs[name] for name in positional]
    result = _followed(tracer, function, values, keywords)
    outputs = list(_outputs(tracer, result, _result_name(function)))
    return tracer.builder.run(
        outputs, name=function.__name__ if function.__name__.isidentifier() else "f"
    )


@contextlib.contextmanager
def _standing_in(function: Callable[..., Any]) -> Iterator[None]:
    """While it runs, ``len`` in the function's module remembers what it measured; so do lookups in tables."""
    scope = getattr(inspect.unwrap(function), "__globals__", None)
    if not isinstance(scope, dict):
        yield
        return
    lent = {
        name: stand_in
        for name, stand_in in (("len", length), (LOOKUP, lookup))
        if name not in scope
    }
    scope.update(lent)
    try:
        yield
    finally:
        for name in lent:
            scope.pop(name, None)


def length(items: Any) -> Any:
    """``len(items)``, remembered as a size where the items are traced."""
    return items.shape[0] if isinstance(items, Traced) and items.ndim else len(items)


def follow(
    tracer: Tracer,
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    """What ``function`` returns for traced arguments, its operations written as further lines of ``tracer``.

    Raises:
        CannotTrace: E301 or E302, where something cannot be recorded faithfully.
    """
    try:
        return _followed(tracer, function, args, kwargs)
    except PlainTable:
        again = with_lookups(function)
        if again is None:
            raise
    return _followed(tracer, again, args, kwargs)


def _followed(
    tracer: Tracer,
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    token = ACTIVE.set(tracer)
    try:
        with _standing_in(function):
            return _call(function, args, kwargs)
    finally:
        ACTIVE.reset(token)


def _call(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """The frame below which everything is the user's."""
    return function(*args, **kwargs)


BOUNDARY = (_call.__code__,)
ACTIVE: ContextVar[Tracer | None] = ContextVar("active", default=None)
"""The tracer of the function that is being followed now: a gradient taken inside of it is written there."""


def _positions(function: Callable[..., Any], args: Sequence[Any]) -> Iterator[str]:
    """The names of the positional arguments given."""
    names = _parameters(function)
    for position in range(len(args)):
        yield names[position] if position < len(names) else f"arg{position}"


def _parameters(function: Callable[..., Any]) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _bound(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments by name, in the order in which the function lists them."""
    given = {**dict(zip(_positions(function, args), args, strict=True)), **kwargs}
    listed = [name for name in _parameters(function) if name in given]
    return {
        name: given[name] for name in (*listed, *(n for n in given if n not in listed))
    }


def wrap(tracer: Tracer, name: str, value: Any) -> Any:
    """``value`` with every array and float in it traced."""
    match value:
        case np.ndarray() | np.floating() | float():
            if isinstance(value, np.ndarray) and value.dtype.kind not in "fiub":
                message = f"{name} is an array of {value.dtype}, which cannot be traced"
                raise CannotTrace(
                    "E301", message, hint="use floats, integers or booleans"
                )
            return tracer.input(
                value if type(value) is float else np.array(value), name
            )
        case dict():
            return {
                key: wrap(tracer, _key_name(name, key), item)
                for key, item in value.items()
            }
        case list():
            return [
                wrap(tracer, f"{name}_{position}", item)
                for position, item in enumerate(value)
            ]
        case tuple():
            return tuple(
                wrap(tracer, f"{name}_{position}", item)
                for position, item in enumerate(value)
            )
        case _:
            return value


def _key_name(name: str, key: Any) -> str:
    return key if isinstance(key, str) and key.isidentifier() else f"{name}_{key}"


def _result_name(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() and name != "f" else "result"


def _outputs(tracer: Tracer, result: Any, name: str) -> Iterator[Value]:
    match result:
        case Traced():
            tracer.builder.christen(result.value, "loss" if result.ndim == 0 else name)
            yield result.value
        case TracedInt():
            yield tracer.input(np.asarray(int(result)), name).value
        case dict():
            for key, item in result.items():
                yield from _outputs(tracer, item, str(key))
        case list() | tuple():
            for position, item in enumerate(result):
                yield from _outputs(tracer, item, f"{name}_{position}")
        case None:
            return
        case _:
            yield tracer.input(np.asarray(result), name).value
