"""Reading: an ordinary NumPy function or script becomes a program, with the user's names and places."""

from chainrule.trace.function import trace
from chainrule.trace.lengths import TracedInt
from chainrule.trace.reader import Reader
from chainrule.trace.recording import Recording
from chainrule.trace.script import Script, read_script
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer

__all__ = [
    "Reader",
    "Recording",
    "Script",
    "Traced",
    "TracedInt",
    "Tracer",
    "read_script",
    "trace",
]
