"""Where a language does not mix element types as NumPy does: which arguments have to be cast, and to what."""

from __future__ import annotations

from chainrule import ops
from chainrule.emit.dialect import DType, Fits
from chainrule.program import Arg, Line, Value


def strictly(line: Line) -> Fits:
    """Every argument of the type of the result, as TensorFlow wants it."""
    return tuple(_strict(line, position, arg) for position, arg in enumerate(line.args))


def _strict(line: Line, position: int, arg: Arg) -> DType | None:
    if not isinstance(arg, Value):
        return None
    if line.op.elementwise and line.op.truth(position):
        return DType("bool") if arg.dtype != bool else None
    if _chooses(line, position):
        return None
    wanted = _wanted(line)
    if (
        wanted is None
        or arg.dtype == wanted
        or "biuf".index(arg.dtype.kind) > "biuf".index(wanted.kind)
    ):
        return None
    return wanted


def masks_alone(line: Line) -> Fits:
    """Masks as numbers where PyTorch has no arithmetic for them, integers as floats where it wants floats."""
    return tuple(_loose(line, position, arg) for position, arg in enumerate(line.args))


def _loose(line: Line, position: int, arg: Arg) -> DType | None:
    wanted = _strict(line, position, arg)
    if wanted is None or not isinstance(arg, Value):
        return None
    mixes = line.op.elementwise and any(
        isinstance(other, Value) and other.dtype == wanted for other in line.args
    )
    if mixes and (
        arg.dtype.kind != "b"
        or line.op in (ops.multiply, ops.add)
        or line.op.kind == "comparison"
    ):
        return None
    return wanted


def _wanted(line: Line) -> DType | None:
    """The one type that the numbers of a line have to be of."""
    if line.op.kind != "comparison":
        return line.result.dtype if line.result.dtype.kind in "fi" else None
    kinds = [arg.dtype for arg in line.args if isinstance(arg, Value)]
    kinds += [DType(float) for arg in line.args if isinstance(arg, float)]
    return (
        max(kinds, key=lambda dtype: ("biuf".index(dtype.kind), dtype.itemsize))
        if kinds
        else None
    )


def _chooses(line: Line, position: int) -> bool:
    """Whether this argument picks entries (an index, a mask, a label), so that its type is its own."""
    is_index = "index" in line.op.params and position >= line.op.first_index
    return is_index or line.op.whole(position) or "dtype" in line.op.params
