"""Nameless values that a lesson must speak about get a name: what several gradients pass through, what is used twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping

from chainrule import ops
from chainrule.program import Line, Op, Program, Value
from chainrule.program.loop import loops_of

LONGEST = 7
"""How many operations a reader takes in at once."""


def christen(program: Program, wrt: Iterable[Value]) -> dict[str, Value]:
    """Give names to the nameless values that need one, and return them by name.

    A value needs a name if it is used twice, if its formula would be too long to read, or if several parameters
    reach the loss through it and through a bend. What goes into an activation always gets one.
    """
    lines = list(program.every_line())
    uses = Counter(arg for line in lines for arg in set(line.reads()))
    taken = set(program.named())
    # what a turn finds is a value of its own to the turn
    turning = {value for loop in loops_of(program.items) for value in loop.inner()}
    handed = (one.inside for loop in loops_of(program.items) for one in loop.carried)
    active = {*wrt, *handed}
    behind: dict[Value, set[Value]] = {value: {value} for value in active}
    length: dict[Value, int] = {}
    consumers: dict[Value, Line] = {arg: line for line in lines for arg in line.reads()}
    producer = program.producer()
    given: dict[str, Value] = {}
    for line in lines:
        value = line.result
        reached = set().union(*(behind.get(arg, set()) for arg in line.reads()))
        length[value] = 1 + sum(length.get(arg, 0) for arg in line.reads())
        twice = uses[value] > 1 and not _is_factor(value, reached, length[value])
        if value.name is None and (
            twice
            or length[value] > LONGEST
            or (len(reached) > 1 and _bends(consumers.get(value), value, behind))
            or (
                line.op.kind == "product"
                and reached
                and _activates(consumers.get(value))
            )
        ):
            needed = twice or length[value] > LONGEST
            chosen = line if needed else _source(line, reached, behind, producer)
            name = _free(chosen, taken, turning)
            chosen.result.christen(name)
            given[name] = chosen.result
            behind[chosen.result] = reached = {chosen.result}
            length[value] = 0 if chosen is line else 1
        if value.name is not None:
            length[value] = 0
            reached = {value} if reached else set()
        if reached:
            behind[value] = reached
    return given


def _source(
    line: Line,
    reached: set[Value],
    behind: dict[Value, set[Value]],
    producer: dict[Value, Line],
) -> Line:
    """The line that brings the parameters together, before anything that only passes on: w h, of w h − y."""
    while _passes(line.op):
        inner = [
            producer[arg]
            for arg in line.args
            if isinstance(arg, Value)
            and arg.name is None
            and arg in producer
            and behind.get(arg) == reached
        ]
        if len(inner) != 1:
            break
        (line,) = inner
    return line


def _passes(op: Op) -> bool:
    """Whether an op hands its entries on as they are, turned or added."""
    return op.kind in ("sum", "view")


def _is_factor(value: Value, reached: set[Value], length: int) -> bool:
    """Whether a single number is but two settings or counts, as the ½ λ of a penalty: it is as short as a name."""
    return not value.shape and not reached and length == 1


def _bends(line: Line | None, value: Value, behind: Mapping[Value, set[Value]]) -> bool:
    """Whether a line does more than hand on, or scale a single number by what no parameter reaches."""
    if line is None or _passes(line.op):
        return False
    scales = line.op is ops.multiply or (
        line.op is ops.divide and line.args[0] is value
    )
    moves = [arg for arg in line.reads() if behind.get(arg) and arg is not value]
    return not scales or bool(value.shape or moves)


def _activates(line: Line | None) -> bool:
    return line is not None and line.op.kind == "activation"


def _free(line: Line, taken: set[str], turning: Container[Value]) -> str:
    """A name like those in textbooks: z for what goes into an activation, u for anything else."""
    letter = "z" if line.op is ops.add or line.op.kind == "product" else "u"
    if line.result in turning and letter not in taken:
        # its index is the turn
        taken.add(letter)
        return letter
    count = 1
    while f"{letter}{count}" in taken or (letter == "z" and letter in taken):
        count += 1
        if letter in taken:
            letter = "u"
    taken.add(f"{letter}{count}")
    return f"{letter}{count}"
