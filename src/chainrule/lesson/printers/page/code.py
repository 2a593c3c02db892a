"""A listing cut into lines of classed pieces, so that a page can tell comments from code."""

from __future__ import annotations

import builtins
import io
import keyword
import token
import tokenize
from itertools import pairwise
from typing import Final

Line = tuple[tuple[str, str], ...]

QUIET: Final = frozenset({"in", "is", "and", "or", "not"})


def lines(text: str, language: str) -> tuple[Line, ...]:
    """The lines of a listing as (class, text) pieces; what is not Python, or is broken, has one class.

    >>> lines("x = 1  # one", "numpy")
    ((('', 'x = '), ('number', '1'), ('', '  '), ('comment', '# one')),)
    """
    plain = text.rstrip("\n").split("\n")
    marks = _marks(text) if language not in {"text", "toml", "latex"} else ()
    of_line: dict[int, list[tuple[int, int, str]]] = {}
    for (row, start), (last, end), name in marks:
        for n in range(row, last + 1):
            stop = end if n == last else len(plain[n - 1])
            of_line.setdefault(n, []).append((start if n == row else 0, stop, name))
    return tuple(_cut(line, of_line.get(n, [])) for n, line in enumerate(plain, 1))


def _marks(text: str) -> list[tuple[tuple[int, int], tuple[int, int], str]]:
    found = []
    try:
        for t in tokenize.generate_tokens(io.StringIO(text).readline):
            name = _class(t.type, t.string)
            if name:
                found.append((t.start, t.end, name))
    except (tokenize.TokenError, SyntaxError):
        return []
    return found


def _class(kind: int, text: str) -> str:
    if kind == token.COMMENT:
        return "comment"
    if kind == token.STRING or token.tok_name[kind].startswith("FSTRING"):
        return "string"
    if kind == token.NUMBER:
        return "number"
    if kind == token.NAME and keyword.iskeyword(text) and not hasattr(builtins, text):
        return "" if text in QUIET else "keyword"
    return ""


def _cut(line: str, marks: list[tuple[int, int, str]]) -> Line:
    edges = sorted({0, len(line), *(e for m in marks for e in m[:2] if e <= len(line))})
    pieces: list[tuple[str, str]] = []
    for a, b in pairwise(edges):
        name = next((m[2] for m in marks if m[0] <= a and b <= m[1]), "")
        pieces.append((name, line[a:b]))
    return tuple(pieces)
