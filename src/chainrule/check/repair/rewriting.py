"""A correction in the user's own text: everything else stays as it was written."""

from __future__ import annotations

import ast
import linecache
import textwrap
from collections.abc import Sequence

from chainrule.check.slips import Change
from chainrule.check.spelled import text_of
from chainrule.check.suspect import Suspect
from chainrule.check.trees import same, with_pieces
from chainrule.trace.source import span_of


def rewritten(suspect: Suspect, changes: Sequence[Change]) -> str | None:
    """The statement with the changes in its text, everything else as the user wrote it."""
    statement = suspect.execution.site.statement
    file = suspect.study.script.file
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    lines = [
        linecache.getline(file, number).rstrip("\n")
        for number in range(first, last + 1)
    ]
    encoded = "\n".join(lines).encode()
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    pieces = []
    for change in changes:
        row, column, end_row, end_column = span_of(change.old)
        pieces.append(
            (
                starts[row - first] + column,
                starts[end_row - first] + end_column,
                change,
            )
        )
    goal = suspect.root
    for change in changes:
        goal = swapped(goal, change.old, change.new) or goal
    for manner in ("instead of the brackets", "plain", "in brackets"):
        text, fits = encoded, True
        for start, end, change in sorted(pieces, key=lambda one: -one[0]):
            new = text_of(change.new)
            if manner == "in brackets":
                new = f"({new})"
            elif manner != "plain":
                if (
                    text[start - 1 : start] + text[end : end + 1] != b"()"
                    or text[start - 2 : start - 1].isalnum()
                ):
                    fits = False
                    break
                start, end = start - 1, end + 1  # noqa: PLW2901 - the piece with its brackets
            text = text[:start] + new.encode() + text[end:]
        result = text.decode()
        if fits and _means(result, suspect, goal):
            return result
    return None


def _means(text: str, suspect: Suspect, goal: ast.expr) -> bool:
    """Whether the new statement is the old one with the changed expression in it."""
    site = suspect.execution.site
    try:
        (statement,) = ast.parse(_dedented(text)).body
        new = ast.parse(text_of(goal), mode="eval").body
    except (SyntaxError, ValueError):
        return False
    inner = next(
        (
            node
            for node in ast.walk(site.statement)
            if isinstance(node, ast.expr)
            and span_of(node) == site.span
            and type(node) is type(site.expression)
        ),
        None,
    )
    if inner is None:
        return False
    return same(with_pieces(site.statement, {inner: new}), statement)


def _dedented(text: str) -> str:
    body = textwrap.dedent(text)
    return f"{body} pass" if body.rstrip().endswith(":") else body


def swapped(root: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr | None:
    """``root`` with ``old`` replaced; None if it is not in there."""
    return (
        with_pieces(root, {old: new})
        if any(node is old for node in ast.walk(root))
        else None
    )
