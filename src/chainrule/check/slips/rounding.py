"""Everything behind the point cut off."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.check.slips.expressions import binary
from chainrule.check.slips.record import Change, slip
from chainrule.check.spelled import text_of
from chainrule.check.suspect import Suspect


@slip("truncation", "{old} cuts off everything behind the point.")
def truncation(suspect: Suspect) -> Iterator[Change]:
    """An integer division, or a cast to integers."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
                yield Change(
                    node, binary(left, ast.Div(), right), {"old": text_of(node)}
                )
            case ast.Call(func=ast.Name(id="int" | "round"), args=[inner, *_]):
                yield Change(node, inner, {"old": text_of(node)})
            case ast.Call(func=ast.Attribute(value=inner, attr="astype" | "round")):
                yield Change(node, inner, {"old": text_of(node)})
            case ast.Call(
                func=ast.Attribute(attr="round" | "floor" | "rint" | "trunc"),
                args=[inner, *_],
            ):
                yield Change(node, inner, {"old": text_of(node)})
