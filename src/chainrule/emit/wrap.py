"""Whole statements brought to the width of the page, as the formatter would."""

from __future__ import annotations

import ast
import textwrap
import unicodedata
from collections.abc import Sequence

from chainrule.emit import layout


def signature(name: str, parameters: Sequence[str]) -> list[str]:
    """The line or lines of ``def``."""
    line = f"def {name}({', '.join(parameters)}):"
    if len(line) <= layout.WIDTH:
        return [line]
    together = layout.INDENT + ", ".join(parameters)
    if len(together) <= layout.WIDTH:
        return [f"def {name}(", together, "):"]
    return [f"def {name}(", *(f"{layout.INDENT}{text}," for text in parameters), "):"]


def tuple_of(names: Sequence[str]) -> str:
    """``(a, b)``, and ``(a,)`` for one."""
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def returned(first: str, names: Sequence[str]) -> list[str]:
    """``return loss, (dW, db)``."""
    margin = layout.INDENT
    line = f"{margin}return {first}, {tuple_of(names)}"
    if len(line) <= layout.WIDTH:
        return [line]
    inner = [f"{margin * 2}{name}," for name in names]
    return [f"{margin}return {first}, (", *inner, f"{margin})"]


def unpacked(names: Sequence[str], source: str, depth: int = 1) -> list[str]:
    """``dW, db = gradients``."""
    margin = layout.INDENT * depth
    targets = ", ".join(names) + ("," if len(names) == 1 else "")
    line = f"{margin}{targets} = {source}"
    if len(names) == 1:
        line = f"{margin}({targets}) = {source}"
    if len(line) <= layout.WIDTH:
        return [line]
    inner = [f"{margin}{layout.INDENT}{name}," for name in names]
    return [f"{margin}(", *inner, f"{margin}) = {source}"]


def statement(text: str, depth: int = 1) -> list[str]:
    """A statement given as text: an assignment, or a call."""
    (node,) = ast.parse(text).body
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
        targets = layout.flat(node.targets[0])[1:-1]
        lines = layout.assignment(targets, node.value, depth)
    else:
        lines = layout.statement(node, depth)
    return lines or [layout.INDENT * depth + text]


def assignment(target: str, node: ast.expr, depth: int = 1) -> list[str]:
    """``target = node``, wider than the page only where nothing else is possible."""
    flat = f"{layout.INDENT * depth}{target} = {layout.flat(node)}"
    return layout.assignment(target, node, depth) or [flat]


def comment(why: str, depth: int = 1) -> list[str]:
    """A reason as a comment, wrapped; whatever it holds, it stays a comment."""
    clean = "".join(
        " " if unicodedata.category(sign)[0] in "CZ" else sign for sign in why
    )
    margin = f"{layout.INDENT * depth}# "
    return textwrap.wrap(
        " ".join(clean.split()),
        layout.WIDTH,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=True,
        break_on_hyphens=False,
    )
