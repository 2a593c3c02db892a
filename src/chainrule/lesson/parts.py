"""What a lesson is made of: a stream of parts, the same for every medium."""

from __future__ import annotations

from dataclasses import dataclass, field

from chainrule.formula import Kind, Node
from chainrule.program import Array


@dataclass(frozen=True, slots=True)
class Heading:
    """A title of a section; ``level`` 1 is the lesson itself. ``anchor`` is unique in the lesson."""

    text: str
    level: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Code:
    """Source in a sentence, such as a name."""

    text: str


Span = str | Node | Code


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph: words, formulas and names in one line of text."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of displayed mathematics, with the reason it holds; ``label`` stands in front (rule, symbols)."""

    formula: Node | None
    reason: tuple[Span, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """Displayed mathematics, row under row, aligned at their first relation."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Where we are: the links from the loss back, and which of them is the current one."""

    links: tuple[Node, ...]
    current: int
    title: str = ""
    position: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array under its name. Large ones are shown as a summary and a heat map by each medium.

    ``code`` is the NumPy statement that computes it from arrays shown before it; empty where it is given.
    """

    name: str
    symbol: Node
    array: Array
    kind: Kind = ""
    note: tuple[Span, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A listing in one language; listings that say the same share a ``group`` and become tabs."""

    language: str
    title: str
    text: str
    group: str = ""
    marked: int | None = None


@dataclass(frozen=True, slots=True)
class Circle:
    """One node of a network drawing: its label, and what it holds."""

    identity: str
    label: Node
    column: int
    row: float
    role: str
    value: float | None = None
    gradient: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One edge of a network drawing, with its weight and its local derivative."""

    tail: str
    head: str
    label: Node | None = None
    value: float | None = None
    local: float | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """A network or a program as a drawing, left to right. ``caption`` says in words what is drawn."""

    circles: tuple[Circle, ...]
    arrows: tuple[Arrow, ...]
    caption: tuple[Span, ...]
    columns: tuple[str, ...] = ()


Cell = str | float | int | Node | Code


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column titles."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a plot."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A small plot of one or more series."""

    series: tuple[Series, ...]
    x_label: str
    y_label: str
    caption: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Fold:
    """Parts that may be folded away where the medium can; they are complete either way."""

    title: tuple[Span, ...]
    parts: tuple[Part, ...] = field(default=())
    anchor: str = ""
    opened: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """A convention, a caution or a warning that belongs to what stands before it."""

    spans: tuple[Span, ...]
    tone: str = "note"


Part = Heading | Prose | Formula | Chain | Numbers | Source | Graph | Table | Plot | Fold | Note
