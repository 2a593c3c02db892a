"""The reference run: a program's numbers, computed line by line with each op's own forward, loops turn by turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.program.conversions import as_array, result_of
from chainrule.program.errors import ProgramError
from chainrule.program.line import Line, moving_in, substitute
from chainrule.program.loop import Item, Loop
from chainrule.program.program import Program
from chainrule.program.values import Arg, Array, Counter, Size, Turn, Value

Watcher = Callable[[Loop, Mapping[Counter, int], Mapping[Value, Array]], None]
"""Called after every turn: the loop, the counters of it and the loops around it, the numbers there are."""


@dataclass(frozen=True, slots=True)
class Run:
    """A program with the numbers filled in.

    What is there in a turn of a loop alone has the numbers of the turn taken last.
    """

    program: Program
    numbers: Mapping[Value, Array]

    def __getitem__(self, name: str | Value) -> Array:
        """The numbers of a value, by itself or by its name."""
        value = self.program.named()[name] if isinstance(name, str) else name
        return self.numbers[value]


def run(
    program: Program,
    numbers: Mapping[Value, Any] | Mapping[str, Any],
    watch: Watcher | None = None,
) -> Run:
    """Run ``program`` on ``numbers`` (by value or by name), line by line; inputs are never written.

    ``watch`` is called after every turn of every loop.

    Raises:
        ProgramError: E322 if an input has no number.
    """
    filled: dict[Value, Array] = {}
    for value in program.inputs:
        number = _given(value, numbers)
        filled[value] = as_array(number)
    _Machine(filled, watch).items(program.items)
    return Run(program, filled)


class _Machine:
    """The numbers there are, and the turns in which the loops are."""

    def __init__(self, numbers: dict[Value, Array], watch: Watcher | None) -> None:
        self.numbers = numbers
        self.turns: dict[Counter, int] = {}
        self.watch = watch
        self.moving: dict[Line, list[str]] = {}

    def items(self, items: Iterable[Item]) -> None:
        for item in items:
            match item:
                case Line():
                    self.line(item)
                case Loop():
                    self.loop(item)

    def line(self, line: Line) -> None:
        args = [resolve(arg, self.numbers, self.turns) for arg in line.args]
        moving = self.moving.get(line)
        if moving is None:
            # asked once of a line that thousands of turns take
            moving = [key for key, one in line.params.items() if any(moving_in(one))]
            self.moving[line] = moving
        params = line.params
        if moving:
            now = {key: substitute(params[key], self._measured) for key in moving}
            params = {**params, **now}
        self.numbers[line.result] = result_of(
            line.op.forward(*args, **params), args, line.op.kind
        )

    def loop(self, loop: Loop) -> None:
        n = int(resolve(loop.n, self.numbers, self.turns))
        state = [self._array(one.start, one.inside) for one in loop.carried]
        kept = [[number] for number in state]
        stacks: list[list[Array]] = [[] for _ in loop.stacks]
        for turn in range(n)[::-1] if loop.reverse else range(n):
            self.turns[loop.counter] = turn
            for one, number in zip(loop.carried, state, strict=True):
                self.numbers[one.inside] = number
            self.items(loop.items)
            for stacked, numbers in zip(loop.stacks, stacks, strict=True):
                numbers.append(self._array(stacked.inside))
            state = [self._array(one.next, one.inside) for one in loop.carried]
            for one, number, numbers in zip(loop.carried, state, kept, strict=True):
                if one.kept is not None:
                    numbers.append(number)
            if self.watch is not None:
                self.watch(loop, dict(self.turns), self.numbers)
        self.turns.pop(loop.counter, None)
        for one, number, numbers in zip(loop.carried, state, kept, strict=True):
            if one.end is not None:
                self.numbers[one.end] = number
            if one.kept is not None:
                self.numbers[one.kept] = _stacked(one.kept, numbers, loop)
        for stacked, numbers in zip(loop.stacks, stacks, strict=True):
            self.numbers[stacked.out] = _stacked(stacked.out, numbers, loop)

    def _measured(self, one: Size | Turn) -> int:
        return measure(one, self.numbers, self.turns)

    def _array(self, arg: Arg, like: Value | None = None) -> Array:
        """The number of ``arg``; a plain one takes the shape and the type of what it is met as."""
        number = as_array(resolve(arg, self.numbers, self.turns))
        if like is None:
            return number
        if not isinstance(arg, Value):
            return np.full(like.shape, number, like.dtype)
        return number.astype(like.dtype, copy=False)


def _stacked(out: Value, numbers: list[Array], loop: Loop) -> Array:
    if not numbers:
        return np.zeros((0, *out.shape[1:]), out.dtype)
    return np.stack(numbers[::-1] if loop.reverse else numbers)


def _given(value: Value, numbers: Mapping[Any, Any]) -> Any:
    if value in numbers:
        return numbers[value]
    if value.name is not None and value.name in numbers:
        return numbers[value.name]
    message = f"no number was given for {value.name or value}"
    raise ProgramError("E322", message)


def measure(
    size: Size | Turn,
    numbers: Mapping[Value, Array],
    turns: Mapping[Counter, int] | None = None,
) -> int:
    """A size, read from the array it belongs to; a turn, from the loops' counters."""
    if isinstance(size, Turn):
        return size.at(turns or {})
    shape = numbers[size.value].shape
    lengths = shape if size.axes is None else [shape[axis] for axis in size.axes]
    return int(np.prod(lengths, dtype=np.int64))


def resolve(
    arg: Arg,
    numbers: Mapping[Value, Array],
    turns: Mapping[Counter, int] | None = None,
) -> Any:
    """The number an argument stands for."""
    if isinstance(arg, Value):
        return numbers[arg].item() if arg.plain else numbers[arg]
    return measure(arg, numbers, turns) if isinstance(arg, (Size, Turn)) else arg
