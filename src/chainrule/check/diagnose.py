"""What is wrong with a gradient of which only the numbers are known: a table of slips, by the numbers alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.check.agree import factor, squeezed
from chainrule.program import Array


@dataclass(frozen=True, slots=True)
class Trace:
    """A mark that a slip leaves in the numbers: a test, and its sentence."""

    kind: str
    shows: Callable[[Array, Array], str | None]


def _all_zero(written: Array, true: Array) -> str | None:
    return (
        "it is 0 everywhere: it was never filled in"
        if not np.any(written) and np.any(true)
        else None
    )


def _flipped(written: Array, true: Array) -> str | None:
    return (
        "the sign is flipped"
        if factor([written], [true]) == -1 or _is(written, -true)
        else None
    )


def _scaled(written: Array, true: Array) -> str | None:
    if true.size < 2:
        return None
    found = factor([written], [true])
    if found is None or np.isclose(found, 1):
        return None
    for n in sorted({2, 3, 4, *true.shape, true.size}):
        if n > 1 and np.isclose(found, n):
            return f"it is {n} times too large"
        if n > 1 and np.isclose(found * n, 1):
            return f"it is {n} times too small"
    return f"it is {found:.6g} times the true gradient"


def _turned(written: Array, true: Array) -> str | None:
    return (
        "it is transposed"
        if true.ndim == 2 and _is(written.T, true) and not _is(written, true)
        else None
    )


def _not_summed(written: Array, true: Array) -> str | None:
    for axis in range(written.ndim):
        if written.size > true.size and _is(written.sum(axis=axis), true):
            return f"the sum over axis {axis} is missing"
    if written.size > true.size == 1 and _is(written.sum(), true):
        return "the sum over all entries is missing"
    return None


def _some(written: Array, true: Array) -> str | None:
    if written.shape != true.shape or written.size < 2:
        return None
    wrong = np.abs(written - true) > 1e-5 * max(float(np.max(np.abs(true))), 1e-12)
    if 0 < wrong.sum() < wrong.size:
        first = ", ".join(str(int(i)) for i in np.argwhere(wrong)[0])
        if not np.any(written[wrong]):
            return f"{int(wrong.sum())} of {wrong.size} entries are 0 and should not be, the first at [{first}]"
        return f"{int(wrong.sum())} of {wrong.size} entries are wrong, the first at [{first}]"
    return None


def _shape(written: Array, true: Array) -> str | None:
    if squeezed(written) != squeezed(true):
        return f"its shape is {written.shape}, and it should be {true.shape}"
    return None


def _is(written: Array, true: Array) -> bool:
    scale = max(float(np.max(np.abs(true), initial=0)), 1e-12)
    return written.shape == true.shape and bool(
        np.all(np.abs(written - true) <= 1e-5 * scale)
    )


TRACES = (
    Trace("missing", _all_zero),
    Trace("sign", _flipped),
    Trace("transpose", _turned),
    Trace("missing sum", _not_summed),
    Trace("shape", _shape),
    Trace("factor", _scaled),
    Trace("some entries", _some),
)


def diagnose(name: str, written: Array, true: Array) -> str | None:
    """What is wrong with ``written`` as the gradient of ``name``; None if nothing is.

    >>> diagnose("W", np.array([[-1.0, -2.0]]), true=np.array([[1.0, 2.0]]))
    'dW is wrong: the sign is flipped.'
    """
    if _is(written, true):
        return None
    found = next(
        (said for trace in TRACES if (said := trace.shows(written, true)) is not None),
        None,
    )
    return (
        f"d{name} is wrong: {found}."
        if found
        else f"d{name} is wrong; no known slip explains it."
    )


def kind_of(written: Array, true: Array) -> tuple[str, ...]:
    """The kind of slip that the numbers show."""
    return next(
        ((trace.kind,) for trace in TRACES if trace.shows(written, true) is not None),
        (),
    )
