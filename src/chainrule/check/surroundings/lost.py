"""Updates that are thrown away: a loop's variable or a function's argument is given the new weight, and forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from chainrule.check.surroundings.finding import Finding, Piece, Severity
from chainrule.check.surroundings.scene import Scene
from chainrule.trace.growing import METHODS

if TYPE_CHECKING:
    from chainrule.check.surroundings.steps import Steps

LOOPS = (ast.For, ast.While)
COPIES = frozenset({"copy", "deepcopy", "array"})


class Way(StrEnum):
    """How an update is lost, as a sentence about its name and its function."""

    COPY = "{name} is a copy, and nothing reads it afterwards"
    TURN = "{written} … gives the loop's own name a new {kind}, which the next turn throws away"
    ALIAS = "{written} … gives a second name a new {kind}, and the next turn takes the old one again"
    ARGUMENT = "{written} … gives the name inside {function} a new {kind}, and {function} does not return it"
    UNTAKEN = "{function} returns what is new, and no call of it takes what is returned"
    BARE = "This line makes a new array and gives it to nobody"


def way_lost(scene: Scene, here: ast.stmt, *, of_number: bool = False) -> Way | None:
    """How a statement that makes a new weight throws it away; None if it does not.

    ``p -= g`` writes into the array itself, unless it is a copy or ``p`` a number. A name of one's own may be read anywhere behind; the
    variable of a loop, an argument of a function, a copy and a second name must be given on.
    """
    name, function = _name(here), _function_of(scene, here)
    if isinstance(here, ast.Expr):
        return None if _writes_out(here) else Way.BARE
    if isinstance(here, ast.Return):
        return Way.UNTAKEN if _is_called_in_vain(scene, function) else None
    if name is None or (function is not None and _is_declared(function, name)):
        return None
    around = scene.tree if function is None else function
    after = _reads_after(scene, around, name, here)
    if is_copy(scene, here, name):
        return None if after else Way.COPY
    if isinstance(here, ast.AugAssign) and not of_number:
        return None
    loop = _loop_of(scene, here, name)
    if loop is not None:
        return None if _reads_after(scene, loop, name, here) else Way.TURN
    is_alias = _is_alias(scene, here, name)
    turns = [one for one in scene.around(here) if isinstance(one, LOOPS)]
    if is_alias and turns and not after:
        return Way.ALIAS
    is_own = function is None or not (is_alias or name in _arguments(function))
    if is_own or function is None:
        return None
    inside = [one for one in turns if function in scene.around(one)]
    if any(_loads(one, name, here) for one in inside):
        return None
    if not after:
        return Way.ARGUMENT
    only_returned = all(isinstance(scene.statement(one), ast.Return) for one in after)
    return (
        Way.UNTAKEN if only_returned and _is_called_in_vain(scene, function) else None
    )


def _writes_out(statement: ast.Expr) -> bool:
    """Whether a call puts its result somewhere by itself: ``np.subtract(W, step, out=W)``, ``P.update(W=W - step)``."""
    match statement.value:
        case ast.Call(func=ast.Attribute(attr=attr)) if attr in METHODS:
            return True
        case ast.Call(args=args, keywords=keywords):
            return len(args) > 2 or any(one.arg == "out" for one in keywords)
        case _:
            return False


def _is_called_in_vain(scene: Scene, function: ast.FunctionDef | None) -> bool:
    """Whether every call of a function stands alone, so that what it returns is dropped."""
    if function is None:
        return False
    calls = [
        one
        for one in ast.walk(scene.tree)
        if isinstance(one, ast.Call)
        and isinstance(one.func, ast.Name | ast.Attribute)
        and (one.func.id if isinstance(one.func, ast.Name) else one.func.attr)
        == function.name
    ]
    return bool(calls) and all(
        isinstance(scene.parents[one], ast.Expr) for one in calls
    )


def _is_alias(scene: Scene, statement: ast.stmt, name: str) -> bool:
    """Whether a name was bound, in the statements just before, to what a list, a dict or an object holds."""
    value = _bound_before(scene, statement, name)
    return isinstance(value, ast.Subscript | ast.Attribute)


def is_copy(scene: Scene, statement: ast.stmt, name: str) -> bool:
    """Whether a name was bound to a copy in the statements just before, and not read since."""
    value = _bound_before(scene, statement, name)
    return (
        value is not None
        and _copies(value)
        and not _is_read_before(scene, statement, name)
    )


def _bound_before(scene: Scene, statement: ast.stmt, name: str) -> ast.expr | None:
    """What a name was given last, in the statements just before; None if it was not there."""
    parent = scene.parents[statement]
    suite = next(
        (
            body
            for field in ("body", "orelse")
            if statement in (body := getattr(parent, field, []))
        ),
        [statement],
    )
    for one in reversed(suite[: suite.index(statement)]):
        match one:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
                return value
            case ast.Assign(
                targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)
            ) if len(targets) == len(values):
                for target, value in zip(targets, values, strict=True):
                    if isinstance(target, ast.Name) and target.id == name:
                        return value
    return None


def _copies(value: ast.expr) -> bool:
    """Whether an expression is a copy of something that has a name: ``W.copy()``, ``np.array(W)``."""
    match value:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="np" | "numpy" | "copy"), attr=attr),
            args=[ast.Name() | ast.Subscript() | ast.Attribute(), *_],
        ):
            return attr in COPIES
        case ast.Call(func=ast.Attribute(attr="copy"), args=[]):
            return True
        case _:
            return False


def _is_read_before(scene: Scene, statement: ast.stmt, name: str) -> bool:
    around = _function_of(scene, statement) or scene.tree
    return any(
        isinstance(one, ast.Name)
        and one.id == name
        and isinstance(one.ctx, ast.Load)
        and one.lineno < statement.lineno
        for one in ast.walk(around)
    )


def lost_updates(steps: Steps) -> Iterator[Finding]:
    """Updates that reach nothing: the parameters stay as they are."""
    by_statement: dict[ast.stmt, list[str]] = {}
    of_numbers: set[ast.stmt] = set()
    for move in steps.lost:
        parameter = steps.root(move.before)
        if parameter is not None and parameter not in steps.updated:
            statement = steps.scene.statement(move.node)
            by_statement.setdefault(statement, []).append(steps.called(parameter))
            if move.before.weak:
                of_numbers.add(statement)
    for statement, parameters in by_statement.items():
        way, function = (
            way_lost(steps.scene, statement, of_number=statement in of_numbers),
            _function_of(steps.scene, statement),
        )
        if way is None:
            continue
        name = _name(statement) or ""
        names = list(dict.fromkeys(parameters))
        said = way.format(
            name=name,
            written=f"{name} {_sign(statement)}",
            function="" if function is None else function.name,
            kind="number" if statement in of_numbers else "array",
        )
        whose = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"
        yield steps.scene.finding(
            "lost update",
            Severity.MISTAKE,
            statement,
            f"{said}: {whose} never updated.",
            ()
            if way is Way.COPY or statement in of_numbers
            else _in_place(steps.scene, statement),
            name=name,
        )


def _sign(statement: ast.stmt) -> str:
    match statement:
        case ast.AugAssign(op=ast.Sub()):
            return "-="
        case ast.AugAssign():
            return "+="
        case _:
            return "="


def _in_place(scene: Scene, statement: ast.stmt) -> tuple[Piece, ...]:
    """``p = p - step`` as ``p -= step``, which writes into the array; anything else into ``p[...]``."""
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=name) as target],
            value=ast.BinOp(
                left=ast.Name(id=same), op=ast.Sub() | ast.Add() as op, right=right
            ),
        ) if name == same:
            sign = "-=" if isinstance(op, ast.Sub) else "+="
            first, last = scene.span(target), scene.span(statement)
            step = scene.written(right)
            return (Piece(*first[:2], *last[2:], f"{name} {sign} {step}"),)
        case ast.Assign(targets=[ast.Name(id=name) as target]):
            return (scene.replaced(target, f"{name}[...]"),)
        case ast.Expr(value=ast.Call(args=[ast.Name(id=name), *_]) as call):
            return (scene.with_argument(call, f"out={name}"),)
        case _:
            return ()


def _name(statement: ast.stmt) -> str | None:
    match statement:
        case (
            ast.Assign(targets=[ast.Name(id=name)])
            | ast.AugAssign(target=ast.Name(id=name))
        ):
            return name
        case _:
            return None


def _loop_of(scene: Scene, statement: ast.stmt, name: str) -> ast.For | None:
    """The loop around a statement of which ``name`` is a variable."""
    for one in scene.around(statement):
        if isinstance(one, ast.FunctionDef):
            return None
        if isinstance(one, ast.For) and any(
            isinstance(part, ast.Name) and part.id == name
            for part in ast.walk(one.target)
        ):
            return one
    return None


def _function_of(scene: Scene, statement: ast.stmt) -> ast.FunctionDef | None:
    return next(
        (one for one in scene.around(statement) if isinstance(one, ast.FunctionDef)),
        None,
    )


def _arguments(function: ast.FunctionDef) -> set[str]:
    given = function.args
    return {one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def _is_declared(function: ast.FunctionDef, name: str) -> bool:
    return any(
        name in one.names
        for one in ast.walk(function)
        if isinstance(one, ast.Global | ast.Nonlocal)
    )


def _loads(tree: ast.AST, name: str, besides: ast.stmt) -> bool:
    inside = set(ast.walk(besides))
    return any(
        isinstance(one, ast.Name)
        and one.id == name
        and isinstance(one.ctx, ast.Load)
        and one not in inside
        for one in ast.walk(tree)
    )


def _reads_after(
    scene: Scene, tree: ast.AST, name: str, statement: ast.stmt
) -> list[ast.Name]:
    """Where a name is read behind a statement."""
    end = (statement.end_lineno or statement.lineno, statement.end_col_offset or 0)
    return [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Name)
        and one.id == name
        and isinstance(one.ctx, ast.Load)
        and (one.lineno, one.col_offset) > end
        and one in scene.parents
    ]
