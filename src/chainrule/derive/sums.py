"""What all turns read: the gradients of the turns add up, or stand side by side where each turn has read a part of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.derived import Arrival, Contribution
from chainrule.derive.walk import BackwardWalk, Found
from chainrule.program import Carried, Line, Loop, Stacked, Value
from chainrule.program.line import concrete
from chainrule.program.places import Places

ALL_TURNS = "every turn uses {0}, and the gradients of all turns add up"
OWN_PART = "each turn has read a part of its own, and its gradient goes there"
Share = Contribution | Arrival


class Sums:
    """The gradients of what a loop reads from outside; ``shares`` are what one turn adds to each."""

    def __init__(self, walk: BackwardWalk, loop: Loop, found: Found) -> None:
        self.walk = walk
        self.loop = loop
        inner = set(loop.inner())
        self.shares = {
            value: tuple(shares)
            for value, shares in found.items()
            if value not in inner and shares
        }
        self.carried: list[Carried] = []
        self.stacks: list[Stacked] = []
        self.after: list[tuple[Value, str, Any]] = []

    def write(self) -> None:
        """In the body of the backward loop: what one turn adds."""
        for value, shares in self.shares.items():
            rest: list[Share] = []
            for share in shares:
                line = self._scattered(share)
                if line is None:
                    rest.append(share)
                elif not self._side_by_side(value, line):
                    self._add(value, [share], line)
            if rest:
                self._add(value, rest, None)

    def hand_over(self) -> None:
        """After the backward loop: what it leaves to the gradient of each value."""
        for value, why, gradient in self.after:
            made = gradient() if callable(gradient) else gradient
            arrival = Arrival(self.loop, why, made)
            self.walk.found.setdefault(value, []).append(arrival)

    def _scattered(self, share: Share) -> Line | None:
        """The line that puts one turn's gradient in its place among zeros, if there is one."""
        line = self.walk.builder.producer.get(share.gradient)
        if line is None or line.op is not ops.scatter_add or share.gradient.name:
            return None
        return line if isinstance(line.args[0], Value) else None

    def _side_by_side(self, value: Value, line: Line) -> bool:
        """Whether each turn's gradient has a place of its own, so that they need not be added."""
        places = Places.of(line.params["index"], self.loop, value.shape)
        part = line.args[0]
        if places is None or len(line.args) > 1 or not isinstance(part, Value):
            return False
        index = concrete({"index": line.params["index"]})["index"]
        if part.shape != ops.getitem.shape(value.shape, index=index):
            return False
        out = Value((self.loop.turns, *part.shape), part.dtype)
        self.walk.builder.numbers[out] = np.zeros(out.shape, out.dtype)
        self.stacks.append(Stacked(part, out))
        record = self.walk.tracer.record

        def whole() -> Value:
            rows = self.walk.traced(out)
            if places.axis_of_part:
                order = places.order(out.ndim)
                rows = record(ops.transpose, (rows,), {"axes": order})
            if places.index:
                params = {"shape": self._shape(value), "index": places.index}
                rows = record(ops.scatter_add, (rows,), params, OWN_PART)
            made: Value = rows.value
            return made

        self.after.append((value, OWN_PART, whole))
        return True

    def _shape(self, value: Value) -> tuple[Any, ...]:
        return tuple(self.walk.traced(value).shape)

    def _add(self, value: Value, shares: Sequence[Share], line: Line | None) -> None:
        """A sum over the turns that begins at 0."""
        word = value.word or value.name
        inside = Value(value.shape, value.dtype, word=f"d{word}" if word else None)
        self.walk.builder.numbers[inside] = np.zeros(value.shape, value.dtype)
        why = ALL_TURNS.format(self.walk.describe(value))
        total: Any = self.walk.traced(inside)
        if line is not None:
            args = [self.walk.tracer.lift(arg) for arg in line.args]
            params = {"index": self.walk.tracer.lift_param(line.params["index"])}
            total = self.walk.tracer.record(ops.add_at, (total, *args), params, why)
        else:
            through = self._threaded(inside, shares)
            total = self._plus(total, shares, why) if through is None else through
        end = Value(value.shape, value.dtype, word=inside.word)
        self.carried.append(Carried(inside, 0, total.value, end))
        self.after.append((value, why, end))

    def _plus(self, total: Any, shares: Sequence[Share], why: str) -> Any:
        one: Any = self.walk.traced(shares[0].gradient)
        for share in shares[1:]:
            one = one + self.walk.traced(share.gradient)
        return self.walk.tracer.record(ops.add, (total, one), why=why)

    def _threaded(self, inside: Value, shares: Sequence[Share]) -> Any:
        """A sum that a loop inside has begun at 0 goes on where this turn found it: one sum through the whole nest."""
        loops = self.walk.builder.loops
        for place, (position, loop) in enumerate(loops):
            for one in loop.carried:
                mine = len(shares) == 1 and one.end is shares[0].gradient
                if mine and one.end is not None and one.start == 0:
                    begun = tuple(
                        replace(other, start=inside) if other is one else other
                        for other in loop.carried
                    )
                    loops[place] = (position, replace(loop, carried=begun))
                    return self.walk.traced(one.end)
        return None
