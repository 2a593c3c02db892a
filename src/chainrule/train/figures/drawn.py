"""A network drawn: unit by unit on one sample where its layers are dense and few, else as blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from chainrule.formula import format_number
from chainrule.nn.layers import Dense
from chainrule.program import Array
from chainrule.train.figures.plot import (
    Connection,
    FigurePlot,
    Mark,
    PlacedWords,
    RoundedBox,
)
from chainrule.train.loop.state import Data
from chainrule.train.model.compiled import NetworkPlan
from chainrule.train.model.inspect import Inspection, Look, Station, looker, stations

MOST_COLUMNS = 6
MOST_ROWS = 10
FIRST, LAST = 5, 3
MOST_BLOCKS = 14
ACROSS, DOWN, WIDE, HIGH = 200.0, 34.0, 124.0, 24.0
HEAD, FOOT = 58.0, 48.0
BLOCK_WIDE, BLOCK_HIGH, BLOCK_DOWN = 560.0, 46.0, 66.0


@dataclass(frozen=True, slots=True)
class UnitColumn:
    """A layer's units on one sample: their values, their gradients, and where those that are shown stand."""

    title: str
    about: str
    values: Array
    slopes: Array | None
    rows: Mapping[int, float]


def drawing(
    plan: NetworkPlan,
    numbers: Mapping[str, Array],
    some: Data,
    look: Look | None = None,
) -> FigurePlot:
    """The network on samples: its units with values and gradients of the first one, or its layers with means over all."""
    look = look or looker(plan, weighted=some.weight is not None)
    found = stations(plan)
    if unit_by_unit(plan):
        one = some.at(slice(0, 1))
        return _units(plan, numbers, one, look(numbers, one), found)
    return _blocks(plan, look(numbers, some), found, len(some))


def unit_by_unit(plan: NetworkPlan) -> bool:
    """Whether a network is drawn unit by unit: its layers are dense, and few."""
    dense = all(isinstance(layer, Dense) for layer in plan.layers)
    return dense and len(plan.layers) < MOST_COLUMNS and len(plan.units) == 1


def short(number: float) -> str:
    """A number in a few letters.

    >>> [short(n) for n in (0.12345, -7.1e-5, 12345.6, 0.0)]
    ['0.123', '−7.1e−5', '1.2e4', '0']
    """
    size = abs(number)
    text = f"{number:.3g}" if 1e-2 <= size < 1e4 or not size else f"{number:.1e}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("-", "−")


def _units(
    plan: NetworkPlan,
    numbers: Mapping[str, Array],
    one: Data,
    seen: Inspection,
    found: Sequence[Station],
) -> FigurePlot:
    columns = [_column("X", f"{plan.units[0]} inputs", one.X[0], None)]
    for station in found:
        slopes = seen.slopes.get(station.result)
        columns.append(
            _column(
                station.result,
                station.layer,
                seen.values[station.result][0],
                None if slopes is None else slopes[0],
            )
        )
    tall = max(len(column.rows) for column in columns)
    middle = HEAD + DOWN * (tall - 1) / 2 + HIGH / 2
    places = [20 + WIDE / 2 + ACROSS * n for n in range(len(columns))]
    marks: list[Mark] = []
    for place, (before, after) in enumerate(pairwise(columns)):
        weights = np.asarray(numbers[f"W{place + 1}"])
        marks += _links(weights, before, after, places[place], middle)
    for column, x in zip(columns, places, strict=True):
        marks += _boxes(column, x, middle)
    width = places[-1] + WIDE / 2 + 20
    height = HEAD + DOWN * (tall - 1) + HIGH + FOOT
    marks.append(
        PlacedWords(
            width / 2,
            height - 10,
            "left: the unit's value · right: the gradient of the loss with respect to it",
            "quiet",
        )
    )
    loss = format_number(seen.loss)
    steps = " → ".join(f"{column.title} ({column.values.size})" for column in columns)
    told = "; ".join(
        f"{column.title}: {', '.join(short(float(column.values[row])) for row in column.rows)}"
        for column in (columns[0], columns[-1])
    )
    return FigurePlot(
        "The network on one sample",
        f"{steps}; the loss on it is {loss}. {told}. Lines are weights: thick where large, dashed where negative.",
        tuple(marks),
        sheet=(width, height),
    )


