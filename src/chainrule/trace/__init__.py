"""Reading: an ordinary NumPy function or script becomes a program, with the user's names and places."""

from chainrule.trace.function import trace
from chainrule.trace.lengths import TracedInt
from chainrule.trace.reader import Reader
from chainrule.trace.recorder import Recorder
from chainrule.trace.script import Script, read_script
from chainrule.trace.traced import Traced

__all__ = [
    "Reader",
    "Recorder",
    "Script",
    "Traced",
    "TracedInt",
    "read_script",
    "trace",
]
