"""What is wrong beside a line's value, as a line of the report: another order, a write into what is another's."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Mapping, Sequence

import numpy as np

from chainrule.check.agree import agree
from chainrule.check.follow import Followed
from chainrule.check.frameworks.custom import Finding
from chainrule.check.report import LineReport
from chainrule.check.study import Study
from chainrule.check.verdict import Verdict
from chainrule.program import Value


def in_order(
    known: Study, given: Mapping[Value, Value]
) -> tuple[dict[Value, Value], tuple[Finding, ...]]:
    """What each returned value is the gradient of, where they only stand in another order; and that said."""
    ordered = dict(given)
    for gradient, target in given.items():
        if _is_gradient(known, gradient, target):
            continue
        for other in given.values():
            if other is not target and _is_gradient(known, gradient, other):
                ordered[gradient] = other
                break
    changed = [
        (ordered[gradient], target)
        for gradient, target in given.items()
        if ordered[gradient] is not target
    ]
    if not changed or len(set(ordered.values())) < len(ordered):
        return dict(given), ()
    said = ", ".join(
        f"that of {got.name} where {target.name}'s belongs" for got, target in changed
    )
    return ordered, (
        Finding(
            f"The gradients are returned in another order than forward's arguments: {said}.",
            "order of gradients",
        ),
    )


def _is_gradient(known: Study, written: Value, target: Value) -> bool:
    return all(
        written in trial.numbers and agree(trial.numbers[written], trial.truth[target])
        for trial in known.trials
    )


def has_gradient(known: Study, name: str) -> bool:
    """Whether the gradient of a name is not 0 everywhere."""
    return any(
        value.name == name and np.any(trial.truth.get(value, 0.0))
        for trial in known.trials
        for value in known.script.parameters
    )


def nothing_for(name: str) -> Finding:
    """What to say of None where there is a gradient."""
    return Finding(
        f"None is returned for {name}, whose gradient is not 0.", "missing", about=name
    )


def line_of(finding: Finding, followed: Followed) -> LineReport:
    """A finding as a wrong line: the write it is about, else where the gradients are returned."""
    node = _place(finding, followed)
    file = followed.backward.file
    last = node.end_lineno or node.lineno
    if isinstance(node, ast.FunctionDef):
        last = node.lineno
    source = "".join(linecache.getline(file, i) for i in range(node.lineno, last + 1))
    return LineReport(
        line=node.lineno,
        column=node.col_offset,
        end_line=last,
        end_column=node.end_col_offset or 0,
        source=source.rstrip("\n"),
        name=finding.about or "",
        gradient_of=finding.about if finding.kind == "missing" else None,
        verdict=Verdict.WRONG,
        cause=finding.sentence,
        kinds=(finding.kind,),
        fix=finding.fix,
    )


def _place(finding: Finding, followed: Followed) -> ast.stmt:
    """The statement a finding is about: the first write into it, else where the gradients are returned."""
    tree = followed.backward.tree
    statements = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node is not tree
    ]
    if finding.kind == "changed in place":
        statements.sort(key=lambda node: node.lineno)
        write = first_write(statements, finding.about or "")
        if write is not None:
            return write
    returns = [node for node in statements if isinstance(node, ast.Return)]
    return returns[-1] if returns else tree


def first_write(statements: Sequence[ast.stmt], name: str) -> ast.stmt | None:
    r"""The first statement that writes into the array called ``name``, or into it by another name.

    >>> first_write(ast.parse("d = g\nd[m] = 0").body, "g").lineno
    2
    """
    names = {name}
    for node in statements:
        match node:
            case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old)):
                (names.add if old in names else names.discard)(new)
            case (
                ast.Assign(targets=[ast.Subscript(value=ast.Name(id=held))])
                | ast.AugAssign(target=ast.Name(id=held))
                | ast.AugAssign(target=ast.Subscript(value=ast.Name(id=held)))
            ) if held in names:
                return node
            case ast.stmt() if any(
                isinstance(one, ast.Call)
                and isinstance(one.func, ast.Attribute)
                and one.func.attr.endswith("_")
                and isinstance(one.func.value, ast.Name)
                and one.func.value.id in names
                for one in ast.walk(node)
            ):
                return node
            case ast.Assign(targets=[ast.Name(id=new)]):
                names.discard(new)
    return None
