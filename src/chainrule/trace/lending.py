"""What a user's code calls instead of what it wrote, where that would lose a traced value on the way."""

from __future__ import annotations

import functools
import math
import operator
import os
import sys
import time
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace import numpy_adapters, refusals
from chainrule.trace.gather import holds_traced, stacked
from chainrule.trace.instrument.code import HOOKED, functions_in, is_library, is_ours
from chainrule.trace.lengths import TracedInt
from chainrule.trace.memory import View
from chainrule.trace.replay import Chances
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer

NUMPY_KINDS = (type(np.sum), np.ufunc, type(np.dot))
"""What NumPy's functions are: they find traced arguments by themselves, but not in lists."""
PASSED_ON = frozenset(
    {
        *("builtins", "functools", "itertools", "operator", "copy", "collections"),
        *("dataclasses", "heapq", "bisect", "random", "contextlib", "typing", "types"),
        *("abc", "enum", "warnings", "string", "weakref", "inspect", "queue"),
    }
)
"""Modules of Python's own whose functions pass values on as they are, or call the user's functions with them."""


class Lender:
    """Chooses what is called, for one reading. ``grown`` is told of a list that has a new item, and where."""

    def __init__(self, tracer: Tracer, grown: Callable[[list[Any], int], None]) -> None:
        self.tracer = tracer
        self.grown = grown
        self.chances = Chances.now()
        self.hooked: set[type] = set()
        # NumPy imports its random numbers when they are first asked for
        self.lent: dict[Any, Lent] = {**LENT, np.random.default_rng: _generator}

    def callee(self, function: Any) -> Any:
        """What is called in the place of ``function``: itself wherever nothing is lost by that."""
        kind = type(function)
        try:
            lent = self.lent.get(function)
        except TypeError:  # an object without a hash is nothing that is lent
            lent = None
        if lent is not None:
            return functools.partial(lent, self, function)
        if kind is types.FunctionType:
            return self._function(function)
        if kind in NUMPY_KINDS and (kind is np.ufunc or _is_numpy(function)):
            return functools.partial(self._numpy, function)
        if kind is types.BuiltinFunctionType:
            return self._builtin(function)
        if kind is types.MethodType:
            return self._method(function)
        if isinstance(function, type):
            return self._class(function)
        if kind is functools.partial:
            self.callee(function.func)
            return function
        return self._object(function)

    def _function(self, function: Any) -> Any:
        if not is_library(function.__code__.co_filename):
            HOOKED.hook(function)
            return function
        if is_ours(function.__code__.co_filename):
            return function
        if ops.op_of(function) is not None or function in numpy_adapters.READERS:
            return functools.partial(self._in_catalogue, function)
        if _root(function) in PASSED_ON or _is_numpy(function):
            return function
        return functools.partial(self._elsewhere, function)

    def _method(self, function: Any) -> Any:
        inner = function.__func__
        code = getattr(inner, "__code__", None)
        if code is None:
            return function
        if not is_library(code.co_filename):
            self._hook_class(type(function.__self__))
            self._hook(inner)
            return function
        if _root(inner) in PASSED_ON or is_ours(code.co_filename):
            return function
        return functools.partial(self._elsewhere, function)

    def _hook(self, function: Any) -> None:
        if not is_library(function.__code__.co_filename):
            HOOKED.hook(function)

    def _hook_class(self, kind: type) -> None:
        if kind not in self.hooked:
            self.hooked.add(kind)
            for one in functions_in(kind):
                self._hook(one)

    def _builtin(self, function: Any) -> Any:
        owner = function.__self__
        if type(owner) is np.ndarray:
            return functools.partial(self._array_method, owner, function)
        if type(owner) is list and function.__name__ in {"append", "insert", "extend"}:
            return functools.partial(self._growing, owner, function)
        if type(owner) is np.ufunc:
            return functools.partial(self._ufunc_method, function)
        if isinstance(owner, np.random.Generator | np.random.RandomState):
            self.chances.met(owner)
        if owner is None or isinstance(owner, types.ModuleType):
            module = getattr(owner, "__name__", "builtins")
            if module in PASSED_ON or module.startswith(("numpy", "_")):
                return function
            return functools.partial(self._elsewhere, function)
        if type(owner).__module__ in PASSED_ON:
            return function
        return functools.partial(self._elsewhere, function)

    def _class(self, kind: Any) -> Any:
        if _is_users(kind):
            self._hook_class(kind)
            return kind
        if issubclass(kind, np.generic):
            return functools.partial(_number_type, self, kind)
        if kind.__module__ in PASSED_ON or issubclass(kind, BaseException):
            return kind
        return functools.partial(self._elsewhere, kind)

    def _object(self, item: Any) -> Any:
        wrapped = getattr(item, "__wrapped__", None)
        if isinstance(item, _CACHED) and wrapped is not None:
            # a cache asks its arguments for a hash, which an array has not
            return self.callee(wrapped)
        kind: Any = type(item)
        if _is_users(kind):
            self._hook_class(kind)
            return item
        if kind.__module__.startswith("chainrule."):
            return item
        if kind.__module__ in PASSED_ON or kind.__module__.startswith("numpy"):
            return item
        return functools.partial(self._elsewhere, item)

    # calls

    def _numpy(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """A function of NumPy: traced values in lists are joined first."""
        for item in args:
            if (type(item) is list or type(item) is tuple) and holds_traced(item):
                if kwargs.get("out") is None and type(function) is np.ufunc:
                    args = tuple(stacked(one) for one in args)
                    return function(*args, **kwargs)
                return self.tracer.call_function(function, args, kwargs)
        return function(*args, **kwargs)

    def _ufunc_method(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """``np.add.reduce`` and its like: traced values in a list are joined first."""
        listed = (
            stacked(one) if type(one) is list and holds_traced(one) else one
            for one in args
        )
        return function(*listed, **kwargs)

    def _in_catalogue(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """A function of another library that the catalogue knows."""
        if any(holds_traced(item) for item in (*args, *kwargs.values())):
            return self.tracer.call_function(function, args, kwargs)
        return function(*args, **kwargs)

    def _array_method(
        self, owner: Any, function: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """A method of a plain array."""
        if any(holds_traced(item) for item in (*args, *kwargs.values())):
            followed = self.tracer.array_of(owner)
            return getattr(followed, function.__name__)(*args, **kwargs)
        return function(*args, **kwargs)

    def _growing(self, held: list[Any], function: Any, *args: Any) -> Any:
        """``held.append(value)``: the value gets its place as its name."""
        before = len(held)
        function(*args)
        if function.__name__ == "append":
            self.grown(held, before)

    def _elsewhere(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """A function that knows nothing of traced values gets their numbers."""
        how = _dotted(function)
        lowered = _Lowered(self, how)
        plain = [lowered.item(one) for one in args]
        named = {key: lowered.item(one) for key, one in kwargs.items()}
        result = function(*plain, **named)
        lowered.take_back()
        return result

    def gathered(self, items: Any) -> Traced:
        """Nested lists as one array: an array of nothing but fresh numbers is an input itself."""
        leaves = list(_leaves_of(items))
        builder = self.tracer.builder
        fresh = all(
            type(one) is Traced
            and not one.is_array
            and one.value in builder.met
            and one.value not in builder.read
            for one in leaves
        )
        if not fresh:
            made: Traced = stacked(items)
            return made
        numbers = np.array(_numbers(items))
        made = self.tracer.input(numbers, None)
        for place, leaf in zip(np.ndindex(numbers.shape), leaves, strict=True):
            # from now on the numbers of the list are entries of the array, should anybody read them
            leaf.shares = View(made, ops.getitem, {"index": place}, -1, numbers[place])
        return made

    # indexing of what is plain

    def table(self, array: Any) -> Traced:
        """A plain table that is indexed by traced places: one-hot rows where it is the identity."""
        square = array.ndim == 2 and array.shape[0] == array.shape[1] > 0
        if (
            square
            and array.dtype.kind == "f"
            and bool((array == np.eye(len(array))).all())
        ):
            params = {"n": len(array), "dtype": array.dtype.name}
            made: Traced = self.tracer.record(ops.eye, (), params)
            return made
        return self.tracer.array_of(array)

    def joined(self, joiner: Any, key: Any) -> Any:
        """``np.c_[a, b]`` and ``np.r_[a, b]``."""
        items = key if type(key) is tuple else (key,)
        if any(isinstance(one, slice | str) for one in items):
            raise refusals.option(
                "np.c_ or np.r_", ["slices or text"], self.tracer.here()
            )
        parts = [np.atleast_1d(one) for one in items]
        if joiner is np.r_:
            return np.concatenate(parts)
        return np.concatenate(
            [one if one.ndim > 1 else one[:, None] for one in parts], axis=-1
        )


class _Lowered:
    """Arguments as plain numbers, and what was written into them."""

    def __init__(self, lender: Lender, how: str) -> None:
        self.tracer = lender.tracer
        self.how = how
        self.given: list[tuple[Traced, Any, Any]] = []

    def item(self, item: Any) -> Any:
        """An argument without anything traced in it."""
        kind = type(item)
        if kind is Traced:
            return self._numbers(item)
        if kind is TracedInt:
            return int(item)
        if kind is list or kind is tuple:
            if not holds_traced(item) and not any(type(one) is dict for one in item):
                return item
            return kind(self.item(one) for one in item)
        if kind is dict:
            return {key: self.item(one) for key, one in item.items()}
        return item

    def _numbers(self, item: Traced) -> Any:
        value = item.value
        self.tracer.let_go(value, self.how)
        number = self.tracer.builder.numbers[value]
        if not item.is_array:
            return number.item() if value.weak else number[()]
        copy = np.array(number)
        self.given.append((item, copy, number))
        return copy

    def take_back(self) -> None:
        """Arrays that were written into are what was written."""
        for item, copy, number in self.given:
            same = np.array_equal(copy, number, equal_nan=copy.dtype.kind == "f")
            if not same and copy.shape == number.shape:
                item.write(self.tracer.array_of(copy, item.value.name))


_CACHED = (type(functools.lru_cache(len)),)


def _leaves_of(items: Any) -> Iterator[Any]:
    if type(items) is list or type(items) is tuple:
        for item in items:
            yield from _leaves_of(item)
    else:
        yield items


def _numbers(items: Any) -> Any:
    if type(items) is list or type(items) is tuple:
        return [_numbers(item) for item in items]
    return items.number.item()


def _root(function: Any) -> str:
    return (getattr(function, "__module__", None) or "").partition(".")[0]


def _is_numpy(function: Any) -> bool:
    return _root(function) == "numpy"


def _dotted(function: Any) -> str:
    """A function as a person writes it."""
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    module = getattr(function, "__module__", None) or ""
    return f"{module}.{name}" if module and module != "builtins" else name


@functools.lru_cache(maxsize=4096)
def _is_users(kind: Any) -> bool:
    """Whether a class was written by the user."""
    module = sys.modules.get(kind.__module__)
    if kind.__module__ in sys.builtin_module_names:
        return False
    file = getattr(module, "__file__", None)
    return file is None or not is_library(file)


# what is lent for functions of Python's own, and for those of NumPy that ask for no stand-ins

Lent = Callable[..., Any]


def _length(_: Lender, function: Any, items: Any) -> Any:
    """``len(x)``, remembered as a size where the items are traced."""
    if type(items) is Traced and items.ndim:
        return items.shape[0]
    return function(items)


def _float(lender: Lender, function: Any, *args: Any) -> Any:
    """``float(x)`` stays traced: it is the same number."""
    (given,) = args or (0.0,)
    if type(given) is Traced and given.dtype == np.float64 and given.number.size == 1:
        return given.item()
    if type(given) is TracedInt:
        return lender.tracer.record(ops.multiply, (given, 1.0))
    return function(*args)


def _type(_: Lender, function: Any, *args: Any) -> Any:
    """``type(x)`` says what a stand-in stands for."""
    if len(args) == 1 and type(args[0]) in {Traced, TracedInt}:
        return args[0].stands_for if type(args[0]) is Traced else int
    return function(*args)


def _isinstance(_: Lender, function: Any, item: Any, kinds: Any) -> bool:
    """``isinstance(x, np.ndarray)`` is answered for what a stand-in stands for."""
    if type(item) is Traced:
        return issubclass(item.stands_for, kinds)
    return bool(function(item, kinds))


def _pow(_: Lender, function: Any, *args: Any) -> Any:
    """``pow(x, y)`` is ``x ** y``."""
    if len(args) == 2 and any(type(one) in {Traced, TracedInt} for one in args):
        one, other = args
        return np.power(one, other) if type(one) is Traced else one**other
    return function(*args)


def _round(_: Lender, function: Any, number: Any, *digits: Any) -> Any:
    """``round(n)`` of a length is a plain number."""
    return function(int(number) if type(number) is TracedInt else number, *digits)


def _math(_: Lender, function: Any, *args: Any) -> Any:
    """A function of ``math``, taken from NumPy where its argument is traced."""
    if not any(type(one) in {Traced, TracedInt} for one in args):
        return function(*args)
    numbers = [one.number.item() if type(one) is Traced else int(one) for one in args]
    plain = function(*numbers)  # raises what math raises
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
            *("sinh", "cosh", "tanh", "fabs", "floor", "ceil", "trunc", "hypot"),
            *("copysign", "degrees", "radians", "isnan", "isinf", "isfinite", "fmod"),
        )
    },
    **({math.exp2: np.exp2} if hasattr(math, "exp2") else {}),
    **({math.cbrt: np.cbrt} if hasattr(math, "cbrt") else {}),
    math.asin: np.arcsin,
    math.acos: np.arccos,
    math.atan: np.arctan,
    math.atan2: np.arctan2,
    math.asinh: np.arcsinh,
    math.acosh: np.arccosh,
    math.atanh: np.arctanh,
    math.pow: np.power,
    math.erf: ops.erf,
    math.log: lambda x, *base: np.log(x) / np.log(base[0]) if base else np.log(x),
    math.fsum: sum,
    math.prod: lambda items, *, start=1: functools.reduce(operator.mul, items, start),
    math.dist: lambda p, q: np.sqrt(
        sum((a - b) ** 2 for a, b in zip(p, q, strict=True))
    ),
}


def _summed(_: Lender, function: Any, items: Any, **options: Any) -> Any:
    """``math.fsum`` and ``math.prod`` of traced numbers."""
    listed = list(items)
    if any(type(one) is Traced for one in listed):
        return MATH[function](listed, **options)
    return function(listed, **options)


def _array(
    lender: Lender,
    maker: Any,
    items: Any = (),
    dtype: Any = None,
    *args: Any,
    **options: Any,
) -> Any:
    """``np.array`` of what may hold traced values: they are stacked, so that nothing is lost."""
    if type(items) is Traced:
        made = items
        if maker is np.array or not items.is_array:
            made = Traced(lender.tracer, items.value, is_array=True)
    elif isinstance(items, list | tuple) and holds_traced(items):
        made = lender.gathered(items)
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


def _filled(lender: Lender, maker: Any, shape: Any, *args: Any, **options: Any) -> Any:
    """``np.zeros((len(x), 3))``: the length stays a length."""
    lengths = shape if isinstance(shape, list | tuple) else (shape,)
    if any(type(one) is Traced for one in lengths):
        shape = tuple(int(one) for one in lengths)
    fill = FILLS.get(maker)
    if fill is None and args and type(args[0]) is Traced:
        return np.broadcast_to(args[0], shape).copy()
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


def _arange(lender: Lender, maker: Any, *args: Any, **options: Any) -> Any:
    """``np.arange(len(x))``: the length stays a length."""
    if len(args) == 1 and not options and type(args[0]) is TracedInt:
        return lender.tracer.record(ops.arange, (), {"n": args[0]})
    return maker(*args, **options)


def _eye(lender: Lender, maker: Any, *args: Any, **options: Any) -> Any:
    """``np.eye(len(x))``: the length stays a length."""
    if len(args) == 1 and not options and type(args[0]) is TracedInt:
        return lender.tracer.record(ops.eye, (), {"n": args[0]})
    return maker(*args, **options)


def _number_type(_: Lender, kind: Any, *args: Any) -> Any:
    """``np.float64(x)`` and its like."""
    if len(args) == 1 and type(args[0]) is Traced and np.dtype(kind).kind in "fiub":
        return args[0].astype(kind)
    return kind(*args)


def _generator(lender: Lender, maker: Any, *args: Any, **options: Any) -> Any:
    """``np.random.default_rng()``: its seed is remembered, for the code to be run once more."""
    if not args and not options:
        args = (lender.chances.seed(),)
    return maker(*args, **options)


def _leaves(_: Lender, __: Any, code: Any = 0, *___: Any) -> Any:
    """``os._exit`` ends the script, not the reading."""
    raise SystemExit(code)


def _forks(lender: Lender, function: Any, *_: Any) -> Any:
    raise refusals.forks(getattr(function, "__name__", "fork"), lender.tracer.here())


def _no_wait(*_: Any, **__: Any) -> None:
    """``time.sleep``: a reading does not wait."""


LENT: dict[Any, Lent] = {
    len: _length,
    float: _float,
    type: _type,
    isinstance: _isinstance,
    pow: _pow,
    round: _round,
    **dict.fromkeys(MATH, _math),
    math.fsum: _summed,
    math.prod: _summed,
    np.array: _array,
    np.asarray: _array,
    np.asanyarray: _array,
    np.ascontiguousarray: _array,
    np.zeros: _filled,
    np.ones: _filled,
    np.empty: _filled,
    np.full: _filled,
    np.arange: _arange,
    np.eye: _eye,
    np.identity: _eye,
    os._exit: _leaves,
    time.sleep: _no_wait,
    **({os.fork: _forks} if hasattr(os, "fork") else {}),
}
