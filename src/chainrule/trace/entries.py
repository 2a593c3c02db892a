"""``np.nditer`` and ``np.ndenumerate`` over arrays that are followed: the places are NumPy's, an entry is read at its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from chainrule.trace import refusals
from chainrule.trace.gather import holds_traced, stacked
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


def each_entry(lender: Lending, vectorized: Any, *args: Any, **kwargs: Any) -> Any:
    """A function by ``np.vectorize``: called for each entry, as NumPy does, and what it gives is laid out again."""
    if kwargs or vectorized.excluded or vectorized.signature is not None:
        return lender.elsewhere(vectorized, *args, **kwargs)
    function = lender.callee(vectorized.pyfunc)
    arrays = [one if type(one) is Traced else np.asarray(one) for one in args]
    shape = np.broadcast_shapes(*(tuple(map(int, one.shape)) for one in arrays))
    wide: list[Any] = [np.broadcast_to(one, shape) for one in arrays]
    given = [
        function(*(one[at] if type(one) is Traced else one[at].item() for one in wide))
        for at in np.ndindex(shape)
    ]
    if not holds_traced(given):
        return vectorized(*args)
    if any(isinstance(one, tuple) for one in given):
        return tuple(
            np.reshape(stacked(part), shape) for part in zip(*given, strict=True)
        )
    return np.reshape(stacked(given), shape)
