"""Rows of formulas and arrays as the templates take them: in full, or as a picture with a summary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from chainrule.formula import Node, to_mathml
from chainrule.lesson.drawings.heat import heat
from chainrule.lesson.parts import Numbers, Row
from chainrule.lesson.printers.align import is_continued, sides
from chainrule.lesson.printers.page.bindings import Bindings
from chainrule.lesson.printers.page.compact import compact
from chainrule.lesson.printers.page.pieces import mathml, spans_shown
from chainrule.lesson.printers.shown import shape_of, shown
from chainrule.lesson.summary import MOST_ENTRIES, is_constant, is_small, summarise
from chainrule.program.conversions import as_array

CELL: Final = 6
SIDE: Final = 168
SCROLLED: Final = 26
NUMBERS: Final = frozenset({"numbers", "here"})
"""The labels of rows in which numbers stand for symbols."""
FOCUSED: Final = re.compile(r"<mn[^>]* data-(?:of|entry)=")


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of where a number comes from is kept, and how large an array may be to be shown whole."""

    identities: bool = True
    most_entries: int = MOST_ENTRIES
    binding: Bindings | None = None


def row_shown(detail: Detail, row: Row) -> dict[str, Any]:
    """A row of a formula: its sides, its label, its reason."""
    shown = [_side(detail, side) for side in sides(row)]
    letters = max((len(side.striptags()) for side in shown), default=0)
    return {
        "label": row.label,
        "left": "" if row.left is None else _side(detail, row.left),
        "sides": shown,
        "reason": spans_shown(row.reason, detail.binding),
        # what may be wider than a phone must be within reach of the keyboard, to be scrolled
        "long": letters > SCROLLED and not any(map(FOCUSED.search, shown)),
    }


def rows_shown(detail: Detail, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows of a formula; those that put numbers in say so, for a page from further off is one without them."""
    label, found = "", []
    for row in rows:
        label = row.label or label
        found.append(row_shown(detail, row) | {"numbers": label in NUMBERS})
    return found


def _whole_row(detail: Detail, row: Row) -> Markup:
    nodes = (*(() if row.left is None else (row.left,)), *sides(row))
    return Markup("").join(_side(detail, node) for node in nodes)


def _side(detail: Detail, node: Node) -> Markup:
    """Mathematics of display size that stands in a line."""
    full = to_mathml(node, binding=detail.binding)
    if is_continued(node):
        # a sign at the start of a formula would stand close, as if it were that of a number
        full = full.replace("<mo>", '<mo form="infix">', 1)
    return Markup(compact(full, identities=detail.identities))  # noqa: S704 - MathML of ours


def array_shown(detail: Detail, part: Numbers) -> dict[str, Any]:
    """An array with its name: every entry, or a heat map and a summary."""
    array = as_array(part.array)
    small = is_small(array, detail.most_entries) or array.size == 0
    note = part.note
    shape = f"shape {shape_of(array)}"
    if not small and note and isinstance(note[0], str):
        # the summary says it
        note = (note[0].removeprefix(shape).removeprefix(", "), *note[1:])
    seen: dict[str, Any] = {
        "name": part.name,
        "kind": part.kind,
        "symbol": mathml(part.symbol),
        "note": spans_shown(note, detail.binding),
        "shape": shape_of(array),
        "summary": "" if small and array.size else summarise(array),
        "heat": None,
        "empty": array.size == 0,
        "input": detail.binding is not None and detail.binding.is_input(part),
        "large": not small,
        "rows": [_whole_row(detail, row) for row in shown(part)] if small else [],
    }
    if not small and not is_constant(array):
        picture = heat(array)
        down, across = picture.block
        cell = max(2, min(CELL, SIDE // max(picture.rows, picture.columns, 1)))
        seen |= {
            "heat": picture,
            "width": picture.columns * cell,
            "height": picture.rows * cell,
            "block": "" if picture.block == (1, 1) else f"{down}×{across}",
        }
    return seen
