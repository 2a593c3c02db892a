"""What a recording says about its variables: their versions in order, what each value was computed from, who reads it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from chainrule import ops
from chainrule.program import Array, Line, Value
from chainrule.roles.families import Families
from chainrule.roles.names import meaning
from chainrule.trace import Recording
from chainrule.trace.events import Escape, Slot, SlotBound
from chainrule.trace.moves import has_step

PRODUCTS = (ops.matmul, ops.tensordot, ops.einsum)
"""What mixes the entries of an array."""
MOST_VERSIONS = 60
"""So many versions of a variable are looked at; what it does later it has done before."""
MOST_REMADE = 20
"""So many of one that is computed anew; each asks for the whole way between two of them."""


@dataclass(frozen=True, eq=False)
class Variable:
    """A slot and the values it held, in order; ``bounds`` are the events that say so."""

    slot: Slot
    versions: tuple[Value, ...]
    bounds: tuple[SlotBound, ...]

    @property
    def name(self) -> str:
        """What the reader calls it."""
        return self.slot.name

    @cached_property
    def held(self) -> frozenset[Value]:
        """Its versions, to be asked whether a value is among them."""
        return frozenset(self.versions)


class History:
    """The variables of a recording, and the ways between its values."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.run = recording.run
        self.lines = recording.program.lines
        self.producer: dict[Value, Line] = recording.program.producer()
        self.position = {line.result: i for i, line in enumerate(self.lines)}
        self.families = Families(recording)
        self._behind: dict[Value, frozenset[Value]] = {}

    def number(self, value: Value) -> Array:
        """The numbers of a value."""
        return self.run.numbers[value]

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """Every slot that held values of a program; of slots that held the same ones the first."""
        held: dict[Slot, list[Value]] = {}
        bounds: dict[Slot, list[SlotBound]] = {}
        for bound in self.recording.bounds():
            versions = held.setdefault(bound.slot, [])
            if isinstance(bound.before, Value) and not versions:
                versions.append(bound.before)
            if isinstance(bound.value, Value) and (
                not versions or versions[-1] is not bound.value
            ):
                versions.append(bound.value)
            bounds.setdefault(bound.slot, []).append(bound)
        found: dict[tuple[Value, ...], Variable] = {}
        # a name is told before the array that it holds
        ordered = sorted(held, key=lambda slot: slot.kind == "array")
        for slot in ordered:
            values = tuple(held[slot])
            if values and slot.name:
                variable = Variable(slot, values, tuple(bounds[slot]))
                found.setdefault(values, variable)
        return tuple(found.values())

    @cached_property
    def given(self) -> frozenset[Value]:
        """What variables hold and nothing computed; a number that is written into an expression is not among them."""
        return frozenset(value for value in self.held if value not in self.producer)

    @cached_property
    def held(self) -> frozenset[Value]:
        """What variables hold."""
        return frozenset(one for each in self.variables for one in each.versions)

    @cached_property
    def own(self) -> dict[Value, Variable]:
        """The first variable that held each value."""
        found: dict[Value, Variable] = {}
        for variable in self.variables:
            for value in variable.versions:
                found.setdefault(value, variable)
        return found

    def turns_into(self, value: Value) -> Iterator[Value]:
        """What a value has become where its variable, or the place that read it, is come to again: h[0] for h[-1]."""
        yield from self._after_first.get(value, ())
        for line in self.readers.get(value, ()):
            again = self._next_turn.get(line)
            args = again.args if again is not None else ()
            for mine, other in zip(line.args, args, strict=False):
                if (
                    mine is value
                    and other is not value
                    and isinstance(other, Value)
                    and self.leads(value, other)
                ):
                    yield other

    @cached_property
    def _after_first(self) -> dict[Value, list[Value]]:
        """What variables held second and made of it, by what they held first."""
        found: dict[Value, list[Value]] = {}
        for variable in self.variables:
            first, *later = variable.versions[:2]
            made = [one for one in later if self.leads(first, one)]
            found.setdefault(first, []).extend(made)
        return found

    @cached_property
    def _alike(self) -> dict[Hashable, list[Line]]:
        """The lines of each operation of the source, one for each time that it was come to."""
        found: dict[Hashable, list[Line]] = {}
        for line in self.lines:
            found.setdefault((line.op, line.places), []).append(line)
        return found

    def turns_of(self, value: Value) -> list[Line]:
        """The lines of the operation that made a value; none of what was given."""
        line = self.producer.get(value)
        return [] if line is None else self._alike.get((line.op, line.places), [])

    @cached_property
    def _next_turn(self) -> dict[Line, Line]:
        """The line that the same operation of the source wrote when it was come to again."""
        known = (lines for lines in self._alike.values() if lines[0].places)
        return {line: after for lines in known for line, after in pairwise(lines)}

    @cached_property
    def carried(self) -> frozenset[Value]:
        """What variables held before they held what was made of it; ``for w in weights`` hands nothing on."""
        return frozenset(
            value
            for variable in self.variables
            for value, after in pairwise(variable.versions)
            if self.leads(value, after)
        )

    def sources(self, loss: Value) -> list[Value]:
        """What a loss starts from, in the order of the recording: what is given, made, or drawn and scaled."""
        found: set[Value] = set()
        seen = {loss}
        ahead = [loss]
        while ahead:
            value = ahead.pop()
            if value in self.held and self._is_start(value):
                found.add(value)
                continue
            line = self.producer.get(value)
            reads = [] if line is None else [r for r in line.reads() if r not in seen]
            seen.update(reads)
            ahead += reads
        return [value for value in self.run.program.values() if value in found]

    def _is_start(self, value: Value) -> bool:
        """Whether a variable begins here: ``rng.normal(size=3) * scale`` is drawn, whatever it was scaled by."""
        line = self.producer.get(value)
        if line is None or not any(True for _ in line.reads()):
            return True
        if not value.shape or self._needs_others(value):
            return False
        behind = self.behind(value)
        before = (behind & self.own[value].held) - {value}
        drawn = any(
            one.shape and one not in self.held and not self._reads(one)
            for one in behind - before
        )
        return drawn or (bool(before) and not self._goes_by_itself(behind, before))

    def _needs_others(self, value: Value) -> bool:
        """Whether arrays of other variables are behind a value."""
        own = self.own[value].held
        return self.meets(
            value, lambda one: bool(one.shape) and one in self.held and one not in own
        )

    def meets(self, value: Value, wanted: Callable[[Value], bool]) -> bool:
        """Whether something ``wanted`` is behind a value, or is it; the nearest is met first, and ends the search."""
        seen, ahead = {value}, deque([value])
        while ahead:
            one = ahead.popleft()
            if wanted(one):
                return True
            line = self.producer.get(one)
            new = {*line.reads()} - seen if line is not None else set()
            seen |= new
            ahead += new
        return False

    def has_step(self, before: Value, after: Value) -> bool:
        """Whether ``after`` is ``before`` plus something."""
        return has_step(self.producer, self.position, before, after)

    def _reads(self, value: Value) -> bool:
        line = self.producer.get(value)
        return line is not None and any(True for _ in line.reads())

    def _goes_by_itself(
        self, behind: frozenset[Value], before: frozenset[Value]
    ) -> bool:
        """Whether something computed is added to what a variable was: a simulation's state, not a start."""
        mine = {one for one in behind if not before.isdisjoint(self.behind(one))}
        lines = (self.producer.get(one) for one in mine if one.shape)
        return any(
            line is not None
            and line.op in (ops.add, ops.subtract)
            and len([*line.reads()]) > 1
            for line in lines
        )

    @cached_property
    def moving(self) -> dict[Variable, tuple[int, ...]]:
        """The float variables that move: for each, the versions from which a step was taken."""
        found: dict[Variable, tuple[int, ...]] = {}
        for variable in self.variables:
            versions = variable.versions[:MOST_VERSIONS]
            steps = tuple(
                i
                for i, (before, after) in enumerate(pairwise(versions))
                if after.dtype.kind == "f" and self.has_step(before, after)
            )
            if steps and not self._goes_on(versions, steps):
                found[variable] = steps
        return found

    @cached_property
    def remade(self) -> dict[Variable, tuple[int, ...]]:
        """The float variables that are computed anew from what they were, and not by adding steps: means, shares, factors."""
        found: dict[Variable, tuple[int, ...]] = {}
        for variable in self.variables:
            if variable in self.moving:
                continue
            steps = tuple(
                i
                for i, (before, after) in enumerate(
                    pairwise(variable.versions[:MOST_REMADE])
                )
                if before.dtype.kind == after.dtype.kind == "f"
                and before.shape == after.shape
                and self.leads(before, after)
            )
            if steps:
                found[variable] = steps
        return found

    def _goes_on(self, versions: tuple[Value, ...], steps: tuple[int, ...]) -> bool:
        """Whether a variable is more than stepped: the state of a filter is predicted, ``A @ x``, and then corrected."""
        return any(
            i not in steps
            and self.leads(before, after)
            and not self._is_upkeep(before, after)
            for i, (before, after) in enumerate(pairwise(versions))
        )

    def _is_upkeep(self, before: Value, after: Value) -> bool:
        """Whether the entries of ``after`` are those of ``before``, scaled, bounded or shifted each by itself."""
        seen, ahead = {after}, [after]
        while ahead:
            value = ahead.pop()
            if value is before:
                return True
            line = self.producer.get(value)
            if line is None or line.op in PRODUCTS:
                continue
            same = {one for one in line.reads() if one.shape == after.shape} - seen
            seen |= same
            ahead += same
        return False

    @cached_property
    def returned(self) -> frozenset[Value]:
        """Single floats that came into the program after a number had left it, under the name of a loss.

        A library may have computed them from what left; then their gradient is lost, and they must not be passed over.
        """
        found: set[Value] = set()
        seen: set[Value] = set()
        left = False
        for event in self.recording.events:
            left = left or isinstance(event, Escape)
            if not isinstance(event, SlotBound) or not isinstance(event.value, Value):
                continue
            value = event.value
            if (
                left
                and value not in seen
                and value not in self.producer
                and not value.shape
                and meaning(event.slot.name) == "loss"
                and _is_measured(float(self.number(value)))
            ):
                found.add(value)
            seen.add(value)
        return frozenset(found)

    def escapes_before(self, value: Value) -> list[Escape]:
        """What had left the program when a value came into it."""
        found: list[Escape] = []
        for event in self.recording.events:
            if isinstance(event, Escape):
                found.append(event)
            elif isinstance(event, SlotBound) and event.value is value:
                break
        return found

    def behind(self, value: Value) -> frozenset[Value]:
        """Every value that ``value`` was computed from, itself included."""
        if value not in self._behind:
            self._behind[value] = frozenset(self.walk([value]))
        return self._behind[value]

    def leads(self, one: Value, other: Value) -> bool:
        """Whether ``other`` was computed from ``one``; only what lies between them is looked at."""
        start = self.before(one)
        seen, ahead = {other}, [other]
        while ahead:
            value = ahead.pop()
            if value is one:
                return True
            line = self.producer.get(value)
            if line is not None and self.before(value) > start:
                new = set(line.reads()) - seen
                seen |= new
                ahead += new
        return False

    def walk(
        self, start: Iterable[Value], stops: frozenset[Value] = frozenset()
    ) -> set[Value]:
        """Every value behind these, not going through ``stops``."""
        seen = set(start)
        ahead = list(seen)
        while ahead:
            value = ahead.pop()
            line = self.producer.get(value)
            if line is None or (value in stops and value not in start):
                continue
            for read in line.reads():
                if read not in seen:
                    seen.add(read)
                    ahead.append(read)
        return seen

    @cached_property
    def readers(self) -> dict[Value, list[Line]]:
        """The lines that read each value."""
        found: dict[Value, list[Line]] = {}
        for line in self.lines:
            for read in line.reads():
                found.setdefault(read, []).append(line)
        return found

    def before(self, value: Value) -> int:
        """How many lines stood before a value was computed; 0 for what was given."""
        return self.position.get(value, -1) + 1

    def singles(self) -> Iterator[Variable]:
        """The variables that hold one float."""
        for variable in self.variables:
            first = variable.versions[:3]
            # loss = 0 is a whole number until something is added to it
            if first[-1].dtype.kind == "f" and all(
                v.dtype.kind in "fi" and self.number(v).size == 1 for v in first
            ):
                yield variable


def _is_measured(number: float) -> bool:
    """Whether a number is not one at which a sum or a search begins: 0, 1e9, infinity."""
    return np.isfinite(number) and number != round(number)
