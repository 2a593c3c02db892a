"""Memory that arrays share: a view follows what it is a view of, and a write to it is written there, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from chainrule import ops
from chainrule.program import Array, Op, Value
from chainrule.program.program import concrete
from chainrule.trace.lengths import TracedInt
from chainrule.trace.tracing import Tracing


class Held(Protocol):
    """An array as memory knows it."""

    tracer: Tracing
    version: int
    written_through: list[MemoryView | None]

    @property
    def memory(self) -> Array:
        """The memory itself, as NumPy would have laid it out."""


@dataclass(slots=True)
class MemoryView:
    """How an array was taken from another one whose memory it shares.

    ``version`` counts the writes to ``base`` that the view has seen; ``memory`` is laid out as NumPy's own view is.
    ``again`` takes the view once more, where that is more than ``op``; then ``known_places`` are the entries it shows.
    """

    base: Any
    op: Op
    params: Mapping[str, Any]
    version: int
    memory: Array
    known_places: Array | None = None
    again: Callable[[], Any] | None = None

    @property
    def is_stale(self) -> bool:
        """Whether the array was written to since, where the view shows it."""
        if self.base.version != self.version:
            if self.base.tracer.as_it_is:
                return True
            through = self.base.written_through[self.version :]
            if any(one is None or self._shows(one) for one in through):
                return True
            self.version = self.base.version
        return False

    def _shows(self, other: MemoryView) -> bool:
        """Whether an entry of the array is shown by this and by another view of it."""
        return bool(np.isin(self.places, other.places).any())

    @property
    def places(self) -> Array:
        """Which entries of the array the view shows, counted as they lie."""
        if self.known_places is None:
            shape = self.base.number.shape
            numbers = np.arange(int(np.prod(shape))).reshape(shape)
            self.known_places = self.op.forward(numbers, **concrete(self.params))
        return self.known_places

    @property
    def is_whole(self) -> bool:
        """Whether it is the array itself, as another kind of array."""
        return self.op is ops.identity and self.again is None

    def is_at(self, base: Any, key: Any) -> bool:
        """Whether it is what an index without arrays takes from ``base``."""
        if self.base is not base or self.op is not ops.getitem:
            return False
        return _axes(self.params["index"]) == _axes(
            key if type(key) is tuple else (key,)
        )

    def taken_again(self) -> Any:
        """The view of what the array is now."""
        self.version = self.base.version
        again = self.again
        if self.is_whole:
            return self.base
        return self.base.tracer.unbound(
            lambda tracer: (
                again() if again else tracer.record(self.op, (self.base,), self.params)
            )
        )

    def put_back(self, written: Any) -> Any:
        """The array with ``written`` in place of what the view shows of it."""
        base = self.base
        if self.op is ops.getitem:
            return base.tracer.unbound(
                lambda tracer: tracer.record(ops.setitem, (base, written), self.params)
            )
        if self.again or written.number.size < base.number.size:
            return self._put_back_at_places(written)
        rule = self.op.rule(0)
        if rule is None:
            message = f"a view by {self.op.name} is read-only"
            raise ValueError(message)
        # a view that shows each entry once only rearranges: its adjoint is its inverse
        vjp, array = rule.vjp, base.as_kind(is_matrix=False)
        return base.tracer.unbound(
            lambda _: vjp(written, written, array, **self.params)
        )

    def _put_back_at_places(self, written: Any) -> Any:
        """The same for a view that leaves entries out, as a diagonal does."""
        places = self.places

        def put(_: Tracing) -> Any:
            flat = np.ravel(self.base).copy()
            flat[places.ravel()] = np.ravel(written)
            return np.reshape(flat, self.base.shape)

        return self.base.tracer.unbound(put)


def _axes(index: tuple[Any, ...]) -> list[tuple[type, Any]]:
    """An index of the array's own axes, with what each is: a length is a number, an array is compared with nothing."""
    kinds = (int if type(one) is TracedInt else type(one) for one in index)
    return [pair for pair in zip(kinds, index, strict=True) if pair[1] is not None]


def of_kind(array: Array, *, is_matrix: bool) -> Array:
    """The same memory, as a matrix of NumPy's if it is one."""
    return array.view(np.matrix) if is_matrix else array


def whole_of(base: Held) -> MemoryView:
    """An array with the memory of another one, entry by entry."""
    return MemoryView(base, ops.identity, {}, base.version, base.memory)


def lay_out(tracer: Tracing, value: Value, like: Array) -> None:
    """Lay the numbers of a value out in memory as others are: whether what is taken of it is a view hangs on it."""
    number = tracer.builder.numbers[value]
    if number.shape == like.shape and number.strides != like.strides:
        laid_out = np.empty_like(like, number.dtype)
        laid_out[...] = number
        tracer.builder.numbers[value] = laid_out


def view_of(base: Held, op: Op, params: Mapping[str, Any]) -> MemoryView | None:
    """The view that NumPy would give, or None where it makes a copy."""
    plain = concrete(params)
    memory = base.memory
    if op is ops.getitem:
        shown = memory[plain["index"]]
    elif op is ops.einsum:
        shown = np.einsum(plain["subscripts"], memory)
    else:
        shown = (
            op.numpy_functions[0](memory, *plain.values())
            if op.numpy_functions
            else op.forward(memory, **plain)
        )
    if not isinstance(shown, np.ndarray) or not np.may_share_memory(shown, memory):
        return None
    return MemoryView(base, op, params, base.version, shown)
