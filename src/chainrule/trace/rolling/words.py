"""What the reader calls the values of a loop's turns, and a list of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chainrule.program import Value


def word_of(column: Sequence[Value]) -> str | None:
    """What the reader calls a value of every turn: ``h`` for h, h_2, h_3 …, ``error`` for those in the list errors."""
    first, *others = (one.word or one.name or "" for one in column)
    if all(re.fullmatch(rf"{first}(_\d+)?", name) for name in others):
        return first or None
    # of a program that makes the list several times the entries are counted twice: hs_0_3, hs_1_3
    for count in (r"_\d+$", r"_\d+_\d+$|_\d+$"):
        stems = {re.sub(count, "", name) for name in (first, *others) if name}
        if len(stems) == 1:
            (stem,) = stems
            of_a_list = re.fullmatch(rf"{stem}_0(_\d+)?", first)
            return singular(stem) if of_a_list else stem
    return None


def singular(word: str) -> str:
    """What one of ``errors`` is called: ``error``; a word that has no such end stays."""
    return word[:-1] if re.fullmatch(r"\w*[^s]s", word) else word


def plural(word: str | None) -> str | None:
    """What a list of values is called: ``Ws`` for W_0, W_1 and so on."""
    return word if word is None or re.search(r"[^s]s$", word) else f"{word}s"
