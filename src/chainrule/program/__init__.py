"""What a program is: values, lines, the op record, the reference run, and the errors all floors raise."""

from chainrule.program.builder import Builder, Law
from chainrule.program.errors import (
    CannotTrace,
    ChainruleError,
    CorruptFileError,
    DataError,
    DTypeError,
    LimitError,
    MissingEngineError,
    NonFiniteError,
    NoRuleError,
    ProgramError,
    ShapeError,
    UnsafeFileError,
    UsageError,
)
from chainrule.program.line import Line
from chainrule.program.loop import Carried, Item, Loop, Stacked
from chainrule.program.op import UNKNOWN, Kind, Op, Rule, Sample, Unit
from chainrule.program.program import Program, verify
from chainrule.program.run import Run, run
from chainrule.program.source_places import SourceSpan
from chainrule.program.values import (
    Arg,
    Array,
    Counter,
    IndexSlot,
    Shape,
    Size,
    Turn,
    Value,
)

__all__ = [
    "UNKNOWN",
    "Arg",
    "Array",
    "Builder",
    "CannotTrace",
    "Carried",
    "ChainruleError",
    "CorruptFileError",
    "Counter",
    "DTypeError",
    "DataError",
    "IndexSlot",
    "Item",
    "Kind",
    "Law",
    "LimitError",
    "Line",
    "Loop",
    "MissingEngineError",
    "NoRuleError",
    "NonFiniteError",
    "Op",
    "Program",
    "ProgramError",
    "Rule",
    "Run",
    "Sample",
    "Shape",
    "ShapeError",
    "Size",
    "SourceSpan",
    "Stacked",
    "Turn",
    "Unit",
    "UnsafeFileError",
    "UsageError",
    "Value",
    "run",
    "verify",
]
