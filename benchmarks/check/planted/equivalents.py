"""Right backward passes written in other ways: other names, split and merged lines, other operations and orders."""

from __future__ import annotations

import ast
import copy
import random
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import numpy as np
from plant import Known, backward_lines, learn, outcome

from chainrule.check.trees import with_pieces

STYLES = (
    "d{0}", "d{0}", "dL_d{0}", "dLd{0}", "grad_{0}", "{0}_grad", "d_{0}", "delta_{0}", "g_{0}", "dloss_d{0}", "{0}_bar",
)  # fmt: skip
GRADIENT = re.compile(r"^d(?:E_d)?(?P<of>[A-Za-z]\w*)$")
WORDS = {"h": "act", "z": "pre", "a": "net", "p": "prob", "out": "output", "e": "expo"}
MOST_TRIES = 6


def rewritten(source: str, rng: random.Random) -> str:
    """``source`` with its backward pass written in another way; it leaves the same parameters behind."""
    wanted = outcome(source)
    for _ in range(MOST_TRIES):
        text = _attempt(source, rng)
        found = outcome(text)
        if found is not None and wanted is not None and _same(found, wanted):
            return text
    return source


def _same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-8, atol=1e-10)
        for a, b in zip(one, other, strict=True)
    )


def _attempt(source: str, rng: random.Random) -> str:
    tree = ast.parse(source)
    lines = backward_lines(source)
    known = learn(source)
    for body in _blocks(tree):
        inside = [one for one in body if one.lineno in lines]
        if not inside:
            continue
        start = body.index(inside[0])
        changed = _merged(inside, rng)
        changed = _split(changed, rng)
        changed = [_algebra(one, known, rng) for one in changed]
        changed = _reordered(changed, rng)
        body[start : start + len(inside)] = changed
    changed_tree: ast.Module = _Updates(rng).visit(tree)
    return ast.unparse(ast.fix_missing_locations(_renamed(changed_tree, rng))) + "\n"


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


# lines split and merged


def _split(body: list[ast.stmt], rng: random.Random) -> list[ast.stmt]:
    changed: list[ast.stmt] = []
    for count, statement in enumerate(body):
        value = getattr(statement, "value", None)
        if (
            isinstance(statement, ast.Assign | ast.AugAssign)
            and isinstance(value, ast.expr)
            and rng.random() < 0.25
        ):
            inner = [
                n
                for n in _arithmetic(value)
                if n is not value and isinstance(n, ast.BinOp)
            ]
            if inner:
                part = rng.choice(inner)
                name = rng.choice(("tmp", "part", "s", "inner")) + str(
                    statement.lineno * 10 + count
                )
                changed.append(
                    ast.Assign(
                        [ast.Name(name, ast.Store())], part, lineno=statement.lineno
                    )
                )
                statement.value = _swapped(value, part, ast.Name(name, ast.Load()))
        changed.append(statement)
    return changed


def _arithmetic(node: ast.expr) -> Iterator[ast.expr]:
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and not (
            isinstance(node, ast.Subscript) and child is node.slice
        ):
            yield from _arithmetic(child)


def _swapped(root: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr:
    return with_pieces(root, {old: new})


def _merged(body: list[ast.stmt], rng: random.Random) -> list[ast.stmt]:
    """Some lines whose name is used once, in the next line, written into it."""
    changed = list(body)
    for first, second in pairwise(body):
        match first:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                rng.random() < 0.3
            ):
                uses = [
                    n
                    for one in body
                    for n in ast.walk(one)
                    if isinstance(n, ast.Name) and n.id == name
                ]
                reads = [
                    n
                    for n in ast.walk(second)
                    if isinstance(n, ast.Name)
                    and n.id == name
                    and isinstance(n.ctx, ast.Load)
                ]
                if (
                    len(uses) == 2
                    and len(reads) == 1
                    and isinstance(second, ast.Assign)
                    and first in changed
                ):
                    second.value = _swapped(second.value, reads[0], value)
                    changed.remove(first)
    return changed


def _reordered(body: list[ast.stmt], rng: random.Random) -> list[ast.stmt]:
    """Neighbours that do not touch each other's names, exchanged."""
    changed = list(body)
    for i in range(len(changed) - 1):
        one, other = changed[i], changed[i + 1]
        if rng.random() < 0.3 and _apart(one, other):
            changed[i], changed[i + 1] = other, one
    return changed


def _apart(one: ast.stmt, other: ast.stmt) -> bool:
    if not all(
        isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)
        for s in (one, other)
    ):
        return False
    return not (_written(one) & _used(other)) and not (_written(other) & _used(one))


def _written(statement: ast.stmt) -> set[str]:
    return {
        n.id
        for n in ast.walk(statement)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _used(statement: ast.stmt) -> set[str]:
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}


# operations


def _algebra(statement: ast.stmt, known: Known, rng: random.Random) -> ast.stmt:
    return _Algebra(known, rng).visit(statement)  # type: ignore[no-any-return]


def _np(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(
        ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load()), list(args), []
    )


