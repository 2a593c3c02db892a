"""The activations of a forward pass, whatever their spelling: which op of the catalogue leads from which value to which.

Found by numbers: a value on which another depends entry by entry (or row by row), and an op that gives just that.
What is known of the op, its slope, is then known of the script.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.agree import close
from chainrule.check.steps.evidence import Evidence
from chainrule.program import Array, Op, Value

MOST_BENDS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Bend:
    """``y = op(x, **params)`` in a forward pass."""

    op: Op
    params: dict[str, Any]
    x: Value
    y: Value

    def through(self, dy: Any, y: Any, x: Any) -> Any:
        """The gradient of x that follows from that of y, by the op's own rule."""
        rule = self.op.rule(0)
        if rule is None:
            raise ValueError(self.op.name)
        return rule.vjp(dy, y, x, **self.params)

    def apply(self, x: Any) -> Any:
        """The op applied."""
        return self.op(x, **self.params)


BESIDE = 1e-7


@cache
def _entrywise() -> tuple[Op, ...]:
    """The functions of one array, entry by entry, that are bent."""
    return tuple(op for op in _unary() if op.elementwise and not _is_straight(op))


@cache
def _rowwise() -> tuple[Op, ...]:
    """The functions of one array along an axis that keep its shape."""
    return tuple(
        op
        for op in _unary()
        if not op.elementwise and "axis" in op.params and _keeps_shape(op)
    )


def _unary() -> Iterator[Op]:
    for op in ops.CATALOGUE.values():
        if (
            isinstance(op.rules, tuple)
            and len(op.rules) == 1
            and op.rules[0] is not None
        ):
            yield op


def _keeps_shape(op: Op) -> bool:
    trial = np.array([[0.3, -1.2, 0.7], [0.1, 0.4, -0.2]])
    try:
        found = op.forward(trial, **{**op.params, "axis": -1})
    except Exception:  # noqa: BLE001 - an op that wants something else is no such op
        return False
    return bool(np.shape(found) == trial.shape)


def _is_straight(op: Op) -> bool:
    """Whether the slope is the same everywhere: there is nothing to forget."""
    trial = np.array([-1.5, -0.4, 0.3, 1.1])
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(op.forward(trial, **op.params), float)
            beside = np.asarray(op.forward(trial + BESIDE, **op.params), float)
    except Exception:  # noqa: BLE001 - an op that wants something else is no activation
        return True
    if found.shape != trial.shape or np.array_equal(found, beside):
        # steps, as of rounding, have no slope anywhere
        return True
    known = found[np.isfinite(found)]
    slopes = np.diff(known) / np.diff(trial[np.isfinite(found)])
    return slopes.size > 1 and bool(np.ptp(slopes) < 1e-12)


@dataclass(eq=False)
class Bends:
    """All bends of a script, by the value that goes in and by the value that comes out."""

    evidence: Evidence
    _found: dict[tuple[object, int], tuple[Op, dict[str, Any]] | None] = field(
        default_factory=dict
    )

    @cached_property
    def all(self) -> list[Bend]:
        """Every bend between values of the forward pass."""
        found: list[Bend] = []
        tape = self.evidence.tape
        for place in sorted(self.evidence.behind_loss):
            if place < tape.n_inputs or len(found) > MOST_BENDS:
                continue
            if place not in self.evidence.active or not self._is_met(place):
                continue
            line = tape.line(place)
            if line is None or line.op is ops.identity:
                continue
            bend = None
            for depth, below in enumerate(self.cuts(place)):
                # the one that starts farthest off, but not behind what has a name: that is another bend
                bend = self._bend(below, place, depth) or bend
                if bend is not None and below in self.evidence.bound:
                    break
            if bend is not None:
                found.append(bend)
        return found

    @cached_property
    def by_y(self) -> dict[Value, Bend]:
        """The bend that each value comes out of."""
        return {bend.y: bend for bend in self.all}

    @cached_property
    def by_x(self) -> dict[Value, Bend]:
        """The bend that each value goes into."""
        found: dict[Value, Bend] = {}
        for bend in self.all:
            found.setdefault(bend.x, bend)
        return found

    def origin(self, value: Value) -> Value:
        """A value by the first name it had: a second name is the same value."""
        producer = self.evidence.recording.producer
        line = producer.get(value)
        while line is not None and line.op is ops.identity:
            first = line.args[0]
            if not isinstance(first, Value):
                break
            value, line = first, producer.get(first)
        return value

    def out_of(self, value: Value) -> Bend | None:
        """The bend that a value comes out of, by whatever name."""
        return self.by_y.get(self.origin(value))

    def into(self, value: Value) -> Bend | None:
        """The bend that a value goes into, by whatever name."""
        return self.by_x.get(self.origin(value))

    def _is_met(self, place: int) -> bool:
        """Whether a value has a name, or is met outside of what is elementwise: what is between is nobody's."""
        if place in self.evidence.bound:
            return True
        tape = self.evidence.tape
        readers = tape.readers[place]
        return any(
            reader not in self.evidence.behind_loss
            or not (line := tape.line(reader))
            or not line.op.elementwise
            for reader in readers
        )

    def cuts(self, place: int) -> Iterator[int]:
        """The values of its shape on which all that moves in a value depends, nearest first."""
        tape, active = self.evidence.tape, self.evidence.active
        shape = tape.values[place].shape
        frontier = {place}
        for _ in range(24):
            latest = max(frontier)
            line = tape.line(latest)
            if line is None:
                return
            frontier.discard(latest)
            frontier |= {
                tape.at[arg]
                for arg in line.args
                if isinstance(arg, Value)
                and tape.at[arg] in active
                # a single number is a constant of it
                and (arg.shape or not shape)
            }
            if not frontier:
                return
            if len(frontier) == 1:
                (only,) = frontier
                if tape.values[only].shape != shape:
                    return
                yield only

    def _bend(self, below: int, place: int, depth: int) -> Bend | None:
        tape = self.evidence.tape
        x, y = tape.values[below], tape.values[place]
        key = (self.evidence.recording.place(y), depth)
        if key in self._found:
            known = self._found[key]
            candidates = [] if known is None else [known]
        else:
            candidates = list(_candidates(x.ndim))
        for op, params in candidates:
            if self._gives(op, params, below, place):
                self._found[key] = (op, params)
                return Bend(op, params, x, y)
        self._found.setdefault(key, None)
        return None

    def _gives(self, op: Op, params: dict[str, Any], below: int, place: int) -> bool:
        is_bent = False
        for world in self.evidence.worlds:
            x, y = world.numbers[below], world.numbers[place]
            try:
                with np.errstate(all="ignore"):
                    got = np.asarray(op.forward(x, **params))
            except Exception:  # noqa: BLE001 - an op that cannot take x does not give y
                return False
            if got.shape != y.shape or not _equal(got, y):
                return False
            is_bent = is_bent or not _equal(x, y)
        return is_bent


def _equal(one: Array, other: Array) -> bool:
    return bool(np.all(np.isfinite(one))) and close(one, other)


def _candidates(ndim: int) -> Iterator[tuple[Op, dict[str, Any]]]:
    for op in _entrywise():
        yield op, dict(op.params)
    for op in _rowwise():
        for axis in dict.fromkeys((-1, *range(ndim))):
            if -ndim <= axis < ndim:
                yield op, {**op.params, "axis": axis}
