"""Blocks of coloured characters for a terminal: beside one another, under one another, wrapped, cut to width."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from chainrule.formula import (
    Node,
    Operand,
    Operator,
    Row,
    Segment,
    Strength,
    columns,
    to_segments,
    to_text,
)
from chainrule.lesson.parts import Code, Spans

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

Piece = tuple[str, str]
Line = tuple[Piece, ...]
LINE = re.compile(r"\bline (?=\d+$)")
"""Where the number of a line must not be parted from its word."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of pieces (text, style), and which line stands on the line of the formula."""

    lines: tuple[Line, ...]
    baseline: int = 0

    @property
    def width(self) -> int:
        """The widest line."""
        return max((length(line) for line in self.lines), default=0)

    @property
    def height(self) -> int:
        """How many lines."""
        return len(self.lines)


def length(line: Line) -> int:
    """How many columns a line takes."""
    return sum(columns(text) for text, _ in line)


def word(text: str, style: str = "") -> Block:
    """One line of text."""
    return Block((((text, style),),))


def drawn(node: Node, width: int | None = None) -> Block:
    """A formula."""
    lines = to_segments(node, width)
    return Block(tuple(map(_pieces, lines)), (len(lines) - 1) // 2)


def side(sign: str, node: Node, width: int) -> Block:
    """``= node``, its baseline where the sign stands."""
    lines = to_segments(_continued(sign, node), width)
    texts = ["".join(segment.text for segment in line).strip() for line in lines]
    baseline = next((i for i, text in enumerate(texts) if text.startswith(sign)), 0)
    return Block(tuple(map(_pieces, lines)), baseline)


def _continued(sign: str, node: Node) -> Node:
    """A row that begins with a sign; a chain a = b = c goes on in it."""
    if isinstance(node, Row) and node.left is Strength.RELATION:
        items = node.items
    else:
        items = (Operand(node, Strength.SIGN, Strength.RELATION),)
    return Row((Operator(sign), *items), Strength.RELATION, Strength.RELATION, sign)


def _pieces(line: Sequence[Segment]) -> Line:
    return tuple((segment.text, segment.kind) for segment in line)


def padded(block: Block, width: int) -> Block:
    """Every line filled with spaces up to ``width``."""
    lines = tuple(
        (*line, (" " * max(width - length(line), 0), "")) for line in block.lines
    )
    return Block(lines, block.baseline)


def beside(*blocks: Block) -> Block:
    """Blocks next to one another, their baselines on one line."""
    above = max(block.baseline for block in blocks)
    below = max(block.height - block.baseline for block in blocks)
    rows: list[list[Piece]] = [[] for _ in range(above + below)]
    for block in blocks:
        wide = padded(block, block.width)
        start = above - block.baseline
        for i, row in enumerate(rows):
            inside = start <= i < start + wide.height
            row.extend(wide.lines[i - start] if inside else ((" " * block.width, ""),))
    return Block(tuple(tuple(row) for row in rows), above)


def indented(block: Block, by: int) -> Block:
    """Moved to the right."""
    return Block(tuple(((" " * by, ""), *line) for line in block.lines), block.baseline)


def plain_text(spans: Spans) -> str:
    """Spans as text in which formulas and names are not broken."""
    return "".join(_span(span) for span in spans)


def _span(span: object) -> str:
    if isinstance(span, str):
        return LINE.sub(f"line{NBSP}", span)
    text = span.text if isinstance(span, Code) else " ".join(to_text(span))  # type: ignore[arg-type]
    return text.replace(" ", NBSP) if len(text) < 48 else text


def wrapped(spans: Spans, width: int, style: str = "") -> Block:
    """Spans as a paragraph."""
    text = plain_text(spans)
    lines = [
        _unglued(line)
        for line in textwrap.wrap(
            text, max(width, 16), break_long_words=False, break_on_hyphens=False
        )
    ]
    return Block(tuple(((line, style),) for line in lines or [""]))


def _unglued(text: str) -> str:
    return text.replace(NBSP, " ")


def printed(lines: Iterable[Line], *, color: bool) -> str:
    """Lines as characters, with colours where they are wanted."""
    return "".join(_printed(line, color=color) + "\n" for line in lines)


def _printed(line: Line, *, color: bool) -> str:
    text = "".join(piece for piece, _ in line)
    if not color:
        return text.rstrip()
    kept = len(text.rstrip())
    out = []
    for piece, style in line:
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
