"""(n,) against (n, 1): NumPy makes every pair of them, silently; also sums of rows laid along columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chainrule import ops
from chainrule.check.surroundings.finding import Finding, Piece, Severity
from chainrule.check.surroundings.scene import Scene, shapes
from chainrule.program import Arg, Line, Value

BIAS = re.compile(r"^(b|bias|beta|c|theta0?|intercept)(_?\w{0,3})$", re.IGNORECASE)
LONGEST_SHOWN = 30
MEANT = frozenset(
    {"getitem", "expand_dims", "reshape", "transpose", "swapaxes", "ravel"}
)
REDUCTIONS = frozenset({"sum", "mean", "max", "min", "prod", "std", "var"})


def column_against_flat(scene: Scene) -> Iterator[Finding]:
    """An elementwise operation of (n, 1) and (n,), or (1, n), whose n by n pairs nobody meant."""
    found: dict[ast.stmt, tuple[Line, Value, Value, list[Piece]]] = {}
    for line in scene.lines:
        pair = _pair(line)
        node = scene.node(line.at)
        if pair is None or node is None or line.result not in scene.moved:
            continue
        column, flat = pair
        if _explicit(scene, line, column, flat) or not _is_slip(
            scene, line, column, flat
        ):
            continue
        statement = scene.statement(node)
        known = found.setdefault(statement, (line, column, flat, []))
        known[3].extend(_repair(scene, line, column, flat))
    for line, column, flat, pieces in found.values():
        node = scene.node(line.at)
        if node is not None:
            yield scene.finding(
                "column against flat",
                _severity(scene, line),
                node,
                _said(scene, line, column, flat),
                tuple(dict.fromkeys(pieces)),
            )


def _pair(line: Line) -> tuple[Value, Value] | None:
    """The column (n, 1) and the flat (n,) or row (1, n) of an elementwise line."""
    if not line.op.elementwise:
        return None
    values = [arg for arg in line.args if isinstance(arg, Value)]
    for column in values:
        if column.ndim != 2 or column.shape[1] != 1 or column.shape[0] < 2:
            continue
        n = column.shape[0]
        for flat in values:
            if flat.shape in ((n,), (1, n)):
                return column, flat
    return None


def _explicit(scene: Scene, line: Line, column: Value, flat: Value) -> bool:
    """Whether the pairs are asked for where they are made: ``x[:, None] - x``, ``f - f.T``."""
    for value in (column, flat):
        made = scene.producer.get(value)
        if (
            made is not None
            and made.op.name in MEANT
            and value.name is None
            and scene.within(made.at, line.at)
        ):
            return True
    return False


def _is_slip(scene: Scene, line: Line, column: Value, flat: Value) -> bool:
    """Whether the pairs cannot have been meant.

    A label meets its prediction one by one; a bias has one entry for each unit; and what is added up whole, or is a
    gradient, was no table of pairs. A weight's column times a row of data is one, and right.
    """
    parameters = scene.parameters
    one_is_data = (column in scene.moved) != (flat in scene.moved)
    if one_is_data:
        return not {column, flat} & parameters and (
            flat.ndim == 1 or _is_input(scene, flat) or _is_input(scene, column)
        )
    if flat.ndim == 2:
        return False
    if flat in parameters:
        return (
            line.op in (ops.add, ops.subtract)
            and column not in parameters
            and bool(BIAS.match(scene.called(flat) or ""))
        )
    if column in parameters:
        return False
    return line.result not in scene.forward or _ends_whole(scene, line.result)


def _is_input(scene: Scene, value: Value) -> bool:
    """Whether a value is an array of the script's own, not a turned one made on the way."""
    return value.name is not None and value not in scene.producer


def _ends_whole(scene: Scene, value: Value) -> bool:
    """Whether nothing but elementwise steps stands between a value and its sum or mean over everything."""
    ahead, seen = [value], {value}
    while ahead:
        for line in scene.readers.get(ahead.pop(), ()):
            if line.result not in scene.forward or line.result in seen:
                continue
            if line.op.elementwise:
                ahead.append(line.result)
                seen.add(line.result)
            elif line.op.name not in ("sum", "mean") or line.result.shape != ():
                return False
    return True


def _severity(scene: Scene, line: Line) -> Severity:
    """A comparison, as for an accuracy, misleads its reader and leaves the gradients alone."""
    if line.result in scene.forward or line.result.dtype.kind == "f":
        return Severity.MISTAKE
    return Severity.WARNING


