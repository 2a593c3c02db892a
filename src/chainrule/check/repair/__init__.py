"""The likely cause of an error: the slip whose taking back makes everything right, and the line to write instead."""

from __future__ import annotations

from chainrule.check.repair.search import Cause, Repair

__all__ = ["Cause", "Repair"]
