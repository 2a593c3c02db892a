"""An update that comes too early, put where the old weight is no longer needed: the user's own lines, moved."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from chainrule.check.moved_statements import Move, put_later
from chainrule.check.study import Study
from chainrule.program import Value
from chainrule.trace.statements.watch import Execution


def later_update(study: Study, after: Value, finals: Sequence[Value]) -> Move | None:
    """The update that made ``after`` put below the last line on the way to a gradient that reads the weight."""
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
    readers = set(_readers(study, after, finals))
    return put_later(study.script.file, suite, update, readers)


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
