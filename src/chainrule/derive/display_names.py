"""A nameless value in words: the expression it is, or the name of what it goes into."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.program import Line, Program, Value

SHORT = 32
FEW = 5
MANY = 2000
"""A nameless value is spoken of by its expression up to so many letters and operations, in programs of so many lines."""


def owners(program: Program) -> Mapping[Value, str]:
    """For every nameless value the named one it goes into: ``W @ x`` is a part of ``z = W @ x + b``."""
    owners: dict[Value, str] = {}
    for line in reversed(list(program.every_line())):
        name = line.result.word or line.result.name or owners.get(line.result)
        for read in line.reads():
            if read.name is None and name is not None:
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
