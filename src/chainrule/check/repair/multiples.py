"""A number in front that does not belong there, in the words of what it is: 2, a length, a number at hand."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Mapping

import numpy as np

from chainrule import ops
from chainrule.check.place import known
from chainrule.check.spelled import text_of
from chainrule.check.suspect import Suspect
from chainrule.check.verdict import Factors
from chainrule.program import Arg, Array, Size, Value
from chainrule.program.run import resolve


def described(
    suspect: Suspect, surplus: Factors
) -> tuple[str, str, ast.operator | None, ast.expr | None] | None:
    """A factor in words, and how it is taken off."""
    held = [
        one
        for one in zip(surplus, range(len(surplus)), strict=True)
        if not np.isnan(one[0])
    ]
    if all(np.isclose(one, -1) for one, _ in held):
        return "sign", "The sign is flipped.", None, None
    for count, numbers in _counts(suspect):
        text = text_of(count)
        if all(np.isclose(one, numbers[i]) for one, i in held):
            sentence = (
                f"It is {text} times too large: the division by {text} is missing."
            )
            return "factor", sentence, ast.Div(), count
        if all(np.isclose(one * numbers[i], 1) for one, i in held):
            sentence = (
                f"It is {text} times too small: it is divided by {text} once too often."
            )
            return "factor", sentence, ast.Mult(), count
    return None


def _counts(suspect: Suspect) -> Iterator[tuple[ast.expr, list[float]]]:
    """Numbers a gradient may be off by: 2, a half, a length, a number at hand."""
    n_worlds = len(suspect.wanted)
    yield from _of_the_forward_pass(suspect)
    for constant in (2, 3, 4):
        yield ast.Constant(constant), [float(constant)] * n_worlds
    worlds = suspect.place.worlds
    visible = dict(sorted(suspect.place.visible.items(), key=lambda one: len(one[0])))
    for text, item in visible.items():
        if (isinstance(item, Size | int) and not isinstance(item, bool)) or (
            isinstance(item, Value) and item.shape == ()
        ):
            numbers = [_number(item, world) for world in worlds]
            yield known(text, item), numbers
    for text, item in suspect.place.visible.items():
        if (
            isinstance(item, Value)
            and item.ndim
            and item not in suspect.study.script.parameters
        ):
            for axis in range(item.ndim):
                if item.shape[axis] > 1:
                    numbers = [
                        float(np.shape(world[item])[axis]) if item in world else np.nan
                        for world in worlds
                    ]
                    yield (
                        ast.parse(f"{text}.shape[{axis}]", mode="eval").body,
                        numbers,
                    )
            yield (
                ast.parse(f"{text}.size", mode="eval").body,
                [
                    float(np.size(world[item])) if item in world else np.nan
                    for world in worlds
                ],
            )


def _number(item: Arg, world: Mapping[Value, Array]) -> float:
    try:
        return float(np.asarray(resolve(item, world)).item())
    except (KeyError, ValueError):
        return float("nan")


def _of_the_forward_pass(suspect: Suspect) -> Iterator[tuple[ast.expr, list[float]]]:
    """Numbers that the forward pass multiplies or divides by, as they are written there: ``np.sqrt(d)``."""
    study, worlds = suspect.study, suspect.place.worlds
    for line in study.lines:
        at = line.at
        if (
            line.op not in (ops.multiply, ops.divide)
            or line.result not in study.forward
            or at is None
            or at.line != at.end_line
        ):
            continue
        text = linecache.getline(at.file, at.line)[at.column : at.end_column]
        try:
            node = ast.parse(text, mode="eval").body
        except SyntaxError:
            continue
        if not isinstance(node, ast.BinOp):
            continue
        for written, arg in zip((node.left, node.right), line.args, strict=True):
            if not isinstance(written, ast.Call) or not _is_bare(written):
                continue
            numbers = [_number(arg, world) for world in worlds]
            if np.allclose(numbers, numbers[0]):
                yield written, numbers


def _is_bare(node: ast.expr) -> bool:
    """Whether an expression is a root, a logarithm, of a name: nothing that another place may not see."""
    return len(list(ast.walk(node))) < 12 and ast.unparse(node).startswith("np.")
