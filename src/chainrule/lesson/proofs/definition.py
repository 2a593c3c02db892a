"""What an op is made of, traced on single numbers; its slope as the chain, every step and the rule give it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from chainrule.lesson.notation.slopes import Slope, pulled, settled, tracer_of
from chainrule.program import Line, Op, Value
from chainrule.program.conversions import as_array, as_float
from chainrule.trace import Tracer

LETTERS = ("g", "u", "v", "w", "a", "b", "c", "r", "s", "q")
"""What the pieces of a definition are called, in this order."""


def provable(op: Op) -> bool:
    """Whether an op says what it is made of, entry by entry."""
    return op.elementwise and op.definition is not None


def definition_of(op: Op) -> Callable[..., Any]:
    """What the op is made of; asked of provable ops only."""
    if op.definition is None:
        raise TypeError(op)
    return op.definition


def variable_names(op: Op) -> tuple[str, ...]:
    """The letters of a definition's variables: z alone, else as its author calls them."""
    listed = [
        name
        for name, parameter in inspect.signature(definition_of(op)).parameters.items()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
        and name not in op.params
    ]
    return ("z",) if len(listed) == 1 else tuple(listed)


class Made:
    """A definition at the numbers ``at``, and the slope of what it gives in one of its variables."""

    def __init__(
        self, op: Op, position: int, at: Sequence[float], params: dict[str, Any]
    ) -> None:
        self.op, self.position, self.at = op, position, at
        self.params = {**op.params, **params}
        definition = definition_of(op)
        tracer = Tracer(laws=(), named=False)
        traced = [tracer.input(as_array(as_float(one)), None) for one in at]
        result = definition(*traced, **self._wanted(definition))
        self.run = tracer.builder.run([result.value])
        self.variables = tuple(one.value for one in traced)
        self.variable = self.variables[position]
        self.result: Value = result.value
        self.active = self._active()

    def _wanted(self, function: Callable[..., Any]) -> dict[str, Any]:
        """The parameters that ``function`` asks for."""
        wanted = inspect.signature(function).parameters
        return {key: value for key, value in self.params.items() if key in wanted}

    def _active(self) -> set[Value]:
        active = {self.variable}
        for line in self.run.program.lines:
            if line.result.differentiable and not active.isdisjoint(line.reads()):
                active.add(line.result)
        return active

    def partial(self, line: Line, value: Value) -> Slope:
        """∂line/∂value, over every place in which it stands."""
        tracer = tracer_of(self.run)
        total: Any = None
        for position, arg in enumerate(line.args):
            if arg is value:
                part = pulled(tracer, line, position, 1)
                total = part if total is None else total + part
        return settled(tracer, total)

    def walked(self, value: Value) -> tuple[Slope, list[tuple[Line, int]]]:
        """The slope of ``value`` in the variable, walked backwards; and the rules that were used."""
        tracer = tracer_of(self.run)
        arrived: dict[Value, Any] = {value: 1}
        used: list[tuple[Line, int]] = []
        for line in reversed(self.run.program.lines):
            upstream = arrived.get(line.result)
            if upstream is None or line.result not in self.active:
                continue
            for position, arg in enumerate(line.args):
                if (
                    isinstance(arg, Value)
                    and arg in self.active
                    and not line.op.constant_in(position)
                ):
                    used.append((line, position))
                    part = pulled(tracer, line, position, upstream)
                    arrived[arg] = arrived[arg] + part if arg in arrived else part
        return settled(tracer, arrived[self.variable]), used

    def op_slope(self) -> tuple[Slope, list[Value]]:
        """The slope as the rule gives it, and the values it is written in: the arguments, the result."""
        tracer = Tracer(laws=(), named=False)
        traced = [tracer.input(as_array(as_float(one)), None) for one in self.at]
        result = tracer.record(self.op, traced, self.params)
        run = tracer.builder.run([result.value])
        (line,) = [line for line in run.program.lines if line.result is result.value]
        again = tracer_of(run)
        found = settled(again, pulled(again, line, self.position, 1))
        return found, [*(one.value for one in traced), result.value]

    def step_slope(self, step: Callable[..., Any]) -> tuple[Slope, list[Value]]:
        """The slope as a step of the op's own proof writes it, and the values it is written in."""
        tracer = Tracer(laws=(), named=False)
        traced = [tracer.input(as_array(as_float(one)), None) for one in self.at]
        found = settled(tracer, step(*traced, **self._wanted(step)))
        return found, [one.value for one in traced]

    def numbers(self) -> list[float]:
        """The slope at ``at`` as each part of the proof gives it: the chain, every step, the rule; all equal."""
        walked = self.walked(self.result)[0]
        steps = [self.step_slope(step)[0] for step in self.op.steps]
        return [_number(found) for found in (walked, *steps, self.op_slope()[0])]


def _number(found: Slope) -> float:
    return (
        as_float(found.run.numbers[found.of])
        if isinstance(found.of, Value)
        else found.of
    )
