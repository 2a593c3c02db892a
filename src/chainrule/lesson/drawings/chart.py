"""A plot of a few lines: its scale, its ticks, and each line's name at its own end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from chainrule.formula import format_number
from chainrule.lesson.parts import Plot, Series

WIDTH: Final = 640.0
HEIGHT: Final = 260.0
LEFT: Final = 62.0
RIGHT: Final = 96.0
TOP: Final = 14.0
BOTTOM: Final = 44.0
MOST_POINTS: Final = 240
MOST_DOTS: Final = 24
LINE_HEIGHT: Final = 15.0


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One line of the plot: its points and their path, its dots where they are few, and where its name stands."""

    path: str
    points: tuple[tuple[float, float] | None, ...]
    dots: tuple[tuple[float, float], ...]
    label: str
    label_y: float
    style: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything on the sheet; ticks are (place, text)."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    lines: tuple[ChartLine, ...]


def chart(plot: Plot) -> Chart:
    """The plot laid out; points that are not finite break their line."""
    xs = [x for s in plot.series for x in s.x if math.isfinite(x)]
    ys = [y for s in plot.series for y in s.y if math.isfinite(y)]
    x_ticks, y_ticks = ticks(xs, whole=True), ticks(ys)
    x0, x1 = _range(xs, ())
    y0, y1 = _range(ys, y_ticks)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def across(x: float) -> float:
        return LEFT + (x - x0) / (x1 - x0) * (right - LEFT)

    def up(y: float) -> float:
        return bottom - (y - y0) / (y1 - y0) * (bottom - TOP)

    lines = []
    for i, series in enumerate(plot.series):
        points = [
            (across(x), up(y)) if math.isfinite(x) and math.isfinite(y) else None
            for x, y in _thinned(series)
        ]
        seen = [point for point in points if point is not None]
        dots = tuple(seen) if len(seen) <= MOST_DOTS else ()
        end = seen[-1][1] if seen else bottom
        lines.append(
            ChartLine(_path(points), tuple(points), dots, series.label, end, i % 6)
        )
    return Chart(
        WIDTH,
        HEIGHT,
        LEFT,
        right,
        TOP,
        bottom,
        tuple((across(t), format_number(t)) for t in x_ticks),
        tuple((up(t), format_number(t)) for t in y_ticks),
        _apart(lines),
    )


def ticks(numbers: Sequence[float], *, whole: bool = False) -> tuple[float, ...]:
    """Three to seven round numbers that cover ``numbers``.

    >>> ticks([0.13, 0.86]), ticks([1, 10], whole=True)
    ((0.0, 0.2, 0.4, 0.6, 0.8, 1.0), (2, 4, 6, 8, 10))
    """
    low, high = _range(numbers, ())
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= raw * 0.999)
    if whole and all(float(n).is_integer() for n in numbers):
        step = max(round(step), 1)
    first = math.ceil(low / step - 1e-9) if whole else math.floor(low / step + 1e-9)
    last = math.floor(high / step + 1e-9) if whole else math.ceil(high / step - 1e-9)
    return tuple(round(i * step, 12) for i in range(first, last + 1))


def _range(numbers: Sequence[float], marks: Sequence[float]) -> tuple[float, float]:
    low = min((*numbers, *marks), default=0.0)
    high = max((*numbers, *marks), default=1.0)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-30):
        pad = abs(low) * 0.5 or 1.0
        return low - pad, high + pad
    return low, high


def _thinned(series: Series) -> list[tuple[float, float]]:
    points = list(zip(series.x, series.y, strict=True))
    step = -(-len(points) // MOST_POINTS) or 1
    kept = points[::step]
    return kept if not points or kept[-1] == points[-1] else [*kept, points[-1]]


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    path = []
    pen = "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        path.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    return "".join(path)


def _apart(lines: list[ChartLine]) -> tuple[ChartLine, ...]:
    """The same lines, their names far enough apart to be read."""
    placed: dict[int, float] = {}
    floor = TOP - LINE_HEIGHT
    for i in sorted(range(len(lines)), key=lambda i: lines[i].label_y):
        floor = max(lines[i].label_y, floor + LINE_HEIGHT)
        placed[i] = floor
    return tuple(replace(line, label_y=placed[i]) for i, line in enumerate(lines))
