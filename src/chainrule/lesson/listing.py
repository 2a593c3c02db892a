"""The derived program as NumPy source: the listing at the end, and the statement beside each array."""

from __future__ import annotations

import ast
import builtins
from functools import cached_property

from chainrule.lesson.study import Study


class Listing:
    """What ``emit`` writes for a study, read again statement by statement."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.shown = {
            v.name for v in study.literal.forward.program.inputs if v.name is not None
        }

    @cached_property
    def numpy(self) -> str:
        """The forward and backward pass in NumPy."""
        return self.text("numpy")

    def text(self, dialect: str) -> str:
        """The forward and backward pass in a dialect."""
        from chainrule.emit import emit

        return emit(self.study.textbook, dialect=dialect, part="backward")

    @cached_property
    def statements(self) -> dict[str, str]:
        """The statement that gives each name its value."""
        found: dict[str, str] = {}
        for function in ast.walk(ast.parse(self.numpy)):
            if (
                isinstance(function, ast.FunctionDef)
                and function.name == "loss_and_gradients"
            ):
                for statement in function.body:
                    name = _assigned(statement)
                    if name is not None:
                        found[name] = ast.unparse(statement)
        return found

    def statement(self, name: str) -> str:
        """The statement that computes ``name`` from arrays shown before it; from now on it is shown too."""
        text = self.statements.get(name, "")
        read = {
            node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)
        }
        known = self.shown | {name, "np", *dir(builtins)}
        self.shown.add(name)
        return text if read <= known else ""


def _assigned(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None
