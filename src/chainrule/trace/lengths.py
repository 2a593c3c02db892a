"""Stand-ins for integers read from arrays: lengths stay lengths through arithmetic."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from chainrule import ops
from chainrule.program import Arg, Op, Size
from chainrule.trace import source
from chainrule.trace.operators import OPERATORS
from chainrule.trace.tracing import Tracing

PLAIN: dict[Any, Callable[[Any, Any], Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.true_divide: operator.truediv,
    np.power: operator.pow,
}
"""What keeps a length a length, and the same on plain integers."""


class TracedInt(int):
    """An integer that remembers what it was read from: a length, or a number a script gave a name.

    Everywhere else it is the plain integer, so shapes print and ranges count.
    """

    tracer: Tracing
    ref: Arg

    def __new__(cls, number: int, tracer: Tracing, ref: Arg) -> Self:
        """The integer ``number``, standing for ``ref``."""
        self = super().__new__(cls, number)
        self.tracer = tracer
        self.ref = ref
        return self

    def __neg__(self) -> Any:
        return _scalar(self.tracer, np.negative, (self,))

    def __chainrule_record__(
        self, op: Op, args: Sequence[Any], params: dict[str, Any]
    ) -> Any:
        return self.tracer.record(op, args, params)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any
    ) -> Any:
        kept = method == "__call__" and not kwargs and ufunc in ops.BY_FUNCTION
        if kept and not any(isinstance(item, np.ndarray) for item in inputs):
            return _scalar(self.tracer, ufunc, inputs)
        return getattr(ufunc, method)(*(_plain(item) for item in inputs), **kwargs)

    def __mul__(self, other: Any) -> Any:
        merged = _merged(self, other)
        return merged if merged is not None else _kept(np.multiply, self, other)

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        return int, (int(self),)


def _plain(item: Any) -> Any:
    return int(item) if type(item) is TracedInt else item


def _merged(one: TracedInt, other: Any) -> TracedInt | None:
    """Two lengths of one array multiplied are one size of it."""
    if type(other) is not TracedInt:
        return None
    a, b = one.ref, other.ref
    if (
        not (isinstance(a, Size) and isinstance(b, Size))
        or a.value is not b.value
        or a.axes is None
        or b.axes is None
    ):
        return None
    axes = (*a.axes, *b.axes)
    return TracedInt(int(one) * int(other), one.tracer, Size(a.value, axes))


def _kept(function: Any, one: Any, other: Any) -> Any:
    """Arithmetic with a length: a line where the user wrote it, plain numbers where C asks for them."""
    if type(one) not in NUMBERS or type(other) not in NUMBERS:
        return NotImplemented
    # np.arange(n) and its like compute with n from C: they want the plain integer
    if not source.written_as_operator(sys._getframe(2)):  # noqa: SLF001 - the caller's frame
        return PLAIN[function](_plain(one), _plain(other))
    tracer = one.tracer if type(one) is TracedInt else other.tracer
    return _scalar(tracer, function, (one, other))


NUMBERS = frozenset({TracedInt, int, float, bool})


def _scalar(tracer: Tracing, function: Any, args: Sequence[Any]) -> Any:
    result = tracer.record(ops.BY_FUNCTION[function], args)
    # a law may have answered with a plain number or another length
    if type(result) not in NUMBERS and result.dtype.kind == "i" and not result.ndim:
        return TracedInt(int(result.number), tracer, result.value)
    return result


def _integer_operators() -> None:
    for name, function in OPERATORS.items():
        if function not in PLAIN:
            continue

        def forward(self: TracedInt, other: Any, function: Any = function) -> Any:
            return _kept(function, self, other)

        def reflected(self: TracedInt, other: Any, function: Any = function) -> Any:
            return _kept(function, other, self)

        if name != "mul":
            setattr(TracedInt, f"__{name}__", forward)
        setattr(TracedInt, f"__r{name}__", reflected)


_integer_operators()
