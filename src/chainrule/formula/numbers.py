"""Numbers as a reader meets them: one policy for how many digits, and matrices whose columns line up."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from chainrule.formula.build import fence, marked, sequence
from chainrule.formula.tree import (
    Bound,
    Group,
    Kind,
    Matrix,
    Node,
    Number,
    Operator,
    Ref,
    Text,
)
from chainrule.program.ledger import bare, look
from chainrule.program.remembered import Figure, Remembered

LARGE: Final = 1e7
WHOLE: Final = -1
"""So many digits has a whole number: all of them."""
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
    if isinstance(value, Figure):
        # characters move with no number
        look(value)
    return written(number(value, digits=digits))


class Said(str):
    """The characters of a number, and where they come from; in other text they are told for that number."""

    __slots__ = ("bound",)
    bound: Bound

    def __format__(self, spec: str) -> str:
        self.bound.ledger.looked[self.bound.line] = None
        return format(str(self), spec)


def said(value: Scalar, digits: int = 4, decimals: int | None = None) -> str:
    """As :func:`format_number`; the characters of a remembered number know which it is."""
    found = number(value, digits=digits, decimals=decimals)
    if found.bound is None:
        return written(found)
    made = Said(written(found))
    made.bound = found.bound
    return made


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
    text, exponent = _parts(bare(value), digits, decimals)
    return Number(text, exponent, ref, kind, bound_to(value, digits, decimals))


class Decimals(int):
    """How many decimals a group shares; ``group`` is where they come from, if they are remembered."""

    group: Group | None = None

    @classmethod
    def of(cls, count: int, group: Group | None) -> Decimals:
        """So many decimals, for the numbers of a group."""
        made = cls(count)
        made.group = group
        return made


def bound_to(value: Any, digits: int = 4, decimals: int | None = None) -> Bound | None:
    """The entry that a number is, if it is remembered.

    Raises:
        TypeError: where others decide how many decimals it gets, and are not remembered.
    """
    if isinstance(value, Remembered):
        value = value.reshape(-1)[0]
    if not isinstance(value, Figure):
        return None
    group = getattr(decimals, "group", None)
    if decimals is not None and group is None:
        # one that does not move decides
        group = Group((float(10.0 ** -int(decimals)),), digits)
    return Bound(value.at, value.place, digits, group, value.ledger)


def _whole(kept: Remembered, places: tuple[int, ...]) -> Bound | None:
    """Which whole number an entry is; None, and looked at, where its line is not known."""
    if kept.at is None:
        look(kept)
        return None
    place = int(np.ravel_multi_index(places, kept.shape)) if places else 0
    return Bound(kept.at, place, WHOLE, None, kept.ledger)


def _group(values: Sequence[Any], digits: int, noise: float = 0.0) -> Group | None:
    """The group that numbers make, if any of them is remembered."""
    if not any(isinstance(one, Figure) for one in values):
        return None
    places = (
        (one.at, one.place) if isinstance(one, Figure) else float(one) for one in values
    )
    return Group(tuple(places), digits, noise)


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
    kept = array if isinstance(array, Remembered) else np.asarray(array)
    values: Array = bare(kept)
    name = of.name if isinstance(of, Ref) else of
    whole = None if name is None else Ref(name)
    if values.ndim > 2 or values.size == 0:
        return Text(_summary(kept, digits), whole, kind)
    most = (max_rows, max_cols) if values.ndim == 2 else (max_cols,)
    axes = [_shown(length, n) for length, n in zip(values.shape, most, strict=False)]
    places = [[i for i in axis if i is not None] for axis in axes]
    seen = values[np.ix_(*places)]
    share, noise = _noise(seen)
    listed = [0.0 if abs(one) <= noise else one for one in seen.ravel().tolist()]
    decimals = shared_decimals(listed, digits)
    if kept is not values and values.dtype.kind == "f":
        shown = [kept[place] for place in itertools.product(*places)]
        decimals = Decimals.of(decimals, _group(shown, digits, share))

    def cell(*entry: int | None) -> Node:
        places = tuple(i for i in entry if i is not None)
        if len(places) < len(entry):
            return _gap(*entry)
        ref = None if name is None else Ref(name, places)
        if isinstance(kept, Remembered) and values.dtype.kind in "iu":
            return Number(str(values[places]), None, ref, kind, _whole(kept, places))
        value = kept[places]
        if 0 < abs(values[places]) <= noise:
            # 0.000, not 0: it is not exactly nothing
            bound = bound_to(value, digits, decimals)
            return Number(f"{0:.{max(decimals, 1)}f}", None, ref, kind, bound)
        return number(value, ref, kind, digits=digits, decimals=decimals)

    match axes:
        case []:
            return number(
                kept.item(),
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


def _noise(values: Array) -> tuple[float, float]:
    """Up to which share of the largest, and so which size, an entry is the rounding of larger ones that nearly cancelled."""
    if values.dtype.kind != "f" or values.size < 2:
        return 0.0, 0.0
    finite = np.abs(values[np.isfinite(values)])
    share = 64 * float(np.finfo(values.dtype).eps)
    return share, share * float(finite.max(initial=0.0))


def shared_decimals(values: Sequence[Any], digits: int = 4) -> Decimals:
    """How many decimals let every number of a table be read: as many as the neediest, at most ``digits``.

    >>> shared_decimals([0.5, -1.25, 0.0, 1e-9]), shared_decimals([1.0, 2.0])
    (2, 0)
    """
    texts = (_parts(bare(value), digits, digits) for value in values)
    most = max(
        (
            len(_stripped(text).partition(".")[2])
            for text, exponent in texts
            if exponent is None
        ),
        default=0,
    )
    return Decimals.of(most, _group(values, digits))


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
