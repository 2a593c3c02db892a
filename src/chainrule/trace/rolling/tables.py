"""What the source calls whole numbers that a loop looks up: ``inputs`` where ``x[inputs[t]]`` is read, or ``for i in inputs``."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from functools import lru_cache

from chainrule.program import Line
from chainrule.trace.rolling.words import plural

TABLE = "table"
"""What numbers are called that have no name in the source."""

Place = tuple[int, int, int, int]


def table_of(reader: Line, position: int) -> tuple[str, bool]:
    """What the numbers are called that stand at ``position`` of the index of ``reader``, and whether that is a list's name."""
    place = reader.at
    if place is None:
        return TABLE, False
    reads = _subscripts(place.file, tuple(linecache.getlines(place.file)))
    found = reads.get((place.line, place.column, place.end_line, place.end_column))
    if found is None:
        return TABLE, False
    node, loops = found
    index = node.slice
    items = index.elts if isinstance(index, ast.Tuple) else [index]
    return _word(items[position], loops) if position < len(items) else (TABLE, False)


def _word(item: ast.expr, loops: tuple[ast.For, ...]) -> tuple[str, bool]:
    """The list that an index comes from: by its own name, or that of the loop that goes through it."""
    counters = {name for loop in loops for name in _names(loop.target)}
    match item:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=counter)):
            return (name, True) if counter in counters else (TABLE, False)
        case ast.Name(id=name):
            lists = (_list_of(name, loop.target, loop.iter) for loop in loops)
            found = next(filter(None, lists), None)
            return found or plural(name) or TABLE, found is not None
    return TABLE, False


def _list_of(name: str, target: ast.expr, source: ast.expr) -> str | None:
    """What ``name`` is an entry of: the list that its loop goes through, alone, beside others or counted."""
    match target, source:
        case ast.Name(id=found), ast.Name(id=called) if found == name:
            return called
        case ast.Tuple(elts=targets), ast.Call(ast.Name("zip"), args=sources):
            pairs = zip(targets, sources, strict=False)
        case ast.Tuple(elts=[_, one]), ast.Call(ast.Name("enumerate"), args=[of, *_]):
            pairs = zip([one], [of], strict=True)
        case _:
            return None
    return next(filter(None, (_list_of(name, one, of) for one, of in pairs)), None)


def _names(target: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


@lru_cache(maxsize=64)
def _subscripts(
    file: str, text: tuple[str, ...]
) -> dict[Place, tuple[ast.Subscript, tuple[ast.For, ...]]]:
    """What is read or written by index in a file, where it stands, with the loops around it, the inner ones first."""
    try:
        tree = ast.parse("".join(text), file)
    except (SyntaxError, ValueError):
        return {}
    found: dict[Place, tuple[ast.Subscript, tuple[ast.For, ...]]] = {}
    ahead: list[tuple[ast.AST, tuple[ast.For, ...]]] = [(tree, ())]
    while ahead:
        node, loops = ahead.pop()
        match node:
            case ast.Subscript():
                found[_place(node)] = node, loops
            case ast.Assign(targets=[ast.Subscript() as target]):
                found[_place(node)] = target, loops
            case ast.For():
                loops = (node, *loops)
        ahead += [(child, loops) for child in ast.iter_child_nodes(node)]
    return found


def _place(node: ast.expr | ast.stmt) -> Place:
    end_line, end_column = node.end_lineno or 0, node.end_col_offset or 0
    return node.lineno, node.col_offset, end_line, end_column
