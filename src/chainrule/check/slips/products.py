"""Matrix products: a transpose wrong, or an elementwise product in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.check.slips.expressions import binary, transposed, turned
from chainrule.check.slips.record import Change, slip
from chainrule.check.spelled import text_of
from chainrule.check.suspect import Suspect


@slip("transpose", "A transpose is wrong: {old} where {new} belongs.")
def not_turned(suspect: Suspect) -> Iterator[Change]:
    """A transpose missing, too many, or on the wrong side."""
    for node in suspect.nodes:
        match node:
            case ast.Attribute(value=inner, attr="T"):
                yield Change(node, inner, {"old": text_of(node), "new": text_of(inner)})
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                yield from _turnings(node, left, right)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr="dot" | "matmul"),
                args=[left, right],
            ):
                yield from _turnings(node, left, right)
    for node in suspect.nodes:
        shape = suspect.shape(node)
        if shape is not None and len(shape) == 2 and not isinstance(node, ast.Constant):
            yield Change(
                node,
                transposed(node),
                {"old": text_of(node), "new": text_of(transposed(node))},
            )


def _turnings(node: ast.expr, left: ast.expr, right: ast.expr) -> Iterator[Change]:
    pairs = [
        (right, left),
        (turned(left), right),
        (left, turned(right)),
        (turned(left), turned(right)),
        (turned(right), left),
        (right, turned(left)),
        (turned(right), turned(left)),
    ]
    for one, other in pairs:
        new = binary(one, ast.MatMult(), other)
        yield Change(node, new, {"old": text_of(node), "new": text_of(new)})


@slip("elementwise for matrix product", "This is {is} and should be {of}.")
def elementwise_for_product(suspect: Suspect) -> Iterator[Change]:
    """``*`` where ``@`` belongs, or the reverse."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                for one, other in (
                    (left, right),
                    (turned(left), right),
                    (left, turned(right)),
                    (right, left),
                    (turned(right), left),
                    (right, turned(left)),
                ):
                    yield Change(
                        node,
                        binary(one, ast.MatMult(), other),
                        {"is": "elementwise", "of": "a matrix product"},
                    )
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                for one, other in (
                    (left, right),
                    (turned(left), right),
                    (left, turned(right)),
                ):
                    yield Change(
                        node,
                        binary(one, ast.Mult(), other),
                        {"is": "a matrix product", "of": "elementwise"},
                    )
