"""The lesson as one page: complete without a click, on paper and read aloud, and it fetches nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, assert_never

from markupsafe import Markup

from chainrule.formula import Node, format_number
from chainrule.lesson.drawings.chart import chart
from chainrule.lesson.drawings.graph import draw
from chainrule.lesson.parts import (
    Chain,
    Fold,
    Formula,
    Graph,
    Heading,
    Note,
    Numbers,
    Part,
    Plot,
    Prose,
    Source,
    Table,
)
from chainrule.lesson.printers.page.anchors import Anchors
from chainrule.lesson.printers.page.arrays import Detail, array_shown, row_shown
from chainrule.lesson.printers.page.pieces import (
    cell_shown,
    description,
    line,
    listing,
    mathml,
    spans_shown,
)
from chainrule.lesson.printers.page.resources import digest, environment, resource
from chainrule.lesson.printers.shown import joined, numbers_of

NEAR: Final = 3
LARGEST: Final = 1_700_000
FEW: Final = 16


class Link(NamedTuple):
    """One link of the chain: shown as a formula, left out, or the place where we are."""

    shown: Markup = Markup()
    said: str = ""
    anchor: str = ""
    current: bool = False
    left_out: bool = False


def to_html(parts: Iterable[Part], *, language: str = "en") -> str:
    """The page as one file's text.

    >>> page = to_html([Heading("A <lesson>", 1, "top"), Prose(("One step.",))])
    >>> "<h1>A &lt;lesson&gt;</h1>" in page, "http" in page.partition("<body>")[2]
    (True, False)
    """
    parts = tuple(parts)
    title = next(
        (p.text for p in parts if isinstance(p, Heading) and p.level == 1), "A lesson"
    )
    body = _Page(parts, Detail()).write()
    if len(body) > LARGEST:
        # the lesson stays whole: only what shows where a number comes from is given up
        body = _Page(parts, Detail(identities=False, most_entries=FEW)).write()
    style, script = resource("style.css"), resource("script.js")
    return (
        environment()
        .get_template("page.html")
        .render(
            language=language,
            title=title,
            body=body,
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=digest(style),
            script=Markup(script),  # noqa: S704 - our own file
            script_hash=digest(script),
        )
    )


class _Page:
    """Writes part after part, and remembers which sections are open."""

    def __init__(
        self,
        parts: Sequence[Part],
        detail: Detail,
    ) -> None:
        self.parts = parts
        self.detail = detail
        self.pieces: list[str] = []
        self.open: list[int] = []
        self.level = 1
        self.anchors = Anchors()
        self.names = Anchors()
        self.macro: Any = environment().get_template("parts.html").module
        self.addresses = {
            id(p): self.anchors.take(p.anchor or "step")
            for p in _inside(parts)
            if isinstance(p, (Heading, Chain))
        }
        # a link leads to the step that is about the same thing
        self.steps: dict[Node, str] = {}
        for part in _inside(parts):
            if isinstance(part, Chain) and part.links:
                self.steps.setdefault(
                    part.links[part.current], self.addresses[id(part)]
                )
        self.contents = [
            (self.addresses[id(p)], p.text)
            for p in parts
            if isinstance(p, Heading) and p.level == 2
        ]

    def write(self) -> Markup:
        """The whole body."""
        if not any(isinstance(p, Heading) and p.level == 1 for p in self.parts):
            self.add(self.macro.heading(1, "", "A lesson"))
        self.all(self.parts)
        self.close(0)
        return Markup("").join(map(Markup, self.pieces))

    def add(self, piece: str) -> None:
        self.pieces.append(piece)

    def all(self, parts: Iterable[Part]) -> None:
        """Parts in order; arrays stand side by side, listings that say the same under tabs."""
        group: list[Part] = []
        for part in joined(parts):
            if group and not _together(group[-1], part):
                self.flush(group)
            group.append(part)
        self.flush(group)

    def flush(self, group: list[Part]) -> None:
        match group:
            case []:
                pass
            case [Numbers(), *_]:
                arrays = [
                    array_shown(self.detail, p) for p in group if isinstance(p, Numbers)
                ]
                self.add(self.macro.arrays(arrays))
            case [Source(), *_]:
                listings = [listing(p) for p in group if isinstance(p, Source)]
                self.add(self.macro.sources(self.names.take("code"), listings))
            case _:
                for part in group:
                    self.one(part)
        group.clear()

    def one(self, part: Part) -> None:
        match part:
            case Heading(text, level, _):
                self.heading(text, level, self.addresses.get(id(part), "part"))
            case Prose(spans):
                self.add(self.macro.prose(spans_shown(spans)))
            case Formula(rows):
                self.add(
                    self.macro.formula([row_shown(self.detail, row) for row in rows])
                )
            case Chain():
                self.chain(part)
            case Numbers():
                self.add(self.macro.arrays([array_shown(self.detail, part)]))
            case Source():
                name = self.names.take("code")
                self.add(self.macro.sources(name, [listing(part)]))
            case Graph():
                self.graph(part)
            case Table():
                self.table(part)
            case Plot(series, x_label, y_label, caption):
                said = f"{y_label} against {x_label}: " + "; ".join(
                    f"{s.label} from {format_number(s.y[0])} to {format_number(s.y[-1])}"
                    for s in series
                    if s.y
                )
                name = self.names.take("plot")
                self.add(
                    self.macro.plot(
                        name, chart(part), x_label, y_label, spans_shown(caption), said
                    )
                )
            case Fold(title, inner, anchor, opened):
                address = self.anchors.take(anchor) if anchor else ""
                self.add(self.macro.open_fold(address, spans_shown(title), opened))
                self.all(inner)
                self.add(Markup("</div></details>\n"))
            case Note(spans, tone):
                known = tone if tone in {"note", "caution"} else "note"
                self.add(self.macro.note(known, tone.capitalize(), spans_shown(spans)))
            case _:
                assert_never(part)

    def close(self, level: int) -> None:
        """Close the sections that are as deep as ``level``, or deeper."""
        while self.open and self.open[-1] >= level:
            self.open.pop()
            self.add(Markup("</section>\n"))

    def heading(self, text: str, level: int, anchor: str) -> None:
        level = min(max(level, 1), 6)
        self.close(level)
        self.level = level
        if level == 1:
            self.add(self.macro.heading(1, "", text))
            return
        if self.contents and level == 2:
            self.add(self.macro.legend())
            if len(self.contents) > 2:
                self.add(self.macro.contents(self.contents))
            self.contents = []
        self.open.append(level)
        self.add(self.macro.open_section(anchor))
        self.add(self.macro.heading(level, anchor, text))

    def chain(self, part: Chain) -> None:
        level = min(self.level + 1, 6)
        self.close(level)
        self.open.append(level)
        self.add(
            self.macro.chain(
                level,
                self.addresses.get(id(part), "step"),
                part.title,
                part.position if part.position[1] else None,
                self.links(part),
                None if part.subject is None else mathml(part.subject),
                "" if part.subject is None else line(part.subject),
                spans_shown(part.meaning),
                part.sources,
            )
        )

    def links(self, part: Chain) -> list[Link]:
        """The links near the current one and the two ends; what is between is left out."""
        last = len(part.links) - 1
        near = {0, last, *range(part.current - NEAR, part.current + NEAR + 1)}
        # the sign for what is left out is no shorter than one link
        near |= {i for i in range(last) if {i - 1, i + 1} <= near}
        links: list[Link] = []
        for i, node in enumerate(part.links):
            if i in near:
                address = self.steps.get(node, "")
                links.append(Link(mathml(node), line(node), address, i == part.current))
            elif not links[-1].left_out:
                links.append(Link(left_out=True))
        return links

    def graph(self, part: Graph) -> None:
        drawing = draw(part)
        name = self.names.take("graph")
        self.add(
            self.macro.graph(
                name, drawing, spans_shown(part.caption), description(part, drawing)
            )
        )

    def table(self, part: Table) -> None:
        numbers = numbers_of(part)
        numeric = [
            bool(column) and all(cell is not None for cell in column)
            for column in (
                zip(*numbers, strict=True) if numbers else [()] * len(part.columns)
            )
        ]
        rows = [
            [
                ("number", mathml(number)) if number is not None else cell_shown(cell)
                for cell, number in zip(row, found, strict=True)
            ]
            for row, found in zip(part.rows, numbers, strict=True)
        ]
        self.add(
            self.macro.table(part.columns, numeric, rows, spans_shown(part.caption))
        )


def _inside(parts: Iterable[Part]) -> Iterator[Part]:
    """All parts, also those in folds."""
    for part in parts:
        yield part
        if isinstance(part, Fold):
            yield from _inside(part.parts)


def _together(before: Part, part: Part) -> bool:
    match before, part:
        case Numbers(), Numbers():
            return True
        case Source(_, _, _, group), Source(_, _, _, same):
            return group != "" and group == same
        case _:
            return False
