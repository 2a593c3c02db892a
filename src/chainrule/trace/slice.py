"""The part of a recorded script that leads from its data and parameters to its loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chainrule.program import Program, Run, Value


def cut(recorded: Run, loss: Value, parameters: Sequence[Value]) -> Run:
    """The lines from data and parameters to the loss: named values that no parameter moves are data."""
    program = recorded.program
    moved = set(parameters)
    for line in program.lines:
        if any(read in moved for read in line.reads()):
            moved.add(line.result)
    producer = program.producer()
    inputs: dict[Value, None] = {}
    lines: set[Value] = set()
    ahead = [loss]
    while ahead:
        value = ahead.pop()
        is_data = value not in moved and value.name is not None
        if value not in producer or value in parameters or is_data:
            inputs[value] = None
        elif value not in lines:
            lines.add(value)
            ahead += producer[value].reads()
    order: Mapping[Value, int] = {value: i for i, value in enumerate(program.values())}
    return Run(
        Program(
            tuple(sorted(inputs, key=order.__getitem__)),
            tuple(line for line in program.lines if line.result in lines),
            (loss,),
            program.name,
        ),
        recorded.numbers,
    )
