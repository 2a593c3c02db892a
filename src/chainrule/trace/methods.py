"""The methods of an array, each by the functions of NumPy and the operators that it stands for."""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace import refusals, source
from chainrule.trace.memory import MemoryView


class Methods:
    """What NumPy has no function of the same name and arguments for; whatever else there is is called as it is."""

    __slots__ = ()

    def __iter__(self: Any) -> Iterator[Any]:
        if not self.ndim:
            message = "iteration over a 0-d array"
            raise TypeError(message)
        if source.is_users(sys._getframe(1)):  # noqa: SLF001 - the caller's frame
            self.counted()
        return (self[position] for position in range(len(self)))

    def counted(self: Any) -> None:
        """Something runs over the rows: as often as there are some."""
        if self.ndim:
            self.tracer.fix(self.size_of((0,)), turns=len(self) > 0)

    def __contains__(self: Any, item: Any) -> bool:
        return bool(np.any(self == item))

    @property
    def nbytes(self: Any) -> Any:
        """How many bytes the entries take."""
        return self.size * self.dtype.itemsize

    @property
    def T(self: Any) -> Any:  # noqa: N802 - NumPy's name
        """The transpose."""
        return np.transpose(self) if self.ndim >= 2 else self

    @property
    def mT(self: Any) -> Any:  # noqa: N802 - NumPy's name
        """The last two axes exchanged."""
        return np.swapaxes(self, -1, -2)

    @property
    def flat(self: Any) -> Any:
        """All entries in a row; what is written to it is written here, in whatever order the entries lie."""
        made: Any = np.ravel(self)
        if made is not self and made.shares is None:
            row = {"shape": (-1,)}
            made.shares = MemoryView(self, ops.reshape, row, self.version, made.number)
        return made

    @flat.setter
    def flat(self: Any, written: Any) -> None:
        self[...] = np.reshape(written, self.shape) if np.ndim(written) else written

    @property
    def real(self: Any) -> Any:
        """The real part."""
        return np.real(self)

    @real.setter
    def real(self: Any, written: Any) -> None:
        self[...] = written  # what is traced is real

    @property
    def imag(self: Any) -> Any:
        """The imaginary part."""
        return np.imag(self)

    def fill(self: Any, written: Any) -> None:
        """Every entry the same number."""
        self[...] = written

    def compress(self: Any, condition: Any, axis: int | None = None) -> Any:
        """The entries where the condition holds; NumPy's function has it first."""
        return np.compress(condition, self, axis)

    def sort(self: Any, axis: int = -1, **options: Any) -> None:
        """The entries put in order, in place."""
        self.write(np.sort(self, axis, **options))

    def __copy__(self: Any) -> Any:
        return self.copy()

    def __deepcopy__(self: Any, _: Any) -> Any:
        return self.copy()

    def view(self: Any, *types: Any) -> Any:
        """The same memory; of another type only where it is the same."""
        classes = (np.ndarray, np.matrix)
        if any(kind not in (*classes, self.dtype, self.dtype.type) for kind in types):
            raise refusals.changes_memory(self.value.name, self.tracer.here())
        seen = self[...] if self.ndim else self
        asked = [kind for kind in types if kind in classes]
        return seen.as_kind(is_matrix=asked[-1] is np.matrix) if asked else seen

    def is_integer(self: Any) -> bool:
        """Whether a Python float is a whole number."""
        return float(self.tracer.as_number(self.value, "is_integer()", "")).is_integer()

    def reshape(self: Any, *shape: Any, order: str = "C", **_: Any) -> Any:
        """The same entries in another shape."""
        made: Any = np.reshape
        return made(self, _listed(shape), order=order)

    def transpose(self: Any, *axes: Any) -> Any:
        """The axes in another order."""
        return np.transpose(self, _listed(axes) or None)

    def flatten(self: Any, order: str = "C") -> Any:
        """A copy of all entries in a row."""
        return self.ravel(order).copy()

    def __round__(self: Any, digits: int | None = None) -> Any:
        rounded = np.round(self, digits or 0)
        return int(rounded) if digits is None else rounded

    def __trunc__(self: Any) -> int:
        return int(self)

    def __floor__(self: Any) -> int:
        return int(np.floor(self))

    def __ceil__(self: Any) -> int:
        return int(np.ceil(self))

    def __pos__(self: Any) -> Any:
        return self.copy() if self.is_array else self

    def __invert__(self: Any) -> Any:
        return np.invert(self)

    def __divmod__(self: Any, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self: Any, other: Any) -> Any:
        return other // self, other % self


def _listed(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments that may be given one by one, or as one tuple or list."""
    whole = len(given) == 1 and isinstance(given[0], tuple | list)
    return tuple(given[0]) if whole else given


def raise_as_python(function: np.ufunc, *sides: Any) -> None:
    """Raise what Python's own numbers raise, as in a division by 0, where NumPy's go on."""
    if function in RAISING and all(map(_is_pythons, sides)):
        RAISING[function](*(getattr(one, "plain", one) for one in sides))


def _is_pythons(one: Any) -> bool:
    """Whether something is, or stands for, a number of Python's own; what rules compute with is NumPy's."""
    return type(one) in (int, float) or (
        getattr(one, "is_weak", False) and not one.is_array and one.tracer.named
    )


RAISING = {
    np.true_divide: operator.truediv,
    np.floor_divide: operator.floordiv,
    np.remainder: operator.mod,
    np.power: operator.pow,
}
"""Arithmetic that some numbers have no result for."""
