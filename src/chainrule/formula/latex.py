"""Formulas as LaTeX with amsmath, as a person would type them."""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import Final, assert_never

from chainrule.formula.brackets import bracketed
from chainrule.formula.signs import (
    FUNCTION_COMMANDS,
    GREEK_COMMANDS,
    RELATION_COMMANDS,
    SIGN_COMMANDS,
)
from chainrule.formula.tree import (
    Accent,
    Applied,
    Big,
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
    Root,
    Row,
    Subscript,
    Symbol,
    Text,
    words_beside,
)

_PREFERRED = {
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "←": r"\leftarrow",
    "→": r"\to",
    "∗": r"\ast",
    "⋆": r"\star",
    "ε": r"\varepsilon",
}
SIGNS: Final = MappingProxyType(
    {
        sign: command
        for table in (RELATION_COMMANDS, SIGN_COMMANDS, GREEK_COMMANDS)
        for command, sign in table.items()
    }
    | _PREFERRED
    | {
        "∑": r"\sum",
        "∏": r"\prod",
        "∫": r"\int",
        "∂": r"\partial ",
        "d": r"\mathrm{d}",
        "⊤": r"\top",
        "∇": r"\nabla",
    }
    | {
        "…": r"\ldots",
        "⋯": r"\cdots",
        "⋮": r"\vdots",
        "⋱": r"\ddots",
        "′": r"\prime",
        "∅": r"\emptyset",
    }
    | {" ": r"\,", "": "", ",": ", ", "φ": r"\varphi", "ι": r"\iota"}
)
DELIMITERS: Final = MappingProxyType(
    {
        "|": ("|", "|"),
        "‖": (r"\lVert", r"\rVert"),
        "⌊": (r"\lfloor", ""),
        "⌋": ("", r"\rfloor"),
        "⌈": (r"\lceil", ""),
        "⌉": ("", r"\rceil"),
        "{": (r"\{", ""),
        "}": ("", r"\}"),
    }
)
ACCENTS: Final = MappingProxyType(
    {"hat": "hat", "bar": "bar", "tilde": "tilde", "dot": "dot", "vec": "vec"}
)
STYLES: Final = MappingProxyType(
    {
        "upright": "mathrm",
        "bold": "mathbf",
        "script": "mathcal",
        "blackboard": "mathbb",
        "function": "operatorname",
    }
)
ESCAPED: Final = str.maketrans(
    {c: f"\\{c}" for c in "#$%&_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


def to_latex(node: Node, *, colours: bool = False) -> str:
    r"""A formula in LaTeX (needs amsmath; with ``colours`` also xcolor and colours cr-value, cr-local …).

    >>> from chainrule.formula import gradient, identifier, matrix
    >>> to_latex(gradient("W1"))
    '\\frac{\\partial L}{\\partial W_{1}}'
    >>> to_latex(matrix([[1, 2]], kind="value"), colours=True)
    '\\begin{bmatrix} \\textcolor{cr-value}{1} & \\textcolor{cr-value}{2} \\end{bmatrix}'
    """
    return _LatexPrinter(colours=colours).write(bracketed(node))


def escaped(text: str) -> str:
    """Any text as LaTeX text: nothing in it can act."""
    clean = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return clean.translate(ESCAPED)


class _LatexPrinter:
    def __init__(self, *, colours: bool) -> None:
        self.colours = colours

    def write(self, node: Node) -> str:
        match node:
            case Number(_, _, _, kind):
                return self.coloured(_number(node), kind)
            case Symbol(_, _, _, _, _, _, kind):
                return self.coloured(_symbol(node), kind)
            case Text(words, _, kind):
                return self.coloured(rf"\text{{{escaped(words)}}}", kind)
            case Operator(sign, form):
                shown = SIGNS.get(sign, sign)
                return f" {shown} " if form == "infix" else shown
            case Operand(body, _, _):
                return self.write(body)
            case Row(items):
                pieces = [self.write(item) for item in items]
                for i in words_beside(items):
                    pieces[i] = r"\;"
                return _spaced(pieces)
            case Fraction(top, bottom):
                return rf"\frac{{{self.write(top)}}}{{{self.write(bottom)}}}"
            case Power(base, exponent):
                return f"{self.based(base, '^')}^{{{self.write(exponent)}}}"
            case Subscript(base, index):
                return f"{self.based(base, '_')}_{{{self.write(index)}}}"
            case Root(body, degree):
                return rf"\sqrt{f'[{self.write(degree)}]' if degree else ''}{{{self.write(body)}}}"
            case Fence(opening, body, closing):
                return self.fence(opening, body, closing)
            case Call(head, body, opening, closing):
                return self.write(head) + self.fence(opening, body, closing)
            case Applied(head, body):
                return _spaced([self.write(head), self.write(body)])
            case Big(sign, body, below, above):
                limits = "".join(
                    f"{m}{{{self.write(part)}}}"
                    for m, part in (("_", below), ("^", above))
                    if part
                )
                return f"{SIGNS[sign]}{limits} {self.write(body)}"
            case Matrix(rows):
                # room to write in
                blank = any(isinstance(cell, Text) for row in rows for cell in row)
                lines = (r" \\[1.5ex] " if blank else r" \\ ").join(
                    " & ".join(self.write(cell) for cell in row) for row in rows
                )
                return rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}"
            case Accent(body, "prime"):
                return f"{self.write(body)}'"
            case Accent(body, mark):
                return rf"\{ACCENTS[mark]}{{{self.write(body)}}}"
            case Marked(body, _, kind):
                return self.coloured(self.write(body), kind)
            case _:
                assert_never(node)

    def based(self, node: Node, script: str) -> str:
        """What a script stands on, in braces where TeX would see two scripts of one sort."""
        body = _bare(node)
        doubled = (
            isinstance(body, Subscript)
            or (isinstance(body, Symbol) and body.index != "")
            if script == "_"
            else isinstance(body, Accent)
            or (isinstance(body, Symbol) and body.accent == "prime")
        )
        return f"{{{self.write(node)}}}" if doubled else self.write(node)

    def fence(self, opening: str, body: Node, closing: str) -> str:
        inner = self.write(body)
        left, right = (
            DELIMITERS.get(opening, (opening, ""))[0],
            DELIMITERS.get(closing, ("", closing))[1],
        )
        if _is_low(inner):
            return f"{left}{'' if len(left) == 1 else ' '}{inner}{right}"
        return rf"\left{left}{'' if len(left) == 1 else ' '}{inner}\right{right}"

    def coloured(self, shown: str, kind: Kind) -> str:
        return (
            rf"\textcolor{{cr-{kind}}}{{{shown}}}" if self.colours and kind else shown
        )


def _bare(node: Node) -> Node:
    while isinstance(node, (Operand, Marked)):
        node = node.body
    return node


def _number(node: Number) -> str:
    digits = node.digits.replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}")
    return (
        digits if node.exponent is None else rf"{digits} \times 10^{{{node.exponent}}}"
    )


