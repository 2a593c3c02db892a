"""What is wrong beside a line's value, as a line of the report: another order, a write into what is another's."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Sequence

from chainrule.check.definitions import Definition
from chainrule.check.frameworks.custom import Finding
from chainrule.check.report import LineReport
from chainrule.check.verdict import Verdict


def line_of(finding: Finding, backward: Definition) -> LineReport:
    """A finding as a wrong line: the write it is about, else where the gradients are returned."""
    node = _place(finding, backward)
    file = backward.file
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


def _place(finding: Finding, backward: Definition) -> ast.stmt:
    """The statement a finding is about: the first write into it, else where the gradients are returned."""
    tree = backward.tree
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
