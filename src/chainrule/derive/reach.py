"""What a gradient can pass: the values that move with the parameters, and those from which a loop's results move."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Container, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from chainrule import ops
from chainrule.program import Arg, Carried, Item, Line, Loop, Value
from chainrule.program.loop import values_of


def active_values(items: Sequence[Item], targets: Iterable[Value]) -> set[Value]:
    """The values that move when a target moves."""
    active = set(targets)
    _spread(items, active)
    return active


def _spread(items: Sequence[Item], active: set[Value]) -> None:
    for item in items:
        match item:
            case Line():
                if item.result.differentiable and any(
                    arg in active for arg in _moved_by(item)
                ):
                    active.add(item.result)
            case Loop():
                _spread_over_turns(item, active)


def _spread_over_turns(loop: Loop, active: set[Value]) -> None:
    """What moves in one turn moves what the next one meets: until nothing more is added."""
    before = -1
    while before < len(active):
        before = len(active)
        for one in loop.carried:
            if one.start in active or one.next in active:
                active.add(one.inside)
        _spread(loop.items, active)
    for one in loop.carried:
        if one.inside in active or one.next in active:
            active.update(v for v in (one.end, one.kept) if v is not None)
    active.update(one.out for one in loop.stacks if one.inside in active)


def _moved_by(line: Line) -> Iterator[Value]:
    """The arguments that a line's result moves with."""
    for position, arg in enumerate(line.args):
        if isinstance(arg, Value) and not line.op.constant_in(position):
            yield arg


def reached(
    loop: Loop, asked: Container[Value], active: AbstractSet[Value]
) -> set[Value]:
    """The values that a gradient arrives at, inside of ``loop`` and before it, if it comes in at its results ``asked``."""
    found: set[Value] = set()
    for one in loop.carried:
        if one.end in asked or one.kept in asked:
            found.update(v for v in (one.next, one.start) if isinstance(v, Value))
    found.update(
        one.inside
        for one in loop.stacks
        if one.out in asked and isinstance(one.inside, Value)
    )
    found &= active
    before = -1
    while before < len(found):
        before = len(found)
        _back(loop.items, found, active)
        for one in loop.carried:
            if one.inside in found:
                ends = (one.next, one.start)
                found.update(v for v in ends if isinstance(v, Value) and v in active)
    return found


def _back(items: Sequence[Item], found: set[Value], active: AbstractSet[Value]) -> None:
    for item in reversed(items):
        match item:
            case Line():
                if item.result in found:
                    found.update(arg for arg in _moved_by(item) if arg in active)
            case Loop():
                if not found.isdisjoint(item.results):
                    found |= reached(item, found, active)


def passes(loop: Loop, one: Carried) -> bool:
    """Whether what is carried is only added to, so that its gradient is the same in all turns."""
    uses = Count(_uses(loop))
    makers: dict[Value, Item] = {
        value: item
        for item in loop.items
        for value in ((item.result,) if isinstance(item, Line) else item.results)
    }

    waiting, seen = [one.next], set[Arg]()
    while waiting:
        value = waiting.pop()
        if not isinstance(value, Value) or uses[value] != 1 or value in seen:
            continue
        if value is one.inside:
            return one.kept is None
        seen.add(value)
        alike = (value.shape, value.dtype)
        waiting += [
            arg
            for arg in _summands(value, makers.get(value))
            if isinstance(arg, Value) and (arg.shape, arg.dtype) == alike
        ]
    return False


def _uses(loop: Loop) -> Iterator[Value]:
    for item in loop.items:
        yield from item.reads()
    for one in loop.carried:
        yield from values_of(one.next)
    for stacked in loop.stacks:
        yield from values_of(stacked.inside)


def _summands(value: Value, maker: Item | None) -> Sequence[Arg]:
    """What ``value`` is the sum of, or carries on: its gradient is theirs."""
    match maker:
        case Loop():
            return [
                inner.start
                for inner in maker.carried
                if inner.end is value and passes(maker, inner)
            ]
        case Line() if maker.op is ops.add:
            return maker.args
        case Line() if maker.op in (ops.subtract, ops.identity):
            return maker.args[:1]
        case _:
            return ()
