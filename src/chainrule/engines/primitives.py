"""A program in the few ops that a low language knows: every other op is followed into what its own forward is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import Arg, Builder, Line, Program, Size, Value
from chainrule.program.builder import key_of
from chainrule.program.line import substitute
from chainrule.trace import Traced, TracedInt, Tracer

Known = Callable[[Line], bool]
"""Whether a line needs no taking apart."""


def primitives(program: Program, known: Known) -> Program:
    """``program`` in lines that are ``known``; one that cannot be taken apart stays as it is.

    Lines that compute the same are written once; what is only another name for a value is gone, but outputs that would
    be one array with an input or another output are copies.
    """
    writing = _Writing(program, known)
    for line in program.lines:
        writing.add(line)
    return writing.program()


class _Writing:
    def __init__(self, program: Program, known: Known) -> None:
        self.whole = program
        self.known = known
        self.lines: list[Line] = []
        self.standing: dict[Any, Value] = {}
        self.now: dict[Value, Value] = {value: value for value in program.inputs}

    def add(self, line: Line) -> None:
        """One line of the program, in as many as it takes."""
        kept = Line(
            line.result,
            line.op,
            tuple(self._moved(arg) for arg in line.args),
            {key: self._moved(param) for key, param in line.params.items()},
            line.why,
            line.places,
        )
        if self._same_value(kept):
            return
        if not self.known(kept):
            parts = taken_apart(kept)
            if parts is not None:
                for part in parts:
                    self.add(part)
                return
        key = key_of(kept.op, kept.args, kept.params)
        if key in self.standing:
            self.now[line.result] = self.standing[key]
            return
        self.standing[key] = line.result
        self.now[line.result] = line.result
        self.lines.append(kept)

    def _same_value(self, line: Line) -> bool:
        """Whether a line only gives another name; then its result is the argument."""
        (first, *rest) = line.args or (None,)
        alike = (
            isinstance(first, Value)
            and not rest
            and (first.shape, first.dtype, first.weak)
            == (line.result.shape, line.result.dtype, line.result.weak)
            and line.op in (ops.identity, ops.astype, ops.broadcast_to, ops.reshape)
        )
        if alike and isinstance(first, Value):
            self.now[line.result] = first
        return alike

    def _moved(self, arg: Any) -> Any:
        if isinstance(arg, Value):
            return self.now[arg]
        return substitute(arg, self._size)

    def _size(self, size: Any) -> Any:
        return Size(self.now[size.value], size.axes) if isinstance(size, Size) else size

    def program(self) -> Program:
        """What has been written, each output an array of its own."""
        outputs: list[Value] = []
        taken = set(self.whole.inputs)
        made = {line.result: line for line in self.lines}
        for value in self.whole.outputs:
            now = self.now[value]
            is_view = now in made and made[now].op.kind in ("view", "indexing")
            if now in taken or is_view:
                copy = Value(value.shape, value.dtype, value.name, value.weak)
                why = made[now].why if now in made else ""
                self.lines.append(Line(copy, ops.identity, (now,), {}, why))
                now = copy
            elif value.name is not None and now.name != value.name:
                now = self._renamed(now, value.name)
            taken.add(now)
            outputs.append(now)
        program = Program(
            self.whole.inputs, tuple(self.lines), tuple(outputs), self.whole.name
        )
        kept = program.pruned()
        return Program(self.whole.inputs, kept.items, kept.outputs, kept.name)

    def _renamed(self, value: Value, name: str) -> Value:
        copy = Value(value.shape, value.dtype, name, value.weak)
        self.lines.append(Line(copy, ops.identity, (value,), {}, ""))
        return copy


def taken_apart(line: Line) -> list[Line] | None:
    """The lines that a line's own forward, or its definition, is made of; None where neither can be followed."""
    forms = [line.op.forward]
    if line.op.definition is not None:
        forms.append(line.op.definition)
    for form in forms:
        found = _followed(line, form)
        if found is not None and all(one.op is not line.op for one in found):
            return found
    return None


def _followed(line: Line, form: Callable[..., Any]) -> list[Line] | None:
    tracer = Tracer(named=False)
    inputs: dict[Value, Arg] = {}
    args = [_stand_in(tracer, arg, inputs) for arg in line.args]
    params = {
        key: substitute(param, lambda size: TracedInt(size.number, tracer, size))
        for key, param in line.params.items()
    }
    try:
        with np.errstate(all="ignore"):
            result = form(*args, **params)
    except Exception:  # noqa: BLE001 - a forward that is not NumPy on its arguments cannot be followed
        return None
    builder: Builder = tracer.builder
    if not isinstance(result, Traced) or len(builder.inputs) != len(inputs):
        return None
    return list(_renamed(builder, result.value, line, inputs))


def _stand_in(tracer: Tracer, arg: Arg, inputs: dict[Value, Arg]) -> Any:
    """An argument of the right shape and type, with made-up numbers."""
    if isinstance(arg, Size):
        return TracedInt(arg.number, tracer, arg)
    if not isinstance(arg, Value):
        return arg
    number: Any = 0.5 if arg.plain else np.full(arg.shape, 0.5).astype(arg.dtype)
    traced = tracer.input(number, None)
    inputs[traced.value] = arg
    return traced


def _renamed(
    builder: Builder, result: Value, line: Line, inputs: Mapping[Value, Arg]
) -> Iterator[Line]:
    """The lines with the line's own arguments and result in the places of those made up for them."""
    place: dict[Value, Any] = {**inputs, result: line.result}

    def put(arg: Any) -> Any:
        if isinstance(arg, Value):
            return place.get(arg, arg)
        return substitute(arg, measured)

    def measured(size: Any) -> Any:
        if isinstance(size, Size) and isinstance(place.get(size.value), Value):
            return Size(place[size.value], size.axes)
        return size

    for one in builder.lines:
        last = one.result is result
        yield Line(
            place.get(one.result, one.result),
            one.op,
            tuple(put(arg) for arg in one.args),
            {key: put(param) for key, param in one.params.items()},
            line.why if last else "",
            line.places,
        )
