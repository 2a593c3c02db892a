"""Small things as the templates take them: spans, cells, listings, a formula in a line."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from chainrule.formula import Node, format_number, to_mathml, to_text
from chainrule.lesson.drawings.graph import words
from chainrule.lesson.drawings.sheet import Drawing
from chainrule.lesson.parts import Cell, Code, Graph, Source, Spans
from chainrule.lesson.printers.page.code import lines


def mathml(node: Node, *, display: bool = False, focusable: bool = False) -> Markup:
    """A formula."""
    # formula escapes every name and word it writes
    return Markup(to_mathml(node, display=display, focusable=focusable))  # noqa: S704


def line(node: Node) -> str:
    """A formula in a line of plain letters, for those who listen."""
    return " ".join(line.strip() for line in to_text(node))


def spans_shown(spans: Spans) -> list[tuple[str, str]]:
    """Running text, each piece with what it is."""
    shown: list[tuple[str, str]] = []
    for span in spans:
        match span:
            case str():
                shown.append(("", span))
            case Code(text):
                shown.append(("code", text))
            case _:
                shown.append(("math", mathml(span)))
    return shown


def cell_shown(cell: Cell) -> tuple[str, str]:
    """A cell of a table with what it is."""
    match cell:
        case str():
            return "", cell
        case Code(text):
            return "code", text
        case int() | float():
            return "number", format_number(cell)
        case _:
            return "math", mathml(cell)


def listing(part: Source) -> dict[str, Any]:
    """Source, line by line in classed pieces."""
    return {
        "title": part.title,
        "lines": [
            {"pieces": pieces, "marked": n == part.marked}
            for n, pieces in enumerate(lines(part.text, part.language), 1)
        ],
    }


def description(part: Graph, drawing: Drawing) -> dict[str, str]:
    """A drawing in words, for those who cannot see it."""
    said = [disc.said for disc in drawing.discs]
    said += [f"{gap.count} more are not drawn" for gap in drawing.gaps]
    return {
        "title": words(part.caption) or "The network",
        "description": "; ".join(said) + ".",
    }
