"""Stand-ins for arrays: they hold their numbers and have every operation recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import Array, Op, Size, Value
from chainrule.program.sizes import measured
from chainrule.trace import refusals
from chainrule.trace.lengths import TracedInt
from chainrule.trace.operators import COMPARISONS, METHODS, OPERATORS
from chainrule.trace.tracing import Tracing


@dataclass(frozen=True, slots=True)
class View:
    """What a view is a view of: the array, how often it had been written to, and at which index.

    ``key`` is None where NumPy may share memory without an index, as a transpose does.
    """

    array: Traced
    moves: int
    key: tuple[Any, ...] | None = None

    @property
    def stale(self) -> bool:
        """Whether the array was written to since."""
        return self.array.moves != self.moves


class Traced:
    """What a user's function sees instead of an array: the same operators, methods and functions."""

    __slots__ = ("_value", "moves", "tracer", "view")
    __array_priority__ = 1000.0
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, tracer: Tracing, value: Value, view: View | None = None) -> None:
        self.tracer = tracer
        self._value = value
        self.moves = 0
        self.view = view

    @property
    def value(self) -> Value:
        """The value this stands for now (an in-place write moves it on)."""
        return self.current(self.tracer)

    def current(self, tracer: Tracing) -> Value:
        """The value, checked to belong to ``tracer`` and not to be a view of something rewritten."""
        if tracer is not self.tracer:
            raise refusals.leaked(self._value.name, tracer.here())
        if self.view is not None and self.view.stale:
            raise refusals.stale(self._value.name, tracer.here())
        return self._value

    # what an array tells about itself

    @property
    def number(self) -> Array:
        """The numbers held."""
        return self.tracer.builder.numbers[self._value]

    @property
    def shape(self) -> tuple[TracedInt, ...]:
        """The lengths of the axes; each remembers where it was read."""
        return tuple(
            TracedInt(length, self.tracer, self.size_of((axis,)))
            for axis, length in enumerate(self._value.shape)
        )

    @property
    def size(self) -> TracedInt:
        """The number of entries."""
        return TracedInt(self.number.size, self.tracer, self.size_of(None))

    def size_of(self, axes: tuple[int, ...] | None) -> Size:
        """A size of this array, read from the nearest named array of the same lengths."""
        return measured(self.tracer.builder.producer, self.current(self.tracer), axes)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._value.ndim

    @property
    def dtype(self) -> np.dtype[Any]:
        """The element type."""
        return self._value.dtype

    def __len__(self) -> int:
        if not self._value.shape:
            message = "len() of unsized object"
            raise TypeError(message)
        return self._value.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[position] for position in range(len(self)))

    def __repr__(self) -> str:
        return f"Traced({np.array2string(self.number, precision=6)})"

    def __format__(self, spec: str) -> str:
        return format(
            self.number.item() if self.number.ndim == 0 else self.number, spec
        )

    # how it enters NumPy

    def __chainrule_record__(
        self, op: Op, args: Sequence[Any], params: dict[str, Any]
    ) -> Any:
        return self.tracer.record(op, args, params)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any
    ) -> Any:
        return self.tracer.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        return self.tracer.call_function(function, args, kwargs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:  # noqa: FBT001 - NumPy's signature
        numbers = self.tracer.as_array(self._value)
        return numbers.copy() if dtype is None else numbers.astype(dtype)

    # how it leaves

    def _leave(self, how: str, rewrite: str) -> Any:
        return self.tracer.as_number(self._value, how, rewrite)

    def __float__(self) -> float:
        return float(
            self._leave(
                "float(x), or a function of math,",
                "use the value itself, np.exp for math.exp",
            )
        )

    def __int__(self) -> int:
        return int(self._leave("int(x)", "use the value itself"))

    def __index__(self) -> int:
        if self.dtype.kind not in "iub":
            message = f"only integers can be used as an index, not {self.dtype}"
            raise TypeError(message)
        return int(self._leave("using it as an index", "index with the array itself"))

    def __complex__(self) -> complex:
        return complex(self._leave("complex(x)", "use the value itself"))

    def item(self, *_: Any) -> Any:
        """The number as a Python number; refused where its gradient would be lost."""
        return self._leave(".item()", "use the value itself")

    def tolist(self) -> Any:
        """The numbers as nested lists; refused where their gradient would be lost."""
        if self.tracer.lenient:
            return self.number.tolist()
        return self._leave(".tolist()", "use the value itself")

    def __bool__(self) -> bool:
        return self.tracer.decide(self._value)

    # indexing and writing

    def __getitem__(self, key: Any) -> Any:
        arrays, index = self.tracer.index_of(self, key)
        result = self.tracer.record(ops.getitem, (self, *arrays), {"index": index})
        if isinstance(result, Traced) and not arrays:
            return Traced(self.tracer, result.value, View(self, self.moves, (key,)))
        return result

    def __setitem__(self, key: Any, written: Any) -> None:
        if self._already_holds(key, written):
            return
        self.refuse_write()
        if isinstance(written, Traced) and self._repeats(key):
            raise refusals.written_twice(self._value.name, self.tracer.here())
        arrays, index = self.tracer.index_of(self, key)
        self.move(
            self.tracer.record(ops.setitem, (self, written, *arrays), {"index": index})
        )

    def _repeats(self, key: Any) -> bool:
        """Whether an index of whole numbers names an entry twice: only the last write to it would count."""
        items = key if isinstance(key, tuple) else (key,)
        listed = any(
            isinstance(item, list | range | np.ndarray | Traced) for item in items
        )
        if not listed:
            return False
        places = np.arange(self.number.size).reshape(self.number.shape)
        plain = (getattr(item, "number", item) for item in items)
        met = places[
            tuple(list(one) if isinstance(one, range) else one for one in plain)
        ]
        return bool(np.unique(met).size < met.size)

    def fill(self, written: Any) -> None:
        """Every entry the same number."""
        self[...] = written

    def _already_holds(self, key: Any, written: Any) -> bool:
        """``h[1] += v`` writes through its view ``h[1]`` first, and then assigns what is there already."""
        view = getattr(written, "view", None)
        return (
            view is not None
            and view.array is self
            and view.key == (key,)
            and not view.stale
            and written.moves > 0
        )

    def refuse_write(self) -> None:
        """Raise where NumPy would write to memory that others see."""
        if self.view is not None and self.view.key is None:
            raise refusals.written_through(self._value.name, self.tracer.here())
        if not self.tracer.lenient and self._value in self.tracer.builder.inputs:
            raise refusals.written_argument(self._value.name, self.tracer.here())

    def move(self, result: Traced) -> None:
        """Stand for ``result`` from now on, as an array does that was written to."""
        if result._value.shape != self._value.shape:
            raise refusals.reshaping_write(
                self._value.shape, result._value.shape, self.tracer.here()
            )
        before, self._value = self._value, result._value
        self.moves += 1
        if self.tracer.on_write is not None:
            self.tracer.on_write(before, self._value)
        if self.view is not None and self.view.key is not None:
            array, (key,) = self.view.array, self.view.key
            array[key] = Traced(self.tracer, self._value)
            self.view = View(array, array.moves, (key,))

    def _in_place(self, op: Op, other: Any) -> Traced:
        if self._is_number():
            # numbers are never written to: the name on the left gets another one
            result: Traced = self.tracer.record(op, (self, other))
            if self.tracer.on_write is not None:
                self.tracer.on_write(self._value, result._value)
            return result
        self.refuse_write()
        self.move(self.tracer.record(op, (self, other)))
        return self

    def _is_number(self) -> bool:
        """Whether this stands for a number, as Python's floats and NumPy's results without axes are, not for an array."""
        if self.ndim:
            return False
        line = self.tracer.builder.producer.get(self._value)
        if self._value.weak or line is None:
            return self._value.weak
        # views, copies and what is made or written into are arrays even without axes
        kept = line.op in (ops.identity, ops.setitem)
        return not (kept or line.op.kind in ("view", "creation"))

    # methods

    @property
    def T(self) -> Any:  # noqa: N802 - NumPy's name
        """The transpose."""
        if self.ndim < 2:
            return self
        return np.transpose(self)

    def copy(self, *_: Any, **__: Any) -> Traced:
        """A copy: the same value, which later writes to the original do not reach."""
        return Traced(self.tracer, self.current(self.tracer))

    def astype(self, dtype: Any, **_: Any) -> Any:
        """The same numbers as another element type."""
        return self.tracer.record(ops.astype, (self,), {"dtype": np.dtype(dtype).name})

    def reshape(self, *shape: Any, **_: Any) -> Any:
        """The same entries in another shape."""
        wanted = (
            shape[0]
            if len(shape) == 1 and isinstance(shape[0], tuple | list)
            else shape
        )
        return self.tracer.record(ops.reshape, (self,), {"shape": tuple(wanted)})

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order."""
        wanted = (
            axes[0] if len(axes) == 1 and isinstance(axes[0], tuple | list) else axes
        )
        return np.transpose(self, tuple(wanted) or None)

    def __pos__(self) -> Traced:
        return self

    def flatten(self) -> Any:
        """All entries in a row."""
        return np.ravel(self)

    def __getattr__(self, name: str) -> Any:
        function = METHODS.get(name)
        if function is None:
            message = f"a traced array has no attribute {name!r}"
            raise AttributeError(message)
        return lambda *args, **kwargs: function(self, *args, **kwargs)


def _operators() -> None:
    def forward(function: Any) -> Any:
        # a ufunc is no function to a class: on its own it would not be bound to the array
        return lambda self, other: function(self, other)  # noqa: PLW0108

    def reflected(function: Any) -> Any:
        return lambda self, other: function(other, self)

    def in_place(function: Any) -> Any:
        def write(self: Traced, other: Any) -> Traced:
            return self._in_place(ops.BY_FUNCTION[function], other)

        return write

    for name, function in OPERATORS.items():
        setattr(Traced, f"__{name}__", forward(function))
        setattr(Traced, f"__r{name}__", reflected(function))
        setattr(Traced, f"__i{name}__", in_place(function))
    for name, function in COMPARISONS.items():
        setattr(Traced, f"__{name}__", forward(function))
    for name, function in {
        "neg": np.negative,
        "abs": np.absolute,
        "invert": np.logical_not,
    }.items():
        setattr(Traced, f"__{name}__", lambda self, function=function: function(self))


_operators()
