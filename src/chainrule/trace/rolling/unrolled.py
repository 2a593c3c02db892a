"""A program without its loops: every turn written out, each read of what a loop keeps as what was kept."""

from __future__ import annotations

from collections import Counter as Counted
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chainrule import ops
from chainrule.program.line import Line, substitute
from chainrule.program.loop import Item, Loop
from chainrule.program.program import Program
from chainrule.program.values import Arg, Counter, Size, Turn, Value


def unrolled(program: Program) -> Program:
    """The lines that ``program`` runs, one by one; an entry of what a loop has kept is read without a line."""
    if program.flat:
        return program
    writer = _Unrolled(program)
    writer.items(program.items)
    outputs = tuple(writer.array(value) for value in program.outputs)
    return Program(program.inputs, tuple(writer.lines), outputs, program.name)


class _Unrolled:
    """Lines being written out; ``new`` says what stands for a value in this turn, ``rows`` what a stack is made of."""

    def __init__(self, program: Program) -> None:
        self.lines: list[Line] = []
        self.new: dict[Value, Arg] = {}
        self.rows: dict[Value, list[Arg]] = {}
        self.turns: dict[Counter, int] = {}
        self.taken = {value.name for value in program.inputs}
        inner = {v for i in program.items if isinstance(i, Loop) for v in i.inner()}
        # what stands outside of loops keeps its name; the turns of a loop share theirs
        self.taken |= {v.name for v in program.values() if v not in inner}
        self.inner = inner
        self.counts: Counted[str] = Counted()

    def items(self, items: Iterable[Item]) -> None:
        for item in items:
            match item:
                case Line():
                    self.line(item)
                case Loop():
                    self.loop(item)

    def line(self, line: Line) -> None:
        row = self._row(line)
        if row is not None:
            self.new[line.result] = row
            return
        args = tuple(self.arg(arg) for arg in line.args)
        params = {key: self.param(param) for key, param in line.params.items()}
        result = self._fresh(line.result)
        self.lines.append(replace(line, result=result, args=args, params=params))
        self.new[line.result] = result
        if line.op is ops.stack and not line.params.get("axis"):
            self.rows[line.result] = list(args)

    def _row(self, line: Line) -> Arg | None:
        """What a line reads, where it reads one entry of what a loop has kept."""
        rows = self.rows.get(line.args[0]) if self._reads_entry(line) else None  # type: ignore[arg-type]
        if rows is None:
            return None
        first, *rest = self.param(line.params["index"])
        if rest or type(first) is not int:
            return None
        row = rows[first]
        return (
            row if isinstance(row, Value) and row.shape == line.result.shape else None
        )

    def _reads_entry(self, line: Line) -> bool:
        return line.op is ops.getitem and len(line.args) == 1

    def loop(self, loop: Loop) -> None:
        n = loop.n.at(self.turns) if isinstance(loop.n, Turn) else loop.turns
        state = [self.arg(one.start) for one in loop.carried]
        kept = [[arg] for arg in state]
        stacks: list[list[Arg]] = [[] for _ in loop.stacks]
        for turn in range(n)[::-1] if loop.reverse else range(n):
            self.turns[loop.counter] = turn
            for one, arg in zip(loop.carried, state, strict=True):
                self.new[one.inside] = arg
            self.items(loop.items)
            for stacked, rows in zip(loop.stacks, stacks, strict=True):
                rows.append(self.arg(stacked.inside))
            state = [self.arg(one.next) for one in loop.carried]
            for rows, arg in zip(kept, state, strict=True):
                rows.append(arg)
        del self.turns[loop.counter]
        for value in loop.results:
            self.new.pop(value, None)
            self.rows.pop(value, None)
        for one, arg, rows in zip(loop.carried, state, kept, strict=True):
            if one.end is not None:
                self.new[one.end] = arg
            if one.kept is not None:
                self.rows[one.kept] = rows[::-1] if loop.reverse else rows
        for stacked, rows in zip(loop.stacks, stacks, strict=True):
            self.rows[stacked.out] = rows[::-1] if loop.reverse else rows

    def arg(self, arg: Arg) -> Arg:
        """What stands for an argument in this turn."""
        match arg:
            case Value():
                return self.array(arg) if arg in self.rows else self.new.get(arg, arg)
            case Size():
                new = self.arg(arg.value)
                return Size(new, arg.axes) if isinstance(new, Value) else arg.number
            case Turn():
                return self._turn(arg)
            case _:
                return arg

    def _turn(self, turn: Turn) -> int | Turn:
        return turn.at(self.turns)

    def param(self, param: Any) -> Any:
        """A parameter in this turn."""
        return substitute(param, self.arg)

    def array(self, value: Value) -> Value:
        """A whole stack as one array, on a line written where it is first asked for."""
        if value not in self.rows:
            new = self.new.get(value, value)
            return new if isinstance(new, Value) else value
        if value not in self.new:
            result = value if value not in self.inner else self._fresh(value)
            rows = tuple(self.rows[value])
            self.lines.append(Line(result, ops.stack, rows, dict(ops.stack.params)))
            self.new[value] = result
        new = self.new[value]
        return new if isinstance(new, Value) else value

    def _fresh(self, value: Value) -> Value:
        """A value of this turn; outside of loops, the value itself."""
        if value not in self.inner:
            return value
        word = value.word or value.name
        name = self._free(word) if word is not None else None
        return Value(value.shape, value.dtype, name, value.weak, value.word)

    def _free(self, word: str) -> str:
        # counted on, not from 2 again: a word of 10,000 turns has as many names
        name = word
        while name in self.taken:
            self.counts[word] += 1
            name = f"{word}_{self.counts[word] + 1}"
        self.taken.add(name)
        return name
