"""Updates that go the wrong way, use another's gradient, come twice, or assign the step itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.check.claims import Claim
from chainrule.check.surroundings.finding import Finding, Piece, Severity
from chainrule.check.surroundings.steps import Move, Steps
from chainrule.check.surroundings.weights import forgotten
from chainrule.program import Value
from chainrule.program.source_places import line_in
from chainrule.trace.statements.roles import DATA

BOUNDED_BELOW = frozenset(
    {
        "power",
        "square",
        "absolute",
        "log",
        "log1p",
        "log2",
        "logaddexp",
        "maximum",
        "norm",
        "exp",
    }
)


def updated_upwards(steps: Steps) -> Iterator[Finding]:
    """An update that adds a gradient where it should take it away."""
    directions = {
        move: steps.goes_up(move) for move in steps.kept if not _moves_data(steps, move)
    }
    up = [move for move, is_up in directions.items() if is_up]
    known = [one for one in directions.values() if one is not None]
    if len(up) == len(known) and _is_climbed(steps):
        return
    for move in up:
        root = steps.root(move.before)
        name = steps.called(root if root is not None else move.before)
        rest = ", unlike the others" if len(up) < len(known) else ""
        yield steps.scene.finding(
            "update sign",
            Severity.MISTAKE,
            move.node,
            f"{name} goes up its gradient{rest}: every step makes the loss larger. "
            "A step down takes the gradient away.",
            _turned(steps, move),
            name=name,
        )


def _moves_data(steps: Steps, move: Move) -> bool:
    """Whether what is moved is data or a setting: a sample may be made harder, a price may rise."""
    root = steps.root(move.before)
    return root is not None and bool(DATA.match(steps.called(root)))


def _is_climbed(steps: Steps) -> bool:
    """Whether what is called the loss may be meant to grow: a likelihood, or a number with no bottom."""
    loss = steps.study.script.loss
    has_bottom = any(
        line.op.name in BOUNDED_BELOW
        for line in steps.study.lines
        if line.result in steps.study.forward
    )
    return float(steps.numbers[loss].ravel()[0]) < 0 or not has_bottom


def _turned(steps: Steps, move: Move) -> tuple[Piece, ...]:
    """The statement with its sign turned."""
    match move.node:
        case ast.AugAssign(op=ast.Add()):
            return _swapped(steps, move.node, "+=", "-=")
        case ast.AugAssign(op=ast.Sub()):
            return _swapped(steps, move.node, "-=", "+=")
        case ast.BinOp(op=ast.Add()):
            return _swapped(steps, move.node, "+", "-")
        case ast.BinOp(op=ast.Sub(), left=left) if _is_name_of(steps, move, left):
            return _swapped(steps, move.node, "-", "+")
        case _:
            return ()


def _is_name_of(steps: Steps, move: Move, node: ast.expr) -> bool:
    line = steps.study.producer[move.after]
    return line.args[0] is move.before and isinstance(
        node, ast.Name | ast.Subscript | ast.Attribute
    )


def _swapped(
    steps: Steps, node: ast.BinOp | ast.AugAssign, old: str, new: str
) -> tuple[Piece, ...]:
    piece = steps.scene.operator(node, old, new)
    return () if piece is None else (piece,)


def updated_with_another(steps: Steps) -> Iterator[Finding]:
    """``W1 -= lr * dW2`` where the shapes happen to fit."""
    for move in steps.kept:
        parameter, other = steps.root(move.before), _other(steps, move)
        if parameter is None or other is None or move.step is None:
            continue
        used = steps.named(move.step.value)
        own = steps.right_claim(parameter)
        first = other not in steps.updated and _times(steps, parameter) > 1
        name = steps.called(parameter)
        if first:
            said = f"{used} is the gradient of {steps.called(other)}, which is never updated; {name} is, a second time."
            pieces = _renamed(steps, move, parameter, other)
        else:
            said = f"{used} is the gradient of {steps.called(other)}, not of {name}; only their shapes are the same."
            pieces = _regraded(steps, move, own)
        yield steps.scene.finding(
            "another's gradient", Severity.MISTAKE, move.node, said, pieces, name=name
        )


def _other(steps: Steps, move: Move) -> Value | None:
    """The parameter whose gradient an update uses, if that is not its own."""
    parameter = steps.root(move.before)
    if parameter is None or move.step is None:
        return None
    value = move.step.value
    if steps.is_gradient_of(value, parameter):
        return None
    claims = [
        claim for claim in steps.claims.all if claim.value is value and claim.text
    ]
    for claim in claims:
        if (
            claim.exact is not None
            and claim.exact is not parameter
            and claim.exact in steps.study.roots
            and steps.is_gradient_of(value, claim.exact)
        ):
            return claim.exact
    return None


def _times(steps: Steps, parameter: Value) -> int:
    return sum(steps.root(move.before) is parameter for move in steps.kept)


def _regraded(steps: Steps, move: Move, own: Claim | None) -> tuple[Piece, ...]:
    """The statement with the parameter's own gradient."""
    if own is None or move.step is None or move.execution is None:
        return ()
    used = steps.named(move.step.value)
    return _replaced(steps, move, used, own.text)


