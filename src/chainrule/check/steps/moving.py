"""An update that comes too early: put where the old weight is no longer needed, or the old weight kept as a copy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule import ops
from chainrule.check.edits import Edit
from chainrule.check.moved_statements import Move, put_later, text_of
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.sites import Sites
from chainrule.check.steps.slots import Update
from chainrule.program import Value
from chainrule.program.source_places import line_in


def later_update(evidence: Evidence, sites: Sites, update: Update) -> Move | None:
    """The update put below the last line on the way to a gradient that reads the weight."""
    place = evidence.tape.at[update.after]
    made = sites.of_place.get(place)
    if made is None or made.statement.node is None:
        return None
    file, statement = made.statement.file, made.statement.node
    suite = sites.trees.suite(file, statement)
    if suite is None:
        return None
    return put_later(file, suite, statement, set(_readers(evidence, sites, place)))


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
    text = text_of(file, number, number).encode()
    end = node.end_col_offset
    new = (text[:end] + b".copy()" + text[end:]).decode()
    return Move(
        f"{ast.unparse(node)} is a view; in {line_in(file, number)}, write {new.strip()}",
        (Edit(number, number, new),),
    )


def _readers(evidence: Evidence, sites: Sites, after: int) -> Iterator[int]:
    """The lines of statements that read the new weight and are on the way to a gradient."""
    goals = [evidence.tape.at[update.after] for update in evidence.updates]
    behind = evidence.tape.upstream(goals)
    for reader in evidence.tape.readers[after]:
        site = sites.of_place.get(reader)
        if reader in behind and site is not None and site.statement.node is not None:
            yield site.statement.node.lineno
