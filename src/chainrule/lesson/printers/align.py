"""A row of mathematics cut before each of its relations, so that rows align and long ones break there."""

from __future__ import annotations

from typing import Final

from chainrule.formula import Node, Operand, Operator, Row, Strength, columns, to_text
from chainrule.lesson import parts

RELATIONS: Final = frozenset("=≈≡≤≥≠<>∝∈←→↦")
SUMS: Final = frozenset("+-−±")
PRODUCTS: Final = frozenset("·⊙×∘⊗@")
ROOM: Final = 58
WIDE: Final = 10_000


def sides(row: parts.Row, room: int = ROOM) -> tuple[Node, ...]:
    """What stands right of a row's left side, one relation a piece: ``= a``, ``= b``.

    A piece that is wider than ``room`` characters is cut further, before its own ``+``, then its ``·``.

    >>> from chainrule.formula import formula, to_text
    >>> row = parts.Row(left=formula("z"), right=formula("a + b = c"))
    >>> [to_text(side)[0].strip() for side in sides(row)]
    ['= a + b', '= c']
    >>> [to_text(side)[0].strip() for side in sides(row, room=5)]
    ['= a', '+ b', '= c']

    What needs its brackets stays whole.

    >>> from chainrule.formula import Symbol, infix
    >>> inner = infix(Symbol("B"), "⊙", Symbol("C"))
    >>> row = parts.Row(right=infix(Symbol("A"), "·", inner))
    >>> [to_text(side)[0].strip() for side in sides(row, room=5)]
    ['= A', '· (B ⊙ C)']
    """
    if row.right is None:
        return ()
    if not isinstance(row.right, Row) or not any(map(_is_relation, row.right.items)):
        return _cut(_after(row.sign, row.right), room)
    groups = _groups(row.right, RELATIONS)
    first, *others = groups
    whole = row.right
    head = Operand(first[0], Strength.NONE, Strength.NONE) if len(first) == 1 else None
    body = head or Row(tuple(first), whole.left, whole.right)
    rest = (Row(tuple(g), whole.left, whole.right, whole.glue) for g in others)
    pieces = (_after(row.sign, body), *rest)
    return tuple(part for piece in pieces for part in _cut(piece, room))


def is_continued(piece: Node) -> bool:
    """Whether a piece goes on inside a side of the relation: ``+ b``.

    >>> from chainrule.formula import formula
    >>> row = parts.Row(left=formula("z"), right=formula("a + b"))
    >>> [is_continued(side) for side in sides(row, room=3)]
    [False, True]
    """
    first = piece.items[0] if isinstance(piece, Row) and piece.items else piece
    return isinstance(first, Operator) and first.sign not in RELATIONS


def equation(row: parts.Row) -> Node:
    """The whole row as one formula."""
    items = [item for side in sides(row, WIDE) for item in _items(side)]
    if row.left is not None:
        items.insert(0, Operand(row.left, Strength.NONE, Strength.SIGN))
    return Row(tuple(items), Strength.RELATION, Strength.RELATION, "=")


def _cut(piece: Node, room: int) -> tuple[Node, ...]:
    """A piece that is too wide, cut before the signs of the sum or the product that it is."""
    if max(map(columns, to_text(piece))) <= room or not isinstance(piece, Row):
        return (piece,)
    *before, last = piece.items
    inner = last
    while isinstance(inner, Operand):
        inner = inner.body
    for signs in _cuts(before):
        if isinstance(inner, Row) and inner.glue in signs:
            first, *others = _groups(inner, signs)
            if not others:
                break
            head = Row((*before, *first), piece.left, piece.right)
            rest = (Row(tuple(g), inner.left, inner.right) for g in others)
            return tuple(p for part in (head, *rest) for p in _cut(part, room))
    return (piece,)


def _cuts(before: list[Node]) -> tuple[frozenset[str], ...]:
    """Before which signs what follows may be cut: what stands in brackets, ``· (a ⊙ b)``, stays whole."""
    match before:
        case []:
            return SUMS, PRODUCTS
        case [Operator(sign=sign)] if sign in RELATIONS:
            return SUMS, PRODUCTS
        case [Operator(sign=sign)] if sign in SUMS:
            return (PRODUCTS,)
        case _:
            return ()


def _groups(row: Row, signs: frozenset[str]) -> list[list[Node]]:
    """The items of a row, a new group from each infix sign on."""
    groups: list[list[Node]] = [[]]
    for item in row.items:
        if isinstance(item, Operator) and item.form == "infix" and item.sign in signs:
            groups.append([])
        groups[-1].append(item)
    return groups


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
