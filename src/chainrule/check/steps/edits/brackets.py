"""Brackets: what Python groups otherwise than it was meant, as in ``g * 1 - y * y`` for ``g * (1 - y * y)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import partial, reduce
from typing import Any

from chainrule import ops
from chainrule.check.steps.edits.record import Edits, Operand
from chainrule.check.steps.look import Look
from chainrule.program import Op

ARITHMETIC = (ops.add, ops.subtract, ops.multiply, ops.divide, ops.matmul)
BINARY: dict[type[ast.operator], Op] = {
    ast.Add: ops.add,
    ast.Sub: ops.subtract,
    ast.Mult: ops.multiply,
    ast.Div: ops.divide,
    ast.MatMult: ops.matmul,
}


def regrouped(look: Look) -> Edits:
    """Brackets missing, or too many: ``(a ∘ b) • c`` for ``a ∘ (b • c)``, and the reverse."""
    outer, node = look.op, look.site.node
    if outer not in ARITHMETIC or not isinstance(node, ast.BinOp):
        return
    if len(look.args) != 2:
        return
    said = "The brackets are not where they belong: {old} should be {new}."
    first, second = look.args
    for inner, a, rest in _heads(look, node.left, outer, (second,)):
        yield look.edit("brackets", said, partial(_to_right, inner, outer), a, *rest)
    for inner, (a, b) in _parts(look, node.right):
        if (outer, inner) not in SAME:
            yield look.edit(
                "brackets", said, partial(_to_left, inner, outer), first, a, b
            )


SAME = frozenset(
    {(ops.add, ops.add), (ops.multiply, ops.multiply), (ops.matmul, ops.matmul)}
)
"""What gives the same in either grouping."""


def _heads(
    look: Look, node: ast.expr, outer: Op, rest: tuple[Operand, ...]
) -> Iterator[tuple[Op, Operand, tuple[Operand, ...]]]:
    """What a chain of one operation begins with, taken apart: a + b, and b with the rest, of ``(a + b) * c * d``."""
    for inner, (a, b) in _parts(look, node):
        if (inner, outer) not in SAME:
            yield inner, a, (b, *rest)
        elif isinstance(node, ast.BinOp):
            yield from _heads(look, node.left, outer, (b, *rest))


def _to_right(inner: Op, outer: Op, a: Any, *rest: Any) -> Any:
    return inner(a, reduce(outer, rest))


def _to_left(inner: Op, outer: Op, a: Any, b: Any, c: Any) -> Any:
    return inner(outer(a, b), c)


def _parts(look: Look, node: ast.expr) -> Iterator[tuple[Op, tuple[Operand, Operand]]]:
    """A part of an expression as its operation and what that is computed from."""
    if not isinstance(node, ast.BinOp) or type(node.op) not in BINARY:
        return
    n_runs = len(look.site.runs)
    for site in look.site.statement.sites:
        if site.node is node and site.op in ARITHMETIC and len(site.runs) == n_runs:
            args = replace(look, site=site).args
            if len(args) == 2 and site.op is not None:
                yield site.op, (args[0], args[1])
            return
    # plain numbers are computed by Python
    match node:
        case ast.BinOp(
            left=ast.Constant(value=int() | float() as a),
            right=ast.Constant(value=int() | float() as b),
        ):
            pair = (
                Operand((a,) * n_runs, node.left, str(a)),
                Operand((b,) * n_runs, node.right, str(b)),
            )
            yield BINARY[type(node.op)], pair
