"""True gradients written in the names that the user has at hand."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from dataclasses import dataclass

from chainrule.check.place import Known, Place, known
from chainrule.check.trees import tree_copy
from chainrule.emit.layout import flat
from chainrule.emit.numpy import NUMPY
from chainrule.emit.spelling import Speller, spelling
from chainrule.program import Arg, Line, Value

DEEPEST = 12


class CannotSpell(Exception):  # noqa: N818 - it says what happened
    """A value that no expression in the user's names gives."""


@dataclass(eq=False)
class Words:
    """The names that may be used at a place, and the lines behind what has no name."""

    place: Place
    texts: Mapping[Value, str]
    producer: Mapping[Value, Line]

    def expression(self, value: Value) -> ast.expr:
        """``value`` in the user's names.

        Raises:
            CannotSpell: if something in it has no name and no expression.
        """
        sign, node = self.signed(value)
        node = _Vectors().visit(node)
        return node if sign > 0 else ast.UnaryOp(ast.USub(), node)

    def signed(self, value: Value, depth: int = 0) -> tuple[int, ast.expr]:
        """``value`` as a sign and an expression: minus signs gather in front, factors of 1 go away.

        Raises:
            CannotSpell: as ``expression``.
        """
        text = self.texts.get(value)
        if text is not None:
            return 1, known(text, value)
        line = self.producer.get(value)
        if line is None or depth > DEEPEST:
            raise CannotSpell
        match line.op.name, line.args:
            case "identity", (Value() as inner,):
                return self.signed(inner, depth + 1)
            case "negative", (Value() as inner,):
                sign, node = self.signed(inner, depth + 1)
                return -sign, node
            case (("multiply" | "divide"), (Value() as one, Value() as other)):
                return self._product(line, one, other, depth)
        speller = Speller(NUMPY, lambda inner: self._whole(inner, depth + 1))
        template = spelling(line, NUMPY)
        if not template.is_expression:
            raise CannotSpell
        return 1, template.filled(speller.fillings(line, "result"))

    def _whole(self, value: Value, depth: int) -> ast.expr:
        sign, node = self.signed(value, depth)
        return node if sign > 0 else ast.UnaryOp(ast.USub(), node)

    def _product(
        self, line: Line, one: Value, other: Value, depth: int
    ) -> tuple[int, ast.expr]:
        first, second = self.signed(one, depth + 1), self.signed(other, depth + 1)
        sign = first[0] * second[0]
        if line.op.name == "divide":
            left = ast.Constant(1) if self._is_one(one) else first[1]
            return sign, ast.BinOp(left, ast.Div(), second[1])
        if self._is_one(one):
            return sign, second[1]
        if self._is_one(other):
            return sign, first[1]
        return sign, ast.BinOp(first[1], ast.Mult(), second[1])

    def _is_one(self, value: Value) -> bool:
        """Whether a value is 1 or -1 everywhere, as the gradient of the loss itself is."""
        line = self.producer.get(value)
        while (
            line is not None
            and line.op.name == "negative"
            and isinstance(line.args[0], Value)
        ):
            line = self.producer.get(line.args[0])
        return line is not None and line.op.name == "ones_like"


class _Vectors(ast.NodeTransformer):
    """``A @ v`` where a product with a column was taken apart again: ``(A @ np.expand_dims(v, -1))[..., 0]``."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        match self.generic_visit(node):
            case ast.Subscript(
                value=ast.BinOp(
                    left=left,
                    op=ast.MatMult(),
                    right=ast.Call(
                        func=ast.Attribute(attr="expand_dims"), args=[Known() as v, _]
                    ),
                ),
                slice=ast.Tuple(
                    elts=[ast.Constant(value=builtins.Ellipsis), ast.Constant(value=0)]
                ),
            ) if isinstance(v.item, Value) and v.item.ndim == 1:
                return ast.BinOp(left, ast.MatMult(), v)
            case other:
                return other  # type: ignore[return-value]


def words_at(place: Place, gradients: Mapping[Value, Arg]) -> Words:
    """The names at a place; ``gradients`` are hand-written values that are right, by the gradient they are."""
    texts: dict[Value, str] = {}
    for text, item in place.visible.items():
        if isinstance(item, Value) and (
            item not in texts or len(text) < len(texts[item])
        ):
            texts[item] = text
    derived = place.study.derived
    for target, written in gradients.items():
        true = derived.gradients.get(target)
        if true is not None and isinstance(written, Value) and written in texts:
            texts.setdefault(true, texts[written])
    producer = {**place.study.producer, **derived.run.program.producer()}
    return Words(place, texts, producer)


def text_of(node: ast.expr) -> str:
    """An expression as text.

    >>> text_of(ast.parse("(a*b) - (c - d)", mode="eval").body)
    'a * b - (c - d)'
    """
    written = _plain(node)
    try:
        return flat(written)
    except Exception:  # noqa: BLE001 - what the layout does not know, Python writes
        return ast.unparse(written)


def _plain(node: ast.expr) -> ast.expr:
    """Known names as the expressions they are written as."""

    class Plain(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            if isinstance(node, Known):
                return ast.parse(node.id, mode="eval").body
            return node

    result: ast.expr = Plain().visit(tree_copy(node))
    return result
