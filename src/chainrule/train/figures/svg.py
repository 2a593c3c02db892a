"""A figure as inline SVG: colours, dashes and letters are the page's, by their classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from chainrule.formula import format_number
from chainrule.program import Array
from chainrule.train.figures.plot import (
    Area,
    Axis,
    Band,
    Connection,
    Curve,
    Dots,
    FigurePlot,
    Mark,
    PlacedWords,
    RoundedBox,
    look,
    span,
    ticks,
)

LETTER = 6.6
"""How wide a letter of a label is, on average."""
RIM = 5.0
"""How far marks keep from the frame."""
MARKERS = (
    "m-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z",
    "m-3-3h6v6h-6z",
    "m0-4l3.8 6.6h-7.6z",
    "m0-4.4l4.2 4.4-4.2 4.4-4.2-4.4z",
    "m0 4l3.8-6.6h-7.6z",
    "m-1.3-3.9h2.6v2.6h2.6v2.6h-2.6v2.6h-2.6v-2.6h-2.6v-2.6h2.6z",
)


@dataclass(frozen=True, slots=True)
class SvgSheet:
    """Where the marks are drawn: the frame, and from numbers to places on it."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    across: Callable[[Array], Array]
    up: Callable[[Array], Array]


def svg(plot: FigurePlot, identity: str, size: tuple[float, float] = (420, 260)) -> str:
    """The figure as one ``svg`` element, which says its title and what there is to see; ``identity`` is its id."""
    sheet = _free(plot.sheet) if plot.sheet else _framed(plot, size)
    body = [] if plot.sheet else [*_grid(plot, sheet)]
    for mark in plot.marks:
        body += _mark(mark, sheet)
    body += [] if plot.sheet else [*_names(plot, sheet)]
    names = f"{identity}-title {identity}-said"
    return (
        f'<svg class="plot" role="img" aria-labelledby="{names}"'
        f' viewBox="0 0 {sheet.width:g} {sheet.height:g}"'
        f' width="{sheet.width:g}" height="{sheet.height:g}">'
        f'<title id="{identity}-title">{escape(plot.title)}</title>'
        f'<desc id="{identity}-said">{escape(plot.said)}</desc>{"".join(body)}</svg>'
    )


def _free(size: tuple[float, float]) -> SvgSheet:
    return SvgSheet(*size, 0, size[0], 0, size[1], lambda x: x, lambda y: y)


def _framed(plot: FigurePlot, size: tuple[float, float]) -> SvgSheet:
    width, height = size
    ends = _ending(plot)
    wide = max((len(mark.label) for mark in ends), default=0)
    y_texts = [_number(tick, plot.y) for tick in _ticks(plot, "y")]
    left = 14.0 + LETTER * max(map(len, y_texts), default=0)
    left = 10.0 if plot.bare else left
    right = width - (14 + LETTER * wide if ends else 12)
    key = _key(plot, left, width - 6)
    top = 12.0 + (22 if key else 0) + max((y for *_, y in key), default=0.0)
    top += 18 if plot.y.label else 0
    bottom = height - (42 if plot.x.label else 24)
    if plot.square:
        (x0, x1), (y0, y1) = span(plot, "x"), span(plot, "y")
        height += (right - left) * (y1 - y0) / (x1 - x0) - (bottom - top)
        bottom = top + (right - left) * (y1 - y0) / (x1 - x0)
    rim = 0.0 if any(isinstance(mark, Area) for mark in plot.marks) else RIM
    across = _scale(plot.x, span(plot, "x"), left + rim, right - rim)
    up = _scale(plot.y, span(plot, "y"), bottom - rim, top + rim)
    return SvgSheet(width, height, left, right, top, bottom, across, up)


def _scale(
    axis: Axis, reach: tuple[float, float], start: float, end: float
) -> Callable[[Array], Array]:
    if not axis.log:
        low, high = reach
        size = (end - start) / (high - low)
        return lambda x: np.asarray(start + (np.asarray(x) - low) * size)
    low, high = math.log10(reach[0]), math.log10(reach[1])

    def place(x: Array) -> Array:
        # what has no logarithm lies at the lower end
        powers = np.log10(np.maximum(np.asarray(x, float), reach[0]))
        return np.asarray(start + (powers - low) / (high - low) * (end - start))

    return place


