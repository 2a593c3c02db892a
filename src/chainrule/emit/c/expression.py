"""Entries as C expressions: an array with its index, a number at hand, signs and calls around them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence

from chainrule.emit import layout
from chainrule.emit.c.lengths import NONE, Length
from chainrule.emit.c.nests import Apply, Constant, Count, Counter, DType, Node, Read
from chainrule.emit.c.words import literal
from chainrule.emit.template import template
from chainrule.program import Value

Entry = Callable[[Read], "ast.expr | None"]
"""How an entry is called where it needs no index: a number at hand, or an expression put in its place."""


class Expressions:
    """Texts of nodes within loops whose counters are called ``counters``.

    Of the arrays in ``from_on`` the names stand for their entries from that place on.
    """

    def __init__(
        self,
        names: Mapping[Value, str],
        counters: Sequence[str],
        at_hand: Entry,
        from_on: Collection[Value] = (),
    ) -> None:
        self.names = names
        self.counters = counters
        self.at_hand = at_hand
        self.from_on = from_on

    def text(self, node: Node, dtype: DType) -> str:
        """``node`` on one line."""
        return flat(self.tree(node, dtype))

    def tree(self, node: Node, dtype: DType) -> ast.expr:
        """``node`` as a tree; ``dtype`` is the type it is wanted as."""
        match node:
            case Constant(number=number):
                return _signed(literal(number, dtype))
            case Count(length=length):
                return _parsed(length.text)
            case Counter(loop=loop):
                return ast.Name(self.counters[loop])
            case Read():
                return self.at_hand(node) or self.entry(node, self.names[node.root])
            case Apply(text=text, parts=(), dtype=_):
                return _signed(text)
            case Apply(text=text, parts=parts):
                filled = [self.tree(part, node.dtype) for part in parts]
                if text.startswith("("):
                    # a cast looks like a call of its type in brackets
                    kind = text[: text.index(")") + 1]
                    return ast.Call(ast.Name(kind), filled, [])
                holes = {str(place): part for place, part in enumerate(filled)}
                return template(text).filled(holes)

    def entry(self, read: Read, name: str, skip: int = 0) -> ast.expr:
        """``name[index]``; the first ``skip`` loops do not count."""
        return ast.Subscript(ast.Name(name), self.index(read, skip), ast.Load())

    def index(self, read: Read, skip: int = 0) -> ast.expr:
        """Where an entry stands in its array: the longest strides first, as one writes ``64 * i + j``."""
        terms: list[ast.expr] = []
        for loop, stride in enumerate(read.strides):
            if loop >= skip and stride != NONE:
                terms.append(_scaled(stride, ast.Name(self.counters[loop])))
        for stride, place in read.computed:
            terms.append(_scaled(stride, self.tree(place, read.root.dtype)))
        start = NONE if read.root in self.from_on else read.start
        if start != NONE or not terms:
            terms.append(_parsed(start.text))
        total = terms[0]
        for term in terms[1:]:
            total = _plus(total, term)
        return total


def _plus(left: ast.expr, right: ast.expr) -> ast.expr:
    if isinstance(right, ast.UnaryOp):
        return ast.BinOp(left, ast.Sub(), right.operand)
    return ast.BinOp(left, ast.Add(), right)


def _scaled(stride: Length, counter: ast.expr) -> ast.expr:
    if stride == Length(0, 1):
        return counter
    if stride == Length(0, -1):
        return ast.UnaryOp(ast.USub(), counter)
    if stride.number is not None and stride.number < 0:
        positive = ast.BinOp(_parsed(str(-stride.number)), ast.Mult(), counter)
        return ast.UnaryOp(ast.USub(), positive)
    return ast.BinOp(_parsed(stride.text), ast.Mult(), counter)


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _signed(text: str) -> ast.expr:
    if text.startswith("-"):
        return ast.UnaryOp(ast.USub(), ast.Name(text[1:]))
    return ast.Name(text)


def flat(node: ast.expr) -> str:
    """A tree on one line of C."""
    # two minus signs side by side would be a decrement
    return layout.flat(node).replace("--", "- -")
