"""Deriving: the backward program, folded as a textbook would, every line with its reason."""

from chainrule.derive.backward import Contribution, Derived, Fold, Step, backward

__all__ = ["Contribution", "Derived", "Fold", "Step", "backward"]
