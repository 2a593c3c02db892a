"""What a program is: values, lines, the op record, the reference run, and the errors all floors raise."""

from chainrule.program.errors import (
    CannotTrace,
    ChainruleError,
    CorruptFileError,
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
from chainrule.program.op import Kind, Op, Rule, Sample, Unit
from chainrule.program.program import Line, Program, verify
from chainrule.program.run import Run, run
from chainrule.program.values import (
    Arg,
    Array,
    IndexSlot,
    Shape,
    Size,
    SourceSpan,
    Value,
)

__all__ = [
    "Arg",
    "Array",
    "CannotTrace",
    "ChainruleError",
    "CorruptFileError",
    "DTypeError",
    "IndexSlot",
    "Kind",
    "LimitError",
    "Line",
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
    "Unit",
    "UnsafeFileError",
    "UsageError",
    "Value",
    "run",
    "verify",
]
