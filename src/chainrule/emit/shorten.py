"""Statements that fit in a line: the nameless parts that get names of their own, so that the rest does."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from chainrule.emit import layout
from chainrule.program import Value

if TYPE_CHECKING:
    from chainrule.emit.statements import Plan

MOST_OPERATIONS = 9
"""A gradient line with more operations than this is given in two."""


def shorten(plan: Plan) -> None:
    """Give names to parts of statements until every statement reads well."""
    for line in plan.lines:
        if line.result in plan.own:
            _shorten(plan, line.result)


def _shorten(plan: Plan, value: Value) -> None:
    pending = [value]
    while pending:
        current = pending.pop()
        while not _reads_well(plan, current):
            part = _best_part(plan, current)
            if part is None:
                break
            plan.give_statements([part])
            pending.append(part)


def _reads_well(plan: Plan, value: Value) -> bool:
    depth = 1 + len(plan.scopes.around[value])
    template = plan.templates[value]
    if not template.is_expression:
        filled = plan.speller.fillings(plan.producer[value], plan.name(value))
        statements = template.statements(filled)
        return all(layout.statement(one, depth) is not None for one in statements)
    node = plan.computed(value)
    if value not in plan.roles.forward and plan.roles.forward:
        dense = sum(
            isinstance(inner, ast.BinOp | ast.Call | ast.Compare)
            for inner in ast.walk(node)
        )
        additive = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
        if dense > MOST_OPERATIONS and not additive:
            return False
    return layout.assignment(plan.name(value), node, depth) is not None


def _best_part(plan: Plan, value: Value) -> Value | None:
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


def _parts(plan: Plan, value: Value) -> Iterable[Value]:
    """The nameless values inside the statement of ``value``."""
    pending = [value]
    seen: set[Value] = set()
    while pending:
        for arg in plan.producer[pending.pop()].reads():
            if arg not in plan.own and arg not in seen:
                seen.add(arg)
                pending.append(arg)
                yield arg
