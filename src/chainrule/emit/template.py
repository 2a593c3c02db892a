"""Spellings, parsed once: Python text with holes, into which arguments are put as expressions."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_HOLE = re.compile(r"\{(\w+)\}")
_MARK = "hole_"
Filling = ast.expr | list[ast.expr] | str


@dataclass(frozen=True, slots=True)
class Template:
    """A spelling as a tree: one expression, or statements that assign to ``{result}``."""

    body: ast.expr | tuple[ast.stmt, ...]
    holes: Counter[str]

    @property
    def is_expression(self) -> bool:
        """Whether it may stand inside of another expression."""
        return isinstance(self.body, ast.expr)

    def filled(self, fillings: Mapping[str, Filling]) -> ast.expr:
        """The expression with its holes filled."""
        result: ast.expr = _fill(self.body, fillings)
        return result

    def statements(self, fillings: Mapping[str, Filling]) -> list[ast.stmt]:
        """The statements with their holes filled."""
        lines = self.body if isinstance(self.body, tuple) else ()
        return [_fill(item, fillings) for item in lines]


@lru_cache(maxsize=4096)
def template(text: str) -> Template:
    """``text`` parsed; ``{0}`` and ``{axis}`` are its holes.

    >>> from chainrule.emit.layout import flat
    >>> product = template("{0} @ {1}")
    >>> flat(product.filled({"0": ast.Name("W"), "1": template("a + b").filled({})}))
    'W @ (a + b)'
    """
    holes = Counter(_HOLE.findall(text))
    marked = _HOLE.sub(rf"{_MARK}\1", text)
    if "result" in holes:
        return Template(tuple(ast.parse(marked).body), holes)
    return Template(ast.parse(marked, mode="eval").body, holes)


def _hole(name: str) -> str | None:
    return name.removeprefix(_MARK) if name.startswith(_MARK) else None


def _fill(node: Any, fillings: Mapping[str, Filling]) -> Any:
    match node:
        case ast.Name(id=name) if (hole := _hole(name)) is not None:
            return fillings[hole]
        case ast.Attribute(value=value, attr=name) if (hole := _hole(name)) is not None:
            return ast.Attribute(
                _fill(value, fillings), str(fillings[hole]), ast.Load()
            )
        case ast.AST():
            fields = {
                name: _fill(item, fillings) for name, item in ast.iter_fields(node)
            }
            return _of_one_sign(type(node)(**fields))
        case list():
            return list(_spliced(node, fillings))
        case _:
            return node


def _of_one_sign(node: ast.AST) -> ast.AST:
    """``node`` without a second minus: −(−a) is a, a − (−b) is a + b and a + (−b) is a − b, to the last bit."""
    match node:
        case ast.UnaryOp(ast.USub(), ast.UnaryOp(ast.USub(), inner)):
            return inner
        case ast.BinOp(left, ast.Sub(), ast.UnaryOp(ast.USub(), right)):
            return ast.BinOp(left, ast.Add(), right)
        case ast.BinOp(left, ast.Add(), ast.UnaryOp(ast.USub(), right)):
            return ast.BinOp(left, ast.Sub(), right)
    return node


def _spliced(nodes: list[Any], fillings: Mapping[str, Filling]) -> Any:
    """A list of nodes; a hole filled with several expressions gives them all."""
    for item in nodes:
        filled = _fill(item, fillings)
        if isinstance(filled, list):
            yield from filled
        else:
            yield filled
