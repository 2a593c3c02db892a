"""An array that a loop fills, a place a turn: what the turns write is stacked, and the array is the stack."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chainrule import ops
from chainrule.program import (
    Arg,
    Carried,
    Item,
    Line,
    Loop,
    Stacked,
    Turn,
    Value,
)
from chainrule.program.line import concrete
from chainrule.program.loop import lines_of, loops_of, values_of
from chainrule.program.places import moves
from chainrule.trace.rolling.words import plural, singular


def stacked_writes(
    loop: Loop, words: dict[Value, str], producer: Mapping[Value, Line]
) -> tuple[Loop, list[Line]]:
    """``loop`` stacking up what it wrote into arrays turn by turn, and the lines that make the arrays of the stacks."""
    lines: list[Line] = []
    for one in loop.carried:
        chain = _chain(loop, one)
        word = _word(one.start, words, producer) if chain else None
        if word is not None and one.end is not None:
            words[one.end] = word
        if word is not None:
            words |= dict.fromkeys(_states(loop, chain), singular(word))
        if one.end is None:
            # each entry is read as what was written, and the array by nobody
            continue
        if len(chain) == 1 and not _moves_in(chain[0], loop):
            loop, made = _last(loop, one, chain[0])
            lines += made
        elif chain and all(_apart(line, loop, chain) for line in chain):
            state = _state(loop, one, chain, producer)
            if state is not None:
                loop = _all_states(loop, one, chain[0], state)
                continue
            loop, made = _filled(loop, one, chain, words)
            lines += made
    return loop, lines


def _word(
    arg: Arg, words: Mapping[Value, str], producer: Mapping[Value, Line]
) -> str | None:
    """What the reader calls the array that is filled; s, though an entry was written before the loop."""
    while isinstance(arg, Value) and arg not in words:
        line = producer.get(arg)
        if line is None or line.op is not ops.setitem:
            return arg.word or arg.name
        arg = line.args[0]
    return words[arg] if isinstance(arg, Value) else None


def _states(loop: Loop, chain: Sequence[Line]) -> Iterator[Value]:
    """What is written without a name of its own, and the next turn reads: s[t], which the array is called after."""
    handed_on = [one.next for one in loop.carried]
    for line in chain:
        for value in line.args[1:2]:
            if isinstance(value, Value) and value.word is None and value in handed_on:
                yield value


def _chain(loop: Loop, one: Carried) -> list[Line]:
    """The writes through which a turn's array becomes the next one's; empty where anybody else reads it."""
    reads = Count(_reads(loop))
    producer = {item.result: item for item in loop.items if isinstance(item, Line)}
    chain: list[Line] = []
    value = one.next
    while value is not one.inside:
        line = producer.get(value) if isinstance(value, Value) else None
        if line is None or line.op is not ops.setitem or reads[line.result] != 1:
            return []
        chain.append(line)
        value = line.args[0]
    if reads[one.inside] != 1 or one.kept is not None:
        return []
    return chain[::-1]


def _moves_in(line: Line, loop: Loop) -> bool:
    """Whether a line writes to another place each turn."""
    return len(line.args) != 2 or any(moves(x, loop) for x in line.params["index"])


def _last(loop: Loop, one: Carried, line: Line) -> tuple[Loop, list[Line]]:
    """Every turn writes to the same place: what the last one writes stands there."""
    written = line.args[1]
    if one.end is None or not isinstance(written, Value) or written not in loop.inner():
        return loop, []
    carried = [other for other in loop.carried if other is not one]
    place = next((i for i, x in enumerate(carried) if x.next is written), len(carried))
    if place == len(carried):
        inside = Value(written.shape, written.dtype, None, written.weak, written.word)
        carried.append(Carried(inside, 0, written))
    end = carried[place].end or Value(
        written.shape, written.dtype, None, written.weak, written.word
    )
    carried[place] = replace(carried[place], end=end)
    items = tuple(item for item in loop.items if item is not line)
    after = replace(line, result=one.end, args=(one.start, end))
    return replace(loop, items=items, carried=tuple(carried)), [after]


def _reads(loop: Loop) -> list[Value]:
    reads = [value for line in lines_of(loop.items) for value in line.reads()]
    for inner in (loop, *loops_of(loop.items)):
        for one in inner.carried:
            reads += values_of(one.next)
            reads += values_of(one.start) if inner is not loop else ()
        for stacked in inner.stacks:
            reads += values_of(stacked.inside)
    return reads


def _apart(line: Line, loop: Loop, chain: Sequence[Line]) -> bool:
    """Whether no two turns write to one place, so that the order of the turns does not matter."""
    index = line.params["index"]
    if len(line.args) != 2 or any(one is None or one is Ellipsis for one in index):
        return False
    own = [axis for axis, one in enumerate(index) if moves(one, loop)]
    if len(own) != 1 or not isinstance(index[own[0]], Turn):
        return False
    if any(one.params["index"][own[0]] != index[own[0]] for one in chain):
        return False
    (_, step), *others = index[own[0]].steps
    first, last = index[own[0]].offset, index[own[0]].offset + step * (loop.turns - 1)
    written = line.args[1]
    one_place = ops.getitem.shape(line.result.shape, **concrete(line.params))
    return (
        not others
        and min(first, last) >= 0
        and isinstance(written, Value)
        and written.shape == one_place
    )


def _state(
    loop: Loop, one: Carried, chain: Sequence[Line], producer: Mapping[Value, Line]
) -> Carried | None:
    """The state whose values, the first one too, are the rows of the array: ``h[t + 1] = f(h[t])``."""
    line, *others = chain
    index = [part for part in line.params["index"] if part != slice(None)]
    filled = (
        index == [Turn(1, ((loop.counter, 1),))] and index[0] is line.params["index"][0]
    )
    if others or not filled or loop.reverse or line.result.shape[0] != loop.turns + 1:
        return None
    made = producer.get(one.start) if isinstance(one.start, Value) else None
    for state in loop.carried:
        start = producer.get(state.start) if isinstance(state.start, Value) else None
        read = (
            start is not None and start.op is ops.getitem and start.args == (one.start,)
        )
        wrote = (
            made is not None and made.op is ops.setitem and made.args[1] is state.start
        )
        row = start if read else made if wrote else None
        if (
            state.next is line.args[1]
            and state.kept is None
            and row is not None
            and row.params["index"] == (0,)
            and state.inside.dtype == line.result.dtype
        ):
            return state
    return None


def _all_states(loop: Loop, one: Carried, line: Line, state: Carried) -> Loop:
    """``loop`` with the array that was filled as all values of a state."""
    return replace(
        loop,
        items=tuple(item for item in loop.items if item is not line),
        carried=tuple(
            replace(other, kept=one.end) if other is state else other
            for other in loop.carried
            if other is not one
        ),
    )


def _filled(
    loop: Loop, one: Carried, chain: Sequence[Line], words: Mapping[Value, str]
) -> tuple[Loop, list[Line]]:
    items: tuple[Item, ...] = tuple(item for item in loop.items if item not in chain)
    carried = tuple(other for other in loop.carried if other is not one)
    stacks = list(loop.stacks)
    array: Arg = one.start
    lines: list[Line] = []
    for position, line in enumerate(chain):
        written = line.args[1]
        if not isinstance(written, Value):
            continue
        end = one.end if position == len(chain) - 1 else None
        result = end or Value(line.result.shape, line.result.dtype)
        plan = _Plan(line, loop, written)
        shape = (loop.turns, *written.shape)
        if plan.whole and plan.as_it_is:
            stacks.append(Stacked(written, result))
            array = result
            continue
        out = Value(
            shape, written.dtype, None, word=plural(words.get(written, written.word))
        )
        stacks.append(Stacked(written, out))
        more = plan.lines(array, out, result)
        lines += [replace(new, places=line.places) for new in more]
        array = result
    made = replace(loop, items=items, carried=carried, stacks=tuple(stacks))
    return made, lines


@dataclass(frozen=True)
class _Plan:
    """Where the writes of one line of a loop end up in the array."""

    line: Line
    loop: Loop
    written: Value

    @property
    def axis(self) -> int:
        return next(
            axis
            for axis, one in enumerate(self.line.params["index"])
            if moves(one, self.loop)
        )

    @property
    def index(self) -> tuple[Any, ...]:
        """The places of all turns at once."""
        turn = self.line.params["index"][self.axis]
        (_, step), *_ = turn.steps
        last = turn.offset + step * self.loop.turns
        part = slice(turn.offset, last if last >= 0 else None, step)
        length = self.line.result.shape[self.axis]
        if part == slice(0, length, 1):
            part = slice(None)
        elif step == 1:
            part = slice(part.start or None, None if last == length else last)
        index = list(self.line.params["index"])
        index[self.axis] = part
        while index and index[-1] == slice(None):
            index.pop()
        return tuple(index)

    @property
    def place(self) -> int:
        """The axis of the written part along which the turns go."""
        before = self.line.params["index"][: self.axis]
        return sum(isinstance(one, slice) for one in before)

    @property
    def whole(self) -> bool:
        """Whether every entry of the array is written."""
        return not self.index

    @property
    def as_it_is(self) -> bool:
        """Whether the stack is the array, entry by entry."""
        return (
            self.place == 0
            and self.written.dtype == self.line.result.dtype
            and self.written.shape == self.line.result.shape[1:]
        )

    def lines(self, array: Arg, out: Value, result: Value) -> list[Line]:
        """The array made of the stack."""
        index = self.index or (slice(None),)
        if not self.place:
            return [Line(result, ops.setitem, (array, out), {"index": index})]
        order = list(range(1, out.ndim))
        order.insert(self.place, 0)
        turned = Value(tuple(out.shape[axis] for axis in order), out.dtype)
        if self.whole and turned.shape == result.shape and out.dtype == result.dtype:
            return [Line(result, ops.transpose, (out,), {"axes": tuple(order)})]
        move = Line(turned, ops.transpose, (out,), {"axes": tuple(order)})
        return [move, Line(result, ops.setitem, (array, turned), {"index": index})]
