"""What a user's code calls instead of what it wrote, where that would lose a traced value on the way."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import Value
from chainrule.trace import (
    containers,
    drawn,
    entries,
    growing,
    numpy_adapters,
    objects,
    refusals,
)
from chainrule.trace.frozen import Frozen
from chainrule.trace.gather import holds_traced, leaves_of, numbers_of, stacked
from chainrule.trace.instrument.code import HOOKED, functions_in, is_library, is_ours
from chainrule.trace.lengths import TracedInt
from chainrule.trace.lent import LENT, Lent, generator, number_type
from chainrule.trace.lowering import Lowered, dotted
from chainrule.trace.memory import MemoryView
from chainrule.trace.minimisers import is_minimiser, minimised
from chainrule.trace.pairs import Pair
from chainrule.trace.replay import Chances
from chainrule.trace.sparse import is_sparse
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer
from chainrule.trace.written_out import definition_of

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
OF_MEMORY = frozenset({bytes, bytearray, memoryview})
"""Classes that read an array's memory, which a stand-in has not."""


class Lender:
    """Chooses what is called, for one reading. ``grown`` is told of a list or dict that has new items, and where."""

    def __init__(self, tracer: Tracer, grown: growing.Grown) -> None:
        self.tracer = tracer
        # what a function is asked to be derived by stays what it is, wherever it is put
        self.given = frozenset(tracer.builder.inputs)
        self.grown = grown
        self.chances = Chances.now()
        self.stdout = sys.stdout
        self.hooked: set[type] = set()
        # NumPy imports its random numbers when they are first asked for
        self.lent: dict[Any, Lent] = {**LENT, np.random.default_rng: generator}

    def callee(self, function: Any) -> Any:
        """What is called in the place of ``function``: itself wherever nothing is lost by that."""
        kind = type(function)
        try:
            lent = self.lent.get(function)
        except TypeError:  # an object without a hash is nothing that is lent
            lent = None
        if lent is not None:
            return functools.partial(lent, self, function)
        if function is print:
            return functools.partial(self._print, function, len(self.tracer.events))
        if kind is types.FunctionType:
            return self._function(function)
        if kind in NUMPY_KINDS and (kind is np.ufunc or _is_numpy(function)):
            return functools.partial(self._numpy, function)
        if kind is types.BuiltinFunctionType:
            return self._builtin(function)
        if getattr(function, "__objclass__", None) is np.ndarray:
            return functools.partial(self._by_class, function)
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
            self._hook(function)
            return function
        if is_ours(function.__code__.co_filename):
            return function
        if _is_known(function):
            return functools.partial(self._in_catalogue, function)
        if _root(function) in PASSED_ON or _is_numpy(function):
            return function
        if function.__globals__.get("__name__") in PASSED_ON:
            # a decorator's: it calls the user's function, whose name it bears
            self.callee(getattr(function, "__wrapped__", None))
            return function
        if is_minimiser(function):
            return functools.partial(minimised, self, function)
        return functools.partial(self.elsewhere, function)

    def _method(self, function: Any) -> Any:
        if definition_of(function) is not None:
            return functools.partial(self._in_catalogue, function)
        if (drawing := drawn.drawing(self, function)) is not None:
            return drawing
        owner = function.__self__
        thawed = Frozen.of(self, owner) or objects.of(self, owner)
        if thawed is not None:
            return getattr(thawed, function.__name__)
        if function.__name__ == "dot" and is_sparse(function.__self__):
            return function
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
        return functools.partial(self.elsewhere, function)

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
        if type(owner) in containers.ARRAYS:
            return functools.partial(self._array_method, owner, function)
        if growing.grows(owner, function.__name__):
            return functools.partial(growing.grow, self.grown, owner, function)
        if type(owner) is np.ufunc:
            return functools.partial(self._ufunc_method, function)
        if (drawing := drawn.drawing(self, function)) is not None:
            return drawing
        if owner is None or isinstance(owner, types.ModuleType):
            module = getattr(owner, "__name__", "builtins")
            if module in PASSED_ON or module.startswith("_"):
                return function
            return functools.partial(self.elsewhere, function)
        kind = owner if isinstance(owner, type) else type(owner)
        if kind.__module__ in PASSED_ON:
            return function
        return functools.partial(self.elsewhere, function)

    def _class(self, kind: Any) -> Any:
        if _is_users(kind):
            self._hook_class(kind)
            return kind
        if issubclass(kind, np.generic):
            return functools.partial(number_type, self, kind)
        if objects.is_known(kind):
            return functools.partial(objects.made, self, kind)
        passed_on = kind.__module__ in PASSED_ON and kind not in OF_MEMORY
        if passed_on or kind is np.vectorize or issubclass(kind, BaseException):
            return kind
        return functools.partial(self.elsewhere, kind)

    def _object(self, item: Any) -> Any:
        wrapped = getattr(item, "__wrapped__", None)
        if isinstance(item, _CACHED) and wrapped is not None:
            # a cache asks its arguments for a hash, which an array has not
            return self.callee(wrapped)
        kind: Any = type(item)
        if definition_of(item) is not None:
            return functools.partial(self._in_catalogue, item)
        if kind is np.vectorize:
            return functools.partial(entries.each_entry, self, item)
        if Frozen.is_known(item):
            return functools.partial(Frozen, self, item)
        if (followed := objects.of(self, item)) is not None:
            return followed
        if _is_users(kind):
            self._hook_class(kind)
            return item
        if kind.__module__.startswith("chainrule."):
            return item
        if kind.__module__ in PASSED_ON or kind.__module__.startswith("numpy"):
            return item
        return functools.partial(self.elsewhere, item)

    # calls

    def _numpy(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A function of NumPy: traced values in lists are joined first."""
        args = tuple(map(self._array_of_users, args))
        for item in args:
            if _is_joined(item):
                if kwargs.get("out") is None and type(function) is np.ufunc:
                    args = tuple(stacked(one) for one in args)
                    return function(*args, **kwargs)
                return self.tracer.call_function(function, args, kwargs)
        if any(map(_is_joined, kwargs.values())):
            return self.tracer.call_function(function, args, kwargs)
        return self.baked(function, *args, **kwargs)

    def baked(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A function of NumPy, whose result holds the lengths given where it is a plain array."""
        result = function(*args, **kwargs)
        if type(result) is np.ndarray:
            for one in (*args, *kwargs.values()):
                if type(one) is TracedInt:
                    self.tracer.fix(one.ref)
        return result

    def _array_of_users(self, item: Any) -> Any:
        """The array that an object of the user's own says it is, which NumPy would take for a plain one."""
        kind: Any = type(item)
        if (
            not hasattr(kind, "__array__")
            or hasattr(kind, "__array_ufunc__")
            or not _is_users(kind)
        ):
            return item
        self._hook_class(kind)
        return item.__array__()

    def _ufunc_method(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """``np.add.reduce`` and its like: traced values in a list are joined first."""
        listed = (
            stacked(one) if type(one) is list and holds_traced(one) else one
            for one in args
        )
        return function(*listed, **kwargs)

    def _in_catalogue(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A function of another library that the catalogue knows."""
        given = (*args, *kwargs.values())
        if any(holds_traced(item) or type(item) is Pair for item in given):
            return self.tracer.call_function(function, args, kwargs)
        return function(*args, **kwargs)

    def _array_method(
        self, owner: Any, function: Any, /, *args: Any, **kwargs: Any
    ) -> Any:
        """A method of a plain array."""
        if any(holds_traced(item) for item in (*args, *kwargs.values())):
            followed = self.tracer.array_of(owner)
            return getattr(followed, function.__name__)(*args, **kwargs)
        return function(*args, **kwargs)

    def _by_class(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """``np.ndarray.sum(x)``: the method, asked of the class."""
        if args and type(args[0]) is Traced:
            return getattr(args[0], function.__name__)(*args[1:], **kwargs)
        return function(*args, **kwargs)

    def _print(self, function: Any, start: int, *args: Any, **kwargs: Any) -> None:
        """``print(...)``: what a person reads does not come back, unless it is caught."""
        function(*args, **kwargs)
        if kwargs.get("file") is None and sys.stdout is self.stdout:
            self.tracer.printed(start)

    def elsewhere(
        self,
        function: Any,
        /,
        *args: Any,
        kept: Callable[[Any], bool] | None = None,
        **kwargs: Any,
    ) -> Any:
        """A function that knows nothing of traced values gets their numbers; what is ``kept`` has not left by that."""
        how = dotted(function)
        lowered = Lowered(self, how, kept)
        plain = [lowered.item(one) for one in args]
        named = {key: lowered.item(one) for key, one in kwargs.items()}
        result = function(*plain, **named)
        lowered.take_back()
        return result

    def lowered(self, item: Any, how: str) -> Any:
        """What a user's function gives back to one that knows nothing of traced values."""
        return Lowered(self, how).item(item)

    def gathered(self, items: Any) -> Traced:
        """Nested lists as one array: an array of nothing but fresh numbers is an input itself."""
        leaves = list(leaves_of(items))
        values = [
            one.value for one in leaves if type(one) is Traced and not one.is_array
        ]
        if len(values) < len(leaves) or not self._are_fresh(values):
            made: Traced = stacked(items)
            return made
        numbers = np.array(numbers_of(items))
        made = self.tracer.input(numbers, None)
        for place, leaf in zip(np.ndindex(numbers.shape), leaves, strict=True):
            # from now on the numbers of the list are entries of the array, should anybody read them
            leaf.shares = MemoryView(
                made, ops.getitem, {"index": place}, -1, numbers[place]
            )
        return made

    def _are_fresh(self, values: list[Value]) -> bool:
        """Whether nothing has been done with numbers, each of which is another one, and none is asked for."""
        builder = self.tracer.builder
        return len(set(values)) == len(values) and all(
            one in builder.met and one not in builder.read and one not in self.given
            for one in values
        )

    # indexing of what is plain

    def item(self, container: Any, key: Any) -> Any:
        """``container[key]``, of a plain array by traced places, and of ``np.c_`` and ``np.r_``, too."""
        if type(container) in containers.ARRAYS and _has_traced(key):
            return self.table(container)[key]
        if type(container) in _JOINERS and _has_traced(key):
            return self.joined(container, key)
        return container[key]

    def table(self, array: Any) -> Traced:
        """A plain table that is indexed by traced places: one-hot rows where it is the identity."""
        square = array.ndim == 2 and array.shape[0] == array.shape[1] > 0
        if (
            square
            and type(array) is np.ndarray
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
            where = self.tracer.here()
            raise refusals.option("np.c_ or np.r_", ["slices or text"], where)
        parts = [np.atleast_1d(one) for one in items]
        if joiner is np.r_:
            return np.concatenate(parts)
        return np.concatenate(
            [one if one.ndim > 1 else one[:, None] for one in parts], axis=-1
        )


def _is_joined(item: Any) -> bool:
    return (type(item) is list or type(item) is tuple) and holds_traced(item)


_CACHED = (type(functools.lru_cache(len)),)


_JOINERS = frozenset({type(np.c_), type(np.r_)})


def _has_traced(key: Any) -> bool:
    items = key if type(key) is tuple else (key,)
    return any(type(item) is Traced for item in items)


def _is_known(function: Any) -> bool:
    """Whether the catalogue, or a definition, says what a function is."""
    return (
        ops.op_of(function) is not None
        or function in numpy_adapters.READERS
        or definition_of(function) is not None
    )


def _root(function: Any) -> str:
    return (getattr(function, "__module__", None) or "").partition(".")[0]


def _is_numpy(function: Any) -> bool:
    return _root(function) == "numpy"


@functools.lru_cache(maxsize=4096)
def _is_users(kind: Any) -> bool:
    """Whether a class was written by the user."""
    if kind.__module__ == "__main__":
        # that of a script; what stands in its place may be a library's, as of ``python -m pytest``
        return True
    if kind.__module__ in sys.builtin_module_names:
        return False
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return file is None or not is_library(file)
