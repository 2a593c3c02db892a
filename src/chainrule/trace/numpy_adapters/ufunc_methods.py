"""Methods of ufuncs: ``np.add.reduce`` is a sum, ``np.multiply.outer`` a product of all pairs, ``np.add.at`` adds in place."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import Kind, Op
from chainrule.trace import refusals
from chainrule.trace.indexing import is_met_once
from chainrule.trace.numpy_adapters.require import UNSET, ndim
from chainrule.trace.tracing import Tracing
from chainrule.trace.written_out import NotCovered, definition_of, follow_through

FOLDS: Mapping[str, Kind] = {"reduce": "reduction", "accumulate": "scan"}
"""The kind of op that a method of a ufunc folds into: ``np.add.reduce`` is the reduction that folds an addition."""


def call(
    tracer: Tracing,
    ufunc: np.ufunc,
    method: str,
    inputs: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    """A method of a ufunc on traced values."""
    options = {
        key: value
        for key, value in kwargs.items()
        if value is not None and value is not UNSET
    }
    if options.get("where") is True:
        del options["where"]
    if method == "at":
        return _at(tracer, ufunc, *inputs)
    if method == "outer" and not options:
        one, other = inputs
        axes = tuple(range(-ndim(other), 0))
        # all pairs are what is asked for
        wide = tracer.unbound(lambda _: np.expand_dims(one, axes)) if axes else one
        return tracer.unbound(lambda _: ufunc(wide, other))
    if definition_of(getattr(ufunc, method)) is not None:
        with contextlib.suppress(NotCovered):
            return follow_through(tracer, getattr(ufunc, method), inputs, options)
    op = _folding(ufunc, FOLDS.get(method))
    if op is None or len(inputs) > 1 or not options.keys() <= op.params.keys():
        raise refusals.unknown_method(f"np.{ufunc.__name__}.{method}", tracer.here())
    return tracer.record(op, inputs, {"axis": 0, **options})


def _folding(ufunc: np.ufunc, kind: Kind | None) -> Op | None:
    """The op that folds ``ufunc`` over an axis."""
    inner = ops.op_of(ufunc)
    folds = (
        op for op in ops.CATALOGUE.values() if op.folds is inner and op.kind == kind
    )
    return next(folds, None) if inner is not None else None


def _at(tracer: Tracing, ufunc: np.ufunc, target: Any, key: Any, *given: Any) -> None:
    """``np.add.at(target, key, written)``, which adds up where an index repeats."""
    adds = ufunc in (np.add, np.subtract)
    if ufunc in NEUTRAL and hasattr(target, "write") and np.ndim(key) == 1:
        tracer.unbound(lambda _: _extreme_at(ufunc, target, key, *given))
        return
    if not hasattr(target, "write") or not (adds or is_met_once(target, key)):
        raise refusals.unknown_method(f"np.{ufunc.__name__}.at", tracer.here())
    if not adds:
        target[key] = ufunc(target[key], *given)
        return
    (written,) = given
    if ufunc is np.subtract:
        written = np.negative(written)
    arrays, index = tracer.index_of(target, key)
    if not hasattr(written, "write"):
        added = tracer.record(ops.add_at, (target, written, *arrays), {"index": index})
        target.write(added)
        return
    added = tracer.record(
        ops.scatter_add,
        (written, *arrays),
        {"shape": target.shape, "index": index},
    )
    target.write(tracer.record(ops.add, (target, added)))


NEUTRAL: Mapping[Any, Any] = {
    np.maximum: (np.max, -np.inf),
    np.minimum: (np.min, np.inf),
}
"""What folds the larger and the smaller, and what changes neither."""


def _extreme_at(ufunc: np.ufunc, target: Any, key: Any, written: Any) -> None:
    """``np.maximum.at(target, key, written)`` by rows: of all that are written to a row the largest, or what was there."""
    fold, none = NEUTRAL[ufunc]
    row = (1,) * (target.ndim - 1)
    places = np.reshape(key, (1, -1, *row))
    rows = np.reshape(np.arange(target.shape[0]), (-1, 1, *row))
    target[...] = ufunc(target, fold(np.where(rows == places, written, none), axis=1))
