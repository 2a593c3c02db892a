"""An update that comes too early, put where the old weight is no longer needed: the user's own lines, moved."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chainrule.check.edits import Edit
from chainrule.check.study import Study
from chainrule.program import Value
from chainrule.program.source_places import line_in
from chainrule.trace.statements.watch import Execution


@dataclass(frozen=True, slots=True)
class Move:
    """Edits that leave every statement as it is but for its place, and what they do, in words."""

    advice: str
    edits: tuple[Edit, ...]


def later_update(study: Study, after: Value, finals: Sequence[Value]) -> Move | None:
    """The update that made ``after`` put below the last line on the way to a gradient that reads the weight.

    Where that line returns what it computes, its value is computed above the update instead. None where
    neither leaves all other lines what they are.
    """
    made = next(
        (e for e in study.executions if any(item is after for _, item in e.results)),
        None,
    )
    if made is None:
        return None
    update = made.site.statement
    suite = _suite(study.tree, update)
    if suite is None:
        return None
    here = next(i for i, one in enumerate(suite) if one.lineno == update.lineno)
    readers = set(_readers(study, after, finals))
    places = [i for i in range(here + 1, len(suite)) if _lines(suite[i]) & readers]
    if not places or readers - set().union(*(_lines(suite[i]) for i in places)):
        return None
    file = study.script.file
    crossed = suite[here + 1 : places[-1] + 1]
    if isinstance(crossed[-1], ast.Return):
        return _ahead(file, update, crossed) if len(places) == 1 else None
    if _stored(crossed) & _loaded([update]):
        return _earlier_use(file, update, crossed) if len(places) == 1 else None
    return _below(file, update, crossed[-1])


def _below(file: str, update: ast.stmt, last: ast.stmt) -> Move:
    first, end = update.lineno, update.end_lineno or update.lineno
    below = last.end_lineno or last.lineno
    text = _text(file, first, end)
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
    text = _text(file, first, end)
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
    text = _text(file, first, end)
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


def _readers(study: Study, after: Value, finals: Sequence[Value]) -> Iterator[int]:
    """The lines of statements that read the new weight and are on the way to a gradient."""
    behind = frozenset().union(*(study.cone(value) for value in finals))
    for one in study.executions:
        if any(item is after for _, item in one.results):
            continue
        if _reads(one, after) and any(item in behind for _, item in one.results):
            yield one.site.statement.lineno


def _reads(execution: Execution, value: Value) -> bool:
    return any(seen.item is value for seen in execution.seen)


def _suite(tree: ast.Module, statement: ast.stmt) -> list[ast.stmt] | None:
    """The statements among which one stands."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            suite = getattr(node, name, None)
            if isinstance(suite, list) and any(
                isinstance(one, ast.stmt)
                and (one.lineno, one.col_offset)
                == (statement.lineno, statement.col_offset)
                for one in suite
            ):
                return suite
    return None


def _lines(statement: ast.stmt) -> set[int]:
    return set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))


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


def _text(file: str, first: int, last: int) -> str:
    return "".join(linecache.getline(file, i) for i in range(first, last + 1)).rstrip(
        "\n"
    )


def _said(text: str) -> str:
    """A statement on one line, without its comment."""
    return " ".join(ast.unparse(ast.parse(text.strip())).split())
