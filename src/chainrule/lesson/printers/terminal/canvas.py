"""Boxes of coloured characters for a terminal: beside one another, under one another, wrapped, cut to width."""

from __future__ import annotations

import dataclasses
import itertools
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from chainrule.formula import (
    Matrix,
    Node,
    Operand,
    Operator,
    Power,
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
TALL: Final = 4
UPRIGHT_DOTS, DOTS = Operator("⋮", "ellipsis"), Operator("⋯", "ellipsis")
NBSP: Final = "\N{NO-BREAK SPACE}"

LINE = re.compile(r"\bline (?=\d+$)")
"""Where the number of a line must not be parted from its word."""


def drawn(node: Node, width: int | None = None) -> Box:
    """A formula, its baseline in its middle."""
    whole = to_box(node, width)
    return Box(whole.lines, whole.width, (whole.height - 1) // 2)


def side(sign: str, node: Node, width: int) -> Box:
    """``= node``, its baseline where the sign stands; tall columns lie where that takes half the lines."""
    whole = to_box(_continued(sign, node), width)
    if whole.height >= TALL and _lies(node):
        flat = to_box(_continued(sign, _lying(node)), width)
        if flat.width <= width and 2 * flat.height <= whole.height:
            return flat
    texts = ["".join(segment.text for segment in line).strip() for line in whole.lines]
    baseline = next((i for i, text in enumerate(texts) if text.startswith(sign)), 0)
    return Box(whole.lines, whole.width, baseline)


def _lies(item: Any) -> bool:
    """Whether no matrix in a formula has more than one column."""
    if isinstance(item, Matrix):
        return len(item.rows[0]) == 1
    return all(map(_lies, _parts(item)))


def _lying(item: Any) -> Any:
    """The columns in a formula as rows that are turned: four numbers and more are read along a line."""
    if not isinstance(item, Matrix):
        return _rebuilt(item, _lying)
    row = tuple(DOTS if cell == UPRIGHT_DOTS else cell for (cell,) in item.rows)
    return Power(dataclasses.replace(item, rows=(row,)), Operator("⊤", "prefix"))


def _parts(item: Any) -> tuple[Any, ...]:
    if isinstance(item, tuple):
        return item
    if not dataclasses.is_dataclass(item) or isinstance(item, type):
        return ()
    return tuple(getattr(item, one.name) for one in dataclasses.fields(item))


def _rebuilt(item: Any, change: Callable[[Any], Any]) -> Any:
    """A part of a formula with its own parts changed."""
    if isinstance(item, tuple):
        return tuple(map(change, item))
    if not dataclasses.is_dataclass(item) or isinstance(item, type):
        return item
    names = [one.name for one in dataclasses.fields(item)]
    return dataclasses.replace(
        item, **dict(zip(names, map(change, _parts(item)), strict=True))
    )


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
        case _:
            return _rebuilt(item, partial(_shortened, most=most))


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
