"""Every one-operator edit of a backward pass: of Python's syntax tree, knowing nothing of gradients."""

import ast
import builtins
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import cases
import numpy as np
from proof import Proof, measure

SIGNS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.MatMult: "@",
    ast.Pow: "**",
}
FLIPPED = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.MatMult: "*",
}
KIND_OF_FLIP = {"+": "sign", "-": "sign", "/": "factor", "*": "factor"}


@dataclass(frozen=True)
class Edit:
    """Text put in place of a stretch of the source, and the statement it stands in."""

    kind: str
    start: int
    end: int
    text: str
    lines: tuple[int, ...]


class Script:
    """A source text with its tree, in which nodes are found as stretches of text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = ast.parse(source)
        # columns of the tree count bytes
        self.rows = [len(row) for row in source.encode().splitlines(keepends=True)]
        self.raw = source.encode()

    def offset(self, line: int, column: int) -> int:
        return sum(self.rows[: line - 1]) + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno, node.end_col_offset),
        )

    def text(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.raw[start:end].decode()

    def edited(self, edit: Edit) -> str:
        changed = self.raw[: edit.start] + edit.text.encode() + self.raw[edit.end :]
        return changed.decode()


# --- where the backward pass stands


def blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body:
                yield body


def region(script: Script, proof: Proof) -> list[list[ast.stmt]]:
    """The backward pass as runs of statements that stand in one block each."""
    lines = script.source.splitlines()

    def begins(statement: ast.stmt, text: str) -> bool:
        return lines[statement.lineno - 1].strip().startswith(text)

    found = []
    for where in proof.backward:
        if isinstance(where, str):
            found += [
                node.body
                for node in ast.walk(script.tree)
                if isinstance(node, ast.FunctionDef) and node.name == where
            ]
            continue
        for body in blocks(script.tree):
            first = next((k for k, one in enumerate(body) if begins(one, where[0])), -1)
            if first >= 0:
                rest = range(first, len(body))
                last = next((k for k in rest if begins(body[k], where[1])), None)
                if last is not None:
                    found.append(body[first : last + 1])
                    break
        else:
            raise LookupError(f"{proof.name}: no statements from {where}")
    if not found:
        raise LookupError(f"{proof.name}: its backward pass is not said")
    return found


# --- the edits


@dataclass(frozen=True)
class Scope:
    """The names of one function as a run left them: what is an array of which shape."""

    shapes: dict[str, tuple]

    def others(self, name: str) -> list[str]:
        """The names that could stand for this one: of its type and shape."""
        mine = self.shapes.get(name)
        if mine is None:
            return []
        return [one for one, its in sorted(self.shapes.items()) if its == mine]

    def carries(self, kept: ast.expr, dropped: ast.expr) -> bool:
        """Whether the part that stays can stand for the whole: no bare number where an array was."""
        if isinstance(kept, ast.Constant):
            return False
        return not (self.is_number(kept) and not self.is_number(dropped))

    def is_number(self, node: ast.expr) -> bool:
        names = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
        return all(self.shapes.get(name, ("?",))[1:] == ((),) for name in names)


def scopes(case: cases.Case, source: str) -> dict[str, Scope]:
    """Every function of the script with the types and shapes of its names, from a run."""
    found: dict[str, dict[str, tuple]] = {}

    def look(frame, event, _):
        if event == "return" and frame.f_code.co_filename == str(case.path):
            here = found.setdefault(frame.f_code.co_name, {})
            for name, value in frame.f_locals.items():
                if isinstance(value, np.ndarray | np.generic | float | list):
                    here[name] = (isinstance(value, list), np_shape(value))

    sys.setprofile(look)
    try:
        measure(source, case.path, case.proof)
    finally:
        sys.setprofile(None)
    return {name: Scope(shapes) for name, shapes in found.items()}


def np_shape(value) -> tuple:
    try:
        return np.shape(value)
    except ValueError:  # a list of arrays of several shapes
        return (len(value), "ragged")


def edits_of(script: Script, case: cases.Case) -> list[Edit]:
    """Every one-operator edit of the backward pass."""
    known = scopes(case, script.source)
    functions = [n for n in ast.walk(script.tree) if isinstance(n, ast.FunctionDef)]
    found = []
    for run in region(script, case.proof):
        inside = [f for f in functions if f.lineno < run[0].lineno <= f.end_lineno]
        home = max(inside, key=lambda one: one.lineno).name if inside else "<module>"
        scope = known.get(home, Scope({}))
        used = {
            node.id
            for statement in run
            for node in ast.walk(statement)
            if isinstance(node, ast.Name)
        }
        scope = Scope({n: s for n, s in scope.shapes.items() if n in used})
        for statement in simple_statements(run):
            lines = tuple(range(statement.lineno, statement.end_lineno + 1))
            for node in ast.walk(statement):
                for kind, where, text in of_node(script, node, scope):
                    start, end = (
                        where if isinstance(where, tuple) else script.span(where)
                    )
                    found.append(Edit(kind, start, end, text, lines))
        found += orders(script, run)
    return found


def simple_statements(run: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements without blocks of their own, at any depth."""
    for statement in run:
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
                yield node


