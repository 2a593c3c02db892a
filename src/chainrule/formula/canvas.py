"""Boxes of coloured characters, set beside one another on a common baseline."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, groupby
from types import MappingProxyType
from typing import Final, TypeAlias

from chainrule.formula.tree import Ref


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of characters with one identity and one colour."""

    text: str
    kind: str = ""
    of: Ref | None = None


Line: TypeAlias = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """Lines of equal width, and which of them stands on the line of the formula."""

    lines: tuple[Line, ...]
    width: int
    baseline: int = 0

    @property
    def height(self) -> int:
        """How many lines it takes."""
        return len(self.lines)


# what grows when it stands around several lines: top, middle, bottom
TALL: Final = MappingProxyType(
    {
        "(": "⎛⎜⎝",
        ")": "⎞⎟⎠",
        "[": "⎡⎢⎣",
        "]": "⎤⎥⎦",
        "⌊": "⎢⎢⎣",
        "⌋": "⎥⎥⎦",
        "⌈": "⎡⎢⎢",
        "⌉": "⎤⎥⎥",
        "|": "│││",
    }
)


@lru_cache(4096)
def columns(text: str) -> int:
    r"""How many columns of a terminal the text takes.

    >>> columns("ŷ"), columns("層"), columns("y\u0302")
    (1, 2, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def box(text: str, kind: str = "", of: Ref | None = None) -> Box:
    """One line of text; control characters, which would steer the terminal, are made visible."""
    clean = text if text.isprintable() else "".join(map(_visible, text))
    return Box(((Segment(clean, kind, of),) if clean else (),), columns(clean))


def ragged(lines: Iterable[Iterable[Segment]], baseline: int = 0) -> Box:
    """A box of lines that end where they end."""
    rows = [tuple(line) for line in lines]
    widths = [length(row) for row in rows]
    width = max(widths, default=0)
    even = zip(rows, widths, strict=True)
    return Box(tuple((*row, *_blank(width - n)) for row, n in even), width, baseline)


def length(line: Line) -> int:
    """How many columns a line takes."""
    return sum(columns(segment.text) for segment in line)


def beside(*boxes: Box) -> Box:
    """Boxes from left to right, their baselines in one line."""
    if all(len(b.lines) == 1 for b in boxes):
        line = tuple(chain.from_iterable(b.lines[0] for b in boxes))
        return Box((line,), sum(b.width for b in boxes))
    above = max((b.baseline for b in boxes), default=0)
    below = max((b.height - b.baseline for b in boxes), default=1)
    padded = [_padded(b, above, above + below) for b in boxes]
    lines = tuple(
        tuple(chain.from_iterable(parts)) for parts in zip(*padded, strict=True)
    )
    return Box(lines or ((),), sum(b.width for b in boxes), above)


def stacked(*boxes: Box, baseline: int = 0) -> Box:
    """Boxes from top to bottom, aligned at the left."""
    width = max((b.width for b in boxes), default=0)
    lines = tuple(
        line for b in boxes for line in _padded(widened(b, width), b.baseline, b.height)
    )
    return Box(lines, width, baseline)


def widened(b: Box, width: int) -> Box:
    """The box with blank columns at its right."""
    if b.width >= width:
        return b
    blank = _blank(width - b.width)
    return Box(tuple((*line, *blank) for line in b.lines), width, b.baseline)


def delimiter(sign: str, around: Box) -> Box:
    """A bracket or bar as tall as what it stands around."""
    if around.height == 1:
        return box(sign)
    stretched = TALL.get(sign, sign * 3)
    signs = [stretched[0], *stretched[1] * (around.height - 2), stretched[2]]
    return Box(tuple((Segment(s),) for s in signs), columns(sign), around.baseline)


def merged(line: Line) -> Line:
    """The line with neighbours of one identity joined, and no blanks at its end."""
    joined = list(_joined(line))
    while joined and not (last := joined.pop()).text.isspace():
        joined.append(Segment(last.text.rstrip(" "), last.kind, last.of))
        break
    return tuple(joined)


def _joined(line: Line) -> Iterator[Segment]:
    for identity, group in groupby(line, key=lambda one: (one.kind, one.of)):
        yield Segment("".join(segment.text for segment in group), *identity)


def _visible(character: str) -> str:
    steering = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "�" if unicodedata.category(character) in steering else character


@cache
def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _blank(width: int) -> Line:
    return (Segment(" " * width),) if width > 0 else ()


def _padded(b: Box, baseline: int, height: int) -> list[Line]:
    if height == len(b.lines):
        return list(b.lines)
    blank = _blank(b.width)
    before = baseline - b.baseline
    return [*[blank] * before, *b.lines, *[blank] * (height - before - b.height)]
