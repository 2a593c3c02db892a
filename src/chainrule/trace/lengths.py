"""Stand-ins for integers read from arrays: lengths stay lengths through arithmetic."""

from __future__ import annotations

import operator
import sys
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from chainrule import ops
from chainrule.program import Arg, Op, Size, Turn, Value
from chainrule.program.operators import ARITHMETIC, give_signs
from chainrule.trace import source
from chainrule.trace.tracing import Tracing


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

    @property
    def __chainrule_behind__(self) -> Behind:
        return Behind(self)

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
        self.tracer.fix(self.ref)
        return getattr(ufunc, method)(*(_plain(item) for item in inputs), **kwargs)

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        return int, (int(self),)


def _plain(item: Any) -> Any:
    return int(item) if type(item) is TracedInt else item


def _merged(function: Any, one: Any, other: Any) -> TracedInt | None:
    """Two lengths of one array multiplied are one size of it."""
    both = type(one) is TracedInt and type(other) is TracedInt
    if function is not np.multiply or not both:
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
        if isinstance(one, list | tuple) or isinstance(other, list | tuple):
            # a list so many times over
            length = one if type(one) is TracedInt else other
            length.tracer.fix(length.ref)
        return NotImplemented
    # np.arange(n) and its like compute with n from C: they want the plain integer
    if not source.written_as_operator(sys._getframe(2)):  # noqa: SLF001 - the caller's frame
        return _merged(function, one, other) or PLAIN[function](
            _plain(one), _plain(other)
        )
    return _joined(function, one, other)


def _joined(function: Any, one: Any, other: Any) -> Any:
    tracer = one.tracer if type(one) is TracedInt else other.tracer
    return _merged(function, one, other) or _scalar(tracer, function, (one, other))


NUMBERS = frozenset({TracedInt, int, float, bool})
PLAIN = {ufunc: getattr(operator, sign) for sign, ufunc in ARITHMETIC.items()}
"""What keeps a length a length, on plain integers."""


def _scalar(tracer: Tracing, function: Any, args: Sequence[Any]) -> Any:
    result = tracer.record(ops.BY_FUNCTION[function], args)
    # a law may have answered with a plain number or another length
    if type(result) not in NUMBERS and result.dtype.kind == "i" and not result.ndim:
        return TracedInt(int(result.number), tracer, result.value)
    return result


class Behind:
    """A length behind an operator: a float before it would else take it for any whole number."""

    __slots__ = ("length",)
    __array_ufunc__ = None

    def __init__(self, length: TracedInt) -> None:
        self.length = length


def _met(function: Any, one: Any, other: Any) -> Any:
    if isinstance(one, np.float64):
        one = float(one)
    ref = other.length.ref
    if type(one) in NUMBERS and not (isinstance(ref, Value) and not ref.weak):
        return _joined(function, one, other.length)
    # a whole number that a script gave a name has an element type, where Python's has none
    return PLAIN[function](one, other.length)


give_signs(Behind, _met)


def _plainly(sign: str) -> Any:
    """An operator of plain integers: what it gives is no length any more, which is noted where the user asks."""
    plain = getattr(int, sign)

    def answer(self: TracedInt, *others: Any) -> Any:
        counts = isinstance(self.ref, Turn) and sign in DECIDES
        if counts and all(isinstance(one, int | float) for one in others):
            # a rule that looks at one turn of a loop would hold for that turn alone
            message = f"a rule decides by {self.ref}, which is another number in the next turn"
            raise TypeError(message)
        if source.is_users(sys._getframe(1)):  # noqa: SLF001 - the caller's frame
            self.tracer.fix(self.ref)
        return plain(self, *others)

    return answer


DECIDES = frozenset({"__bool__", "__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"})  # fmt: skip
"""What code branches on."""
give_signs(TracedInt, _kept)
for _sign in (
    *("lt", "le", "gt", "ge", "eq", "ne", "bool", "int", "floor", "ceil", "trunc"),
    *("round", "abs", "floordiv", "rfloordiv", "mod", "rmod", "divmod", "rdivmod"),
    *("and", "rand", "or", "ror", "xor", "rxor", "lshift", "rshift", "invert"),
):
    setattr(TracedInt, f"__{_sign}__", _plainly(f"__{_sign}__"))
# a class that says itself what is equal has to say again how it is hashed
TracedInt.__hash__ = int.__hash__  # type: ignore[method-assign]
