"""What is held against a backward pass: its lines on several data sets, beside the true gradients of each."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import numpy as np

from chainrule import ops
from chainrule.check.agree import RELATIVE
from chainrule.check.steps.recording import Recording
from chainrule.check.steps.slots import Slots, Update, terms
from chainrule.check.steps.tape import Numbers, Tape
from chainrule.derive import Derived
from chainrule.program import Array, Value

MOST_LABELS, N_SHAKEN = 3, 2
NOISE = RELATIVE / 10
"""What rounding may make of a gradient that others are held against."""


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
    def has_larger(self) -> bool:
        """Whether there is a batch of another size: not where the forward pass writes its own out, ``np.arange(6)``."""
        if self.larger is None:
            return False
        here = self.worlds[0]
        counted = any(
            number.size > 1 and np.array_equal(number, np.arange(number.size))
            for place in range(self.tape.n_inputs)
            if place in self.behind_loss and (number := here.numbers[place]) is not None
        )
        return not counted and not self._writes_its_size(self.behind_loss)

    @cached_property
    def fits_any_size(self) -> bool:
        """Whether no line that is judged writes the size of the batch out: then all of them are for any number of samples."""
        return self.has_larger and not self._writes_its_size(range(self.n_recorded))

    def _writes_its_size(self, places: Collection[int]) -> bool:
        """Whether a statement that computes one of these has the length of the batch in it, as a number."""
        if self.larger is None:
            return False
        pairs = zip(self.worlds[0].numbers, self.larger.numbers, strict=True)
        lengths = {
            one.shape[0]
            for one, other in islice(pairs, self.tape.n_inputs)
            if one is not None and other is not None and one.shape != other.shape
        }
        return any(
            isinstance(node, ast.Constant) and node.value in lengths
            for execution in self.recording.executions()
            if any(
                isinstance(item, Value) and self.tape.at.get(item) in places
                for _, item in execution.results
            )
            for node in ast.walk(execution.site.statement)
        )

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
    def past(self) -> frozenset[int]:
        """What earlier steps have made of what is learnt, as velocities are; it is in the parameters that this pass reads."""
        learnt = {*self.parameters, *(one.before for one in self.updates)}
        versions = [
            self.tape.at[version]
            for chain in Slots(self.recording).chains
            if not learnt.isdisjoint(chain)
            for version in chain
            if version in self.tape.at
        ]
        # where a loss reads the weights ahead, what is moved is not what it reads
        read = {self.tape.at[value] for value in learnt if value in self.tape.at}
        return frozenset(self.tape.upstream(read) & {*self.tape.downstream(versions)})

    @cached_property
    def active(self) -> frozenset[int]:
        """What moves when a parameter or the data move; a length does not, nor what earlier steps alone are made of."""
        roots = {self.tape.at[v] for v in self.derived.wrt if v in self.tape.at}
        chains = Slots(self.recording).chains
        learnt = {*self.parameters, *(one.before for one in self.updates)}
        versions = {
            self.tape.at[version]
            for chain in chains
            if not learnt.isdisjoint(chain)
            for version in chain
            if version in self.tape.at
        }
        loss = self.tape.at[self.loss]
        moved = roots & (versions | self.tape.upstream([loss], versions))
        for place, line in enumerate(self.tape.lines, self.tape.n_inputs):
            if place not in self.past and any(
                isinstance(arg, Value)
                and self.tape.at[arg] in moved
                and line.op not in (ops.zeros_like, ops.ones_like)
                for arg in line.args
            ):
                moved.add(place)
        return frozenset(moved)

    @cached_property
    def begun(self) -> frozenset[int]:
        """What begins as zeros in this pass and what is made of it: sums, though nothing that moves may be added to them."""
        learnt = {self.tape.at[one] for one in self.parameters}
        met = self.behind_loss & {*self.tape.downstream(learnt)}
        read = [self.moment(place) for place in met - learnt]
        zeros = {
            place
            for place in self.bound - self.active - self.past
            if self.moment(place) > min(read, default=0)
            and (number := self.worlds[0].numbers[place]) is not None
            and number.shape != ()
            and not number.any()
        }
        return frozenset(self.tape.downstream(zeros)) | zeros

    @cached_property
    def labels(self) -> frozenset[int]:
        """Data that meet nothing before the whole prediction: what it is held against."""
        parameters = {self.tape.at[value] for value in self.parameters}
        recording = self.recording
        parts = terms(self.loss, recording.producer, recording.run.numbers)
        found = set()
        # what the parameters became in earlier passes is no meeting of this one
        past = self.tape.upstream(parameters)
        for value in self.derived.forward.program.inputs:
            place = self.tape.at.get(value)
            if place is None or place in parameters or not parameters or value in parts:
                continue
            met = [m for m in meetings(self, place) if m in self.behind_loss - past]
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

    def moment(self, place: int) -> int:
        """How many lines had been recorded when what stands at a place was computed."""
        return self.recording.moment[self.tape.values[place]]

    def truth(self, value: Value) -> Value | None:
        """The derived value that is the gradient of ``value``; None if there is none."""
        return self.derived.gradients.get(value)

    def number(self, value: Value, world: World) -> Array | None:
        """The numbers of a value in a world."""
        found: Array | None = world.numbers[self.tape.at[value]]
        return found

    def is_stable(self, world: World) -> bool:
        """Whether rounding does not matter to the gradients, derived and written: where a softmax is saturated, it does."""
        with np.errstate(all="ignore"):
            return all(self._is_steady(world, seed) for seed in range(N_SHAKEN))

    def _is_steady(self, world: World, seed: int) -> bool:
        # in another world, a version that the loss reads is given, though a step computed it
        given = self.derived.forward.program.inputs
        held = {self.tape.at[value] for value in given if value in self.tape.at}
        shaken = self.tape.shaken(world.numbers, self._gradients, held, seed)
        return all(
            is_finite(shaken[place])
            and np.max(np.abs(shaken[place] - number), initial=0.0)
            <= NOISE * np.max(np.abs(number), initial=1e-9)
            for place in self._gradients
            if is_finite(number := world.numbers[place]) and number.dtype.kind == "f"
        )

    @cached_property
    def _gradients(self) -> list[int]:
        """The true gradients of what is learnt, and what is written by hand on the way to the steps."""
        true = [self.derived.gradients.get(value) for value in self.parameters]
        steps = self.tape.upstream(
            self.tape.at[update.after] for update in self.updates
        )
        return [
            *(self.tape.at[one] for one in true if one in self.tape.at),
            *sorted(self.bound & self.judged & steps - self.behind_loss),
        ]


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
    moving = found.active | found.past
    meetings = []
    for reader in tape.downstream([place]):
        others = [r for r in tape.reads[reader] if r not in alone and r in moving]
        if others and not alone.isdisjoint(tape.reads[reader]):
            meetings.append(reader)
        elif not others:
            alone.add(reader)
    return meetings
