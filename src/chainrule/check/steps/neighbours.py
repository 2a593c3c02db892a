"""The items beside the one that a line reads out of a list or dict, as they would be written there: ``h[t - 1]``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.program import Arg
from chainrule.trace.statements.watch import Seen


def neighbours(seen: Seen) -> Iterator[tuple[str, Arg]]:
    """The other items of a list or dict, as they would be written here."""
    if seen.neighbours is None:
        return
    node = ast.parse(seen.text, mode="eval").body
    if not isinstance(node, ast.Subscript):
        return
    if isinstance(seen.key, int) and not isinstance(node.slice, ast.Constant):
        key = int(seen.key)
        if key < 0:
            key += max(seen.neighbours, default=0) + 1
        for offset in (-1, 1):
            item = seen.neighbours.get(key + offset)
            if item is not None:
                yield _shifted(node, offset), item
    else:
        held = ast.unparse(node.value)
        for key, item in seen.neighbours.items():
            yield f"{held}[{key!r}]", item


def _shifted(node: ast.Subscript, offset: int) -> str:
    """``h[t]`` a step further: ``h[t + 1]``."""
    index = node.slice
    total, text = offset, ast.unparse(index)
    if isinstance(index, ast.BinOp) and isinstance(index.right, ast.Constant):
        number = index.right.value
        if isinstance(number, int) and isinstance(index.op, ast.Add | ast.Sub):
            total += number if isinstance(index.op, ast.Add) else -number
            text = ast.unparse(index.left)
    sign = "+" if total > 0 else "-"
    inner = text if total == 0 else f"{text} {sign} {abs(total)}"
    return f"{ast.unparse(node.value)}[{inner}]"
