"""The values and lines of loops as they are told: of one turn, or of the turns after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from chainrule import ops
from chainrule.lesson.analysis.moments import Ahead, Moments, When
from chainrule.lesson.analysis.turn_names import TurnNames
from chainrule.lesson.notation.turns import LAST, OVER_TURNS, SIDE_BY_SIDE, Moving
from chainrule.program import Arg, Array, Carried, Item, Line, Loop, Size, Turn, Value
from chainrule.program.line import substitute
from chainrule.program.values import Counter

FURTHEST = 4
"""How many turns further on anything is looked for."""


class Untold(Exception):  # noqa: N818 - it says what is the case
    """What one turn of a loop does not tell: it is told turn by turn."""


class Writing:
    """Values and lines as they are told: of one turn of every loop, or of turns further on."""

    def __init__(self, names: TurnNames, moments: Moments) -> None:
        self.names = names
        self.moments = moments
        self.turns: Mapping[Counter, int] = moments.late_turns
        self.made: dict[tuple[Value, Ahead], Value] = {}
        self.lines: dict[Value, Line] = {}
        self.producer: Mapping[Value, Line] = names.producer
        self.recalled: Mapping[Value, Value] = {}
        self.gradient_of: dict[Value, Value] = {}
        self.handed: dict[Value, tuple[Loop, Carried]] = {}

    def at(self, value: Value, ahead: Ahead = ()) -> Value:
        """``value`` of the turn told, or of a turn further on."""
        value = self.recalled.get(value, value)
        ahead = self._within(value, ahead)
        found = self.names.found(value)
        if found is not None:
            loop, one = found
            if dict(ahead).get(loop.counter) and isinstance(one.next, Value):
                return self.at(one.next, moved(ahead, loop.counter, -1))
        if value in self.handed and value not in self.gradient_of:
            return self._of_the_turn_after(value, ahead)
        key = (value, ahead)
        if key not in self.made:
            self._make(value, ahead)
        return self.made[key]

    def _of_the_turn_after(self, value: Value, ahead: Ahead) -> Value:
        loop, one = self.handed[value]
        further = moved(ahead, loop.counter, 1)
        if not isinstance(one.next, Value) or dict(further)[loop.counter] > FURTHEST:
            raise Untold
        return self.at(one.next, further)

    def _within(self, value: Value, ahead: Ahead) -> Ahead:
        """Only those turns ahead that ``value`` moves with."""
        around = self.moments.around(value)
        return tuple((one, by) for one, by in ahead if one in around and by > 0)

    def _make(self, value: Value, ahead: Ahead) -> None:
        forward = self.names.name(value, dict(ahead))
        inside = bool(self.moments.around(value))
        name = forward if value in self.names.known or not inside else None
        made = value
        if inside or name != value.name:
            made = Value(value.shape, value.dtype, name, value.weak)
        self.made[value, ahead] = made
        if value in self.handed and not ahead:
            after = self._of_the_turn_after(value, ahead)
            self.lines[made] = Line(made, ops.identity, (after,))
        line = self.producer.get(value)
        if ahead and name is None and value not in self.gradient_of and line:
            self.lines[made] = self.line(line, ahead)

    def arg(self, arg: Any, ahead: Ahead = ()) -> Any:
        """An argument or a part of a parameter, of the turn told or one further on."""
        match arg:
            case Value():
                return self.at(arg, ahead)
            case Size():
                return Size(self.at(arg.value), arg.axes)
            case Turn():
                signed = {one: by * self.names.direction(one) for one, by in ahead}
                return Moving.of(arg, self.names.letters, self.turns, signed)
        return arg

    def line(self, line: Line, ahead: Ahead = ()) -> Line:
        """A line of the turn told, or of one further on."""
        params = {
            key: substitute(param, lambda one: self.arg(one, ahead))
            for key, param in line.params.items()
        }
        args = tuple(self.arg(arg, ahead) for arg in line.args)
        result = self.at(line.result, ahead)
        return replace(line, result=result, args=args, params=params)

    def forward(self, items: Iterable[Item]) -> Iterator[Line]:
        """The forward pass: the lines of one turn of every loop, then what the loop leaves behind."""
        for item in items:
            match item:
                case Line():
                    if item.result not in self.names.summed:
                        yield self.line(item)
                case Loop():
                    yield from self.forward(item.items)
                    yield from self._left(item)

    def _left(self, loop: Loop) -> Iterator[Line]:
        for one in loop.carried:
            if one.end is not None and one.end not in self.names.inner_sums:
                yield self.end(self.names, loop, one, one.end)
            if one.kept is not None and self.names.name(one.kept, {}) is not None:
                yield self._beside(loop, one.kept, one.start, one.next)
        rows = {one.inside for outer in self.names.loops for one in outer.stacks}
        for stacked in loop.stacks:
            # a nameless row of a larger array is told with that array
            if self._named(stacked.out) or stacked.out not in rows:
                yield self._beside(loop, stacked.out, stacked.inside)

    def _beside(self, loop: Loop, out: Value, *parts: Arg) -> Line:
        """What every turn leaves, in one array; of loops in loops, what the inner turns leave."""
        letters = [self.names.letters[loop.counter]]
        *start, part = parts
        inner = {
            each.out: (one, each) for one in self.names.loops for each in one.stacks
        }
        while isinstance(part, Value) and part in inner and not self._named(part):
            its, stacked = inner[part]
            letters.append(self.names.letters[its.counter])
            part = stacked.inside
        args = tuple(map(self.arg, (*start, part)))
        return Line(self.at(out), SIDE_BY_SIDE, args, {"turns": tuple(letters)})

    def _named(self, value: Value) -> bool:
        return self.names.name(value, {}) is not None

    def end(self, names: TurnNames, loop: Loop, one: Carried, end: Value) -> Line:
        """What is left of what turns hand on: a sum over all of them, or what the last one made."""
        found = names.summand(loop, one)
        if found is None:
            last = loop.order()[-1] if loop.turns else 0
            named = ""
            if names is self.names:
                # the names of the backward pass are the source's: formulas say ∂L/∂h
                named = names.concrete(one.next, {loop.counter: last})
            turn = f"{self.names.letters[loop.counter]} = {last}"
            params = {"named": named, "turn": turn}
            return Line(self.at(end), LAST, (self.arg(one.next),), params)
        share, around = found
        start = () if _is_zero(one.start) else (self.arg(one.start),)
        where = {"turns": tuple(self.names.letters[each] for each in around)}
        added = self.producer.get(one.next) if isinstance(one.next, Value) else None
        places = added.places if added is not None else ()
        args = (*start, self.arg(share))
        return Line(self.at(end), OVER_TURNS, args, where, places=places)

    def found_before(self) -> Iterator[Value]:
        """What a turn finds of the turn before."""
        for (value, ahead), made in self.made.items():
            if self.names.found(value) is not None and not ahead:
                yield made

    def numbers(self, when: When) -> dict[Value, Array]:
        """The numbers of everything told, at one moment."""
        found = {made: when[key] for key, made in self.made.items() if key in when}
        for inside, (loop, one) in self.handed.items():
            # what the turn after hands back has a number even in the last turn, which no turn follows
            if (inside, ()) in when and isinstance(one.next, Value):
                after = self.made.get((one.next, ((loop.counter, 1),)))
                if after is not None:
                    found[after] = when[inside, ()]
        return found


def _is_zero(arg: Arg) -> bool:
    return not isinstance(arg, Value | Size | Turn) and arg == 0


def moved(ahead: Ahead, counter: Counter, by: int) -> Ahead:
    """``ahead``, so many turns more of one loop."""
    steps = dict(ahead)
    steps[counter] = steps.get(counter, 0) + by
    return tuple(
        sorted(((c, n) for c, n in steps.items() if n), key=lambda one: id(one[0]))
    )


def items_of(items: Iterable[Item], known: AbstractSet[Value]) -> Iterator[Item]:
    """``items`` without the lines in loops that make nothing of what is ``known``."""
    for item in items:
        if isinstance(item, Loop):
            inner = items_of(item.items, known)
            told = (x for x in inner if isinstance(x, Loop) or x.result in known)
            yield replace(item, items=tuple(told))
        else:
            yield item
