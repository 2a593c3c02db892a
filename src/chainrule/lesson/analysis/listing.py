"""The derived program as NumPy source: the listing at the end, and the statement beside each array."""

from __future__ import annotations

import ast
import builtins
from functools import cached_property

from chainrule.lesson.analysis.subject_study import Study
from chainrule.program import ProgramError


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

        try:
            return emit(self.study.source, dialect=dialect, part="backward")
        except ProgramError as error:
            if error.code != "E305":
                raise
            # an op of the reader's own, without a spelling: the lesson is told all the same
            return f"# {error.message}\n# {error.hint}\n"

    @cached_property
    def statements(self) -> dict[str, str]:
        """The statement that gives each name its value."""
        found: dict[str, str] = {}
        changed: set[str] = set()
        for statement in self._body():
            name = _assigned(statement)
            if name is None or name in found:
                # written in several statements, as an array that is filled: no one of them computes it
                changed |= {
                    node.id
                    for node in ast.walk(statement)
                    if isinstance(node, ast.Name)
                }
            else:
                found[name] = ast.unparse(statement)
        return {name: text for name, text in found.items() if name not in changed}

    def _body(self) -> list[ast.stmt]:
        """The statements of the one function, without its last, which returns."""
        for node in ast.parse(self.numpy).body:
            if isinstance(node, ast.FunctionDef):
                return [one for one in node.body if not isinstance(one, ast.Return)]
        return []

    def statement(self, name: str) -> str:
        """The statement that computes ``name`` from arrays shown before it; from now on it is shown too."""
        text = self.statements.get(name, "")
        _, _, right = text.partition("=")
        read = {
            node.id
            for node in ast.walk(ast.parse(right.strip()))
            if isinstance(node, ast.Name)
        }
        known = self.shown | {"np", *dir(builtins)}
        self.shown.add(name)
        return text if read <= known else ""


def _assigned(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None
