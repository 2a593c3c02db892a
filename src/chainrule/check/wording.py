"""A correction in names that the backward has: forward's own are said by what forward keeps them as."""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import replace

from chainrule.check.definitions import Definition
from chainrule.check.follow import Followed
from chainrule.check.report import WRONG, LineReport


def at_hand(line: LineReport, followed: Followed) -> LineReport:
    """A correction that names what backward does not have says it by what it has, or says so."""
    if line.fix is None or line.verdict not in WRONG:
        return line
    tree, fix, cause = followed.backward.tree, line.fix, line.cause or ""
    known = _bound(followed.backward, followed)
    for name, path in _kept(followed).items():
        if name in _free(fix) - known:
            word = re.compile(rf"(?<![\w.]){name}\b")
            fix, cause = word.sub(path, fix), word.sub(path, cause)
    line = replace(line, fix=fix, cause=cause)
    inside = tree.lineno <= line.line <= (tree.end_lineno or tree.lineno)
    missing = sorted(_free(fix) - known) if inside else []
    if not missing:
        return line
    listed = ", ".join(missing)
    them = "it" if len(missing) == 1 else "them"
    is_are = "is" if len(missing) == 1 else "are"
    cause = f"{line.cause} {listed} {is_are} not at hand here: keep {them} in forward."
    return replace(line, cause=cause)


def _kept(followed: Followed) -> dict[str, str]:
    """Forward's names of what it keeps as attributes: ``scale``, which is ``ctx.scale``."""
    watch = followed.script.watch
    noted = watch.known.get(0, ()) if watch is not None else ()
    last = {text: item for _, text, item in noted}
    paths = {id(item): text for text, item in last.items() if text.count(".") == 1}
    return {
        text: paths[id(item)]
        for text, item in last.items()
        if text.isidentifier() and id(item) in paths and item is not None
    }


def _free(text: str) -> set[str]:
    try:
        tree = ast.parse(text.strip())
    except SyntaxError:
        return set()
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _bound(function: Definition, followed: Followed) -> set[str]:
    names = {node.arg for node in ast.walk(function.tree) if isinstance(node, ast.arg)}
    names |= {
        node.id
        for node in ast.walk(function.tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names | set(followed.scope) | set(dir(builtins))
