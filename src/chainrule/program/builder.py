"""Writing a program: lines join it one at a time, each tried on the laws first, with its numbers beside it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np

from chainrule.program.conversions import as_array, result_of
from chainrule.program.errors import ChainruleError, ShapeError
from chainrule.program.line import Line, arg_shape, concrete
from chainrule.program.loop import Item, Loop, lines_of
from chainrule.program.names import Taken, free_name
from chainrule.program.op import Op, shape_of
from chainrule.program.program import Program
from chainrule.program.run import Run
from chainrule.program.source_places import SourceSpan
from chainrule.program.values import MOVING, Arg, Array, Value

Law = Callable[["Builder", Op, tuple[Arg, ...], Mapping[str, Any]], "Arg | None"]
"""A simplification: the argument that a line may be replaced by, or None where the law says nothing."""


class Builder:
    """Lines being written, and the numbers of each. One builder makes one program.

    ``met`` says before which line each input was first met, ``read`` which values some line reads.

    ``laws`` are tried on every line before it is written; a builder that has laws writes no line twice.

    >>> from chainrule import ops
    >>> builder = Builder()
    >>> x = builder.input(np.array([1.0, 2.0]), "x")
    >>> total = builder.write(ops.sum, (builder.write(ops.square, (x,)),))
    >>> builder.number(total)
    array(5.)
    """

    def __init__(self, laws: Sequence[Law] = (), around: Builder | None = None) -> None:
        self.laws = tuple(laws)
        self.around = around
        self.inputs: list[Value] = []
        self.met: dict[Value, int] = {}
        self.lines: list[Line] = []
        self.numbers: dict[Value, Array] = {}
        self.producer: dict[Value, Line] = {}
        self.read: set[Value] = set()
        self.taken = Taken()
        self.loops: list[tuple[int, Loop]] = []
        self._position: dict[Value, int] = {}
        self._written: MutableMapping[Any, Value] = {}

    def adopt(self, run: Run) -> None:
        """Start from the lines, the loops and the numbers of a run, to write further lines after them."""
        self.inputs.extend(run.program.inputs)
        self.numbers.update(run.numbers)
        for item in run.program.items:
            match item:
                case Line():
                    self._join(item)
                case Loop():
                    self.repeat(item)
                    # what stands in a turn may be looked at, and is read by no line outside of it
                    self.producer.update((x.result, x) for x in lines_of(item.items))
        self.taken.update(run.program.named())

    @property
    def items(self) -> tuple[Item, ...]:
        """The lines with the loops between them."""
        items: list[Item] = []
        written = 0
        for position, loop in self.loops:
            items += [*self.lines[written:position], loop]
            written = position
        return (*items, *self.lines[written:])

    def inside(self) -> Builder:
        """A builder for the body of a loop, to be written after what stands here and before what comes next.

        Its lines may read what is here; it shares inputs, names and numbers. The numbers are those of one turn.
        """
        body = Builder(self.laws, self)
        body.inputs, body.met = self.inputs, self.met
        body.numbers, body.producer = self.numbers, self.producer
        body.taken = self.taken
        body._written = ChainMap({}, self._written)
        return body

    def repeat(self, loop: Loop) -> None:
        """A loop joins the lines; what it leaves behind can be read from here on."""
        self.loops.append((len(self.lines), loop))
        for value in loop.results:
            self.numbers.setdefault(value, np.zeros(value.shape, value.dtype))

    def know(self, lines: Iterable[Line]) -> None:
        """Lines that stand in the turn being written about: they are not written twice."""
        for line in lines:
            key = key_of(line.op, line.args, line.params)
            self._written.setdefault(key, line.result)

    def input(self, number: Any, name: str | None = None) -> Value:
        """A new input with its numbers, given a free name; a Python float takes the type of what it meets."""
        array = as_array(number)
        value = Value(array.shape, array.dtype, weak=type(number) is float)
        if name is not None:
            value.christen(self.free(name))
        self.inputs.append(value)
        self.met[value] = len(self.lines)
        self.numbers[value] = array
        return value

    def free(self, name: str) -> str:
        """``name`` as an identifier nobody has taken: ``h`` bound again is ``h_2``."""
        return free_name(name, self.taken)

    def christen(self, value: Value, name: str) -> None:
        """Name a value, unless it has a name."""
        if value.name is None:
            value.christen(self.free(name))

    def write(
        self,
        op: Op,
        args: Sequence[Arg],
        params: Mapping[str, Any] | None = None,
        why: str = "",
        places: tuple[SourceSpan, ...] = (),
        *,
        number: Array | None = None,
    ) -> Arg:
        """What ``op(*args, **params)`` gives: what a law puts in its place, a line that stands already, or a new one.

        ``number`` is what it gives, if that is known.
        """
        full = {**op.params, **params} if params else op.params
        given = tuple(args)
        for law in self.laws:
            replaced = law(self, op, given, full)
            if replaced is not None:
                return replaced
        key = key_of(op, given, full) if self.laws else None
        standing = self._written.get(key)
        if standing is not None:
            return standing
        return self.append(op, given, full, why, places, number=number, key=key)

    def append(
        self,
        op: Op,
        args: tuple[Arg, ...],
        params: Mapping[str, Any],
        why: str = "",
        places: tuple[SourceSpan, ...] = (),
        *,
        number: Array | None = None,
        key: Any = None,
    ) -> Value:
        """A line of its own, whatever the laws say; ``key`` is its key, if that is known.

        Raises:
            ShapeError: where the arguments do not fit, or the op's shape rule does not say what its forward does.
        """
        at = places[0] if places else None
        plain = concrete(params) if params else params
        try:
            shape = shape_of(op, [arg_shape(arg) for arg in args], plain)
            if number is None:
                numbers = [self.number(arg) for arg in args]
                with np.errstate(all="ignore"):
                    number = result_of(op.forward(*numbers, **plain), numbers, op.kind)
        except ChainruleError as error:
            error.detail = error.detail or described(args)
            raise error.at(at) from None
        if shape != number.shape:
            message = f"{op.name} promised the shape {shape} and gave {number.shape}"
            raise ShapeError("E102", message, where=at)
        weak = number.ndim == 0 and bool(args) and all(_is_weak(arg) for arg in args)
        value = Value(number.shape, number.dtype, weak=weak)
        self.numbers[value] = number
        self._join(Line(value, op, args, params, why, places), key)
        return value

    def _join(self, line: Line, key: Any = None) -> None:
        self._position[line.result] = len(self.lines)
        if self.laws:
            key = key or key_of(line.op, line.args, line.params)
            self._written.setdefault(key, line.result)
        self.lines.append(line)
        self.read.update(line.reads())
        self.producer[line.result] = line

    def twin(self, value: Value) -> Value:
        """What made ``value``, on a second line."""
        line = self.producer[value]
        return self.append(line.op, line.args, line.params, line.why, line.places)

    def position(self, line: Line) -> int:
        """How many lines stand before this one."""
        return self._position[line.result]

    def give_reason(self, value: Value, why: str) -> None:
        """Say why the line of ``value`` is there."""
        if value not in self._position and self.around is not None:
            self.around.give_reason(value, why)
            return
        old = self.producer[value]
        line = Line(value, old.op, old.args, old.params, why, old.places)
        self.lines[self._position[value]] = line
        self.producer[value] = line

    def number(self, arg: Arg) -> Any:
        """The number an argument has now."""
        if isinstance(arg, Value):
            return self.numbers[arg].item() if arg.plain else self.numbers[arg]
        return arg.number if isinstance(arg, MOVING) else arg

    def run(self, outputs: Iterable[Value], name: str = "program") -> Run:
        """What has been written, as a program with its numbers."""
        program = Program(tuple(self.inputs), self.items, tuple(outputs), name)
        return Run(program, self.numbers)


def described(args: Iterable[Arg]) -> str:
    """The shapes of the arguments that have names, for a message."""
    known = [arg for arg in args if isinstance(arg, Value) and arg.name]
    return ", ".join(f"{value.name} is {value.shape}" for value in known)


def _is_weak(arg: Arg) -> bool:
    """Whether ``arg`` is a Python number, which takes the element type of what it meets."""
    return arg.weak if isinstance(arg, Value) else True


def key_of(op: Op, args: tuple[Arg, ...], params: Mapping[str, Any]) -> Any:
    """What two lines have in common that compute the same."""
    # 1, 1.0 and True are equal and hash alike, yet are not the same argument
    typed = (*args, *map(type, args))
    if not params:
        return op, typed
    return op, typed, tuple((name, _hashable(param)) for name, param in params.items())


def _hashable(param: Any) -> Any:
    """A parameter as a key: equal only where the parameters are, value by value."""
    match param:
        case slice():
            parts = (param.start, param.stop, param.step)
            return (slice, *(_hashable(part) for part in parts))
        case tuple():
            return tuple(_hashable(item) for item in param)
        case _:
            return (type(param), param)
