"""What a setting takes: one value both tests what is given and says it in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Takes:
    """Values that a setting takes, in words and as a test."""

    words: str
    test: Callable[[Any], bool]

    def __or__(self, other: Takes) -> Takes:
        """What either takes."""
        return Takes(
            f"{self.words} or {other.words}",
            lambda given: self.test(given) or other.test(given),
        )


def number(interval: str) -> Takes:
    """A number within an interval, as mathematics writes it.

    >>> rate = number("(0, inf)")
    >>> rate.words, rate.test(0.1), rate.test(0), rate.test("0.1")
    ('a number in (0, inf)', True, False, False)
    """
    low, high = (float(end) for end in interval[1:-1].split(","))

    def within(given: Any) -> bool:
        if isinstance(given, bool | np.bool_) or not isinstance(given, Real):
            return False
        given = float(given)
        above = given >= low if interval[0] == "[" else given > low
        below = given <= high if interval[-1] == "]" else given < high
        return bool(above and below)

    return Takes(f"a number in {interval}", within)


def whole(interval: str) -> Takes:
    """A whole number within an interval."""
    within = number(interval)
    return Takes(
        f"a whole number in {interval}",
        lambda given: isinstance(given, Integral) and within.test(given),
    )


def one_of(*words: Any) -> Takes:
    """One of a few values."""
    return Takes(
        "one of " + ", ".join(map(repr, words)),
        lambda given: isinstance(given, str | float) and given in words,
    )


def flag() -> Takes:
    """True or False."""
    return Takes("True or False", lambda given: isinstance(given, bool | np.bool_))


def endless() -> Takes:
    """Infinity, where a count may have no end."""
    return Takes("inf", lambda given: isinstance(given, float) and math.isinf(given))
