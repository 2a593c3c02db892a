"""Where brackets are needed: every operand's edges against what its place asks, in height or on a line."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias, assert_never

from chainrule.formula.tree import (
    Accent,
    Applied,
    Big,
    Bound,
    Call,
    Fence,
    Fraction,
    Marked,
    Matrix,
    Node,
    Number,
    Operand,
    Operator,
    Power,
    Root,
    Row,
    Strength,
    Subscript,
    Symbol,
    Text,
    When,
)

Layout: TypeAlias = Literal["stacked", "linear"]

SUPERSCRIPTS: Final = str.maketrans("0123456789-+⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀ")


class Settled(NamedTuple):
    """A formula whose brackets stand, and how tightly it holds at either edge.

    An edge may be a number that moves, in ``ends``; ``rest`` is then how tightly the others hold there.
    """

    node: Node
    left: Strength
    right: Strength
    ends: tuple[Bound | None, Bound | None] = (None, None)
    rest: tuple[Strength, Strength] = (Strength.ATOM, Strength.ATOM)

    @property
    def firm(self) -> tuple[Strength, Strength]:
        """How tightly it holds whatever its numbers are."""
        first, last = self.ends
        return (
            self.left if first is None else self.rest[0],
            self.right if last is None else self.rest[1],
        )


def bracketed(node: Node, layout: Layout = "stacked") -> Node:
    r"""The formula with every bracket in its place.

    Stacked, a bar or a raised position groups by itself; on a line, a/(b + c) and e^(−z) need brackets.

    >>> from chainrule.formula import identifier, to_latex, to_text
    >>> from chainrule.formula.build import fraction, infix
    >>> a, b = map(identifier, "ab")
    >>> half = fraction(infix(a, "+", b), b)
    >>> to_latex(half), to_text(half)
    ('\\frac{a + b}{b}', ['(a + b)/b'])
    """
    try:
        return _settle(node, layout).node
    except RecursionError:
        raise ValueError(
            "this formula is nested hundreds of levels deep, which nobody can read; print its program line by line"
        ) from None


def plain_exponent(node: Node) -> str | None:
    """The exponent in raised characters, if it has them: ², ⁻¹, ᵀ."""
    match node:
        case Number(digits, None) if (
            digits.lstrip("-").isdecimal() and digits.isascii()
        ):
            return digits.translate(SUPERSCRIPTS)
        case Operator("⊤"):
            return "ᵀ"
        case _:
            return None


_ATOM = Strength.ATOM


def _settle(node: Node, layout: Layout) -> Settled:
    match node:
        case Number():
            return Settled(node, *_number_edges(node), (node.bound, node.bound))
        case Symbol() | Text() | Operator():
            return Settled(node, _ATOM, _ATOM)
        case Operand(body, left, right):
            return _needed(_settle(body, layout), left, right)
        case Row():
            return _row(node, layout)
        case Fraction():
            return _fraction(node, layout)
        case Power():
            return _power(node, layout)
        case Subscript(base, index):
            return Settled(
                Subscript(_settle(base, layout).node, _script(index, layout)),
                _ATOM,
                _ATOM,
            )
        case Root():
            return _root(node, layout)
        case Fence(opening, body, closing):
            return Settled(
                Fence(opening, _settle(body, layout).node, closing), _ATOM, _ATOM
            )
        case Call(head, body, opening, closing):
            whole = Call(
                _settle(head, layout).node, _settle(body, layout).node, opening, closing
            )
            # log(x)² could be either square; f(x)² and W[1]² could not
            return Settled(whole, _ATOM, Strength.RAISED if _is_word(head) else _ATOM)
        case Applied(head, body):
            argument = _settle(body, layout)
            right = (
                Strength.RAISED if _is_round(argument.node) else Strength.APPLICATION
            )
            return Settled(
                Applied(_settle(head, layout).node, argument.node), _ATOM, right
            )
        case Big(sign, body, below, above):
            limits = (
                below and _script(below, layout),
                above and _script(above, layout),
            )
            return Settled(
                Big(sign, _settle(body, layout).node, *limits), _ATOM, Strength.SUM
            )
        case Matrix(rows, of, kind):
            cells = tuple(
                tuple(_settle(cell, layout).node for cell in row) for row in rows
            )
            return Settled(Matrix(cells, of, kind), _ATOM, _ATOM)
        case Accent(body, mark):
            return Settled(Accent(_settle(body, layout).node, mark), _ATOM, _ATOM)
        case Marked(body, of, kind):
            inner = _settle(body, layout)
            return inner._replace(node=Marked(inner.node, of, kind))
        case _:
            assert_never(node)


def _needed(inner: Settled, left: Strength, right: Strength) -> Settled:
    """The operand as it is, or in brackets if either edge is weaker than asked."""
    # a numeral never follows side by side: W 3 would read as one name
    digits_run_on = left is Strength.JUXTAPOSED and inner.left is Strength.NUMERAL
    needed = inner.left < left or inner.right < right or digits_run_on
    when = _when(inner, left, right)
    if needed:
        return Settled(Fence("(", inner.node, ")", when), _ATOM, _ATOM)
    return inner if when is None else inner._replace(node=Marked(inner.node, when=when))


def _when(inner: Settled, left: Strength, right: Strength) -> When | None:
    """When brackets come or go, if the numbers at the edges decide it."""
    first, last = inner.ends
    firm = inner.firm
    if firm[0] < left or firm[1] < right or left is Strength.JUXTAPOSED:
        return None
    minus = first is not None and left > Strength.SIGN
    power = first is not None and left > Strength.PRODUCT
    last = last if right > Strength.PRODUCT else None
    if not (minus or power or last is not None):
        return None
    return When(first if minus or power else None, minus, power, last)


def _row(row: Row, layout: Layout) -> Settled:
    items = [_settle(item, layout) for item in row.items]
    left = min(row.left, items[0].left) if items else _ATOM
    right = min(row.right, items[-1].right) if items else _ATOM
    return Settled(
        Row(tuple(item.node for item in items), row.left, row.right, row.glue),
        left,
        right,
        (items[0].ends[0], items[-1].ends[1]) if items else (None, None),
        (min(row.left, items[0].firm[0]), min(row.right, items[-1].firm[1]))
        if items
        else (_ATOM, _ATOM),
    )


def _power(node: Power, layout: Layout) -> Settled:
    base, raised = _settle(node.base, layout), _settle(node.exponent, layout)
    if layout == "linear" and plain_exponent(node.exponent) is None:
        raised = _needed(raised, Strength.NUMERAL, Strength.NUMERAL)
    left = Strength.NUMERAL if base.left is Strength.NUMERAL else Strength.RAISED
    return Settled(Power(base.node, raised.node), left, Strength.RAISED)


def _root(node: Root, layout: Layout) -> Settled:
    body = _settle(node.body, layout)
    if node.degree is not None:
        degree = _settle(node.degree, layout).node
        return Settled(Root(body.node, degree), _ATOM, _ATOM)
    if layout == "stacked":
        return Settled(Root(body.node), _ATOM, _ATOM)
    body = _needed(body, Strength.NUMERAL, Strength.NUMERAL)
    right = Strength.RAISED if _is_round(body.node) else Strength.APPLICATION
    return Settled(Root(body.node), _ATOM, right)


def _fraction(node: Fraction, layout: Layout) -> Settled:
    top, bottom = _settle(node.top, layout), _settle(node.bottom, layout)
    if layout == "stacked":
        # under a power or after a function's name a fraction needs brackets, next to a factor it does not
        return Settled(
            Fraction(top.node, bottom.node, node.derivative),
            Strength.RAISED,
            Strength.RAISED,
        )
    if node.derivative:
        return Settled(
            Fraction(top.node, bottom.node, derivative=True),
            Strength.RAISED,
            Strength.QUOTIENT,
        )
    top = _needed(top, Strength.NONE, Strength.JUXTAPOSED)
    bottom = _needed(bottom, Strength.RAISED, Strength.RAISED)
    left = min(Strength.QUOTIENT, top.left)
    return Settled(Fraction(top.node, bottom.node), left, Strength.QUOTIENT)


def _script(node: Node, layout: Layout) -> Node:
    inner = _settle(node, layout)
    return (
        _needed(inner, Strength.NUMERAL, Strength.NUMERAL)
        if layout == "linear"
        else inner
    ).node


def _number_edges(number: Number) -> tuple[Strength, Strength]:
    own = Strength.NUMERAL if number.exponent is None else Strength.PRODUCT
    return (Strength.SIGN if number.digits.startswith("-") else own, own)


def _is_word(head: Node) -> bool:
    match head:
        case Operand(body) | Subscript(body) | Power(body) | Accent(body):
            return _is_word(body)
        case Symbol(style="function"):
            return True
        case _:
            return False


def _is_round(node: Node) -> bool:
    return isinstance(node, Fence) and node.opening == "("
