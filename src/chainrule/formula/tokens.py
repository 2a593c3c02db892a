"""A notation cut into the tokens of TeX, each with its place."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<token> \\[A-Za-z]+ | \\[,;:!\ |{}] | \#\d+ | \#[A-Za-z_]+ | \d+(?:\.\d+)? | [^\\\#])
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of a notation and where it starts; an empty text is the end."""

    text: str
    at: int


def tokens(notation: str) -> list[Token]:
    r"""The tokens of ``notation``, closed by an empty one.

    >>> [token.text for token in tokens(r"\frac{#1}{2}")]
    ['\\frac', '{', '#1', '}', '{', '2', '}', '']
    """
    found, at = [], 0
    while at < len(notation):
        piece = _TOKEN.match(notation, at)
        if piece is None:
            message = f"notation {notation}, at character {at + 1}, {notation[at]!r}: a command or a hole needs its name"
            raise ValueError(message)
        if text := piece["token"]:
            found.append(Token(text, at))
        at = piece.end()
    return [*found, Token("", len(notation))]
