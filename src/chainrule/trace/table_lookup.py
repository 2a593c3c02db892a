"""Plain tables indexed by traced labels: ``np.eye(3)[y]``, which NumPy answers without asking the labels.

An array that is not traced sees its index only as numbers, so the lookup would be baked in. A function that does
this is compiled once more with every ``A[i]`` as a call, at the same lines and columns, and called instead.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace.traced import Traced
from chainrule.trace.tracing import Tracing

LOOKUP = "__chainrule_lookup__"


def with_lookups(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """``function`` with its lookups as calls of ``LOOKUP``; None where its source is not to be had."""
    if not isinstance(function, FunctionType):
        return None
    code = function.__code__
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    found = [node for node in ast.walk(tree) if _is_source(node, code)]
    if len(found) != 1:
        return None
    compiled = _compiled(found[0], code)
    if compiled is None or set(compiled.co_freevars) != set(code.co_freevars):
        return None
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
    again = FunctionType(
        compiled,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        tuple(cells[name] for name in compiled.co_freevars),
    )
    again.__kwdefaults__ = function.__kwdefaults__
    return again


def _is_source(node: ast.AST, code: CodeType) -> bool:
    match node:
        case ast.FunctionDef(name=name, decorator_list=decorators):
            first = min([node.lineno, *(one.lineno for one in decorators)])
            return name == code.co_name and first == code.co_firstlineno
        case ast.Lambda():
            return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
        case _:
            return False


def _compiled(node: ast.AST, code: CodeType) -> CodeType | None:
    """The code of a function or lambda, with its free variables free again."""
    changed = _Lookups().visit(node)
    if isinstance(changed, ast.FunctionDef):
        changed.decorator_list = []
        body: list[ast.stmt] = [changed]
    else:
        body = [ast.Expr(changed)]
    around = ast.parse(f"def around({', '.join(code.co_freevars)}): pass").body[0]
    if not isinstance(around, ast.FunctionDef):
        return None
    around.body = body
    module = ast.fix_missing_locations(ast.Module([around], []))
    whole = compile(module, code.co_filename, "exec", dont_inherit=True)
    return next((one for one in _codes(whole) if one.co_name == code.co_name), None)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code objects inside a code object, outer ones first."""
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield constant
            yield from _codes(constant)


class _Lookups(ast.NodeTransformer):
    """``A[i]``, read and without slices, becomes ``lookup(A, i)``."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        sliced = any(isinstance(inner, ast.Slice) for inner in ast.walk(node.slice))
        if not isinstance(node.ctx, ast.Load) or sliced:
            return node
        name = ast.copy_location(ast.Name(LOOKUP, ast.Load()), node)
        return ast.copy_location(ast.Call(name, [node.value, node.slice], []), node)


def lookup(table: Any, index: Any) -> Any:
    """``table[index]``, recorded where a plain table is indexed by traced labels."""
    places = index if isinstance(index, tuple) else (index,)
    labels = [place for place in places if isinstance(place, Traced) and place.ndim]
    if not labels or not isinstance(table, np.ndarray):
        return table[index]
    return labels[0].tracer.unbound(lambda tracer: _held(tracer, table))[index]


def _held(tracer: Tracing, table: Any) -> Any:
    """A table as a line of the program, by its own name or as the one-hot rows it is."""
    if _is_identity(table):
        params = {"n": len(table), "dtype": table.dtype.name}
        return tracer.record(ops.eye, (), params)
    return tracer.lift(tracer.lower(table))


def _is_identity(table: np.ndarray[Any, Any]) -> bool:
    """Whether a table turns a label into a one-hot row."""
    square = table.ndim == 2 and table.shape[0] == table.shape[1] > 0
    return (
        square and table.dtype.kind == "f" and bool((table == np.eye(len(table))).all())
    )