def _column(title: str, about: str, values: Array, slopes: Array | None) -> UnitColumn:
    n = values.size
    shown = [*range(n)]
    if n > MOST_ROWS:
        shown = [*range(FIRST), *range(n - LAST, n)]
    # what is left out takes one row
    gap = n > MOST_ROWS
    height = len(shown) + gap
    rows = {
        unit: row + (gap and row >= FIRST) - (height - 1) / 2
        for row, unit in enumerate(shown)
    }
    return UnitColumn(title, about, values, slopes, rows)


def _links(
    weights: Array, before: UnitColumn, after: UnitColumn, x: float, middle: float
) -> Iterator[Connection]:
    largest = float(np.abs(weights).max(initial=0.0)) or 1.0
    for i, up in before.rows.items():
        for j, down in after.rows.items():
            yield Connection(
                (x + WIDE / 2, middle + DOWN * up),
                (x + ACROSS - WIDE / 2, middle + DOWN * down),
                float(weights[i, j]) / largest,
            )


def _boxes(column: UnitColumn, x: float, middle: float) -> Iterator[Mark]:
    yield PlacedWords(x, 18, column.title, "strong")
    yield PlacedWords(x, 34, column.about, "quiet")
    for unit, row in column.rows.items():
        y = middle + DOWN * row
        value = short(float(column.values[unit]))
        yield RoundedBox(x, y, WIDE, HIGH, parted=column.slopes is not None)
        if column.slopes is None:
            yield PlacedWords(x, y + 4, value, "value")
            continue
        slope = short(float(column.slopes[unit]))
        yield PlacedWords(x - WIDE / 4, y + 4, value, "value")
        yield PlacedWords(x + WIDE / 4, y + 4, slope, "gradient")
    left_out = column.values.size - len(column.rows)
    if left_out:
        row = FIRST - len(column.rows) / 2
        yield PlacedWords(x, middle + DOWN * row + 4, f"⋮ {left_out} more", "quiet")


def _blocks(
    plan: NetworkPlan, seen: Inspection, found: Sequence[Station], n: int
) -> FigurePlot:
    shown = list(range(len(found)))
    if len(found) > MOST_BLOCKS:
        half = MOST_BLOCKS // 2
        shown = [*range(half), -1, *range(len(found) - half + 1, len(found))]
    width, x = BLOCK_WIDE + 40, BLOCK_WIDE / 2 + 20
    size = " × ".join(map(str, plan.units))
    marks: list[Mark] = [*_block(x, 24, "X", f"{size} inputs", value="", slope="")]
    y = 24.0
    for place in shown:
        y += BLOCK_DOWN
        marks.append(
            Connection(
                (x, y - BLOCK_DOWN + BLOCK_HIGH / 2), (x, y - BLOCK_HIGH / 2), 0.4
            )
        )
        if place < 0:
            left_out = len(found) - len(shown) + 1
            marks.append(PlacedWords(x, y + 4, f"⋮ {left_out} more layers", "quiet"))
            continue
        station = found[place]
        marks += _block(
            x,
            y,
            f"{station.result} · {station.layer}",
            f"{' × '.join(map(str, station.units))} units, {station.n_parameters:,} parameters",
            value=_mean("value", seen.values.get(station.result)),
            slope=_mean("gradient", seen.slopes.get(station.result)),
        )
    layers = " → ".join(station.layer for station in found[:MOST_BLOCKS])
    return FigurePlot(
        "The network, layer by layer",
        f"{size} inputs → {layers}. Sizes are means over the entries of {n} samples.",
        tuple(marks),
        sheet=(width, y + BLOCK_HIGH / 2 + 4),
    )


def _mean(what: str, array: Array | None) -> str:
    if array is None or not array.size:
        return ""
    return f"mean |{what}| {short(float(np.mean(np.abs(array))))}"


def _block(
    x: float, y: float, name: str, about: str, *, value: str, slope: str
) -> Iterator[Mark]:
    left, right = x - BLOCK_WIDE / 2 + 14, x + BLOCK_WIDE / 2 - 14
    yield RoundedBox(x, y, BLOCK_WIDE, BLOCK_HIGH)
    yield PlacedWords(left, y - 4, name, "strong", "start")
    yield PlacedWords(left, y + 14, about, "quiet", "start")
    yield PlacedWords(right, y - 4, value, "value", "end")
    yield PlacedWords(right, y + 14, slope, "gradient", "end")
