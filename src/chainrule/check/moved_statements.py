"""The user's own lines in other places: an update put below what still reads the old weight, or that put above it."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from chainrule.check.edits import Edit
from chainrule.program.source_places import line_in


@dataclass(frozen=True, slots=True)
class Move:
    """Edits that leave every statement as it is but for its place, and what they do, in words."""

    advice: str
    edits: tuple[Edit, ...]


def put_later(
    file: str, suite: Sequence[ast.stmt], update: ast.stmt, readers: Collection[int]
) -> Move | None:
    """An update of a suite put below the last of the lines ``readers``, which read the new weight.

    Where that line returns what it computes, its value is computed above the update instead. None where
    neither leaves all other lines what they are.
    """
    here = next(i for i, one in enumerate(suite) if one.lineno == update.lineno)
    places = [
        i
        for i in range(here + 1, len(suite))
        if not _lines(suite[i]).isdisjoint(readers)
    ]
    if not places or not _lines(*(suite[i] for i in places)).issuperset(readers):
        return None
    crossed = suite[here + 1 : places[-1] + 1]
    if isinstance(crossed[-1], ast.Return):
        return _ahead(file, update, crossed) if len(places) == 1 else None
    if _stored(crossed) & _loaded([update]):
        return _earlier_use(file, update, crossed) if len(places) == 1 else None
    return _below(file, update, crossed[-1])


def _below(file: str, update: ast.stmt, last: ast.stmt) -> Move:
    first, end = update.lineno, update.end_lineno or update.lineno
    below = last.end_lineno or last.lineno
    text = text_of(file, first, end)
    return Move(
        f"move {_said(text)} from {line_in(file, first)} to below {line_in(file, below)}",
        (Edit(first, end, ""), Edit(below + 1, below, text)),
    )


def _earlier_use(
    file: str, update: ast.stmt, crossed: Sequence[ast.stmt]
) -> Move | None:
    """The one line that reads the weight, moved above the update."""
    use, between = crossed[-1], [update, *crossed[:-1]]
    weight = _stored([update])
    others = _stored(crossed[:-1])
    if others & (_loaded([use]) | _stored([use])) or _stored([use]) & _loaded(between):
        return None
    if not weight & _loaded([use]):
        return None
    first, end = use.lineno, use.end_lineno or use.lineno
    text = text_of(file, first, end)
    return Move(
        f"move {_said(text)} from {line_in(file, first)} to above {line_in(file, update.lineno)}",
        (Edit(first, end, ""), Edit(update.lineno, update.lineno - 1, text)),
    )


def _ahead(file: str, update: ast.stmt, crossed: Sequence[ast.stmt]) -> Move | None:
    """What is returned, computed above the update under a name of its own."""
    last = crossed[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    if _stored(crossed[:-1]) & _loaded([last]):
        return None
    first, end = last.lineno, last.end_lineno or last.lineno
    text = text_of(file, first, end)
    indent = text[: len(text) - len(text.lstrip())]
    taken = _loaded([update, *crossed]) | _stored([update, *crossed])
    name = next(one for one in ("dx", "dinput", "to_return") if one not in taken)
    value = text.lstrip().removeprefix("return").strip()
    return Move(
        f"compute {_said(value)} above {line_in(file, update.lineno)}, and return that",
        (
            Edit(update.lineno, update.lineno - 1, f"{indent}{name} = {value}"),
            Edit(first, end, f"{indent}return {name}"),
        ),
    )


def _lines(*statements: ast.stmt) -> set[int]:
    return {
        line
        for one in statements
        for line in range(one.lineno, (one.end_lineno or one.lineno) + 1)
    }


def _stored(statements: Sequence[ast.stmt]) -> set[str]:
    """What is bound: names, items and attributes as they are written."""
    return {
        ast.unparse(node)
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name | ast.Subscript | ast.Attribute)
        and isinstance(node.ctx, ast.Store)
    }


def _loaded(statements: Sequence[ast.stmt]) -> set[str]:
    augmented = {
        ast.unparse(node.target)
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.AugAssign)
    }
    return augmented | {
        ast.unparse(node)
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name | ast.Subscript | ast.Attribute)
        and isinstance(node.ctx, ast.Load)
    }


def text_of(file: str, first: int, last: int) -> str:
    """Some lines of a file."""
    return "".join(linecache.getline(file, i) for i in range(first, last + 1)).rstrip(
        "\n"
    )


def _said(text: str) -> str:
    """A statement on one line, without its comment."""
    return " ".join(ast.unparse(ast.parse(text.strip())).split())
