"""A framework's Python read as NumPy, every part at its own place."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.languages.language import METHODS, Language
from chainrule.check.languages.phrase import (
    Phrase,
    Tree,
    again,
    dotted,
    numpy_call,
    placed,
)

IGNORED = frozenset(
    {
        "dtype",
        "device",
        "requires_grad",
        "memory_format",
        "generator",
        "out_type",
        "name",
        "precision",
        "preferred_element_type",
        "copy",
        "dim_size",
    }
)
WRITES = {"set": "with_items", "add": "with_added", "multiply": "with_scaled"}
FLOATS = ("float", "bfloat", "half", "double")
OPERATORS: Mapping[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "**": ast.Pow,
}


class Unknown(Exception):  # noqa: N818 - it says what happened
    """A call that is not known in NumPy's words; ``line`` is where it stands."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(f"{text} (line {line}) is not known here")
        self.text = text
        self.line = line


def read(tree: Tree, language: Language) -> Tree:
    """The tree in NumPy's words, every part at its place.

    Raises:
        Unknown: for a call of the framework that has no word in NumPy.
    """
    if not language.modules:
        return tree
    known: Tree = _Reader(language).visit(again(tree))
    return ast.fix_missing_locations(known)


class _Reader(ast.NodeTransformer):
    """Reads calls, attributes, and statements that write in place; remembers what was said."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def visit(self, node: ast.AST) -> Any:
        if not isinstance(node, ast.expr):
            return super().visit(node)
        said = again(node)
        read = super().visit(node)
        if ast.dump(read) != ast.dump(said):
            placed(read, said)
            read.said, read.heard = said, ast.dump(read)
        return read

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.returns = None
        for one in ast.walk(node.args):
            if isinstance(one, ast.arg):
                one.annotation = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        node.annotation = ast.copy_location(ast.Constant(None), node.annotation)
        self.generic_visit(node)
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        """``g[x < 0] = 0`` as what ``g`` is then, so that the mask is a part of an expression."""
        match node:
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name() as held, slice=mask)],
                value=value,
            ) if _is_mask(mask) and _is_number(value):
                self.generic_visit(node)
                (target,) = node.targets
                return self._chosen(node, held, target.slice, node.value)  # type: ignore[attr-defined]
        self.generic_visit(node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """``g[x < 0] *= 0.1`` in the same way."""
        match node:
            case ast.AugAssign(
                target=ast.Subscript(value=ast.Name() as held, slice=mask), value=value
            ) if _is_mask(mask) and _is_number(value):
                self.generic_visit(node)
                read = ast.copy_location(ast.Name(held.id, ast.Load()), held)
                changed = ast.BinOp(read, node.op, node.value)
                placed(changed, node.target)
                return self._chosen(node, held, node.target.slice, changed)  # type: ignore[union-attr]
        self.generic_visit(node)
        return node

    def _chosen(
        self, node: ast.stmt, held: ast.Name, mask: ast.expr, value: ast.expr
    ) -> ast.Assign:
        read = ast.copy_location(ast.Name(held.id, ast.Load()), held)
        chosen = numpy_call("where", [mask, value, read], [])
        ast.copy_location(chosen, node)
        placed(chosen, node)
        to = ast.copy_location(ast.Name(held.id, ast.Store()), held)
        return ast.copy_location(ast.Assign([to], chosen), node)

    def visit_With(self, node: ast.With) -> Any:
        if all(self._is_mode(item.context_expr) for item in node.items):
            read = [self.visit(one) for one in node.body]
            return [
                part
                for one in read
                for part in (one if isinstance(one, list) else [one])
            ]
        self.generic_visit(node)
        return node

    def _is_mode(self, node: ast.expr) -> bool:
        """Whether a ``with`` only says how the framework should follow along."""
        name = self.language.called(node.func) if isinstance(node, ast.Call) else None
        return name is not None and name.endswith(
            ("no_grad", "enable_grad", "autocast", "name_scope")
        )

    def visit_Expr(self, node: ast.Expr) -> Any:
        match node.value:
            case ast.Call(func=ast.Attribute(value=held, attr=attr)) if (
                self.language.in_place
                and attr.endswith("_")
                and not attr.startswith("_")
            ):
                return self._written(node, node.value, held, attr.removesuffix("_"))
        self.generic_visit(node)
        return node

    def _written(
        self, node: ast.Expr, call: ast.Call, held: ast.expr, attr: str
    ) -> Any:
        """``g.mul_(m)`` is ``g *= m``; any other write in place is one to all entries."""
        target = self.visit(held)
        match attr, [self.visit(one) for one in call.args]:
            case "masked_fill", [mask, value]:
                return self._assigned(node, target, mask, value)
            case "zero", []:
                return self._assigned(
                    node, target, ast.Constant(...), ast.Constant(0.0)
                )
            case (("copy" | "fill"), [value, *_]):
                return self._assigned(node, target, ast.Constant(...), value)
            case _, [value] if (
                attr in self.language.in_place
                and not call.keywords
                and isinstance(target, ast.Name)
            ):
                op = OPERATORS[self.language.in_place[attr]]()
                stored = ast.copy_location(ast.Name(target.id, ast.Store()), target)
                return ast.copy_location(ast.AugAssign(stored, op, value), node)
            case _:
                value = self.visit(call)
                return self._assigned(node, target, ast.Constant(...), value)

    def _assigned(
        self, node: ast.Expr, target: ast.expr, key: ast.expr, value: ast.expr
    ) -> ast.Assign:
        to = ast.copy_location(ast.Subscript(target, key, ast.Store()), node.value)
        for one in (key, value):
            placed(one, node.value)
        return ast.copy_location(ast.Assign([to], value), node)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        language = self.language
        path = language.called(node)
        if path is not None:
            return self._constant(node, path)
        if node.attr in ("values", "indices") and isinstance(node.value, ast.Call):
            call = node.value
            if isinstance(call.func, ast.Attribute) and call.func.attr in (
                "max",
                "min",
            ):
                call.func.attr = (
                    f"a{call.func.attr}"
                    if node.attr == "values"
                    else f"arg{call.func.attr}"
                )
                return self.visit(call)
        self.generic_visit(node)
        form = language.attributes.get(node.attr)
        if form is not None and isinstance(node.ctx, ast.Load):
            return Phrase("", ("x",), None, {}, ast.parse(form, mode="eval").body).read(
                [node.value], {}
            )
        return node

    def _constant(self, node: ast.Attribute, path: str) -> ast.expr:
        """A type, a constant or a function that is handed on."""
        name = path.rpartition(".")[2]
        if name.startswith(FLOATS):
            return ast.Name("float", ast.Load())
        if name.startswith(("int", "uint", "long", "short")):
            return ast.Name("int", ast.Load())
        if name == "bool":
            return ast.Name("bool", ast.Load())
        ours = self.language.elementwise.get(path, name)
        if hasattr(np, ours) or ours in ops.CATALOGUE:
            return ast.Attribute(ast.Name("np", ast.Load()), ours, ast.Load())
        raise Unknown(ast.unparse(node), node.lineno)

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        match node.value, node.slice:
            case (
                ast.Call(func=ast.Attribute(attr="max" | "min" as attr)) as call,
                ast.Constant(value=0 | 1 as which),
            ) if self.language.methods:
                call.func.attr = f"a{attr}" if which == 0 else f"arg{attr}"  # type: ignore[attr-defined]
                return self.visit(call)
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        at = self._at(node)
        if at is not None:
            return at
        path = self.language.called(node.func)
        if path is not None:
            node.args = [self.visit(one) for one in node.args]
            for keyword in node.keywords:
                keyword.value = self.visit(keyword.value)
            return self._function(node, path)
        if (
            isinstance(node.func, ast.Attribute)
            and self.language.methods
            and not self._of_module(node.func)
        ):
            self.generic_visit(node)
            return self._method(node, node.func)
        self.generic_visit(node)
        return node

    def _of_module(self, func: ast.Attribute) -> bool:
        words = dotted(func)
        return words is not None and isinstance(
            self.language.scope.get(words[0]), ModuleType
        )

    def _at(self, node: ast.Call) -> ast.expr | None:
        """``x.at[key].set(value)``."""
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Subscript(
                        value=ast.Attribute(value=held, attr="at"), slice=key
                    ),
                    attr=attr,
                ),
                args=[value],
            ) if attr in WRITES:
                s_ = ast.Attribute(ast.Name("np", ast.Load()), "s_", ast.Load())
                index = ast.Subscript(s_, self.visit(key), ast.Load())
                write = ast.Attribute(
                    ast.Name("np", ast.Load()), WRITES[attr], ast.Load()
                )
                return ast.Call(write, [self.visit(held), index, self.visit(value)], [])
            case _:
                return None

    def _function(self, node: ast.Call, path: str) -> ast.expr:
        language = self.language
        args, keywords = list(node.args), self._keywords(node)
        for phrase in language.by_name.get(path, ()):
            found = phrase.read(args, self._named(phrase, keywords))
            if found is not None:
                return found
        product = self._product(path, args, keywords)
        if product is not None:
            return product
        prefix, _, name = path.rpartition(".")
        for known in (path, f"{language.home}{name}"):
            if known in language.elementwise and not keywords:
                return numpy_call(language.elementwise[known], args, [])
        if name.startswith(FLOATS):
            return ast.Call(ast.Name("float", ast.Load()), args, [])
        if prefix == language.numpy_like and (
            hasattr(np, name) or name in ops.CATALOGUE
        ):
            return numpy_call(
                name, args, [ast.keyword(k, v) for k, v in keywords.items()]
            )
        if prefix == f"{language.numpy_like}.linalg":
            return numpy_call(
                f"linalg.{name}",
                args,
                [ast.keyword(k, v) for k, v in keywords.items()],
            )
        raise Unknown(ast.unparse(getattr(node, "said", node).func), node.lineno)

    def _product(
        self, path: str, args: list[ast.expr], keywords: dict[str, ast.expr]
    ) -> ast.expr | None:
        """``tf.matmul(a, b, transpose_b=True)``."""
        if not path.endswith("matmul") or len(args) != 2:
            return None
        sides = []
        for side, letter in zip(args, "ab", strict=True):
            asked = keywords.pop(f"transpose_{letter}", ast.Constant(False))
            turned = isinstance(asked, ast.Constant) and bool(asked.value)
            sides.append(self._turned(side) if turned else side)
        return None if keywords else ast.BinOp(sides[0], ast.MatMult(), sides[1])

    def _turned(self, side: ast.expr) -> ast.expr:
        if self.language.batched:
            axes: list[ast.expr] = [
                ast.UnaryOp(ast.USub(), ast.Constant(one)) for one in (1, 2)
            ]
            return numpy_call("swapaxes", [side, *axes], [])
        return ast.Attribute(side, "T", ast.Load())

    def _method(self, node: ast.Call, func: ast.Attribute) -> ast.expr:
        language = self.language
        path = f"{language.home}{func.attr}"
        args, keywords = [func.value, *node.args], self._keywords(node)
        for name in (path, path.removesuffix("_")):
            for phrase in language.by_name.get(name, ()):
                found = phrase.read(args, self._named(phrase, keywords))
                if found is not None:
                    return _as_method(found)
            if name in language.elementwise and not keywords:
                return numpy_call(language.elementwise[name], args, [])
        return node

    def _keywords(self, node: ast.Call) -> dict[str, ast.expr]:
        given = {one.arg: one.value for one in node.keywords if one.arg is not None}
        unbiased = given.pop("unbiased", None)
        if isinstance(unbiased, ast.Constant):
            given["correction"] = ast.Constant(int(bool(unbiased.value)))
        return {name: value for name, value in given.items() if name not in IGNORED}

    def _named(
        self, phrase: Phrase, keywords: Mapping[str, ast.expr]
    ) -> dict[str, ast.expr]:
        return {
            name
            if name in phrase.parameters
            else self.language.synonyms.get(name, name): value
            for name, value in keywords.items()
        }


def _is_mask(index: ast.expr) -> bool:
    match index:
        case ast.Compare():
            return True
        case ast.UnaryOp(op=ast.Invert(), operand=inner):
            return _is_mask(inner)
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr(), left=left, right=right):
            return _is_mask(left) and _is_mask(right)
        case _:
            return False


def _is_number(value: ast.expr) -> bool:
    inner = value.operand if isinstance(value, ast.UnaryOp) else value
    return isinstance(inner, ast.Constant)


def _as_method(node: ast.expr) -> ast.expr:
    """``np.sum(x, axis=0)`` as ``x.sum(axis=0)``, where NumPy has the method."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="np"), attr=name), args=[x, *rest]
        ) if name in METHODS:
            return ast.Call(ast.Attribute(x, name, ast.Load()), rest, node.keywords)
        case _:
            return node
