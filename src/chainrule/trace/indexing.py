"""Entries by their index: what is read of an array, and what is written into it."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import IndexSlot
from chainrule.trace import matrices, refusals
from chainrule.trace.memory import view_of
from chainrule.trace.traced import Traced
from chainrule.trace.tracing import Tracing


def get_item(tracer: Tracing, target: Traced, key: Any) -> Any:
    """``target[key]``: a number, a view where NumPy gives one, else a copy."""
    if target.is_matrix:
        key = matrices.index_of(target, key)
    arrays, index = index_of(tracer, target, key)
    result = tracer.record(ops.getitem, (target, *arrays), {"index": index})
    if type(result) is not Traced:
        return result
    if arrays:
        return result.as_kind(is_matrix=target.is_matrix and result.is_array)
    single = all(isinstance(item, int | np.integer) for item in index)
    if single and len(index) == target.ndim:
        return Traced(tracer, result.value, is_array=False)
    shared = view_of(target, ops.getitem, {"index": index}) if target.is_array else None
    matrix = target.is_matrix
    return Traced(tracer, result.value, shared, is_array=True, is_matrix=matrix)


def set_item(tracer: Tracing, target: Traced, key: Any, written: Any) -> None:
    """``target[key] = written``."""
    if not target.is_array:
        message = (
            f"{target.stands_for.__name__!r} object does not support item assignment"
        )
        raise TypeError(message)
    if target.is_matrix:
        key = matrices.index_of(target, key, written=True)
    traced = type(written) is Traced and not tracer.as_it_is
    if traced and not is_met_once(target, key):
        raise refusals.written_twice(target.value.name, tracer.here())
    arrays, index = index_of(tracer, target, key)
    target.write(
        tracer.record(ops.setitem, (target, written, *arrays), {"index": index})
    )


def index_of(
    tracer: Tracing, target: Any, key: Any
) -> tuple[list[Any], tuple[Any, ...]]:
    """An index as its arrays, and the template they fill."""
    arrays: list[Any] = []
    template: list[Any] = []
    for item in key if type(key) is tuple else (key,):
        if type(item) is Traced or isinstance(item, list | range | np.ndarray):
            array = _index_array(tracer, target, item, len(template))
            arrays.append(array)
            template.append(IndexSlot(len(arrays) - 1, _picked(array)))
        else:
            template.append(item)
    return arrays, tuple(template)


def _picked(array: Any) -> int | None:
    """How many entries a boolean index picks now; None for an index of integers."""
    if array.dtype.kind != "b":
        return None
    return int(np.count_nonzero(getattr(array, "number", array)))


def _index_array(tracer: Tracing, target: Any, item: Any, position: int) -> Any:
    """An index array; 0, 1, … up to a length of the target is kept as that length's own count."""
    if type(item) is Traced:
        return item
    array = np.asarray(list(item)) if isinstance(item, list | range) else item
    if array.size == 0:
        array = array.astype(np.intp)
    if array.ndim == 1 and array.dtype.kind == "i":
        shape = target.shape
        if position < len(shape) and np.array_equal(array, np.arange(shape[position])):
            return tracer.record(ops.arange, (), {"n": shape[position]})
    return array


def is_met_once(target: Traced, key: Any) -> bool:
    """Whether an index names no entry twice: only the last write to it would count."""
    items = key if type(key) is tuple else (key,)
    if not any(
        type(item) is Traced or isinstance(item, list | range | np.ndarray)
        for item in items
    ):
        return True
    places = np.arange(target.number.size).reshape(target.number.shape)
    plain = (getattr(item, "number", item) for item in items)
    met = places[tuple(list(one) if isinstance(one, range) else one for one in plain)]
    return bool(np.unique(met).size == met.size)
