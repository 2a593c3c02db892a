"""A program as the body of a function: its statements, with the reason above each gradient."""

from __future__ import annotations

import ast
import copy
import textwrap
import unicodedata

from chainrule.emit import layout, wrap
from chainrule.emit.order import ordered
from chainrule.emit.statements import Plan
from chainrule.program import Value

LONGEST_TARGET = 60
"""A longer left side leaves no room for the right one."""


def body(plan: Plan, *, without: Value | None = None) -> list[str]:
    """The statements of a plan, indented once; ``without`` is left to the return statement."""
    lines: list[str] = []
    said = ""
    for value in ordered(plan):
        if value is without:
            continue
        why = plan.producer[value].why
        if why and why != said:
            lines += comment(why)
            said = why
        lines += statement(plan, value)
    return lines


def statement(plan: Plan, value: Value) -> list[str]:
    """The statement of one value, or the few that it takes."""
    name = plan.name(value)
    if plan.templates[value].is_expression:
        return _assigned(plan, name, plan.computed(value))
    filled = plan.speller.fillings(plan.producer[value], name)
    lines: list[str] = []
    for one in plan.templates[value].statements(filled):
        if isinstance(one, ast.Assign):
            lines += _written(plan, one.targets[0], one.value)
        else:
            lines += wrap.statement(ast.unparse(ast.fix_missing_locations(one)))
    return lines


def _written(plan: Plan, target: ast.expr, node: ast.expr) -> list[str]:
    """``target = node``; a long index of the target gets a name first."""
    lines: list[str] = []
    if isinstance(target, ast.Subscript) and len(layout.flat(target)) > LONGEST_TARGET:
        places = plan.names.free("places")
        lines = _assigned(plan, places, _as_value(target.slice))
        target = ast.Subscript(target.value, ast.Name(places), ast.Store())
    return lines + _assigned(plan, layout.flat(target), node)


def _as_value(index: ast.expr) -> ast.expr:
    """An index that can stand outside of brackets: ``1:-1`` is ``slice(1, -1)``."""
    match index:
        case ast.Slice(lower=lower, upper=upper, step=step):
            parts = [one or ast.Constant(None) for one in (lower, upper, step)]
            return ast.Call(ast.Name("slice"), parts, [])
        case ast.Tuple(elts=items):
            return ast.Tuple([_as_value(item) for item in items], ast.Load())
        case _:
            return index


def _assigned(plan: Plan, target: str, node: ast.expr) -> list[str]:
    """``target = node``; what is too long for that gives its parts names first."""
    lines: list[str] = []
    laid = layout.assignment(target, node)
    while laid is None:
        part = _part(node)
        if part is None:
            return [*lines, *wrap.assignment(target, node)]
        name = plan.names.free(_called(part))
        lines += _assigned(plan, name, part)
        node = _Replaced(part, ast.Name(name)).visit(copy.deepcopy(node))
        laid = layout.assignment(target, node)
    return [*lines, *laid]


class _Replaced(ast.NodeTransformer):
    """A tree with every occurrence of one part replaced by a name."""

    def __init__(self, part: ast.expr, name: ast.Name) -> None:
        self.text = ast.dump(part)
        self.name = name

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if ast.dump(node) == self.text:
            return self.name
        return super().generic_visit(node)


def _part(node: ast.expr) -> ast.expr | None:
    """The part of an expression whose removal leaves two pieces nearest in length."""
    whole = len(layout.flat(node))
    parts = [
        inner
        for inner in ast.walk(node)
        if inner is not node and isinstance(inner, ast.BinOp | ast.Call | ast.Compare)
    ]
    lengths = [len(layout.flat(part)) for part in parts]
    balance = [max(length, whole - length) for length in lengths]
    return parts[balance.index(min(balance))] if parts else None


def _called(part: ast.expr) -> str:
    """A word for a part that no value of the program stands for."""
    match part:
        case ast.Call(func=ast.Attribute(attr=function)):
            return {"sqrt": "root", "sum": "total", "exp": "exponential"}.get(
                function, function
            )
        case ast.BinOp(op=ast.Add()):
            return "total"
        case ast.BinOp(op=ast.Sub()):
            return "difference"
        case ast.BinOp(op=ast.Div()):
            return "ratio"
        case ast.BinOp(op=ast.MatMult()):
            return "product"
        case ast.Compare():
            return "mask"
        case _:
            return "scaled"


def comment(why: str, depth: int = 1) -> list[str]:
    """A reason as a comment, wrapped; whatever it holds, it stays a comment."""
    clean = "".join(
        " " if unicodedata.category(sign)[0] in "CZ" else sign for sign in why
    )
    margin = f"{layout.INDENT * depth}# "
    return textwrap.wrap(
        " ".join(clean.split()),
        layout.WIDTH,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=True,
        break_on_hyphens=False,
    )
