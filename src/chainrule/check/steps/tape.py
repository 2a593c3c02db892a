"""A program as steps over a list of numbers: run whole, or replayed in part with some results replaced."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import Array, Line, Size, Value
from chainrule.program.program import substitute
from chainrule.program.run import measure, resolve

Numbers = list[Any]
Call = Callable[[Numbers], Any]
Compute = Callable[[Numbers], Any]
ULPS = 8
"""By how many units of its last digit a result is rounded otherwise: by one or two, changes cancel too often."""

GUARD = 1e-6
"""What is added lest something be 0 is smaller than this."""


LEAST_SHARE = 256 * np.finfo(float).eps
"""A sum that is a smaller share of its terms than this is made of rounding: the gradient of a bias before batch norm."""


class Failed(Exception):  # noqa: N818 - it says what happened
    """A step could not be computed on these numbers."""


class Tape:
    """The lines of a program, each by the place of its result in a list of numbers."""

    def __init__(self, inputs: Iterable[Value], lines: Sequence[Line]) -> None:
        self.values: list[Value] = list(inputs)
        self.n_inputs = len(self.values)
        self.lines = tuple(lines)
        self.values += [line.result for line in lines]
        self.at: dict[Value, int] = {value: i for i, value in enumerate(self.values)}
        self.calls: list[Call | None] = [None] * self.n_inputs
        self.calls += [_compiled(line, self.at) for line in lines]
        self.readers: list[list[int]] = [[] for _ in self.values]
        self.reads: list[tuple[int, ...]] = [()] * self.n_inputs
        for i, line in enumerate(lines, self.n_inputs):
            read = tuple(
                dict.fromkeys(self.at[v] for v in line.reads() if v in self.at)
            )
            self.reads.append(read)
            for one in read:
                self.readers[one].append(i)

    def copied(self) -> Tape:
        """The same tape, to which connections can be added."""
        other = copy.copy(self)
        other.readers = [list(one) for one in self.readers]
        other.reads = list(self.reads)
        return other

    def connect(self, read: int, reader: int) -> None:
        """Say that what stands at ``reader`` is computed from what stands at ``read``, too."""
        if read != reader and read not in self.reads[reader]:
            self.reads[reader] = (*self.reads[reader], read)
            self.readers[read].append(reader)

    def line(self, place: int) -> Line | None:
        """The line that computes what stands at a place; None for an input."""
        return self.lines[place - self.n_inputs] if place >= self.n_inputs else None

    def run(self, given: Mapping[Value, Array]) -> Numbers:
        """All numbers from those given; what cannot be computed is None."""
        numbers: Numbers = [None] * len(self.values)
        held = set()
        for value, number in given.items():
            place = self.at.get(value)
            if place is not None:
                numbers[place] = number
                held.add(place)
        for place in range(self.n_inputs, len(self.values)):
            if place not in held:
                call = self.calls[place]
                try:
                    numbers[place] = call(numbers)  # type: ignore[misc]
                except Exception:  # noqa: BLE001 - whatever NumPy raises at shapes that do not fit
                    numbers[place] = None
        return numbers

    def downstream(self, places: Iterable[int]) -> list[int]:
        """Everything computed from these places, themselves left out, in order."""
        found: set[int] = set()
        ahead = list(places)
        while ahead:
            for reader in self.readers[ahead.pop()]:
                if reader not in found:
                    found.add(reader)
                    ahead.append(reader)
        return sorted(found)

    def upstream(
        self, places: Iterable[int], until: AbstractSet[int] = frozenset()
    ) -> set[int]:
        """Everything these places are computed from, themselves included, up to those in ``until``."""
        found = set(places)
        ahead = list(found)
        while ahead:
            place = ahead.pop()
            for read in self.reads[place] if place not in until else ():
                if read not in found:
                    found.add(read)
                    ahead.append(read)
        return found

    def replay(
        self, numbers: Numbers, cone: Sequence[int], replaced: Mapping[int, Compute]
    ) -> Numbers:
        """The numbers with some results computed otherwise, and what follows from them in ``cone``, in order.

        A function in ``replaced`` takes the numbers as they are by then and returns the new one.

        Raises:
            Failed: where a step cannot be computed.
        """
        new = numbers.copy()
        try:
            for place in cone:
                other = replaced.get(place)
                new[place] = self.calls[place](new) if other is None else other(new)  # type: ignore[misc]
        except Exception as error:
            raise Failed from error
        return new

    def shaken(
        self, numbers: Numbers, goals: Iterable[int], held: AbstractSet[int], seed: int
    ) -> Numbers:
        """What ``goals`` are made of once more, every result rounded otherwise: what changes much is made of rounding.

        What is ``held`` stays, however it was computed.

        Source: Parker, Monte Carlo Arithmetic (1997).
        """
        draw, new = np.random.default_rng(seed), numbers.copy()
        for place in sorted(self.upstream(goals)):
            call = self.calls[place]
            if call is None or place in held or new[place] is None:
                continue
            try:
                result = call(new)
            except Exception:  # noqa: BLE001 - what NumPy raises where a number is another
                new[place] = None
            else:
                given = [new[read] for read in self.reads[place]]
                if guard := self._guard(place, numbers):
                    # in log(p + 1e-9) it is no more exact than rounding is
                    result = result + guard * draw.uniform(-1, 1)
                new[place] = _rounded_otherwise(result, given, draw)
        return new

    def _guard(self, place: int, numbers: Numbers) -> float:
        """The number that a line adds lest something be 0; 0 where there is none."""
        line = self.line(place)
        if line is None or line.op not in (ops.add, ops.subtract):
            return 0.0
        for arg in line.args:
            if isinstance(arg, Value) and (arg.shape or self.reads[self.at[arg]]):
                continue
            number = number_of(arg, self.at, numbers)
            if number is not None and 0 < abs(float(number)) < GUARD:
                return abs(float(number))
        return 0.0


def _rounded_otherwise(
    result: Any, given: Sequence[Any], draw: np.random.Generator
) -> Any:
    """A result with its last digits changed, but for the entries that are only picked from what went in."""
    if result.dtype.kind != "f":
        return result
    known = np.sort(np.abs(np.concatenate([[0.0], *map(np.ravel, given)])))
    digits = ULPS * np.finfo(result.dtype).eps
    changed = result * (1 + draw.uniform(-digits, digits, result.shape))
    size = np.abs(result)
    picked = known.take(known.searchsorted(size), mode="clip") == size
    return np.where(picked, result, changed).astype(result.dtype)


def _compiled(line: Line, at: Mapping[Value, int]) -> Call:
    """A line as a function of the list of numbers, with all that can be looked up once looked up."""
    measures = any(True for _ in line.measures())
    weak = any(isinstance(arg, Value) and arg.weak for arg in line.args)
    forward = _without_rounding(line.op.forward) if _adds(line) else line.op.forward
    if measures or weak:
        return partial(_slowly, line, _Lookup(at))
    options = {**line.params}
    places = [at[arg] if isinstance(arg, Value) else None for arg in line.args]
    constants = list(line.args)
    match places:
        case [int(one)]:
            return lambda n: _array(forward(n[one], **options))
        case [int(one), int(two)]:
            return lambda n: _array(forward(n[one], n[two], **options))
        case [int(one), None]:
            return lambda n: _array(forward(n[one], constants[1], **options))
        case [None, int(two)]:
            return lambda n: _array(forward(constants[0], n[two], **options))
        case _:
            pairs = list(zip(places, constants, strict=True))
            return lambda n: _array(
                forward(*(c if p is None else n[p] for p, c in pairs), **options)
            )


def _array(result: Any) -> Array:
    """A result as an array of numbers.

    Raises:
        TypeError: where it holds no numbers, for what it is computed from could not be.
    """
    found = np.asarray(result)
    if found.dtype.hasobject:
        message = "no numbers"
        raise TypeError(message)
    return found


def _adds(line: Line) -> bool:
    """Whether the entries of a line's result are sums of products of entries."""
    return line.op in (ops.sum, ops.mean) or line.op.kind == "product"


