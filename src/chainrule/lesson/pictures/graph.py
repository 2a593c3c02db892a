"""Where the nodes and edges of a network drawing stand, in columns from left to right."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from chainrule.formula import Node, format_number
from chainrule.lesson.parts import Arrow, Circle, Code, Graph, Spans
from chainrule.lesson.pictures.label import Label, label

BODY: Final = 17.0
LETTER: Final = 7.6
DIGIT: Final = 7.0
ROW: Final = 58.0
TIGHT_ROW: Final = 46.0
GAP: Final = 56.0
WIDE_GAP: Final = 132.0
BOW: Final = 52.0
TITLE: Final = 30.0
MARGIN: Final = 14.0
MOST_ROWS: Final = 8
SHOWN_FIRST: Final = 4
SHOWN_LAST: Final = 2
MOST_LABELS: Final = 8
DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class Disc:
    """A node: its label in the middle, its value on the left wing, its gradient on the right one."""

    formula: Node
    label: Label
    x: float
    y: float
    half: float
    left: float
    right: float
    role: str
    value: str
    gradient: str
    said: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A curve from one node to another, with the local derivative that stands on it."""

    path: str
    ends: tuple[float, float, float, float]
    x: float
    y: float
    label: str
    local: str
    strength: float
    negative: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """The place in a column where nodes were left out, and how many."""

    x: float
    y: float
    count: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything on the sheet, and its size."""

    width: float
    height: float
    discs: tuple[Disc, ...]
    edges: tuple[Edge, ...]
    gaps: tuple[Gap, ...]
    titles: tuple[tuple[float, Label], ...]
    between: tuple[tuple[float, str], ...]
    labelled: bool
    unlabelled: bool


@dataclass(slots=True)
class _Column:
    """The nodes of one column that are shown, and the room they take: x is the middle of their labels."""

    circles: list[Circle]
    left_out: int
    levels: list[float]
    half: float
    left: float
    right: float
    x: float = 0.0

    @property
    def start(self) -> float:
        return self.x - self.half - self.left

    @property
    def end(self) -> float:
        return self.x + self.half + self.right


def draw(graph: Graph) -> Drawing:
    """The drawing of a graph; a long column shows its first and last nodes and says how many are between."""
    found: dict[int, list[Circle]] = defaultdict(list)
    for circle in graph.circles:
        found[circle.column].append(circle)
    columns = [_column(found[n]) for n in sorted(found)]
    between = [words(spans) for spans in graph.between]
    width = _spread(columns, graph.arrows, between)
    step = TIGHT_ROW if any(column.left_out for column in columns) else ROW
    highest = min((min(column.levels) for column in columns), default=0.0)
    lowest = max((max(column.levels) for column in columns), default=0.0)
    places = [column.x for column in columns]
    column_of = _column_of(columns)
    over = max((_over(arrow, column_of) for arrow in graph.arrows), default=0)
    top = MARGIN + (TITLE if graph.columns else 0.0) + BODY + 0.7 * BOW * over
    discs: dict[str, Disc] = {}
    gaps = []
    for column in columns:
        ys = [top + (level - highest) * step for level in column.levels]
        if column.left_out:
            gaps.append(Gap(column.x, ys.pop(SHOWN_FIRST), column.left_out))
        for circle, y in zip(column.circles, ys, strict=True):
            discs[circle.identity] = _disc(circle, column, y)
    edges, unlabelled = _edges(graph.arrows, discs, places)
    return Drawing(
        width,
        top + (lowest - highest) * step + BODY + MARGIN,
        tuple(discs.values()),
        edges,
        tuple(gaps),
        tuple((c.x, label(t)) for c, t in zip(columns, graph.columns, strict=False)),
        tuple(
            ((a.end + b.start) / 2, text)
            for a, b, text in zip(columns, columns[1:], between, strict=False)
        ),
        any(edge.local for edge in edges),
        unlabelled,
    )


def words(spans: Spans) -> str:
    """Spans as plain text."""
    texts = []
    for span in spans:
        match span:
            case str():
                texts.append(span)
            case Code(text):
                texts.append(text)
            case _:
                texts.append("".join(piece.text for piece in label(span).pieces))
    return "".join(texts)


def _column(circles: list[Circle]) -> _Column:
    ordered = sorted(circles, key=lambda circle: circle.row)
    seen = ordered
    if len(ordered) > MOST_ROWS:
        seen = [*ordered[:SHOWN_FIRST], *ordered[-SHOWN_LAST:]]
    left_out = len(ordered) - len(seen)
    longest = max(label(circle.label).width for circle in seen)
    return _Column(
        seen,
        left_out,
        _levels(seen, folded=left_out > 0),
        max(BODY, LETTER * longest / 2 + 8),
        _wing(circle.value for circle in seen),
        _wing(circle.gradient for circle in seen),
    )


def _wing(numbers: Iterable[float | None]) -> float:
    longest = max(len(_short(number)) for number in numbers)
    return DIGIT * longest + 13 if longest else 0.0


def _levels(circles: list[Circle], *, folded: bool) -> list[float]:
    """Heights in rows about the middle: as asked for where that leaves room, else evenly."""
    asked = [circle.row for circle in circles]
    roomy = all(b - a > 0.95 for a, b in pairwise(asked))
    if roomy and not folded:
        middle = (asked[0] + asked[-1]) / 2
        return [row - middle for row in asked]
    count = len(circles) + folded
    return [i - (count - 1) / 2 for i in range(count)]


def _spread(
    columns: Sequence[_Column], arrows: Sequence[Arrow], between: Sequence[str]
) -> float:
    """Set the columns side by side, further apart where edges cross; returns the width of all."""
    column_of = _column_of(columns)
    x = MARGIN
    for n, column in enumerate(columns):
        column.x = x + column.left + column.half
        crossing = sum(column_of.get(arrow.tail) == n for arrow in arrows)
        said = between[n] if n < len(between) else ""
        gap = WIDE_GAP if crossing > max(len(column.circles), 2) else GAP
        x = column.end + max(gap, 6.2 * len(said) + 6)
    return columns[-1].end + MARGIN if columns else 2 * MARGIN


def _column_of(columns: Sequence[_Column]) -> dict[str, int]:
    return {c.identity: n for n, column in enumerate(columns) for c in column.circles}


def _over(arrow: Arrow, column_of: Mapping[str, int]) -> int:
    """How many columns an arrow runs over."""
    if arrow.tail not in column_of or arrow.head not in column_of:
        return 0
    return max(column_of[arrow.head] - column_of[arrow.tail] - 1, 0)


def _disc(circle: Circle, column: _Column, y: float) -> Disc:
    value, slope = _short(circle.value), _short(circle.gradient)
    name = label(circle.label)
    said = "".join(piece.text for piece in name.pieces)
    said += f" is {value}" if value else ""
    said += f", gradient {slope}" if slope else ""
    said += f" ({circle.note})" if circle.note else ""
    left = column.left if value or slope else 0.0
    right = column.right if value or slope else 0.0
    return Disc(
        circle.label,
        name,
        column.x,
        y,
        column.half,
        left,
        right,
        circle.role,
        value,
        slope,
        said,
    )


def _edges(
    arrows: Sequence[Arrow], discs: Mapping[str, Disc], places: Sequence[float]
) -> tuple[tuple[Edge, ...], bool]:
    """The edges between nodes that are shown; where they are dense, without their numbers."""
    seen = [arrow for arrow in arrows if arrow.tail in discs and arrow.head in discs]
    groups: dict[tuple[float, float], list[Arrow]] = defaultdict(list)
    for arrow in seen:
        groups[discs[arrow.tail].x, discs[arrow.head].x].append(arrow)
    sizes = (abs(_strength(arrow)) for arrow in seen)
    largest = max(filter(math.isfinite, sizes), default=0.0) or 1.0
    edges = []
    unlabelled = False
    for (start, end), group in groups.items():
        dense = len(group) > MOST_LABELS
        unlabelled |= dense and any(arrow.local is not None for arrow in group)
        over = sum(start < x < end for x in places)
        for arrow, along in zip(group, _label_places(group, discs), strict=True):
            tail, head = discs[arrow.tail], discs[arrow.head]
            edges.append(
                _edge(
                    arrow,
                    tail,
                    head,
                    along=along,
                    over=over,
                    largest=largest,
                    bare=dense,
                )
            )
    return tuple(edges), unlabelled


def _label_places(group: Sequence[Arrow], discs: Mapping[str, Disc]) -> list[float]:
    """How far along each edge its number stands: apart both from its neighbours at the tail and at the head."""
    tails = sorted({discs[arrow.tail].y for arrow in group})
    heads = sorted({discs[arrow.head].y for arrow in group})
    if len(heads) <= len(tails):
        places = {y: i for i, y in enumerate(heads)}
        low, own = 0.22, [places[discs[arrow.head].y] for arrow in group]
    else:
        places = {y: i for i, y in enumerate(tails)}
        low, own = 0.42, [places[discs[arrow.tail].y] for arrow in group]
    if len(places) == 1:
        return [0.5] * len(group)
    return [low + 0.36 * i / (len(places) - 1) for i in own]


def _edge(
    arrow: Arrow,
    tail: Disc,
    head: Disc,
    *,
    along: float,
    over: int,
    largest: float,
    bare: bool,
) -> Edge:
    x0, y0 = tail.x + tail.half + tail.right, tail.y
    x1, y1 = head.x - head.half - head.left, head.y
    bend = 0.5 * (x1 - x0)
    # an edge over other columns bows, so that it does not run through their nodes
    bow = BOW * over
    ya, yb = y0 - bow, y1 - bow
    path = (
        f"M{x0:.1f} {y0:.1f}C{x0 + bend:.1f} {ya:.1f} "
        f"{x1 - bend:.1f} {yb:.1f} {x1:.1f} {y1:.1f}"
    )
    weight = _strength(arrow)
    return Edge(
        path,
        (x0, y0, x1, y1),
        _bezier(along, x0, x0 + bend, x1 - bend, x1),
        _bezier(along, y0, ya, yb, y1),
        "".join(piece.text for piece in label(arrow.label).pieces),
        "" if bare else _short(arrow.local),
        min(abs(weight) / largest, 1.0) if math.isfinite(weight) else 1.0,
        weight < 0,
    )


def _bezier(t: float, a: float, b: float, c: float, d: float) -> float:
    s = 1 - t
    return s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d


def _strength(arrow: Arrow) -> float:
    """How strongly an edge is drawn; one without a number as if it were 1."""
    if arrow.local is None:
        return 1.0
    return 0.0 if math.isnan(arrow.local) else float(arrow.local)


def _short(number: float | None) -> str:
    return "" if number is None else format_number(number, DIGITS)
