"""A program as the body of a function: its statements, with the reason above each gradient."""

from __future__ import annotations

import ast
import textwrap
import unicodedata

from chainrule.emit import layout
from chainrule.emit.plan import Plan
from chainrule.program import Value


def body(plan: Plan, *, without: Value | None = None) -> list[str]:
    """The statements of a plan, indented once; ``without`` is left to the return statement."""
    lines: list[str] = []
    said = ""
    for value in plan.order():
        if value is without:
            continue
        why = plan.producer[value].why
        if value not in plan.roles.forward and why and why != said:
            lines += comment(why)
            said = why
        lines += statement(plan, value)
    return lines


def statement(plan: Plan, value: Value) -> list[str]:
    """The statement of one value."""
    template = plan.templates[value]
    name = plan.name(value)
    if template.is_expression:
        node = plan.computed(value)
        return layout.assignment(name, node) or _over(f"{name} = ", node)
    filled = plan.speller.fillings(plan.producer[value], name)
    lines: list[str] = []
    for one in template.statements(filled):
        lines += layout.statement(one) or [
            layout.INDENT + ast.unparse(ast.fix_missing_locations(one))
        ]
    return lines


def _over(before: str, node: ast.expr) -> list[str]:
    """A line wider than the page, where nothing in it can be named."""
    return [f"{layout.INDENT}{before}{layout.flat(node)}"]


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
