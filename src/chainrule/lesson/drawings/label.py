"""A formula as a run of styled text, for drawings: SVG has no MathML that every browser draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chainrule.formula import (
    Call,
    Node,
    Operand,
    Symbol,
    columns,
    plain,
    to_text,
)
from chainrule.formula.numbers import said

Style = Literal["plain", "italic", "below"]


@dataclass(frozen=True, slots=True)
class LabelPiece:
    """Letters of one style."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Label:
    """Pieces in a line, and about how many characters wide they are."""

    pieces: tuple[LabelPiece, ...]
    width: float


def label(node: Node | str | None) -> Label:
    """The pieces of a label: W1 as an italic W with a low 1, anything larger as plain text.

    >>> from chainrule.formula import entry, identifier
    >>> [piece.text for piece in label(identifier("W1")).pieces]
    ['W', '1']
    >>> [piece.text for piece in label(entry(identifier("z1"), 2)).pieces]
    ['z', '1', '[2]']
    """
    match node:
        case None:
            return Label((), 0)
        case str():
            return Label((LabelPiece(node),), columns(node))
        case Symbol(_, index):
            head = plain(replace(node, index="", written="")) if index else plain(node)
            slanted: Style = "italic" if node.style == "italic" else "plain"
            parts = (
                LabelPiece(head, slanted),
                *((LabelPiece(index, "below"),) if index else ()),
            )
            return Label(parts, columns(head) + 0.7 * columns(index))
        case Call(Operand(Symbol() as head), body, opening, closing):
            name = label(head)
            inside = opening + " ".join(map(str.strip, to_text(body))) + closing
            parts = (*name.pieces, LabelPiece(inside))
            return Label(parts, name.width + columns(inside))
        case _:
            text = " ".join(line.strip() for line in to_text(node))
            return Label((LabelPiece(text),), columns(text))


def short(number: float | None) -> str:
    """A number in three digits, nothing for none."""
    return "" if number is None else said(number, 3)
