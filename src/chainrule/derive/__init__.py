"""Deriving: the backward program, folded as a textbook would, every line with its reason."""

from chainrule.derive.backward import backward
from chainrule.derive.derived import Contribution, Derived, Step
from chainrule.derive.idioms import fuse, recognise

__all__ = ["Contribution", "Derived", "Step", "backward", "fuse", "recognise"]
