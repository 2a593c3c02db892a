"""A script's tree with notes taken: at every bound expression, and at each part that it reads."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any

from chainrule.trace.source import span_of
from chainrule.trace.statements.rewrite import HELD_BY, call, harmless, once
from chainrule.trace.statements.watch import (
    AFTER,
    AFTER_ITEM,
    GET,
    HELD,
    ITEM,
    NOTE,
    OWNS,
    SEE,
    TURN,
    WROTE,
    Part,
    Site,
)

GROWING = frozenset({"append", "insert", "appendleft"})
OTHER_FRAMES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Rewriting = Callable[[ast.Module], ast.Module]
NAMESPACES = frozenset({"np", "numpy", "math"})


# a script is read several times: for its steps, for its claims, again where it draws lots
@lru_cache(maxsize=32)
def compiled(
    text: str, file: str, rewriting: tuple[Rewriting, ...], *, is_watched: bool
) -> tuple[CodeType, tuple[Site, ...], tuple[Part, ...]]:
    """A script as it is run, and where notes are taken in it."""
    sites: list[Site] = []
    parts: list[Part] = []
    tree = ast.parse(text, file)
    if is_watched:
        tree = watched(tree, ast.parse(text, file), sites, parts)
    for rewritten in rewriting:
        tree = rewritten(tree)
    return compile(tree, file, "exec"), tuple(sites), tuple(parts)


def watched(
    tree: ast.Module, plain: ast.Module, sites: list[Site], parts: list[Part]
) -> ast.Module:
    """The syntax tree with notes taken at every bound expression, which joins the sites as it stands in ``plain``.

    ``plain`` is the same tree, and stays as it is.
    """
    changed: ast.Module = _Watcher(tree, plain, sites, parts).visit(tree)
    return changed


class _Watcher(ast.NodeTransformer):
    """Puts a note around every bound, returned or appended expression, and a look at each of its parts."""

    def __init__(
        self,
        tree: ast.Module,
        plain: ast.Module,
        sites: list[Site],
        parts: list[Part],
    ) -> None:
        self.sites, self.parts = sites, parts
        self.function: list[str] = []
        pairs = zip(ast.walk(tree), ast.walk(plain), strict=True)
        self.plain: dict[int, Any] = {id(one): kept for one, kept in pairs}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.function.append(node.name)
        node.body = [self.visit(one) for one in node.body]
        node.body = _flat(node.body)
        self.function.pop()
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        original = self.plain[id(node)]
        target = node.targets[0]
        node.value = self._watched(node.value, target, original)
        if isinstance(target, ast.Tuple | ast.List):
            return [node, *_held_in(target)]
        if not isinstance(target, ast.Subscript):
            return node
        site = ast.Constant(len(self.sites) - 1)
        target.value, held = once(target.value)
        return [node, ast.copy_location(ast.Expr(call(WROTE, [held, site])), node)]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self._watched(node.value, node.target, self.plain[id(node)])
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        if node.value is not None:
            node.value = self._watched(node.value, None, self.plain[id(node)])
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        match node.value:
            case ast.Call(
                func=ast.Attribute(attr=attr, value=held), args=[*_, last]
            ) if attr in GROWING:
                node.value.args[-1] = self._watched(
                    last, None, self.plain[id(node)], f"{ast.unparse(held)}[…]"
                )
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        original = self.plain[id(node)]
        text = ast.unparse(node.target)
        site = self._site(original.value, original, (text,), node.op)
        node.value = self._note(self._parts(node.value), site, None)
        return [node, ast.copy_location(ast.Expr(self._after(node.target, site)), node)]

    def _after(self, target: ast.expr, site: int) -> ast.Call:
        number = ast.Constant(site)
        match target:
            case ast.Subscript(slice=index):
                target.value, held = once(target.value)
                key: list[ast.expr] = []
                if not _slices(index):
                    target.slice, again = once(index)
                    key = [again]
                return call(AFTER_ITEM, [held, number, *key])
            case ast.Attribute(attr=attr):
                target.value, owner = once(target.value)
                value: ast.expr = call(HELD_BY, [owner, ast.Constant(attr)])
                if attr.startswith("__"):
                    # a private name is another one inside of its class
                    value = ast.Attribute(owner, attr, ast.Load())
                return call(AFTER, [value, number, owner])
            case _:
                return call(AFTER, [_loaded(target), number])

    def visit_For(self, node: ast.For) -> ast.AST:
        node.body = _flat([self.visit(one) for one in node.body])
        node.orelse = _flat([self.visit(one) for one in node.orelse])
        names = [one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)]
        turn = ast.Expr(
            call(TURN, [ast.Tuple([ast.Constant(one) for one in names], ast.Load())])
        )
        node.body = [ast.copy_location(turn, node.target), *node.body]
        return node

    def _watched(
        self,
        value: ast.expr,
        target: ast.expr | None,
        statement: ast.stmt,
        text: str | None = None,
    ) -> ast.expr:
        match target, value:
            case (
                (ast.Tuple(elts=targets) | ast.List(elts=targets)),
                (ast.Tuple(elts=values) | ast.List(elts=values)),
            ) if len(targets) == len(values):
                value.elts = [
                    self._watched(one, to, statement)
                    for one, to in zip(values, targets, strict=True)
                ]
                return value
            case _, ast.Dict(keys=keys, values=values):
                value.values = [
                    self._watched(one, None, statement, _key(target, key))
                    for key, one in zip(keys, values, strict=True)
                ]
                return value
            case _, (ast.Tuple(elts=values) | ast.List(elts=values)):
                name = ast.unparse(target) if target is not None else None
                value.elts = [
                    self._watched(
                        one, None, statement, None if name is None else f"{name}[{i}]"
                    )
                    for i, one in enumerate(values)
                ]
                return value
            case _, ast.Starred():
                return value
        bound_to = (text,) if target is None else _texts(target)
        site = self._site(self.plain[id(value)], statement, bound_to, None)
        return self._note(self._parts(value), site, target)

    def _site(
        self,
        value: ast.expr,
        statement: ast.stmt,
        targets: tuple[str | None, ...],
        op: ast.operator | None,
    ) -> int:
        function = self.function[-1] if self.function else None
        self.sites.append(Site(value, statement, targets, op, function))
        return len(self.sites) - 1

    def _note(self, value: ast.expr, site: int, target: ast.expr | None) -> ast.expr:
        args = [value, ast.Constant(site)]
        match target:
            case ast.Attribute():
                # its owner is evaluated after the value
                owns = call(OWNS, [target.value, ast.Constant(site)])
                target.value = ast.copy_location(owns, target.value)
            case ast.Subscript(slice=index) if harmless(index):
                args += [copy.deepcopy(index)]
        return ast.copy_location(call(NOTE, args), value)

    def _part(self, node: ast.expr, *, is_call: bool = False) -> ast.Constant:
        text = node.id if isinstance(node, ast.Name) else ast.unparse(node)
        self.parts.append((span_of(node), text, is_call))
        return ast.Constant(len(self.parts) - 1)

    def _parts(self, node: ast.expr) -> ast.expr:
        """``node`` with a look at each name, attribute, item and call in it."""
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                if name in NAMESPACES:
                    return node
                return ast.copy_location(call(SEE, [node, self._part(node)]), node)
            case ast.Attribute(
                value=inner, attr="T" | "shape" | "size" | "ndim" | "dtype"
            ):
                node.value = self._parts(inner)
                return node
            case ast.Attribute(ctx=ast.Load()) if _is_path(node):
                if _root(node) in NAMESPACES:
                    return node
                part = self._part(node)
                node.value, owner = once(node.value)
                return ast.copy_location(call(SEE, [node, part, owner]), node)
            case ast.Attribute(ctx=ast.Load(), attr=name) if not name.startswith("__"):
                part = self._part(node)
                args = [self._parts(node.value), ast.Constant(name), part]
                return ast.copy_location(call(GET, args), node)
            case ast.Subscript(ctx=ast.Load(), slice=index) if not _slices(index):
                part = self._part(node)
                return ast.copy_location(call(ITEM, [node.value, index, part]), node)
            case ast.Subscript(ctx=ast.Load()):
                return ast.copy_location(call(SEE, [node, self._part(node)]), node)
            case ast.Call(func=func):
                part = self._part(node, is_call=True)
                if isinstance(func, ast.Attribute) and _root(func) not in (
                    "np",
                    "numpy",
                    "math",
                ):
                    func.value = self._parts(func.value)
                node.args = [self._parts(one) for one in node.args]
                for keyword in node.keywords:
                    keyword.value = self._parts(keyword.value)
                return ast.copy_location(call(SEE, [node, part]), node)
            case ast.Starred() | ast.JoinedStr() | ast.Constant():
                return node
            case _ if isinstance(node, OTHER_FRAMES):
                return node
        for name, child in ast.iter_fields(node):
            if isinstance(child, ast.expr):
                setattr(node, name, self._parts(child))
            elif isinstance(child, list):
                setattr(
                    node,
                    name,
                    [
                        self._parts(one) if isinstance(one, ast.expr) else one
                        for one in child
                    ],
                )
        return node


def _loaded(target: ast.expr) -> ast.expr:
    """A target as an expression that reads it."""
    read = copy.deepcopy(target)
    if isinstance(read, ast.Name | ast.Attribute | ast.Subscript):
        read.ctx = ast.Load()
    return read


def _is_path(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (
        isinstance(node, ast.Attribute) and _is_path(node.value)
    )


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _slices(index: ast.expr) -> bool:
    """Whether an index has slices itself: those of an array that stands in it, ``np.r_[0, theta[1:]]``, are its own."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    return any(isinstance(one, ast.Slice | ast.Starred) for one in parts)


