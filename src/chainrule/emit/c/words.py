"""How C says what an op does to single numbers: signs where it has them, else a function of ours."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from chainrule import ops
from chainrule.emit.c.functions import SOURCES
from chainrule.emit.c.nests import Apply, Constant, Count, Counter, DType, Node, Read
from chainrule.program import Line, Op, Value

TYPES = {
    "float32": "float",
    "float64": "double",
    "bool": "unsigned char",
    "int8": "int8_t",
    "int16": "int16_t",
    "int32": "int32_t",
    "int64": "int64_t",
    "uint8": "uint8_t",
    "uint16": "uint16_t",
    "uint32": "uint32_t",
    "uint64": "uint64_t",
}
"""What C calls NumPy's element types."""
SUFFIXES = {"float32": "f32", "float64": "f64", "bool": "b"}
BOOL, WIDE = np.dtype(np.bool_), np.dtype(np.float64)
_SIGNS = (
    ast.Expression, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.UnaryOp, ast.USub,
    ast.Compare, ast.Gt, ast.Lt, ast.GtE, ast.LtE, ast.Eq, ast.NotEq, ast.Name, ast.Load,
    ast.Constant,
)  # fmt: skip
"""What stands for the same in Python and in C."""


@lru_cache(maxsize=1024)
def _means_the_same(text: str) -> bool:
    """Whether a NumPy spelling is made of signs that C has too."""
    filled = text.replace("{", "hole_").replace("}", "")
    try:
        tree = ast.parse(filled, mode="eval")
    except SyntaxError:
        return False
    return all(isinstance(node, _SIGNS) for node in ast.walk(tree))


def signs_of(op: Op) -> str | None:
    """An op as signs between its arguments; None where it has none."""
    text = op.spelling.get("numpy")
    return text if isinstance(text, str) and _means_the_same(text) else None


def suffix(dtype: DType) -> str:
    """What ends the name of a function of numbers of this type."""
    return SUFFIXES.get(dtype.name, "i64")


def function_of(op: Op, dtype: DType) -> str | None:
    """The function that C calls for an op, if there is one."""
    name = f"{op.name}_{suffix(dtype)}"
    return name if name in SOURCES else None


def works_on(line: Line) -> DType:
    """The type that an entry-by-entry op computes with."""
    if line.op.kind == "logic":
        return BOOL
    if line.result.dtype != BOOL:
        return line.result.dtype
    met = [
        float(0) if isinstance(arg, Value) and arg.weak
        else arg.dtype if isinstance(arg, Value)
        else 0 if not isinstance(arg, int | float)
        else arg
        for arg in line.args
    ]  # fmt: skip
    return np.result_type(*met)


def is_entrywise(line: Line) -> bool:
    """Whether C can compute a line entry by entry."""
    if line.op in (ops.astype, ops.identity):
        return True
    known = signs_of(line.op) is not None or function_of(line.op, works_on(line))
    return line.op.elementwise and not line.params and bool(known)


def is_costly(node: Node) -> bool:
    """Whether an expression calls a function that takes tens of operations: an exponential, a logarithm."""
    if not isinstance(node, Apply):
        return False
    called = SOURCES.get(node.text.partition("(")[0], "")
    own = len(called) > CHEAP or "f(" in called.partition("{")[2]
    return own or any(map(is_costly, node.parts))


CHEAP = 200
"""A function whose text is no longer than that is a few operations."""


def applied(line: Line, args: Sequence[Node]) -> Node:
    """An entry of a line's result from the entries of its arguments."""
    dtype = line.result.dtype
    if line.op in (ops.astype, ops.identity):
        return cast(args[0], dtype)
    inner = works_on(line)
    signs = signs_of(line.op)
    floats = any(type_of(arg) == inner for arg in args)
    parts = tuple(cast(arg, inner, beside=floats) for arg in args)
    if signs is not None:
        return Apply(signs, parts, dtype)
    if line.op is ops.logaddexp and args[0] == Constant(0):
        # its e^-|x| is that of the sigmoid beside it, and is then computed once
        return Apply(f"softplus_{suffix(inner)}({{0}})", parts[1:], dtype)
    holes = ", ".join(f"{{{place}}}" for place in range(len(parts)))
    return Apply(f"{function_of(line.op, inner)}({holes})", parts, dtype)


def applied_where(yes: Node, entry: Node, dtype: DType) -> Node:
    """``entry`` where ``yes``, else 0."""
    text = f"where_{suffix(dtype)}({{0}}, {{1}}, {{2}})"
    return Apply(text, (yes, cast(entry, dtype), Constant(0)), dtype)


def combination(op: Op, dtype: DType) -> tuple[str, float]:
    """How an op folds an entry into what is there, and what is there first."""
    signs = signs_of(op)
    text = signs or f"{op.name}_{suffix(dtype)}({{0}}, {{1}})"
    first = FIRST.get(op, 0.0)
    if dtype.kind in "iu" and math.isinf(first):
        limits = np.iinfo(dtype)
        first = limits.min if first < 0 else limits.max
    return text, first


def can_fold(op: Op, dtype: DType) -> bool:
    """Whether C can fold entries by an op."""
    return op in FIRST and (
        signs_of(op) is not None or function_of(op, dtype) is not None
    )


FIRST: Mapping[Op, float] = {
    ops.add: 0.0,
    ops.multiply: 1.0,
    ops.maximum: -math.inf,
    ops.minimum: math.inf,
    ops.logical_or: 0.0,
    ops.logical_and: 1.0,
}
"""What nothing at all folds to."""


def type_of(node: Node) -> DType | None:
    """The type of what a node is; None for a number, which takes any."""
    match node:
        case Read(root=root):
            return root.dtype
        case Apply(dtype=dtype):
            return dtype
        case Count() | Counter():
            return np.dtype(np.int64)
        case Constant():
            return None


def cast(node: Node, dtype: DType, *, beside: bool = True) -> Node:
    """``node`` as another type; a number takes the type that stands ``beside`` it."""
    own = type_of(node)
    if isinstance(node, Constant):
        return Apply(literal(node.number, dtype, beside=beside), (), dtype)
    if own == dtype or own is None:
        return node
    if dtype == BOOL:
        return Apply("{0} != 0", (node,), BOOL)
    if dtype.kind in "iu" and own.kind in "iub":
        return node
    if isinstance(node, Count | Counter) and dtype.kind == "f" and beside:
        return node
    return Apply(f"({TYPES[dtype.name]})({{0}})", (node,), dtype)


def literal(number: float, dtype: DType, *, beside: bool = True) -> str:
    """A number as C writes it."""
    if isinstance(number, bool | np.bool_):
        number = int(number)
    if dtype.kind != "f":
        return f"{int(number)}LL" if abs(number) > 2**31 else str(int(number))
    if math.isnan(number):
        return "NAN"
    if math.isinf(number):
        return "INFINITY" if number > 0 else "-INFINITY"
    narrow = dtype == np.float32
    if float(number).is_integer() and abs(number) < 2**24 and beside:
        return str(int(number))
    value = float(np.float32(number)) if narrow else float(number)
    shortest = np.format_float_scientific(
        np.float32(number) if narrow else value, unique=True, trim="0"
    )
    plain = repr(value) if not narrow else str(np.float32(number))
    text = plain if len(plain) <= len(shortest) else shortest
    return f"{text}f" if narrow else text
