"""Which names the scopes of a source give values to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence


def values_of(tree: ast.AST) -> Iterator[str]:
    """The names that hold values somewhere: not those of modules, functions and classes alone."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name
            case ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name for alias in names)


def own_nodes(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of the functions and classes inside it."""
    ahead: list[ast.AST] = list(body)
    while ahead:
        node = ahead.pop()
        yield node
        if not isinstance(node, _SCOPES):
            ahead += ast.iter_child_nodes(node)


_SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def given_in(body: Sequence[ast.stmt]) -> Iterator[str]:
    """The names that the statements of a scope give values to through hooks."""
    for node in own_nodes(body):
        match node:
            case ast.Assign(targets=targets):
                yield from (name for one in targets for name in stored_in(one))
            case (
                ast.For(target=target)
                | ast.NamedExpr(target=target)
                | ast.AnnAssign(target=target, value=ast.expr())
            ):
                yield from stored_in(target)


def stored_in(target: ast.expr) -> Iterator[str]:
    """The names that a target stores to."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
