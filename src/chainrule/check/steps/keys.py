"""Items by keys that are computed, ``grads['dA' + str(l)]``, and the same with another counter, or a step further."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

from chainrule.check.trees import same, tree_copy

PLAIN = (
    ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Load, ast.Call,
    ast.JoinedStr, ast.FormattedValue,
)  # fmt: skip
FUNCTIONS = {"str": str, "int": int}
OFFSETS = (0, -1, 1)


@dataclass(frozen=True, slots=True)
class KeyedItem:
    """An item of a container by a key that hangs on counters: ``text``, made of ``base`` and the code of its index."""

    text: str
    base: ast.expr
    index: CodeType

    def at(self, numbers: Mapping[str, int]) -> Any:
        """The key where counters stand so; None where there is none."""
        try:
            return eval(self.index, {"__builtins__": {}, **FUNCTIONS}, dict(numbers))  # noqa: S307 - see PLAIN
        except Exception:  # noqa: BLE001 - an index that cannot be computed names nothing
            return None


def keys(node: ast.Subscript, names: Collection[str]) -> Iterator[KeyedItem]:
    """A subscript as it is written, then with each number in its index as any of ``names``, or one beside it.

    >>> written = ast.parse("g['W' + str(l - 2)]", mode="eval").body
    >>> [key.text for key in keys(written, ["l"])][:3]
    ["g['W' + str(l - 2)]", "g['W' + str(l)]", "g['W' + str(l - 1)]"]
    """
    if not all(isinstance(part, PLAIN) for part in ast.walk(node.slice)):
        return
    yield _key(node.value, node.slice)
    for place in _numbers(node.slice, names):
        for name in names:
            for offset in OFFSETS:
                put = _Put(place, _shifted(name, offset))
                yield _key(node.value, put.visit(tree_copy(node.slice)))


def _key(base: ast.expr, index: ast.expr) -> KeyedItem:
    whole = ast.fix_missing_locations(ast.Expression(index))
    text = f"{ast.unparse(base)}[{ast.unparse(index)}]"
    return KeyedItem(text, base, compile(whole, "<index>", "eval"))


def _numbers(index: ast.expr, names: Collection[str]) -> list[ast.AST]:
    """The largest parts of an index that are a number, a name of one, or such a name and a plain number."""

    def is_number(node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name):
                return name in names
            case ast.Constant(value=value):
                return type(value) is int
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as one):
                return is_number(one)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=ast.Constant()):
                return is_number(left)
        return False

    found = [node for node in ast.walk(index) if is_number(node)]
    inside = {part for node in found for part in ast.walk(node) if part is not node}
    return [node for node in found if node not in inside]


def _shifted(name: str, offset: int) -> ast.expr:
    number = ast.Name(name, ast.Load())
    if not offset:
        return number
    op = ast.Add() if offset > 0 else ast.Sub()
    return ast.BinOp(number, op, ast.Constant(abs(offset)))


class _Put(ast.NodeTransformer):
    """One part of an expression written otherwise, wherever it stands."""

    def __init__(self, old: ast.AST, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        """The new part, or what is there."""
        return self.new if same(node, self.old) else self.generic_visit(node)
