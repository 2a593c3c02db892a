"""Where an operation stands in the user's source, and the name it is bound to there."""

from __future__ import annotations

import ast
import dis
import linecache
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

from chainrule.program import SourceSpan
from chainrule.trace.instrument.code import is_library

HERE = str(Path(__file__).parent.parent)
LIBRARY = (HERE, str(Path(np.__file__).parent))
"""What is no code of the user's: this library and NumPy."""
Span = tuple[int, int, int, int]
RETURNED = object()


@dataclass(frozen=True, slots=True)
class Binding:
    """A target of an assignment: a name, or a name with an index that is known only while running."""

    name: str
    index: ast.expr | None = None

    def resolve(self, frame: FrameType) -> str:
        """The name, with the index's value at the end: ``h[t]`` at t = 2 is ``h_2``."""
        if self.index is None:
            return self.name
        try:
            code = compile(ast.Expression(self.index), "<index>", "eval")
            value = eval(code, frame.f_globals, frame.f_locals)  # noqa: S307 - names and arithmetic only, see _plain
        except Exception:  # noqa: BLE001 - an index that cannot be read only costs the name its suffix
            return self.name
        suffix = str(value).replace("-", "m")
        return (
            f"{self.name}_{suffix}"
            if suffix.isidentifier() or suffix.isdigit()
            else self.name
        )


