"""The symbols of named values and gradients, and arrays as they are read."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.formula import (
    Kind,
    Node,
    fraction,
    gradient,
    identifier,
    infix,
    matrix,
    number,
    root,
)
from chainrule.formula.moving import fits_within
from chainrule.lesson.summary import MOST_COLUMNS, MOST_ROWS
from chainrule.program import Array

WIDEST = 84
LARGEST_ROOT = 1000
USUAL, MOST_DECIMALS = 4, 6
"""A number that is computed has four decimals; one that somebody typed has its own."""


def fits(node: Node) -> bool:
    """Whether a formula is narrow enough to be read in one piece."""
    return fits_within(node, WIDEST)


def numbers(array: Array, of: str | None = None, kind: Kind = "") -> Node:
    """An array as it is read: a single number without brackets around it."""
    if array.size == 1:
        place = "" if of is None else of
        return number(array.item(), place or None, kind)
    # a column is one sample, whose classes are all of interest
    is_column = array.ndim == 2 and array.shape[1] == 1
    return matrix(array, of, kind, max_rows=MOST_ROWS if is_column else MOST_COLUMNS)


def constant(written: Any) -> Node:
    """A number of the program: with the digits that the program gives it; the root of a whole number as that root.

    >>> from chainrule.formula import to_text
    >>> [
    ...     *to_text(constant(np.sqrt(64) * np.sqrt(2))),
    ...     *to_text(constant(0.044715)),
    ...     *to_text(constant(np.sqrt(2 / np.pi))),
    ... ]
    ['√128', '0.044715', '√(2/π)']
    """
    squared = round(written * written) if _is_root(written) else 0
    if squared and np.sqrt(float(squared)) == written:
        return root(number(squared))
    if not isinstance(written, float | np.floating):
        return number(written)
    return _with_pi(float(written)) or number(written, digits=_digits(float(written)))


def _digits(written: float) -> int:
    """How many decimals a number is given in a program, where a reader takes them in."""
    decimals = len(repr(written).partition(".")[2])
    return (
        decimals
        if USUAL < decimals <= MOST_DECIMALS and "e" not in repr(written)
        else USUAL
    )


def _with_pi(written: float) -> Node | None:
    """π, or the root of a small number over π or times π, as densities and smooth activations have them."""
    pi = identifier("π")
    if written in (np.pi, 2 * np.pi):
        return pi if written == np.pi else infix(number(2), "·", pi)
    for small in (1, 2, 8):
        if written == np.sqrt(small / np.pi):
            return root(fraction(number(small), pi))
        if written == np.sqrt(small * np.pi):
            return root(pi if small == 1 else infix(number(small), "·", pi))
    return None


def _is_root(written: Any) -> bool:
    """Whether a number could be the root of a whole one that a program would take."""
    if not isinstance(written, float | np.floating):
        return False
    return bool(1 < written < LARGEST_ROOT and written != int(written))


def name(value_name: str, kind: Kind = "") -> Node:
    """The symbol of a named value."""
    return identifier(value_name, value_name, kind)


def gradient_of(value_name: str, loss: str, kind: Kind = "") -> Node:
    """∂L/∂W1, for the reader's own loss."""
    return gradient(value_name, loss, ref=f"d{value_name}", kind=kind)
