"""The edges of a network drawing: their curves, their numbers, how strongly each is drawn."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from chainrule.lesson.drawings.label import label, short
from chainrule.lesson.drawings.sheet import Disc, Edge
from chainrule.lesson.parts import Arrow
from chainrule.program.ledger import bare

BOW: Final = 52.0
MOST_LABELS: Final = 8


def edges(
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
                    dense=dense,
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
    dense: bool,
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
        "" if dense else short(arrow.local),
        min(abs(weight) / largest, 1.0) if math.isfinite(weight) else 1.0,
        weight < 0,
        arrow.local,
    )


def _bezier(t: float, a: float, b: float, c: float, d: float) -> float:
    s = 1 - t
    return s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d


def _strength(arrow: Arrow) -> float:
    """How strongly an edge is drawn; one without a number as if it were 1."""
    if arrow.local is None:
        return 1.0
    local = bare(arrow.local)
    return 0.0 if math.isnan(local) else float(local)
