"""What the form of a formula owes to the digits of its numbers: noted where they are remembered and may move."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chainrule.formula.canvas import columns
from chainrule.formula.text import to_text
from chainrule.formula.tree import Bound, Node, Number


@dataclass(frozen=True, slots=True)
class Width:
    """These numbers may grow, or shrink, by so many characters in all; ``grow`` says which."""

    numbers: tuple[Bound, ...]
    room: int
    grow: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """Whether the numbers of each pair are printed alike, all of them."""

    pairs: tuple[tuple[Bound | str, Bound | str], ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """Whether a number is printed with a minus."""

    number: Bound


def fits_within(node: Node, width: int) -> bool:
    """Whether a formula in plain letters is at most so wide.

    >>> from chainrule.formula import number
    >>> fits_within(number(0.25), 4), fits_within(number(-0.25), 4)
    (True, False)
    """
    taken = max(map(columns, to_text(node, width, inside=False)), default=0)
    bounds = tuple(one.bound for one in numbers_in(node) if one.bound is not None)
    if bounds:
        fits = taken <= width
        room = width - taken if fits else taken - width - 1
        note(bounds[0], Width(bounds, room, fits))
    return taken <= width


def alike(one: Node, other: Node) -> bool:
    """Whether two formulas read the same in plain letters."""
    same = to_text(one) == to_text(other)
    first, second = list(numbers_in(one)), list(numbers_in(other))
    bounds = [n.bound for n in (*first, *second) if n.bound is not None]
    if bounds and len(first) == len(second) and _form(one) == _form(other):
        pairs = zip(first, second, strict=True)
        note(
            bounds[0],
            Alike(
                tuple((a.bound or _digits(a), b.bound or _digits(b)) for a, b in pairs)
            ),
        )
    return same


def in_letters(node: Node) -> str:
    """A formula in one line of plain letters, which stay as they are when its numbers move."""
    for one in numbers_in(node):
        if one.bound is not None:
            note(one.bound, one.bound.line)
    return " ".join(to_text(node))


def is_negative(number: Number) -> bool:
    """Whether a number has a minus."""
    if number.bound is not None:
        note(number.bound, Sign(number.bound))
    return number.digits.startswith("-")


def note(bound: Bound, condition: Any) -> None:
    """What is told from here on is told as long as ``condition`` stays as it is."""
    bound.ledger.looked[condition] = None


def numbers_in(item: Any) -> Iterator[Number]:
    """The numbers of a formula, from left to right."""
    match item:
        case Number():
            yield item
        case tuple():
            for one in item:
                yield from numbers_in(one)
        case _ if dataclasses.is_dataclass(item):
            for one in dataclasses.fields(item):
                yield from numbers_in(getattr(item, one.name))


def _digits(number: Number) -> str:
    power = "" if number.exponent is None else f"e{number.exponent}"
    return number.digits + power


def _form(node: Node) -> list[str]:
    """A formula without the digits of its numbers."""
    return to_text(_blank(node))


def _blank(item: Any) -> Any:
    match item:
        case Number():
            return Number("0")
        case tuple():
            return tuple(map(_blank, item))
        case _ if dataclasses.is_dataclass(item) and not isinstance(item, type):
            inner = {
                one.name: _blank(getattr(item, one.name))
                for one in dataclasses.fields(item)
            }
            return dataclasses.replace(item, **inner)
        case _:
            return item
