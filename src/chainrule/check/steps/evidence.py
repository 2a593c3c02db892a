"""What is held against a backward pass: its lines on several data sets, beside the true gradients of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chainrule import ops
from chainrule.check.steps.agree import agree
from chainrule.check.steps.recording import Recording
from chainrule.check.steps.slots import Slots, Update, terms
from chainrule.check.steps.tape import Numbers, Tape
from chainrule.derive import Derived, backward, fuse, recognise
from chainrule.program import (
    Array,
    ChainruleError,
    Value,
)

MOST_LABELS = 3


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """One data set: what is special about it, and all numbers, recorded and derived."""

    kind: str
    numbers: Numbers
    other_size: bool = False


@dataclass(eq=False)
class Evidence:
    """A recording, its loss, the derived gradients, and the worlds in which both have numbers.

    ``worlds`` are of the script's own sizes; ``larger`` has one sample more, where there is such a world.
    """

    recording: Recording
    loss: Value
    updates: tuple[Update, ...]
    parameters: tuple[Value, ...]
    derived: Derived
    tape: Tape
    worlds: list[World] = field(default_factory=list)
    larger: World | None = None
    on_a_kink: bool = False

    @cached_property
    def behind_loss(self) -> frozenset[int]:
        """Everything the loss is computed from."""
        return frozenset(self.tape.upstream([self.tape.at[self.loss]]))

    @cached_property
    def earlier(self) -> dict[Value, Value]:
        """For each version of what moves, the one before it."""
        return Slots(self.recording).earlier

    @cached_property
    def n_recorded(self) -> int:
        """How many places belong to the recording; what comes after is derived."""
        recorded = set(self.recording.producer)
        return self.tape.n_inputs + sum(
            line.result in recorded for line in self.tape.lines
        )

    @cached_property
    def active(self) -> frozenset[int]:
        """What moves when a parameter or the data move; a length does not."""
        roots = {self.tape.at[v] for v in self.derived.wrt if v in self.tape.at}
        moved = set(roots)
        for place, line in enumerate(self.tape.lines, self.tape.n_inputs):
            if any(
                isinstance(arg, Value)
                and self.tape.at[arg] in moved
                and line.op.name not in ("zeros_like", "ones_like")
                for arg in line.args
            ):
                moved.add(place)
        return frozenset(moved)

    @cached_property
    def labels(self) -> frozenset[int]:
        """Data that meet nothing before the whole prediction: what it is held against."""
        parameters = {self.tape.at[value] for value in self.parameters}
        recording = self.recording
        parts = terms(self.loss, recording.producer, recording.run.numbers)
        found = set()
        for value in self.derived.forward.program.inputs:
            place = self.tape.at.get(value)
            if place is None or place in parameters or not parameters or value in parts:
                continue
            met = [m for m in meetings(self, place) if m in self.behind_loss]
            if met and all(
                parameters <= self.tape.upstream(set(self.tape.reads[m]) - {place})
                for m in met
            ):
                found.add(place)
        return frozenset(found)

    @cached_property
    def judged(self) -> frozenset[int]:
        """What depends on the labels: a gradient does, the slope of a layer does not.

        Where labels are plain numbers, what is made of something else that was computed by hand.
        """
        if self.labels:
            return frozenset(self.tape.downstream(self.labels))
        by_hand = [
            place
            for place in self.bound & self.active
            if place not in self.behind_loss
            and self.tape.n_inputs <= place < self.n_recorded
            and (line := self.tape.line(place)) is not None
            and line.op is not ops.identity
        ]
        return frozenset(self.tape.downstream(by_hand))

    @cached_property
    def bound(self) -> frozenset[int]:
        """The places of values that were given a name, an attribute or an item."""
        slots = self.recording.slots
        return frozenset(
            place for value, place in self.tape.at.items() if value in slots
        )

    def truth(self, value: Value) -> Value | None:
        """The derived value that is the gradient of ``value``; None if there is none."""
        return self.derived.gradients.get(value)

    def number(self, value: Value, world: World) -> Array | None:
        """The numbers of a value in a world."""
        found: Array | None = world.numbers[self.tape.at[value]]
        return found

    def is_stable(self, world: World) -> bool:
        """Whether rounding does not matter to the true gradients: where a sigmoid is saturated, it does."""
        known = self._textbook
        if known is None:
            return True
        tape = Tape(known.run.program.inputs, known.run.program.lines)
        with np.errstate(all="ignore"):
            numbers = tape.run(
                {
                    v: world.numbers[self.tape.at[v]]
                    for v in known.run.program.inputs
                    if v in self.tape.at
                }
            )
        for value, gradient in known.gradients.items():
            true = self.truth(value)
            if value in known.wrt and true is not None and gradient in tape.at:
                other, mine = numbers[tape.at[gradient]], self.number(true, world)
                if other is not None and mine is not None and not agree(other, mine):
                    return False
        return True

    @cached_property
    def _textbook(self) -> Derived | None:
        """The same gradients by the textbook's way, which rounding does not spoil; None if there is no such way."""
        forward = self.derived.forward
        wanted = [v for v in self.derived.wrt if v in forward.program.inputs]
        try:
            return backward(fuse(recognise(forward)), None, wanted)
        except (ChainruleError, ArithmeticError, ValueError, IndexError):
            return None


def is_finite(number: Array | None) -> bool:
    """Whether there is a number, and a finite one everywhere."""
    return (
        number is not None
        and number.dtype.kind in "fiub"
        and bool(np.isfinite(number).all())
    )


def meetings(found: Evidence, place: int) -> list[int]:
    """The lines in which a value, alone or changed by itself, meets another that moves."""
    tape, alone = found.tape, {place}
    meetings = []
    for reader in tape.downstream([place]):
        others = [r for r in tape.reads[reader] if r not in alone and r in found.active]
        if others and not alone.isdisjoint(tape.reads[reader]):
            meetings.append(reader)
        elif not others:
            alone.add(reader)
    return meetings
