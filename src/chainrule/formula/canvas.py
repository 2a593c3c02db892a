"""Boxes of coloured characters, set beside one another on a common baseline."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import chain, groupby
from types import MappingProxyType
from typing import Final, TypeAlias

from chainrule.formula.tree import Kind, Ref


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of characters with one identity and one colour."""

    text: str
    kind: Kind = ""
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


def columns(text: str) -> int:
    r"""How many columns of a terminal the text takes.

    >>> columns("ŷ"), columns("層"), columns("y\u0302")
    (1, 2, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def box(text: str, kind: Kind = "", of: Ref | None = None) -> Box:
    """One line of text; control characters, which would steer the terminal, are made visible."""
    clean = text if text.isprintable() else "".join(map(_visible, text))
    return Box(((Segment(clean, kind, of),) if clean else (),), columns(clean))


def beside(*boxes: Box) -> Box:
    """Boxes from left to right, their baselines in one line."""
    above = max((b.baseline for b in boxes), default=0)
    below = max((b.height - b.baseline for b in boxes), default=1)
    padded = [_padded(b, above, above + below) for b in boxes]
    lines = tuple(
        tuple(chain.from_iterable(parts)) for parts in zip(*padded, strict=True)
    )
    return Box(lines or ((),), sum(b.width for b in boxes), above)


def stacked(boxes: list[Box], baseline: int) -> Box:
    """Boxes from top to bottom, aligned at the left."""
    width = max(b.width for b in boxes)
    lines = tuple(
        line for b in boxes for line in _padded(widened(b, width), b.baseline, b.height)
    )
    return Box(lines, width, baseline)


def widened(b: Box, width: int) -> Box:
    """The box with blank columns at its right."""
    blank = _blank(width - b.width)
    return Box(
        tuple((*line, *blank) for line in b.lines), max(b.width, width), b.baseline
    )


def delimiter(sign: str, around: Box) -> Box:
    """A bracket or bar as tall as what it stands around."""
    if around.height == 1:
        return box(sign)
    stretched = TALL.get(sign, sign * 3)
    signs = [stretched[0], *stretched[1] * (around.height - 2), stretched[2]]
    return Box(tuple((Segment(s),) for s in signs), columns(sign), around.baseline)


def merged(line: Line) -> Line:
    """The line with neighbours of one identity joined, and no blanks at its end."""
    joined = [
        Segment("".join(segment.text for segment in group), *identity)
        for identity, group in groupby(
            line, key=lambda segment: (segment.kind, segment.of)
        )
    ]
    while joined and not (last := joined.pop()).text.isspace():
        joined.append(Segment(last.text.rstrip(" "), last.kind, last.of))
        break
    return tuple(joined)


def _visible(character: str) -> str:
    steering = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "�" if unicodedata.category(character) in steering else character


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _blank(width: int) -> Line:
    return (Segment(" " * width),) if width > 0 else ()


def _padded(b: Box, baseline: int, height: int) -> list[Line]:
    blank = _blank(b.width)
    before = baseline - b.baseline
    return [*[blank] * before, *b.lines, *[blank] * (height - before - b.height)]
