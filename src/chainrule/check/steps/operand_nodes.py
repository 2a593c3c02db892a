"""The parts of an expression that stand for the arguments of its operation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet


def operand_nodes(
    node: ast.expr | ast.stmt | None, n_args: int, modules: AbstractSet[str]
) -> list[ast.expr | None]:
    """The parts of an expression that stand for the arguments of its operation, as far as they are written out."""
    found: list[ast.expr | None] = []
    match node:
        case ast.BinOp(left=left, right=right):
            found = [left, right]
        case ast.UnaryOp(operand=operand):
            found = [operand]
        case ast.Compare(left=left, comparators=[right]):
            found = [left, right]
        case ast.AugAssign(target=target, value=value):
            found = [target, value]
        case ast.Subscript(value=value, slice=index, ctx=ast.Store()):
            found = [value, None, index]
        case ast.Subscript(value=value) | ast.Attribute(value=value):
            found = [value]
        case ast.Call(func=func, args=args):
            found = [*_receiver(func, modules), *args]
        case ast.expr():
            found = [node] if n_args == 1 else []
        case _:
            found = []
    padded: list[ast.expr | None] = [*found[:n_args]]
    return padded + [None] * (n_args - len(padded))


def _receiver(func: ast.expr, modules: AbstractSet[str]) -> Iterator[ast.expr]:
    """What a method is called on; nothing where a module's function is called."""
    if isinstance(func, ast.Attribute) and _root(func) not in modules:
        yield func.value


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
