"""A ledger: every call of NumPy on what is remembered, as a line of NumPy's text with its number."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from chainrule.program.values import Array

KINDS: Final = "fbiu"
LARGEST: Final = 10_000
"""How many numbers are written into a line."""


class NotWritable(Exception):  # noqa: N818 - it says what is the case
    """What no line of text can say."""


class Kept:
    """What is remembered: numbers of line ``at`` of a ledger."""

    ledger: Ledger
    at: int | None

    def bare(self) -> Any:
        """The same numbers without memory."""
        raise NotImplementedError

    def text(self) -> str:
        """How a line reads it.

        Raises:
            Unwritten: if its line is not known.
        """
        raise NotImplementedError

    def array(self) -> Any:
        """The same as an array."""
        return self

    def look(self) -> None:
        """Note that a number of it is looked at."""
        if self.at is not None:
            self.ledger.looked[self.at] = None

    def __int__(self) -> int:
        return int(look(self))

    def __repr__(self) -> str:
        return repr(look(self))

    def __str__(self) -> str:
        return str(look(self))

    def __format__(self, spec: str) -> str:
        return format(look(self), spec)


@dataclass
class Ledger:
    """The calls on remembered arrays as lines: ``v3 = np.matmul(v0, v1)``, each with its number.

    ``inputs`` are the names of what the lines start from. ``looked`` are the lines, and what else, of which Python has
    looked at a number since :meth:`taken` was asked: what is told then holds as long as these stay as they are.
    ``writable`` says whether a line can be run where the lines are to be run; what it refuses is looked at.
    """

    writable: Callable[[str], bool] = bool
    texts: list[str] = field(default_factory=list)
    numbers: list[Array] = field(default_factory=list)
    inputs: dict[str, int] = field(default_factory=dict)
    looked: dict[Any, None] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)

    def line(self, text: str, number: Array) -> int:
        """The place of a line; the same text is one line."""
        at = self.known.get(text)
        if at is None:
            at = self.known[text] = len(self.texts)
            self.texts.append(text)
            self.numbers.append(number)
        return at

    def taken(self) -> tuple[Any, ...]:
        """What was looked at since this was asked last."""
        found = tuple(self.looked)
        self.looked.clear()
        return found


def look(item: Any) -> Any:
    """``item`` as plain numbers; what is told from here on is told for these."""
    match item:
        case Kept():
            item.look()
            return item.bare()
        case list() | tuple():
            return type(item)(look(one) for one in item)
        case dict():
            return {key: look(one) for key, one in item.items()}
        case _:
            return item


def bare(item: Any) -> Any:
    """``item`` without memory, and without looking: for what shows numbers and keeps where they are from."""
    match item:
        case Kept():
            return item.bare()
        case list() | tuple():
            return type(item)(bare(one) for one in item)
        case dict():
            return {key: bare(one) for key, one in item.items()}
        case _:
            return item


def arrays(item: Any) -> Any:
    """``item`` with arrays in the place of single numbers, which NumPy would copy."""
    match item:
        case Kept():
            return item.array()
        case list() | tuple():
            return type(item)(arrays(one) for one in item)
        case _:
            return item


def ledger_in(items: Any) -> Ledger | None:
    """The ledger of the first thing that is remembered."""
    match items:
        case Kept():
            return items.ledger
        case dict():
            return ledger_in(tuple(items.values()))
        case list() | tuple():
            found = (ledger_in(one) for one in items)
            return next((one for one in found if one is not None), None)
        case _:
            return None


def written(item: Any) -> str:
    """An argument in NumPy's text.

    >>> written((np.array([1.5, 2.0]), slice(1, None), "ij", None))
    "(np.array([1.5, 2.0], dtype=np.float64), slice(1, None, None), 'ij', None)"

    Raises:
        Unwritten: for what has no text.
    """
    match item:
        case Kept():
            return item.text()
        case np.ndarray():
            if item.dtype.kind not in KINDS or item.size > LARGEST:
                raise NotWritable
            return f"np.array({written(item.tolist())}, dtype=np.{item.dtype.name})"
        case list():
            return f"[{', '.join(map(written, item))}]"
        case tuple():
            comma = "," if len(item) == 1 else ""
            return f"({', '.join(map(written, item))}{comma})"
        case slice():
            ends = [item.start, item.stop, item.step]
            return f"slice({', '.join(map(written, ends))})"
        case None | bool() | str() | int():
            return repr(item)
        case np.generic():
            return written(item.item())
        case float():
            if math.isfinite(item):
                return repr(item)
            return "np.nan" if math.isnan(item) else f"{'-' * (item < 0)}np.inf"
        case np.dtype() | type():
            return f"np.{np.dtype(item).name}"
        case _:
            raise NotWritable
