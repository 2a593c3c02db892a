"""Small things as the templates take them: spans, cells, listings, a formula in a line."""

from __future__ import annotations

from typing import Any, NamedTuple

from markupsafe import Markup

from chainrule.formula import Node, to_mathml, to_text
from chainrule.formula.mathml import NumberBinding
from chainrule.formula.numbers import Said, said
from chainrule.lesson.drawings.graph import words
from chainrule.lesson.drawings.sheet import Drawing
from chainrule.lesson.parts import Cell, Code, Graph, Numbers, Part, Source, Spans
from chainrule.lesson.printers.page.code import lines
from chainrule.lesson.printers.page.compact import compact
from chainrule.lesson.printers.shown import Digits


def mathml(node: Node, binding: NumberBinding | None = None) -> Markup:
    """A formula in a line."""
    shown = to_mathml(node, display=False, focusable=False, binding=binding)
    # formula escapes every name and word it writes
    return Markup(compact(shown))  # noqa: S704 - MathML of ours


def moving(text: str, binding: NumberBinding | None) -> str:
    """The characters of a number in running text, called by its number if it is remembered."""
    if binding is None or not isinstance(text, Said):
        return text
    return Markup('<span data-n="{}">{}</span>').format(
        binding.number(text.bound), str(text)
    )


def line(node: Node) -> str:
    """A formula in a line of plain letters, for those who listen."""
    return " ".join(line.strip() for line in to_text(node))


def spans_shown(
    spans: Spans, binding: NumberBinding | None = None
) -> list[tuple[str, str]]:
    """Running text, each piece with what it is."""
    shown: list[tuple[str, str]] = []
    for span in spans:
        match span:
            case str():
                shown.append(("", moving(span, binding)))
            case Code(text):
                shown.append(("code", text))
            case _:
                shown.append(("math", mathml(span, binding)))
    return shown


def cell_shown(
    cell: Cell | Digits, binding: NumberBinding | None = None
) -> tuple[str, str]:
    """A cell of a table with what it is."""
    match cell:
        case str():
            return "", cell
        case Code(text):
            return "code", text
        case int() | float():
            return "number", moving(said(cell), binding)
        case Digits(number):
            return "number", mathml(number, binding)
        case _:
            return "math", mathml(cell, binding)


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


class ShownLink(NamedTuple):
    """One link of the chain: shown as a formula, left out, or the place where we are."""

    shown: Markup = Markup()
    said: str = ""
    anchor: str = ""
    current: bool = False
    left_out: bool = False


def together(before: Part, part: Part) -> bool:
    """Whether two parts stand side by side, or under the same tabs."""
    match before, part:
        case Numbers(), Numbers():
            return True
        case Source(_, _, _, group), Source(_, _, _, same):
            return group != "" and group == same
        case _:
            return False
