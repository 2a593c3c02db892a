"""An update that comes too early: put where the old weight is no longer needed, or the old weight kept as a copy."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chainrule import ops
from chainrule.check.edits import Edit
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.sites import Sites
from chainrule.check.steps.slots import Update
from chainrule.program import Value


@dataclass(frozen=True, slots=True)
class Move:
    """Edits that leave every statement as it is but for its place, and what they do, in words."""

    advice: str
    edits: tuple[Edit, ...]


def later_update(evidence: Evidence, sites: Sites, update: Update) -> Move | None:
    """The update put below the last line on the way to a gradient that reads the weight.

    Where that line returns what it computes, its value is computed above the update instead. None where
    neither leaves all other lines what they are.
    """
    place = evidence.tape.at[update.after]
    made = sites.of_place.get(place)
    if made is None or made.statement.node is None:
        return None
    file, statement = made.statement.file, made.statement.node
    suite = sites.trees.suite(file, statement)
    if suite is None:
        return None
    here = suite.index(statement)
    readers = set(_readers(evidence, sites, place))
    places = [i for i in range(here + 1, len(suite)) if _lines(suite[i]) & readers]
    if not places or readers - set().union(*(_lines(suite[i]) for i in places)):
        return None
    crossed = suite[here + 1 : places[-1] + 1]
    if isinstance(crossed[-1], ast.Return):
        return _ahead(file, statement, crossed) if len(places) == 1 else None
    if _stored(crossed) & _loaded([statement]):
        return _earlier_use(file, statement, crossed) if len(places) == 1 else None
    return _below(file, statement, crossed[-1])


def copied(evidence: Evidence, sites: Sites, item: object) -> Move | None:
    """What a name showed before the update, kept: a copy where only a view was taken."""
    recording = evidence.recording
    line = recording.producer.get(item) if isinstance(item, Value) else None
    while line is not None and line.op is ops.identity:
        (named,) = line.reads()
        line = recording.producer.get(named)
    key = None if line is None else recording.place(line.result)
    if not isinstance(key, tuple):
        return None
    file, node = key[0], sites.trees.node(*key)
    if (
        not isinstance(node, ast.Subscript | ast.Attribute)
        or node.end_col_offset is None
    ):
        return None
    number = node.end_lineno or node.lineno
    text = _text(file, number, number).encode()
    end = node.end_col_offset
    new = (text[:end] + b".copy()" + text[end:]).decode()
    return Move(
        f"{ast.unparse(node)} is a view; in line {number}, write {new.strip()}",
        (Edit(number, number, new),),
    )


def _below(file: str, update: ast.stmt, last: ast.stmt) -> Move:
    first, end = update.lineno, update.end_lineno or update.lineno
    below = last.end_lineno or last.lineno
    text = _text(file, first, end)
    return Move(
        f"move {_said(text)} from line {first} to below line {below}",
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
        f"move {_said(text)} from line {first} to above line {update.lineno}",
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
        f"compute {_said(value)} above line {update.lineno}, and return that",
        (
            Edit(update.lineno, update.lineno - 1, f"{indent}{name} = {value}"),
            Edit(first, end, f"{indent}return {name}"),
        ),
    )


def _readers(evidence: Evidence, sites: Sites, after: int) -> Iterator[int]:
    """The lines of statements that read the new weight and are on the way to a gradient."""
    goals = [evidence.tape.at[update.after] for update in evidence.updates]
    behind = evidence.tape.upstream(goals)
    for reader in evidence.tape.readers[after]:
        site = sites.of_place.get(reader)
        if reader in behind and site is not None and site.statement.node is not None:
            yield site.statement.node.lineno


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
