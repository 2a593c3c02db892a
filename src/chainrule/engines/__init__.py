"""Running: emitted text made to run, in NumPy and in the frameworks it was written for."""

from chainrule.engines.numpy import Source, load

__all__ = ["Source", "load"]
