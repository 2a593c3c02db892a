"""A hand-written expression as something to try changes on: its parts, their numbers, its value when changed."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType
from typing import Any

import numpy as np

from chainrule.check.steps.neighbours import neighbours
from chainrule.check.study import Study
from chainrule.check.trees import same, tree_copy, with_pieces
from chainrule.program import Arg, Array, Value
from chainrule.program.run import resolve
from chainrule.trace.source import Span, span_of
from chainrule.trace.statements.watch import Execution, Seen, within

NAMESPACES = ("np", "numpy", "math")
PLAIN = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


class Known(ast.Name):
    """A name put in by a change, with the value it stands for."""

    item: Arg
    old: bool


def known(text: str, item: Arg, *, old: bool = False) -> Known:
    """``text`` as an expression whose value is known; ``old`` if it is what stood there before its update."""
    node = Known(text, ast.Load())
    node.item, node.old = item, old
    return node


@dataclass(eq=False)
class Place:
    """One execution of one expression, and the worlds (numbers of each trial) in which it is looked at."""

    study: Study
    execution: Execution
    worlds: Sequence[Mapping[Value, Array]]
    _compiled: dict[ast.expr, tuple[CodeType, list[Arg]]] = field(default_factory=dict)

    @property
    def root(self) -> ast.expr:
        """The expression as the user wrote it."""
        return self.execution.site.expression

    @cached_property
    def parts(self) -> dict[Span, Seen]:
        """What each name, item and call in the expression stood for."""
        return {
            seen.span: seen
            for seen in self.execution.seen
            if within(seen.span, self.execution.site.span)
        }

    @cached_property
    def written(self) -> dict[Span, ast.expr]:
        """The parts as written, by which a changed part is told from an unchanged one."""
        written: dict[Span, ast.expr] = {}
        for node in ast.walk(self.root):
            # what was read from another language may hold several parts at one place: the outermost is what was seen
            if isinstance(node, ast.expr):
                written.setdefault(span_of(node), node)
        return written

    @cached_property
    def visible(self) -> dict[str, Arg]:
        """What can be named at this place."""
        found = self.study.watch.visible(self.execution)
        for seen in self.execution.seen:
            if seen.neighbours:
                found.update(neighbours(seen))
        return {
            text: item
            for text, item in found.items()
            if len(text) < 40 and "…" not in text
        }

    def nodes(self) -> Iterator[ast.expr]:
        """The parts of the expression that stand for arrays or numbers, outermost first."""
        ahead: list[ast.expr] = [self.root]
        while ahead:
            node = ahead.pop(0)
            yield node
            if isinstance(node, ast.Call):
                inner = list(node.args)
                if (
                    isinstance(node.func, ast.Attribute)
                    and _root(node.func) not in NAMESPACES
                ):
                    inner.insert(0, node.func.value)
                ahead += inner
            elif not self.is_leaf(node):
                ahead += [
                    child
                    for child in ast.iter_child_nodes(node)
                    if isinstance(child, ast.expr)
                ]

    def is_leaf(self, node: ast.expr) -> bool:
        """Whether a node is a name or an item whose value was seen."""
        seen = self.parts.get(span_of(node)) if hasattr(node, "lineno") else None
        return seen is not None and not seen.is_call

    def item(self, node: ast.expr) -> Arg | None:
        """What a leaf stands for."""
        if isinstance(node, Known):
            return node.item
        seen = self.parts.get(span_of(node))
        return seen.item if seen is not None else None

    def evaluate(self, node: ast.expr, numbers: Mapping[Value, Array]) -> Any:
        """The value of an expression, changed or not, with these numbers.

        Raises:
            Exception: whatever the expression raises with these numbers; KeyError where one is missing.
        """
        # a change is tried on several data sets: it is read once
        if node not in self._compiled:
            items: list[Arg] = []
            tree = _Substitution(self, items).visit(tree_copy(node))
            whole = ast.fix_missing_locations(ast.Expression(tree))
            self._compiled[node] = compile(whole, "<trial>", "eval"), items
        code, items = self._compiled[node]
        scope = {f"_{i}": resolve(item, numbers) for i, item in enumerate(items)}
        with np.errstate(all="ignore"):
            return eval(code, self.scope, scope)  # noqa: S307 - the user's own expression, with its own numbers

    @cached_property
    def scope(self) -> dict[str, Any]:
        """The user's functions and imports, as they are without being watched."""
        return plain_scope(self.study)

    def shape(self, node: ast.expr) -> tuple[int, ...] | None:
        """The shape an expression has in the script's own data; None if it cannot be computed."""
        try:
            return tuple(np.shape(self.evaluate(node, self.worlds[0])))
        except Exception:  # noqa: BLE001 - a change that does not fit is no change
            return None

    @cached_property
    def is_as_recorded(self) -> bool:
        """Whether the expression, read as arrays, gives what was recorded: a ``*`` of matrices does not, and is edited by nobody."""
        results = [item for _, item in self.execution.results]
        if self.execution.site.augmented is not None or len(results) != 1:
            return True
        (result,) = results
        numbers = self.study.trials[0].numbers
        if not isinstance(result, Value) or result not in numbers:
            return True
        try:
            found = np.asarray(self.evaluate(self.root, numbers), float)
        except ValueError:
            # shapes that do not fit, as they are written
            return False
        except Exception:  # noqa: BLE001 - what cannot be worked out here may be worked out after a change
            return True
        known = numbers[result]
        return found.shape == known.shape and bool(np.allclose(found, known))

    def changed(self, old: ast.expr, new: ast.expr) -> ast.expr:
        """The expression with ``old`` replaced by ``new``."""
        changed: ast.expr = with_pieces(self.root, {old: new})
        return changed


class _Substitution(ast.NodeTransformer):
    """Every part whose value is known becomes a variable."""

    def __init__(self, place: Place, items: list[Arg]) -> None:
        self.place = place
        self.items = items

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, Known):
            # in another turn of a loop the same name is another value
            here = self.place.visible.get(node.id, node.item)
            if node.old and isinstance(here, Value):
                here = self.place.study.before.get(here, node.item)
            return self._variable(here)
        if isinstance(node, ast.expr) and hasattr(node, "lineno"):
            seen = self.place.parts.get(span_of(node))
            if seen is not None and seen.item is not None and self._stands(node, seen):
                return self._variable(seen.item)
        return self.generic_visit(node)

    def _stands(self, node: ast.expr, seen: Seen) -> bool:
        if not seen.is_call:
            return same(node, self.place.written.get(seen.span))
        if isinstance(node, ast.Call) and _root(node.func) in NAMESPACES:
            return False
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return False
        return same(node, self.place.written.get(seen.span))

    def _variable(self, item: Arg) -> ast.expr:
        self.items.append(item)
        return ast.Name(f"_{len(self.items) - 1}", ast.Load())


def plain_scope(study: Study) -> dict[str, Any]:
    """The functions, classes and imports of the script, run by themselves."""
    kept = study.watch.scope.get("__chainrule_plain__")
    if kept is None:
        kept = {"__name__": "chainrule_trial"}
        for node in study.tree.body:
            if isinstance(node, PLAIN):
                code = compile(ast.Module([node], []), study.script.file, "exec")
                # a function that needs more than functions to be defined is not tried
                with contextlib.suppress(Exception):
                    exec(code, kept)  # noqa: S102 - the user's own functions
        study.watch.scope["__chainrule_plain__"] = kept
    scope: dict[str, Any] = kept
    return scope


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