def _without_rounding(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Sums that are 0 but for rounding are 0: what is divided by their size later would be noise."""

    def computed(*args: Any, **options: Any) -> Any:
        result = np.asarray(forward(*args, **options))
        if result.dtype.kind != "f":
            return result
        terms = forward(*(np.abs(arg) for arg in args), **options)
        return np.where(np.abs(result) <= LEAST_SHARE * terms, 0, result)

    return computed


class _Lookup:
    """A list of numbers looked up by value."""

    def __init__(self, at: Mapping[Value, int]) -> None:
        self.at = at
        self.numbers: Numbers = []

    def __getitem__(self, value: Value) -> Any:
        return self.numbers[self.at[value]]


def _slowly(line: Line, lookup: _Lookup, numbers: Numbers) -> Any:
    lookup.numbers = numbers
    args = [resolve(arg, lookup) for arg in line.args]  # type: ignore[arg-type]
    params = {
        key: substitute(param, lambda size: measure(size, lookup))  # type: ignore[arg-type]
        for key, param in line.params.items()
    }
    forward = _without_rounding(line.op.forward) if _adds(line) else line.op.forward
    return _array(forward(*args, **params))


def number_of(item: Any, at: Mapping[Value, int], numbers: Numbers) -> Any:
    """What a value, a size or a plain number is in a list of numbers."""
    if isinstance(item, Value):
        return numbers[at[item]]
    if isinstance(item, Size):
        shape = np.shape(numbers[at[item.value]])
        lengths = shape if item.axes is None else [shape[axis] for axis in item.axes]
        return int(np.prod(lengths, dtype=np.int64))
    return item
