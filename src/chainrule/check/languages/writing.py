"""NumPy written back as a framework's Python; what was not changed, as the user wrote it."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from chainrule.check.languages.language import METHODS, Language
from chainrule.check.languages.phrase import again, head, numpy_call


def write(node: ast.expr, language: Language) -> ast.expr:
    """An expression in the framework's words."""
    if not language.modules:
        return node
    written: ast.expr = _Writer(language).visit(again(node))
    return written


class _Writer(ast.NodeTransformer):
    """Writes NumPy as the framework; leaves as it was what is still what the user wrote."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def visit(self, node: ast.AST) -> Any:
        said = getattr(node, "said", None)
        if said is not None and ast.dump(node) == node.heard:  # type: ignore[attr-defined]
            return said
        if isinstance(node, ast.expr):
            found = self._phrase(node)
            if found is not None:
                return found
        return super().visit(node)

    def _phrase(self, node: ast.expr) -> ast.expr | None:
        plain, as_method = _as_function(node)
        match plain:
            case ast.Call(
                func=ast.Attribute(attr="maximum" | "minimum"),
                args=[ast.Constant() as first, second],
            ):
                plain = ast.Call(plain.func, [second, first], [])
        for phrase in self.language.by_ours.get(head(plain), ()):
            written = phrase.write(plain)
            if written is None:
                continue
            args = [self.visit(one) for one in written[0]]
            keywords = [
                ast.keyword(one.arg, self.visit(one.value)) for one in written[1]
            ]
            home, name = self.language.home, phrase.theirs.rpartition(".")[2]
            method = (
                self.language.methods
                and phrase.theirs == f"{home}{name}"
                and not hasattr(self.language.modules["torch"], name)
            )
            if (as_method or method) and self.language.methods and args:
                return ast.Call(
                    ast.Attribute(args[0], name, ast.Load()), args[1:], keywords
                )
            return ast.Call(self.language.named(phrase.theirs), args, keywords)
        return None if as_method else self._op(plain)

    def _op(self, node: ast.expr) -> ast.expr | None:
        """A call of one op, by its spelling in the dialect."""
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr=name),
                args=args,
                keywords=keywords,
            ):
                pass
            case _:
                return None
        language = self.language
        args = [self.visit(one) for one in args]
        theirs = next(
            (path for path, ours in language.elementwise.items() if ours == name), None
        )
        if language.numpy_like and hasattr(np, name):
            theirs = f"{language.numpy_like}.{name}"
            keywords = [ast.keyword(one.arg, self.visit(one.value)) for one in keywords]
        elif keywords:
            return None
        return (
            None if theirs is None else ast.Call(language.named(theirs), args, keywords)
        )

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        self.generic_visit(node)
        if self.language.numbers_and_masks or not isinstance(node.op, ast.Mult):
            return node
        # a mask is no number in this framework until it is made one
        if isinstance(node.right, ast.Compare):
            node.right = self._cast(node.right, node.left)
        elif isinstance(node.left, ast.Compare):
            node.left = self._cast(node.left, node.right)
        return node

    def _cast(self, mask: ast.expr, like: ast.expr) -> ast.expr:
        kind = ast.Attribute(again(like), "dtype", ast.Load())
        return ast.Call(
            self.language.named(f"{self.language.home}cast"), [mask, kind], []
        )


def _as_function(node: ast.expr) -> tuple[ast.expr, bool]:
    """The reverse, and whether it was a method."""
    match node:
        case ast.Call(func=ast.Attribute(value=x, attr=name)) if (
            name in METHODS and not (isinstance(x, ast.Name) and x.id == "np")
        ):
            return numpy_call(name, [x, *node.args], node.keywords), True
        case ast.Call(func=ast.Attribute(value=x)):
            return node, not (isinstance(x, ast.Name) and x.id == "np")
        case _:
            return node, False
