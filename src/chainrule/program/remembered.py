"""Arrays that remember how they were computed: every call of NumPy on them is written down, as a line of a ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self

import numpy as np

from chainrule.program.calls import (
    EXPANDED,
    FORMS,
    arguments,
    index,
    name_of,
    places,
    reduction,
    window,
)
from chainrule.program.ledger import (
    KINDS,
    Kept,
    Ledger,
    NotWritable,
    arrays,
    bare,
    ledger_in,
    look,
    written,
)
from chainrule.program.operators import give_comparisons, give_signs
from chainrule.program.values import Array

METHODS: Final = (
    "all any argmax argmin argsort clip cumsum cumprod diagonal dot max mean min nonzero prod ptp "
    "ravel repeat reshape round searchsorted squeeze std sum swapaxes take trace transpose var"
)


def remember(ledger: Ledger, name: str, number: Any) -> Remembered:
    """An array that the lines of a ledger start from.

    >>> ledger = Ledger()
    >>> x = remember(ledger, "x", np.array([1.0, 2.0]))
    >>> y = np.sum(x * 3)
    >>> ledger.texts, float(y), ledger.taken()
    (['x', 'np.multiply(v0, 3)', 'np.sum(v1)'], 9.0, (2,))
    """
    array = np.array(number)
    at = ledger.inputs[name] = ledger.line(name, array)
    return Remembered(array, ledger, at)


def _made(ledger: Ledger, text: str, result: Any) -> Any:
    """The result of a line, remembered.

    Raises:
        Unwritten: if the line cannot be run, or gives no numbers.
    """
    plain = isinstance(result, np.ndarray | np.generic)
    if not plain or result.dtype.kind not in KINDS or not ledger.writable(text):
        raise NotWritable
    array = np.asarray(result)
    made = Remembered(array, ledger, ledger.line(text, array))
    return made.number() if isinstance(result, np.generic) else made


def called(
    name: str, args: Sequence[Any], named: Mapping[str, Any], result: Any
) -> Any:
    """What a call gave, remembered if it can be written; else its arguments are looked at."""
    ledger = ledger_in([*args, *named.values()])
    try:
        given = [written(one) for one in args]
        given += [f"{key}={written(one)}" for key, one in named.items()]
        if ledger is not None:
            return _made(ledger, f"np.{name}({', '.join(given)})", result)
    except NotWritable:
        look([*args, *named.values()])
    return result


class Remembered(Kept, np.ndarray):
    """An array with the line that computes it; a view whose line is not known looks at what it was taken from."""

    parent: Remembered | None

    def __new__(cls, array: Array, ledger: Ledger, at: int) -> Self:
        """The numbers of a line."""
        made = np.asarray(array).view(cls)
        made.ledger, made.at = ledger, at
        return made

    def __array_finalize__(self, other: Any) -> None:
        """A view is not a line yet; it knows what it is a view of."""
        self.at = None
        self.parent = other if isinstance(other, Remembered) else None
        if self.parent is not None:
            self.ledger = self.parent.ledger

    def bare(self) -> Array:
        """A plain view of the same numbers."""
        return self.view(np.ndarray)

    def look(self) -> None:
        """Note that a number of it is looked at, or of what it is a view of."""
        if self.at is None and self.parent is not None:
            self.parent.look()
        super().look()

    def text(self) -> str:
        """Its line, or its numbers where that is not known; what it was taken from is then looked at."""
        if self.at is not None:
            return f"v{self.at}"
        self.look()
        return written(self.bare())

    def number(self) -> Any:
        """The one number there is: a figure, if it is a float."""
        if self.dtype.kind != "f":
            return self
        if self.at is None:
            return look(self).reshape(-1)[0]
        return Figure(self.bare().reshape(-1)[0], self.ledger, self.at, 0)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **named: Any
    ) -> Any:
        """A ufunc met it."""
        outs = named.pop("out", ())
        into = {"out": bare(outs)} if outs else {}
        result = getattr(ufunc, method)(*map(bare, inputs), **bare(named), **into)
        name = ufunc.__name__ if method == "__call__" else None
        if method == "reduce":
            name, named = reduction(ufunc, inputs, named)
            inputs = inputs[:1]
        if method == "at" and ufunc is np.add:
            _written_into("with_added", *inputs)
            return None
        if name is None or isinstance(result, tuple):
            look([*inputs, *named.values()])
            return result
        made = called(name, inputs, named, result)
        return _put(made, outs[0], [*inputs, *named.values()]) if outs else made

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        """Another function of NumPy met it."""
        name = name_of(function)
        own = EXPANDED.get(name)
        if own is not None:
            return own(*args, **kwargs)
        result = function(*bare(args), **bare(kwargs))
        if name == "zeros_like" and "shape" in kwargs:
            # made to be written into
            text = f"np.zeros({kwargs['shape']}, dtype=np.{result.dtype.name})"
            return _made(self.ledger, text, result)
        if name in FORMS:
            return result
        if name == "sliding_window_view":
            return called("windows", [args[0], *window(*args, **kwargs)], {}, result)
        if name == "linalg.norm" and len(args) == 1 and not kwargs:
            # the same sum whatever shape the array has
            return np.sqrt(np.sum(np.square(args[0])))
        return called(name, *arguments(function, args, kwargs), result)

    def __getitem__(self, key: Any) -> Any:
        plain = self.bare()[bare(key)]
        if self.at is None:
            look([self, key])
            return plain
        try:
            text = f"v{self.at}[{index(key)}]"
            if not isinstance(plain, np.generic):
                return _made(self.ledger, text, plain)
            if plain.dtype.kind in "fb":
                where = np.arange(self.size).reshape(self.shape)[look(key)]
                return Figure(plain, self.ledger, self.at, int(where))
        except NotWritable:
            pass
        look([self, key])
        return plain

    def __setitem__(self, key: Any, value: Any) -> None:
        self.bare()[bare(key)] = bare(value)
        _written_into("with_put", self, key, value)

    def item(self, *args: Any) -> Any:
        """One number."""
        if args:
            return (
                self.reshape(-1)[args[0]] if isinstance(args[0], int) else self[args[0]]
            )
        if self.dtype.kind not in "fb" or self.at is None:
            return look(self).item()
        return Figure(self.bare().reshape(-1)[0], self.ledger, self.at, 0)

    def tolist(self) -> Any:
        """The numbers in lists; floats are figures."""
        if self.dtype.kind not in "fb" or self.at is None:
            return look(self).tolist()
        return (
            self.item()
            if not self.ndim
            else [one.tolist() if isinstance(one, Remembered) else one for one in self]
        )

    def astype(self, dtype: Any, *args: Any, **named: Any) -> Any:
        """The same numbers as another type."""
        result = self.bare().astype(dtype, *args, **named)
        if self.at is None:
            self.look()
            return result
        if result.dtype == self.dtype:
            return Remembered(result, self.ledger, self.at)
        text = f"v{self.at}.astype(np.{result.dtype.name})"
        return _made(self.ledger, text, result)

    def copy(self, *args: Any, **named: Any) -> Any:
        """The same numbers in an array of their own."""
        result = self.bare().copy(*args, **named)
        if self.at is None:
            self.look()
            return result
        return Remembered(result, self.ledger, self.at)

    __copy__ = copy

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def flatten(self, *args: Any) -> Any:
        """All numbers in a row."""
        return self.reshape(-1).copy(*args)

    @property
    def T(self) -> Any:  # noqa: N802 - NumPy's name
        """Turned around."""
        return np.transpose(self) if self.ndim > 1 else self

    def __bool__(self) -> bool:
        return bool(look(self))

    def __float__(self) -> float:
        return float(look(self))

    def __index__(self) -> int:
        return int(look(self).__index__())


def _method(name: str) -> Callable[..., Any]:
    def method(self: Remembered, *args: Any, **named: Any) -> Any:
        if name in ("reshape", "transpose") and len(args) > 1:
            args = (args,)
        return getattr(np, name)(self, *args, **named)

    return method


for _each in METHODS.split():
    setattr(Remembered, _each, _method(_each))


class Figure(Kept, float):
    """A number with its place: entry ``place`` (counted row after row) of what line ``at`` computes."""

    at: int
    place: int
    dtype: Any
    ndim, size, shape = 0, 1, ()

    def __new__(cls, number: Any, ledger: Ledger, at: int, place: int) -> Self:
        """An entry of a line."""
        made = super().__new__(cls, number)
        made.ledger, made.at, made.place = ledger, at, place
        made.dtype = ledger.numbers[at].dtype
        return made

    def bare(self) -> float:
        """The number alone."""
        return float.__pos__(self)

    def text(self) -> str:
        """The entry as NumPy's text."""
        shape = self.ledger.numbers[self.at].shape
        if not shape:
            return f"v{self.at}"
        index = np.unravel_index(self.place, shape)
        return f"v{self.at}[{', '.join(str(int(i)) for i in index)}]"

    def array(self) -> Remembered:
        """The number as an array without axes."""
        number = np.asarray(self.bare(), self.dtype)
        at = self.at
        if self.ledger.numbers[at].shape:
            at = self.ledger.line(self.text(), number)
        return Remembered(number, self.ledger, at)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **named: Any
    ) -> Any:
        result = getattr(ufunc, method)(*arrays(inputs), **named)
        return (
            result.number()
            if isinstance(result, Remembered) and not result.ndim
            else result
        )

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        """Another function of NumPy met it."""
        return function(*arrays(args), **kwargs)

    def item(self) -> Figure:
        """The number itself."""
        return self

    tolist = item

    def __getattr__(self, name: str) -> Any:
        return getattr(self.array(), name)

    def __getitem__(self, key: Any) -> Any:
        return self.array()[key]

    def __float__(self) -> float:
        return look(self)  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        return bool(np.not_equal(self, 0))

    def is_integer(self) -> bool:
        """Whether it is whole."""
        return bool(np.equal(self, np.rint(self)))

    def __round__(self, digits: Any = None) -> Any:
        return round(look(self), digits)

    def __reduce__(self) -> Any:
        return float, (self.bare(),)

    __hash__ = float.__hash__


def _written_into(word: str, target: Any, key: Any, value: Any) -> None:
    """What was written into an array is remembered there; where no line says it, all is looked at."""
    if not isinstance(target, Remembered):
        look([key, value])
        return
    try:
        text = f"np.{word}({target.text()}, {places(key)}, {written(value)})"
    except NotWritable:
        text = ""
    # what a view was taken from has changed as well
    known = target.at is not None and not isinstance(target.base, Remembered)
    if known and text and target.ledger.writable(text):
        target.at = target.ledger.line(text, target.bare().copy())
        return
    look([target, key, value])
    target.at = target.parent = None


def _put(made: Any, out: Any, read: Sequence[Any]) -> Any:
    """What was written into ``out`` is remembered there; in a plain array it is not."""
    if not isinstance(out, Remembered):
        look(read)
        return out
    out.at, out.parent = (made.at if isinstance(made, Kept) else None), None
    return out


def _met(ufunc: np.ufunc, left: Any, right: Any) -> Any:
    numbers = int | float | np.generic | np.ndarray
    known = isinstance(left, numbers) and isinstance(right, numbers)
    return ufunc(left, right) if known else NotImplemented


give_signs(Figure, _met)
give_comparisons(Figure, _met)
