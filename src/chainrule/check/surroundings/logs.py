"""A logarithm of a probability that has reached 0: the loss is infinite, or noise."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from chainrule import ops
from chainrule.check.surroundings.finding import Finding, Piece, Severity
from chainrule.check.surroundings.scene import Scene
from chainrule.program import Arg, Array, Value

NEAR = 1e-12
HELD = frozenset({"clip", "maximum", "minimum", "where"})
THROUGH = frozenset({"subtract", "negative", "identity", "getitem"})


def log_of_zero(scene: Scene) -> Iterator[Finding]:
    """A logarithm whose argument is 0, or nearly, at the script's own numbers, and is not kept from it."""
    found: dict[ast.stmt, list[tuple[float, str, ast.AST, tuple[Piece, ...]]]] = {}
    for line in scene.lines:
        node, operands = scene.node(line.at), scene.operands(line)
        if (
            line.op is not ops.log
            or line.result not in scene.forward
            or line.result not in scene.moved
            or not isinstance(line.args[0], Value)
            or _is_held(scene, line.args[0])
            or node is None
            or operands is None
        ):
            continue
        number = scene.number(line.args[0])
        least = float(np.min(number)) if number.size else 1.0
        if not 0 <= least < NEAR:
            continue
        pieces = (
            scene.before(operands[0], "np.maximum("),
            scene.after(operands[0], ", 1e-12)"),
        )
        said = _said(scene.written(operands[0]), number)
        found.setdefault(scene.statement(node), []).append((least, said, node, pieces))
    for all_of_one in found.values():
        least, said, node, _ = min(all_of_one, key=lambda one: one[0])
        yield scene.finding(
            "log of zero",
            Severity.WARNING if least > 0 else Severity.MISTAKE,
            node,
            said,
            tuple(
                dict.fromkeys(piece for *_, pieces in all_of_one for piece in pieces)
            ),
        )


def _said(named: str, number: Array) -> str:
    least = float(np.min(number))
    if least > 0:
        return (
            f"{named} comes down to {least:.1g}, and nothing keeps it from 0, where the logarithm is infinite. "
            "Its gradient is noise there; clip it, or compute the loss from the logits."
        )
    return (
        f"{named} is 0 in {int(np.sum(number == 0))} of {number.size} entries, where the logarithm is infinite: the "
        "loss is no number, and its gradient is none. Clip it, or compute the loss from the logits."
    )


def _is_held(scene: Scene, value: Arg) -> bool:
    """Whether a value is clipped, or has a small number added to it."""
    line = scene.made_by(value)
    while line is not None and line.op.name in THROUGH:
        inner = [arg for arg in line.args if isinstance(arg, Value)]
        if line.op is ops.subtract and len(inner) == 2:
            return False
        line = scene.made_by(inner[0]) if inner else None
    if line is None:
        return False
    if line.op is ops.add:
        return any(_is_small(scene, arg) for arg in line.args)
    return line.op.name in HELD


def _is_small(scene: Scene, arg: Arg) -> bool:
    number = scene.number(arg) if isinstance(arg, Value) else arg
    return (
        isinstance(number, float | np.ndarray)
        and np.ndim(number) == 0
        and 0 < float(number) < 1e-3
    )
