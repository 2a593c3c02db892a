"""The JavaScript dialect: NumPy's text in JavaScript's syntax, with the functions of NumPy that it calls."""

from __future__ import annotations

from chainrule.emit.dialect import Dialect, Fits
from chainrule.emit.javascript.module import written
from chainrule.emit.javascript.syntax import can_write
from chainrule.program import Arg, Line, Value

TYPES = frozenset(
    {"float64", "float32", "bool"}
    | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
)
"""The element types there are arrays of; integers of 64 bits are exact up to 2**53, as numbers are in JavaScript."""
RESERVED = frozenset(
    [
        "arguments",
        "async",
        "await",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "double",
        "else",
        "enum",
        "eval",
        "export",
        "extends",
        "false",
        "final",
        "finally",
        "float",
        "for",
        "function",
        "goto",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "int",
        "interface",
        "let",
        "long",
        "native",
        "new",
        "null",
        "of",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "short",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "throws",
        "transient",
        "true",
        "try",
        "typeof",
        "undefined",
        "var",
        "void",
        "volatile",
        "while",
        "with",
        "yield",
        "Array",
        "Infinity",
        "Math",
        "NaN",
        "console",
        "main",
        "options",
    ]
)
"""What a name may not be: the language's own words, and what the text itself relies on."""


def floats_said(line: Line) -> Fits:
    """Whole numbers as floats where a float makes them such that reads as a whole number: 2.0 is 2 here."""
    arrays = [arg for arg in line.args if isinstance(arg, Value) and not arg.plain]
    told = any(arg.dtype.kind == "f" for arg in arrays)
    numbers = any(_is_float(arg) for arg in line.args)
    if told or not numbers or not line.op.elementwise or line.result.dtype.kind != "f":
        return (None,) * len(line.args)
    return tuple(
        line.result.dtype if arg in arrays and not line.op.truth(position) else None
        for position, arg in enumerate(line.args)
    )


def _is_float(arg: Arg) -> bool:
    if isinstance(arg, Value):
        return arg.plain and arg.dtype.kind == "f"
    return isinstance(arg, float)


JAVASCRIPT = Dialect(
    name="javascript",
    title="JavaScript",
    aliases=("js", "node"),
    module="np",
    functions="np",
    imports={},
    array="np.array({0}{dtype})",
    zeros="np.zeros({0}{dtype})",
    types=TYPES,
    stored="stored[{0}]",
    store="stored = np.load()",
    options="options = np.options(steps={steps}, learning_rate={learning_rate})",
    speaks_numpy=True,
    can_write=can_write,
    reserved=RESERVED,
    fits=floats_said,
    infinity="np.inf",
    nan="np.nan",
    printed="{0}.tolist()",
    printed_parameter="{0}.tolist()",
    finished=written,
)