def _said(scene: Scene, line: Line, column: Value, flat: Value) -> str:
    n = column.shape[0]
    one, other = _called(scene, line, column), _called(scene, line, flat)
    head = f"{one} is {column.shape} and {other} is {flat.shape}: NumPy pairs every entry with every other, and makes {(n, n)} of them."
    if line.result in scene.forward and flat in scene.parameters:
        return (
            f"{head} What follows is computed {n} times over, and so are its gradients."
        )
    if line.result in scene.forward:
        return (
            f"{head} Every prediction is held against every label, so its gradient pulls all predictions "
            "towards the mean of the labels."
        )
    if line.result.dtype.kind != "f":
        return f"{head} What is counted is pairs, not samples."
    return f"{head} That is no gradient of either, and what is made of it has a wrong shape or wrong numbers."


def _called(scene: Scene, line: Line, value: Value) -> str:
    for arg, node in zip(line.args, scene.operands(line) or (), strict=False):
        if arg is value and len(scene.written(node)) <= LONGEST_SHOWN:
            return scene.written(node)
    return scene.called(value) or "one side"


def _repair(scene: Scene, line: Line, column: Value, flat: Value) -> tuple[Piece, ...]:
    """The data, or else the flat one, brought to the shape of the other."""
    operands = scene.operands(line)
    if operands is None:
        return ()
    turned = (
        column
        if column not in scene.moved and flat in scene.moved and flat.ndim == 1
        else flat
    )
    method = ".ravel()" if turned is column else ".reshape(-1, 1)"
    for arg, node in zip(line.args, operands, strict=False):
        if arg is turned:
            inner = _source_of(scene, turned, node)
            return () if inner is None else scene.with_method(inner, method)
    return ()


def _source_of(scene: Scene, turned: Value, node: ast.expr) -> ast.expr | None:
    """The array behind ``1 - y``, so that it reads ``1 - y.reshape(-1, 1)``."""
    while isinstance(node, ast.BinOp | ast.UnaryOp):
        made = scene.producer.get(turned)
        if made is None or not made.op.elementwise:
            break
        arrays = [
            (arg, child)
            for arg, child in zip(made.args, scene.operands(made) or (), strict=False)
            if isinstance(arg, Value) and arg.shape == turned.shape
        ]
        if len(arrays) != 1:
            break
        ((turned, node),) = arrays
    return node


def rows_along_columns(scene: Scene) -> Iterator[Finding]:
    """A square array and its own sums of rows without ``keepdims``: NumPy lays them along the columns."""
    for line in scene.lines:
        if not line.op.elementwise or line.result not in scene.moved:
            continue
        for i, arg in enumerate(line.args[:2]):
            other = line.args[1 - i] if len(line.args) > 1 else None
            reduced = scene.made_by(arg)
            if (
                reduced is None
                or not _is_of_rows(reduced, arg, other)
                or not _belongs(scene, reduced, other)
            ):
                continue
            node, call = scene.node(line.at), scene.node(reduced.at)
            if node is None or not isinstance(call, ast.Call):
                continue
            n = line.result.shape[0]
            name = reduced.op.name
            yield scene.finding(
                "sums along the wrong axis",
                Severity.MISTAKE,
                call if scene.within(reduced.at, line.at) else node,
                f"The {name} of each row has lost its axis: {shapes(*_values(other, arg))} go together only because "
                f"the array is {n} by {n}, and row i's {name} meets column i. The numbers, and every gradient "
                "behind them, are wrong.",
                (scene.with_argument(call, "keepdims=True"),)
                if scene.within(reduced.at, line.at)
                else (),
            )
            break


def _is_of_rows(reduced: Line, arg: Arg, other: Arg | None) -> bool:
    return (
        reduced.op.name in REDUCTIONS
        and reduced.params.get("axis") in (1, -1)
        and not reduced.params.get("keepdims")
        and isinstance(arg, Value)
        and isinstance(other, Value)
        and arg.ndim == 1
        and arg.shape[0] > 1
        and other.shape == (arg.shape[0],) * 2
        and isinstance(reduced.args[0], Value)
        and reduced.args[0].shape == other.shape
    )


def _belongs(scene: Scene, reduced: Line, other: Arg | None) -> bool:
    """Whether the rows are the other side's own, and it makes a difference which way they are laid."""
    source = reduced.args[0]
    if not isinstance(source, Value) or not isinstance(other, Value):
        return False
    made = scene.producer.get(source)
    own = source is other or (
        made is not None and made.op.elementwise and other in made.args
    )
    number = scene.number(source)
    return own and not bool(abs(number - number.T).max() < 1e-9)


def _values(*args: Arg | None) -> list[Value]:
    return [arg for arg in args if isinstance(arg, Value)]
