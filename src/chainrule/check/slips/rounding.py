"""Everything behind the point cut off."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.check.slips.expressions import binary
from chainrule.check.slips.record import Change, slip
from chainrule.check.spelled import text_of
from chainrule.check.suspect import Suspect
from chainrule.program import Value


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


@slip(
    "truncation",
    "{old} holds whole numbers: what is put into it loses everything behind the point.",
)
def whole_numbers(suspect: Suspect) -> Iterator[Change]:
    """An array of integers made to be filled with a gradient: ``np.zeros_like`` of an array of integers."""
    made = [item for _, item in suspect.execution.results if isinstance(item, Value)]
    if not made or made[0].dtype.kind not in "iu":
        return
    for node in suspect.nodes:
        if isinstance(node, ast.Call) and suspect.shape(node) == made[0].shape:
            rest = [one for one in node.keywords if one.arg != "dtype"]
            dtype = ast.keyword("dtype", ast.Name("float", ast.Load()))
            new = ast.Call(node.func, node.args, [*rest, dtype])
            yield Change(node, new, {"old": text_of(node)})
