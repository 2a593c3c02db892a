"""The lesson as one page: complete without a click, on paper and read aloud, and it fetches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Any, Final, assert_never

from markupsafe import Markup

from chainrule.emit.javascript.source import short
from chainrule.formula import Node, format_number
from chainrule.formula.numbers import Said, bound_to
from chainrule.lesson.drawings.chart import chart
from chainrule.lesson.drawings.graph import draw
from chainrule.lesson.live import Live
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
    inside,
)
from chainrule.lesson.printers.page.anchors import Anchors
from chainrule.lesson.printers.page.arrays import Detail, array_shown, rows_shown
from chainrule.lesson.printers.page.asking import Whys, answers
from chainrule.lesson.printers.page.bindings import Bindings
from chainrule.lesson.printers.page.pieces import (
    ShownLink,
    cell_shown,
    description,
    line,
    listing,
    mathml,
    spans_shown,
    together,
)
from chainrule.lesson.printers.page.resources import (
    compact,
    digest,
    environment,
    following,
    resource,
)
from chainrule.lesson.printers.shown import filled, joined, numeric

NEAR: Final = 3
LARGEST: Final = 1_700_000
FEW: Final = 16


def to_html(
    parts: Iterable[Part],
    *,
    language: str = "en",
    live: Live | str | None = None,
    why: Whys = MappingProxyType({}),
) -> str:
    """The page as one file's text.

    With ``live``, the same lesson told to arrays that remember, its numbers can be changed in the page;
    a text says why they cannot. ``why`` are the answers at a click on a gradient.

    >>> page = to_html([Heading("A <lesson>", 1, "top"), Prose(("One step.",))])
    >>> "<h1>A &lt;lesson&gt;</h1>" in page, "http" in page.partition("<body>")[2]
    (True, False)
    """
    parts = tuple(parts)
    title = next(
        (p.text for p in parts if isinstance(p, Heading) and p.level == 1), "A lesson"
    )
    found, body = _followed(live, parts)
    if len(body) > LARGEST:
        # the lesson stays whole: only what shows where a number comes from is given up
        detail = Detail(identities=False, most_entries=FEW)
        found, body = None, _Page(parts, detail).write()
        live = "it is too large a page" if live is not None else None
    style, script, data = (
        compact(resource("style.css")),
        short(resource("script.js")),
        "",
    )
    asked = answers(why)
    if asked:
        script += "\n" + short(resource("why.js"))
        style += compact(resource("why.css"))
    if found is not None:
        data, program = found.written()
        script = f"{following(program)}\n{script}"
        style += compact(resource("live.css"))
    return (
        environment()
        .get_template("page.html")
        .render(
            language=language,
            title=title,
            body=body,
            still=live if isinstance(live, str) else "",
            data=Markup(data),  # noqa: S704 - JSON, in which no tag ends
            asked=Markup(asked),  # noqa: S704 - the same
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=digest(style),
            script=Markup(script),  # noqa: S704 - our own file
            script_hash=digest(script),
        )
    )


def _followed(
    live: Live | str | None, parts: Sequence[Part]
) -> tuple[Bindings | None, Markup]:
    """What the page needs to follow its numbers, and its body."""
    if not isinstance(live, Live):
        return None, _Page(parts, Detail()).write()
    found = Bindings(live)
    return found, _Page(live.parts, Detail(binding=found), live).write()


class _Page:
    """Writes part after part, and remembers which sections are open."""

    def __init__(
        self,
        parts: Sequence[Part],
        detail: Detail,
        live: Live | None = None,
    ) -> None:
        self.parts = parts
        self.live = live
        # what each part was told for, as far as it was composed; the parts are kept by the lesson
        self.looked: dict[int, tuple[Any, ...]] = {}
        self.merged: list[Part] = []
        if live is not None:
            told = zip(live.parts, live.looked, strict=True)
            self.looked = {id(part): looked for part, looked in told}
        self.detail = detail
        self.pieces: list[str] = []
        self.open: list[int] = []
        self.level = 1
        self.anchors = Anchors()
        self.names = Anchors()
        self.macro: Any = environment().get_template("parts.html").module
        self.addresses = {
            id(p): self.anchors.take(p.anchor or "step")
            for p in inside(parts)
            if isinstance(p, (Heading, Chain))
        }
        # a link leads to the step that is about the same thing
        self.steps: dict[Node, str] = {}
        for part in inside(parts):
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
        for part in joined(parts, self.merge):
            if group and not together(group[-1], part):
                self.flush(group)
            group.append(part)
        self.flush(group)

    def merge(self, first: Part, second: Part, whole: Part) -> None:
        """Two parts became one."""
        looked = [self.looked.get(id(one), ()) for one in (first, second)]
        self.looked[id(whole)] = (*looked[0], *looked[1])
        self.merged.append(whole)

    def flush(self, group: list[Part]) -> None:
        if self.live is None or (group and isinstance(group[0], Numbers)):
            self.set(group)
            return
        start = len(self.pieces)
        looked = [one for part in group for one in self.looked.get(id(part), ())]
        self.set(group)
        self.told(start, (*looked, *self.live.ledger.taken()))

    def array(self, part: Numbers) -> dict[str, Any]:
        """An array as the template takes it, with what it was told for; its fields are not a part of that."""
        found = array_shown(self.detail, part)
        if self.live is None or self.detail.binding is None:
            return found | {"told": None}
        looked = (*self.looked.pop(id(part), ()), *self.live.ledger.taken())
        return found | {"told": self.detail.binding.part(looked)}

    def told(self, start: int, looked: Sequence[Any]) -> None:
        """Say of what was written since ``start`` what it was told for."""
        called = None
        if self.detail.binding is not None and len(self.pieces) > start:
            called = self.detail.binding.part(looked)
        if called is None:
            return
        marked = f'<\\1 data-told="{called}"'
        for at in range(start, len(self.pieces)):
            # a plain text: of Markup each replacement would be escaped
            piece, found = re.subn(r"<(\w+)", marked, str(self.pieces[at]), count=1)
            if found:
                self.pieces[at] = piece
                return

    def set(self, group: list[Part]) -> None:
        match group:
            case []:
                pass
            case [Numbers(), *_]:
                numbers = [p for p in group if isinstance(p, Numbers)]
                self.add(self.macro.arrays([self.array(p) for p in numbers]))
            case [Source(), *_]:
                listings = [listing(p) for p in group if isinstance(p, Source)]
                self.add(self.macro.sources(self.names.take("code"), listings))
            case _:
                for part in group:
                    start = len(self.pieces)
                    self.one(part)
                    if len(group) > 1 and self.live is not None:
                        looked = self.looked.pop(id(part), ())
                        self.told(start, (*looked, *self.live.ledger.taken()))
        group.clear()

    def one(self, part: Part) -> None:
        match part:
            case Heading(text, level, _):
                self.heading(text, level, self.addresses.get(id(part), "part"))
            case Prose(spans):
                self.add(self.macro.prose(spans_shown(spans, self.detail.binding)))
            case Formula(rows):
                self.add(self.macro.formula(rows_shown(self.detail, rows)))
            case Chain():
                self.chain(part)
            case Numbers():
                self.add(self.macro.arrays([self.array(part)]))
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
                        name,
                        chart(part),
                        x_label,
                        y_label,
                        spans_shown(caption, self.detail.binding),
                        said,
                    )
                )
            case Fold(title, inner, anchor, opened):
                address = self.anchors.take(anchor) if anchor else ""
                self.add(
                    self.macro.open_fold(
                        address, spans_shown(title, self.detail.binding), opened
                    )
                )
                self.all(inner)
                self.add(Markup("</div></details>\n"))
            case Note(spans, tone, asked):
                known = tone if tone in {"note", "caution"} else "note"
                shown = spans_shown(spans, self.detail.binding)
                self.add(self.macro.note(known, tone.capitalize(), shown, asked))
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
            if any(isinstance(part, Chain) for part in inside(self.parts)):
                self.add(self.macro.zoom())
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
                spans_shown(part.meaning, self.detail.binding),
                part.sources,
            )
        )

    def links(self, part: Chain) -> list[ShownLink]:
        """The links near the current one and the two ends; what is between is left out."""
        last = len(part.links) - 1
        near = {0, last, *range(part.current - NEAR, part.current + NEAR + 1)}
        # the sign for what is left out is no shorter than one link
        near |= {i for i in range(last) if {i - 1, i + 1} <= near}
        links: list[ShownLink] = []
        for i, node in enumerate(part.links):
            if i in near:
                address = self.steps.get(node, "")
                links.append(
                    ShownLink(mathml(node), line(node), address, i == part.current)
                )
            elif not links[-1].left_out:
                links.append(ShownLink(left_out=True))
        return links

    def graph(self, part: Graph) -> None:
        drawing = draw(part)
        name = self.names.take("graph")
        self.add(
            self.macro.graph(
                name,
                drawing,
                spans_shown(part.caption, self.detail.binding),
                description(part, drawing),
                self.moving,
            )
        )

    def moving(self, number: Any) -> Markup | str:
        """The attribute by which a number in a drawing is called."""
        bound = number.bound if isinstance(number, Said) else bound_to(number, 3)
        if self.detail.binding is None or bound is None:
            return ""
        return Markup(' data-n="{}"').format(self.detail.binding.number(bound))

    def table(self, part: Table) -> None:
        cells = filled(part)
        rows = [[cell_shown(one, self.detail.binding) for one in row] for row in cells]
        self.add(
            self.macro.table(
                part.columns,
                numeric(part, cells),
                rows,
                spans_shown(part.caption, self.detail.binding),
            )
        )
