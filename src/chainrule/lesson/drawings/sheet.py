"""What stands on the sheet of a network drawing: nodes, edges, gaps, and where."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.formula import Node
from chainrule.lesson.drawings.label import Label


@dataclass(frozen=True, slots=True)
class Disc:
    """A node: its label in the middle, its value on the left wing, its gradient on the right one; it is ``of`` an array."""

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
    of: str = ""


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
    slope: float | None = None


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
