"""The recorder: every operation on a traced value becomes a line, with its numbers, name and place."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from types import CodeType
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import (
    Arg,
    Array,
    CannotTrace,
    ChainruleError,
    DTypeError,
    Line,
    Op,
    Program,
    Run,
    ShapeError,
    Size,
    SourceSpan,
    Value,
)
from chainrule.program.op import shape_of
from chainrule.trace import source
from chainrule.trace.broadcast_guard import refuse_column_against_row, refuse_drift
from chainrule.trace.lengths import TracedInt
from chainrule.trace.names import Taken, free_name
from chainrule.trace.parameters import (
    concrete,
    hashable,
    is_weak,
    lowered_param,
    nested,
)
from chainrule.trace.traced import Traced, View

Law = Callable[["Recorder", Op, tuple[Arg, ...], Mapping[str, Any]], "Arg | None"]
"""A simplification: the argument that a line may be replaced by, or None where the law says nothing."""

WRITTEN_OUT = 16
"""A nameless constant with at most this many entries is written out in the program."""


class Recorder:
    """Lines being written. One recorder makes one program.

    ``laws`` are tried on every line before it is written; ``named`` says whether the user's source is
    consulted for names and places; ``lenient`` lets a script's plain Python (prints, branches on values,
    ``float(loss)``) run on the numbers. ``pairs`` lets a column meet a flat array, as NumPy does, for the mistake
    to be judged instead of refused. ``decided`` are the branches taken on values, in order. Arrays whose ids are in
    ``lasting`` outlive the trace: they become inputs, however small they are.
    """

    def __init__(
        self,
        *,
        laws: Sequence[Law] = (),
        named: bool = True,
        lenient: bool = False,
        follow_branches: bool = False,
        shared: bool = True,
        pairs: bool = False,
        boundary: Iterable[CodeType] = (),
        lasting: Container[int] = (),
    ) -> None:
        self.inputs: list[Value] = []
        self.met: dict[Value, int] = {}
        self.lines: list[Line] = []
        self.numbers: dict[Value, Array] = {}
        self.producer: dict[Value, Line] = {}
        self.laws = tuple(laws)
        self.named = named
        self.lenient = lenient
        self.follow_branches = follow_branches
        self.pairs = pairs
        self.shared = shared and bool(laws)
        self.boundary = frozenset(boundary)
        self.lasting = lasting
        self.decided: list[tuple[Value, bool]] = []
        self.at: SourceSpan | None = None
        self.constants: dict[int, tuple[Array, Value]] = {}
        self.escaped: dict[float, SourceSpan | None] = {}
        self.taken = Taken()
        self.on_bind: Callable[[str, Value, SourceSpan | None], None] | None = None
        self.on_write: Callable[[Value, Value], None] | None = None
        self.script_file = ""
        self._position: dict[Value, int] = {}
        self._seen: dict[Any, Value] = {}

    def adopt(self, run: Run) -> None:
        """Start from the lines and numbers of a run, to write further lines after them."""
        self.inputs.extend(run.program.inputs)
        self.numbers.update(run.numbers)
        for line in run.program.lines:
            self._append(line)
        self.taken.update(run.program.named())

    def input(self, number: Any, name: str | None) -> Traced:
        """A new input with its numbers, given a free name; a Python float takes the type of what it meets."""
        array = np.asarray(number)
        value = Value(array.shape, array.dtype, weak=type(number) is float)
        if name is not None:
            value.christen(self.free(name))
        self.inputs.append(value)
        self.met[value] = len(self.lines)
        self.numbers[value] = array
        return Traced(self, value)

    def free(self, name: str) -> str:
        """``name`` as an identifier nobody has taken: ``h`` bound again is ``h_2``."""
        return free_name(name, self.taken)

    def christen(self, value: Value, name: str) -> None:
        """Name a value, unless it has a name."""
        if value.name is None:
            value.christen(self.free(name))

    def record(
        self,
        op: Op,
        args: Sequence[Any],
        params: Mapping[str, Any] | None = None,
        why: str = "",
        number: Array | None = None,
    ) -> Any:
        """Write ``result = op(*args, **params)`` and return the result, traced; ``number`` is what it gives, if known."""
        lowered = tuple(self.lower(arg) for arg in args)
        full = {
            key: lowered_param(param)
            for key, param in {**op.params, **(params or {})}.items()
        }
        for law in self.laws:
            replaced = law(self, op, lowered, full)
            if replaced is not None:
                return self.lift(replaced)
        key = self._key(op, lowered, full) if self.shared else None
        if key is not None and key in self._seen:
            return Traced(self, self._seen[key])
        result = self._write(op, lowered, full, why, number)
        first = args[0] if args else None
        if op.kind == "view" and isinstance(first, Traced):
            return Traced(self, result, View(first, first.moves))
        return Traced(self, result)

    def twin(self, value: Value) -> Value:
        """What made ``value``, on a second line."""
        line = self.producer[value]
        return self._write(line.op, line.args, line.params, line.why)

    def again(self, traced: Traced) -> Traced:
        """The same value on a line of its own, to be given a second name."""
        return Traced(self, self._write(ops.identity, (self.lower(traced),), {}, ""))

    def _write(
        self,
        op: Op,
        args: tuple[Arg, ...],
        params: Mapping[str, Any],
        why: str,
        number: Array | None = None,
    ) -> Value:
        frames = list(source.user_frames(boundary=self.boundary)) if self.named else []
        at = source.place(frames[0]) if frames else self.at
        numbers = [self.number(arg) for arg in args]
        plain = {key: concrete(param) for key, param in params.items()}
        try:
            shape = shape_of(op, [np.shape(number) for number in numbers], plain)
            if op.elementwise and self.named and not self.pairs:
                refuse_column_against_row(op, args)
            if number is None:
                with np.errstate(all="ignore"):
                    number = np.asarray(op.forward(*numbers, **plain))
        except ChainruleError as error:
            if not error.detail:
                error.detail = self._describe(args)
            raise error.at(at) from None
        weak = number.ndim == 0 and bool(args) and all(is_weak(arg) for arg in args)
        value = Value(number.shape, number.dtype, weak=weak)
        if shape != number.shape:
            message = f"{op.name} promised the shape {shape} and gave {number.shape}"
            raise ShapeError("E102", message, where=at)
        refuse_drift(op, args, value, at)
        self.numbers[value] = number
        places = [source.place(frame) for frame in frames] if frames else [at]
        known = tuple(place for place in places if place is not None)
        line = Line(value, op, args, params, why, known)
        self._append(line)
        name = source.bound_name(iter(frames)) if frames else None
        if name is not None:
            self.christen(value, name)
            if self.on_bind is not None:
                self.on_bind(name, value, at)
        return value

    def _append(self, line: Line) -> None:
        self._position[line.result] = len(self.lines)
        if self.shared:
            self._seen.setdefault(
                self._key(line.op, line.args, line.params), line.result
            )
        self.lines.append(line)
        self.producer[line.result] = line

    def position(self, line: Line) -> int:
        """How many lines stand before this one."""
        return self._position[line.result]

    def give_reason(self, value: Value, why: str) -> None:
        """Say why the line of ``value`` is there."""
        line = replace(self.producer[value], why=why)
        self.lines[self._position[value]] = line
        self.producer[value] = line

    def _describe(self, args: Sequence[Arg]) -> str:
        known = [arg for arg in args if isinstance(arg, Value) and arg.name]
        return ", ".join(f"{value.name} is {value.shape}" for value in known)

    def number(self, arg: Arg) -> Any:
        """The number an argument has now."""
        if isinstance(arg, Value):
            return self.numbers[arg].item() if arg.weak else self.numbers[arg]
        return arg.number if isinstance(arg, Size) else arg

    def lift(self, arg: Arg) -> Any:
        """An argument as a rule or a user's function meets it: traced, or a plain number."""
        if isinstance(arg, Value):
            return Traced(self, arg)
        return TracedInt(arg.number, self, arg) if isinstance(arg, Size) else arg

    def lift_param(self, param: Any) -> Any:
        """A parameter as a rule meets it: sizes inside it are lifted."""
        match param:
            case Size():
                return self.lift(param)
            case tuple():
                return tuple(self.lift_param(item) for item in param)
            case slice():
                parts = (
                    self.lift_param(i) for i in (param.start, param.stop, param.step)
                )
                return slice(*parts)
            case _:
                return param

    def lower(self, arg: Any) -> Arg:
        """Anything a user may pass to an operation, as an argument of a line."""
        if isinstance(arg, Traced):
            return arg.current(self)
        if isinstance(arg, TracedInt):
            return arg.ref
        if isinstance(arg, np.generic) and arg.dtype in (
            np.float64,
            np.int64,
            np.bool_,
        ):
            return self.lower(arg.item())
        if isinstance(arg, bool | int):
            return arg
        if isinstance(arg, float):
            self._refuse_escaped(arg)
            return arg
        if isinstance(arg, list | tuple):
            return self._constant(self._gather(arg))
        return self._constant(np.asarray(arg))

    def _gather(self, items: Sequence[Any]) -> Array:
        flat = (
            np.asarray(items, dtype=object).ravel()
            if any(isinstance(item, Traced) for item in items)
            else ()
        )
        if len(flat):
            raise CannotTrace(
                "E301",
                "a list of traced values was used as an array; its gradient would be lost",
                where=self.here(),
                hint="join them with np.stack([...]) or np.concatenate([...])",
            )
        return np.asarray(items)

    def _constant(self, array: Array) -> Value:
        kept = self.constants.get(id(array))
        if kept is None:
            if array.dtype.kind not in "fiub":
                raise DTypeError(
                    "E110",
                    f"an array of {array.dtype} cannot take part in a gradient",
                    where=self.here(),
                    hint="use an array of floats, integers or booleans",
                )
            name = self._constant_name(array)
            short_lived = id(array) not in self.lasting
            if name is None and array.size <= WRITTEN_OUT and short_lived:
                written = {"value": nested(array), "dtype": array.dtype.name}
                traced = Traced(self, self._write(ops.array, (), written, ""))
            else:
                traced = self.input(array.copy(), name or "constant")
            # the array itself is kept alive, so that its id stays its own
            kept = (array, traced.value)
            self.constants[id(array)] = kept
        return kept[1]

    def _constant_name(self, array: Array) -> str | None:
        for frame in source.user_frames(boundary=self.boundary):
            for scope in (frame.f_locals, frame.f_globals):
                for name, item in scope.items():
                    if item is array:
                        return name
        return None

    def _refuse_escaped(self, number: float) -> None:
        if number in self.escaped:
            at = self.escaped[number]
            raise CannotTrace(
                "E301",
                f"{number!r} was taken out of a traced value by float(...), and is used in the computation again",
                where=at,
                hint="use the value itself, without float(...)",
            )

    def escape(self, number: float) -> None:
        """Remember a number that left the trace, so that its silent return is noticed."""
        if number not in (0.0, 1.0):
            self.escaped[number] = self.here()

    def here(self) -> SourceSpan | None:
        """The user's place right now."""
        for frame in source.user_frames(boundary=self.boundary):
            return source.place(frame)
        return None

    def _key(self, op: Op, args: tuple[Arg, ...], params: Mapping[str, Any]) -> Any:
        # 1, 1.0 and True are equal and hash alike, yet are not the same argument
        typed = tuple((type(arg), arg) for arg in args)
        return (
            op,
            typed,
            tuple((name, hashable(param)) for name, param in params.items()),
        )

    def run(self, outputs: Iterable[Value], name: str = "program") -> Run:
        """What has been recorded, as a program with its numbers."""
        program = Program(tuple(self.inputs), tuple(self.lines), tuple(outputs), name)
        return Run(program, self.numbers)
