"""Running: emitted text made to run, in NumPy and in the frameworks it was written for."""

from chainrule.engines.numpy import Source, load
from chainrule.engines.written import Written, written

__all__ = ["Source", "Written", "load", "written"]