def _ticks(plot: FigurePlot, name: str, room: float = math.inf) -> tuple[float, ...]:
    axis: Axis = getattr(plot, name)
    if name == "y" and plot.bare:
        return ()
    if name == "y":
        return ticks(*span(plot, name), axis, 5)
    found: tuple[float, ...] = ()
    for most in (6, 5, 4, 3, 2):
        found = ticks(*span(plot, name), axis, most)
        letters = sum(len(_number(tick, axis)) + 2 for tick in found)
        if LETTER * letters <= room:
            break
    return found


def _number(number: float, axis: Axis) -> str:
    if abs(number) >= 1e4 and float(number).is_integer() and abs(number) < 1e12:
        return f"{number:,.0f}".replace("-", "−")
    if axis.log and number > 0:
        power = round(math.log10(number))
        if abs(power) > 2 and math.isclose(number, 10.0**power):
            raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
            return f"10{raised}"
    return format_number(number)


def _grid(plot: FigurePlot, sheet: SvgSheet) -> Iterator[str]:
    for tick in _ticks(plot, "y"):
        y = float(sheet.up(np.array(tick)))
        yield f'<path class="grid" d="M{sheet.left:.1f} {y:.1f}H{sheet.right:.1f}"/>'
        yield _text(sheet.left - 6, y + 4, _number(tick, plot.y), "tick end")
    for tick in _ticks(plot, "x", sheet.right - sheet.left):
        x = float(sheet.across(np.array(tick)))
        yield f'<path class="axis" d="M{x:.1f} {sheet.bottom:.1f}v4"/>'
        yield _text(x, sheet.bottom + 17, _number(tick, plot.x), "tick middle")
    yield f'<path class="axis" d="M{sheet.left:.1f} {sheet.bottom:.1f}H{sheet.right:.1f}"/>'


def _names(plot: FigurePlot, sheet: SvgSheet) -> Iterator[str]:
    """What the axes measure, and which mark is which: curves at their ends, the rest in a row above."""
    if plot.x.label:
        middle = (sheet.left + sheet.right) / 2
        yield _text(middle, sheet.bottom + 35, plot.x.label, "name middle")
    if plot.y.label:
        yield _text(4, 13, plot.y.label, "name start")
    curves = _ending(plot)
    places = {}
    for place, mark in enumerate(curves):
        ends = np.flatnonzero(np.isfinite(mark.y))
        if len(ends):
            places[place] = float(sheet.up(mark.y[ends[-1]]))
    for place, y in apart(places, sheet.top + 4, sheet.bottom).items():
        mark = curves[place]
        kind = "quiet" if mark.quiet else f"s{look(mark.style)[0]}"
        yield _text(sheet.right + 6, y + 4, mark.label, f"end {kind}")
    key = _key(plot, sheet.left, sheet.width - 6)
    lowest = max((y for *_, y in key), default=0.0)
    for named, x, down in key:
        y, (colour, shape) = sheet.top - 12 - lowest + down, look(named.style)
        if isinstance(named, Curve):
            yield f'<path class="curve s{colour} d{shape}" d="M{x:.1f} {y - 4:.1f}h22"/>'
        elif isinstance(named, Dots):
            yield f'<path class="dots s{colour}" d="M{x + 17:.1f} {y - 4:.1f}{MARKERS[shape]}"/>'
        else:
            yield f'<rect class="area s{colour}" x="{x + 11:.1f}" y="{y - 9:.1f}" width="11" height="10"/>'
        yield _text(x + 27, y, named.label, "name start")


