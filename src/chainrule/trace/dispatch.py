"""From a NumPy call on traced values to the op of the catalogue, with its arguments in order."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import CannotTrace, IndexSlot, Kind, Op
from chainrule.trace import numpy_adapters
from chainrule.trace.lengths import TracedInt
from chainrule.trace.traced import Traced
from chainrule.trace.tracing import Tracing

NO_VALUE: Any = getattr(np, "_NoValue", None)
"""What NumPy passes for an option that was not given."""


def folding(ufunc: np.ufunc, kind: Kind) -> Op | None:
    """The op that folds ``ufunc`` over an axis: of ``np.add.reduce`` the sum."""
    inner = ops.BY_FUNCTION.get(ufunc)
    for op in ops.CATALOGUE.values():
        if inner is not None and op.folds is inner and op.kind == kind:
            return op
    return None


def call_ufunc(
    tracer: Tracing,
    ufunc: np.ufunc,
    method: str,
    inputs: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    """A ufunc called on traced values."""
    where = kwargs.get("where", True)
    out = kwargs.get("out")
    others = set(kwargs) - {"out", "where"}
    if method == "reduce":
        reduction = folding(ufunc, "reduction")
        if reduction is not None and others <= {"axis", "keepdims"} and where is True:
            params = {
                "axis": kwargs.get("axis", 0),
                "keepdims": kwargs.get("keepdims", False),
            }
            return tracer.record(reduction, inputs, params)
    if method == "at" and ufunc is np.add:
        target, index, written = inputs
        return add_at(tracer, target, index, written)
    if method == "outer" and ufunc is np.multiply:
        return call_function(tracer, np.outer, inputs, {})
    if method != "__call__" or others or where is not True:
        options = ", ".join(
            f"{key}=..."
            for key in sorted(others | ({"where"} if where is not True else set()))
        )
        _refuse(
            tracer,
            f"np.{ufunc.__name__}{'' if method == '__call__' else '.' + method}({options})",
        )
    op = ops.op_of(ufunc)
    if op is None:
        return opaque(tracer, ufunc, inputs, {})
    result = tracer.record(op, inputs)
    if out:
        return _write_out(tracer, out[0], result)
    return result


def _write_out(tracer: Tracing, out: Any, result: Any) -> Any:
    """``np.add(a, b, out=c)``: c is rewritten."""
    if not hasattr(out, "move"):
        _refuse(tracer, "out= into an array that is not traced")
    out.refuse_write()
    out.move(result)
    return out


def call_function(
    tracer: Tracing, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """A NumPy function called on traced values."""
    reader = numpy_adapters.READERS.get(function)
    if reader is not None:
        return reader(tracer, *args, **kwargs)
    op = ops.op_of(function)
    if op is None:
        return opaque(tracer, function, args, kwargs)
    arrays, params = _bind(tracer, op, function, args, kwargs)
    return tracer.record(op, arrays, params)


def _bind(
    tracer: Tracing,
    op: Op,
    function: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> tuple[list[Any], dict[str, Any]]:
    """Arguments split into arrays and parameters; options that the op does not know are refused."""
    n_arrays = len(op.rules) if isinstance(op.rules, tuple) else len(args)
    names = _parameter_names(function)
    arrays = list(args[:n_arrays])
    rest = dict(kwargs)
    arrays += [rest.pop(name) for name in names[len(arrays) : n_arrays] if name in rest]
    positional = names[n_arrays:] if names else tuple(op.params)
    params = dict(zip(positional, args[n_arrays:], strict=False))
    params.update(rest)
    given = {key: value for key, value in params.items() if value is not NO_VALUE}
    unknown = [
        key
        for key, value in given.items()
        if key not in op.params and value is not None
    ]
    if unknown:
        _refuse(
            tracer,
            f"np.{function.__name__}({', '.join(f'{key}=...' for key in unknown)})",
        )
    return arrays, {key: given[key] for key in op.params if key in given}


@lru_cache(maxsize=512)
def _parameter_names(function: Any) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def _refuse(tracer: Tracing, what: str) -> None:
    raise CannotTrace(
        "E301",
        f"{what} is not recorded, and would be silently wrong",
        where=tracer.here(),
        hint="write it without that option, as a NumPy expression",
    )


def opaque(
    tracer: Tracing, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """A function outside the catalogue: computed and recorded, and refused only where a gradient must pass."""
    if any(isinstance(item, Traced) for item in kwargs.values()):
        _refuse(
            tracer,
            f"{getattr(function, '__name__', function)} with a traced keyword argument",
        )
    plain = {
        key: int(item) if isinstance(item, TracedInt) else item
        for key, item in kwargs.items()
    }
    positions = [
        position for position, arg in enumerate(args) if isinstance(arg, Traced)
    ]
    fixed = list(args)

    def forward(*numbers: Any, **_: Any) -> Any:
        for position, number in zip(positions, numbers, strict=True):
            fixed[position] = number
        return function(*fixed, **plain)

    name = getattr(function, "__name__", type(function).__name__)
    if not positions:
        _refuse(tracer, f"{name} of traced values in a list")
    traced = [args[position] for position in positions]
    result = forward(*(one.number for one in traced))
    if isinstance(result, tuple | list):
        parts = [
            _computed(tracer, one, lambda *n, i=i: forward(*n)[i], name, traced)
            for i, one in enumerate(result)
        ]
        kind = type(result)
        return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
    return _computed(tracer, result, forward, name, traced)


def _computed(
    tracer: Tracing,
    result: Any,
    forward: Callable[..., Any],
    name: str,
    traced: Sequence[Any],
) -> Any:
    """One result of a function outside the catalogue, as a line without a rule; what is no array stays as it is."""
    if (
        not isinstance(result, np.ndarray | np.generic)
        or np.asarray(result).dtype.kind not in "fiub"
    ):
        return result
    shape = np.shape(result)
    op = Op(forward, lambda *_, **__: shape, (), name=name, says="opaque")
    return tracer.record(op, traced)


def index_of(
    tracer: Tracing, target: Traced, key: Any
) -> tuple[list[Any], tuple[Any, ...]]:
    """An index as its arrays, and the template they fill."""
    arrays: list[Any] = []
    template: list[Any] = []
    for item in key if isinstance(key, tuple) else (key,):
        if isinstance(item, list | range | np.ndarray | Traced):
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


def _index_array(tracer: Tracing, target: Traced, item: Any, position: int) -> Any:
    """An index array; 0, 1, … up to a length of the target is kept as that length's own count."""
    array = np.asarray(list(item)) if isinstance(item, list | range) else item
    if isinstance(array, np.ndarray) and array.ndim == 1 and array.dtype.kind == "i":
        shape = target.shape
        if position < len(shape) and np.array_equal(array, np.arange(shape[position])):
            return tracer.record(ops.arange, (), {"n": shape[position]})
    return array


def add_at(tracer: Tracing, target: Any, key: Any, written: Any) -> None:
    """``np.add.at(target, key, written)``, which adds up where an index repeats."""
    target.refuse_write()
    arrays, index = index_of(tracer, target, key)
    shape = target.shape
    added = tracer.record(
        ops.scatter_add, (written, *arrays), {"shape": shape, "index": index}
    )
    target.move(tracer.record(ops.add, (target, added)))
