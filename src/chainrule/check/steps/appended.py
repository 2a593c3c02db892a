"""Lines written behind those of a recording: a loss that the script does not compute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from chainrule.check.steps.recording import Recording
from chainrule.program import Arg, Line, Op, Program, Run, Value
from chainrule.program.line import substitute
from chainrule.program.run import measure, resolve


@dataclass(eq=False)
class Appended:
    """Lines written behind a line of a recording."""

    recording: Recording
    behind: Line

    def __post_init__(self) -> None:
        self.numbers = dict(self.recording.run.numbers)
        self.lines: list[Line] = []

    def add(
        self, op: Op, *args: Arg, params: Mapping[str, object] | None = None
    ) -> Value:
        """A line more."""
        given = [resolve(arg, self.numbers, {}) for arg in args]
        full = dict(op.params if params is None else params)
        plain = {
            key: substitute(one, lambda size: measure(size, self.numbers, {}))
            for key, one in full.items()
        }
        with np.errstate(all="ignore"):
            number = np.asarray(op.forward(*given, **plain))
        value = Value(number.shape, number.dtype)
        self.numbers[value] = number
        self.lines.append(Line(value, op, args, full))
        return value

    def done(self, total: Value) -> tuple[Recording, Value]:
        """The recording with these lines."""
        run = self.recording.run
        at = self.recording.position[self.behind.result] + 1
        lines = (*run.program.lines[:at], *self.lines, *run.program.lines[at:])
        program = Program(run.program.inputs, lines, ())
        appended = self.recording.appended | {line.result for line in self.lines}
        held = replace(
            self.recording, run=Run(program, self.numbers), appended=appended
        )
        return held, total
