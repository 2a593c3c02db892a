"""The ledger that a question is answered from: a program's numbers, the gradient of each value, and who reads whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chainrule.derive import Derived, backward
from chainrule.program import Array, Line, Program, Run, Value, run
from chainrule.trace.rolling import unrolled
from chainrule.why.entries import Entry, only
from chainrule.why.slopes import Slopes


@dataclass(frozen=True)
class UnrolledPass:
    """A forward pass as it was written, every turn by itself, and the gradients of its loss by the bare chain rule.

    ``roles`` says of named values what they are to the program: data, parameter, label. ``target`` is the value whose
    gradient is asked for; what does not move with it has no gradient here.
    """

    run: Run
    loss: Value
    target: Value
    parameters: tuple[Value, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def slopes(self) -> Slopes:
        """How each line's result moves with its arguments."""
        return Slopes(self.run.numbers)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines in order."""
        return self.run.program.lines

    @cached_property
    def producer(self) -> dict[Value, Line]:
        """The line that each value comes from."""
        return {line.result: line for line in self.lines}

    def made(self, value: Value) -> Line | None:
        """The line that a value comes from; None of what is given: what is learnt is, however it was started."""
        return None if value in self.parameters else self.producer.get(value)

    @cached_property
    def order(self) -> dict[Value, int]:
        """When each value is computed; inputs come first."""
        return {value: at for at, value in enumerate(self.run.program.values())}

    @cached_property
    def uses(self) -> dict[Value, list[tuple[Line, int]]]:
        """The lines that read a value, and as which argument, on the way to the loss."""
        found: dict[Value, list[tuple[Line, int]]] = {}
        for line in self.run.program.pruned([self.loss]).lines:
            for position, arg in enumerate(line.args):
                if isinstance(arg, Value):
                    found.setdefault(arg, []).append((line, position))
        return found

    @cached_property
    def derived(self) -> Derived:
        """The chain rule on the lines as they are, nothing recognised and nothing taken in one."""
        with np.errstate(all="ignore"):
            return backward(self.run, self.loss, [self.target])

    def number(self, value: Value) -> Array:
        """What a value is."""
        return self.run.numbers[value]

    def gradient(self, value: Value) -> Array:
        """The gradient of the loss with respect to a value; 0 where nothing leads to the loss."""
        gradient = self.derived.gradients.get(value)
        if gradient is None:
            return np.zeros(value.shape)
        return np.asarray(self.derived.run.numbers[gradient])

    def edges(self, value: Value, entry: Entry) -> Iterator[tuple[Line, int, Array]]:
        """For each use of a value the slope of every entry of the result along one entry of it."""
        one = only(value.shape, entry, value.dtype)
        for line, position in self.uses.get(value, []):
            if line.op.rule(position) is None:
                continue
            found = self.slopes.moved(line, position, one)
            if found is not None:
                yield line, position, found


def flat(written: Run) -> Run:
    """The run with every turn of its loops by itself."""
    if written.program.flat:
        return written
    program: Program = unrolled(written.program)
    given = {value: written.numbers[value] for value in program.inputs}
    with np.errstate(all="ignore"):
        return run(program, given)
