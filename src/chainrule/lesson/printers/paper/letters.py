r"""Any text as LaTeX: nothing in it can act, and every letter has a meaning to pdfTeX."""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import Final

from chainrule.formula.latex import SIGNS, escaped

ACCENTS: Final = MappingProxyType(
    {
        "\u0300": "`",
        "\u0301": "'",
        "\u0302": "^",
        "\u0303": "~",
        "\u0304": "=",
        "\u0306": "u",
        "\u0307": ".",
        "\u0308": '"',
        "\u030a": "r",
        "\u030b": "H",
        "\u030c": "v",
        "\u0327": "c",
        "\u0328": "k",
    }
)
LETTERS: Final = MappingProxyType(
    {
        "–": "--",
        "—": "---",
        "‘": "`",
        "’": "'",
        "“": "``",
        "”": "''",
        "…": r"\ldots{}",
        "\u00a0": "~",
        "\u2009": r"\,",
        "ß": r"\ss{}",
        "æ": r"\ae{}",
        "ø": r"\o{}",
        "ł": r"\l{}",
        "ı": r"\i{}",
        "−": r"\ensuremath{-}",
        "×": r"\ensuremath{\times}",
        "·": r"\ensuremath{\cdot}",
        "∞": r"\ensuremath{\infty}",
        "′": r"\ensuremath{'}",
        "°": r"\ensuremath{^\circ}",
        "√": r"\ensuremath{\surd}",
        "⇒": r"\ensuremath{\Rightarrow}",
        "ᵀ": r"\ensuremath{^{\top}}",
        "⁻": r"\ensuremath{^{-}}",
    }
    | {c: rf"\ensuremath{{^{i}}}" for i, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
    | {c: rf"\ensuremath{{_{i}}}" for i, c in enumerate("₀₁₂₃₄₅₆₇₈₉")}
)
# in typewriter, what TeX would set as another sign or run together
CODE: Final = MappingProxyType(
    {
        "`": r"\textasciigrave{}",
        "'": r"\textquotesingle{}",
        "-": "-{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        ",": ",{}",
        "?": "?{}",
        "!": "!{}",
        " ": r"\ ",
    }
)
PROSE: Final = MappingProxyType(
    {
        "`": r"\textasciigrave{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
    }
)


def text(words: str) -> str:
    r"""Words of a paragraph.

    >>> print(text(r"50 % of \input{x} & $y$"))
    50 \% of \textbackslash{}input\{x\} \& \$y\$
    """
    plain = escaped(words.replace("\n", " "))
    return "".join(PROSE.get(c, c) for c in plain)


def code(words: str) -> str:
    r"""Source, in typewriter, every blank kept.

    >>> print(code("a -= 1"))
    \texttt{a\ -{}=\ 1}
    """
    return rf"\texttt{{{''.join(CODE.get(c) or escaped(c) for c in words)}}}"


def declarations(document: str) -> str:
    r"""What pdfTeX must be told of the letters of a document that are not ASCII.

    >>> print(declarations("σ"))
    \DeclareUnicodeCharacter{03C3}{\ensuremath{\sigma}}
    """
    others = sorted({c for c in document if not c.isascii()})
    return "\n".join(
        rf"\DeclareUnicodeCharacter{{{ord(c):04X}}}{{{_meaning(c)}}}" for c in others
    )


def _meaning(c: str) -> str:
    if c in LETTERS:
        return LETTERS[c]
    lowered = unicodedata.decomposition(c).partition("<sub> ")[2]
    if lowered:
        return rf"\ensuremath{{_{{{chr(int(lowered, 16)).replace('−', '-')}}}}}"
    if c in SIGNS and SIGNS[c].strip():
        return rf"\ensuremath{{{SIGNS[c].strip()}}}"
    apart = unicodedata.normalize("NFD", c)
    if len(apart) == 2 and apart[0].isascii() and apart[1] in ACCENTS:
        return rf"\{ACCENTS[apart[1]]}{{{apart[0]}}}"
    simple = unicodedata.normalize("NFKC", c)
    if simple.isascii():
        return escaped(simple)
    return rf"\texttt{{[U+{ord(c):04X}]}}"
