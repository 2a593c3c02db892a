"""Loops found again in what was recorded turn by turn, and written out turn by turn again."""

from chainrule.trace.rolling.roll import Rolled, rolled
from chainrule.trace.rolling.unrolled import unrolled

__all__ = ["Rolled", "rolled", "unrolled"]
