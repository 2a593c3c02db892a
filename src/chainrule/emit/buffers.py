"""Arrays that a loop may write into, because nobody else holds them: sums over the turns, arrays that are filled."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from chainrule import ops
from chainrule.emit.dialect import Dialect
from chainrule.emit.scopes import Scopes
from chainrule.emit.spelling import spelling
from chainrule.emit.template import template
from chainrule.program import Carried, Line, Loop, Program, Shape, Value

WRITES = (ops.setitem, ops.add_at)


class Buffers:
    """What is said of the arrays that loops carry: whether their turns may write into them.

    What is ``followed`` by the framework's own differentiation is kept by it as it was read, also the views of an array.
    """

    def __init__(
        self, program: Program, scopes: Scopes, dialect: Dialect, *, followed: bool
    ) -> None:
        self.followed = followed
        self.program = program
        self.scopes = scopes
        self.dialect = dialect
        self.producer = program.producer()
        self.carried = {
            one.inside: one for loop in scopes.loops for one in loop.carried
        }
        self.shown = {one.inside for loop in scopes.loops for one in loop.stacks} | {
            one.next for one in self.carried.values() if one.kept is not None
        }

    def alike(self, inside: Value, name: Callable[[Value], str]) -> str | None:
        """The name of an array of this shape and type that is there before the loop, as ``W`` for the sum dW."""
        kinds: dict[str, set[tuple[Shape, str]]] = {}
        for value in self.scopes.around:
            if value.name is not None or value.word is not None:
                kind = (value.shape, value.dtype.name)
                kinds.setdefault(name(value), set()).add(kind)
        wanted = {(inside.shape, inside.dtype.name)}
        there = [*self.program.inputs, *self._made_before(self.scopes.begins[inside])]
        alike = [name(value) for value in there if kinds.get(name(value)) == wanted]
        own = [one for one in alike if f"d{one}" == name(inside)]
        return next(iter((*own, *alike)), None)

    def _made_before(self, loop: Loop) -> Iterator[Value]:
        """The named values of the lines that stand before a loop, and before the loops around it."""
        (outermost, *_) = (*self.scopes.path[loop], loop)
        for item in self.program.items:
            if item is outermost:
                return
            if isinstance(item, Line) and item.result.name is not None:
                yield item.result

    def _written(self, one: Carried) -> bool:
        """Whether what is handed on is what a turn has found, written or added to."""
        value = one.next
        while value is not one.inside:
            line = self.producer.get(value) if isinstance(value, Value) else None
            if line is None or line.op not in WRITES or value in self.shown:
                return False
            value = line.args[0]
        return one.next is not one.inside

    def _summed(self, one: Carried) -> bool:
        line = self.producer.get(one.next) if isinstance(one.next, Value) else None
        return line is not None and line.op is ops.add and line.args[0] is one.inside

    def _threaded(self, one: Carried) -> bool:
        """Whether a loop inside goes on with it and hands it back."""
        return any(
            other.start is one.inside
            and other.end is one.next
            and self.owned(other.inside)
            for other in self.carried.values()
        )

    def owned(self, value: Value) -> bool:
        """Whether a turn may write into ``value``."""
        one = self.carried.get(value)
        if one is None or one.kept is not None or {value, one.next} & self.shown:
            return False
        if self._written(one):
            return not (self.followed and self._read_meanwhile(one))
        begun = not isinstance(one.start, Value) or (
            one.start in self.carried and self._begun_at_a_number(one.start)
        )
        return begun and self._summed(one)

    def _read_meanwhile(self, one: Carried) -> bool:
        """Whether something besides the writes reads the array, or what it was a few writes before."""
        held, value = {one.inside}, one.next
        while value is not one.inside and isinstance(value, Value):
            held.add(value)
            value = self.producer[value].args[0]
        return any(
            not held.isdisjoint(line.reads())
            and not (line.op in WRITES and line.result in held)
            for line in self.program.every_line()
        )

    def _begun_at_a_number(self, value: Value) -> bool:
        one = self.carried[value]
        if isinstance(one.start, Value):
            return one.start in self.carried and self._begun_at_a_number(one.start)
        return True

    def copied(self, one: Carried) -> bool:
        """Whether the turns write into an array that is somebody else's before the first of them."""
        if not self.dialect.writes or not isinstance(one.start, Value):
            return False
        theirs = one.start not in self.carried or not (
            self._threaded(self.carried[one.start])
        )
        return self._written(one) and self.owned(one.inside) and theirs

    def adds_on(self, line: Line, name: Callable[[Value], str]) -> bool:
        """Whether a line is written as ``dW += …``."""
        first = line.args[0] if line.op is ops.add else None
        return (
            isinstance(first, Value)
            and first in self.carried
            and self.owned(first)
            and name(first) == name(line.result)
        )

    def copies_first(self, line: Line) -> bool:
        """Whether a line is written as a copy of its array, which is then written into."""
        if line.op not in WRITES or not self.dialect.writes:
            return False
        text = spelling(line, self.dialect).body
        first = text[0] if isinstance(text, tuple) else None
        copy = template(self.dialect.copy).body
        return (
            isinstance(first, ast.Assign)
            and isinstance(copy, ast.AST)
            and ast.dump(first.value) == ast.dump(copy)
        )

    def in_place(self, line: Line, name: Callable[[Value], str]) -> bool:
        """Whether a line writes into the array itself, and not into a copy."""
        if not self.copies_first(line):
            return False
        first = line.args[0]
        if not isinstance(first, Value) or name(first) != name(line.result):
            return False
        before = self.producer.get(first)
        return self.owned(first) or (before is not None and self.in_place(before, name))
