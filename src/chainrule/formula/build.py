"""Building formulas: each constructor says which strength it needs, so that nobody thinks of brackets."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chainrule.formula.tree import (
    Accent,
    Applied,
    Big,
    Call,
    Fence,
    Fraction,
    Kind,
    Mark,
    Marked,
    Node,
    Number,
    Operand,
    Operator,
    Power,
    Ref,
    Root,
    Row,
    Strength,
    Subscript,
    Symbol,
)

RELATIONS: Final = frozenset("=<>≤≥≠≈≡∝∈←→∼↦")
SUMS: Final = frozenset("+-±∓⊕")
PRODUCTS: Final = frozenset("·⊙×∘⊗∗⋆@")
CHAINED: Final = frozenset("=≈≡")
ASSOCIATIVE: Final = frozenset("+·⊙×∘⊗@")

TIMES: Final = Operator("", "tight")
THIN_SPACE: Final = Operator(" ", "tight")


def strength_of(sign: str) -> Strength:
    """How tightly an infix sign holds its two operands.

    >>> strength_of("+") < strength_of("·")
    True
    """
    if sign in RELATIONS:
        return Strength.RELATION
    if sign in SUMS:
        return Strength.SUM
    if sign in PRODUCTS:
        return Strength.PRODUCT
    message = f"{sign!r} is not an infix sign that formulas know"
    raise ValueError(message)


def infix(left: Node, sign: str, right: Node) -> Node:
    """``left sign right``, in brackets where they are needed: a − (b − c), (a + b) · c, but a + b − c.

    >>> from chainrule.formula import identifier, to_text
    >>> a, b, c = map(identifier, "abc")
    >>> to_text(infix(a, "-", infix(b, "-", c)))
    ['a − (b − c)']
    """
    if sign == "/":
        return _slashed(left, right)
    own = strength_of(sign)
    above = Strength(own + 1)
    glue = _family(sign)
    before = _spliced(left, glue)
    after = _spliced(right, glue) if sign in ASSOCIATIVE else None
    first = (Operand(left, Strength.NONE, above if own is Strength.RELATION else own),)
    last = (Operand(right, above, Strength.NONE),)
    return Row(
        (
            *(_with_right_need(before, own) if before else first),
            Operator(sign),
            *(_with_left_need(after, above) if after else last),
        ),
        own,
        own,
        glue,
    )


def chain(*sides: Node, sign: str = "=") -> Node:
    """Sides of an equation, one after another: a = b = c."""
    result, *others = sides
    for side in others:
        result = infix(result, sign, side)
    return result


def sequence(*items: Node) -> Node:
    """Items with commas between them."""
    parts: list[Node] = []
    for item in items:
        if parts:
            parts.append(Operator(",", "separator"))
        parts.append(Operand(item, Strength.RELATION, Strength.RELATION))
    return Row(tuple(parts), Strength.LIST, Strength.LIST, ",")


def negative(body: Node) -> Node:
    """``−body``."""
    inner = Operand(body, Strength.PRODUCT, Strength.NONE)
    # (−a) · b and −(a · b) are one number, so the right edge is as strong as the body's
    return Row((Operator("-", "prefix"), inner), Strength.SIGN, Strength.JUXTAPOSED)


def beside(left: Node, right: Node, between: Operator = THIN_SPACE) -> Node:
    """Two factors with no sign between them: W x, ŷ(1 − ŷ)."""
    own = Strength.JUXTAPOSED
    before, after = _spliced(left, " "), _spliced(right, " ")
    return Row(
        (
            *(
                _with_right_need(before, own)
                if before
                else (Operand(left, Strength.NONE, own),)
            ),
            between,
            *(
                _with_left_need(after, own)
                if after
                else (Operand(right, own, Strength.NONE),)
            ),
        ),
        own,
        own,
        " ",
    )


def fraction(top: Node, bottom: Node) -> Node:
    """``top`` over ``bottom``."""
    derivative = (
        isinstance(top, Row)
        and isinstance(bottom, Row)
        and top.glue == bottom.glue == "∂"
    )
    return Fraction(top, bottom, derivative)


def differential(body: Node, d: str = "∂") -> Node:
    """``∂body`` or ``d body``."""
    return Row(
        (Operator(d, "prefix"), _atom(body)), Strength.ATOM, Strength.RAISED, "∂"
    )


def derivative(top: Node, bottom: Node, d: str = "∂") -> Node:
    """``∂top/∂bottom``."""
    return Fraction(differential(top, d), differential(bottom, d), derivative=True)


def power(base: Node, exponent: Node) -> Node:
    """``base`` raised to ``exponent``."""
    return Power(_atom(base), exponent)


def subscript(base: Node, index: Node) -> Node:
    """``base`` with a lowered index."""
    return Subscript(_atom(base), index)


def root(body: Node, degree: Node | None = None) -> Node:
    """The square root of ``body``, or its root of a ``degree``."""
    return Root(body, degree)


def fence(opening: str, body: Node, closing: str) -> Node:
    """``body`` between delimiters: ``( )``, ``[ ]``, ``| |``, ``‖ ‖``, ``⌊ ⌋``."""
    return Fence(opening, body, closing)


def call(head: Node | str, *arguments: Node) -> Node:
    """``head(arguments)``; a head given as a word is a function's name."""
    body = arguments[0] if len(arguments) == 1 else sequence(*arguments)
    return Call(_atom(function(head) if isinstance(head, str) else head), body)


