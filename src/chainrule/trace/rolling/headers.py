"""The header that a loop has in the source: where it stands, and what counts its turns."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chainrule.program import Item, SourceSpan
from chainrule.program.loop import lines_of, loops_of
from chainrule.trace.source import Span


@dataclass(frozen=True, slots=True)
class Header:
    """``for t in range(T):``, and the places of what it repeats."""

    at: SourceSpan
    counter: str | None
    body: Span

    def around(self, place: SourceSpan) -> bool:
        """Whether a place is inside of the loop's body."""
        begin, end = (place.line, place.column), (place.end_line, place.end_column)
        return self.body[:2] <= begin and end <= self.body[2:]


def header(items: Sequence[Item]) -> Header | None:
    """The innermost loop of the source that repeats all of ``items``, and is not the header of a loop among them."""
    taken = {item.at for item in loops_of(items)}
    paths = [line.places for line in lines_of(items) if line.places]
    if not paths or not all(paths):
        return None
    # the turns are taken in the innermost frame that has a loop around all lines
    for back in range(min(map(len, paths)), 0, -1):
        places = [path[-back] for path in paths]
        file = places[0].file
        if any(place.file != file for place in places):
            continue
        text = tuple(linecache.getlines(file))
        found = [
            one
            for one in _headers(file, text)
            if one.at not in taken and all(map(one.around, places))
        ]
        if found:
            return max(found, key=lambda one: one.body[:2])
    return None


@lru_cache(maxsize=64)
def _headers(file: str, text: tuple[str, ...]) -> tuple[Header, ...]:
    """Every loop of a file."""
    try:
        tree = ast.parse("".join(text), file)
    except SyntaxError:
        return ()
    return tuple(one for node in ast.walk(tree) for one in _of(node, file))


def _of(node: ast.AST, file: str) -> Iterator[Header]:
    match node:
        case ast.For(target=target, iter=source, body=[first, *_]):
            last = node.body[-1]
            body = (*_begin(first), *_end(last))
            yield Header(_span(target, source, file), _counted(target, source), body)
        case ast.While(test=test, body=[first, *_]):
            body = (*_begin(first), *_end(node.body[-1]))
            yield Header(_span(test, test, file), None, body)
        case (
            ast.ListComp(elt=element, generators=generators)
            | ast.GeneratorExp(elt=element, generators=generators)
            | ast.SetComp(elt=element, generators=generators)
        ):
            for one in generators:
                body = (*_begin(element), *_end(element))
                name = _counted(one.target, one.iter)
                yield Header(_span(one.target, one.iter, file), name, body)


def _begin(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


def _span(first: ast.AST, last: ast.AST, file: str) -> SourceSpan:
    line, column = _begin(first)
    return SourceSpan(file, line, column, *_end(last))


def _counted(target: ast.expr, source: ast.expr) -> str | None:
    """The name that counts: ``t`` of ``for t in range(T)`` and of ``for t, x in enumerate(xs)``."""
    match target, source:
        case ast.Name(id=name), _ if "range(" in ast.unparse(source):
            return name
        case ast.Tuple(elts=[ast.Name(id=name), _]), _ if ast.unparse(
            source
        ).startswith("enumerate("):
            return name
        case _:
            return None
