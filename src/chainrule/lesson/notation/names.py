"""The symbols of named values and gradients, and arrays as they are read."""

from __future__ import annotations

from chainrule.formula import (
    Kind,
    Node,
    columns,
    gradient,
    identifier,
    matrix,
    number,
    to_text,
)
from chainrule.program import Array

WIDEST = 84


def fits(node: Node) -> bool:
    """Whether a formula is narrow enough to be read in one piece."""
    return max(map(columns, to_text(node, WIDEST)), default=0) <= WIDEST


def numbers(array: Array, of: str | None = None, kind: Kind = "") -> Node:
    """An array as it is read: a single number without brackets around it."""
    if array.size == 1:
        place = "" if of is None else of
        return number(array.item(), place or None, kind)
    return matrix(array, of, kind)


def name(value_name: str, kind: Kind = "") -> Node:
    """The symbol of a named value."""
    return identifier(value_name, value_name, kind)


def gradient_of(value_name: str, loss: str, kind: Kind = "") -> Node:
    """∂L/∂W1, for the reader's own loss."""
    return gradient(value_name, loss, ref=f"d{value_name}", kind=kind)
