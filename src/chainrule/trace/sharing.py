"""Whether NumPy gives a view: asked of NumPy itself, for every function that only moves entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import Array
from chainrule.trace.gather import holds_pair, leaves_of, plain_of
from chainrule.trace.memory import MemoryView, lay_out, of_kind, view_of, whole_of
from chainrule.trace.traced import Traced
from chainrule.trace.tracing import Tracing

KINDS = ("view", "arrangement", "indexing")
"""What an op is that hands entries on as they are."""


@dataclass(frozen=True)
class NumpyCall:
    """A function of NumPy, called on traced arrays."""

    tracer: Tracing
    function: Any
    args: Sequence[Any]
    kwargs: Mapping[str, Any]

    def share_memory(self, result: Any) -> None:
        """Make views of the results where NumPy's own are, and copies where those are."""
        leaves = _leaves(result)
        if holds_pair([*self.args, *self.kwargs.values()]):
            return  # both parts of a complex array are arrays of their own
        if not any(map(self._may_be_view, leaves)):
            return
        args = map(_memory_of, self.args)
        options = {key: _memory_of(one) for key, one in self.kwargs.items()}
        try:
            plain = _leaves(self.function(*args, **options))
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return  # what is not to be had from plain arrays is settled where it is recorded
        for i, (one, own) in enumerate(zip(leaves, plain, strict=False)):
            if self._may_be_view(one) and isinstance(own, np.ndarray):
                laid_out = np.asarray(own)
                one.shares = self._view(i, one, laid_out)
                if one.shares is None:
                    lay_out(self.tracer, one.value, laid_out)

    @cached_property
    def given(self) -> list[Traced]:
        """The traced arrays among the arguments."""
        return [
            one
            for one in leaves_of([*self.args, *self.kwargs.values()])
            if type(one) is Traced
        ]

    def _may_be_view(self, one: Any) -> bool:
        """Whether a result is an array of its own, and holds entries of others as they were."""
        if type(one) is not Traced or not one.is_array:
            return False
        if any(one is arg for arg in self.given):
            return False
        line = self.tracer.builder.producer.get(one.value)
        return (
            line is None
            or line.op.kind in KINDS
            or line.op in (ops.identity, ops.einsum)
            or any(one.value is arg.value for arg in self.given)
        )

    def _view(self, i: int, one: Traced, own: Array) -> MemoryView | None:
        """The view that a result is, of the first argument that has all its entries; None where it is a copy."""
        held = ((arg, _places(own, arg.memory)) for arg in self.given)
        base, places = next(
            (pair for pair in held if pair[1] is not None), (None, None)
        )
        if base is None:
            return None
        if one.value is base.value:
            return whole_of(base)
        line = self.tracer.builder.producer.get(one.value)
        if line is not None and line.args == (base.value,):
            # by one op: it is taken again, and put back, for any length
            view = view_of(base, line.op, line.params)
            if view is not None:
                return view

        def again() -> Any:
            return _leaves(self.function(*self.args, **self.kwargs))[i]

        version = base.version
        return MemoryView(base, ops.identity, {}, version, own, places, again)


def _leaves(result: Any) -> list[Any]:
    whole = list(result) if isinstance(result, tuple | list) else [result]
    return list(leaves_of(whole))


def _memory_of(item: Any) -> Any:
    if type(item) is Traced:
        return of_kind(item.memory, is_matrix=item.is_matrix)
    if type(item) is list or type(item) is tuple:
        return type(item)(map(_memory_of, item))
    return plain_of(item)


def _places(own: Array, memory: Array) -> Array | None:
    """Which entries of an array a view of it shows, counted as they lie; None where it shows others."""
    if not own.size or not np.may_share_memory(own, memory):
        return None
    where, wanted = _addresses(memory).ravel(), _addresses(own)
    order = np.argsort(where)
    found = order[np.searchsorted(where, wanted, sorter=order).clip(max=where.size - 1)]
    return found if np.array_equal(where[found], wanted) else None


def _addresses(array: Array) -> Array:
    """Where in memory each entry lies."""
    first, _ = array.__array_interface__["data"]
    found = np.full(array.shape, first)
    for axis, length in enumerate(array.shape):
        steps = np.arange(length) * array.strides[axis]
        found += steps.reshape(-1, *(1,) * (array.ndim - axis - 1))
    return found
