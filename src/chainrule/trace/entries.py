"""``np.nditer`` and ``np.ndenumerate`` over arrays that are followed: the places are NumPy's, an entry is read at its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from chainrule.trace import refusals
from chainrule.trace.gather import holds_traced
from chainrule.trace.lending import Lending
from chainrule.trace.traced import Traced

AT_ONCE = {"external_loop", "buffered", "reduce_ok", "delay_bufalloc"}
"""Flags by which an iterator gives more than an entry a turn."""


class Entries:
    """What ``np.nditer`` is over one array, with each entry a view of the array that it is an entry of."""

    def __init__(self, array: Traced, flags: tuple[Any, ...], order: Any) -> None:
        """Start at the first entry; ``flags`` may ask for ``multi_index``, ``c_index`` or ``f_index``."""
        self.array = array
        # of the numbers only their places are looked at
        self.places = np.nditer(
            array.number, [*{*flags, "multi_index", "zerosize_ok"}], order=order
        )
        self.is_begun = False

    @property
    def multi_index(self) -> tuple[int, ...]:
        """The place of the entry, an index an axis."""
        return tuple(self.places.multi_index)

    @property
    def index(self) -> int:
        """The place of the entry in one row, where a flag asked for it."""
        return int(self.places.index)

    @property
    def finished(self) -> bool:
        """Whether all entries have been."""
        return bool(self.places.finished)

    def iternext(self) -> bool:
        """Go on to the next entry; whether there is one."""
        return bool(self.places.iternext())

    def reset(self) -> None:
        """Start again."""
        self.places.reset()
        self.is_begun = False

    @property
    def value(self) -> Any:
        """The entry, as an array without axes that shows it."""
        return self.array[(*self.multi_index, ...)]

    def __getitem__(self, _: int) -> Any:
        return self.value

    def __setitem__(self, _: int, value: Any) -> None:
        self.array[self.multi_index] = value

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        is_over = not self.iternext() if self.is_begun else self.finished
        self.is_begun = True
        if is_over:
            raise StopIteration
        return self.value

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held back that would have to be written."""

    def close(self) -> None:
        """Nothing is held back that would have to be written."""


def nditer(lender: Lending, function: Any, op: Any, *args: Any, **options: Any) -> Any:
    """``np.nditer(a, flags=["multi_index"])``; of several arrays, or of other options than these, there is none to follow."""
    if not holds_traced((op, args, options)):
        return function(op, *args, **options)
    names = ("flags", "op_flags", "op_dtypes", "order")
    given = {**dict(zip(names, args, strict=False)), **options}
    flags, order = tuple(given.pop("flags", ())), given.pop("order", "K")
    given.pop("op_flags", None)
    unknown = [*given, *sorted(AT_ONCE.intersection(flags))]
    if type(op) is not Traced or unknown:
        raise refusals.option("np.nditer", unknown or ["op"], lender.tracer.here())
    return Entries(op, flags, order)


def ndenumerate(_: Lending, function: Any, arr: Any) -> Any:
    """``np.ndenumerate(a)``: places and entries."""
    return _enumerated(arr) if type(arr) is Traced else function(arr)


def _enumerated(array: Traced) -> Iterator[tuple[tuple[int, ...], Any]]:
    for place in np.ndindex(array.number.shape):
        yield place, array[place]