def _held_in(target: ast.Tuple | ast.List) -> list[ast.stmt]:
    """``P[name], Q[name] = …``: items have new values, too; ``P[i], i = …`` is not asked again for another i."""
    bound = {node.id for one in target.elts for node in _names_bound(one)}
    held_in: list[ast.stmt] = []
    for one in target.elts:
        names = {node.id for node in ast.walk(one) if isinstance(node, ast.Name)}
        if (
            isinstance(one, ast.Subscript)
            and _root(one.value) is not None
            and harmless(one.slice)
            and bound.isdisjoint(names)
        ):
            one.value, held = once(one.value)
            noted = ast.Expr(call(HELD, [held, copy.deepcopy(one.slice)]))
            held_in.append(ast.copy_location(noted, target))
    return held_in


def _names_bound(target: ast.expr) -> Iterator[ast.Name]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node


def _texts(target: ast.expr) -> tuple[str | None, ...]:
    match target:
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            return tuple(
                None if isinstance(one, ast.Starred) else ast.unparse(one)
                for one in targets
            )
        case _:
            return (ast.unparse(target),)


def _key(target: ast.expr | None, key: ast.expr | None) -> str | None:
    if key is None:
        return None
    return (
        f"{ast.unparse(target) if target is not None else 'result'}[{ast.unparse(key)}]"
    )


def _flat(body: Sequence[Any]) -> list[ast.stmt]:
    flat: list[ast.stmt] = []
    for one in body:
        flat += one if isinstance(one, list) else [one]
    return flat
