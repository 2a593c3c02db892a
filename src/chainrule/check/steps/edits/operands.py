"""Another value was meant: the weight before its update, one of the same shape, one of the reversed shape."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule.check.steps.edits.record import Edits, Operand
from chainrule.check.steps.look import Look
from chainrule.program import Value


def updated_weight(look: Look) -> Edits:
    """The parameter was updated before its old value was used up."""
    for i, arg in enumerate(look.args):
        older = look.older(arg)
        if older is not None:
            said = "{part} has been updated before this line; the gradient goes through its old value."
            yield from look.edit_arg("updated weight", said, i, lambda _, x: x, older)


def other_operand(look: Look) -> Edits:
    """Another value of the same shape was meant."""
    said = "The wrong operand: {part} where {part_new} belongs."
    for i, arg in enumerate(look.args):
        if isinstance(arg.first, Value):
            for other in look.others(arg):
                yield from look.edit_arg(
                    "wrong operand", said, i, lambda _, x: x, other
                )


def other_operand_turned(look: Look) -> Edits:
    """Another value of another shape was meant, turned or as it is."""
    said = "The wrong operand: {part} where {part_new} belongs."
    for i, arg in enumerate(look.args):
        if not isinstance(arg.first, Value):
            continue
        mine = arg.shape
        for other in look.arrays:
            if other.shape == mine or other.first is arg.first:
                continue
            if len(mine) == 2 and other.shape == mine[::-1]:
                yield from look.edit_arg(
                    "wrong operand", said, i, lambda _, x: np.transpose(x), other
                )
            elif len(other.shape) == len(mine) or not mine:
                yield from look.edit_arg(
                    "wrong operand", said, i, lambda _, x: x, other
                )


def other_order(look: Look) -> Edits:
    """The items of a list taken in another order: rows for columns, a place too far."""
    n_runs = len(look.site.runs)
    said = "{part} is taken in the wrong order: {order}."
    for i, arg in enumerate(look.args):
        if n_runs < 3 or not isinstance(arg.first, Value) or len(set(arg.items)) < 3:
            continue
        for order, places in _orders(n_runs):
            items = tuple(arg.items[place] for place in places)
            if items != arg.items and all(
                getattr(a, "shape", None) == getattr(b, "shape", None)
                for a, b in zip(items, arg.items, strict=True)
            ):
                other = Operand(items, None, "")
                yield from look.edit_arg(
                    "wrong operand", said, i, lambda _, x: x, other, order=order
                )


def _orders(n_runs: int) -> Iterator[tuple[str, list[int]]]:
    whole = list(range(n_runs))
    for rows in range(2, n_runs // 2 + 1):
        if n_runs % rows == 0:
            turned = np.arange(n_runs).reshape(rows, -1).T.ravel()
            yield (
                "its two indices belong the other way round",
                [int(one) for one in turned],
            )
    yield "from the other end", whole[::-1]
    yield "it is one place too far on", [max(one - 1, 0) for one in whole]
    yield "it is one place too far back", [min(one + 1, n_runs - 1) for one in whole]
