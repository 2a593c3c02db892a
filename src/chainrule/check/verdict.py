"""What can be said about a hand-written line, and a claim with what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chainrule.check.claims import Claim
from chainrule.program import Array, Value

Factors = tuple[float, ...]
World = Sequence[Mapping[Value, Array]]


class Verdict(StrEnum):
    """What can be said about a hand-written line."""

    RIGHT = "RIGHT"
    WRONG = "WRONG"
    FOLLOWS = "FOLLOWS"
    RIGHT_HERE = "RIGHT HERE"
    CANNOT_TELL = "CANNOT TELL"


WORST_FIRST = (
    Verdict.WRONG,
    Verdict.RIGHT_HERE,
    Verdict.CANNOT_TELL,
    Verdict.FOLLOWS,
    Verdict.RIGHT,
)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; RIGHT where there are none."""
    return min(verdicts, key=WORST_FIRST.index, default=Verdict.RIGHT)


@dataclass(eq=False)
class Judged:
    """A claim with its verdict; ``factors`` is by what it differs from the gradient, where it is one number.

    ``world`` holds the numbers of each trial in which everything before this claim is right.
    """

    claim: Claim
    verdict: Verdict
    target: Value | None
    factors: Factors | None = None
    wanted: Factors | None = None
    world: World = ()
    note: str = ""
    kinds: tuple[str, ...] = ()
