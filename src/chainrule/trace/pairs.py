"""Complex numbers on the way to a real loss: each is a pair of real arrays, and what is done to it is real arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from chainrule.trace import refusals
from chainrule.trace.traced import Traced
from chainrule.trace.tracing import Tracing

Part = Any
"""A real array or number; None for one that is nothing but zeros."""


@dataclass(repr=False, eq=False)
class Pair(NDArrayOperatorsMixin):
    """A stand-in for a complex array or number: its real and its imaginary part, both traced, of one shape."""

    real: Traced
    imag: Traced

    @property
    def tracer(self) -> Any:
        """The tracer of both parts."""
        return self.real.tracer

    @property
    def dtype(self) -> np.dtype[Any]:
        """The complex type of the parts."""
        return np.result_type(self.real.dtype, np.complex64)

    @property
    def plain(self) -> Any:
        """The complex numbers it stands for."""
        return self.real.plain + 1j * self.imag.plain

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:  # noqa: FBT001 - NumPy's signature
        parts = [self.tracer.as_array(one.value) for one in (self.real, self.imag)]
        return np.asarray(parts[0] + 1j * parts[1], dtype=dtype)

    def __complex__(self) -> complex:
        return complex(self.__array__())

    def __repr__(self) -> str:
        for one in (self.real, self.imag):
            self.tracer.show(one.value)
        return repr(self.plain)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any
    ) -> Any:
        return call_ufunc(self.tracer, ufunc, method, inputs, kwargs)

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        return self.tracer.call_function(function, args, kwargs)

    def __len__(self) -> int:
        return len(self.real)

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        return Pair(self.real[key], self.imag[key])

    def __setitem__(self, key: Any, written: Any) -> None:
        for own, part in zip((self.real, self.imag), parts_of(written), strict=True):
            own[key] = 0.0 if part is None else part

    def astype(self, dtype: Any, **_: Any) -> Any:
        """The same numbers; the real part for a real type, as NumPy has it."""
        return np.copy(self) if np.dtype(dtype).kind == "c" else self.real.astype(dtype)

    def __getattr__(self, name: str) -> Any:
        if name in ("shape", "ndim", "size"):
            return getattr(self.real, name)
        if name == "T":
            return np.transpose(self)
        function = getattr(np, name, None) if hasattr(np.ndarray, name) else None
        if function is None or name.startswith("__"):
            message = f"'complex' object has no attribute {name!r}"
            raise AttributeError(message)
        return lambda *args, **kwargs: function(self, *args, **kwargs)


def pair_of(tracer: Any, array: Any, name: str) -> Pair:
    """A plain complex array as a pair."""
    called = [f"{name}_{part}" if name else None for part in ("real", "imag")]
    parts = (np.array(array.real), np.array(array.imag))
    return Pair(*map(tracer.array_of, parts, called))


def parts_of(item: Any) -> tuple[Part, Part]:
    """The real and the imaginary part of anything."""
    if isinstance(item, Pair):
        return item.real, item.imag
    if not is_complex(item):
        return item, None
    number = np.asarray(item)
    parts = (number.real, number.imag) if number.ndim else (item.real, item.imag)
    real, imag = (part if np.any(part) else None for part in parts)
    return real, imag


def is_complex(item: Any) -> bool:
    """Whether something is complex: a pair, a plain number, a plain array."""
    if isinstance(item, np.ndarray):
        return bool(item.dtype.kind == "c")
    return isinstance(item, COMPLEX)


def paired(real: Part, imag: Part) -> Any:
    """Two parts as one, each of the shape that both have together."""
    real = np.zeros_like(imag) if real is None else real
    imag = np.zeros_like(real) if imag is None else imag
    shape = np.broadcast_shapes(*(tuple(map(int, np.shape(x))) for x in (real, imag)))
    traced: Any = real if type(real) is Traced else imag
    made = [
        part
        if type(part) is Traced and tuple(part.shape) == shape
        else traced * 0.0 + part
        for part in (real, imag)
    ]
    return Pair(*made)


def _times(one: Part, other: Part, product: Callable[..., Any] = np.multiply) -> Part:
    return None if one is None or other is None else product(one, other)


def _plus(one: Part, other: Part) -> Part:
    if one is None or other is None:
        return other if one is None else one
    return one + other


def _minus(one: Part, other: Part) -> Part:
    return _plus(one, None if other is None else -other)


def product_of(a: Any, b: Any, product: Callable[..., Any] = np.multiply) -> Any:
    """The product of two complex things, by whatever product their parts have."""
    (x, y), (u, v) = parts_of(a), parts_of(b)
    return paired(
        _minus(_times(x, u, product), _times(y, v, product)),
        _plus(_times(x, v, product), _times(y, u, product)),
    )


def _added(a: Any, b: Any) -> Any:
    return paired(*map(_plus, parts_of(a), parts_of(b)))


def _subtracted(a: Any, b: Any) -> Any:
    return paired(*map(_minus, parts_of(a), parts_of(b)))


def _divided(a: Any, b: Any) -> Any:
    real, imag = parts_of(b)
    if imag is None:
        return paired(*(_times(part, real, np.divide) for part in parts_of(a)))
    size = _plus(_times(real, real), _times(imag, imag))
    above = product_of(a, np.conj(b))
    return paired(above.real / size, above.imag / size)


def _exp(a: Any) -> Any:
    size: Any = np.exp(a.real)
    return Pair(size * np.cos(a.imag), size * np.sin(a.imag))


def _log(a: Any) -> Any:
    return Pair(np.log(np.hypot(a.real, a.imag)), np.arctan2(a.imag, a.real))


def _sqrt(a: Any) -> Any:
    size: Any = np.sqrt(np.hypot(a.real, a.imag))
    half = np.arctan2(a.imag, a.real) / 2
    return Pair(size * np.cos(half), size * np.sin(half))


def _tanh(a: Any) -> Any:
    # tanh(x + iy) = (tanh x + i tan y) / (1 + i tanh x tan y)
    one, other = np.tanh(a.real), np.tan(a.imag)
    return _divided(Pair(one, other), paired(1.0, one * other))


def _where(chosen: Any, a: Any, b: Any) -> Any:
    return Pair(*(np.where(chosen, part_of(a, i), part_of(b, i)) for i in range(2)))


def _maximum(a: Any, b: Any) -> Any:
    """The one with the larger real part; of two with the same, with the larger imaginary one."""
    (x, y), (u, v) = ((part_of(one, 0), part_of(one, 1)) for one in (a, b))
    return _where((x > u) | ((x == u) & (y >= v)), a, b)


def _power(a: Any, exponent: Any) -> Any:
    if isinstance(exponent, float) and exponent.is_integer():
        exponent = int(exponent)
    if not isinstance(exponent, int) or not 1 <= exponent <= MOST_FACTORS:
        return NotImplemented
    made = a
    for _ in range(exponent - 1):
        made = product_of(made, a)
    return made


COMPLEX = (Pair, complex, np.complexfloating)
MOST_FACTORS = 8
"""A power is written out as a product of at most so many."""
UFUNCS: Mapping[Any, Callable[..., Any]] = {
    np.add: _added,
    np.subtract: _subtracted,
    np.multiply: product_of,
    np.divide: _divided,
    np.matmul: lambda a, b: product_of(a, b, np.matmul),
    np.negative: lambda a: Pair(-a.real, -a.imag),
    np.positive: lambda a: a,
    np.conjugate: lambda a: Pair(a.real, -a.imag),
    np.absolute: lambda a: np.hypot(a.real, a.imag),
    np.square: lambda a: product_of(a, a),
    np.power: _power,
    np.exp: _exp,
    np.log: _log,
    np.sqrt: _sqrt,
    np.tanh: _tanh,
    np.maximum: _maximum,
}
"""What is done to complex numbers entry by entry, in real arithmetic."""
BILINEAR = (np.dot, np.outer, np.inner, np.kron, np.convolve, np.tensordot)
EACH_PART = (
    *(np.sum, np.mean, np.reshape, np.ravel, np.transpose, np.moveaxis, np.swapaxes),
    *(np.expand_dims, np.squeeze, np.roll, np.flip, np.take, np.broadcast_to, np.tile),
    *(np.repeat, np.cumsum, np.diff, np.trace, np.diag, np.copy, np.concatenate),
    *(np.stack, np.vstack, np.hstack),
)
"""What only moves entries about, or adds them up."""
FUNCTIONS: Mapping[Any, Callable[..., Any]] = {
    **{one: lambda a, fact=one: fact(a.real) for one in (np.shape, np.ndim, np.size)},
    np.real: lambda a: a.real,
    np.imag: lambda a: a.imag,
    np.where: _where,
    np.angle: lambda a: np.arctan2(a.imag, a.real),
    np.linalg.norm: lambda a: np.sqrt(np.sum(a.real**2 + a.imag**2)),
    np.vdot: lambda a, b: product_of(np.ravel(np.conj(a)), np.ravel(b), np.dot),
}


def call_ufunc(
    tracer: Tracing,
    ufunc: np.ufunc,
    method: str,
    inputs: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    """A ufunc that met a complex number."""
    options = dict(kwargs)
    out = options.pop("out", None)
    definition = UFUNCS.get(ufunc)
    result = NotImplemented
    if method == "__call__" and definition is not None and not options:
        result = definition(*inputs)
    if result is NotImplemented:
        result = _of_numbers(getattr(ufunc, method), inputs, options)
    if out is None:
        return _of_its_own(result, inputs)
    (target,) = out
    if not isinstance(target, Pair) or not isinstance(result, Pair):
        raise refusals.plain_out(f"np.{ufunc.__name__}", tracer.here())
    if not target.real.is_array:
        # numbers are never written to: the name on the left gets another one
        return _of_its_own(result, inputs)
    target[...] = result
    return target


def _of_its_own(result: Any, inputs: Sequence[Any]) -> Any:
    """A result that shares no memory with what it was made of: the imaginary part of ``z + 1`` is that of z."""
    if not isinstance(result, Pair):
        return result
    given = [part for one in inputs for part in parts_of(one)]
    parts = (
        part.copy() if any(part is one for one in given) else part
        for part in (result.real, result.imag)
    )
    return Pair(*parts)


def call_function(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """A function of NumPy that met a complex number; one that is not known here gets the plain numbers."""
    if function in FUNCTIONS and not kwargs:
        try:
            return FUNCTIONS[function](*args)
        except TypeError:
            return _of_numbers(function, args, kwargs)
    if function in BILINEAR:
        one, other, *rest = args

        def product(a: Any, b: Any) -> Any:
            return function(a, b, *rest, **kwargs)

        return product_of(one, other, product)
    if function in EACH_PART and kwargs.get("out") is None:
        first, *rest = args
        return Pair(*(function(part_of(first, i), *rest, **kwargs) for i in range(2)))
    return _of_numbers(function, args, kwargs)


def part_of(item: Any, which: int) -> Any:
    """The real or the imaginary part of anything, of each item of a list."""
    if isinstance(item, list | tuple):
        return [part_of(one, which) for one in item]
    part = parts_of(item)[which]
    return np.zeros_like(parts_of(item)[0]) if part is None else part


def _of_numbers(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What a function gives for the plain numbers, which leave the program."""

    def lowered(item: Any) -> Any:
        if isinstance(item, list | tuple):
            return type(item)(map(lowered, item))
        leaves = isinstance(item, Pair) or type(item) is Traced
        return np.asarray(item) if leaves else item

    plain = {key: lowered(item) for key, item in kwargs.items()}
    return function(*map(lowered, args), **plain)
