"""Values and what may stand in their place: sizes read from arrays, turns of a loop, plain numbers, holes in an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One array of a program. Two values are the same only if they are the same object.

    A value may start nameless (``W @ x`` inside ``W @ x + b``) and is named at most once. A ``weak`` one is
    a number that Python computes, ``len(x) - 1``, or a table of such: it takes the element type of what it meets.
    ``word`` is what the reader calls it, where others bear that name too: what ``h`` is before and after a turn of a
    loop are two values of the one word h, with names of their own.
    """

    shape: Shape
    dtype: np.dtype[Any]
    name: str | None = None
    weak: bool = False
    word: str | None = None

    def christen(self, name: str, word: str | None = None) -> None:
        """Give this value the name the user gave it, and its word; a name is never changed."""
        if self.name is not None:
            message = f"{self.name} is already named"
            raise ValueError(message)
        object.__setattr__(self, "name", name)
        if word is not None:
            object.__setattr__(self, "word", word)

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shape)

    @property
    def plain(self) -> bool:
        """Whether it is one number of Python's own."""
        return self.weak and not self.shape

    @property
    def differentiable(self) -> bool:
        """Whether a gradient with respect to this value makes sense (its entries are real numbers)."""
        return self.dtype.kind == "f"

    def __repr__(self) -> str:
        return f"<{self.name or 'value'} {self.shape} {self.dtype}>"


@dataclass(frozen=True, slots=True)
class Size:
    """A length read from an array when the program runs, so that no batch size is baked in.

    ``axes`` are the axes whose lengths are multiplied; None means all of them (``x.size``).
    """

    value: Value
    axes: tuple[int, ...] | None

    @property
    def number(self) -> int:
        """The length at the numbers traced."""
        shape = self.value.shape
        lengths = shape if self.axes is None else [shape[axis] for axis in self.axes]
        return int(np.prod(lengths, dtype=np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Counter:
    """The variable of a loop: 0, 1, 2 … Two are the same only if they are the same object."""

    name: str = "t"

    def __repr__(self) -> str:
        return f"<counter {self.name}>"


@dataclass(frozen=True, slots=True)
class Turn:
    """A whole number that moves with the turns of loops around it: ``offset + Σ step · counter``.

    >>> i, t = Counter("i"), Counter("t")
    >>> Turn(2, ((i, 3), (t, -1))).at({i: 10, t: 4})
    28
    """

    offset: int
    steps: tuple[tuple[Counter, int], ...]

    @property
    def number(self) -> int:
        """What it is where every counter is 0."""
        return self.offset

    def at(self, turns: Mapping[Counter, int]) -> int:
        """What it is in these turns."""
        return self.offset + sum(step * turns[counter] for counter, step in self.steps)


@dataclass(frozen=True, slots=True)
class IndexSlot:
    """Where an index array goes in the index of a line: ``x[:, rows]`` is ``(slice(None), IndexSlot(0))``.

    ``picked`` is how many entries a boolean array picks at the numbers traced; None for integers.
    """

    position: int
    picked: int | None = None


Arg = Value | Size | Turn | int | float | bool
MOVING = (Size, Turn)
"""What is another number at other lengths or in other turns; a tuple, since a union would be made anew at every look."""
