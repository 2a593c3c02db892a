"""Running: emitted text made to run, in NumPy and in the frameworks it was written for."""

from chainrule.engines.buffered_source import BufferedSource, buffered_source
from chainrule.engines.numpy import Source, load

__all__ = ["BufferedSource", "Source", "buffered_source", "load"]
