"""A nameless value in words: the expression it is, what computes it, or the name of what it goes into."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.program import Line, Program, Value
from chainrule.program.loop import loops_of

SHORT = 32
FEW = 5
MANY = 2000
"""A nameless value is spoken of by its expression up to so many letters and operations, in programs of so many lines."""


WORDS: Mapping[str, str] = {"sum": "sum", "product": "product"} | dict.fromkeys(
    (
        "arithmetic",
        "comparison",
        "logic",
        "view",
        "arrangement",
        "indexing",
        "creation",
    ),
    "value",
)
"""What a result is called where the title of its op is no noun."""


def called(value: Value, producer: Mapping[Value, Line]) -> str:
    """A value by itself: its name, or what computes it ("the tanh"); what no line computes is a state of a loop."""
    own = value.word or value.name
    if own is not None:
        return own
    if value not in producer:
        return "the state"
    op = producer[value].op
    return f"the {WORDS.get(op.kind, op.title)}"


def owners(program: Program) -> Mapping[Value, str]:
    """For every nameless term of a sum the named sum: ``W @ x`` is a part of ``z = W @ x + b``, and of no ``np.tanh(W @ x)``.

    What turns hand on owns nothing: its name is that of another value in every turn.
    """
    handed = {one.next for loop in loops_of(program.items) for one in loop.carried}
    owners: dict[Value, str] = {}
    for line in reversed(list(program.every_line())):
        if line.result in handed or line.op.kind != "sum":
            continue
        name = line.result.word or line.result.name or owners.get(line.result)
        for read in line.reads():
            if not (read.word or read.name) and name is not None:
                owners[read] = name
    return owners


def expression_of(value: Value, producer: Mapping[Value, Line]) -> Program | None:
    """The few lines that a nameless value is made of, back to named ones; None where they are many."""
    lines: dict[Value, Line] = {}
    inputs: dict[Value, None] = {}
    ahead = [value]
    while ahead:
        one = ahead.pop()
        if one in lines:
            continue
        if one.name is None and one not in producer:
            return None
        if one.name is not None:
            inputs[one] = None
            continue
        if len(lines) == FEW:
            return None
        lines[one] = producer[one]
        ahead += producer[one].reads()
    return Program(tuple(inputs), tuple(reversed(lines.values())), (value,))
