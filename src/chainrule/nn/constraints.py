"""What a setting takes: one value reads what is given, and says in words what it should have been.

It stands in an annotation, ``Annotated[int, whole(1)]``, and there pydantic finds it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from types import NoneType
from typing import Annotated, Any

import numpy as np

from chainrule.nn.activations import activation
from chainrule.nn.initialisers import initialiser
from chainrule.nn.losses import loss_of
from chainrule.program import ChainruleError
from chainrule.program.asked import listed


@dataclass(frozen=True, slots=True)
class Takes:
    """Values that a setting takes, in words; ``read`` gives one as it is kept, or raises."""

    words: str
    read: Callable[[Any], Any]

    def __call__(self, given: Any) -> Any:
        """What was given, as it is kept.

        Raises:
            ValueError: "is <words>; got <what was given>", or what ``read`` says with a code of its own.
        """
        try:
            return self.read(given)
        except ChainruleError:
            raise
        except (TypeError, ValueError, OverflowError):
            message = f"is {self.words}; got {given!r}"
            raise ValueError(message) from None

    def __or__(self, other: Takes) -> Takes:
        """What either takes."""

        def read(given: Any) -> Any:
            try:
                return self.read(given)
            except (TypeError, ValueError, OverflowError):
                return other.read(given)

        return Takes(f"{self.words} or {other.words}", read)

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> Any:
        """Pydantic asks nobody else about the value."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(self)


@dataclass(frozen=True, slots=True)
class ListText:
    """Text as the list that it stands for, before its parts are read: ``"64, 32"``."""

    numbers: bool = False

    def __call__(self, said: Any) -> Any:
        """The parts of a text; what is no text stays what it is, a single value as a list of one."""
        if isinstance(said, str):
            return [
                int(part) if self.numbers and part.isdecimal() else part
                for part in listed(said)
            ]
        return [said] if isinstance(said, Integral) else said

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Before the list is read."""
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(self, handler(source))


def number(interval: str) -> Takes:
    """A finite number within an interval, as mathematics writes it.

    >>> rate = number("(0, inf)")
    >>> rate.words, rate(np.float32(0.5))
    ('a number above 0', 0.5)
    >>> number("[0, 1)")(1)
    Traceback (most recent call last):
        ...
    ValueError: is a number in [0, 1); got 1
    """
    low, high = (float(end) for end in interval[1:-1].split(","))

    def read(given: Any) -> float:
        _require_number(given)
        above = given >= low if interval[0] == "[" else given > low
        below = given <= high if interval[-1] == "]" else given < high
        if not (above and below and math.isfinite(given)):
            raise ValueError
        return float(given)

    unbounded = {"(0, inf)": "above 0", "[0, inf)": "from 0 on"}
    return Takes(f"a number {unbounded.get(interval, 'in ' + interval)}", read)


def whole(least: int) -> Takes:
    """A whole number from ``least`` on.

    >>> whole(1)(3.0)
    3
    """

    def read(given: Any) -> int:
        _require_number(given)
        if int(given) != given or given < least:
            raise ValueError
        return int(given)

    return Takes(f"a whole number, at least {least}", read)


def _require_number(given: Any) -> None:
    if isinstance(given, bool | np.bool_) or not isinstance(given, Real):
        raise TypeError


def one_of(*words: Any) -> Takes:
    """One of a few values."""

    def read(given: Any) -> Any:
        if not isinstance(given, str) or given not in words:
            raise ValueError
        return given

    return Takes(" or ".join(map(repr, words)), read)


def _exactly(kind: type, words: str) -> Takes:
    def read(given: Any) -> Any:
        if not isinstance(given, kind):
            raise TypeError
        return given

    return Takes(words, read)


def _flag(given: Any) -> bool:
    if not isinstance(given, bool | np.bool_):
        raise TypeError
    return bool(given)


flag = Takes("True or False", _flag)
text = _exactly(str, "text")
endless = Takes("inf", lambda given: given if given == math.inf else whole(1)(given))


def named(find: Callable[[str], Any], kind: str, other: type = NoneType) -> Takes:
    """A name that ``find`` knows, or an ``other`` object, which stays what it is.

    A name that is not known is answered with the nearest (E410).
    """

    def read(given: Any) -> Any:
        if isinstance(given, str):
            find(given)
        elif not isinstance(given, other):
            raise TypeError
        return given

    return Takes(f"the name of {kind}", read)


def _as_it_is(given: Any) -> Any:
    _require_number(given)
    if not math.isfinite(given):
        raise ValueError
    return given


def sides(least: int) -> Takes:
    """A whole number, or two of them: for rows and for columns.

    >>> sides(1)([3, 2]), sides(1)(3)
    ((3, 2), 3)
    """
    one = whole(least)

    def read(given: Any) -> Any:
        if isinstance(given, Sequence) and not isinstance(given, str):
            rows, columns = map(one.read, given)
            return rows, columns
        return one.read(given)

    return Takes(f"{one.words}, or two of them, for rows and for columns", read)


def _lengths(given: Any) -> tuple[int, ...]:
    if isinstance(given, str) or not given:
        raise ValueError
    return tuple(map(whole(1).read, given))


Number = Annotated[float, Takes("a finite number", _as_it_is)]
Count = Annotated[int, whole(1)]
Place = Annotated[int, whole(0)]
Above = Annotated[float, number("(0, inf)")]
AtLeast = Annotated[float, number("[0, inf)")]
Share = Annotated[float, number("[0, 1)")]
Flag = Annotated[bool, flag]
Sides = Annotated[int | tuple[int, int], sides(1)]
Frame = Annotated[int | tuple[int, int], sides(0)]
Around = Annotated[Any, sides(0) | one_of("same", "valid")]
Lengths = Annotated[
    tuple[int, ...], Takes("whole numbers, such as (1, 8, 8)", _lengths)
]
Text = Annotated[str, text]
ActivationName = Annotated[str, named(activation, "an activation")]
LossName = Annotated[str, named(loss_of, "a loss")]
Initialiser = Annotated[Any, named(initialiser, "an initialiser", object)]
