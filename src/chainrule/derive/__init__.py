"""Deriving: the backward program, folded as a textbook would, every line with its reason."""

from chainrule.derive.backward import backward
from chainrule.derive.derived import Contribution, Derived, GradientStep
from chainrule.derive.idioms import fuse, recognise

__all__ = ["Contribution", "Derived", "GradientStep", "backward", "fuse", "recognise"]
