"""Deriving: the backward program, folded as a textbook would, every line with its reason."""

from chainrule.derive.backward import Contribution, Derived, Step, backward
from chainrule.derive.idioms import fuse, recognise

__all__ = ["Contribution", "Derived", "Step", "backward", "fuse", "recognise"]
