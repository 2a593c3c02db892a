"""The part of a recorded script that leads from its data and parameters to its loss."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from chainrule.program import Line, Program, Run, Value


def cut(
    recorded: Run,
    loss: Value,
    parameters: Sequence[Value],
    starts: Collection[Value] = (),
) -> Run:
    """The lines from data and parameters to the loss: named values that no parameter moves are data.

    The parameters are inputs of it, also those that the loss does not need. The numbers ``starts`` are written out
    where they are used.
    """
    program = recorded.program
    moved = set(parameters)
    for line in program.lines:
        if any(read in moved for read in line.reads()):
            moved.add(line.result)
    producer = program.producer()
    inputs: dict[Value, None] = dict.fromkeys(parameters)
    lines: set[Value] = set()
    ahead = [loss]
    while ahead:
        value = ahead.pop()
        is_data = value not in moved and value.name is not None
        if value not in producer or value in inputs or is_data:
            inputs[value] = None
        elif value not in lines:
            lines.add(value)
            ahead += producer[value].reads()
    for start in set(starts).difference(parameters):
        inputs.pop(start, None)
    order: Mapping[Value, int] = {value: i for i, value in enumerate(program.values())}
    return Run(
        Program(
            tuple(sorted(inputs, key=order.__getitem__)),
            tuple(
                _written_out(line, starts, recorded)
                for line in program.lines
                if line.result in lines
            ),
            (loss,),
            program.name,
        ),
        recorded.numbers,
    )


def _written_out(line: Line, starts: Collection[Value], run: Run) -> Line:
    """A line that reads the numbers of ``starts`` instead of their values."""
    if not any(arg in starts for arg in line.args if isinstance(arg, Value)):
        return line
    args = (
        run.numbers[arg].item() if isinstance(arg, Value) and arg in starts else arg
        for arg in line.args
    )
    return replace(line, args=tuple(args))
