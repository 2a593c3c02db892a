"""A script with a bind around every assignment, so that its arrays are met as they get their names."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable

from chainrule.trace.instrument.transform import ARITHMETIC

OURS = "__chainrule_"
BIND, LOOP, KEY, CALLEE, APPEND, BEHIND, KEEP, KEPT, HELD_BY = (
    f"{OURS}{name}__"
    for name in (
        *("bind", "loop", "key", "callee", "append", "behind"),
        *("keep", "kept", "held_by"),
    )
)


def rewritten(tree: ast.Module) -> ast.Module:
    """The syntax tree of a script with its assignments bound; lines and columns stay as they are."""
    changed: ast.Module = _Binder().visit(tree)
    return ast.fix_missing_locations(changed)


class _Binder(ast.NodeTransformer):
    """Wraps assigned values: ``x = value`` becomes ``x = bind(value, "x")``."""

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        node.value = _bound(node.value, node.targets[0])
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        if node.value is not None:
            node.value = _bound(node.value, node.target)
        return node

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.AST:
        self.generic_visit(node)
        node.value = _bound(node.value, node.target)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name):
            return node
        name = node.target.id
        again = ast.Assign(
            targets=[ast.Name(name, ast.Store())],
            value=_bound(ast.Name(name, ast.Load()), node.target),
        )
        return [node, ast.copy_location(again, node)]

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        named = [
            ast.copy_location(
                ast.Expr(call(LOOP, [ast.Name(name, ast.Load()), ast.Constant(name)])),
                node.target,
            )
            for name in _names(node.target)
        ]
        node.body = [*named, *node.body]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        grown = None
        match node.value:
            case ast.Call(func=ast.Attribute(attr="append") as method, args=[_]):
                name = ast.Constant(_name(method.value) or "item")
                method.value, grown = once(method.value)
        self.generic_visit(node)
        if grown is not None and isinstance(node.value, ast.Call):
            (item,) = node.value.args
            node.value.args = [
                ast.copy_location(call(APPEND, [grown, item, name]), item)
            ]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ARITHMETIC) and not isinstance(node.right, ast.Constant):
            # a number before a length would take it for any whole number
            node.right = ast.copy_location(call(BEHIND, [node.right]), node.right)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not (isinstance(node.func, ast.Name) and node.func.id.startswith(OURS)):
            node.func = ast.copy_location(call(CALLEE, [node.func]), node.func)
        return node


def _bound(value: ast.expr, target: ast.expr) -> ast.expr:
    """``value`` bound to ``target``'s name; element by element where both are tuples."""
    match target, value:
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(
            values
        ):
            pairs = zip(values, targets, strict=True)
            elements = [_bound(one, to) for one, to in pairs]
            return ast.copy_location(ast.Tuple(elements, ast.Load()), value)
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), _):
            names = [ast.Constant(_name(one)) for one in targets]
            return ast.copy_location(
                call(BIND, [value, ast.Tuple(list(names), ast.Load())]), value
            )
        case ast.Subscript(value=holder, slice=index), _ if _name(
            target
        ) is None and harmless(index):
            key = call(KEY, [ast.Constant(_name(holder)), copy.deepcopy(index)])
            return ast.copy_location(call(BIND, [value, key]), value)
        case _:
            return ast.copy_location(
                call(BIND, [value, ast.Constant(_name(target))]), value
            )


def harmless(index: ast.expr) -> bool:
    """Whether an index may be computed twice: names, text, arithmetic, and str() of them."""
    allowed = (
        ast.Name,
        ast.Constant,
        ast.BinOp,
        ast.UnaryOp,
        ast.operator,
        ast.unaryop,
    )
    allowed += (ast.expr_context, ast.JoinedStr, ast.FormattedValue)  # type: ignore[assignment]
    return all(
        isinstance(node, allowed)
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "str"
        )
        for node in ast.walk(index)
    )


def _name(target: ast.expr) -> str | None:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str() as key)):
            return key
        case (
            ast.Starred(value=inner)
            | ast.Call(func=ast.Name(id="__chainrule_keep__"), args=[inner, _])
        ):
            return _name(inner)
        case _:
            return None


def _names(target: ast.expr) -> Iterable[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]


def once(node: ast.expr) -> tuple[ast.expr, ast.expr]:
    """An expression where it is evaluated, and where its value is read again without that."""
    if isinstance(node, ast.Name):
        return node, ast.Name(node.id, ast.Load())
    at = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
    place = ast.Constant(str(at))
    return ast.copy_location(call(KEEP, [node, place]), node), call(KEPT, [place])


def call(name: str, args: list[ast.expr]) -> ast.Call:
    """A call of one of our names."""
    return ast.Call(func=ast.Name(name, ast.Load()), args=args, keywords=[])
