"""What a derivation is: a forward and a backward program, and step by step how one led to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.program import Line, Program, Rule, Run, Value


@dataclass(frozen=True, slots=True, eq=False)
class Contribution:
    """What one use of a value adds to its gradient: the use, the rule, the reason, the result."""

    line: Line
    position: int
    rule: Rule
    why: str
    gradient: Value


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One gradient: of which value, from which contributions, by which lines."""

    value: Value
    gradient: Value
    contributions: tuple[Contribution, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """A forward program and its backward program, with numbers, step by step."""

    forward: Run
    run: Run
    loss: Value
    wrt: tuple[Value, ...]
    gradients: Mapping[Value, Value]
    steps: tuple[Step, ...]

    def gradient(self, value: Value | str) -> Any:
        """The numbers of ∂loss/∂value."""
        found = self.forward.program.named()[value] if isinstance(value, str) else value
        return self.run.numbers[self.gradients[found]]

    def whole(self, *also: Value) -> Run:
        """Forward lines and backward lines in one program; its outputs are the loss, its gradients and ``also``."""
        forward = self.forward.program
        known = {line.result for line in forward.lines}
        after = [line for line in self.run.program.lines if line.result not in known]
        gradients = [self.gradients[value] for value in self.wrt]
        program = Program(
            forward.inputs,
            (*forward.lines, *after),
            (self.loss, *gradients, *also),
            forward.name,
        )
        return Run(program, {**self.forward.numbers, **self.run.numbers})
