"""What is lent: functions of Python's own, and of NumPy that ask for no stand-ins, each with one that passes values on."""

from __future__ import annotations

import cmath
import functools
import math
import operator
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace import entries, matrices, refusals
from chainrule.trace.gather import holds_pair, holds_traced, numbers_of
from chainrule.trace.instrument.hooks import CURRENT
from chainrule.trace.lending import Lending
from chainrule.trace.lengths import TracedInt
from chainrule.trace.memory import of_kind
from chainrule.trace.pairs import Pair
from chainrule.trace.traced import Traced

Lent = Callable[..., Any]


def _length(_: Lending, function: Any, items: Any) -> Any:
    """``len(x)``, remembered as a size where the items are traced."""
    if type(items) is Traced and items.ndim:
        return items.shape[0]
    return function(items)


def _float(lender: Lending, function: Any, *args: Any) -> Any:
    """``float(x)`` stays traced: it is the same number."""
    (given,) = args or (0.0,)
    if type(given) is Traced and given.dtype == np.float64 and given.number.size == 1:
        return given.item()
    if type(given) is TracedInt:
        return lender.tracer.record(ops.multiply, (given, 1.0))
    return function(*args)


def _type(_: Lending, function: Any, *args: Any) -> Any:
    """``type(x)`` says what a stand-in stands for."""
    if len(args) == 1 and type(args[0]) in {Traced, TracedInt}:
        return args[0].stands_for if type(args[0]) is Traced else int
    return function(*args)


def _isinstance(_: Lending, function: Any, item: Any, kinds: Any) -> bool:
    """``isinstance(x, np.ndarray)`` is answered for what a stand-in stands for."""
    if type(item) is Traced:
        return issubclass(item.stands_for, kinds)
    return bool(function(item, kinds))


def _hasattr(_: Lending, function: Any, item: Any, name: str) -> bool:
    """``hasattr(x, "__len__")``: a number of NumPy's has no length, though its stand-in has."""
    return bool(function(item.plain if type(item) is Traced else item, name))


def _isscalar(_: Lending, function: Any, item: Any) -> bool:
    """``np.isscalar(x)`` is answered for what a stand-in stands for."""
    return bool(function(item.plain if type(item) is Traced else item))


def _pow(_: Lending, function: Any, *args: Any) -> Any:
    """``pow(x, y)`` is ``x ** y``."""
    if len(args) == 2 and any(type(one) in {Traced, TracedInt} for one in args):
        one, other = args
        return np.power(one, other) if type(one) is Traced else one**other
    return function(*args)


def _round(_: Lending, function: Any, number: Any, *digits: Any) -> Any:
    """``round(n)`` of a length is a plain number."""
    return function(int(number) if type(number) is TracedInt else number, *digits)


def _math(_: Lending, function: Any, *args: Any) -> Any:
    """A function of ``math``, taken from NumPy where its argument is traced."""
    if not any(type(one) is TracedInt or holds_traced(one) for one in args):
        return function(*args)
    plain = function(*map(numbers_of, args))  # raises what math raises
    theirs = MATH[function]
    if isinstance(plain, bool | int) and not isinstance(theirs, np.ufunc):
        return plain
    result = theirs(*args)
    if isinstance(plain, bool):
        return bool(result)
    return int(result) if isinstance(plain, int) else result


MATH: Mapping[Any, Any] = {
    **{
        getattr(math, name): getattr(np, name)
        for name in (
            *("exp", "expm1", "log2", "log10", "log1p", "sqrt", "sin", "cos", "tan"),
            *("sinh", "cosh", "tanh", "fabs", "floor", "ceil", "trunc"),
            *("copysign", "degrees", "radians", "isnan", "isinf", "isfinite", "fmod"),
        )
    },
    **({math.exp2: np.exp2} if hasattr(math, "exp2") else {}),
    **({math.cbrt: np.cbrt} if hasattr(math, "cbrt") else {}),
    math.hypot: lambda *sides: (
        functools.reduce(np.hypot, sides) if sides[1:] else np.abs(*sides)
    ),
    math.asin: np.arcsin,
    math.acos: np.arccos,
    math.atan: np.arctan,
    math.atan2: np.arctan2,
    math.asinh: np.arcsinh,
    math.acosh: np.arccosh,
    math.atanh: np.arctanh,
    math.pow: np.power,
    math.erf: ops.erf,
    math.erfc: ops.erfc,
    math.gamma: ops.gamma,
    math.lgamma: ops.gammaln,
    math.log: lambda x, *base: np.log(x) / np.log(base[0]) if base else np.log(x),
    math.fsum: sum,
    math.prod: lambda items, *, start=1: functools.reduce(operator.mul, items, start),
    math.dist: lambda p, q: np.sqrt(
        sum((a - b) ** 2 for a, b in zip(p, q, strict=True))
    ),
}


