"""The source of functions, each at its own place in its file, and of those they call."""

from __future__ import annotations

import ast
import builtins
import copy
import inspect
import linecache
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

LIBRARIES = tuple(
    str(Path(sysconfig.get_path(name)).resolve())
    for name in ("purelib", "platlib", "stdlib")
)


class NoSource(Exception):  # noqa: N818 - it says what happened
    """A function whose source cannot be read."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function's own syntax tree, without decorators, and the file it stands in."""

    name: str
    tree: ast.FunctionDef
    file: str
    function: FunctionType


def definition(function: Any) -> Definition:
    """Where and how a function is defined; a lambda is one that returns.

    Raises:
        NoSource: if it is not written in Python, or its file is gone.
    """
    inner = inspect.unwrap(function)
    if not isinstance(inner, FunctionType):
        message = f"{getattr(function, '__name__', function)} is not a function written in Python"
        raise NoSource(message)
    code = inner.__code__
    linecache.checkcache(code.co_filename)
    text = "".join(linecache.getlines(code.co_filename))
    found = _found(text, code) if text else None
    if found is None:
        message = f"the source of {inner.__name__} cannot be read"
        raise NoSource(message)
    return Definition(found.name, found, code.co_filename, inner)


def _found(text: str, code: CodeType) -> ast.FunctionDef | None:
    try:
        tree = _parsed(text)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) if (
                name == code.co_name and _first_line(node) == code.co_firstlineno
            ):
                bare = copy.copy(node)
                bare.decorator_list, bare.returns = [], None
                return bare
            case ast.Lambda(args=args) if (
                code.co_name == "<lambda>"
                and node.lineno == code.co_firstlineno
                and [one.arg for one in args.args]
                == list(code.co_varnames[: code.co_argcount])
                and _spans_fit(node, code)
            ):
                return _as_function(node)
    return None


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


def _as_function(node: ast.Lambda) -> ast.FunctionDef:
    (made,) = ast.parse("def _lambda(): pass").body
    if not isinstance(made, ast.FunctionDef):
        raise TypeError
    made.args = node.args
    made.body = [ast.copy_location(ast.Return(node.body), node.body)]
    return ast.copy_location(made, node)


def _spans_fit(node: ast.Lambda, code: CodeType) -> bool:
    """Whether a lambda's code lies where this one stands: two may share a line."""
    columns = [
        column
        for line, _, column, _ in code.co_positions()
        if line == node.body.lineno and column is not None and column > 0
    ]
    end = node.end_col_offset or 0
    if node.end_lineno != node.lineno:
        end = 1 << 20
    return all(node.col_offset <= column <= end for column in columns)


@lru_cache(maxsize=16)
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def scope_of(functions: Sequence[Callable[..., Any]]) -> dict[str, Any]:
    """Everything functions can name: the globals of each, and what it closes over."""
    scope: dict[str, Any] = {}
    for function in functions:
        inner = inspect.unwrap(function)
        scope.update(getattr(inner, "__globals__", {}))
    for function in functions:
        scope.update(_enclosed(inspect.unwrap(function)))
    return scope


def _enclosed(function: Any) -> Iterator[tuple[str, Any]]:
    code = getattr(function, "__code__", None)
    for name, cell in zip(
        code.co_freevars if code is not None else (),
        getattr(function, "__closure__", None) or (),
        strict=True,
    ):
        try:
            yield name, cell.cell_contents
        except ValueError:
            # a name that is bound later: a function that calls itself
            continue


def called_by(
    definitions: Sequence[Definition], scope: dict[str, Any]
) -> list[Definition]:
    """The user's own functions that these call, and those that they call; ``scope`` gains their names."""
    found: dict[str, Definition] = {}
    ahead = list(definitions)
    known = {one.function for one in definitions}
    while ahead:
        one = ahead.pop()
        for name in _names(one.tree):
            named = scope.get(name)
            inner = inspect.unwrap(named) if callable(named) else None
            if (
                not isinstance(inner, FunctionType)
                or inner in known
                or inner.__code__.co_filename.startswith((*LIBRARIES, "<frozen"))
            ):
                continue
            known.add(inner)
            try:
                helper = definition(inner)
            except NoSource:
                continue
            for more, held in scope_of([inner]).items():
                scope.setdefault(more, held)
            found[name] = Definition(name, helper.tree, helper.file, inner)
            ahead.append(found[name])
    return list(found.values())


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not hasattr(builtins, node.id):
            yield node.id
