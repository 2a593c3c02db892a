"""Objects that a library makes of numbers, as a spline of its points: followed as ones that are written in simpler functions.

What such an object gives is held to what the library's own gives. Where the simpler functions do not cover what is asked
for, the numbers leave, as for any other function that knows nothing of stand-ins.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chainrule.trace.gather import leaves_of, plain_of
from chainrule.trace.lending import Lending
from chainrule.trace.traced import Traced
from chainrule.trace.written_out import attempt, definition_of, is_same


class FollowedObject:
    """An object of a library's (``_true``), and the same in simpler functions (``_own``)."""

    def __init__(self, lender: Lending, own: Any, true: Any) -> None:
        self._lender, self._own, self._true = lender, own, true

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What it gives for some arguments."""
        return self._asked("__call__", *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        """A method, or a number that it holds."""
        if name.startswith("__"):
            message = f"{type(self._true).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)
        true = getattr(self._true, name)
        if callable(true):
            return lambda *args, **kwargs: self._asked(name, *args, **kwargs)
        own = getattr(self._own, name, None)
        return own if own is not None and is_same(own, true) else self._left(true, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._true)

    def _asked(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """What a method gives, if it is what the library's own gives; else the numbers leave."""
        true = getattr(self._true, name)(
            *map(_true_of, args), **{key: _true_of(one) for key, one in kwargs.items()}
        )
        own = attempt(
            self._lender.tracer,
            lambda: getattr(self._own, name)(
                *map(_own_of, args),
                **{key: _own_of(one) for key, one in kwargs.items()},
            ),
        )
        if own is not None and is_known(type(true)):
            return FollowedObject(self._lender, own, true)
        if own is not None and is_same(own, true):
            return own
        return self._left(true, name, *args, *kwargs.values())

    def _left(self, true: Any, name: str, *args: Any) -> Any:
        """What the library's own gives, for which the numbers leave."""
        for one in leaves_of([*vars(self._own).values(), *args]):
            if type(one) is Traced:
                how = f"{type(self._true).__name__}.{name}"
                self._lender.tracer.let_go(one.value, how)
        return true

    def lowered(self) -> Any:
        """The library's own, for a function that knows nothing of stand-ins."""
        return self._left(self._true, "__call__")


def _operator(name: str) -> Any:
    return lambda self, *others: self._asked(name, *others)


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "pow"):
    setattr(FollowedObject, f"__{_name}__", _operator(f"__{_name}__"))
for _name in ("neg", "getitem"):
    setattr(FollowedObject, f"__{_name}__", _operator(f"__{_name}__"))


def _true_of(item: Any) -> Any:
    return item._true if type(item) is FollowedObject else plain_of(item)  # noqa: SLF001


def _own_of(item: Any) -> Any:
    if type(item) is FollowedObject:
        return item._own  # noqa: SLF001
    found = definition_of(type(item))
    return item if found is None else found[1].of(item)  # type: ignore[attr-defined]


def is_known(kind: Any) -> bool:
    """Whether a class is written out in simpler functions."""
    return isinstance(kind, type) and definition_of(kind) is not None


def made(lender: Lending, kind: Any, /, *args: Any, **kwargs: Any) -> Any:
    """``CubicSpline(x, y)``: what the library makes of the numbers, and the same that is followed."""
    found = definition_of(kind)
    given = [*args, *kwargs.values()]
    if found is None or not any(type(one) is Traced for one in leaves_of(given)):
        return kind(*args, **kwargs)
    plain = {key: plain_of(one) for key, one in kwargs.items()}
    true = kind(*map(plain_of, args), **plain)
    own = attempt(lender.tracer, lambda: found[1](*args, **kwargs))
    if own is None:
        return lender.elsewhere(kind, *args, **kwargs)
    return FollowedObject(lender, own, true)


def of(lender: Lending, item: Any) -> FollowedObject | None:
    """One that the library made where nobody followed; None for whatever is not known."""
    if not is_known(type(item)):
        return None
    own = attempt(lender.tracer, lambda: _own_of(item))
    return None if own is None else FollowedObject(lender, own, item)
