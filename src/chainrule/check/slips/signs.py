"""A sign too many, too few, or a difference the wrong way round."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.check.slips.expressions import binary
from chainrule.check.slips.record import Change, slip
from chainrule.check.suspect import Suspect


@slip("sign", "The difference is the wrong way round: the sign is flipped.")
def flipped_difference(suspect: Suspect) -> Iterator[Change]:
    """``y - p`` for ``p - y``."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                yield Change(node, binary(right, ast.Sub(), left))


@slip("sign", "The sign is flipped.")
def needless_minus(suspect: Suspect) -> Iterator[Change]:
    """A minus too many."""
    for node in suspect.nodes:
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                yield Change(node, inner)


@slip("sign", "The sign is flipped.")
def wrong_sign(suspect: Suspect) -> Iterator[Change]:
    """A minus too few, or a plus in its place."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                yield Change(node, binary(left, ast.Add(), right))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield Change(node, binary(left, ast.Sub(), right))
    yield Change(suspect.root, ast.UnaryOp(ast.USub(), suspect.root))
    for node in suspect.nodes[1:]:
        yield Change(node, ast.UnaryOp(ast.USub(), node))