def _symbol(node: Symbol) -> str:
    letter = node.letter
    if f"\\{letter}" in FUNCTION_COMMANDS and node.style == "function":
        shown = f"\\{letter}"
    elif (
        node.style == "italic"
        and len(letter) == 1
        and ((letter in SIGNS and letter != "d") or letter.isascii())
    ):
        shown = escaped(letter) if letter.isascii() else SIGNS[letter]
    elif (
        node.style in {"bold", "script", "blackboard", "function"}
        and letter.isascii()
        and letter.isalnum()
    ):
        shown = rf"\{STYLES[node.style]}{{{letter}}}"
    elif letter.isascii() and letter.isalnum():
        shown = rf"\mathrm{{{letter}}}"
    else:
        shown = rf"\text{{{escaped(letter)}}}"
    if node.accent == "prime":
        shown += "'"
    elif node.accent:
        shown = rf"\{ACCENTS[node.accent]}{{{shown}}}"
    if not node.index:
        return shown
    return f"{shown}_{{{','.join(map(_index, node.index.split(',')))}}}"


def _index(part: str) -> str:
    """A number, a letter, or a letter so many further on as mathematics; anything else as a word."""
    first, further = part[:1], part[1:]
    if part.isdecimal() or (first.isalnum() and not further):
        return part
    moved = first in "+−" or (first.isalpha() and further[0] in "+−")
    if moved and part[-1:].isdecimal():
        return part.replace("−", "-")
    return rf"\mathrm{{{escaped(part)}}}"


def _spaced(parts: list[str]) -> str:
    """The parts joined, with a blank only where TeX would run a command into the next letter."""
    joined = ""
    for part in parts:
        if joined[-1:].isalpha() and part[:1].isalpha() and _ends_in_command(joined):
            joined += " "
        joined += part
    return joined


def _ends_in_command(text: str) -> bool:
    return (
        text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")[-1:] == "\\"
    )


def _is_low(inner: str) -> bool:
    """Whether plain brackets are tall enough: nothing inside is taller than a line."""
    return not any(
        tall in inner
        for tall in (r"\frac", r"\begin", r"\sum", r"\prod", r"\int", r"\sqrt")
    )
