"""A row of mathematics cut before each of its relations, so that rows align and long ones break there."""

from __future__ import annotations

from typing import Final

from chainrule.formula import Node, Operand, Operator, Row, Strength
from chainrule.lesson import parts

RELATIONS: Final = frozenset("=≈≡≤≥≠<>∝∈←→↦")


def sides(row: parts.Row) -> tuple[Node, ...]:
    """What stands right of a row's left side, one relation a piece: ``= a``, ``= b``.

    >>> from chainrule.formula import formula, to_text
    >>> row = parts.Row(left=formula("z"), right=formula("a + b = c"))
    >>> [to_text(side)[0].strip() for side in sides(row)]
    ['= a + b', '= c']
    """
    if row.right is None:
        return ()
    if not isinstance(row.right, Row) or not any(map(_is_relation, row.right.items)):
        return (_after(row.sign, row.right),)
    groups: list[list[Node]] = [[]]
    for item in row.right.items:
        if _is_relation(item):
            groups.append([])
        groups[-1].append(item)
    first, *others = groups
    whole = row.right
    head = Operand(first[0], Strength.NONE, Strength.NONE) if len(first) == 1 else None
    body = head or Row(tuple(first), whole.left, whole.right)
    rest = (Row(tuple(g), whole.left, whole.right, whole.glue) for g in others)
    return (_after(row.sign, body), *rest)


def equation(row: parts.Row) -> Node:
    """The whole row as one formula."""
    items = [item for side in sides(row) for item in _items(side)]
    if row.left is not None:
        items.insert(0, Operand(row.left, Strength.NONE, Strength.SIGN))
    return Row(tuple(items), Strength.RELATION, Strength.RELATION, "=")


def _after(sign: str, node: Node) -> Node:
    if not sign:
        return node
    body = Operand(node, Strength.SIGN, Strength.RELATION)
    return Row((Operator(sign), body), Strength.RELATION, Strength.RELATION, sign)


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Row) else (node,)


def _is_relation(item: Node) -> bool:
    return (
        isinstance(item, Operator) and item.form == "infix" and item.sign in RELATIONS
    )
