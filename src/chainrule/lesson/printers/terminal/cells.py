"""Cells of a table in a terminal: as wide as their column, their words on several lines where that is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.formula import format_number
from chainrule.formula.canvas import Box, Line, Segment, beside, box, length, widened
from chainrule.lesson.parts import Code
from chainrule.lesson.printers.terminal.canvas import drawn, wrapped


def squeezed(widths: list[int], space: int) -> list[int]:
    """Columns narrowed, the widest first, until they fit."""
    widths = list(widths)
    while sum(widths) > space and max(widths) > 12:
        widths[widths.index(max(widths))] -= 1
    return widths


def table_row(blocks: Sequence[Box], widths: Sequence[int]) -> Box:
    """A row of cells, each in its column."""
    row: list[Box] = []
    for block, width in zip(blocks, widths, strict=True):
        shown = block if block.width <= width else _cut(block, width)
        row += [widened(shown, width), box("   ")]
    return beside(*row[:-1])


def way(texts: Sequence[str], here: int, width: int) -> Line:
    """The way from the loss to ``here``: ``L ← p ← [z] ← W``; what is far from both is left out where it is too long.

    >>> "".join(one.text for one in way(["L", "p", "z2", "h", "z1", "W1"], 4, 22))
    'L ← … ← h ← [z1] ← W1'
    """
    whole = _linked(texts, here)
    for near in range(2, here + 1):
        if length(whole) <= width:
            break
        whole = _linked([texts[0], "…", *texts[near:]], here - near + 2)
    return whole


def _linked(texts: Sequence[str], here: int) -> Line:
    links: list[Segment] = []
    for i, text in enumerate(texts):
        links += [Segment(" ← ", "faint")] if links else []
        links.append(Segment(f"[{text}]", "result") if i == here else Segment(text))
    return tuple(links)


def _cut(block: Box, width: int) -> Box:
    """A cell too wide for its column: its words on several lines."""
    text = " ".join(line.strip() for line in _characters(block))
    return wrapped((text,), width)


def drawn_cell(cell: object) -> Box:
    """What stands in a cell: words, source, a number or a formula."""
    match cell:
        case Code(text):
            return box(text, "code")
        case str():
            return box(cell)
        case bool() | int() | float():
            return box(format_number(cell))
        case _:
            return drawn(cell)  # type: ignore[arg-type]


def drawn_text(node: object) -> list[str]:
    """A formula's characters."""
    return [line.rstrip() for line in _characters(drawn(node))]  # type: ignore[arg-type]


def _characters(block: Box) -> list[str]:
    return ["".join(segment.text for segment in line) for line in block.lines]
