"""A function followed once, on its own or inside of another that is being followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import (
    Array,
    DTypeError,
    Line,
    Program,
    ProgramError,
    Run,
    Value,
)
from chainrule.trace import Traced, TracedInt, Tracer
from chainrule.trace.function import BOUNDARY, follow
from chainrule.trace.function import inside as call_inside
from chainrule.trace.matrices import is_matrix
from chainrule.trace.replay import Chances
from chainrule.transforms.derivation import FollowedFunction, written_into
from chainrule.transforms.differentiation import Differentiation
from chainrule.transforms.faithful import held_to_itself
from chainrule.transforms.stand_ins import StandIns
from chainrule.transforms.structure import TRACED, named_leaves, put_together
from chainrule.transforms.variant import DerivedVariant, variant

EVERYTHING, FLOATS, NOTHING = range(3)
"""Which arrays around a function are followed: all, the floats, or none, whose numbers then are part of the form."""
Apply = Callable[[Sequence[Any]], tuple[Any, list[Any]]]


@dataclass(frozen=True, slots=True)
class ResultSlot:
    """Where one of the values goes in the structure that a function returns, and whether it is one of NumPy's matrices."""

    position: int
    is_matrix: bool = False

    def of(self, values: Sequence[Any]) -> Any:
        """The value."""
        value = values[self.position]
        if not self.is_matrix:
            return value
        traced = isinstance(value, Traced)
        return value.as_kind(is_matrix=True) if traced else value.view(np.matrix)


def arranged(returned: Any, values: Sequence[Any]) -> Any:
    """The values in the structure in which the function returned them."""
    if type(returned) is ResultSlot:
        return returned.of(values)
    return put_together(returned, lambda slot: slot.of(values), leaves=(ResultSlot,))


@dataclass(frozen=True, slots=True, eq=False)
class BranchPath:
    """A way through a function's branches: the program, and the structure of what the function returns."""

    variant: DerivedVariant
    returned: Any


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A function followed and derived: the way, its numbers, which arrays around it are handed over, which are fixed.

    Where a number ``escaped``, the program is right for these arguments only.
    """

    way: BranchPath
    numbers: tuple[Any, ...]
    captured: tuple[int, ...]
    hashed: tuple[int, ...]
    level: int
    escaped: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The arrays around a function, with their names; the functions that it reaches through classes, and whether any writes."""

    names: Sequence[str] = ()
    arrays: Sequence[Array] = ()
    apart: Sequence[Any] = ()
    writes: bool = False


class _SplitError(Exception):
    """An array around the function was met as itself, too, beside its stand-in."""


def top(
    asked: Differentiation,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    around: Surroundings,
    level: int,
) -> Found:
    """The function followed on its own, with the arrays around it as inputs where that can be, from ``level`` on."""
    for lower in range(level, NOTHING) if around.arrays and not around.writes else ():
        try:
            return _top(asked, args, kwargs, around, lower)
        except Exception:  # noqa: BLE001, S112 - it may need the numbers of an array around it: then it gets them
            continue
    return _top(asked, args, kwargs, around, NOTHING)


def _top(
    asked: Differentiation,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    around: Surroundings,
    level: int,
) -> Found:
    names, arrays = around.names, around.arrays
    tracer = Tracer(
        boundary=BOUNDARY,
        lets_go=True,
        follow_branches=True,
        lasting=set(map(id, arrays)),
    )
    inputs: list[Value] = []

    def taken_in(name: str, leaf: Any) -> Traced:
        number = leaf if type(leaf) is float else np.asarray(leaf)
        traced = tracer.input(number, name)
        inputs.append(traced.value)
        return traced

    traced_args, traced_kwargs, wrt = _traced(asked, args, kwargs, taken_in)
    place: dict[int, int] = {}
    for position, array in enumerate(arrays):
        if level == EVERYTHING or (level == FLOATS and array.dtype.kind == "f"):
            place.setdefault(id(array), position)
    of = {
        key: tracer.input(arrays[position], names[position])
        for key, position in place.items()
    }
    stand_ins = StandIns(of)
    function = stand_ins(asked.function)
    chances = Chances.now()
    if stand_ins.is_split(around.apart):
        raise _SplitError
    result = follow(tracer, function, traced_args, traced_kwargs, chances)
    if not tracer.constants.keys().isdisjoint(of):
        raise _SplitError
    values, returned = _values(tracer, result, asked)
    outputs = [*values, *(value for value, _ in tracer.decided)]
    run = tracer.builder.run(outputs, _name(asked.function))
    followed = FollowedFunction(run, len(values), wrt)
    derivation = asked.kind(followed)
    escaped = held_to_itself(asked, followed, tracer, (args, kwargs), chances)
    escaped |= tracer.draws_by_what_is_given
    captured = tuple(place[key] for key in of if key in stand_ins.used)
    known = [*inputs, *(of[id(arrays[i])].value for i in captured)]
    made = variant(derivation, known, tuple(yes for _, yes in tracer.decided))
    return Found(
        BranchPath(made, returned),
        tuple(derivation.run.numbers[value] for value in made.program.outputs),
        captured,
        tuple(i for i, one in enumerate(arrays) if id(one) not in stand_ins.used),
        level,
        escaped,
    )


