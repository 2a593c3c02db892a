"""The way back from a new version of a parameter to its gradient, through what optimizers do with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chainrule import ops
from chainrule.check.agree import squeezed
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.tape import number_of
from chainrule.program import Arg, Line, Value

VIEWS = frozenset(
    (
        ops.identity,
        ops.reshape,
        ops.transpose,
        ops.getitem,
        ops.squeeze,
        ops.expand_dims,
    )
)
HANDING_ON = VIEWS | {ops.astype, ops.setitem}


@dataclass(eq=False)
class Walk:
    """The way back from a new version through what an optimizer does with a gradient.

    ``common`` are single numbers that scale whole arrays, as a norm does that all gradients are clipped by: they scale
    single numbers, too.
    """

    evidence: Evidence
    before: set[int]
    after: int
    taken: int | None = None
    added: int | None = None
    named: list[int] = field(default_factory=list)
    common: set[int] = field(default_factory=set)
    begun: frozenset[int] = frozenset()
    _of_parameter: dict[int, bool] = field(default_factory=dict, init=False)

    def cuts(self) -> tuple[list[int], list[Arg]]:
        """The bound values through which all of the step passes, and the single numbers met on the way.

        What is ``added`` to a velocity is a gradient though nothing binds it: ``dW = X.T @ d + mu * dW``.
        """
        tape, bound = self.evidence.tape, self.evidence.bound
        frontier, cuts = {self.after}, []
        rates: dict[Arg, None] = {}
        is_added = is_sum = False
        while frontier:
            is_named = frontier <= bound or is_added
            if len(frontier) == 1 and self.after not in frontier and is_named:
                cuts += [one for one in frontier if self._has_layout(one)]
                self.taken = max(frontier) if self.taken is None else self.taken
                if is_added and self.added is None:
                    self.added = max(frontier)
            latest = max(frontier)
            line = tape.line(latest)
            if line is None or latest in self.evidence.behind_loss:
                break
            if not line.op.elementwise and line.op not in HANDING_ON:
                if not cuts:
                    # no name between: a rate may stand inside of a product, (0.1 * X.T) @ d
                    rates.update(self.inner([latest]))
                break
            if self._is_scaled_by_parameter(line):
                # no optimizer does that: it is the slope of something
                break
            frontier.discard(latest)
            if latest in cuts and self._holds_parameter(line):
                # the new entry itself, not what it is moved by
                cuts.remove(latest)
            past = self._past_summands(line)
            is_sum = is_sum or not all(map(self._fades, past))
            is_added = not is_sum and (is_added or bool(past))
            met: dict[Arg, None] = {}
            for position, arg in enumerate(line.args):
                if self._is_rate(line, position):
                    met.update(self._numbers(arg))
                elif isinstance(arg, Value) and not self._is_inert(tape.at[arg]):
                    frontier.add(tape.at[arg])
            if not cuts:
                # what scales a bound gradient belongs to it; what scales the step is a rate
                rates.update(met)
        return cuts, list(rates)

    def inner(self, cuts: Sequence[int]) -> dict[Arg, None]:
        """The single numbers in the expression that was given the nearest name."""
        found: dict[Arg, None] = {}
        ahead = list(cuts[:1]) or list(self.named)
        seen = set(ahead)
        while ahead:
            place = ahead.pop()
            line = self.evidence.tape.line(place)
            if line is None or place in self.evidence.behind_loss:
                continue
            for position, arg in enumerate(line.args):
                if self._is_rate(line, position):
                    found.update(self._numbers(arg))
                elif isinstance(arg, Value):
                    other = self.evidence.tape.at[arg]
                    if other not in self.evidence.bound and other not in seen:
                        seen.add(other)
                        ahead.append(other)
        return found

    @cached_property
    def moving(self) -> frozenset[int]:
        """What this pass makes."""
        return self.evidence.active | self.begun

    @cached_property
    def layout(self) -> tuple[int, ...]:
        """The layout of the parameter."""
        return squeezed(self.evidence.tape.values[min(self.before)])

    def _has_layout(self, place: int) -> bool:
        """Whether a value can be the gradient of what is updated."""
        if place in self.evidence.behind_loss:
            return False
        mine = squeezed(self.evidence.tape.values[place])
        return mine == self.layout or mine in self._written

    def _holds_parameter(self, line: Line) -> bool:
        """Whether the parameter, or a part of it, is a summand of what a line computes."""
        return line.op in (ops.add, ops.subtract) and any(
            isinstance(arg, Value)
            and self.evidence.tape.at[arg] in self.moving
            and self._is_inert(self.evidence.tape.at[arg])
            for arg in line.args
        )

    def _past_summands(self, line: Line) -> list[int]:
        """The summands of a line that are made of what earlier steps were made of, and of nothing new."""
        tape, active = self.evidence.tape, self.moving
        if line.op not in (ops.add, ops.subtract):
            return []
        summands = {tape.at[arg] for arg in line.args if isinstance(arg, Value)}
        past = self.evidence.past - self.before
        return [
            one
            for one in summands - self.before - active
            if not past.isdisjoint(tape.upstream([one]))
        ]

    def _fades(self, place: int) -> bool:
        """Whether a summand is a number below 1 times something, as what is left of a velocity is."""
        line = self.evidence.tape.line(place)
        numbers = self.evidence.worlds[0].numbers
        return line is not None and any(
            self._is_rate(line, position)
            and (held := number_of(arg, self.evidence.tape.at, numbers)) is not None
            and abs(float(np.ravel(held)[0])) < 1
            for position, arg in enumerate(line.args)
        )

    def _is_scaled_by_parameter(self, line: Line) -> bool:
        """Whether a line multiplies what is of this pass by what is of the parameter alone."""
        if line.op not in (ops.multiply, ops.divide):
            return False
        alone = [self._is_of_parameter(arg) for arg in line.args]
        return any(alone) and any(
            isinstance(arg, Value)
            and not one
            and self.evidence.tape.at[arg] in self.moving
            for arg, one in zip(line.args, alone, strict=True)
        )

    def _is_of_parameter(self, arg: Arg) -> bool:
        """Whether a value is computed entry by entry from the parameter, and from nothing else that moves."""
        if not isinstance(arg, Value):
            return False
        known = self._of_parameter
        ahead = [self.evidence.tape.at[arg]]
        # no recursion: what a loop adds up hangs on as many lines as it takes turns
        while ahead:
            place = ahead[-1]
            read = self._moving_behind(place)
            unknown = [one for one in read if one not in known]
            if place not in known and unknown:
                ahead += unknown
                continue
            known[place] = place in self.before or (
                bool(read) and all(known[one] for one in read)
            )
            ahead.pop()
        return known[self.evidence.tape.at[arg]]

    def _moving_behind(self, place: int) -> list[int]:
        """What a value is computed from entry by entry, of what moves."""
        line = self.evidence.tape.line(place)
        if place in self.before or line is None:
            return []
        if not (line.op.elementwise or line.op in VIEWS):
            return []
        values = (one for one in line.args if isinstance(one, Value))
        return [self.evidence.tape.at[one] for one in values if self._moves(one)]

    def _moves(self, value: Value) -> bool:
        place = self.evidence.tape.at[value]
        return place in self.before or place in self.moving

    @cached_property
    def _written(self) -> list[tuple[int, ...]]:
        """The layouts of what is written into the parameter, where only some entries are, before and after it was laid out."""
        tape = self.evidence.tape
        line = tape.line(self.after)
        written = line.args[1] if line is not None and line.op is ops.setitem else None
        found = []
        while isinstance(written, Value):
            found.append(squeezed(written))
            line = tape.line(tape.at[written])
            laid_out = line is not None and line.op in (ops.reshape, ops.transpose)
            written = line.args[0] if line is not None and laid_out else None
        return found

    def _is_rate(self, line: Line, position: int) -> bool:
        """Whether an argument is a single number that scales the others."""
        arg = line.args[position]
        if not isinstance(arg, Value):
            return not isinstance(arg, bool)
        if arg.shape != () or line.op not in (ops.multiply, ops.divide):
            return False
        place = self.evidence.tape.at[arg]
        if self._is_inert(place):
            return True
        if line.result.shape != ():
            self.common.add(place)
        return place in self.common

    def _numbers(self, arg: Arg, depth: int = 8) -> dict[Arg, None]:
        """A single number, and those that it is computed from."""
        if not isinstance(arg, Value):
            return {arg: None} if arg else {}
        place = self.evidence.tape.at[arg]
        line = self.evidence.tape.line(place)
        inert = self._is_inert(place)
        if not inert and (place in self.evidence.bound or line is None):
            # a single delta with a name: a rate may stand inside of it, as in that of any other
            self.named.append(place)
            return {}
        # what is of this pass is no rate itself: the numbers are that it is multiplied by
        found: dict[Arg, None] = {arg: None} if inert else {}
        scaled = line is not None and line.op in (ops.multiply, ops.divide)
        if line is not None and depth and (inert or scaled):
            for one in line.args:
                found.update(self._numbers(one, depth - 1))
        return found

    def _is_inert(self, place: int) -> bool:
        """Whether a value is the parameter, a part of it, a state or a setting: nothing of this pass is in it."""
        if place in self.before or place not in self.moving:
            return True
        line = self.evidence.tape.line(place)
        if line is None or line.op not in VIEWS:
            return False
        first = self.evidence.tape.at[line.reads()[0]]
        if place in self.evidence.bound:
            # a weight that is cut out of the parameter has a name
            return self._is_part(first)
        return self._is_inert(first)

    def _is_part(self, place: int) -> bool:
        line = self.evidence.tape.line(place)
        is_view = line is not None and line.op in VIEWS
        return place in self.before or (
            is_view and self._is_part(self.evidence.tape.reads[place][0])
        )
