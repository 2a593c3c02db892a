"""Numbers as a reader meets them: one policy for how many digits, and matrices whose columns line up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from chainrule.formula.build import fence, marked, sequence
from chainrule.formula.tree import Kind, Matrix, Node, Number, Operator, Ref, Text

LARGE: Final = 1e7
Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Scalar: TypeAlias = "float | int | np.generic"

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def format_number(value: Scalar, digits: int = 4) -> str:
    """A number for reading: at most ``digits`` decimals, none without need, powers of ten where decimals fail.

    >>> [
    ...     format_number(v)
    ...     for v in (-0.3843, 1.4, 0.5, 1.0, -0.0, 1e-9, 2.5e8, float("-inf"))
    ... ]
    ['−0.3843', '1.4', '0.5', '1', '0', '1 × 10⁻⁹', '2.5 × 10⁸', '−∞']
    """
    return written(number(value, digits=digits))


def written(number: Number) -> str:
    """The characters of a number, with a true minus sign."""
    digits = number.digits.replace("-", "−").replace("inf", "∞").replace("nan", "NaN")
    return (
        digits
        if number.exponent is None
        else f"{digits} × 10{str(number.exponent).translate(_RAISED)}"
    )


def number(
    value: Scalar,
    of: Ref | str | None = None,
    kind: Kind = "",
    *,
    digits: int = 4,
    decimals: int | None = None,
) -> Number:
    """A number with its identity; ``decimals`` asks for exactly so many, as in a column.

    >>> number(0.76852478, "dz2", digits=3)
    Number(digits='0.769', exponent=None, of=Ref(name='dz2', entry=None), kind='')
    """
    ref = Ref(of) if isinstance(of, str) else of
    text, exponent = _parts(value, digits, decimals)
    return Number(text, exponent, ref, kind)


def matrix(
    array: ArrayLike,
    of: Ref | str | None = None,
    kind: Kind = "",
    *,
    digits: int = 4,
    max_rows: int = 8,
    max_cols: int = 8,
) -> Node:
    r"""An array as mathematics writes it, each entry knowing its place.

    What is only the rounding of larger neighbours is shown as 0.000. A 0-d array is a number, a 1-d array a list in round brackets (it is neither a row nor a column), a 2-d array a
    matrix, shortened by ⋮ and ⋯ where it is large; of more axes, or without entries, only a summary is given.

    >>> from chainrule.formula import to_text
    >>> print(*to_text(matrix([[-0.3843], [0.7685]], "dh")), sep="\n")
    ⎡ −0.3843 ⎤
    ⎢         ⎥
    ⎣  0.7685 ⎦
    >>> to_text(matrix([0.2, -0.4, 1.0], "w"))
    ['(0.2, −0.4, 1.0)']
    >>> to_text(matrix([0.1 + 0.2 - 0.3, 0.25, 0.0]))
    ['(0.00, 0.25, 0)']
    """
    values: Array = np.asarray(array)
    name = of.name if isinstance(of, Ref) else of
    whole = None if name is None else Ref(name)
    if values.ndim > 2 or values.size == 0:
        return Text(_summary(values, digits), whole, kind)
    most = (max_rows, max_cols) if values.ndim == 2 else (max_cols,)
    axes = [_shown(length, n) for length, n in zip(values.shape, most, strict=False)]
    seen = values[np.ix_(*([i for i in axis if i is not None] for axis in axes))]
    noise = _noise(seen)
    listed = [0.0 if abs(one) <= noise else one for one in seen.ravel().tolist()]
    decimals = shared_decimals(listed, digits)

    def cell(*entry: int | None) -> Node:
        places = tuple(i for i in entry if i is not None)
        if len(places) < len(entry):
            return _gap(*entry)
        ref = None if name is None else Ref(name, places)
        value = values[places]
        if 0 < abs(value) <= noise:
            # 0.000, not 0: it is not exactly nothing
            return Number(f"{0:.{max(decimals, 1)}f}", None, ref, kind)
        return number(value, ref, kind, digits=digits, decimals=decimals)

    match axes:
        case []:
            return number(
                values.item(),
                None if name is None else Ref(name, ()),
                kind,
                digits=digits,
            )
        case [only]:
            items = fence("(", sequence(*map(cell, only)), ")")
            return items if whole is None else marked(items, whole, kind)
        case [down, across, *_]:
            return Matrix(
                tuple(tuple(cell(i, j) for j in across) for i in down), whole, kind
            )
    raise AssertionError(axes)


def _noise(values: Array) -> float:
    """The size up to which an entry is the rounding of larger ones that nearly cancelled."""
    if values.dtype.kind != "f" or values.size < 2:
        return 0.0
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0.0))
    return 64 * float(np.finfo(values.dtype).eps) * largest


def shared_decimals(values: Sequence[Any], digits: int = 4) -> int:
    """How many decimals let every number of a table be read: as many as the neediest, at most ``digits``.

    >>> shared_decimals([0.5, -1.25, 0.0, 1e-9]), shared_decimals([1.0, 2.0])
    (2, 0)
    """
    texts = (_parts(value, digits, digits) for value in values)
    return max(
        (
            len(_stripped(text).partition(".")[2])
            for text, exponent in texts
            if exponent is None
        ),
        default=0,
    )


def _parts(value: Any, digits: int, decimals: int | None) -> tuple[str, int | None]:
    if isinstance(value, (bool, np.bool_, int, np.integer)):
        return str(int(value)), None
    if isinstance(value, (complex, np.complexfloating)):
        raise TypeError(
            f"{value} is complex; formulas show real numbers: take .real or .imag"
        )
    x = float(value)
    if not math.isfinite(x):
        return ("nan" if math.isnan(x) else "inf" if x > 0 else "-inf"), None
    if x == 0:
        return "0", None
    short = _stripped(f"{x:.{digits}f}")
    faithful = abs(x) >= 10.0 ** (1 - digits) or math.isclose(
        float(short), x, rel_tol=1e-6
    )
    legible = float(short) != 0 if decimals is not None else faithful
    if abs(x) >= LARGE or not (legible or faithful):
        mantissa, _, exponent = f"{x:.{max(digits - 1, 0)}e}".partition("e")
        return _stripped(mantissa), int(exponent)
    return (short if decimals is None else f"{x:.{decimals}f}"), None


def _stripped(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shown(length: int, most: int) -> list[int | None]:
    """Which places of an axis are shown; None stands for all that are not."""
    if length <= max(most, 1):
        return list(range(length))
    ending = 1 if most > 1 else 0
    return [*range(max(most - ending - 1, 1)), None, *range(length - ending, length)]


def _gap(*entry: int | None) -> Operator:
    """The sign for what is left out at this place."""
    match entry:
        case (None, None):
            return Operator("⋱", "ellipsis")
        case (None, _):
            return Operator("⋮", "ellipsis")
        case (None,):
            return Operator("…", "ellipsis")
        case _:
            return Operator("⋯", "ellipsis")


def _summary(values: Array, digits: int) -> str:
    shape = "×".join(map(str, values.shape))
    if values.size == 0:
        return f"{shape} array, empty"
    low, high = format_number(values.min(), digits), format_number(values.max(), digits)
    return (
        f"{shape} array, all {low}"
        if low == high
        else f"{shape} array, {low} to {high}"
    )
