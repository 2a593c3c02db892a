"""A mistake beside the gradients: what it is, where it stands, what it does, and the text to write instead."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chainrule.check.edits import Edit


class Severity(StrEnum):
    """How bad a finding is: a mistake makes the script wrong, a warning is only shown."""

    MISTAKE = "MISTAKE"
    WARNING = "WARNING"


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """New text for a place of the source; where the place is empty, text that is put in there.

    Lines count from 1, columns from 0 and in characters.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake beside the gradients, in the forward pass or in the updates.

    ``kind`` is one of the table in docs/check.md, ``sentence`` says why it is a mistake and what it does to the
    gradient, ``pieces`` make it right, and ``fix`` is the statement as it then reads. ``parameter`` is what is said to
    stay as it was, if that is what is said.
    """

    kind: str
    severity: Severity
    line: int
    column: int
    end_line: int
    end_column: int
    source: str
    name: str
    sentence: str
    pieces: tuple[Piece, ...] = ()
    fix: str | None = None
    parameter: str = ""

    @property
    def is_mistake(self) -> bool:
        """Whether the script is wrong because of it."""
        return self.severity is Severity.MISTAKE

    def to_dict(self) -> dict[str, Any]:
        """This finding for JSON."""
        return {
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "source": self.source,
            "name": self.name,
            "kind": self.kind,
            "severity": self.severity.value,
            "cause": self.sentence,
            "fix": self.fix,
        }


def pieced(source: str, pieces: Sequence[Piece]) -> str:
    """``source`` with every piece made; of two that overlap, the first in the text.

    >>> pieced("W += lr * dW", [Piece(1, 2, 1, 4, "-=")])
    'W -= lr * dW'
    """
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    parts, done = list[str](), 0
    for piece in sorted(set(pieces)):
        start = starts[piece.line - 1] + piece.column
        end = starts[piece.end_line - 1] + piece.end_column
        if start >= done:
            parts += [source[done:start], piece.text]
            done = end
    return "".join([*parts, source[done:]])


def by_lines(source: str, pieces: Sequence[Piece]) -> list[Edit]:
    """The same changes as whole lines, those of one line together.

    >>> by_lines("W += lr * dW", [Piece(1, 2, 1, 4, "-=")])
    [Edit(first=1, last=1, text='W -= lr * dW')]
    """
    groups: list[list[Piece]] = []
    for piece in sorted(set(pieces)):
        if groups and piece.line <= max(one.end_line for one in groups[-1]):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    lines, found = source.splitlines(), []
    for group in groups:
        first = group[0].line
        last = min(max(one.end_line for one in group), len(lines))
        before = "".join(f"{line}\n" for line in lines[: first - 1])
        upto = "\n".join(lines[:last])
        found.append(Edit(first, last, pieced(upto, group)[len(before) :]))
    return found


def reads_as(source: str, first: int, last: int, pieces: Sequence[Piece]) -> str | None:
    """Lines ``first`` to ``last`` as the pieces leave them; None if what comes out is no Python."""
    after = pieced(source, pieces)
    try:
        ast.parse(after)
    except SyntaxError:
        return None
    grown = len(after.splitlines()) - len(source.splitlines())
    return "\n".join(after.splitlines()[first - 1 : last + grown])
