"""A script as the search for mistakes beside the gradients sees it: its lines, and where each stands in the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from chainrule import ops
from chainrule.check.names import without_count
from chainrule.check.surroundings.finding import Finding, Piece, Severity, reads_as
from chainrule.program import Arg, Array, Line, SourceSpan, Value
from chainrule.trace.statements import Script

Span = tuple[int, int, int, int]
TIGHT = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Constant)
STATEMENTS = (
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.Return,
    ast.Expr,
)


@dataclass(eq=False)
class Scene:
    """A script that was read, with its lines by their place in the source."""

    script: Script

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every recorded line."""
        return self.script.recorded.program.lines

    @cached_property
    def producer(self) -> dict[Value, Line]:
        """The line each value comes from."""
        return self.script.recorded.program.producer()

    @cached_property
    def readers(self) -> dict[Value, list[Line]]:
        """The lines that read each value."""
        found: dict[Value, list[Line]] = {}
        for line in self.lines:
            for arg in line.args:
                if isinstance(arg, Value):
                    found.setdefault(arg, []).append(line)
        return found

    @cached_property
    def forward(self) -> set[Value]:
        """What the loss is made of."""
        return set(self.script.recorded.program.pruned([self.script.loss]).values())

    @cached_property
    def parameters(self) -> set[Value]:
        """What learns: what is updated; where no update worked out, what the source moves by its name."""
        named = {
            one
            for one in self.script.recorded.program.inputs
            if one in self.forward and self.called(one) in self.updated_somewhere
        }
        return set(self.script.parameters if self.script.updates else named) or set(
            self.script.parameters
        )

    @cached_property
    def moved(self) -> set[Value]:
        """What a parameter moves, the parameters themselves included; all other values are data."""
        moved = set(self.parameters)
        for line in self.lines:
            if any(isinstance(arg, Value) and arg in moved for arg in line.args):
                moved.add(line.result)
        return moved

    @cached_property
    def data(self) -> list[Value]:
        """The inputs of the forward pass that no parameter moves."""
        inputs = self.script.recorded.program.inputs
        return [one for one in inputs if one in self.forward and one not in self.moved]

    def number(self, value: Value) -> Array:
        """The numbers of a value."""
        return self.script.recorded.numbers[value]

    @cached_property
    def names(self) -> dict[Value, list[str]]:
        """The names each value was given, in the user's words."""
        found: dict[Value, list[str]] = {}
        for bound in self.script.bound:
            found.setdefault(bound.value, []).append(bound.name)
        return found

    def called(self, value: Value) -> str | None:
        """A value's name in the script: ``y``, also where ``y`` stood for something else before."""
        given = self.names.get(value, [])
        if value.name is None:
            return given[0] if given else None
        stem = without_count(value.name)
        return stem if stem in given and value.name not in given else value.name

    def made_by(self, arg: Arg) -> Line | None:
        """The line of an argument, second names left out; None for an input or a plain number."""
        line = self.producer.get(arg) if isinstance(arg, Value) else None
        while (
            line is not None
            and line.op is ops.identity
            and isinstance(line.args[0], Value)
        ):
            line = self.producer.get(line.args[0])
        return line

    # the source

    @cached_property
    def tree(self) -> ast.Module:
        """The script's syntax tree."""
        return ast.parse(self.script.text)

    @cached_property
    def text(self) -> list[str]:
        """The script, line by line."""
        return self.script.text.splitlines()

    def span(self, node: ast.AST) -> Span:
        """Where a node stands, in characters."""
        first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        return (
            first,
            self._characters(first, node.col_offset),  # type: ignore[attr-defined]
            last,
            self._characters(last, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def _characters(self, line: int, column: int) -> int:
        written = self.text[line - 1]
        return (
            column
            if written.isascii()
            else len(written.encode()[:column].decode(errors="ignore"))
        )

    @cached_property
    def nodes(self) -> dict[Span, ast.AST]:
        """Every expression and every statement that binds, by its place."""
        return {
            self.span(node): node
            for node in ast.walk(self.tree)
            if isinstance(node, (ast.expr, *STATEMENTS))
        }

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """What each node stands in."""
        return {
            child: node
            for node in ast.walk(self.tree)
            for child in ast.iter_child_nodes(node)
        }

    @cached_property
    def updated_somewhere(self) -> set[str]:
        """The names that ``+=`` or ``-=`` moves anywhere in the source, also in a branch that was not taken."""
        found = set()
        for node in ast.walk(self.tree):
            match node:
                case ast.AugAssign(target=ast.Name(id=name) | ast.Attribute(attr=name)):
                    found.add(name)
                case ast.AugAssign(
                    target=ast.Subscript(slice=ast.Constant(value=str() as name))
                ):
                    found.add(name)
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if any(
                    isinstance(one, ast.Name) and one.id == name
                    for one in ast.walk(value)
                ):
                    found.add(name)
        return found

    def node(self, at: SourceSpan | None) -> ast.AST | None:
        """What stands at a place of this script."""
        if at is None or at.file != self.script.file:
            return None
        return self.nodes.get((at.line, at.column, at.end_line, at.end_column))

    def own(self, statement: ast.stmt) -> ast.stmt | None:
        """The same statement in this scene's own tree."""
        node = self.nodes.get(self.span(statement))
        return node if isinstance(node, ast.stmt) else None

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement a node stands in."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, the innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def operands(self, line: Line) -> list[ast.expr] | None:
        """The expressions of a line's arguments, in their order; None where they are not written side by side."""
        node = self.node(line.at)
        match node:
            case ast.BinOp(left=left, right=right):
                found = [left, right]
            case ast.AugAssign(target=target, value=value):
                found = [target, value]
            case ast.Compare(left=left, comparators=[right]):
                found = [left, right]
            case ast.UnaryOp(operand=operand):
                found = [operand]
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"))):
                found = node.args
            case ast.Call(func=ast.Attribute(value=held)):
                found = [held, *node.args]
            case _:
                return None
        return found if len(found) >= len(line.args) else None

    def within(self, inner: SourceSpan | None, outer: SourceSpan | None) -> bool:
        """Whether two places lie in one statement."""
        one, other = self.node(inner), self.node(outer)
        return (
            one is not None
            and other is not None
            and self.statement(one) is self.statement(other)
        )

    def written(self, node: ast.AST) -> str:
        """The text of a node."""
        return ast.get_source_segment(self.script.text, node) or ast.unparse(node)

    # pieces

    def replaced(self, node: ast.AST, text: str) -> Piece:
        """``node`` written differently."""
        return Piece(*self.span(node), text)

    def before(self, node: ast.AST, text: str) -> Piece:
        """``text`` in front of ``node``."""
        line, column, _, _ = self.span(node)
        return Piece(line, column, line, column, text)

    def after(self, node: ast.AST, text: str) -> Piece:
        """``text`` behind ``node``."""
        _, _, line, column = self.span(node)
        return Piece(line, column, line, column, text)

    def with_method(self, node: ast.expr, method: str) -> tuple[Piece, ...]:
        """``node`` with a method called on it."""
        if isinstance(node, TIGHT):
            return (self.after(node, method),)
        return (self.before(node, "("), self.after(node, f"){method}"))

    def with_argument(self, call: ast.Call, text: str) -> Piece:
        """A call with one more keyword argument."""
        _, _, line, column = self.span(call)
        separator = ", " if call.args or call.keywords else ""
        return Piece(line, column - 1, line, column - 1, f"{separator}{text}")

    def operator(
        self, node: ast.BinOp | ast.AugAssign, old: str, new: str
    ) -> Piece | None:
        """One operator in place of another."""
        left, right = (
            (node.left, node.right)
            if isinstance(node, ast.BinOp)
            else (node.target, node.value)
        )
        _, _, line, column = self.span(left)
        last, end, _, _ = self.span(right)
        for number in range(line, last + 1):
            text = self.text[number - 1]
            first = column if number == line else 0
            place = text.find(old, first, end if number == last else len(text))
            if place >= 0:
                return Piece(number, place, number, place + len(old), new)
        return None

    def finding(
        self,
        kind: str,
        severity: Severity,
        node: ast.AST,
        sentence: str,
        pieces: Sequence[Piece] = (),
        *,
        name: str = "",
        shown: str | None = None,
    ) -> Finding:
        """A finding with its place; its fix is dropped if what comes out would not be Python.

        ``shown`` is what to write where that is another statement than the one found.
        """
        statement = self.statement(node)
        last = statement.end_lineno or statement.lineno
        if isinstance(statement, ast.For | ast.While | ast.If | ast.FunctionDef):
            last = statement.lineno
        fix = (
            reads_as(self.script.text, statement.lineno, last, pieces)
            if pieces
            else None
        )
        line, column, end_line, end_column = self.span(node)
        return Finding(
            kind,
            severity,
            line,
            column,
            end_line,
            end_column,
            "\n".join(self.text[line - 1 : max(last, line)]),
            name or _bound(statement),
            sentence,
            tuple(pieces) if fix is not None else (),
            fix if shown is None else shown,
        )


def _bound(statement: ast.stmt) -> str:
    """The name that a statement binds."""
    match statement:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
            return ast.unparse(target)
        case _:
            return ""


def shapes(*values: Value) -> str:
    """Shapes as a reader writes them.

    >>> import numpy as np
    >>> shapes(Value((8, 1), np.dtype(float)), Value((8,), np.dtype(float)))
    '(8, 1) and (8,)'
    """
    return " and ".join(str(value.shape) for value in values)
