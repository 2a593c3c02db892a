"""A figure as data: marks on two axes, to be drawn by matplotlib or as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.program import Array

STYLES = 6
"""How many colours there are, and how many dash patterns and markers."""


def look(style: int) -> tuple[int, int]:
    """Which colour and which dash pattern or marker a series has; no two of the first 36 have both alike.

    >>> look(1), look(7)
    ((1, 1), (1, 2))
    """
    return style % STYLES, (style + style // STYLES) % STYLES


@dataclass(frozen=True, slots=True)
class Curve:
    """Points joined by a line; a ``quiet`` one is for reference only."""

    x: Array
    y: Array
    label: str = ""
    style: int = 0
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """What lies between two lines."""

    x: Array
    low: Array
    high: Array
    style: int = 0


@dataclass(frozen=True, slots=True)
class Area:
    """What lies inside closed loops: left of them as they run, so that a hole runs the other way round."""

    loops: tuple[Array, ...]
    style: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Dots:
    """Points, each by itself."""

    x: Array
    y: Array
    label: str = ""
    style: int = 0


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection: as thick as ``strength`` of 1 is large, dashed where it is negative."""

    start: tuple[float, float]
    end: tuple[float, float]
    strength: float


@dataclass(frozen=True, slots=True)
class RoundedBox:
    """A rounded box about a point, parted in two by a line down its middle if it is ``parted``."""

    x: float
    y: float
    width: float
    height: float
    parted: bool = False


@dataclass(frozen=True, slots=True)
class PlacedWords:
    """Words at a point; ``kind`` says what they are: ``strong``, ``quiet``, a ``value`` or a ``gradient``."""

    x: float
    y: float
    text: str
    kind: str = ""
    anchor: str = "middle"


Mark = Curve | Band | Area | Dots | Connection | RoundedBox | PlacedWords


@dataclass(frozen=True, slots=True)
class Axis:
    """What is measured along an axis, on which scale, and from where to where if that does not follow from the marks."""

    label: str = ""
    log: bool = False
    span: tuple[float, float] | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class FigurePlot:
    """Marks, axes, a title, and what there is to see, for those who cannot.

    A ``sheet`` is its width and height: a drawing without axes, whose marks are placed from its upper left corner.
    ``square`` says that one step across is as long as one step up. The text of a ``bare`` y axis is left out.
    """

    title: str
    said: str
    marks: tuple[Mark, ...]
    x: Axis = Axis()
    y: Axis = Axis()
    sheet: tuple[float, float] | None = None
    square: bool = False
    bare: bool = False

    @property
    def labelled(self) -> tuple[Curve | Area | Dots, ...]:
        """The marks that a legend has to name."""
        return tuple(
            mark
            for mark in self.marks
            if isinstance(mark, Curve | Area | Dots) and mark.label
        )


def span(plot: FigurePlot, axis: str) -> tuple[float, float]:
    """From where to where an axis goes: as asked for, or as far as the marks do.

    >>> span(
    ...     FigurePlot("", "", (Curve(np.array([1.0, 9.0]), np.array([2.0, 4.0])),)),
    ...     "x",
    ... )
    (1.0, 9.0)
    """
    asked: Axis = getattr(plot, axis)
    if asked.span is not None:
        return asked.span
    found = [np.asarray(numbers, float).ravel() for numbers in _along(plot, axis)]
    numbers = np.concatenate([*found, np.empty(0)])
    numbers = numbers[np.isfinite(numbers) & ((numbers > 0) | (not asked.log))]
    if not numbers.size:
        return (0.1, 1.0) if asked.log else (0.0, 1.0)
    low, high = float(numbers.min()), float(numbers.max())
    if asked.log:
        return (low / 3, high * 3) if low == high else (low, high)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-30):
        pad = 0.5 * abs(low) or 1.0
        return low - pad, high + pad
    return low, high


def _along(plot: FigurePlot, axis: str) -> Iterator[Array]:
    for mark in plot.marks:
        match mark:
            case Curve() | Dots():
                yield getattr(mark, axis)
            case Band(x, low, high):
                yield from (x,) if axis == "x" else (low, high)
            case Area(loops):
                yield from (loop[:, "xy".index(axis)] for loop in loops)
            case _:
                continue


def ticks(low: float, high: float, axis: Axis, most: int = 6) -> tuple[float, ...]:
    """Round numbers from ``low`` to ``high``; powers of ten on a logarithmic axis.

    >>> ticks(0.13, 0.86, Axis()), ticks(1, 10, Axis(whole=True))
    ((0.2, 0.4, 0.6, 0.8), (2.0, 4.0, 6.0, 8.0, 10.0))
    >>> ticks(3e-4, 2.0, Axis(log=True))
    (0.001, 0.01, 0.1, 1.0)
    """
    if axis.log:
        return _powers(math.log10(low), math.log10(high), most)
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= raw * 0.999)
    if axis.whole:
        step = max(round(step), 1)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(i * step, 12) + 0.0 for i in range(first, last + 1))


def _powers(low: float, high: float, most: int) -> tuple[float, ...]:
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first >= 1:
        step = -(-(last - first) // most)
        return tuple(10.0**power for power in range(first, last + 1, step))
    # less than two powers of ten: what lies between them too
    near = (
        base * 10.0**power
        for power in range(math.floor(low), math.ceil(high) + 1)
        for base in (1, 2, 3, 5)
    )
    return tuple(
        one for one in near if low - 1e-9 <= math.log10(one) <= high + 1e-9
    ) or (10.0**low, 10.0**high)


def thinned(numbers: Sequence[float] | Array, most: int) -> Array:
    """Evenly spaced ones of many numbers, the first and the last among them.

    >>> thinned(range(100), 4)
    array([ 0, 33, 66, 99])
    """
    array = np.asarray(numbers)
    if len(array) <= most:
        return array
    return np.asarray(array[np.linspace(0, len(array) - 1, most).astype(int)])
