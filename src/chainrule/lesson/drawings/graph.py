"""Where the nodes and edges of a network drawing stand, in columns from left to right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from chainrule.formula import Symbol, plain
from chainrule.lesson.drawings.edges import BOW, edges
from chainrule.lesson.drawings.label import label, short
from chainrule.lesson.drawings.sheet import Disc, Drawing, Gap
from chainrule.lesson.parts import Arrow, Circle, Code, Graph, Spans

BODY: Final = 17.0
LETTER: Final = 7.6
DIGIT: Final = 7.0
ROW: Final = 58.0
TIGHT_ROW: Final = 46.0
GAP: Final = 56.0
WIDE_GAP: Final = 132.0
TITLE: Final = 30.0
MARGIN: Final = 14.0
MOST_ROWS: Final = 8
SHOWN_FIRST: Final = 4
SHOWN_LAST: Final = 2


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
    place = _column_of(columns)
    led = {(place.get(one.tail), place.get(one.head)) for one in graph.arrows}
    # beside no arrow what would lead from one column to the next leads nowhere
    between = [
        words(spans) if (n, n + 1) in led else ""
        for n, spans in enumerate(graph.between)
    ]
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
    drawn, unlabelled = edges(graph.arrows, discs, places)
    return Drawing(
        width,
        top + (lowest - highest) * step + BODY + MARGIN,
        tuple(discs.values()),
        drawn,
        tuple(gaps),
        tuple((c.x, label(t)) for c, t in zip(columns, graph.columns, strict=False)),
        tuple(
            ((a.end + b.start) / 2, text)
            for a, b, text in zip(columns, columns[1:], between, strict=False)
        ),
        any(edge.local for edge in drawn),
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
            case Symbol():
                texts.append(plain(span))
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
    longest = max(len(short(number)) for number in numbers)
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
        x = column.end + max(gap, 6.2 * len(said) + 14)
    return columns[-1].end + MARGIN if columns else 2 * MARGIN


def _column_of(columns: Sequence[_Column]) -> dict[str, int]:
    return {c.identity: n for n, column in enumerate(columns) for c in column.circles}


def _over(arrow: Arrow, column_of: Mapping[str, int]) -> int:
    """How many columns an arrow runs over."""
    if arrow.tail not in column_of or arrow.head not in column_of:
        return 0
    return max(column_of[arrow.head] - column_of[arrow.tail] - 1, 0)


def _disc(circle: Circle, column: _Column, y: float) -> Disc:
    value, slope = short(circle.value), short(circle.gradient)
    name = label(circle.label)
    said = "".join(piece.text for piece in name.pieces)
    said += f" is {value!s}" if value else ""
    said += f", gradient {slope!s}" if slope else ""
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
        circle.identity.partition("-")[0],
    )
