"""Numbers as a reader meets them: one policy for how many digits, and matrices whose columns line up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from chainrule.formula.build import fence, sequence
from chainrule.formula.tree import Kind, Matrix, Node, Number, Operator, Ref, Text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LARGE: Final = 1e7
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

    A 0-d array is a number, a 1-d array a list in round brackets (it is neither a row nor a column), a 2-d array a
    matrix, shortened by ⋮ and ⋯ where it is large; of more axes, or without entries, only a summary is given.

    >>> from chainrule.formula import to_text
    >>> print(*to_text(matrix([[-0.3843], [0.7685]], "dh")), sep="\n")
    ⎡ −0.3843 ⎤
    ⎢         ⎥
    ⎣  0.7685 ⎦
    >>> to_text(matrix([0.2, -0.4, 1.0], "w"))
    ['(0.2, −0.4, 1.0)']
    """
    values = np.asarray(array)
    name = of.name if isinstance(of, Ref) else of
    if values.ndim == 0:
        return number(values[()], name and Ref(name, ()), kind, digits=digits)
    if values.ndim > 2 or values.size == 0:
        return Text(_summary(values, digits), name and Ref(name) or None, kind)

    axes = (_shown(values.shape[0], max_rows if values.ndim == 2 else max_cols),)
    if values.ndim == 2:
        axes = (*axes, _shown(values.shape[1], max_cols))
    seen = values[np.ix_(*([i for i in axis if i is not None] for axis in axes))]
    decimals = shared_decimals(seen.ravel().tolist(), digits)

    def cell(*entry: int) -> Node:
        ref = None if name is None else Ref(name, entry)
        return number(values[entry], ref, kind, digits=digits, decimals=decimals)

    if values.ndim == 1:
        return fence(
            "(",
            sequence(
                *(Operator("…", "ellipsis") if i is None else cell(i) for i in axes[0])
            ),
            ")",
        )
    rows = tuple(
        tuple(
            cell(i, j) if i is not None and j is not None else _gap(i, j)
            for j in axes[1]
        )
        for i in axes[0]
    )
    return Matrix(rows, None if name is None else Ref(name), kind)


def shared_decimals(values: Sequence[Any], digits: int = 4) -> int:
    """How many decimals let every number of a table be read: as many as the neediest, at most ``digits``."""
    texts = (_parts(value, digits, None) for value in values)
    return max(
        (len(text.partition(".")[2]) for text, exponent in texts if exponent is None),
        default=0,
    )


def _parts(value: Any, digits: int, decimals: int | None) -> tuple[str, int | None]:
    if isinstance(value, (bool, np.bool_, int, np.integer)):
        return str(int(value)), None
    if isinstance(value, (complex, np.complexfloating)):
        message = f"{value} is complex; formulas show real numbers: take .real or .imag"
        raise TypeError(message)
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


def _gap(row: int | None, column: int | None) -> Operator:
    if row is None:
        return Operator("⋮" if column is not None else "⋱", "ellipsis")
    return Operator("⋯", "ellipsis")


def _summary(values: np.ndarray[Any, Any], digits: int) -> str:
    shape = "×".join(map(str, values.shape))
    if values.size == 0:
        return f"{shape} array, empty"
    low, high = format_number(values.min(), digits), format_number(values.max(), digits)
    return (
        f"{shape} array, all {low}"
        if low == high
        else f"{shape} array, {low} to {high}"
    )
