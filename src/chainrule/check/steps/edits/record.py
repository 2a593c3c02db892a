"""An edit: an expression computed otherwise, in plain NumPy, with the sentence that says what was wrong."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.check.steps.sites import Site
from chainrule.program import Arg


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """Something an edit computes with: what it was in each execution, and how it is written there.

    ``old`` says that it is what stood there before an update, which no text can name; ``index`` that each of the
    items is read at one, as in ``x[i]``; ``hands_on`` that the name is to be handed on by the turn before.
    """

    items: tuple[Arg, ...]
    node: ast.expr | None
    text: str
    old: bool = False
    index: tuple[Any, ...] | None = None
    hands_on: str = ""

    @property
    def first(self) -> Arg:
        """What it was in the first execution."""
        return self.items[0]

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape in the first execution."""
        shape: tuple[int, ...] = getattr(self.items[0], "shape", ())
        if self.index is None:
            return shape
        part: tuple[int, ...] = np.empty(shape, bool)[self.index[0]].shape
        return part


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """``new(*operands)`` in place of what stands at ``site``.

    ``sentence`` may name {old} and {new}, the texts of the expression before and after, {0}, {1} … , those of
    the operands, and ``words``. Where only the argument ``part`` becomes ``inner(*inner_operands)``, {part} and
    {part_new} are its texts. ``params`` are the options that alone are changed. ``write`` makes the statement
    anew, where the change is none of an expression.
    """

    site: Site
    kind: str
    sentence: str
    new: Callable[..., Any]
    operands: tuple[Operand, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    part: int | None = None
    inner: Callable[..., Any] | None = None
    inner_operands: tuple[Operand, ...] = ()
    params: Mapping[str, Any] | None = None
    write: Callable[[ast.stmt], ast.stmt | None] | None = None


Edits = Iterator[Edit]