class _Algebra(ast.NodeTransformer):
    """The same numbers by other operations."""

    def __init__(self, known: Known, rng: random.Random) -> None:
        self.known = known
        self.rng = rng

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if self.rng.random() < 0.6:
            return node
        ways = [way for kind, way in WAYS if isinstance(node.op, kind)]
        return self.rng.choice(ways)(node, self.known) if ways else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if node.attr == "T" and self.rng.random() < 0.3:
            return _np("transpose", node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Name(id="np"), attr="sum" | "mean" as attr
                ),
                args=[inner],
                keywords=keywords,
            ):
                if self.rng.random() < 0.3:
                    return ast.Call(
                        ast.Attribute(inner, attr, ast.Load()), [], keywords
                    )
            case ast.Call(
                func=ast.Attribute(value=inner, attr="sum" | "mean" as attr),
                args=[],
                keywords=keywords,
            ):
                if self.rng.random() < 0.3:
                    return ast.Call(
                        ast.Attribute(ast.Name("np", ast.Load()), attr, ast.Load()),
                        [inner],
                        keywords,
                    )
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        choice = self.rng.random()
        if choice < 0.2:
            return ast.Call(
                ast.Attribute(node, "astype", ast.Load()),
                [ast.Name("float", ast.Load())],
                [],
            )
        if choice < 0.4:
            return _np("where", node, ast.Constant(1.0), ast.Constant(0.0))
        return node


def _shape(node: ast.expr, known: Known) -> tuple[int, ...] | None:
    match node:
        case ast.Name(id=name):
            return known.shapes.get(name)
        case ast.Attribute(value=inner, attr="T"):
            shape = _shape(inner, known)
            return shape and shape[::-1]
        case _:
            return None


def _einsum(node: ast.BinOp, known: Known) -> ast.expr:
    one, other = _shape(node.left, known), _shape(node.right, known)
    if one is None or other is None or len(one) != 2 or len(other) != 2:
        return (
            _np("dot", node.left, node.right)
            if one and other and len(one) <= 2 >= len(other)
            else node
        )
    return _np("einsum", ast.Constant("ij,jk->ik"), node.left, node.right)


def _over_n(node: ast.BinOp, _: Known) -> ast.expr:
    return ast.BinOp(
        node.left, ast.Mult(), ast.BinOp(ast.Constant(1.0), ast.Div(), node.right)
    )


def _conjugates(node: ast.BinOp, _: Known) -> ast.expr:
    """1 - h² as (1 - h)(1 + h)."""
    match node:
        case ast.BinOp(
            left=ast.Constant(value=1),
            op=ast.Sub(),
            right=ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=2)),
        ):
            one = ast.Constant(1)
            return ast.BinOp(
                ast.BinOp(one, ast.Sub(), base),
                ast.Mult(),
                ast.BinOp(one, ast.Add(), copy.deepcopy(base)),
            )
        case _:
            return node


def _squared(node: ast.BinOp, _: Known) -> ast.expr:
    match node:
        case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=2)):
            return ast.BinOp(base, ast.Mult(), copy.deepcopy(base))
        case _:
            return node


Way = Callable[[ast.BinOp, Known], ast.expr]
WAYS: tuple[tuple[type[ast.operator], Way], ...] = (
    (ast.MatMult, lambda node, _: _np("matmul", node.left, node.right)),
    (ast.MatMult, _einsum),
    (ast.MatMult, lambda node, _: _np("dot", node.left, node.right)),
    (ast.Mult, lambda node, _: ast.BinOp(node.right, ast.Mult(), node.left)),
    (ast.Mult, lambda node, _: _np("multiply", node.left, node.right)),
    (
        ast.Sub,
        lambda node, _: ast.UnaryOp(
            ast.USub(), ast.BinOp(node.right, ast.Sub(), node.left)
        ),
    ),
    (
        ast.Sub,
        lambda node, _: ast.BinOp(
            node.left, ast.Add(), ast.UnaryOp(ast.USub(), node.right)
        ),
    ),
    (ast.Sub, lambda node, _: _np("subtract", node.left, node.right)),
    (ast.Sub, _conjugates),
    (ast.Add, lambda node, _: ast.BinOp(node.right, ast.Add(), node.left)),
    (ast.Div, _over_n),
    (ast.Pow, _squared),
    (ast.Pow, lambda node, _: _np("power", node.left, node.right)),
)


class _Updates(ast.NodeTransformer):
    """``W -= lr * dW`` as ``W = W - lr * dW``, and the reverse is not safe: it writes in place."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Sub(), value=step) if (
                self.rng.random() < 0.4
            ):
                return ast.Assign(
                    [node.target],
                    ast.BinOp(ast.Name(name, ast.Load()), ast.Sub(), step),
                    lineno=node.lineno,
                )
            case ast.AugAssign(
                target=ast.Name(),
                op=ast.Sub(),
                value=ast.BinOp(left=rate, op=ast.Mult(), right=step),
            ) if self.rng.random() < 0.3:
                turned = ast.BinOp(ast.UnaryOp(ast.USub(), rate), ast.Mult(), step)
                return ast.AugAssign(node.target, ast.Add(), turned, lineno=node.lineno)
            case _:
                return node


# names


def _renamed(tree: ast.Module, rng: random.Random) -> ast.Module:
    style = rng.choice(STYLES)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    bound = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    words = {
        name: _word(name)
        for name in bound
        if rng.random() < 0.3 and _word(name) not in names
    }
    mapping: dict[str, str] = dict(words)
    for name in bound:
        match = GRADIENT.match(name)
        if match is not None and (match["of"] in names or match["of"] in words):
            of = match["of"]
            mapping[name] = style.format(words.get(of, of))
    taken = set(mapping.values())
    if len(taken) < len(mapping) or taken & names:
        return tree
    return _Names(mapping).visit(tree)  # type: ignore[no-any-return]


def _word(name: str) -> str:
    stem = name.rstrip("0123456789")
    return WORDS[stem] + name[len(stem) :] if stem in WORDS else name


class _Names(ast.NodeTransformer):
    def __init__(self, mapping: Mapping[str, str]) -> None:
        self.mapping = mapping

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.mapping.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.mapping.get(node.arg, node.arg))
