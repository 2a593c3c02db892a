"""Expressions put together: what the changes of slips are made of."""

from __future__ import annotations

import ast

from chainrule.check.suspect import Suspect


def parsed(text: str) -> ast.expr:
    """``text`` as an expression."""
    return ast.parse(text, mode="eval").body


def binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.BinOp:
    """Two expressions with an operator between them."""
    return ast.BinOp(left, op, right)


def transposed(node: ast.expr) -> ast.expr:
    """An expression turned."""
    return ast.Attribute(node, "T", ast.Load())


def turned(node: ast.expr) -> ast.expr:
    """The transpose; of a transpose, what it is of."""
    return (
        node.value
        if isinstance(node, ast.Attribute) and node.attr == "T"
        else transposed(node)
    )


def called(node: ast.expr, method: str, **options: object) -> ast.expr:
    """``np.method(node, **options)``."""
    keywords = [ast.keyword(key, ast.Constant(value)) for key, value in options.items()]  # type: ignore[arg-type]
    function = ast.Attribute(ast.Name("np", ast.Load()), method, ast.Load())
    return ast.Call(function, [node], keywords)


def is_product(node: ast.expr) -> bool:
    """Whether an expression is a matrix product."""
    match node:
        case ast.BinOp(op=ast.MatMult()):
            return True
        case ast.Call(func=ast.Attribute(attr="dot" | "matmul")):
            return True
        case _:
            return False


def parents(suspect: Suspect) -> dict[ast.AST, list[ast.expr]]:
    """Each part with the parts it stands in, the nearest first."""
    found: dict[ast.AST, list[ast.expr]] = {suspect.root: []}
    for node in ast.walk(suspect.root):
        here = [node] if isinstance(node, ast.expr) else []
        for child in ast.iter_child_nodes(node):
            found[child] = [*here, *found.get(node, [])]
    return found
