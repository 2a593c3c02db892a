"""The chain rule through a loop: a loop that runs the other way, whose body is the walk over the body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.derived import Arrival, Backwards
from chainrule.derive.reach import passes, reached
from chainrule.derive.remembered import remember
from chainrule.derive.sums import Sums
from chainrule.derive.unbroadcast import fit
from chainrule.derive.walk import BackwardWalk
from chainrule.program import Arg, Carried, Loop, Turn, Value

HANDED_BACK = "what the turn after this one hands back"
OWN_SHARE = "each turn gets its own share of the gradient of all of them"
STARTS = "what reaches back before the first turn"


def through(walk: BackwardWalk, loop: Loop) -> None:
    """Write the backward loop of ``loop``, if a gradient arrives at anything it leaves behind."""
    ends = {
        value: walk.settle(value)
        for value in loop.results
        if (value in walk.found or value is walk.loss) and value in walk.active
    }
    if ends:
        _Back(walk, loop, ends).write()


class _Back:
    """One backward loop being written; ``ends`` are the gradients of what the loop leaves behind."""

    def __init__(
        self, walk: BackwardWalk, loop: Loop, ends: Mapping[Value, Value]
    ) -> None:
        self.walk = walk
        self.loop = loop
        self.ends = ends
        self.reached = reached(loop, ends, walk.active)
        self.flows = [one for one in loop.carried if self._flows(one)]
        self.passing = {one for one in self.flows if passes(loop, one)}
        self.handed: dict[Carried, Value] = {}

    def _flows(self, one: Carried) -> bool:
        """Whether turns hand back a gradient of what is carried."""
        asked = one.end in self.ends or one.kept in self.ends
        return (asked or one.inside in self.reached) and one.next in self.walk.active

    def write(self) -> None:
        """The loop, and what it leaves to the gradients of what the forward loop has read."""
        walk, loop = self.walk, self.loop
        with walk.body_of(loop) as body:
            self._seed()
            walk.items(loop.items)
            nexts = {one: self._handed_on(one) for one in self.handed}
            sums = Sums(walk, loop, dict(walk.found))
            sums.write()
            carried = [
                Carried(inside, self._start(one), nexts[one], self._before(one))
                for one, inside in self.handed.items()
            ]
            back, recalled = remember(
                walk, loop, body, [*carried, *sums.carried], sums.stacks
            )
        walk.builder.repeat(back)
        self._hand_over()
        sums.hand_over()
        carried_of = {one.inside: inside for one, inside in self.handed.items()}
        walk.loops.append(Backwards(loop, back, carried_of, sums.shares, recalled))

    def _seed(self) -> None:
        """The gradients with which a turn begins: handed back by the turn after, or its share of a stack's."""
        for one in self.flows:
            if not isinstance(one.next, Value):
                continue
            if one in self.passing and one.end is not None:
                # a sum is what it was and what is added: its gradient goes back through all turns as it is
                self.walk.gradients[one.next] = self.ends[one.end]
                self.walk.found[one.next] = []
                continue
            inside = self._inside(one)
            self._arrive(one.next, HANDED_BACK, inside)
            if one.kept is not None and one.kept in self.ends:
                row = Turn(int(not self.loop.reverse), ((self.loop.counter, 1),))
                share = self._share(self.ends[one.kept], row)
                self._arrive(one.next, OWN_SHARE, share)
        for stacked in self.loop.stacks:
            if stacked.out in self.ends and isinstance(stacked.inside, Value):
                row = Turn(0, ((self.loop.counter, 1),))
                share = self._share(self.ends[stacked.out], row)
                self._arrive(stacked.inside, OWN_SHARE, share)

    def _inside(self, one: Carried) -> Value:
        """The gradient that the turn after hands back."""
        like = one.inside
        word = like.word or like.name
        called = f"d{word}" if word else None
        inside = Value(like.shape, like.dtype, None, like.weak, called)
        self.walk.builder.numbers[inside] = np.zeros(like.shape, like.dtype)
        self.handed[one] = inside
        return inside

    def _share(self, gradient: Value, row: Turn) -> Value:
        traced = self.walk.traced(gradient)
        share = self.walk.tracer.record(
            ops.getitem, (traced,), {"index": (row,)}, OWN_SHARE
        )
        made: Value = share.value
        return made

    def _arrive(self, value: Value, why: str, gradient: Value) -> None:
        if value in self.walk.active:
            arrival = Arrival(self.loop, why, gradient)
            self.walk.found.setdefault(value, []).append(arrival)

    def _begin(self, start: Value, gradient: Value) -> None:
        """What reaches back to a start; a Python number takes its gradient in its own type."""
        fitted, _ = fit(self.walk.traced(gradient), self.walk.traced(start))
        self._arrive(start, STARTS, fitted.value)

    def _handed_on(self, one: Carried) -> Arg:
        """What this turn hands back to the one before."""
        if one.inside not in self.walk.found:
            return 0
        found = self.walk.settle(one.inside)
        del self.walk.found[one.inside]
        return found

    def _start(self, one: Carried) -> Arg:
        return self.ends.get(one.end, 0) if one.end is not None else 0

    def _before(self, one: Carried) -> Value | None:
        """The gradient of what the loop starts from."""
        if one.start not in self.walk.active:
            return None
        return Value(one.inside.shape, one.inside.dtype)

    def _hand_over(self) -> None:
        """Gradients of what the loop starts from."""
        back = self.walk.builder.loops[-1][1]
        ends: dict[Value, Any] = {one.inside: one.end for one in back.carried}
        for one in self.flows:
            start = one.start
            if not isinstance(start, Value) or start not in self.walk.active:
                continue
            if one in self.passing and one.end is not None:
                self._begin(start, self.ends[one.end])
            elif one in self.handed:
                self._begin(start, ends[self.handed[one]])
            if one.kept in self.ends and one.kept is not None:
                first = self.loop.turns if self.loop.reverse else 0
                traced = self.walk.traced(self.ends[one.kept])
                self._arrive(start, OWN_SHARE, traced[first].value)