def user_frames(*, boundary: frozenset[CodeType]) -> Iterator[FrameType]:
    """The user's frames from the innermost out, up to where tracing began."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller's frame
    while frame is not None:
        code = frame.f_code
        # by what it is: a code's hash and its equality read all of its constants
        for one in boundary:
            if code is one:
                return
        if is_users(frame):
            yield frame
        frame = frame.f_back


def is_users(frame: FrameType) -> bool:
    """Whether a frame is at a line of the user's own, or of a library's other than NumPy."""
    return not frame.f_code.co_filename.startswith(LIBRARY)


@dataclass(eq=False, slots=True)
class _Known:
    """What has been found out of a code: its instructions, the span of each of them, and the places asked for."""

    code: CodeType
    instructions: bytes
    spans: tuple[Span | None, ...]
    places: dict[int, SourceSpan | None]


_KNOWN: dict[int, _Known] = {}
"""By what a code is: its own hash reads all of its constants, those of a long script each time."""
MOST_CODES = 4096


def _known(code: CodeType) -> _Known:
    found = _KNOWN.get(id(code))
    if found is None:
        if len(_KNOWN) >= MOST_CODES:
            _KNOWN.clear()
        found = _KNOWN[id(code)] = _Known(code, code.co_code, tuple(_spans(code)), {})
    return found


def _spans(code: CodeType) -> Iterator[Span | None]:
    for line, end_line, column, end_column in code.co_positions():
        if line is None or end_line is None or column is None or end_column is None:
            yield None
        else:
            yield line, column, end_line, end_column


def span(frame: FrameType) -> Span | None:
    """The source range of the instruction a frame is at: lines, and columns in UTF-8 bytes."""
    return _known(frame.f_code).spans[frame.f_lasti // 2]


def place(frame: FrameType) -> SourceSpan | None:
    """Where a frame is, as lines and columns in characters."""
    known, instruction = _known(frame.f_code), frame.f_lasti
    if instruction not in known.places:
        known.places[instruction] = _place(known, instruction)
    return known.places[instruction]


def places(frames: Iterable[FrameType]) -> tuple[SourceSpan, ...]:
    """Where each frame is, those that are nowhere left out."""
    return tuple([one for one in map(place, frames) if one is not None])


def _place(known: _Known, instruction: int) -> SourceSpan | None:
    file, found = known.code.co_filename, known.spans[instruction // 2]
    if found is None:
        lines = known.code.co_lines()
        here = (line for start, end, line in lines if start <= instruction < end)
        number = next(here, None)
        return SourceSpan(file, number) if number else None
    line, column, end_line, end_column = found
    return SourceSpan(
        file,
        line,
        characters(file, line, column),
        end_line,
        characters(file, end_line, end_column),
    )


def written_as_operator(frame: FrameType) -> bool:
    """Whether a frame is at an arithmetic operator, rather than inside a function written in C."""
    instruction = _known(frame.f_code).instructions[frame.f_lasti]
    return dis.opname[instruction] in ("BINARY_OP", "UNARY_NEGATIVE")


def puts_into_text(frame: FrameType) -> bool:
    """Whether a frame is at ``%``: a number that is asked for there is put into a text."""
    at = (
        one for one in dis.get_instructions(frame.f_code) if one.offset == frame.f_lasti
    )
    return next(at).argrepr.rstrip("=") == "%"


def called(frame: FrameType) -> Any:
    """The function a frame is calling, where it is written as a plain or dotted name; else None."""
    found = span(frame)
    if found is None:
        return None
    text = (
        linecache.getline(frame.f_code.co_filename, found[0])
        .encode()[found[1] :]
        .decode(errors="ignore")
    )
    dotted = re.match(r"[\w.]+(?=\()", text)
    if dotted is None:
        return None
    first, *rest = dotted.group().split(".")
    item = frame.f_locals.get(first, frame.f_globals.get(first))
    for name in rest:
        item = getattr(item, name, None)
    return item


def characters(file: str, line: int, column: int) -> int:
    """A column counted in bytes of UTF-8, in characters."""
    text = linecache.getline(file, line)
    if text.isascii():
        return column
    return len(text.encode()[:column].decode(errors="ignore"))


def bound_name(frames: Iterator[FrameType]) -> str | None:
    """The user's name for what is being computed: its assignment's target, through returns to the caller."""
    for frame in frames:
        where = span(frame)
        if where is None:
            return None
        binding = bindings(frame.f_code.co_filename).get(where)
        if isinstance(binding, Binding):
            return binding.resolve(frame)
        if binding is not RETURNED:
            return None
    return None


def bindings(file: str) -> dict[Span, Any]:
    """For every expression of a file that is bound or returned: its target, or RETURNED."""
    return _bindings(file, tuple(linecache.getlines(file)))


@lru_cache(maxsize=256)
def _bindings(file: str, lines: tuple[str, ...]) -> dict[Span, Any]:
    found: dict[Span, Any] = {}
    try:
        tree = ast.parse("".join(lines), file)
    except SyntaxError:
        return found
    for node in ast.walk(tree):
        for expression, target in _bound(node):
            for tail in _tails(expression):
                found.setdefault(span_of(tail), target)
    return found


def _bound(node: ast.AST) -> Iterator[tuple[ast.expr, Any]]:
    match node:
        case ast.Assign(targets=[target, *_], value=value):
            yield from _pairs(target, value)
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            yield from _pairs(target, value)
        case ast.AugAssign(target=target):
            # the instruction of `W -= step` spans the whole statement
            binding = _binding(target)
            if binding is not None:
                yield ast.copy_location(ast.Constant(None), node), binding
        case ast.Return(value=ast.expr() as value) | ast.Lambda(body=value):
            yield value, RETURNED
        case _:
            pass


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, Any]]:
    match target, value:
        case (
            (ast.Tuple(elts=targets) | ast.List(elts=targets)),
            (ast.Tuple(elts=values) | ast.List(elts=values)),
        ):
            if len(targets) == len(values):
                for one_target, one_value in zip(targets, values, strict=True):
                    yield from _pairs(one_target, one_value)
        case _, ast.Dict(keys=keys, values=values):
            for key, item in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield item, Binding(key.value)
        case ast.Name(id=name), (ast.List(elts=values) | ast.Tuple(elts=values)):
            for position, item in enumerate(values):
                yield item, Binding(f"{name}_{position}")
        case _:
            binding = _binding(target)
            if binding is not None:
                yield value, binding


def _binding(target: ast.expr) -> Binding | None:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return Binding(name)
        case ast.Subscript(slice=ast.Constant(value=str() as key)):
            return Binding(key)
        case ast.Subscript(
            value=ast.Name(id=name) | ast.Attribute(attr=name), slice=index
        ):
            return Binding(name, index if _plain(index) else None)
        case _:
            return None


def _plain(index: ast.expr) -> bool:
    """Whether evaluating an index again can have no effect: names, numbers and arithmetic on them."""
    allowed = (
        ast.Name,
        ast.Constant,
        ast.BinOp,
        ast.UnaryOp,
        ast.operator,
        ast.unaryop,
        ast.Load,
    )
    return all(isinstance(node, allowed) for node in ast.walk(index))


def _tails(expression: ast.expr) -> Iterator[ast.expr]:
    """The expressions whose value may be the value of ``expression``."""
    match expression:
        case ast.IfExp(body=body, orelse=orelse):
            yield from _tails(body)
            yield from _tails(orelse)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _tails(value)
        case ast.NamedExpr(value=value):
            yield from _tails(value)
        case _:
            yield expression


def span_of(node: ast.expr | ast.stmt) -> Span:
    """Where a node stands."""
    return (
        node.lineno,
        node.col_offset,
        node.end_lineno or node.lineno,
        node.end_col_offset or 0,
    )


def name_in(frames: Iterable[FrameType], item: Any) -> str | None:
    """The name by which the user's frames, the innermost first, know an object."""
    for frame in frames:
        if is_library(frame.f_code.co_filename):
            continue
        for scope in (frame.f_locals, frame.f_globals):
            for name, held in scope.items():
                if held is item:
                    return name
    return None
