"""Stand-ins for arrays and floats: they hold their numbers and have every operation recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, NoReturn

import numpy as np

from chainrule import ops
from chainrule.program import Array, Op, Size, Value
from chainrule.program.operators import SIGNS, give_comparisons, give_signs
from chainrule.program.sizes import measured
from chainrule.trace import refusals, source, sparse
from chainrule.trace.lengths import TracedInt
from chainrule.trace.memory import MemoryView, lay_out, of_kind, whole_of
from chainrule.trace.methods import Methods, raise_as_python
from chainrule.trace.tracing import Tracing


class Traced(Methods):
    """What a user's code sees instead of an array, a NumPy number or a Python float.

    It has the operators, methods and attributes of what it stands for. An array that is written to goes on to stand for what it has become; a number never changes.
    """

    __slots__ = (
        *("_value", "is_array", "is_matrix", "is_weak", "shares", "tracer", "version"),
        "written_through",
    )
    __array_priority__ = 1000.0

    def __init__(
        self,
        tracer: Tracing,
        value: Value,
        shares: MemoryView | None = None,
        *,
        is_array: bool | None = None,
        is_weak: bool | None = None,
        is_matrix: bool = False,
    ) -> None:
        self.tracer = tracer
        self._value = value
        self.version = 0
        # of each write, the view that it went through
        self.written_through: list[MemoryView | None] = []
        self.shares = shares
        self.is_array = bool(value.shape) if is_array is None else is_array
        self.is_matrix = is_matrix
        # float(x) is a number of Python's own, though the value is one of NumPy's
        self.is_weak = value.weak if is_weak is None else is_weak

    @property
    def value(self) -> Value:
        """The value this stands for now (an in-place write moves it on)."""
        return self.current(self.tracer)

    def current(self, tracer: Tracing) -> Value:
        """The value, checked to belong to ``tracer``, and a view's brought up to date."""
        if tracer is not self.tracer:
            raise refusals.leaked(self._value.name, tracer.here())
        if self.shares is not None:
            self.shares.base.current(tracer)
            if self.shares.is_stale:
                before, self._value = self._value, self.shares.taken_again().value
                self._moved_on()
                tracer.shown_again(before, self._value)
        return self._value

    @property
    def stands_for(self) -> type:
        """The class of what this stands for."""
        if self.is_array:
            return np.matrix if self.is_matrix else np.ndarray
        dtype = self._value.dtype
        weak = {"f": float, "i": int, "b": bool}
        return weak.get(dtype.kind, dtype.type) if self.is_weak else dtype.type

    # what an array tells about itself

    @property
    def number(self) -> Array:
        """The numbers held."""
        return self.tracer.builder.numbers[self.value]

    @property
    def plain(self) -> Any:
        """What this stands for: an array of its own, a number of NumPy's or of Python's."""
        number = self.tracer.builder.numbers[self._value]
        if self.is_array:
            return of_kind(np.array(number), is_matrix=self.is_matrix)
        return number.item() if self.is_weak else number[()]

    def as_kind(self, *, is_matrix: bool) -> Traced:
        """The same memory as a matrix of NumPy's, or as an array that is none."""
        if is_matrix == self.is_matrix:
            return self
        return Traced(
            *(self.tracer, self.value, whole_of(self)),
            is_array=True,
            is_matrix=is_matrix,
        )

    @property
    def memory(self) -> Array:
        """The memory, as NumPy would have laid it out."""
        return self.number if self.shares is None else self.shares.memory

    @property
    def shape(self) -> tuple[TracedInt, ...]:
        """The lengths of the axes; each remembers where it was read."""
        return tuple(
            TracedInt(length, self.tracer, self.size_of((axis,)))
            for axis, length in enumerate(self._value.shape)
        )

    @shape.setter
    def shape(self, shape: Any) -> None:
        self.become(np.reshape(self, shape))

    @property
    def size(self) -> TracedInt:
        """The number of entries."""
        return TracedInt(self.number.size, self.tracer, self.size_of(None))

    def size_of(self, axes: tuple[int, ...] | None) -> Size:
        """A size of this array, read from the nearest named array of the same lengths."""
        return measured(self.tracer.builder.producer, self.value, axes)

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

    def __hash__(self) -> int:
        if self.is_array:
            message = "unhashable type: 'numpy.ndarray'"
            raise TypeError(message)
        return hash(self._leave("a key", "use a plain number as the key"))

    # how it is shown to a person

    def shown(self) -> Any:
        """The numbers as what this stands for, for a text."""
        self.tracer.show(self.value)
        return self.plain

    def __repr__(self) -> str:
        return repr(self.shown())

    def __str__(self) -> str:
        return str(self.shown())

    def __format__(self, spec: str) -> str:
        return format(self.shown(), spec)

    # how it enters NumPy

    def __chainrule_record__(
        self, op: Op, args: Sequence[Any], params: dict[str, Any]
    ) -> Any:
        return self.tracer.record(op, args, params)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any
    ) -> Any:
        plain = self.is_matrix and type(inputs[0]) is np.ndarray and not kwargs
        if plain and source.written_as_operator(sys._getframe(1)):  # noqa: SLF001 - the caller's frame
            # in ``a * M`` the sign is the matrix's, though the plain array is asked first
            return self.tracer.sign(ufunc, *inputs)
        return self.tracer.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        return self.tracer.call_function(function, args, kwargs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:  # noqa: FBT001 - NumPy's signature
        if sparse.asks(sys._getframe(1)):  # noqa: SLF001 - the documented way to the caller's frame
            return np.array(None)  # nothing that it could multiply by itself
        numbers = self.tracer.as_array(self.value)
        return numbers.copy() if dtype is None else numbers.astype(dtype)

    # how it leaves

    def _leave(self, how: str, rewrite: str) -> Any:
        return self.tracer.as_number(self.value, how, rewrite)

    def __float__(self) -> float:
        if _puts_into_text(sys._getframe(1)):  # noqa: SLF001 - the caller's frame
            return float(self.shown())
        return float(
            self._leave(
                "float(x), or a function of math,",
                "use the value itself, np.exp for math.exp",
            )
        )

    def __int__(self) -> int:
        if _puts_into_text(sys._getframe(1)):  # noqa: SLF001 - the caller's frame
            return int(self.shown())
        return int(self._leave("int(x)", "use the value itself"))

    def __index__(self) -> int:
        if self.dtype.kind not in "iub" or self.ndim:
            message = "only integer scalar arrays can be converted to a scalar index"
            raise TypeError(message)
        return int(self._leave("using it as an index", "index with the array itself"))

    def __complex__(self) -> complex:
        return complex(self._leave("complex(x)", "use the value itself"))

    def __bool__(self) -> bool:
        return self.tracer.decide(self.value)

    def __reduce__(self) -> Any:
        return self.tracer.as_array(self.value).copy().__reduce__()

    def item(self, *at: Any) -> Any:
        """The entry as a number, which stays traced."""
        if at:
            return np.ravel(self)[at[0]] if len(at) == 1 else self[at]
        if self._value.shape:
            return np.reshape(self.as_kind(is_matrix=False), ())[()]
        return Traced(self.tracer, self.value, is_array=False, is_weak=True)

    def tolist(self) -> Any:
        """The numbers as nested lists of Python's own."""
        if not self._value.shape:
            return self.item()
        return self.tracer.as_array(self.value).tolist()

    # indexing and writing

    def __getitem__(self, key: Any) -> Any:
        return self.tracer.get_item(self, key)

    def __setitem__(self, key: Any, written: Any) -> None:
        if not self._already_holds(key, written):
            self.tracer.set_item(self, key, written)

    def _already_holds(self, key: Any, written: Any) -> bool:
        """``h[1] += v`` writes through its view ``h[1]`` first, and then assigns what is there already."""
        view = written.shares if type(written) is Traced else None
        last = self.written_through[-1] if self.written_through else None
        return view is not None and last is view and view.is_at(self, key)

    def _moved_on(self, view: MemoryView | None = None) -> None:
        self.version += 1
        self.written_through.append(view)

    def become(self, result: Any, view: MemoryView | None = None) -> None:
        """Stand for ``result`` from now on, as an array does that was written to, through a view of it or whole."""
        before, self._value = self.value, result.value
        if self.shares is None:
            lay_out(self.tracer, self._value, self.tracer.builder.numbers[before])
        self._moved_on(view)
        self.tracer.written(self, before)
        if self.shares is not None and before.shape == self._value.shape:
            base, shared = self.shares.base, self.shares
            base.become(shared.put_back(Traced(self.tracer, self._value)), shared)
            if not self.tracer.as_it_is:
                # where mistakes are looked for, what is read is the array, by whatever view it was written
                shared.version = base.version

    def write(self, result: Any) -> None:
        """Take the entries of ``result``, broadcast and cast as NumPy does it for an assignment."""
        if not self.memory.flags.writeable:
            message = "assignment destination is read-only"
            raise ValueError(message)
        result = result.as_kind(is_matrix=False)
        if result.dtype != self.dtype:
            result = result.astype(self.dtype)
        if result.number.shape != self._value.shape:
            result = np.broadcast_to(result, tuple(self.shape))
        self.become(result)

    def changed_by(self, function: Any, other: Any) -> Any:
        """``x += other``: an array is written to, a number is another one."""
        result = self.tracer.sign(function, self, other)
        if not self.is_array:
            # numbers are never written to: the name on the left gets another one
            self.tracer.succeeded(self._value, result)
            return result
        if not np.can_cast(result.dtype, self.dtype, "same_kind"):
            message = (
                f"Cannot cast ufunc '{function.__name__}' output from {result.dtype!r} to"
                f" {self.dtype!r} with casting rule 'same_kind'"
            )
            raise TypeError(message)
        if result.number.shape != self._value.shape:
            raise refusals.reshaping_write(
                self._value.shape, result.number.shape, self.tracer.here()
            )
        self.write(result)
        return self

    def _not_followed(self, *_: Any, **__: Any) -> NoReturn:
        raise refusals.changes_memory(self._value.name, self.tracer.here())

    itemset = partition = resize = setfield = byteswap = _not_followed

    # methods

    def copy(self, *_: Any, **__: Any) -> Traced:
        """A copy: the same value, which later writes to the original do not reach."""
        if self.tracer.as_it_is:
            # where mistakes are looked for, a copy is another thing than what it is a copy of
            return self.tracer.record(ops.identity, (self,))  # type: ignore[no-any-return]
        made = Traced(self.tracer, self.value, is_array=self.is_array)
        made.is_matrix = self.is_matrix
        return made

    def astype(self, dtype: Any, *_: Any, copy: bool = True, **__: Any) -> Any:
        """The same numbers as another element type; without ``copy``, the array itself where it has that type."""
        wanted = np.dtype(dtype)
        if not copy and wanted == self.dtype:
            return self
        if wanted.kind == "c":
            return np.add(self, 0j)
        if wanted.kind not in "fiub":
            return self.tracer.as_array(self.value).astype(wanted)
        return self.tracer.record(ops.astype, (self,), {"dtype": wanted.name})

    def __getattr__(self, name: str) -> Any:
        """A method of arrays, by the function of NumPy that it stands for; facts of the memory from the numbers."""
        if name in MEMORY:
            return getattr(self.memory, name)
        if (
            self.is_matrix
            and (own := self.tracer.matrix_attribute(self, name)) is not None
        ):
            return own
        function = getattr(np, name, None) if hasattr(np.ndarray, name) else None
        if function is not None:
            return lambda *args, **kwargs: function(self, *args, **kwargs)
        hidden = name.startswith("__") and name not in SHARED
        if hidden or not hasattr(self.stands_for, name):
            message = f"{self.stands_for.__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)
        # bytes, pointers, fractions: whatever else an array or a number gives, it gives of its numbers
        self.tracer.let_go(self.value, f".{name}")
        if name == "base":
            return None if self.memory.base is None else np.array(self.memory.base)
        return getattr(self.plain, name)


MEMORY = frozenset({"flags", "itemsize", "strides", "setflags"})
"""What an array says of its memory, not of its entries."""
SHARED = frozenset({"__dlpack__", "__dlpack_device__"})
"""How other libraries ask for the memory."""


def _puts_into_text(frame: FrameType) -> bool:
    """Whether a frame is at ``"%.3f" % x``; an array asks a list beside it for numbers, too."""
    return source.written_as_operator(frame) and source.puts_into_text(frame)


NUMBERS = (int, float, complex, np.generic, np.ndarray, list, tuple, range)
"""What an array or a number meets in an operator; anything else answers for itself."""


def _meets(one: Any) -> bool:
    return type(one) is Traced or isinstance(one, NUMBERS)


def _meet(function: np.ufunc, left: Any, right: Any) -> Any:
    if _meets(left) and _meets(right):
        raise_as_python(function, left, right)
        traced = left if type(left) is Traced else right
        return traced.tracer.sign(function, left, right)
    other = right if type(left) is Traced else left
    product = sparse.product(function, other)
    return NotImplemented if product is None else product(left, right)


def _in_place(function: np.ufunc) -> Callable[[Traced, Any], Any]:
    return lambda self, other: (
        self.changed_by(function, other) if _meets(other) else NotImplemented
    )


give_signs(Traced, _meet, SIGNS)
give_comparisons(Traced, _meet)
for _sign, _ufunc in SIGNS.items():
    setattr(Traced, f"__i{_sign}__", _in_place(_ufunc))
