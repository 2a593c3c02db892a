"""Places in one stretch of memory, such that nothing overlaps in memory and in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

ALIGNED = 64
"""Bytes of a line of cache; an array that starts with one is read and written fastest."""
Key = TypeVar("Key")


def places(
    sizes: Mapping[Key, int], spans: Mapping[Key, tuple[int, int]]
) -> dict[Key, int]:
    """Where each array starts, so that no two overlap in memory and in time; the largest choose first."""
    starts: dict[Key, int] = {}
    for value in sorted(sizes, key=lambda one: -sizes[one]):
        begin, end = spans[value]
        taken = sorted(
            (starts[other], starts[other] + sizes[other])
            for other in starts
            if spans[other][0] <= end and begin <= spans[other][1]
        )
        start = 0
        for low, high in taken:
            if start + sizes[value] <= low:
                break
            start = max(start, -(-high // ALIGNED) * ALIGNED)
        starts[value] = start
    return starts