def entry(base: Node, *index: int | Node) -> Node:
    """One entry of an array, as a program writes it: W1[1, 2]."""
    items = [Number(str(i)) if isinstance(i, int) else i for i in index]
    return Call(
        _atom(base), items[0] if len(items) == 1 else sequence(*items), "[", "]"
    )


def applied(head: Node | str, body: Node) -> Node:
    """A function before its argument: tanh z, but tanh(a + b)."""
    return Applied(function(head) if isinstance(head, str) else head, _atom(body))


def big(
    sign: str, body: Node, below: Node | None = None, above: Node | None = None
) -> Node:
    """A sum, product or integral over ``body``."""
    return Big(sign, Operand(body, Strength.PRODUCT, Strength.NONE), below, above)


def transpose(body: Node) -> Node:
    """``bodyᵀ``."""
    return power(body, Operator("⊤", "prefix"))


def accent(body: Node, mark: Mark) -> Node:
    """``body`` with a hat, a bar, a prime."""
    if (
        isinstance(body, Symbol)
        and not body.accent
        and not body.written
        and mark != "prime"
    ):
        return replace(body, accent=mark)
    return Accent(_atom(body) if mark == "prime" else body, mark)


def marked(body: Node, of: Ref | str | None = None, kind: Kind = "") -> Node:
    """``body`` with an identity and a colour of its own."""
    return Marked(body, Ref(of) if isinstance(of, str) else of, kind)


def function(name: str) -> Symbol:
    """The name of a function, upright."""
    return Symbol(name, style="function")


def _slashed(top: Node, bottom: Node) -> Node:
    items = (
        Operand(top, Strength.NONE, Strength.JUXTAPOSED),
        Operator("/", "tight"),
        # a/(b c): what follows the slash must be one factor, at both of its edges
        Operand(bottom, Strength.RAISED, Strength.RAISED),
    )
    return Row(items, Strength.QUOTIENT, Strength.QUOTIENT, "/")


def _atom(body: Node) -> Operand:
    return Operand(body, Strength.NUMERAL, Strength.NUMERAL)


def _family(sign: str) -> str:
    if sign in CHAINED:
        return "="
    return "+" if sign in {"+", "-"} else sign


def _spliced(node: Node, glue: str) -> tuple[Node, ...] | None:
    """The items of a row of the same family, so that a long sum is one wide row and not a deep tree."""
    return (
        node.items
        if isinstance(node, Row) and node.glue == glue and glue not in RELATIONS - {"="}
        else None
    )


def _with_right_need(items: tuple[Node, ...], need: Strength) -> tuple[Node, ...]:
    *others, last = items
    if isinstance(last, Operand):
        last = replace(last, right=max(last.right, need))
    return (*others, last)


def _with_left_need(items: tuple[Node, ...], need: Strength) -> tuple[Node, ...]:
    first, *others = items
    if isinstance(first, Operand):
        first = replace(first, left=max(first.left, need))
    return (first, *others)
