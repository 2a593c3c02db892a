"""A minimiser that is given a gradient takes a step along it: in a script that is checked, that step is written out."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator

from chainrule.trace.minimisers import LOSS_OF
from chainrule.trace.statements.roles import LOSS_NAMES

BY_PLACE = {"minimize": ("fun", "x0", "args", "method", "jac")}
"""What is given by its place; to the others the function, the start and the gradient."""
ALONE = frozenset({"fmin_tnc", "fmin_l_bfgs_b"})
"""The minimisers whose function gives its gradient beside the loss where none is given for itself."""


def with_descent(text: str) -> str:
    r"""The text with the first step of a minimiser in its place, on the same lines; the script ends there.

    >>> text = "import numpy as np\nr = minimize(cost, w, (x,), jac=slope)"
    >>> with_descent(text).partition("; ")[2]
    'loss = (cost)(w, *(x,)); slope_of_w = (slope)(w, *(x,)); w = w - slope_of_w; raise SystemExit'
    """
    with contextlib.suppress(SyntaxError, ValueError):
        tree = ast.parse(text)
        rows = text.split("\n")
        numpy, free = _numpy(tree), _free(tree)
        for statement in _statements(tree):
            step = _step(statement, numpy, free)
            first, last = statement.lineno - 1, statement.end_lineno or 0
            front = rows[first][: statement.col_offset]
            if step and not front.strip() and numpy:
                rows[first:last] = [front + step, *[""] * (last - first - 1)]
                return "\n".join(rows)
    return text


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.Expr | ast.Return):
            yield node


def _numpy(tree: ast.Module) -> str | None:
    """What the script calls NumPy."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "numpy":
                    return alias.asname or "numpy"
    return None


def _free(tree: ast.Module) -> str:
    """A name for the loss that the script has not given."""
    taken = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    taken |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return next(name for name in (*LOSS_NAMES, "minimised_loss") if name not in taken)


def _step(statement: ast.stmt, numpy: str | None, loss: str) -> str | None:
    """The step of the minimiser that is called in a statement; None where none is, or none with a gradient."""
    for call in ast.walk(statement):
        given = _given(call) if isinstance(call, ast.Call) else None
        if given is not None:
            fun, start, rest, slope = given
            name = start if start.isidentifier() else "start"
            both = f"{loss}, slope_of_{name} = ({fun})({name}, *{rest})"
            if slope is not None:
                both = f"{loss} = ({fun})({name}, *{rest}); slope_of_{name} = ({slope})({name}, *{rest})"
            row = f"{name} = {numpy}.asarray({start}).ravel()"
            return f"{row}; {both}; {name} = {name} - slope_of_{name}; raise SystemExit"
    return None


def _given(call: ast.Call) -> tuple[str, str, str, str | None] | None:
    """The function, the start, the further arguments and the gradient, None where the function gives it beside the loss."""
    minimiser = ast.unparse(call.func).rpartition(".")[2]
    if minimiser not in LOSS_OF:
        return None
    places = BY_PLACE.get(minimiser, ("fun", "x0", "fprime"))
    given = dict(zip(places, map(ast.unparse, call.args), strict=False))
    given |= {one.arg or "": ast.unparse(one.value) for one in call.keywords}
    fun = given.get("fun") or given.get("func") or given.get("f")
    slope = given.get("jac", given.get("fprime", "None"))
    beside = slope == "True" or (
        slope == "None" and minimiser in ALONE and "approx_grad" not in given
    )
    is_named = slope not in ("None", "False") and slope[0] not in "'\""
    if not (fun and "x0" in given and (beside or is_named)):
        return None
    rest = given.get("args", "()")
    rest = rest if rest.startswith("(") or rest.isidentifier() else f"({rest},)"
    return fun, given["x0"], rest, None if beside else slope
