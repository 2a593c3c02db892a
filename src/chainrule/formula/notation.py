"""How an op is written, from a LaTeX template with TeX's own holes: parsed once, filled many times."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from chainrule.formula.grammar import parse
from chainrule.formula.makers import Bindings, Maker
from chainrule.formula.tree import Node

NOTHING: Final[Bindings] = MappingProxyType({})


class NotationTemplate(NamedTuple):
    """A parsed notation: what makes its formula, and the holes it has."""

    make: Maker
    holes: frozenset[str]


def apply(notation: str, args: Sequence[Node], params: Bindings = NOTHING) -> Node:
    r"""The formula of an op: its notation with ``#1``, ``#2`` … and ``#name`` filled, in brackets where needed.

    A script that is only a named hole, as in ``\sum_{#axis} #1``, is left out where that name is not given.

    >>> from chainrule.formula import identifier, to_latex
    >>> a, b = map(identifier, "ab")
    >>> to_latex(apply(r"#1 \cdot #2", [apply("#1 + #2", [a, b]), b]))
    '(a + b) \\cdot b'
    """
    template = read(notation)
    bindings = {str(i): node for i, node in enumerate(args, 1)} | dict(params)
    return template.make(bindings)


def formula(latex: str) -> Node:
    r"""A formula without holes, as a lesson writes it down.

    >>> from chainrule.formula import to_text
    >>> to_text(formula(r"\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2}"))
    ['σ′(z) = e^(−z)/(1 + e^(−z))²']
    """
    return apply(latex, ())


def holes(notation: str) -> frozenset[str]:
    r"""The names of a template's holes.

    >>> sorted(holes(r"\sum_{#axis} #1"))
    ['1', 'axis']
    """
    return read(notation).holes


@lru_cache(maxsize=4096)
def read(notation: str) -> NotationTemplate:
    """A notation, parsed; ValueError names the place where it cannot be."""
    return NotationTemplate(*parse(notation))
