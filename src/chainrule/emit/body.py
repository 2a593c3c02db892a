"""A program as the body of a function: its statements, with the reason above each gradient."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence

from chainrule.emit import layout, wrap
from chainrule.emit.loop_text import LoopText
from chainrule.emit.order import Entry, Order
from chainrule.emit.statements import Plan
from chainrule.emit.template import template
from chainrule.emit.wrap import comment
from chainrule.program import Line, Loop, Value

LONGEST_TARGET = 60
"""A longer left side leaves no room for the right one."""


def body(plan: Plan, *, without: Value | None = None) -> list[str]:
    """The statements of a plan, indented once; ``without`` is left to the return statement."""
    order = plan.order()
    return block(plan, order, order.entries(plan.program.items), without=without)


def block(
    plan: Plan,
    order: Order,
    entries: Sequence[Entry],
    depth: int = 1,
    *,
    without: Value | None = None,
    after: Mapping[Value, list[str]] | None = None,
) -> list[str]:
    """Statements and loops, each gradient under its reason; ``after`` are lines that follow a value's statement."""
    lines: list[str] = []
    said = ""
    for entry in entries:
        if entry is without:
            continue
        if isinstance(entry, Loop):
            lines += loop_lines(plan, order, entry, depth)
            said = ""
            continue
        written, why = statement(plan, entry, depth), plan.producer[entry].why
        if written and why and why != said:
            lines += comment(why, depth)
            said = why
        lines += written
        lines += (after or {}).get(entry, [])
    return lines


def statement(plan: Plan, value: Value, depth: int = 1) -> list[str]:
    """The statement of one value, or the few that it takes; none where its name already stands for it."""
    name, line = plan.name(value), plan.producer[value]
    if plan.buffers.adds_on(line, plan.name):
        return _added(plan, line, name, depth)
    if plan.templates[value].is_expression:
        node = plan.computed(value)
        same = isinstance(node, ast.Name) and node.id == name
        return [] if same else assigned(plan, name, node, depth)
    filled = plan.speller.fillings(line, name)
    lines: list[str] = []
    statements = plan.templates[value].statements(filled)
    for one in statements[1:] if plan.buffers.in_place(line, plan.name) else statements:
        if isinstance(one, ast.Assign):
            lines += _written(plan, one.targets[0], one.value, depth)
        elif isinstance(one, ast.For):
            lines += _repeated(plan, one, depth)
        else:
            text = ast.unparse(ast.fix_missing_locations(one))
            lines += wrap.statement(text, depth)
    return lines


def _repeated(plan: Plan, loop: ast.For, depth: int) -> list[str]:
    """A loop of a spelling, which counts with letters that nothing else is called by."""
    counted = {
        node.target.id: plan.names.letter(node.target.id)
        for node in ast.walk(loop)
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name)
    }
    renamed = copy.deepcopy(loop)
    for node in ast.walk(renamed):
        if isinstance(node, ast.Name):
            node.id = counted.get(node.id, node.id)
        elif isinstance(node, ast.For):
            node.body = [part for one in node.body for part in _short(plan, one)]
    text = ast.unparse(ast.fix_missing_locations(renamed))
    return layout.statement(renamed, depth) or [
        layout.INDENT * depth + line for line in text.splitlines()
    ]


def _short(plan: Plan, node: ast.stmt) -> list[ast.stmt]:
    """``x[…] += …``; what is too long for a line deep in loops gets names first."""
    match node:
        case ast.AugAssign(target=ast.Subscript() as target, op=op, value=value):
            if len(layout.flat(target)) + len(layout.flat(value)) <= LONGEST_TARGET:
                return [node]
            places = ast.Name(plan.names.letter("places"))
            part = ast.Name(plan.names.letter("part"))
            return [
                ast.Assign([places], _as_value(target.slice)),
                ast.Assign([part], value),
                ast.AugAssign(ast.Subscript(target.value, places, ast.Store()), op, part),
            ]  # fmt: skip
        case _:
            return [node]


def _added(plan: Plan, line: Line, name: str, depth: int) -> list[str]:
    """``dW += …``, in as many lines as it needs."""
    _, node = plan.speller.fitted(line)
    laid = layout.broken(f"{name} += ", node, "", depth)
    if laid is not None:
        return laid
    part = plan.names.free(f"{name}_in_this_turn")
    return [
        *assigned(plan, part, node, depth),
        f"{layout.INDENT * depth}{name} += {part}",
    ]


def _written(plan: Plan, target: ast.expr, node: ast.expr, depth: int) -> list[str]:
    """``target = node``; a long index of the target gets a name first."""
    lines: list[str] = []
    if isinstance(target, ast.Subscript) and len(layout.flat(target)) > LONGEST_TARGET:
        places = plan.names.free("places")
        lines = assigned(plan, places, _as_value(target.slice), depth)
        target = ast.Subscript(target.value, ast.Name(places), ast.Store())
    return lines + assigned(plan, layout.flat(target), node, depth)


def _as_value(index: ast.expr) -> ast.expr:
    """An index that can stand outside of brackets: ``1:-1`` is ``slice(1, -1)``."""
    match index:
        case ast.Slice(lower=lower, upper=upper, step=step):
            if lower is upper is step is None:
                return template("slice(None)").filled({})
            parts = [one or ast.Constant(None) for one in (lower, upper, step)]
            return ast.Call(ast.Name("slice"), parts, [])
        case ast.Tuple(elts=items):
            return ast.Tuple([_as_value(item) for item in items], ast.Load())
        case _:
            return index


def assigned(plan: Plan, target: str, node: ast.expr, depth: int = 1) -> list[str]:
    """``target = node``; what is too long for that gives its parts names first."""
    lines: list[str] = []
    laid = layout.assignment(target, node, depth)
    while laid is None:
        part = _part(node)
        if part is None:
            return [*lines, *wrap.assignment(target, node, depth)]
        name = plan.names.free(_called(part))
        lines += assigned(plan, name, part, depth)
        node = _Replaced(part, ast.Name(name)).visit(copy.deepcopy(node))
        laid = layout.assignment(target, node, depth)
    return [*lines, *laid]


def loop_lines(plan: Plan, order: Order, loop: Loop, depth: int) -> list[str]:
    """A loop: what it starts from, its header, its turns, what is left of them."""
    text = LoopText(plan, loop, depth)
    entries = order.entries(loop.items, loop)
    body = block(plan, order, entries, depth + 1, after=text.after)
    lines = [
        line
        for value, node in text.starts
        for line in assigned(plan, value, node, depth)
    ]
    lines += [*text.lists, text.header, *text.first, *body]
    lines += text.last
    for target, node in text.hand_over:
        lines += assigned(plan, target, node, depth + 1)
    if not (text.first or body or text.last or text.hand_over):
        lines.append(f"{layout.INDENT * (depth + 1)}pass")
    for target, node in text.left:
        lines += assigned(plan, target, node, depth)
    return lines


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
