"""A program's identifiers as mathematics writes them: W1 as W with an index, y_pred as ŷ, alpha as α."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from chainrule.formula.build import derivative, marked
from chainrule.formula.tree import Kind, Mark, Node, Ref, Style, Symbol

GREEK: Final = MappingProxyType(
    {
        "alpha": "α",
        "beta": "β",
        "gamma": "γ",
        "delta": "δ",
        "epsilon": "ε",
        "eps": "ε",
        "zeta": "ζ",
        "eta": "η",
        "theta": "θ",
        "iota": "ι",
        "kappa": "κ",
        "lambda": "λ",
        "lam": "λ",
        "mu": "μ",
        "nu": "ν",
        "xi": "ξ",
        "pi": "π",
        "rho": "ρ",
        "sigma": "σ",
        "tau": "τ",
        "upsilon": "υ",
        "phi": "φ",
        "chi": "χ",
        "psi": "ψ",
        "omega": "ω",
        "Gamma": "Γ",
        "Delta": "Δ",
        "Theta": "Θ",
        "Lambda": "Λ",
        "Xi": "Ξ",
        "Pi": "Π",
        "Sigma": "Σ",
        "Phi": "Φ",
        "Psi": "Ψ",
        "Omega": "Ω",
    }
)
PREDICTED: Final = ("_pred", "pred", "_hat", "hat")
WORDS: Final = frozenset({"chat", "that", "what"})
TRUE: Final = ("_true", "true")
ACCENTS: Final[MappingProxyType[str, Mark]] = MappingProxyType(
    {"_bar": "bar", "_tilde": "tilde", "_dot": "dot"}
)
COMBINING: Final = MappingProxyType(
    {
        "hat": "\u0302",
        "bar": "\u0304",
        "tilde": "\u0303",
        "dot": "\u0307",
        "vec": "\u20d7",
        "prime": "′",
    }
)

LOW: Final = "0123456789-+aehijklmnoprstuvx"
SMALL: Final = str.maketrans(LOW, "₀₁₂₃₄₅₆₇₈₉₋₊ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", ",")
_PLAIN: Final[Mark] = ""
_TURN = re.compile(r"(.+)\[(.+)\]")
_STEM = re.compile(r"([A-Za-z]+?)_?(\d*)((?:_[A-Za-z0-9]+)*)_?")

_SPELLED: ContextVar[frozenset[str]] = ContextVar("spelled", default=frozenset())
"""The names that are written as the program spells them, as others would look like them."""


def looking_alike(names: Iterable[str]) -> frozenset[str]:
    """Of names that mathematics would write as one symbol, all that are not that symbol themselves.

    >>> sorted(looking_alike(["y", "y_true", "y_pred", "loss", "L", "W1"]))
    ['loss', 'y_true']
    """
    alike: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        alike.setdefault(plain(identifier(name)), []).append(name)
    return frozenset(
        name
        for shown, group in alike.items()
        for name in group
        if len(group) > 1 and name != shown
    )


@contextmanager
def spelled_out(names: frozenset[str]) -> Iterator[None]:
    """Within it ``identifier`` writes these names as the program spells them.

    >>> with spelled_out(frozenset({"y_true"})):
    ...     plain(identifier("y_true")), plain(identifier("y_pred"))
    ('y_true', 'ŷ')
    """
    token = _SPELLED.set(names)
    try:
        yield
    finally:
        _SPELLED.reset(token)


def identifier(name: str, of: Ref | str | None = None, kind: Kind = "") -> Symbol:
    r"""The name of a value, as a reader of mathematics expects it.

    >>> from chainrule.formula import to_latex, to_text
    >>> [
    ...     to_latex(identifier(name))
    ...     for name in ("W1", "y_pred", "y_true", "delta2", "h_prev", "weights")
    ... ]
    ['W_{1}', '\\hat{y}', 'y', '\\delta_{2}', 'h_{\\mathrm{prev}}', '\\mathrm{weights}']
    >>> [
    ...     to_text(identifier(name))[0]
    ...     for name in ("W1", "y_pred", "y_true", "delta2", "h_prev", "loss")
    ... ]
    ['W1', 'ŷ', 'y', 'δ2', 'h_prev', 'L']
    """
    ref = Ref(of) if isinstance(of, str) else of
    of_a_turn = _TURN.fullmatch(name)
    if of_a_turn:
        return _of_a_turn(identifier(of_a_turn[1], ref, kind), of_a_turn[2])
    as_spelled = name in _SPELLED.get()
    if name == "loss" and not as_spelled:
        return Symbol("L", of=ref, kind=kind)
    stem, accent = (name, _PLAIN) if as_spelled else _accented(name)
    parts = _STEM.fullmatch(stem)
    base, digits, words = parts.groups() if parts else (name, "", "")
    letter = base if as_spelled else GREEK.get(base, base)
    if len(letter) > 1 and words:
        # batch_size is one word, not a batch with an index
        letter, words, digits = name, "", ""
    style: Style = "italic" if len(letter) == 1 else "upright"
    index = ",".join(filter(None, (digits, *words.split("_"))))
    symbol = Symbol(letter, index, accent, style, of=ref, kind=kind)
    spelled = _letter_with(letter, accent) + stem[len(base) :].rstrip("_")
    return (
        replace(symbol, written=spelled)
        if index and plain(symbol) != spelled
        else symbol
    )


def _of_a_turn(symbol: Symbol, turn: str) -> Symbol:
    """A value of one turn of a loop, which is its index: hₜ₋₁."""
    index = ",".join(filter(None, (symbol.index, turn.replace("-", "−"))))
    return replace(symbol, index=index, written=plain(symbol) + lowered(turn))


def lowered(index: str) -> str:
    """An index in small characters below the line, or in brackets where there are none.

    >>> lowered("t-1"), lowered("i,j"), lowered("b"), lowered("3,10")
    ('ₜ₋₁', 'ᵢⱼ', '[b]', '[3,10]')
    """
    apart = "," in index and any(map(str.isdigit, index))
    small = index.translate(SMALL)
    whole = not any(map(str.isascii, small))
    return small if whole and not apart else f"[{index}]"


def gradient(
    name: str, of: str = "L", *, ref: Ref | str | None = None, kind: Kind = ""
) -> Node:
    """The derivative of ``of`` by the value called ``name``: ∂L/∂W1.

    >>> from chainrule.formula import to_text
    >>> to_text(gradient("W1"))
    ['∂L/∂W1']
    """
    whole = derivative(identifier(of), identifier(name))
    return marked(whole, ref, kind) if ref is not None or kind else whole


def plain(symbol: Symbol) -> str:
    """A symbol in plain characters, close to how the program spells it.

    >>> (
    ...     plain(Symbol("y", accent="hat")),
    ...     plain(Symbol("W", "1")),
    ...     plain(Symbol("h", "prev")),
    ... )
    ('ŷ', 'W1', 'h_prev')
    """
    if symbol.written:
        return symbol.written
    joint = "" if not symbol.index or symbol.index.isdecimal() else "_"
    return _letter_with(symbol.letter, symbol.accent) + joint + symbol.index


def _letter_with(letter: str, accent: Mark) -> str:
    if accent == "":
        return letter
    if accent == "prime":
        return letter + "′"
    return unicodedata.normalize("NFC", letter + COMBINING[accent])


def _accented(name: str) -> tuple[str, Mark]:
    """The name without the ending that mathematics writes as an accent, or not at all."""
    if name in WORDS:
        return name, ""
    for ending in (*PREDICTED, *TRUE):
        stem = name.removesuffix(ending)
        # yhat is ŷ and what stays a word: without an underscore the rest must be one letter
        if (
            stem != name
            and stem
            and (ending.startswith("_") or re.fullmatch(r"[A-Za-z]\d*", stem))
        ):
            return (
                (stem, "hat" if ending in PREDICTED else "")
                if _is_short(stem)
                else (name, "")
            )
    for ending, accent in ACCENTS.items():
        stem = name.removesuffix(ending)
        if stem != name and _is_short(stem):
            return stem, accent
    return name, ""


def _is_short(stem: str) -> bool:
    return (
        re.fullmatch(r"[A-Za-z]_?\d*", stem) is not None
        or stem.rstrip("0123456789_") in GREEK
    )
