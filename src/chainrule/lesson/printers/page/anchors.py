"""Addresses inside the page: safe to stand in an ``id``, and each only once."""

from __future__ import annotations

import re


class Anchors:
    """Gives out addresses.

    >>> anchors = Anchors()
    >>> anchors.take("Step 1"), anchors.take("step-1"), anchors.take("<b>")
    ('step-1', 'step-1-2', 'b')
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """An address close to the one that is wanted."""
        plain = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-") or "part"
        address, n = plain, 1
        while address in self._taken:
            n += 1
            address = f"{plain}-{n}"
        self._taken.add(address)
        return address
