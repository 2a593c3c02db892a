"""What passes and what is stopped: the mask of another layer, or one turned into its opposite."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.check.slips.expressions import binary, parents
from chainrule.check.slips.record import Change, slip
from chainrule.check.spelled import text_of
from chainrule.check.suspect import Suspect


@slip("wrong mask", "The mask is of another layer: {old} where {new} belongs.")
def wrong_mask(suspect: Suspect) -> Iterator[Change]:
    """The mask of another layer."""
    for node, item in suspect.leaves:
        if in_mask(suspect, node) or item.dtype.kind == "b":
            for other in suspect.others(item, node):
                yield Change(node, other, {"old": text_of(node), "new": other.id})


def in_mask(suspect: Suspect, node: ast.expr) -> bool:
    """Whether a part stands in a comparison."""
    return any(isinstance(one, ast.Compare) for one in parents(suspect).get(node, []))


@slip("mask inverted", "The mask is inverted: {old} where {new} belongs.")
def mask_inverted(suspect: Suspect) -> Iterator[Change]:
    """Passed where it should be stopped."""
    flips: dict[type[ast.cmpop], ast.cmpop] = {
        ast.Gt: ast.LtE(), ast.GtE: ast.Lt(), ast.Lt: ast.GtE(), ast.LtE: ast.Gt(), ast.Eq: ast.NotEq(), ast.NotEq: ast.Eq(),
    }  # fmt: skip
    for node in suspect.nodes:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if (
                type(op) in flips
            ):
                new = ast.Compare(left, [flips[type(op)]], [right])
                yield Change(node, new, {"old": text_of(node), "new": text_of(new)})
            case ast.UnaryOp(op=ast.Invert() | ast.Not(), operand=inner):
                yield Change(node, inner, {"old": text_of(node), "new": text_of(inner)})
            case ast.Call(
                func=ast.Attribute(attr="where"), args=[condition, one, other]
            ) if not isinstance(condition, ast.Compare):
                new_call = ast.Call(node.func, [condition, other, one], [])
                yield Change(
                    node, new_call, {"old": text_of(node), "new": text_of(new_call)}
                )
            case ast.BinOp(left=ast.Constant(value=1 | 1.0), op=ast.Sub(), right=inner):
                yield Change(node, inner, {"old": text_of(node), "new": text_of(inner)})
    for node, item in suspect.leaves:
        if item.dtype.kind == "b":
            yield Change(
                node,
                ast.UnaryOp(ast.Invert(), node),
                {"old": text_of(node), "new": f"~{text_of(node)}"},
            )
        elif item.dtype.kind == "f" and item not in suspect.study.moved:
            rest = binary(ast.Constant(1), ast.Sub(), node)
            yield Change(node, rest, {"old": text_of(node), "new": text_of(rest)})
