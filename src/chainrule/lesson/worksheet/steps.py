"""What a pupil computes, step by step: the forward pass as it is written, then the gradients as a textbook has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.formula import Node
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.analysis.subject_study import Study
from chainrule.lesson.notation.names import gradient_of, name
from chainrule.program import Array, Line, Program, Run, UsageError, Value, run
from chainrule.program.line import substitute
from chainrule.program.values import Size

MOST = 400
"""So many numbers one sheet may ask for."""


def size(value: Value) -> int:
    """How many numbers an array holds."""
    return int(np.prod(value.shape, dtype=np.int64))


@dataclass(frozen=True)
class WorksheetStep:
    """One array to be found: its value in the program, its symbol, and the formula that gives it."""

    value: Value
    symbol: Node
    formula: Node
    is_gradient: bool = False

    @property
    def name(self) -> str:
        """What it is called in a table of answers: ``z1``, ``dW1``."""
        return self.value.name or ""

    def label(self, entry: tuple[int, ...]) -> str:
        """What one of its numbers is called: ``z1[0,2]``, ``loss``."""
        places = entry if size(self.value) > 1 else ()
        return f"{self.name}[{','.join(map(str, places))}]" if places else self.name

    @property
    def labels(self) -> list[str]:
        """All of its numbers, row by row."""
        return [self.label(entry) for entry in np.ndindex(self.value.shape)]


@dataclass(frozen=True)
class Exercise:
    """A network as an exercise: what is given, what is to be found, and the program that finds it."""

    study: Study
    title: str

    @cached_property
    def program(self) -> Program:
        """Forward lines as they are written, then the lines of the gradients, which read the forward values by name."""
        written, derived = self.study.given.program, self.study.source.whole().program
        own = written.named()
        put = {
            value: own[name] for name, value in derived.named().items() if name in own
        }
        kept = [line for line in derived.lines if line.result.name not in own]
        lines = (*written.lines, *(_reading(line, put) for line in kept))
        outputs = tuple(line.result for line in lines if line.result.name is not None)
        return Program(written.inputs, lines, outputs, "exercise")

    @cached_property
    def given(self) -> dict[str, Array]:
        """The arrays that the sheet starts from."""
        numbers = self.study.given.numbers
        return {
            value.name: numbers[value]
            for value in self.program.inputs
            if value.name is not None
        }

    @cached_property
    def steps(self) -> tuple[WorksheetStep, ...]:
        """What is to be found, in order.

        Raises:
            UsageError: E411 where it is too much for a sheet.
        """
        story = Story(self.study)
        symbols = {
            one: story.textbook.written(stop)
            for one, stop in story.textbook.stops.items()
        }
        named = self.program.named()
        found = [
            WorksheetStep(
                named[one], name(one), story.literal.writer.written(line.result)
            )
            for one, line in story.lines.items()
            if one in named
        ]
        for one, formula in symbols.items():
            gradient = named.get(f"d{one}")
            if gradient is not None:
                found.append(
                    WorksheetStep(
                        gradient,
                        gradient_of(one, self.study.loss_name),
                        formula,
                        is_gradient=True,
                    )
                )
        total = sum(size(step.value) for step in found)
        if total > MOST:
            raise UsageError(
                "E411",
                f"this network asks for {total} numbers, and a sheet has room for {MOST}",
                hint="take fewer samples or units",
            )
        return tuple(found)

    def numbers(self, given: Mapping[str, Any]) -> Run:
        """Everything computed from these arrays."""
        known = {
            value: np.asarray(given[value.name or ""], value.dtype)
            for value in self.program.inputs
            if value.name is not None
        }
        old = self.study.given.numbers
        with np.errstate(all="ignore"):
            return run(
                self.program,
                {value: known.get(value, old[value]) for value in self.program.inputs},
            )


def _reading(line: Line, put: Mapping[Value, Value]) -> Line:
    """The line with values of the derived program in the place of the same ones of the written one."""

    def swapped(part: Any) -> Any:
        if isinstance(part, Size):
            return Size(put.get(part.value, part.value), part.axes)
        return part

    args = tuple(
        put.get(arg, arg) if isinstance(arg, Value) else swapped(arg)
        for arg in line.args
    )
    params = {key: substitute(one, swapped) for key, one in line.params.items()}
    return Line(line.result, line.op, args, params, line.why, line.places)
