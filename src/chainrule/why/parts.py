"""What the gradient of one entry is the sum of: for each use a slope times the gradient of what it moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chainrule.program import Line, Value
from chainrule.why.entries import Entry, places
from chainrule.why.unrolled_pass import UnrolledPass


@dataclass(frozen=True)
class Part:
    """One contribution to a gradient: a slope times the gradient of one entry of a result."""

    line: Line
    position: int
    entry: Entry
    slope: float
    above: float

    @property
    def amount(self) -> float:
        """What it adds."""
        return self.slope * self.above


def contributions(ledger: UnrolledPass, value: Value, entry: Entry) -> Iterator[Part]:
    """What the gradient of one entry is the sum of."""
    for line, position, slope in ledger.edges(value, entry):
        above = ledger.gradient(line.result)
        with np.errstate(all="ignore"):
            amount = slope * above
        for place in places(amount != 0):
            yield Part(line, position, place, float(slope[place]), float(above[place]))
