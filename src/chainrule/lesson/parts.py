"""What a lesson is made of: a stream of parts, the same for every medium."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

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
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph: words, formulas and names in one line of text."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Row:
    """``left sign right`` and why it holds; ``label`` stands in front (rule, symbols, numbers).

    Without ``left`` the row goes on from the one above: its sign stands under that row's sign. Without
    ``right`` it is words only: its reason takes the whole width.
    """

    label: str = ""
    left: Node | None = None
    sign: str = "="
    right: Node | None = None
    reason: Spans = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """Displayed mathematics, row under row, aligned at their relations."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the reader's own source, and where it stands."""

    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """The head of one backward step: where we are between the loss and what comes next, and what is asked.

    ``links`` go from the loss back; ``current`` is the index of the one this step is about. ``position`` is
    (this step, how many there are); ``subject`` the gradient that is found, ``meaning`` what it says.
    """

    links: tuple[Node, ...]
    current: int
    title: str = ""
    position: tuple[int, int] = (0, 0)
    subject: Node | None = None
    meaning: Spans = ()
    sources: tuple[Place, ...] = ()
    anchor: str = ""

    @property
    def place(self) -> str:
        """Where we are, in words.

        >>> Chain((), 0, "Step", (2, 7)).place
        'Step 2 of 7'
        """
        at, of = self.position
        return f"{self.title} {at} of {of}" if of else self.title


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array under its name. Large ones are shown as a summary and a heat map by each medium.

    ``code`` is the NumPy statement that computes it from arrays shown before it; empty where it is given.
    """

    name: str
    symbol: Node
    array: Array
    kind: Kind = ""
    note: Spans = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A listing in one language; listings that say the same share a ``group`` and become tabs."""

    language: str
    title: str
    text: str
    group: str = ""
    marked: int | None = None


Role = Literal["data", "parameter", "hidden", "prediction", "loss"]


@dataclass(frozen=True, slots=True)
class Circle:
    """One node of a network drawing: a unit (one entry) or a whole array, and what it holds."""

    identity: str
    label: Node
    column: int
    row: float
    role: Role
    value: float | None = None
    gradient: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One edge of a network drawing, from circle to circle, with its local derivative ∂head/∂tail."""

    tail: str
    head: str
    label: Node | None = None
    local: float | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """A network or a program as a drawing, left to right.

    ``columns`` are the titles of the columns; ``between`` says what leads from each column to the next (one
    shorter than ``columns``); ``caption`` says in words what is drawn.
    """

    circles: tuple[Circle, ...]
    arrows: tuple[Arrow, ...]
    columns: tuple[Node, ...]
    between: tuple[Spans, ...]
    caption: Spans = ()


Cell = str | float | int | Node | Code


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column titles."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: Spans = ()


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
    caption: Spans = ()


@dataclass(frozen=True, slots=True)
class Fold:
    """Parts that may be folded away where the medium can; they are complete either way."""

    title: Spans
    parts: tuple[Part, ...] = field(default=())
    anchor: str = ""
    opened: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """A convention, a caution or a warning that belongs to what stands before it.

    ``asked`` is the gradient, as ``dz1[0, 0]``, of which ``why`` tells more.
    """

    spans: Spans
    tone: Literal["note", "caution"] = "note"
    asked: str = ""


Part = (
    Heading
    | Prose
    | Formula
    | Chain
    | Numbers
    | Source
    | Graph
    | Table
    | Plot
    | Fold
    | Note
)


def inside(parts: Iterable[Part]) -> Iterator[Part]:
    """All parts, also those in folds."""
    for part in parts:
        yield part
        if isinstance(part, Fold):
            yield from inside(part.parts)
