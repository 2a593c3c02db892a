"""Source with hooks at every assignment, call, read, index and loop; lines and columns stay as they are."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from chainrule.trace.instrument.hooks import MARK
from chainrule.trace.instrument.scopes import given_in, own_nodes, values_of


def instrumented(tree: ast.Module) -> ast.Module:
    """The syntax tree with hooks."""
    changed: Any = _Instrument(tree).visit(tree)
    # what is new inside of a node that was given a place stands there, too
    fixed: ast.Module = ast.fix_missing_locations(changed)
    return fixed


ARITHMETIC = ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow
"""The signs between two numbers that keep a length a length."""


class _Instrument(ast.NodeTransformer):
    """Puts the hooks in.

    A name is looked at where it is read unless its value has passed a hook already: ``hooked`` are the names that
    the scope around gives values to.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.values = frozenset(values_of(tree))
        self.anything = any(
            alias.name == "*"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        )
        self.hooked: list[frozenset[str]] = []
        self.classes: list[str] = []
        self.n_loops = 0
        self.n_places = 0

    # scopes

    def visit_Module(self, node: ast.Module) -> ast.AST:
        self.hooked.append(frozenset(given_in(node.body)))
        node.body = self._block(node.body)
        self.hooked.pop()
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.decorator_list = [self.visit(one) for one in node.decorator_list]
        node.bases = [self.visit(one) for one in node.bases]
        self.classes.append(node.name)
        self.hooked.append(frozenset())
        node.body = self._block(node.body)
        self.hooked.pop()
        self.classes.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return self._function(node)

    def _function(self, node: Any) -> Any:
        node.decorator_list = [self.visit(one) for one in node.decorator_list]
        self._defaults(node.args)
        elsewhere = {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
        for one in own_nodes(node.body):
            if isinstance(one, ast.Global | ast.Nonlocal):
                elsewhere.update(one.names)
        self.hooked.append(frozenset(given_in(node.body)) - elsewhere)
        classes, self.classes = self.classes, self.classes[-1:]
        node.body = self._block(node.body)
        self.classes = classes
        self.hooked.pop()
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._defaults(node.args)
        self.hooked.append(frozenset())
        node.body = self.visit(node.body)
        self.hooked.pop()
        return node

    def _defaults(self, args: ast.arguments) -> None:
        args.defaults = [self.visit(one) for one in args.defaults]
        args.kw_defaults = [one and self.visit(one) for one in args.kw_defaults]

    def _block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for one in body:
            changed = self.visit(one)
            made += changed if isinstance(changed, list) else [changed]
        return made

    # statements that give values

    def visit_Assign(self, node: ast.Assign) -> Any:
        node.value = self.visit(node.value)
        apart: list[ast.stmt] = []
        after: list[ast.stmt] = []
        for place, target in enumerate(node.targets):
            further = bool(place) and isinstance(target, ast.Name | ast.Attribute)
            if not further:
                node.value = self._bound(node.value, target, node)
            node.targets[place] = self.visit(target)
            after += self._after(node.targets[place], node)
            if further:
                apart.append(self._apart(target, node))
        return [node, *apart, *after]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is None:
            return node
        node.value = self._bound(self.visit(node.value), node.target, node)
        node.target = self.visit(node.target)
        return [node, *self._after(node.target, node)]

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.AST:
        node.value = self._bound(self.visit(node.value), node.target, node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        node.value = self.visit(node.value)
        target = node.target
        if not isinstance(target, ast.Name):
            node.target = self.visit(target)
            return [node, *self._after(node.target, node, into=True)]
        name = target.id
        before = [] if name in self.hooked[-1] else [_again("load", name, node)]
        return [*before, node, _again("rebind", name, node)]

    def _bound(self, value: ast.expr, target: ast.expr, node: ast.AST) -> ast.expr:
        """``value`` passing a hook that knows the names it gets."""
        names = _names(target)
        return value if names is None else _hook("bind", node, value, _constant(names))

    def _after(
        self, target: ast.expr, node: ast.stmt, *, into: bool = False
    ) -> Iterator[ast.stmt]:
        """What is noted once an attribute or an item has been set, of the owner and the key as they were evaluated.

        What is written ``into`` may have been put there by code without hooks, and is followed before.
        """
        match target:
            case ast.Tuple(elts=items) | ast.List(elts=items):
                for item in items:
                    yield from self._after(item, node)
            case ast.Attribute(value=owner, attr=attr):
                place, name = self._place(), ast.Constant(self._mangled(attr))
                hook, more = ("into_attribute", [name]) if into else ("keep", [])
                target.value = _hook(hook, owner, owner, place, *more)
                yield _statement(_hook("has_attribute", node, place, name))
            case ast.Subscript(value=owner, slice=key) if not any(
                isinstance(one, ast.Slice | ast.Starred) for one in _parts(key)
            ):
                place, at = self._place(), self._place()
                target.value = _hook("keep", owner, owner, place)
                hook, more = ("into_item", [place]) if into else ("keep", [])
                target.slice = _hook(hook, key, key, at, *more)
                yield _statement(_hook("has_item", node, place, at))

    def _apart(self, target: ast.expr, node: ast.stmt) -> ast.stmt:
        """``a = b = 0.0`` are two numbers, though they are one object: ``b = hook(b, "b")``."""
        if isinstance(target, ast.Name):
            return _again("apart", target.id, node)
        match target:
            case ast.Attribute(value=ast.Call(args=[_, place, *_]), attr=attr):
                name = ast.Constant(self._mangled(attr))
                return _statement(_hook("apart_in", node, place, name))
        return ast.copy_location(ast.Pass(), node)

    def _place(self) -> ast.Constant:
        """Where a value is kept until the statement is done."""
        self.n_places += 1
        return ast.Constant(self.n_places)

    def _mangled(self, name: str) -> str:
        """A private name, as a class body writes it."""
        private = name.startswith("__") and not name.endswith("__")
        if not private or not self.classes:
            return name
        return f"_{self.classes[-1].lstrip('_')}{name}"

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        node.left, node.right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ARITHMETIC) and not isinstance(node.right, ast.Constant):
            node.right = _hook("behind", node.right, node.right)
        return node

    # loops

    def visit_For(self, node: ast.For) -> ast.AST:
        names = tuple(
            one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)
        )
        node.iter = _hook("loop", node.target, self.visit(node.iter), _constant(names))
        node.target = self.visit(node.target)
        turned = [_again("turned", name, node.target) for name in names]
        node.body = [*turned, *self._block(node.body)]
        node.orelse = self._block(node.orelse)
        return node

    def visit_While(self, node: ast.While) -> Any:
        node.test = self.visit(node.test)
        self.n_loops += 1
        loop = self.n_loops
        enter = ast.Expr(_hook("enter", node.test, ast.Constant(loop)))
        turn = ast.Expr(_hook("turn", node.test, ast.Constant(loop)))
        node.body = [ast.copy_location(turn, node.test), *self._block(node.body)]
        node.orelse = self._block(node.orelse)
        return [ast.copy_location(enter, node.test), node]

    # expressions

    def visit_Call(self, node: ast.Call) -> ast.AST:
        function = node.func
        if isinstance(function, ast.Attribute):
            function.value = self.visit(function.value)
        elif not isinstance(function, ast.Name):
            function = self.visit(function)
        node.func = _hook("callee", function, function)
        node.args = [self.visit(one) for one in node.args]
        node.keywords = [self.visit(one) for one in node.keywords]
        for one in node.keywords:
            if one.arg == "out" and isinstance(one.value, ast.Call):
                # out=np.zeros(3): nobody else holds it
                one.value = _hook("load", one.value, one.value, ast.Constant(""))
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        plain = all(isinstance(one, _FIXED) for one in ast.walk(node.slice))
        sliced = any(isinstance(one, ast.Slice) for one in _parts(node.slice))
        counted = all(
            isinstance(one, ast.Slice | ast.Constant) for one in _parts(node.slice)
        )
        self.generic_visit(node)
        if plain or counted or not isinstance(node.ctx, ast.Load):
            return node
        key = _key(node) if sliced else node.slice
        return _hook("item", node, node.value, key)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if not isinstance(node.ctx, ast.Load) or node.id in self.hooked[-1]:
            return node
        if node.id not in self.values and not self.anything:
            return node
        return _hook("load", node, node, ast.Constant(node.id))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.value = self.visit(node.value)
        if not isinstance(node.ctx, ast.Load):
            return node
        # the T of ``x.T`` is no name of the user's
        if hasattr(np.ndarray, node.attr) and node.attr != "__class__":
            return _hook("load", node, node, ast.Constant(""))
        name = ast.Constant(self._mangled(node.attr))
        return _hook("attribute", node, node.value, name)

    # what stays as it is: patterns and names alone are not expressions

    def visit_Match(self, node: ast.Match) -> ast.AST:
        node.subject = self.visit(node.subject)
        for case in node.cases:
            case.guard = case.guard and self.visit(case.guard)
            case.body = self._block(case.body)
        return node

    def visit_Delete(self, node: ast.Delete) -> ast.AST:
        return node