def of_node(script: Script, node: ast.AST, scope: Scope) -> Iterator:
    """What one node can be turned into: kind, what is replaced, its new text."""
    match node:
        case ast.BinOp(op=op) if type(op) in SIGNS:
            yield from of_operation(script, node, scope)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            if not isinstance(operand, ast.Constant):
                yield "sign", node, f"({script.text(operand)})"
        case ast.AugAssign(target=target, op=op, value=value):
            head, tail = script.text(target), script.text(value)
            if isinstance(op, ast.Add | ast.Sub):
                other = "-" if isinstance(op, ast.Add) else "+"
                yield "sign", node, f"{head} {other}= {tail}"
            if isinstance(op, ast.Add):
                yield "accumulate", node, f"{head} = {tail}"
            if isinstance(op, ast.Mult | ast.Div):
                yield "factor", node, f"{head} += 0 * {tail}"
        case ast.Assign(targets=[ast.Subscript() as target]):
            if isinstance(target.slice, ast.Compare):
                yield "mask", node, "pass"
        case ast.Attribute(attr="T", value=value):
            yield "transpose", node, script.text(value)
        case ast.Compare(ops=[op], left=left, comparators=[right]):
            signs = {ast.Gt: "<", ast.Lt: ">", ast.GtE: "<=", ast.LtE: ">="}
            if type(op) in signs:
                sides = script.text(left), script.text(right)
                yield "slope", node, f"{sides[0]} {signs[type(op)]} {sides[1]}"
        case ast.Subscript(slice=ast.Constant(value=int(place))):
            yield "index", node.slice, str(place + (1 if place in {0, -2} else -1))
        case ast.Subscript(slice=ast.Name(id=name)):
            yield "index", node.slice, f"{name} - 1"
        case ast.Call():
            yield from of_call(script, node)
        case ast.Constant(value=float() | int() as value):
            if value in {2, 0.5}:
                yield "factor", node, "1.0"
        case ast.Name(ctx=ast.Load(), id=name):
            for other in scope.others(name):
                if other != name:
                    yield "operand", node, other


def of_operation(script: Script, node: ast.BinOp, scope: Scope) -> Iterator:
    """Another operator, or one side alone; brackets around the sides stay as they are."""
    start, end = script.span(node)
    between, _ = script.span(node.left)[1], script.span(node.right)[0]
    sign = SIGNS[type(node.op)]
    place = script.raw.index(sign.encode(), between)
    first = script.raw[start:place].decode().strip()
    second = script.raw[place + len(sign) : end].decode().strip()
    if type(node.op) in FLIPPED:
        other = FLIPPED[type(node.op)]
        kind = KIND_OF_FLIP[other] if len(other) == 1 else "operand"
        yield kind, (place, place + len(sign)), other
    if isinstance(node.op, ast.Mult | ast.Add | ast.Sub):
        kind = "factor" if isinstance(node.op, ast.Mult) else "term"
        for kept, text, dropped in (
            (node.left, first, node.right),
            (node.right, second, node.left),
        ):
            if scope.carries(kept, dropped):
                yield kind, node, f"({text})"
    if isinstance(node.op, ast.Div) and scope.carries(node.left, node.right):
        yield "factor", node, f"({first})"
    if isinstance(node.op, ast.Pow):
        yield "slope", node, f"({first})"
    if isinstance(node.op, ast.MatMult):
        for side in (node.left, node.right):
            if not isinstance(side, ast.BinOp) and not script.text(side).endswith(".T"):
                yield "transpose", side, f"{script.text(side)}.T"


def of_call(script: Script, node: ast.Call) -> Iterator:
    name = script.text(node.func)
    arguments = [script.text(one) for one in node.args]
    last = name.rsplit(".", 1)[-1]
    for keyword in node.keywords:
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            yield "sum", keyword.value, "1" if keyword.value.value == 0 else "0"
        if keyword.arg == "keepdims":
            yield "sum", keyword.value, "False"
    if last in {"sum", "mean"}:
        whole = arguments[0] if arguments and name.startswith("np.") else None
        if whole is None and isinstance(node.func, ast.Attribute):
            whole = script.text(node.func.value)
        if whole:
            yield "sum", node, f"({whole})"
        other = name.removesuffix(last) + ("mean" if last == "sum" else "sum")
        yield "sum", node.func, other
    if last in {"dot", "outer", "matmul"} and len(arguments) == 2:
        yield "operand", node, f"{name}({arguments[1]}, {arguments[0]})"
        for argument, text in zip(node.args, arguments, strict=True):
            if not text.endswith(".T"):
                yield "transpose", argument, f"{text}.T"
    if last == "reversed":
        yield "carry", node, f"list({arguments[0]})"
    own = isinstance(node.func, ast.Name) and not hasattr(builtins, name)
    if own and len(arguments) == 1:
        yield "slope", node, f"({arguments[0]})"


def orders(script: Script, run: list[ast.stmt]) -> Iterator[Edit]:
    """Two neighbours of one block change places."""
    for first, second in itertools.pairwise(run):
        start, middle = script.span(first)
        gap, end = script.span(second)
        between = script.raw[middle:gap].decode()
        if "#" in between or ";" in between or isinstance(second, ast.Return):
            continue
        text = script.text(second) + between + script.text(first)
        # either may be called wrong; of a statement with a block, its first line
        moved = second.lineno - first.lineno
        lines = [
            *heading(second, -moved),
            *heading(first, second.end_lineno - first.end_lineno),
        ]
        yield Edit("order", start, end, text, tuple(lines))


def heading(statement: ast.stmt, shift: int) -> range:
    last = statement.lineno if hasattr(statement, "body") else statement.end_lineno
    return range(statement.lineno + shift, last + shift + 1)
