"""Which values belong to which turn: what is read inside of a loop and made outside, and what is read a row at a time."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterator, Sequence
from typing import Any

from chainrule import ops
from chainrule.program import Arg, Item, Line, Loop, Program, Size, Turn, Value
from chainrule.program.line import moving_in
from chainrule.program.loop import loops_of, values_of

Path = tuple[Loop, ...]


class Scopes:
    """The loops around each value; ``loops`` are all of them, the outer ones first.

    ``made_of`` says of what a loop leaves behind which value of its turns it is made of.
    """

    def __init__(self, program: Program) -> None:
        self.around: dict[Value, Path] = dict.fromkeys(program.inputs, ())
        self.of_line: dict[Line, Path] = {}
        self.loops = tuple(loops_of(program.items))
        self.path: dict[Loop, Path] = {}
        self.made_of: dict[Value, Arg] = {}
        self.begins: dict[Value, Loop] = {}
        self._walk(program.items, ())
        # what the headers, the starts and the ends of turns read, beside the lines
        self.asked = Count(value for loop in self.loops for value in _asked(loop))
        self.rows = frozenset(self._read_by_rows(program))

    def _walk(self, items: Sequence[Item], path: Path) -> None:
        for item in items:
            match item:
                case Line():
                    self.around[item.result] = path
                    self.of_line[item] = path
                case Loop():
                    self.path[item] = path
                    for value in item.results:
                        self.around[value] = path
                    for stacked in item.stacks:
                        self.made_of[stacked.out] = stacked.inside
                    for one in item.carried:
                        left = (one.end, one.kept)
                        self.made_of.update((v, one.next) for v in left if v)
                    for one in item.carried:
                        self.around[one.inside] = (*path, item)
                        self.begins[one.inside] = item
                    self._walk(item.items, (*path, item))

    def crossing(self) -> Iterator[Value]:
        """Values that a turn reads and no turn of that loop makes."""
        for line, path in self.of_line.items():
            for value in line.reads():
                if len(self.around[value]) < len(path):
                    yield value

    def _read_by_rows(self, program: Program) -> Iterator[Value]:
        """Stacks of which single rows are read, and nothing else: they need not be arrays."""
        stacks = {one.out for loop in self.loops for one in loop.stacks}
        stacks |= {one.kept for loop in self.loops for one in loop.carried if one.kept}
        stacks |= {
            line.result
            for line in self.of_line
            if line.op is ops.stack and not line.params["axis"]
        }
        whole = set(program.outputs)
        for line in self.of_line:
            for position, arg in enumerate(line.args):
                if not (position == 0 and reads_row(line)):
                    whole.update(values_of(arg))
            for part in (*line.args, *line.params.values()):
                whole.update(_measured(part))
        for loop in self.loops:
            if isinstance(loop.n, Size) and loop.n.axes != (0,):
                whole.add(loop.n.value)
            for one in loop.carried:
                whole.update((*values_of(one.start), *values_of(one.next)))
            for stacked in loop.stacks:
                whole.update(values_of(stacked.inside))
        return iter(stacks - whole)


def _asked(loop: Loop) -> Iterator[Value]:
    yield from values_of(loop.n)
    for one in loop.carried:
        yield from values_of(one.start)
        yield from values_of(one.next)
        if one.kept is not None:
            yield from values_of(one.next)
            yield from values_of(one.start)
    for stacked in loop.stacks:
        yield from values_of(stacked.inside)


def reads_row(line: Line) -> bool:
    """Whether a line reads one row of an array, by a whole number."""
    index: tuple[Any, ...] = line.params["index"] if line.op is ops.getitem else ()
    return len(line.args) == 1 and bool(index) and isinstance(index[0], int | Turn)


def _measured(part: Arg | object) -> Iterator[Value]:
    """The arrays of which a length is asked."""
    for one in moving_in(part):
        if isinstance(one, Size):
            yield one.value