def _cmath(_: Lending, function: Any, *args: Any) -> Any:
    """A function of ``cmath``, or ``complex(x, y)``, taken from NumPy where what it is given is traced."""
    if not any(type(one) in {Traced, Pair} for one in args):
        return function(*args)
    if function is complex:
        return args[0] + 1j * (args[1] if len(args) > 1 else 0.0)
    return CMATH[function](np.add(args[0], 0j), *args[1:])


CMATH: Mapping[Any, Any] = {
    cmath.exp: np.exp,
    cmath.log: np.log,
    cmath.sqrt: np.sqrt,
    cmath.tanh: np.tanh,
    cmath.phase: np.angle,
    complex: complex,
}


def _summed(_: Lending, function: Any, items: Any, **options: Any) -> Any:
    """``math.fsum`` and ``math.prod`` of traced numbers."""
    listed = list(items)
    if any(type(one) is Traced for one in listed):
        return MATH[function](listed, **options)
    return function(listed, **options)


def _array(
    lender: Lending,
    maker: Any,
    items: Any = (),
    dtype: Any = None,
    *args: Any,
    **options: Any,
) -> Any:
    """``np.array`` of what may hold traced values: they are stacked, so that nothing is lost."""
    made: Any
    if isinstance(items, deque):
        items = list(items)
    if type(items) is Traced:
        # whether it is a copy NumPy knows: of what lies in order already, ``np.ascontiguousarray`` makes none
        memory = of_kind(items.memory, is_matrix=items.is_matrix)
        own = maker(memory, *args, **options)
        made = items
        if not (items.is_array and np.shares_memory(own, memory)):
            made = Traced(lender.tracer, items.value, is_array=True)
        made = made.as_kind(is_matrix=isinstance(own, np.matrix))
    elif _holds_any(items):
        made = lender.gathered(items)
    elif type(items) is Pair:
        made = np.copy(items) if maker is np.array else items
    else:
        return (
            maker(items, dtype, *args, **options)
            if dtype is not None
            else maker(items, *args, **options)
        )
    if dtype is not None and np.dtype(dtype) != made.dtype:
        made = made.astype(dtype)
    missing = options.get("ndmin", 0) - made.ndim
    return np.reshape(made, (*(1,) * missing, *made.shape)) if missing > 0 else made


def _holds_any(items: Any) -> bool:
    return isinstance(items, list | tuple) and (
        holds_traced(items) or holds_pair(items)
    )


def _fromiter(lender: Lending, maker: Any, items: Any, dtype: Any, *args: Any, **options: Any) -> Any:  # fmt: skip
    """``np.fromiter(...)`` of what may give traced numbers."""
    listed = list(items)
    if _holds_any(listed):
        return lender.gathered(listed).astype(dtype, copy=False)
    return maker(listed, dtype, *args, **options)


def _matrix(lender: Lending, maker: Any, items: Any, *args: Any, **options: Any) -> Any:
    """``np.asmatrix(x)``, with the memory of ``x``, and ``np.matrix(x)``, a copy."""
    if not holds_traced(items):
        return maker(items, *args, **options)
    if maker is np.asmatrix and matrices.is_matrix(items):
        return items
    follow = np.asarray if maker is np.asmatrix else np.array
    return matrices.called(
        lender.tracer,
        maker,
        lambda *given, **named: _array(lender, follow, *given, **named),
        (items, *args),
        options,
    )


def _blocks(lender: Lending, maker: Any, items: Any, *args: Any) -> Any:
    """``np.bmat([[A, B], [C, D]])``: the blocks as one matrix."""
    if not holds_traced(items):
        return maker(items, *args)
    return matrices.called(lender.tracer, maker, np.block, (items, *args), {})


