"""From a NumPy call on traced values to the op of the catalogue, with its arguments in order."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import Op
from chainrule.trace import matrices, numpy_adapters, pairs, refusals
from chainrule.trace.gather import holds_traced, leaves_of, stacked
from chainrule.trace.lengths import TracedInt
from chainrule.trace.numpy_adapters import ufunc_methods
from chainrule.trace.numpy_adapters.require import takes_several
from chainrule.trace.sharing import NumpyCall
from chainrule.trace.traced import Traced
from chainrule.trace.tracing import Tracing
from chainrule.trace.written_out import NotCovered, definition_of, follow_through

NO_VALUE: Any = getattr(np, "_NoValue", None)
"""What NumPy passes for an option that was not given."""
LOGICAL = {
    np.bitwise_and: np.logical_and,
    np.bitwise_or: np.logical_or,
    np.bitwise_xor: np.logical_xor,
    np.invert: np.logical_not,
}
"""What an operator on bits is where the bits are yes and no."""


def call_ufunc(
    tracer: Tracing,
    ufunc: np.ufunc,
    method: str,
    inputs: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    """A ufunc called on traced values, or one of its methods."""
    if matrices.among((*inputs, *kwargs.values())):
        own = getattr(ufunc, method)
        return matrices.called(tracer, own, own, inputs, kwargs)
    if any(map(pairs.is_complex, inputs)):
        return pairs.call_ufunc(tracer, ufunc, method, inputs, kwargs)
    if method != "__call__":
        return ufunc_methods.call(tracer, ufunc, method, inputs, kwargs)
    options = dict(kwargs)
    out = options.pop("out", None)
    where = options.pop("where", True)
    dtype = options.pop("dtype", None)
    options.pop("casting", None)
    if any(value is not None for value in options.values()):
        raise refusals.option(_written(ufunc), options, tracer.here())
    if ufunc in LOGICAL and all(
        np.asarray(_number(one)).dtype == bool for one in inputs
    ):
        ufunc = LOGICAL[ufunc]
    op = ops.op_of(ufunc)
    if op is not None:
        result = tracer.record(op, inputs)
    elif definition_of(ufunc) is not None:
        result = follow(tracer, ufunc, inputs, {})
    else:
        result = opaque(tracer, ufunc, inputs, {})
    if dtype is not None:
        result = result.astype(dtype)
    if out is not None:
        return _written_into(tracer, ufunc, out, result, where)
    if where is not True:
        # NumPy leaves what it does not compute as it finds it in memory
        raise refusals.option(_written(ufunc), {"where": where}, tracer.here())
    return result


def holds_complex(items: Sequence[Any]) -> bool:
    """Whether a complex number is among arguments, or in lists of them."""
    return any(
        holds_complex(one) if type(one) in (list, tuple) else pairs.is_complex(one)
        for one in items
    )


def _number(item: Any) -> Any:
    return item.number if type(item) is Traced else item


def _written_into(
    tracer: Tracing, function: Any, out: Any, result: Any, where: Any
) -> Any:
    """``np.add(a, b, out=c)``: c is rewritten, where it is asked for."""
    targets = out if isinstance(out, tuple) else (out,)
    results = result if isinstance(result, tuple) else (result,)
    for target, one in zip(targets, results, strict=True):
        if type(target) is not Traced:
            raise refusals.plain_out(_written(function), tracer.here())
        target.write(one if where is True else np.where(where, one, target))
    return out if isinstance(result, tuple) else targets[0]


def call_function(
    tracer: Tracing, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """A function of NumPy, or of a library whose functions are in the catalogue, called on traced values."""
    if matrices.among((*args, *kwargs.values())):

        def follow(*arrays: Any, **options: Any) -> Any:
            return _called(tracer, function, arrays, options)

        keeps = matrices.keeps_axes(function)
        return matrices.called(tracer, function, follow, args, kwargs, keeps_axes=keeps)
    result = _called(tracer, function, args, kwargs)
    if kwargs.get("out") is None:
        NumpyCall(tracer, function, args, kwargs).share_memory(result)
    return result


def _called(
    tracer: Tracing, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    if holds_complex(args):
        own = (*pairs.BILINEAR, *pairs.EACH_PART, *pairs.FUNCTIONS)
        if function not in own and definition_of(function) is not None:
            return follow(tracer, function, args, kwargs)
        return pairs.call_function(function, args, kwargs)
    adapter = numpy_adapters.READERS.get(function)
    op = ops.op_of(function)
    several = takes_several(adapter)
    args = [_as_array(one, several and not place) for place, one in enumerate(args)]
    options = {key: _as_array(one, several=False) for key, one in kwargs.items()}
    out = options.pop("out", None)
    if out is NO_VALUE:
        out = None
    if adapter is not None:
        result = adapter(tracer, *args, **options)
    elif op is not None and (
        definition_of(function) is None or options.keys() <= op.params.keys()
    ):
        args, initial = _begun(op, args, options)
        arrays, params = _bind(tracer, op, function, args, options)
        result = tracer.record(op, arrays, params)
        begin = ufunc_of(op.folds)
        if begin is not None and initial is not None:
            result = begin(result, initial)
    elif definition_of(function) is not None:
        result = follow(tracer, function, args, options)
    else:
        result = opaque(tracer, function, args, options)
    if out is not None:
        return _written_into(tracer, function, out, result, where=True)
    return result


def ufunc_of(op: Op | None) -> np.ufunc | None:
    """The ufunc of an op that folds, as the sum folds an addition."""
    return op.forward if op is not None and isinstance(op.forward, np.ufunc) else None


def _begun(
    op: Op, args: Sequence[Any], options: dict[str, Any]
) -> tuple[Sequence[Any], Any]:
    """``np.sum(a, where=mask, initial=3)``: what is left out is neutral, what it begins with is folded in at the end."""
    ufunc = ufunc_of(op.folds)
    if op.kind != "reduction" or ufunc is None or not args:
        return args, None
    if getattr(args[0], "dtype", None) == options.get("dtype", 0):
        del options["dtype"]
    initial = options.pop("initial", NO_VALUE)
    begins = initial is not NO_VALUE and initial is not None
    neutral = ufunc.identity if ufunc.identity is not None else initial
    where = options.pop("where", True)
    if where is True or where is NO_VALUE:
        return args, initial if begins else None
    if neutral is NO_VALUE:
        options["where"] = where
        return args, None
    left = np.where(where, args[0], neutral)
    return [left, *args[1:]], initial if begins else None


def _as_array(item: Any, several: bool) -> Any:  # noqa: FBT001
    """A list of traced numbers as the array it is; where ``several`` arrays are asked for, each of them."""
    if not _is_list_of_traced(item):
        return item
    if several:
        return type(item)(_as_array(one, several=False) for one in item)
    single = all(not getattr(one, "ndim", 0) for one in leaves_of(item))
    return stacked(item) if single else item


def _is_list_of_traced(item: Any) -> bool:
    return type(item) in (list, tuple) and holds_traced(item)


def _bind(
    tracer: Tracing,
    op: Op,
    function: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> tuple[list[Any], dict[str, Any]]:
    """Arguments split into arrays and parameters; options that the op does not know are refused."""
    n_arrays = len(op.rules) if isinstance(op.rules, tuple) else len(args)
    names = tuple(_parameters(function))
    arrays = list(args[:n_arrays])
    rest = dict(kwargs)
    arrays += [rest.pop(name) for name in names[len(arrays) : n_arrays] if name in rest]
    positional = names[n_arrays:] if names else tuple(op.params)
    params = dict(zip(positional, args[n_arrays:], strict=False))
    params.update(rest)
    given = {key: value for key, value in params.items() if value is not NO_VALUE}
    unknown = {
        key: value
        for key, value in given.items()
        if key not in op.params and value is not None
    }
    if unknown:
        raise refusals.option(_written(function), unknown, tracer.here())
    # what is left out is what the function says, which need not be what the op says
    given = {**_defaults(function), **given}
    return arrays, {key: given[key] for key in op.params if key in given}


@lru_cache(maxsize=512)
def _parameters(function: Any) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}


def _defaults(function: Any) -> dict[str, Any]:
    """What a function takes for the options that are left out."""
    found = ((name, one.default) for name, one in _parameters(function).items())
    return {
        name: value
        for name, value in found
        if value is not inspect.Parameter.empty and value is not NO_VALUE
    }


def _written(function: Any) -> str:
    """A function as a person writes it: np.sum, np.linalg.norm, scipy.special.erf."""
    name = getattr(function, "__name__", type(function).__name__)
    module = getattr(function, "__module__", None) or ""
    if isinstance(function, np.ufunc):
        module = "np" if getattr(np, name, None) is function else "scipy.special"
    return f"{module.replace('numpy', 'np', 1)}.{name}" if module else name


def follow(
    tracer: Tracing, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """A function by its definition; what that does not cover is a function outside the catalogue."""
    try:
        return follow_through(tracer, function, args, kwargs)
    except NotCovered as told:
        if any(map(_is_list_of_traced, (*args, *kwargs.values()))):
            raise refusals.in_a_list(str(told), tracer.here()) from None
        return opaque(tracer, function, args, kwargs, str(told))


def opaque(
    tracer: Tracing,
    function: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    name: str = "",
) -> Any:
    """A function outside the catalogue: computed and recorded, and refused only where a gradient must pass."""
    name = name or _written(function)
    plain = {
        key: int(item) if type(item) is TracedInt else item
        for key, item in kwargs.items()
    }
    keys = [key for key, item in plain.items() if type(item) is Traced]
    positions = [at for at, arg in enumerate(args) if type(arg) is Traced]
    if not positions and not keys:
        raise refusals.in_a_list(name, tracer.here())
    traced = [*(args[at] for at in positions), *(plain[key] for key in keys)]

    def forward(*numbers: Any, **_: Any) -> Any:
        fixed, named = list(args), dict(plain)
        for at, number in zip(positions, numbers, strict=False):
            fixed[at] = number
        named.update(zip(keys, numbers[len(positions) :], strict=True))
        return function(*fixed, **named)

    copies = [np.array(one.number) for one in traced]
    result = forward(*copies)
    for copy, one in zip(copies, traced, strict=True):
        if not np.array_equal(copy, one.number, equal_nan=copy.dtype.kind == "f"):
            raise refusals.writes_its_argument(name, tracer.here())
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
    """One result of a function outside the catalogue, as a line without a rule."""
    if result is None or isinstance(result, str | bytes | np.dtype | type | slice):
        # written to a file, or told as a text
        for one in traced:
            tracer.let_go(one.value, name)
        return result
    array = np.asarray(result)
    if array.dtype.kind not in "fiub":
        raise refusals.unknown_result(name, array.dtype, tracer.here())
    op = Op(forward, lambda *_, **__: array.shape, (), name=name, says="opaque")
    return tracer.record(op, traced)
