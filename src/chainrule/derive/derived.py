"""What a derivation is: a forward and a backward program, and step by step how one led to the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chainrule.program import Array, Item, Line, Loop, Program, Rule, Run, Value, run
from chainrule.program.rewritten import results_of


@dataclass(frozen=True, slots=True, eq=False)
class Contribution:
    """What one use of a value adds to its gradient: the use, the rule, the reason, the result."""

    line: Line
    position: int
    rule: Rule
    why: str
    gradient: Value


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """What a loop adds to a gradient: handed back by the turn after, summed over the turns, one turn's share of a stack."""

    loop: Loop
    why: str
    gradient: Value


@dataclass(frozen=True, slots=True, eq=False)
class GradientStep:
    """One gradient: of which value, from which contributions, by which lines; ``arrivals`` are what loops added."""

    value: Value
    gradient: Value
    contributions: tuple[Contribution, ...]
    lines: tuple[Line, ...]
    arrivals: tuple[Arrival, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Backwards:
    """A loop and its backward loop: which gradients its turns hand back, and which they add up.

    ``carried`` says of a value that is carried which value of the backward loop is its gradient as it comes from the turn
    after. ``sums`` says of a value from outside what one turn adds to its gradient, by which contributions.
    ``recalled`` says of a value that was brought into the backward turn which value of the forward turn it is.
    """

    loop: Loop
    back: Loop
    carried: Mapping[Value, Value]
    sums: Mapping[Value, tuple[Contribution | Arrival, ...]]
    recalled: Mapping[Value, Value]


@dataclass(frozen=True, eq=False)
class Derived:
    """A forward program and its backward program, with numbers, step by step."""

    forward: Run
    run: Run
    loss: Value
    wrt: tuple[Value, ...]
    gradients: Mapping[Value, Value]
    steps: tuple[GradientStep, ...]
    loops: tuple[Backwards, ...] = ()

    def gradient(self, value: Value | str) -> Any:
        """The numbers of ∂loss/∂value."""
        found = self.forward.program.named()[value] if isinstance(value, str) else value
        return self.run.numbers[self.gradients[found]]

    def whole(self, *also: Value) -> Run:
        """Forward lines and backward lines in one program; its outputs are the loss, its gradients and ``also``."""
        forward = self.forward.program
        mine = {value: item for item in forward.items for value in results_of(item)}
        # a loop of the forward pass keeps more in the derived program than in the forward pass alone
        kept = {
            item.counter: item
            for item in self.run.program.items[::-1]
            if isinstance(item, Loop)
        }
        before: list[Item] = [
            kept.get(item.counter, item) if isinstance(item, Loop) else item
            for item in forward.items
        ]
        known = {id(item) for item in before}
        after = [
            item
            for item in self.run.program.items
            if id(item) not in known and mine.keys().isdisjoint(results_of(item))
        ]
        gradients = [self.gradients[value] for value in self.wrt]
        outputs = (self.loss, *gradients, *also)
        # what a rule brought along, as the mask of a triangle
        given = dict.fromkeys((*forward.inputs, *self.run.program.inputs))
        program = Program(tuple(given), (*before, *after), outputs, forward.name)
        if program.flat:
            return Run(program, {**self.forward.numbers, **self.run.numbers})
        return Run(program, Computed(program, self.run.numbers))


class Computed(Mapping[Value, Array]):
    """The numbers of a program with loops, computed when somebody first asks for one that was not given."""

    def __init__(self, program: Program, numbers: Mapping[Value, Array]) -> None:
        self._program = program
        self._given = numbers
        self._inputs = frozenset(program.inputs)

    @cached_property
    def _numbers(self) -> Mapping[Value, Array]:
        return run(self._program, self._given).numbers

    def __getitem__(self, value: Value) -> Array:
        return (self._given if value in self._inputs else self._numbers)[value]

    def __iter__(self) -> Iterator[Value]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)