def _filled(lender: Lending, maker: Any, shape: Any, *args: Any, **options: Any) -> Any:
    """``np.zeros((len(x), 3))``: the length stays a length."""
    lengths = shape if isinstance(shape, list | tuple) else (shape,)
    if any(type(one) is Traced for one in lengths):
        shape = tuple(int(one) for one in lengths)
    fill = FILLS.get(maker)
    if fill is None and args and type(args[0]) is Traced:
        wide = tuple(shape) if isinstance(shape, list | tuple) else (shape,)
        return np.broadcast_to(args[0], wide).copy()
    made = maker(shape, *args, **options)
    if any(type(one) is TracedInt for one in lengths) and made.dtype.kind in "fib":
        number = made.dtype.type(fill if fill is not None else args[0])
        start = (
            number.item()
            if made.dtype == np.float64
            else lender.tracer.array_of(np.asarray(number))
        )
        wide = lender.tracer.record(
            ops.broadcast_to, (start,), {"shape": tuple(lengths)}
        )
        return wide.copy()
    return made


FILLS = {np.zeros: 0.0, np.ones: 1.0, np.empty: 0.0}


def _arange(lender: Lending, maker: Any, *args: Any, **options: Any) -> Any:
    """``np.arange(len(x))``: the length stays a length."""
    if len(args) == 1 and not options and type(args[0]) is TracedInt:
        return lender.tracer.record(ops.arange, (), {"n": args[0]})
    return lender.baked(maker, *args, **options)


def _range(lender: Lending, function: Any, *args: Any) -> range:
    """``range(len(x))``: how many turns there are."""
    counted: range = function(*args)
    for one in args:
        if type(one) is TracedInt:
            # where there is no turn, no line tells what a turn does
            lender.tracer.fix(one.ref, turns=len(counted) > 0)
    return counted


def _eye(lender: Lending, maker: Any, *args: Any, **options: Any) -> Any:
    """``np.eye(len(x))``: the length stays a length."""
    if len(args) == 1 and not options and type(args[0]) is TracedInt:
        return lender.tracer.record(ops.eye, (), {"n": args[0]})
    return lender.baked(maker, *args, **options)


def number_type(_: Lending, kind: Any, *args: Any) -> Any:
    """``np.float64(x)`` and its like."""
    if len(args) == 1 and type(args[0]) is Traced and np.dtype(kind).kind in "fiub":
        return args[0].astype(kind)
    return kind(*args)


def generator(lender: Lending, maker: Any, *args: Any, **options: Any) -> Any:
    """``np.random.default_rng()``: its seed is remembered, for the code to be run once more."""
    if not args and not options:
        args = (lender.chances.seed(),)
    return maker(*args, **options)


def _setattr(_: Lending, function: Any, owner: Any, name: str, value: Any) -> None:
    """``setattr(owner, name, value)`` is ``owner.name = value``."""
    notes = CURRENT.notes
    if notes is None:
        function(owner, name, value)
    else:
        function(owner, name, notes.bind(value, f".{name}"))
        notes.has_attribute(owner, name)


def _leaves(_: Lending, __: Any, code: Any = 0, *___: Any) -> Any:
    """``os._exit`` ends the script, not the reading."""
    raise SystemExit(code)


def _forks(lender: Lending, function: Any, *_: Any) -> Any:
    raise refusals.forks(getattr(function, "__name__", "fork"), lender.tracer.here())


def _no_wait(*_: Any, **__: Any) -> None:
    """``time.sleep``: a reading does not wait."""


LENT: dict[Any, Lent] = {
    len: _length,
    range: _range,
    float: _float,
    type: _type,
    isinstance: _isinstance,
    hasattr: _hasattr,
    np.isscalar: _isscalar,
    setattr: _setattr,
    pow: _pow,
    round: _round,
    **dict.fromkeys(MATH, _math),
    math.fsum: _summed,
    math.prod: _summed,
    **dict.fromkeys(CMATH, _cmath),
    np.array: _array,
    np.asarray: _array,
    np.asanyarray: _array,
    np.ascontiguousarray: _array,
    np.asfortranarray: _array,
    np.asarray_chkfinite: _array,
    np.require: _array,
    np.fromiter: _fromiter,
    np.matrix: _matrix,
    np.asmatrix: _matrix,
    np.bmat: _blocks,
    np.zeros: _filled,
    np.ones: _filled,
    np.empty: _filled,
    np.full: _filled,
    np.arange: _arange,
    np.eye: _eye,
    np.identity: _eye,
    np.nditer: entries.nditer,
    np.ndenumerate: entries.ndenumerate,
    os._exit: _leaves,
    time.sleep: _no_wait,
    **({os.fork: _forks} if hasattr(os, "fork") else {}),
}
