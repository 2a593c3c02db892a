"""The lesson as one page: complete without a click, on paper and read aloud, and it fetches nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple, assert_never

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chainrule.formula import Node, format_number, to_mathml, to_text
from chainrule.lesson.media.align import is_continued, sides
from chainrule.lesson.media.page.anchors import Anchors
from chainrule.lesson.media.page.code import lines
from chainrule.lesson.media.page.compact import compact
from chainrule.lesson.media.shown import joined, numbers_of, shape_of, shown
from chainrule.lesson.parts import (
    Cell,
    Chain,
    Code,
    Fold,
    Formula,
    Graph,
    Heading,
    Note,
    Numbers,
    Part,
    Plot,
    Prose,
    Row,
    Source,
    Spans,
    Table,
)
from chainrule.lesson.pictures.chart import chart
from chainrule.lesson.pictures.graph import Drawing, draw, words
from chainrule.lesson.pictures.heat import heat
from chainrule.lesson.summary import MOST_ENTRIES, is_constant, is_small, summarise

NEAR: Final = 3
CELL: Final = 6
SIDE: Final = 168
SCROLLED: Final = 26
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
    body = _Page(parts).write()
    if len(body) > LARGEST:
        # the lesson stays whole: only what shows where a number comes from is given up
        body = _Page(parts, identities=False, most_entries=FEW).write()
    style, script = _resource("style.css"), _resource("script.js")
    return (
        _environment()
        .get_template("page.html")
        .render(
            language=language,
            title=title,
            body=body,
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=_digest(style),
            script=Markup(script),  # noqa: S704 - our own file
            script_hash=_digest(script),
        )
    )


class _Page:
    """Writes part after part, and remembers which sections are open."""

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        identities: bool = True,
        most_entries: int = MOST_ENTRIES,
    ) -> None:
        self.parts = parts
        self.identities = identities
        self.most_entries = most_entries
        self.pieces: list[str] = []
        self.open: list[int] = []
        self.level = 1
        self.anchors = Anchors()
        self.names = Anchors()
        self.macro: Any = _environment().get_template("parts.html").module
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
                arrays = [self.array(p) for p in group if isinstance(p, Numbers)]
                self.add(self.macro.arrays(arrays))
            case [Source(), *_]:
                listings = [_listing(p) for p in group if isinstance(p, Source)]
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
                self.add(self.macro.prose(_spans(spans)))
            case Formula(rows):
                self.add(self.macro.formula([self.row(row) for row in rows]))
            case Chain():
                self.chain(part)
            case Numbers():
                self.add(self.macro.arrays([self.array(part)]))
            case Source():
                name = self.names.take("code")
                self.add(self.macro.sources(name, [_listing(part)]))
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
                        name, chart(part), x_label, y_label, _spans(caption), said
                    )
                )
            case Fold(title, inner, anchor, opened):
                address = self.anchors.take(anchor) if anchor else ""
                self.add(self.macro.open_fold(address, _spans(title), opened))
                self.all(inner)
                self.add(Markup("</div></details>\n"))
            case Note(spans, tone):
                known = tone if tone in {"note", "caution"} else "note"
                self.add(self.macro.note(known, tone.capitalize(), _spans(spans)))
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
                None if part.subject is None else _mathml(part.subject),
                "" if part.subject is None else _line(part.subject),
                _spans(part.meaning),
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
                links.append(
                    Link(_mathml(node), _line(node), address, i == part.current)
                )
            elif not links[-1].left_out:
                links.append(Link(left_out=True))
        return links

    def row(self, row: Row) -> dict[str, Any]:
        shown = [self.side(side) for side in sides(row)]
        letters = max((len(side.striptags()) for side in shown), default=0)
        return {
            "label": row.label,
            "left": "" if row.left is None else self.side(row.left),
            "sides": shown,
            "reason": _spans(row.reason),
            # what may be wider than a phone must be within reach of the keyboard, to be scrolled
            "long": letters > SCROLLED and not any("tabindex" in s for s in shown),
        }

    def whole_row(self, row: Row) -> Markup:
        nodes = (*(() if row.left is None else (row.left,)), *sides(row))
        return Markup("").join(map(self.side, nodes))

    def side(self, node: Node) -> Markup:
        """Mathematics of display size that stands in a line."""
        full = to_mathml(node, display=True, focusable=True)
        if is_continued(node):
            # a sign at the start of a formula would stand close, as if it were that of a number
            full = full.replace("<mo>", '<mo form="infix">', 1)
        return Markup(compact(full, identities=self.identities))  # noqa: S704

    def array(self, part: Numbers) -> dict[str, Any]:
        array = np.asarray(part.array)
        small = is_small(array, self.most_entries) or array.size == 0
        note = part.note
        shape = f"shape {shape_of(array)}"
        if not small and note and isinstance(note[0], str):
            # the summary says it
            note = (note[0].removeprefix(shape).removeprefix(", "), *note[1:])
        seen: dict[str, Any] = {
            "name": part.name,
            "kind": part.kind,
            "symbol": _mathml(part.symbol),
            "note": _spans(note),
            "shape": shape_of(array),
            "summary": summarise(array),
            "heat": None,
            "empty": array.size == 0,
            "large": not small,
            "rows": [self.whole_row(row) for row in shown(part)] if small else [],
        }
        if not small and not is_constant(array):
            picture = heat(array)
            down, across = picture.block
            cell = max(2, min(CELL, SIDE // max(picture.rows, picture.columns, 1)))
            seen |= {
                "heat": picture,
                "width": picture.columns * cell,
                "height": picture.rows * cell,
                "block": "" if picture.block == (1, 1) else f"{down}×{across}",
            }
        return seen

    def graph(self, part: Graph) -> None:
        drawing = draw(part)
        name = self.names.take("graph")
        self.add(
            self.macro.graph(
                name, drawing, _spans(part.caption), _description(part, drawing)
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
                ("number", _mathml(number)) if number is not None else _cell(cell)
                for cell, number in zip(row, found, strict=True)
            ]
            for row, found in zip(part.rows, numbers, strict=True)
        ]
        self.add(self.macro.table(part.columns, numeric, rows, _spans(part.caption)))


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


def _mathml(node: Node, *, display: bool = False, focusable: bool = False) -> Markup:
    # formula escapes every name and word it writes
    return Markup(to_mathml(node, display=display, focusable=focusable))  # noqa: S704


def _line(node: Node) -> str:
    """A formula in a line of plain letters, for those who listen."""
    return " ".join(line.strip() for line in to_text(node))


def _spans(spans: Spans) -> list[tuple[str, str]]:
    shown: list[tuple[str, str]] = []
    for span in spans:
        match span:
            case str():
                shown.append(("", span))
            case Code(text):
                shown.append(("code", text))
            case _:
                shown.append(("math", _mathml(span)))
    return shown


def _cell(cell: Cell) -> tuple[str, str]:
    match cell:
        case str():
            return "", cell
        case Code(text):
            return "code", text
        case int() | float():
            return "number", format_number(cell)
        case _:
            return "math", _mathml(cell)


def _listing(part: Source) -> dict[str, Any]:
    return {
        "title": part.title,
        "lines": [
            {"pieces": pieces, "marked": n == part.marked}
            for n, pieces in enumerate(lines(part.text, part.language), 1)
        ],
    }


def _description(part: Graph, drawing: Drawing) -> dict[str, str]:
    said = [disc.said for disc in drawing.discs]
    said += [f"{gap.count} more are not drawn" for gap in drawing.gaps]
    return {
        "title": words(part.caption) or "The network",
        "description": "; ".join(said) + ".",
    }


@cache
def _environment() -> Environment:
    from chainrule.version import __version__

    environment = Environment(
        loader=PackageLoader("chainrule.lesson.media.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["version"] = __version__
    return environment


@cache
def _resource(name: str) -> str:
    folder = resources.files("chainrule.lesson.media.page")
    return (folder / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
