"""What turns take away is added up with a minus: ``loss -= log(p)`` is a sum over the turns, too, to the last bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chainrule import ops
from chainrule.program import Item, Line, Loop, Program, Run, Value, run


def as_sums(written: Run) -> Run:
    """``written`` with every difference that turns hand on as the sum that it is."""
    program = written.program
    items = tuple(_added(program.items, {}))
    if items == program.items:
        return written
    told = Program(program.inputs, items, program.outputs, program.name)
    return run(told, {one: written.numbers[one] for one in program.inputs})


def _added(items: Sequence[Item], before: dict[Value, Value]) -> Iterator[Item]:
    """``items`` of a loop; ``before`` says of what a turn hands on what it was a turn before."""
    for item in items:
        match item:
            case Loop():
                handed = {
                    one.next: one.inside
                    for one in item.carried
                    if isinstance(one.next, Value)
                }
                items = tuple(_added(item.items, handed))
                yield item if items == item.items else replace(item, items=items)
            case Line(op=ops.subtract, args=(left, Value() as right)) if (
                left is before.get(item.result)
            ):
                share = Value(right.shape, right.dtype, None, right.weak)
                yield replace(item, result=share, op=ops.negative, args=(right,))
                yield replace(item, op=ops.add, args=(left, share))
            case _:
                yield item
