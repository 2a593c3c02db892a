"""Boxes of coloured characters for a terminal: beside one another, under one another, wrapped, cut to width."""

from __future__ import annotations

import dataclasses
import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from chainrule.formula import (
    Matrix,
    Node,
    Operand,
    Operator,
    Row,
    Strength,
    Text,
    to_text,
)
from chainrule.formula.canvas import Box, Line, Segment, ragged
from chainrule.formula.text import to_box
from chainrule.lesson.parts import Code, Spans
from chainrule.lesson.summary import MOST_COLUMNS

COLOURS: Final = {
    "value": "36",
    "local": "33",
    "upstream": "35",
    "result": "1;32",
    "faint": "2",
    "strong": "1",
    "title": "1;4",
    "code": "36",
    "caution": "1;31",
}
NBSP: Final = "\N{NO-BREAK SPACE}"

LINE = re.compile(r"\bline (?=\d+$)")
"""Where the number of a line must not be parted from its word."""


def drawn(node: Node, width: int | None = None) -> Box:
    """A formula, its baseline in its middle."""
    whole = to_box(node, width)
    return Box(whole.lines, whole.width, (whole.height - 1) // 2)


def side(sign: str, node: Node, width: int) -> Box:
    """``= node``, its baseline where the sign stands."""
    whole = to_box(_continued(sign, node), width)
    texts = ["".join(segment.text for segment in line).strip() for line in whole.lines]
    baseline = next((i for i, text in enumerate(texts) if text.startswith(sign)), 0)
    return Box(whole.lines, whole.width, baseline)


def fitted(sign: str, node: Node, width: int) -> Box:
    """``= node``, with fewer columns of its matrices where nothing else makes it fit: the first ones and the last, or none."""
    whole = side(sign, node, width)
    for most in range(MOST_COLUMNS - 1, 0, -1):
        if whole.width <= width:
            break
        whole = side(sign, _shortened(node, most), width)
    return whole


def _shortened(item: Any, most: int) -> Any:
    match item:
        case Matrix(rows) if len(rows[0]) > most == 1:
            return Text("⋯")
        case Matrix(rows) if len(rows[0]) > most:
            last = 1 if most > 2 else 0
            dots = (Text("⋯"),)
            short = tuple(
                row[: most - 1 - last] + dots + row[len(row) - last :] for row in rows
            )
            return dataclasses.replace(item, rows=short)
        case tuple():
            return tuple(_shortened(one, most) for one in item)
        case _ if dataclasses.is_dataclass(item) and not isinstance(item, type):
            fields = [one.name for one in dataclasses.fields(item)]
            inner = {name: _shortened(getattr(item, name), most) for name in fields}
            return dataclasses.replace(item, **inner)
        case _:
            return item


def _continued(sign: str, node: Node) -> Node:
    """A row that begins with a sign; a chain a = b = c goes on in it."""
    if isinstance(node, Row) and node.left is Strength.RELATION:
        items = node.items
    else:
        items = (Operand(node, Strength.SIGN, Strength.RELATION),)
    return Row((Operator(sign), *items), Strength.RELATION, Strength.RELATION, sign)


def indented(b: Box, by: int) -> Box:
    """Moved to the right."""
    start = Segment(" " * by)
    return Box(tuple((start, *line) for line in b.lines), b.width + by, b.baseline)


def plain_text(spans: Spans) -> str:
    """Spans as text in which formulas and names are not broken."""
    return "".join(_span(span) for span in spans)


def _span(span: object) -> str:
    if isinstance(span, str):
        return LINE.sub(f"line{NBSP}", span)
    text = span.text if isinstance(span, Code) else " ".join(to_text(span))  # type: ignore[arg-type]
    return text.replace(" ", NBSP) if len(text) < 48 else text


def wrapped(spans: Spans, width: int, style: str = "") -> Box:
    """Spans as a paragraph."""
    text = plain_text(spans)
    lines = [
        _unglued(line)
        for line in textwrap.wrap(
            text, max(width, 16), break_long_words=False, break_on_hyphens=False
        )
    ]
    return ragged((Segment(line, style),) for line in lines or [""])


def _unglued(text: str) -> str:
    return text.replace(NBSP, " ")


def printed(lines: Iterable[Line], *, color: bool) -> str:
    """Lines as characters, with colours where they are wanted."""
    return "".join(_printed(line, color=color) + "\n" for line in lines)


def _printed(line: Line, *, color: bool) -> str:
    text = "".join(segment.text for segment in line)
    if not color:
        return text.rstrip()
    kept = len(text.rstrip())
    out = []
    for style, group in itertools.groupby(line, key=lambda segment: segment.kind):
        piece = "".join(segment.text for segment in group)
        shown, kept = piece[: max(kept, 0)], kept - len(piece)
        code = COLOURS.get(style)
        out.append(f"\x1b[{code}m{shown}\x1b[0m" if code and shown.strip() else shown)
    return "".join(out)


def narrowed(lines: Sequence[str], width: int) -> Iterator[str]:
    """Source whose comments are wrapped anew where they are wider than ``width``; code stays as it is.

    >>> list(narrowed(["    # one two three", "    # four", "    x = 1"], 16))
    ['    # one two', '    # three four', '    x = 1']
    """
    for margin, group in itertools.groupby(lines, _comment_margin):
        block = list(group)
        if not margin or max(map(len, block)) <= width:
            yield from block
            continue
        words = " ".join(line.removeprefix(margin) for line in block)
        yield from textwrap.wrap(
            words, width, initial_indent=margin, subsequent_indent=margin
        )


def _comment_margin(line: str) -> str:
    found = re.match(r" *# ", line)
    return found[0] if found else ""
