"""The line of NumPy that finds each array of a sheet from what is given and found before it."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from chainrule.lesson.analysis.listing import Listing
from chainrule.lesson.worksheet.steps import Exercise


def solutions(exercise: Exercise) -> dict[str, str]:
    """For each step the expression that computes it; none for what takes several statements."""
    found = {
        name: ast.parse(text).body[0]
        for name, text in Listing(exercise.study).statements.items()
    }
    known = {
        name: one.value for name, one in found.items() if isinstance(one, ast.Assign)
    }
    shown = {*exercise.given}
    texts: dict[str, str] = {}
    for step in exercise.steps:
        tree = known.get(step.name)
        if tree is not None:
            spelled = _WhatNoSheetShows(known, shown).visit(
                ast.parse(ast.unparse(tree))
            )
            texts[step.name] = ast.unparse(spelled)
        shown.add(step.name)
    return texts


class _WhatNoSheetShows(ast.NodeTransformer):
    """Puts what computes it in the place of a name that no sheet shows."""

    def __init__(self, known: Mapping[str, ast.expr], shown: set[str]) -> None:
        self.known = known
        self.shown = shown

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.shown or node.id not in self.known:
            return node
        inner = ast.parse(ast.unparse(self.known[node.id]), mode="eval").body
        result: ast.expr = self.visit(inner)
        return result
