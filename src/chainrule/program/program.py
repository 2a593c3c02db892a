"""A program: lines in order, each a result, an op, its arguments, and the reason it is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.program.errors import ChainruleError, ProgramError
from chainrule.program.op import Op, shape_of
from chainrule.program.values import Arg, Shape, Size, SourceSpan, Value


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """``result = op(*args, **params)``, why it is there, and where it came from."""

    result: Value
    op: Op
    args: tuple[Arg, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    at: SourceSpan | None = None

    def reads(self) -> Iterator[Value]:
        """Every value whose entries or lengths this line needs."""
        for arg in self.args:
            if isinstance(arg, Value):
                yield arg
        yield from self.measures()

    def measures(self) -> Iterator[Value]:
        """Every value whose lengths (not entries) this line needs."""
        for arg in self.args:
            if isinstance(arg, Size):
                yield arg.value
        for param in self.params.values():
            yield from (size.value for size in sizes_in(param))


def sizes_in(param: Any) -> Iterator[Size]:
    """The sizes inside a parameter, however deep in tuples and slices they stand."""
    if isinstance(param, Size):
        yield param
    elif isinstance(param, tuple):
        for item in param:
            yield from sizes_in(item)
    elif isinstance(param, slice):
        for item in (param.start, param.stop, param.step):
            yield from sizes_in(item)


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Inputs, lines in order, outputs. Values are unique objects; names are unique identifiers."""

    inputs: tuple[Value, ...]
    lines: tuple[Line, ...]
    outputs: tuple[Value, ...]
    name: str = "program"

    def producer(self) -> dict[Value, Line]:
        """The line each computed value comes from."""
        return {line.result: line for line in self.lines}

    def values(self) -> Iterator[Value]:
        """Every value, inputs first, in order."""
        yield from self.inputs
        for line in self.lines:
            yield line.result

    def named(self) -> dict[str, Value]:
        """Values by name."""
        return {value.name: value for value in self.values() if value.name is not None}

    def pruned(self, outputs: Iterable[Value] | None = None) -> Program:
        """The same program without lines and inputs that no output needs."""
        wanted = tuple(self.outputs if outputs is None else outputs)
        needed = set(wanted)
        kept: list[Line] = []
        for line in reversed(self.lines):
            if line.result in needed:
                kept.append(line)
                needed.update(line.reads())
        inputs = tuple(value for value in self.inputs if value in needed)
        return Program(inputs, tuple(reversed(kept)), wanted, self.name)


def verify(program: Program) -> None:
    """Raise unless every argument is defined before its use, names are unique, and shapes agree.

    Raises:
        ProgramError: E320 for an undefined argument, E321 for a name or a result given twice.
        ShapeError: where a line's result is not of the shape its op's rule says.
    """
    known: set[Value] = set()
    names: set[str] = set()

    def define(value: Value) -> None:
        if value in known or (value.name is not None and value.name in names):
            message = f"{value.name or value} is defined twice"
            raise ProgramError("E321", message)
        known.add(value)
        if value.name is not None:
            names.add(value.name)

    for value in program.inputs:
        define(value)
    for line in program.lines:
        for value in line.reads():
            if value not in known:
                message = f"{value.name or value} is used before it is computed"
                raise ProgramError("E320", message, where=line.at)
        _verify_shape(line)
        define(line.result)
    for value in program.outputs:
        if value not in known:
            message = f"the output {value.name or value} is never computed"
            raise ProgramError("E320", message)


def _verify_shape(line: Line) -> None:
    try:
        shape = shape_of(
            line.op, [arg_shape(arg) for arg in line.args], concrete(line.params)
        )
    except ChainruleError as error:
        raise error.at(line.at) from None
    if shape != line.result.shape:
        message = f"{line.op.name} gives {shape}, the line says {line.result.shape}"
        raise ProgramError("E320", message, where=line.at)


def arg_shape(arg: Arg) -> Shape:
    """The shape of an argument; numbers and sizes are 0-dimensional."""
    return arg.shape if isinstance(arg, Value) else ()


def concrete(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with every size replaced by its length at the numbers traced."""
    return {
        key: substitute(param, lambda size: size.number)
        for key, param in params.items()
    }


def substitute(param: Any, number: Any) -> Any:
    """``param`` with ``number(size)`` in place of every size in it."""
    if isinstance(param, Size):
        return number(param)
    if isinstance(param, tuple):
        return tuple(substitute(item, number) for item in param)
    if isinstance(param, slice):
        parts = (
            substitute(item, number) for item in (param.start, param.stop, param.step)
        )
        return slice(*parts)
    return param
