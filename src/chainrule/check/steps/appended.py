"""Lines written behind those of a recording: a loss that the script does not compute."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chainrule.check.steps.recording import Recording
from chainrule.program import Arg, Line, Op, Program, Run, Value


@dataclass(eq=False)
class Appended:
    """Lines written behind a line of a recording."""

    recording: Recording
    behind: Line

    def __post_init__(self) -> None:
        self.numbers = dict(self.recording.run.numbers)
        self.lines: list[Line] = []

    def add(self, op: Op, *args: Arg) -> Value:
        """A line more."""
        given = [self.numbers[arg] if isinstance(arg, Value) else arg for arg in args]
        with np.errstate(all="ignore"):
            number = np.asarray(op.forward(*given, **op.params))
        value = Value(number.shape, number.dtype)
        self.numbers[value] = number
        self.lines.append(Line(value, op, args, dict(op.params)))
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
