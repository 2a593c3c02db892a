"""Reading: an ordinary NumPy function or script becomes a program, with the user's names and places."""

from chainrule.trace.function import FunctionReading, read_function, trace
from chainrule.trace.lengths import TracedInt
from chainrule.trace.recording import Recording
from chainrule.trace.script import ScriptReading, record_script
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer

__all__ = [
    "FunctionReading",
    "Recording",
    "ScriptReading",
    "Traced",
    "TracedInt",
    "Tracer",
    "read_function",
    "record_script",
    "trace",
]
