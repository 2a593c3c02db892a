"""Statements that fit in a line: the nameless parts that get names of their own, so that the rest does."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Protocol

from chainrule.emit import layout
from chainrule.emit.scopes import Scopes
from chainrule.emit.spelling import Speller
from chainrule.emit.template import Template
from chainrule.program import Line, Value

MOST_OPERATIONS = 9
"""A gradient line with more operations than this is given in two."""


class Statements(Protocol):
    """A program as statements: the values that have one of their ``own``, and how each is written."""

    lines: tuple[Line, ...]
    own: set[Value]
    scopes: Scopes
    producer: dict[Value, Line]
    templates: dict[Value, Template]
    speller: Speller

    def name(self, value: Value, /) -> str:
        """What a value is called."""

    def computed(self, value: Value, /) -> ast.expr:
        """The expression that gives it."""

    def give_statements(self, values: Iterable[Value], /) -> None:
        """Give values statements of their own."""


def shorten(plan: Statements, forward: AbstractSet[Value]) -> None:
    """Give names to parts of statements until every statement reads well; those of gradients do where they are short."""
    for line in plan.lines:
        if line.result in plan.own:
            _shorten(plan, line.result, forward)


def _shorten(plan: Statements, value: Value, forward: AbstractSet[Value]) -> None:
    pending = [value]
    while pending:
        current = pending.pop()
        while not _reads_well(plan, current, forward):
            part = _best_part(plan, current)
            if part is None:
                break
            plan.give_statements([part])
            pending.append(part)


def _reads_well(plan: Statements, value: Value, forward: AbstractSet[Value]) -> bool:
    depth = 1 + len(plan.scopes.around[value])
    template = plan.templates[value]
    if not template.is_expression:
        filled = plan.speller.fillings(plan.producer[value], plan.name(value))
        statements = template.statements(filled)
        return all(layout.statement(one, depth) is not None for one in statements)
    node = plan.computed(value)
    if forward and value not in forward:
        dense = sum(
            isinstance(inner, ast.BinOp | ast.Call | ast.Compare)
            for inner in ast.walk(node)
        )
        additive = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
        if dense > MOST_OPERATIONS and not additive:
            return False
    return layout.assignment(plan.name(value), node, depth) is not None


def _best_part(plan: Statements, value: Value) -> Value | None:
    """The nameless part of a statement whose removal leaves two pieces nearest in length."""
    whole = (
        len(layout.flat(plan.computed(value)))
        if plan.templates[value].is_expression
        else 999
    )
    best: tuple[float, Value] | None = None
    for part in _parts(plan, value):
        length = len(layout.flat(plan.computed(part)))
        balance = max(length, whole - length)
        if length > 8 and (best is None or balance < best[0]):
            best = (balance, part)
    return best[1] if best else None


def _parts(plan: Statements, value: Value) -> Iterable[Value]:
    """The nameless values inside the statement of ``value``."""
    pending = [value]
    seen: set[Value] = set()
    while pending:
        for arg in plan.producer[pending.pop()].reads():
            if arg not in plan.own and arg not in seen:
                seen.add(arg)
                pending.append(arg)
                yield arg