def _replaced(steps: Steps, move: Move, old: str, new: str) -> tuple[Piece, ...]:
    statement = steps.scene.statement(move.node)
    found = [
        node
        for node in ast.walk(statement)
        if isinstance(node, ast.Name | ast.Subscript | ast.Attribute)
        and ast.unparse(node) == old
        and isinstance(node.ctx, ast.Load)
    ]
    return tuple(steps.scene.replaced(node, new) for node in found)


def _renamed(
    steps: Steps, move: Move, parameter: Value, other: Value
) -> tuple[Piece, ...]:
    """The statement with another parameter: wherever the one is named, the other is."""
    old, new = steps.called(parameter), steps.called(other)
    statement = steps.scene.statement(move.node)
    if not new.isidentifier():
        return ()
    names = [
        node
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and node.id == old
    ]
    return tuple(steps.scene.replaced(node, new) for node in names)


def updated_twice(steps: Steps) -> Iterator[Finding]:
    """The same gradient taken away twice, in two statements."""
    for move, first in _repeated(steps):
        parameter, step = steps.root(move.before), move.step
        if parameter is None or step is None:
            continue
        name = steps.called(parameter)
        said = f"{name} has taken this step in {line_in(steps.scene.script.file, first)} already: it moves twice as far as its gradient says"
        pieces = _gone(steps, move)
        left = forgotten(steps, parameter)
        if left is not None:
            claim, target = left
            said += f", and {steps.called(target)} is never updated"
            pieces = (
                *_renamed(steps, move, parameter, target),
                *_replaced(steps, move, steps.named(step.value), claim.text),
            )
        yield steps.scene.finding(
            "updated twice",
            Severity.MISTAKE,
            move.node,
            f"{said}.",
            pieces,
            name=name,
        )


def _repeated(steps: Steps) -> Iterator[tuple[Move, int]]:
    """Updates that take a step which another statement took before, and that statement's line."""
    seen: dict[tuple[Value, Value], ast.stmt] = {}
    for move in steps.kept:
        parameter = steps.root(move.before)
        if parameter is None or move.step is None or _other(steps, move) is not None:
            continue
        statement = steps.scene.statement(move.node)
        earlier = seen.setdefault((parameter, move.step.value), statement)
        if earlier is not statement:
            yield move, earlier.lineno


def meant_elsewhere(steps: Steps) -> set[Value]:
    """Parameters that are never updated because an update that was meant for them moves another one."""
    meant = {
        other
        for move in steps.kept
        if (other := _other(steps, move)) is not None and other not in steps.updated
    }
    for move, _ in _repeated(steps):
        parameter = steps.root(move.before)
        left = None if parameter is None else forgotten(steps, parameter)
        if left is not None:
            meant.add(left[1])
    return meant


def _gone(steps: Steps, move: Move) -> tuple[Piece, ...]:
    """The statement taken out, where others are left beside it."""
    statement = steps.scene.statement(move.node)
    body = getattr(steps.scene.parents[statement], "body", [])
    if len(body) < 2:
        return ()
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    if last >= len(steps.scene.text):
        return ()
    return (Piece(first, 0, last + 1, 0, ""),)


def assigned_the_step(steps: Steps) -> Iterator[Finding]:
    """``W =- lr * dW``: an assignment of minus the step, where ``-=`` was meant."""
    names = {
        steps.called(root): root for root in steps.study.roots if root in steps.truth
    }
    for execution in steps.study.executions:
        match execution.site.statement:
            case ast.Assign(targets=[ast.Name(id=name) as target], value=value) if (
                name in names
            ):
                signed = _leftmost(value)
            case _:
                continue
        if not isinstance(signed, ast.UnaryOp):
            continue
        item = execution.results[0][1] if execution.results else None
        node = steps.scene.nodes.get(steps.scene.span(execution.site.statement))
        if (
            not isinstance(item, Value)
            or node is None
            or not steps.is_gradient_of(item, names[name])
            or not _is_known(steps, node, name)
        ):
            continue
        symbol = "-" if isinstance(signed.op, ast.USub) else "+"
        _, _, line, column = steps.scene.span(target)
        last, end, _, _ = steps.scene.span(signed.operand)
        yield steps.scene.finding(
            "step assigned",
            Severity.MISTAKE,
            node,
            f"= {symbol} gives {name} the step itself and forgets what it was; {symbol}= takes the step from where it is.",
            (Piece(line, column, last, end, f" {symbol}= "),),
            name=name,
        )


def _is_known(steps: Steps, statement: ast.AST, name: str) -> bool:
    """Whether a name stands for something when an assignment to it is reached: in a function, of its own."""
    line = steps.scene.statement(statement).lineno
    functions = (
        one for one in steps.scene.around(statement) if isinstance(one, ast.FunctionDef)
    )
    return all(
        any(
            (isinstance(one, ast.arg) and one.arg == name)
            or (isinstance(one, ast.Global | ast.Nonlocal) and name in one.names)
            or (isinstance(one, ast.Name) and one.id == name and one.lineno < line)
            for one in ast.walk(function)
        )
        for function in functions
    )


def _leftmost(node: ast.expr) -> ast.expr:
    """Where an expression begins: the ``-lr`` of ``-lr * dW``."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return node
