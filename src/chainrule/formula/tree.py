"""The expression tree of a formula: nodes that know what they stand for, and nothing about any medium."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["", "value", "local", "upstream", "result"]
Style: TypeAlias = Literal[
    "italic", "upright", "bold", "script", "blackboard", "function"
]
Mark: TypeAlias = Literal["", "hat", "bar", "tilde", "dot", "vec", "prime"]
Form: TypeAlias = Literal["infix", "prefix", "tight", "separator", "ellipsis"]


class Strength(enum.IntEnum):
    """How tightly a formula holds together at one of its two edges; brackets go where it is too little."""

    NONE = 0
    LIST = 1
    RELATION = 2
    SIGN = 3
    SUM = 4
    PRODUCT = 5
    QUOTIENT = 6
    APPLICATION = 7
    JUXTAPOSED = 8
    RAISED = 9
    NUMERAL = 10
    ATOM = 11


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a printed thing comes from: a value of the program, and which entry of it (None: all of it)."""

    name: str
    entry: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that are printed with as many decimals as the neediest: ``(line, place)`` each, of a :class:`Ledger`.

    What is at most ``noise`` times the largest is only rounding, and shown as 0.000.
    """

    places: tuple[tuple[int, int] | float, ...]
    digits: int = 4
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class Bound:
    """Which entry of what line a printed number is, and how it came to its digits."""

    line: int
    place: int
    digits: int = 4
    group: Group | None = None
    ledger: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number:
    """Digits as they will be read, such as ``-0.3843``, or ``1.2`` with the exponent 7 for 1.2 × 10⁷.

    ``bound`` is the entry that a number of a ledger shows; two numbers that read alike are equal.
    """

    digits: str
    exponent: int | None = None
    of: Ref | None = None
    kind: Kind = ""
    bound: Bound | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name: a letter or word with perhaps an index and an accent; ``written`` is its form in plain text."""

    letter: str
    index: str = ""
    accent: Mark = ""
    style: Style = "italic"
    written: str = ""
    of: Ref | None = None
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Words in the middle of a formula."""

    words: str
    of: Ref | None = None
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Operator:
    """A sign, and how it stands: between its operands, before one, close between two, or for what is left out."""

    sign: str
    form: Form = "infix"


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of a larger formula, with the strength its surroundings ask of each of its edges."""

    body: Node
    left: Strength
    right: Strength


@dataclass(frozen=True, slots=True)
class Row:
    """Things side by side; ``glue`` is the family of the sign between them, and says what may be spliced."""

    items: tuple[Node, ...]
    left: Strength
    right: Strength
    glue: str = ""


@dataclass(frozen=True, slots=True)
class Fraction:
    """``top`` over ``bottom``; a derivative such as ∂L/∂x is read as one thing."""

    top: Node
    bottom: Node
    derivative: bool = False


@dataclass(frozen=True, slots=True)
class Power:
    """``base`` with ``exponent`` raised."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Subscript:
    """``base`` with ``index`` lowered."""

    base: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Root:
    """A square root, or the root of a ``degree``."""

    body: Node
    degree: Node | None = None


@dataclass(frozen=True, slots=True)
class When:
    """When brackets stand: if the number that opens them has a minus or a power of ten, or the one that closes them has."""

    first: Bound | None = None
    minus: bool = False
    power: bool = False
    last: Bound | None = None


@dataclass(frozen=True, slots=True)
class Fence:
    """``body`` between two delimiters that grow with it; they come and go with numbers that move."""

    opening: str
    body: Node
    closing: str
    when: When | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``head`` directly followed by its arguments in brackets: f(x), 1[z > 0], W[1, 2]."""

    head: Node
    body: Node
    opening: str = "("
    closing: str = ")"


@dataclass(frozen=True, slots=True)
class Applied:
    """A named function before its argument, bare where that is an atom: tanh z, but tanh(a + b)."""

    head: Node
    body: Node


@dataclass(frozen=True, slots=True)
class Big:
    """A large operator with its limits: ∑, ∏, ∫."""

    sign: str
    body: Node
    below: Node | None = None
    above: Node | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """A rectangle of cells in square brackets."""

    rows: tuple[tuple[Node, ...], ...]
    of: Ref | None = None
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Accent:
    """``body`` with a mark over or after it."""

    body: Node
    mark: Mark


@dataclass(frozen=True, slots=True)
class Marked:
    """An identity and a colour for any larger part of a formula, or that it may come to stand in brackets."""

    body: Node
    of: Ref | None = None
    kind: Kind = ""
    when: When | None = field(default=None, compare=False, repr=False)


Node: TypeAlias = (
    Number
    | Symbol
    | Text
    | Operator
    | Operand
    | Row
    | Fraction
    | Power
    | Subscript
    | Root
    | Fence
    | Call
    | Applied
    | Big
    | Matrix
    | Accent
    | Marked
)


def words_beside(items: tuple[Node, ...]) -> list[int]:
    """Where in a row a thin space stands beside a word: ``W feature`` would be read as one.

    >>> W, feature, thin = Symbol("W"), Symbol("feature"), Operator(" ", "tight")
    >>> words_beside((W, thin, feature)), words_beside((W, thin, W))
    ([1], [])
    """
    return [
        i
        for i in range(1, len(items) - 1)
        if items[i] == Operator(" ", "tight")
        and (_is_word(items[i - 1]) or _is_word(items[i + 1]))
    ]


def _is_word(node: Node) -> bool:
    while isinstance(node, Marked | Operand):
        node = node.body
    return isinstance(node, Symbol) and len(node.letter) > 1
