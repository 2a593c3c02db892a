"""A line with its numbers put in, stage by stage; what is too wide to print says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from chainrule.formula import Node
from chainrule.formula.moving import alike
from chainrule.formula.tree import Number
from chainrule.lesson.notation.names import fits
from chainrule.lesson.notation.writer import TooLarge, Writer
from chainrule.lesson.parts import Row
from chainrule.lesson.sections.entries import Entry, at, largest
from chainrule.program import Value


def stages(
    writer: Writer,
    value: Value,
    *,
    most: int | None = None,
    label: str = "numbers",
    left: Node | None = None,
) -> Iterator[Row]:
    """The stages of ``value`` that say more than its symbols, at most ``most``; the first has the label, and ``left``."""
    symbols = writer.written(value)
    found = [node for node in writer.stages(value) if not alike(node, symbols)]
    narrow = [node for node in found if fits(node)][:most]
    for position, node in enumerate(narrow):
        yield Row("" if position else label, None if position else left, right=node)
    if found and not narrow:
        yield _one_entry(writer, value, found[0], label)


def _one_entry(writer: Writer, value: Value, whole: Node, label: str) -> Row:
    """The entry that matters most with its numbers put in, for a formula too wide to print; or what is said instead."""
    place = largest(writer.run.numbers[value])
    for totals in (False, True):
        if not place:
            break
        teller = Entry(writer, totals=totals)
        try:
            node = teller.write(value, place, teller.number)
        except TooLarge:  # it runs through the turns of a loop
            break
        if fits(node) and count(node) > 1:
            said = ("one entry", *teller.left_out)
            return Row(
                label,
                at(writer.symbol(value), place),
                right=node,
                reason=(", ".join(said),),
            )
    return Row(label, reason=(too_wide(whole),))


def too_wide(node: Node) -> str:
    """What is said instead of a formula too wide to print.

    >>> from chainrule.formula import call, number
    >>> too_wide(call("stack", *map(number, range(40))))
    'too wide to print: 40 numbers; the level "entry" writes one entry out'
    """
    return f'too wide to print: {count(node)} numbers; the level "entry" writes one entry out'


def count(item: Any) -> int:
    """How many numbers a formula holds."""
    match item:
        case Number():
            return 1
        case tuple():
            return sum(map(count, item))
        case _ if dataclasses.is_dataclass(item):
            return sum(
                count(getattr(item, one.name)) for one in dataclasses.fields(item)
            )
        case _:
            return 0