def inside(
    asked: Differentiation,
    tracer: Tracer,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Apply:
    """The function followed inside of another: its lines, and those derived, become lines of that one."""

    def taken_in(_: str, leaf: Any) -> Traced:
        # a value of its own, to be differentiated by, whatever it was before
        given = leaf if isinstance(leaf, Traced | float) else np.asarray(leaf)
        traced: Traced = tracer.record(ops.identity, (given,))
        return traced

    traced_args, traced_kwargs, wrt = _traced(asked, args, kwargs, taken_in)
    begun = len(tracer.builder.lines)
    result = call_inside(asked.function, traced_args, traced_kwargs)
    values, returned = _values(tracer, result, asked)
    run = _part(tracer, tracer.builder.lines[begun:], values, wrt)
    derivation = asked.kind(FollowedFunction(run, len(values), wrt))

    def apply(extra: Sequence[Any]) -> tuple[Any, list[Any]]:
        weights = derivation.extra[len(extra) :]
        given = [*extra, *(derivation.run.numbers[value] for value in weights)]

        def write(_: Any) -> list[Any]:
            known = {value: value for value in run.program.inputs}
            for value, number in zip(derivation.extra, given, strict=True):
                known[value] = tracer.record(ops.identity, (number,)).value
            # what a rule brought along: the mask of a triangle
            for value in set(derivation.run.program.inputs).difference(known):
                number = derivation.run.numbers[value]
                known[value] = tracer.record(ops.identity, (number,)).value
            return list(written_into(tracer, derivation.run, known))

        found = tracer.unbound(write)
        n = derivation.n_values
        return arranged(returned, found[:n]), found[n : n + derivation.n_results]

    return apply


def _traced(
    asked: Differentiation,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    taken_in: Callable[[str, Any], Traced],
) -> tuple[list[Any], dict[str, Any], tuple[Value, ...]]:
    """The arguments with their leaves taken in, and those of them that are differentiated by."""
    wrt: dict[str | int, list[Value]] = {}

    def given(place: int | str, name: str, arg: Any) -> Any:
        if asked.is_static(place):
            return arg
        names = iter([one for one, _ in named_leaves(name, arg, TRACED)])
        found: list[Traced] = []

        def one(leaf: Any) -> Any:
            found.append(taken_in(next(names), leaf))
            return found[-1]

        whole = put_together(arg, one, leaves=TRACED)
        wrt[place] = [one.value for one in found if one.value.differentiable]
        return whole

    listed = [
        given(position, asked.name_of(position), arg)
        for position, arg in enumerate(args)
    ]
    named = {
        name: given(asked.place_of(name), name, arg) for name, arg in kwargs.items()
    }
    chosen = []
    for place in asked.wrt:
        if not wrt.get(place):
            raise _no_float(asked, place, args, kwargs)
        chosen += wrt[place]
    return listed, named, tuple(chosen)


def _no_float(
    asked: Differentiation,
    place: int | str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> DTypeError:
    arg = asked.argument(place, args, kwargs)
    name = asked.name_of(place)
    if isinstance(arg, np.ndarray | np.generic):
        return DTypeError(
            "E110",
            f"{name} is {arg.dtype}; a gradient needs floats",
            hint=f"pass {name}.astype(float)",
        )
    return DTypeError(
        "E110",
        f"{name} is {type(arg).__name__} and holds no float; a gradient needs floats",
        hint=f"pass float({name})" if isinstance(arg, int) else "pass arrays of floats",
    )


def _values(
    tracer: Tracer, result: Any, asked: Differentiation
) -> tuple[list[Value], Any]:
    """The values that a function returned, and its result with slots in their places."""
    values: list[Value] = []

    def slot(item: Any) -> ResultSlot:
        values.append(_value(tracer, item))
        return ResultSlot(len(values) - 1, is_matrix(item))

    if not asked.single_loss:
        returned = put_together(result, slot, leaves=TRACED)
        if not values:
            raise ProgramError("E325", f"{_name(asked.function)} returns no array")
        return values, returned
    aux: Any = None
    if asked.has_aux:
        if not isinstance(result, tuple) or len(result) != 2:
            raise ProgramError(
                "E325",
                f"with has_aux=True, {_name(asked.function)} returns a pair: the loss, and what else is wanted",
            )
        result, aux = result
    if not isinstance(result, TRACED) and not isinstance(result, int):
        raise ProgramError(
            "E325",
            f"{_name(asked.function)} returns {type(result).__name__}, not a loss",
            hint="return a single number computed from the arguments, and other things with has_aux=True",
        )
    loss = slot(result)
    tracer.builder.christen(values[0], "loss")
    if not asked.has_aux:
        return values, loss
    return values, (loss, put_together(aux, slot, leaves=(Traced,)))


def _value(tracer: Tracer, item: Any) -> Value:
    """A value for what was returned, also where it is a plain number."""
    if isinstance(item, Traced):
        return item.current(tracer)
    number = np.asarray(int(item) if isinstance(item, TracedInt) else item)
    if number.dtype.kind in "iub" and number.ndim == 0:
        number = number.astype(np.float64)
    params = {"value": number.tolist(), "dtype": number.dtype.name}
    if number.size > 1 and number.ndim:
        return tracer.record(ops.identity, (number,)).value  # type: ignore[no-any-return]
    return tracer.record(ops.array, (), params).value  # type: ignore[no-any-return]


def _part(
    tracer: Tracer,
    lines: Sequence[Line],
    values: Sequence[Value],
    wrt: Sequence[Value],
) -> Run:
    """The last lines of a tracer as a program of their own: what is older is its input."""
    whole = Program((), tuple(lines), tuple(values), "inner").pruned()
    made = {line.result for line in whole.lines}
    read = (value for line in whole.lines for value in line.reads())
    inputs = dict.fromkeys(
        value for value in (*wrt, *read, *values) if value not in made
    )
    program = Program(tuple(inputs), whole.lines, whole.outputs, whole.name)
    return Run(program, tracer.builder.numbers)


def _name(function: Any) -> str:
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() else "f"
