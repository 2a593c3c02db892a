"""Passes that do the same with other arrays, known by their text without names."""

from __future__ import annotations

import re
from collections.abc import Collection

ENDINGS = ("_made", "_panel")
"""What is put behind a name for a number that is handed back, and for the part of a pass that is one panel."""


def without_names(text: str, names: Collection[str]) -> str:
    """``text`` with each of ``names`` told by the order in which they first come.

    >>> without_names("a[i] = b[i] + a[i]", {"a", "b"})
    '#0[i] = #1[i] + #0[i]'
    """
    numbers: dict[str, int] = {}

    def number(word: re.Match[str]) -> str:
        name = word[0]
        for ending in ENDINGS:
            name = name if name in names else name.removesuffix(ending)
        if name not in names:
            return word[0]
        return f"#{numbers.setdefault(name, len(numbers))}{word[0][len(name) :]}"

    return re.sub(r"\b[A-Za-z_]\w*", number, text)
