"""Formulas as MathML Core, every number of which knows its place and takes the keyboard's focus."""

from __future__ import annotations

import re
import unicodedata
from html import escape
from types import MappingProxyType
from typing import Final, Protocol, assert_never

from chainrule.formula.brackets import bracketed
from chainrule.formula.tree import (
    Accent,
    Applied,
    Big,
    Bound,
    Call,
    Fence,
    Fraction,
    Kind,
    Marked,
    Matrix,
    Node,
    Number,
    Operand,
    Operator,
    Power,
    Ref,
    Root,
    Row,
    Subscript,
    Symbol,
    Text,
    When,
    words_beside,
)

MARKS: Final = MappingProxyType(
    {"hat": "^", "bar": "¯", "tilde": "~", "dot": "˙", "vec": "→", "prime": "′"}
)
APPLY: Final = "<mo>\u2061</mo>"
TIMES: Final = "<mo>&#x2062;</mo>"
TALL: Final = (
    "<mtable",
    "<mfrac",
    "<munder",
    "<mover>",
    "<mroot",
    "<mo>∑",
    "<mo>∏",
    "<mo>∫",
)
THIN: Final = '<mspace width="0.1667em"></mspace>'
WIDE: Final = '<mspace width="0.3333em"></mspace>'
# where Unicode's mathematical alphabets have holes, the letter was there before them
_EARLIER: Final = MappingProxyType(
    {"L": "ℒ", "B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "M": "ℳ", "R": "ℛ"}
)
_DOUBLE: Final = MappingProxyType(
    {"C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"}
)


class NumberBinding(Protocol):
    """Gives out what a page calls the numbers that move, and the brackets that come and go with them."""

    def number(self, bound: Bound) -> int:
        """The number of a printed entry."""

    def bracket(self, when: When) -> int:
        """The number of a pair of brackets."""


def to_mathml(
    node: Node,
    *,
    display: bool = True,
    focusable: bool = True,
    binding: NumberBinding | None = None,
) -> str:
    """A formula as a ``<math>`` element; a number's origin is in ``data-of`` and ``data-entry``.

    With a ``binding``, a number that moves stands in a row of its own, called ``data-n``.

    >>> from chainrule.formula import number
    >>> to_mathml(number(0.2, "W1", "value"), display=False)
    '<math><mn tabindex="0" data-of="W1" class="value">0.2</mn></math>'
    """
    attribute = ' display="block"' if display else ""
    return f"<math{attribute}>{_MathmlPrinter(binding, focusable=focusable).write(bracketed(node))}</math>"


class _MathmlPrinter:
    def __init__(
        self, binding: NumberBinding | None = None, *, focusable: bool
    ) -> None:
        self.binding = binding
        self.tabindex = ' tabindex="0"' if focusable else ""

    def write(self, node: Node) -> str:
        match node:
            case Number():
                return self.number(node)
            case Symbol(_, _, _, _, _, of, kind):
                return _symbol(node, _identity(of, kind))
            case Text(words, of, kind):
                return f"<mtext{_identity(of, kind)}>{_safe(words)}</mtext>"
            case Operator(sign, form):
                return _operator(sign, form)
            case Operand(body, _, _):
                return self.write(body)
            case Row(items):
                return self.row(items)
            case Fraction(top, bottom):
                return f"<mfrac>{self.write(top)}{self.write(bottom)}</mfrac>"
            case Power(base, exponent):
                return f"<msup>{self.write(base)}{self.write(exponent)}</msup>"
            case Subscript(base, index):
                return f"<msub>{self.write(base)}{self.write(index)}</msub>"
            case Root(body, None):
                return f"<msqrt>{self.write(body)}</msqrt>"
            case Root(body, degree) if degree is not None:
                return f"<mroot>{self.write(body)}{self.write(degree)}</mroot>"
            case Root(body):
                return f"<msqrt>{self.write(body)}</msqrt>"
            case Fence(opening, body, closing, when):
                return _fenced(opening, self.write(body), closing, self.coming(when))
            case Call(head, body, opening, closing):
                inner = self.write(body)
                return _grouped(
                    self.write(head) + APPLY + _fenced(opening, inner, closing)
                )
            case Applied(head, body):
                gap = "" if isinstance(body, Fence) else THIN
                return _grouped(self.write(head) + APPLY + gap + self.write(body))
            case Big(sign, body, below, above):
                return _grouped(self.limits(sign, below, above) + self.write(body))
            case Matrix():
                return self.matrix(node)
            case Accent(body, "prime"):
                return f"<msup>{self.write(body)}<mo>′</mo></msup>"
            case Accent(body, mark):
                return f'<mover accent="true">{self.write(body)}<mo>{MARKS[mark]}</mo></mover>'
            case Marked(body, of, kind, when):
                identity = _identity(of, kind) + self.coming(when)
                if when is not None and not identity:
                    return self.write(body)
                return f"<mrow{identity}>{self.write(body)}</mrow>"
            case _:
                assert_never(node)

    def row(self, items: tuple[Node, ...]) -> str:
        shown = [self.write(item) for item in items]
        for i, item in enumerate(items[1:], 1):
            if items[i - 1] == Operator("", "tight") and _opens_with_word(item):
                # y log ŷ: what stands before a function's name keeps a little distance
                shown[i - 1] = THIN
        for i in words_beside(items):
            shown[i] = WIDE
        return _grouped("".join(shown))

    def coming(self, when: When | None) -> str:
        """What brackets that come and go are called."""
        if when is None or self.binding is None:
            return ""
        return f' data-p="{self.binding.bracket(when)}"'

    def number(self, node: Number) -> str:
        shown = self.digits(node)
        if node.bound is None or self.binding is None:
            return shown
        called = f' data-n="{self.binding.number(node.bound)}"'
        return re.sub(r"^<(mrow|mn)", rf"<\1{called}", shown, count=1)

    def digits(self, node: Number) -> str:
        minus = (
            f'<mo form="prefix"{_identity(None, node.kind)}>−</mo>'
            if node.digits.startswith("-")
            else ""
        )
        digits = node.digits.lstrip("-").replace("inf", "∞").replace("nan", "NaN")
        tabindex = self.tabindex if node.of is not None else ""
        shown = f"{minus}<mn{tabindex}{_identity(node.of, node.kind)}>{digits}</mn>"
        if node.exponent is None:
            return _grouped(shown) if minus else shown
        sign = '<mo form="prefix">−</mo>' if node.exponent < 0 else ""
        exponent = (
            f"<mrow>{sign}<mn>{abs(node.exponent)}</mn></mrow>"
            if sign
            else f"<mn>{node.exponent}</mn>"
        )
        kind = _identity(None, node.kind)
        return f"<mrow{kind}>{shown}<mo>×</mo><msup><mn>10</mn>{exponent}</msup></mrow>"

    def limits(self, sign: str, below: Node | None, above: Node | None) -> str:
        shown = f"<mo>{sign}</mo>"
        if below is not None and above is not None:
            return f"<munderover>{shown}{self.write(below)}{self.write(above)}</munderover>"
        if below is not None:
            return f"<munder>{shown}{self.write(below)}</munder>"
        return shown if above is None else f"<mover>{shown}{self.write(above)}</mover>"

    def matrix(self, node: Matrix) -> str:
        missing = [_decimals(column) for column in zip(*node.rows, strict=True)]
        rows = (
            "".join(
                f"<mtd{_fold(cell)}>{self.cell(cell, most)}</mtd>"
                for cell, most in zip(row, missing, strict=True)
            )
            for row in node.rows
        )
        table = f"<mtable>{''.join(f'<mtr>{row}</mtr>' for row in rows)}</mtable>"
        return _fenced("[", table, "]", _identity(node.of, node.kind))

    def cell(self, cell: Node, most: int) -> str:
        """A cell; an exact 0 among decimals keeps its place before the point, which an unseen remainder holds."""
        shown = self.write(cell)
        if (
            isinstance(cell, Number)
            and cell.exponent is None
            and cell.digits[-1].isdigit()
        ):
            lacking = most - len(cell.digits.partition(".")[2])
            if lacking and "." not in cell.digits:
                return (
                    f"<mrow>{shown}<mphantom><mn>.{'0' * most}</mn></mphantom></mrow>"
                )
        return shown


def _opens_with_word(node: Node) -> bool:
    match node:
        case Operand(body):
            return _opens_with_word(body)
        case Applied() | Big():
            return True
        case Call(head):
            return isinstance(head, Symbol) and head.style == "function"
        case _:
            return False


def _fold(cell: Node) -> str:
    return ' class="fold"' if isinstance(cell, Operator) else ""


def _decimals(column: tuple[Node, ...]) -> int:
    texts = (c.digits for c in column if isinstance(c, Number) and c.exponent is None)
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def _symbol(node: Symbol, identity: str) -> str:
    upright = (
        ' mathvariant="normal"'
        if len(node.letter) == 1 and node.style in {"upright", "function"}
        else ""
    )
    plain = not node.accent and not node.index
    letter = "".join(_styled(c, node.style) for c in _visible(node.letter))
    tag = "mn" if node.letter.isdecimal() else "mi"
    shown = f"<{tag}{upright}{identity if plain else ''}>{escape(letter)}</{tag}>"
    if node.accent == "prime":
        shown = f"<msup{'' if node.index else identity}>{shown}<mo>′</mo></msup>"
    elif node.accent:
        over = f"<mo>{MARKS[node.accent]}</mo>"
        shown = f'<mover accent="true"{"" if node.index else identity}>{shown}{over}</mover>'
    if not node.index:
        return shown
    parts = "<mo>,</mo>".join(_index(part) for part in node.index.split(","))
    return f"<msub{identity}>{shown}{_grouped(parts) if ',' in node.index else parts}</msub>"


def _index(part: str) -> str:
    return f"<mn>{part}</mn>" if part.isdecimal() else f"<mi>{_safe(part)}</mi>"


def _styled(c: str, style: str) -> str:
    """The letter from Unicode's alphabet of that style: Core has no other way."""
    if not (c.isascii() and c.isalnum()):
        return c
    offset = (
        ord(c) - ord("0")
        if c.isdigit()
        else ord(c) - (ord("A") if c.isupper() else ord("a") - 26)
    )
    if style == "bold":
        return chr((0x1D7CE if c.isdigit() else 0x1D400) + offset)
    if style == "blackboard":
        return _DOUBLE.get(c) or chr((0x1D7D8 if c.isdigit() else 0x1D538) + offset)
    if style == "script" and c.isupper():
        return _EARLIER.get(c) or chr(0x1D49C + offset)
    return c


def _operator(sign: str, form: str) -> str:
    match sign, form:
        case "", _:
            return TIMES
        case " ", _:
            return THIN
        case "-", "prefix":
            return '<mo form="prefix">−</mo>'
        case (("∂" | "d"), _):
            return (
                f'<mi mathvariant="normal">{sign}</mi>' if sign == "d" else "<mi>∂</mi>"
            )
        case _, "ellipsis":
            return f"<mo>{_safe(sign)}</mo>"
        case "/", _:
            return '<mo lspace="0" rspace="0" stretchy="false">/</mo>'
        case _:
            return f"<mo>{_safe(sign.replace('-', '−'))}</mo>"


def _fenced(opening: str, inner: str, closing: str, identity: str = "") -> str:
    """Delimiters in a row of their own, so that they grow with what they hold; around one line they do not."""
    rigid = "" if any(tall in inner for tall in TALL) else ' stretchy="false"'
    left = f'<mo form="prefix"{rigid}>{opening}</mo>'
    right = f'<mo form="postfix"{rigid}>{closing}</mo>'
    return f"<mrow{identity}>{left}{inner}{right}</mrow>"


def _grouped(shown: str) -> str:
    return f"<mrow>{shown}</mrow>"


def _identity(of: Ref | None, kind: Kind) -> str:
    shown = ""
    if of is not None:
        shown += f' data-of="{_safe(of.name)}"'
        if of.entry is not None:
            shown += f' data-entry="{",".join(map(str, of.entry))}"'
    return shown + (f' class="{kind}"' if kind else "")


def _safe(text: str) -> str:
    return escape(_visible(text))


def _visible(text: str) -> str:
    """The text without the characters that XML cannot hold or that would reorder what is around them."""
    return "".join(
        "�" if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Cn"} else c for c in text
    )
