"""Updates that are thrown away: a loop's variable or a function's argument is given the new weight, and forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chainrule.check.surroundings.finding import Finding, Piece, Severity
from chainrule.check.surroundings.scene import Scene

if TYPE_CHECKING:
    from chainrule.check.surroundings.steps import Move, Steps

LOOPS = (ast.For, ast.While)
COPIES = frozenset({"copy", "deepcopy", "array"})


def is_lost(scene: Scene, statement: ast.stmt) -> bool:
    """Whether a statement gives a name a new value that nothing reads, the name being only another's.

    That name is the variable of a loop, an argument of a function, or a copy made just before. ``p -= g`` writes
    into the array itself, unless it is a copy.
    """
    here, name = scene.own(statement), _name(statement)
    if here is None or name is None:
        return False
    function = _function_of(scene, here)
    around = scene.tree if function is None else function
    if function is not None and _is_declared(function, name):
        return False
    if is_copy(scene, here, name):
        return not _read_after(around, name, here)
    if isinstance(here, ast.AugAssign):
        return False
    loop = _loop_of(scene, here, name)
    if loop is not None:
        return not _read_after(loop, name, here)
    if function is None or name not in _arguments(function):
        return False
    turns = [
        one
        for one in scene.around(here)
        if isinstance(one, LOOPS) and function in scene.around(one)
    ]
    return not any(_loads(one, name, here) for one in turns) and not _read_after(
        function, name, here
    )


def is_copy(scene: Scene, statement: ast.stmt, name: str) -> bool:
    """Whether a name was bound to a copy in the statements just before, and not read since."""
    parent = scene.parents[statement]
    suite = next(
        (
            body
            for field in ("body", "orelse")
            if statement in (body := getattr(parent, field, []))
        ),
        [],
    )
    for one in reversed(suite[: suite.index(statement)] if suite else []):
        match one:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
                return _copies(value) and not _is_read_before(scene, statement, name)
    return False


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
    for move in steps.lost:
        parameter = steps.root(move.before)
        here = steps.scene.node(steps.study.producer[move.after].at)
        if move.execution is None or here is None or parameter is None:
            continue
        statement = steps.scene.own(move.execution.site.statement)
        if statement is None or parameter in steps.updated:
            continue
        yield _finding(steps, statement, move, steps.called(parameter))


def _finding(steps: Steps, statement: ast.stmt, move: Move, parameter: str) -> Finding:
    scene = steps.scene
    name = _name(statement) or ""
    loop, function = _loop_of(scene, statement, name), _function_of(scene, statement)
    others = {
        steps.called(root)
        for one in steps.lost
        if (root := steps.root(one.before)) is not None
        and one.execution is not None
        and move.execution is not None
        and one.execution.site is move.execution.site
    }
    names = sorted(others, key=_naturally) or [parameter]
    never = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} never updated"
    if is_copy(scene, statement, name):
        said = f"{name} is a copy, and nothing reads it afterwards: {never}."
        pieces: tuple[Piece, ...] = ()
    elif loop is not None:
        said = f"{name} = … gives the loop's own name a new array, which the next turn throws away: {never}."
        pieces = _in_place(scene, statement)
    else:
        called = "the function" if function is None else function.name
        said = f"{name} = … gives the name inside {called} a new array, and {called} does not return it: {never}."
        pieces = _in_place(scene, statement)
    return scene.finding(
        "lost update", Severity.MISTAKE, statement, said, pieces, name=name
    )


def _naturally(name: str) -> tuple[str, str]:
    return name.lstrip("WbUVwuv"), name


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


def _read_after(tree: ast.AST, name: str, statement: ast.stmt) -> bool:
    """Whether a name is read behind a statement."""
    end = statement.end_lineno or statement.lineno
    return any(
        isinstance(one, ast.Name)
        and one.id == name
        and isinstance(one.ctx, ast.Load)
        and (one.lineno, one.col_offset) > (end, statement.end_col_offset or 0)
        for one in ast.walk(tree)
    )
