"""How numbers are spread: histograms, and predictions beside what is true."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from chainrule.formula import format_number
from chainrule.program import Array
from chainrule.train.figures.plot import (
    Axis,
    Band,
    Curve,
    Dots,
    FigurePlot,
    Mark,
    thinned,
)

MOST_DOTS = 1000
MANY_ZEROS = 0.02
LEAST_BINS, MOST_BINS = 8, 40
"""Without being told, there are as many bins as the root of the number of entries."""


def histogram(
    arrays: Mapping[str, Array], *, bins: int | None = None, title: str = ""
) -> FigurePlot:
    """How the entries of arrays are spread, one outline an array; the last one is filled.

    Where many entries are exactly 0, as behind a relu, they are told and not drawn: they would dwarf all others.
    """
    numbers = {}
    totals = {}
    for name, array in arrays.items():
        entries = _finite(array)
        zero = float(np.mean(entries == 0)) if entries.size else 0.0
        label = f"{name}, {zero:.0%} are 0" if zero > MANY_ZEROS else name
        numbers[label] = entries[entries != 0] if zero > MANY_ZEROS else entries
        totals[label] = max(entries.size, 1)
    every = np.concatenate([*numbers.values(), np.empty(0)])
    low, high = (every.min(), every.max()) if every.size else (0.0, 1.0)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-30):
        low, high = low - 0.5, high + 0.5
    few = min(
        max((entries.size for entries in numbers.values()), default=0), MOST_BINS**2
    )
    edges = np.linspace(low, high, (bins or max(math.isqrt(few), LEAST_BINS)) + 1)
    marks: list[Mark] = []
    said = []
    for style, (name, entries) in enumerate(numbers.items()):
        counts = np.histogram(entries, edges)[0] / totals[name]
        x, y = np.repeat(edges, 2), np.concatenate([[0], np.repeat(counts, 2), [0]])
        if style == len(numbers) - 1:
            marks.append(Band(x, np.zeros_like(y), y, style))
        marks.append(Curve(x, y, name, style))
        if entries.size:
            spread = format_number(float(np.std(entries)))
            said.append(
                f"{name}: mean {format_number(float(np.mean(entries)))}, deviation {spread},"
                f" from {format_number(float(entries.min()))} to {format_number(float(entries.max()))}"
            )
    return FigurePlot(
        title or f"Spread of {', '.join(arrays)}",
        ". ".join(said) + ".",
        tuple(marks),
        bare=True,
    )


def _finite(array: Array) -> Array:
    flat = np.ravel(np.asarray(array, float))
    return np.asarray(flat[np.isfinite(flat)])


def predicted(true: Array, found: Array, name: str = "") -> FigurePlot:
    """Predictions over what is true; right ones lie on the line."""
    t, f = np.ravel(true).astype(float), np.ravel(found).astype(float)
    both = np.concatenate([t, f]) if t.size else np.array([0.0, 1.0])
    low, high = float(both.min()), float(both.max())
    pad = 0.04 * (high - low) or 0.5
    reach = low - pad, high + pad
    ends = np.array(reach)
    off = format_number(float(np.mean(np.abs(t - f)))) if t.size else "0"
    what = f" {name}" if name else ""
    places = thinned(np.arange(t.size), MOST_DOTS)
    return FigurePlot(
        f"Predicted and true{what}",
        f"{t.size} samples; on average the prediction is off by {off}.",
        (Curve(ends, ends, quiet=True), Dots(t[places], f[places])),
        Axis(f"true{what}", span=reach),
        Axis(f"predicted{what}", span=reach),
        square=True,
    )
