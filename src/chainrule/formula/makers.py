"""What a notation's pieces become: makers of formulas, given what fills the holes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from chainrule.formula import build
from chainrule.formula.tree import Node, Operator

Bindings: TypeAlias = Mapping[str, Node]
Maker: TypeAlias = Callable[[Bindings], Node]


def constant(node: Node) -> Maker:
    """The same formula whatever is given."""
    return lambda _: node


def joined(left: Maker, sign: str, right: Maker) -> Maker:
    """Two formulas with a sign between them."""
    return lambda given: build.infix(left(given), sign, right(given))


def side_by_side(left: Maker, right: Maker, between: Operator) -> Maker:
    """Two factors with only space between them."""
    return lambda given: build.beside(left(given), right(given), between)


def primed(base: Maker) -> Maker:
    """A formula with a prime."""
    return lambda given: build.accent(base(given), "prime")


def with_script(
    base: Maker,
    script: Callable[[Bindings], Node | None],
    place: Callable[[Node, Node], Node],
) -> Maker:
    """A formula with a script, where all that the script needs is given."""

    def made(given: Bindings) -> Node:
        node = script(given)
        return base(given) if node is None else place(base(given), node)

    return made