def _key(
    plot: FigurePlot, left: float, right: float
) -> list[tuple[Curve | Area | Dots, float, float]]:
    """The marks that are named above the frame, from where and how far down their names stand."""
    found: list[tuple[Curve | Area | Dots, float, float]] = []
    x, y = left, 0.0
    for mark in plot.labelled:
        if isinstance(mark, Curve) and not plot.bare:
            continue
        wide = 27 + LETTER * len(mark.label)
        if found and x + wide > right:
            x, y = left, y + 17
        found.append((mark, x, y))
        x += wide + 14
    return found


def _ending(plot: FigurePlot) -> list[Curve]:
    """The curves that are named where they end; outlines of histograms end where they began."""
    curves = [mark for mark in plot.labelled if isinstance(mark, Curve)]
    return [] if plot.bare else curves


def apart(
    places: dict[int, float], top: float, bottom: float, step: float = 14.0
) -> dict[int, float]:
    """Places of labels, moved as far as it takes for all of them to be read.

    >>> apart({0: 50.0, 1: 52.0, 2: 99.0}, 0, 100)
    {0: 50.0, 1: 64.0, 2: 99.0}
    """
    order = sorted(places, key=places.__getitem__)
    found: dict[int, float] = {}
    floor = top - step
    for key in order:
        found[key] = floor = max(places[key], floor + step)
    ceiling = bottom + step
    for key in reversed(order):
        found[key] = ceiling = min(found[key], ceiling - step)
    return found


def _mark(mark: Mark, sheet: SvgSheet) -> Iterator[str]:
    match mark:
        case Curve(x, y, _, style, quiet):
            colour, shape = look(style)
            kind = "quiet" if quiet else f"s{colour} d{shape}"
            if len(x) == 1:
                # a line takes two points
                yield from _mark(Dots(x, y, style=style), sheet)
                return
            yield f'<path class="curve {kind}" d="{_path(sheet.across(x), sheet.up(y))}"/>'
        case Band(x, low, high, style):
            there = np.concatenate([sheet.across(x), sheet.across(x)[::-1]])
            edge = np.concatenate([sheet.up(low), sheet.up(high)[::-1]])
            yield f'<path class="band s{look(style)[0]}" d="{_path(there, edge)}z"/>'
        case Area(loops, style):
            paths = (
                _path(sheet.across(loop[:, 0]), sheet.up(loop[:, 1])) + "z"
                for loop in loops
            )
            yield f'<path class="area s{look(style)[0]}" d="{"".join(paths)}"/>'
        case Dots(x, y, _, style):
            places = zip(sheet.across(x), sheet.up(y), strict=True)
            colour, shape = look(style)
            path = "".join(f"M{a:.1f} {b:.1f}{MARKERS[shape]}" for a, b in places)
            yield f'<path class="dots s{colour}" d="{path}"/>'
        case Connection((x0, y0), (x1, y1), strength):
            bend = (x1 - x0) / 2
            path = f"M{x0:.1f} {y0:.1f}c{bend:.1f} 0 {x1 - x0 - bend:.1f} {y1 - y0:.1f} {x1 - x0:.1f} {y1 - y0:.1f}"
            sign = "below" if strength < 0 else "above"
            width = 0.4 + 2.6 * min(abs(strength), 1.0)
            yield f'<path class="link {sign}" stroke-width="{width:.2f}" d="{path}"/>'
        case RoundedBox(x, y, width, height, parted):
            corner = f'x="{x - width / 2:.1f}" y="{y - height / 2:.1f}"'
            yield f'<rect class="box" {corner} width="{width:.1f}" height="{height:.1f}" rx="6"/>'
            if parted:
                yield f'<path class="axis" d="M{x:.1f} {y - height / 2:.1f}v{height:.1f}"/>'
        case PlacedWords(x, y, text, kind, anchor):
            yield _text(x, y, text, f"{kind} {anchor}".strip())


def _path(x: Array, y: Array) -> str:
    """The points joined; where one is not finite, the pen is lifted."""
    pieces, pen = [], "M"
    for a, b in zip(x, y, strict=True):
        if not (math.isfinite(a) and math.isfinite(b)):
            pen = "M"
            continue
        pieces.append(f"{pen}{a:.1f} {b:.1f}")
        pen = "L"
    return "".join(pieces)


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
