"""The reference run: a program's numbers, computed line by line with each op's own forward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.program.errors import ProgramError
from chainrule.program.program import Program, substitute
from chainrule.program.values import Arg, Array, Size, Value


@dataclass(frozen=True, slots=True)
class Run:
    """A program with the numbers filled in."""

    program: Program
    numbers: Mapping[Value, Array]

    def __getitem__(self, name: str | Value) -> Array:
        """The numbers of a value, by itself or by its name."""
        value = self.program.named()[name] if isinstance(name, str) else name
        return self.numbers[value]


def run(program: Program, numbers: Mapping[Value, Any] | Mapping[str, Any]) -> Run:
    """Run ``program`` on ``numbers`` (by value or by name), line by line; inputs are never written.

    Raises:
        ProgramError: E322 if an input has no number.
    """
    filled: dict[Value, Array] = {}
    for value in program.inputs:
        number = _given(value, numbers)
        filled[value] = np.asarray(number)
    for line in program.lines:
        args = [resolve(arg, filled) for arg in line.args]
        params = {
            key: substitute(param, lambda size: measure(size, filled))
            for key, param in line.params.items()
        }
        filled[line.result] = np.asarray(line.op.forward(*args, **params))
    return Run(program, filled)


def _given(value: Value, numbers: Mapping[Any, Any]) -> Any:
    if value in numbers:
        return numbers[value]
    if value.name is not None and value.name in numbers:
        return numbers[value.name]
    message = f"no number was given for {value.name or value}"
    raise ProgramError("E322", message)


def measure(size: Size, numbers: Mapping[Value, Array]) -> int:
    """A size, read from the array it belongs to."""
    shape = numbers[size.value].shape
    lengths = shape if size.axes is None else [shape[axis] for axis in size.axes]
    return int(np.prod(lengths, dtype=np.int64))


def resolve(arg: Arg, numbers: Mapping[Value, Array]) -> Any:
    """The number an argument stands for."""
    if isinstance(arg, Value):
        return numbers[arg].item() if arg.weak else numbers[arg]
    return measure(arg, numbers) if isinstance(arg, Size) else arg