_FIXED = (
    ast.Constant,
    ast.Slice,
    ast.Tuple,
    ast.UnaryOp,
    ast.expr_context,
    ast.unaryop,
)


def _names(target: ast.expr) -> Any:
    """What a target is called: W, .W for an attribute or an item, a tuple where there are several; None for none."""
    match target:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return f".{name}"
        case ast.Subscript(slice=ast.Constant(value=str() as key)):
            return f".{key}"
        case ast.Subscript():
            return "."
        case ast.Tuple(elts=items) | ast.List(elts=items):
            if any(isinstance(item, ast.Starred) for item in items):
                return None
            return tuple(_names(item) or "." for item in items)
        case _:
            return None


def _constant(value: Any) -> ast.Constant:
    return ast.Constant(value)


def _parts(index: ast.expr) -> Sequence[ast.expr]:
    return index.elts if isinstance(index, ast.Tuple) else [index]


def _again(hook: str, name: str, like: ast.AST) -> ast.stmt:
    """``name = hook(name, "name")``."""
    value = _hook(hook, like, ast.Name(name, ast.Load()), ast.Constant(name))
    return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), like)


def _statement(hook: ast.Call) -> ast.stmt:
    return ast.copy_location(ast.Expr(hook), hook)


def _hook(name: str, like: ast.AST, *args: ast.expr) -> ast.Call:
    """The call of a hook, at the place of ``like``."""
    function = ast.Attribute(ast.Constant(MARK), name, ast.Load())
    call = ast.Call(function, list(args), [])
    return ast.copy_location(call, like)


def _key(node: ast.Subscript) -> ast.expr:
    """An index with slices as a value: the hook that gives back what it is indexed by."""
    hook = ast.Attribute(ast.Constant(MARK), "key", ast.Load())
    return ast.copy_location(ast.Subscript(hook, node.slice, ast.Load()), node)
