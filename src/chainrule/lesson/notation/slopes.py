"""Local derivatives, found by the rules themselves: a rule pulled with 1 is the slope it stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.reasons import said
from chainrule.derive.simplify import LAWS
from chainrule.derive.simplify.lines import is_number
from chainrule.formula import Node, number
from chainrule.lesson.notation.writer import Writer
from chainrule.program import Arg, Builder, Line, Op, Program, Run, Size, Turn, Value
from chainrule.program.conversions import as_float
from chainrule.program.program import arg_shape
from chainrule.trace import Traced, Tracer


def plain_numbers(
    builder: Builder, op: Op, args: tuple[Arg, ...], _: Mapping[str, Any]
) -> Arg | None:
    """What is known without the arrays is worked out: 1 − 1, 0 · x, 0/x."""
    if any(isinstance(arg, Value | Size | Turn) for arg in args):
        first, *rest = args
        if op is ops.multiply and any(is_number(a, 0) for a in args):
            return 0
        nothing = is_number(first, 0)
        if op is ops.divide and nothing:
            return 0
        if op is ops.add:
            for zero, other in (args, args[::-1]):
                if is_number(zero, 0):
                    return other
        if op is ops.subtract and nothing:
            return builder.write(ops.negative, rest)
        return None
    if op in (ops.add, ops.subtract, ops.multiply, ops.negative, ops.divide):
        return (
            float(op.forward(*args)) if op is ops.divide else _tidy(op.forward(*args))
        )
    return None


def _tidy(result: Any) -> float | int:
    """A NumPy number as Python's own."""
    return result.item() if isinstance(result, np.generic) else result  # type: ignore[no-any-return]


def over_itself(
    builder: Builder, op: Op, args: tuple[Arg, ...], _: Mapping[str, Any]
) -> Arg | None:
    """``(a/b)/b`` is ``a/b²``, also behind a minus."""
    if op is not ops.divide or not isinstance(args[1], Value):
        return None
    above, minus = args[0], False
    line = builder.producer.get(above) if isinstance(above, Value) else None
    if line is not None and line.op is ops.negative:
        minus, above = True, line.args[0]
        line = builder.producer.get(above) if isinstance(above, Value) else None
    if line is None or line.op is not ops.divide or line.args[1] is not args[1]:
        return None
    below = builder.write(ops.square, (args[1],))
    result = builder.write(ops.divide, (line.args[0], below))
    return builder.write(ops.negative, (result,)) if minus else result


def mask_alone(builder: Builder, value: Value) -> Value:
    """1 times a mask, or 1 where it is true and else 0, told as the mask.

    Only where nothing goes on from it: a mask is yes or no, and has no minus.
    """
    line = builder.producer.get(value)
    if line is not None and line.op is ops.multiply:
        for one, other in (line.args, line.args[::-1]):
            plain = not isinstance(one, Value | Size)
            if plain and one == 1 and isinstance(other, Value):
                return other
    if line is not None and line.op is ops.where:
        mask, yes, no = line.args
        if isinstance(mask, Value) and is_number(yes, 1) and is_number(no, 0):
            return mask
    return value


SLOPE_LAWS = (plain_numbers, over_itself, *LAWS)


@dataclass(frozen=True, slots=True)
class Slope:
    """A derivative as an expression: ``of`` is a value of ``run``, or a plain number."""

    run: Run
    of: Value | float


def tracer_of(run: Run) -> Tracer:
    """A tracer that goes on from ``run`` and simplifies slopes."""
    tracer = Tracer(laws=SLOPE_LAWS, named=False)
    tracer.builder.adopt(run)
    return tracer


def pulled(tracer: Tracer, line: Line, position: int, upstream: Any) -> Any:
    """The rule of one argument, applied to what comes from above."""
    rule = line.op.rule(position)
    if rule is None:
        return 0
    args = [tracer.lift(arg) for arg in line.args]
    params = {key: tracer.lift_param(param) for key, param in line.params.items()}
    return rule.vjp(upstream, tracer.lift(line.result), *args, **params)


def only(run: Run, lines: Sequence[Line]) -> Run:
    """The run of a few lines: what they read is given."""
    made = {line.result for line in lines}
    given = dict.fromkeys(
        read for line in lines for read in line.reads() if read not in made
    )
    kept = {value: run.numbers[value] for value in (*given, *made)}
    return Run(Program(tuple(given), tuple(lines), ()), kept)


def slope(run: Run, *ways: Sequence[tuple[Line, int]]) -> Slope:
    """The slope along links given from the far end back: each line, and which argument is followed.

    Several ways from one end are one slope: what comes along each of them adds up.
    """
    lines = [line for links in ways for line, _ in reversed(links)]
    tracer = tracer_of(only(run, tuple(dict.fromkeys(lines))))
    total: Any = 0
    for links in ways:
        upstream: Any = 1
        for line, position in links:
            upstream = pulled(tracer, line, position, upstream)
        total = upstream if len(ways) == 1 else total + upstream
    return settled(tracer, total)


def settled(tracer: Tracer, result: Any) -> Slope:
    """What was recorded, as a slope."""
    made = Run(
        Program(tuple(tracer.builder.inputs), tuple(tracer.builder.lines), ()),
        tracer.builder.numbers,
    )
    if isinstance(result, Traced):
        return Slope(made, mask_alone(tracer.builder, result.value))
    return Slope(made, as_float(result))


def for_label(run: Run, line: Line, position: int, label: Value, value: float) -> Slope:
    """The slope of a loss with the label put in as a plain number."""
    tracer = tracer_of(only(run, [line]))
    plain = int(value)
    args = tuple(plain if arg is label else arg for arg in line.args)
    return settled(
        tracer,
        pulled(tracer, Line(line.result, line.op, args, line.params), position, 1),
    )


def entrywise(line: Line, position: int) -> bool:
    """Whether the slope of a line is one number an entry."""
    return line.op.elementwise and line.op.rule(position) is not None


def keeps_shape(line: Line, position: int) -> bool:
    """Whether no broadcasting happens on the way."""
    return arg_shape(line.args[position]) == line.result.shape


def reason(line: Line, position: int, describe: Any) -> str:
    """A rule's reason in the reader's names."""
    rule = line.op.rule(position)
    return printed(said(rule, line, describe, describe)) if rule is not None else ""


MINUS = re.compile(r"(?<= )-(?= )|(?<![\w)\]])-(?=[\w√{(])")
SAME = re.compile(r", and e\^\(?([^()]+)\)? already is exp\(\1\)")


def printed(said: str) -> str:
    """A reason as it is printed: a minus is a minus, and what is e to the z is not said to be exp(z).

    >>> printed("the slope of the sigmoid is σ(1 - σ), a log-softmax by -2")
    'the slope of the sigmoid is σ(1 − σ), a log-softmax by −2'
    >>> printed("exp is its own slope, and e^(−z) already is exp(−z)")
    'exp is its own slope'
    """
    return SAME.sub("", MINUS.sub("−", said))


def expression(
    found: Slope,
    names: Mapping[Value, Node],
    besides: Mapping[Value, Line] | None = None,
) -> Node:
    """A slope as a formula over named values; ``besides`` are lines behind the nameless ones."""
    if not isinstance(found.of, Value):
        return number(found.of)
    if found.of in names:
        return names[found.of]
    return Writer(found.run, names, {}, besides).written(found.of)
