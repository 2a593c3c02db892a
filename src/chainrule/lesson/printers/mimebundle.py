"""The lesson inside a notebook's output: the page in a frame, and under it plain words that survive without it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, assert_never

import numpy as np
from markupsafe import Markup

from chainrule.formula import Node, to_text
from chainrule.lesson.drawings.graph import words
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
    Row,
    Source,
    Table,
)
from chainrule.lesson.printers.align import equation
from chainrule.lesson.printers.page.html import to_html
from chainrule.lesson.printers.shown import (
    ShownWords,
    filled,
    joined,
    remark,
    shown,
)
from chainrule.lesson.summary import summarise

FRAME: Final = Markup(
    '<iframe title="{title}" sandbox="allow-scripts" srcdoc="{page}" '
    'width="100%" height="720" loading="lazy" style="border: 0"></iframe>'
    "<style>#{name} {{ display: none }}</style>"
)
COLUMNS: Final = 96


def mimebundle(parts: Iterable[Part], plain: str) -> dict[str, str]:
    """What ``_repr_mimebundle_`` returns; ``plain`` is the lesson as a terminal prints it.

    >>> sorted(mimebundle([Heading("A lesson", 1, "top")], "A lesson"))
    ['text/html', 'text/plain']
    """
    parts = tuple(parts)
    page = to_html(parts)
    # a notebook may show several lessons: each hides its own words and no other's
    name = f"chainrule-{hashlib.sha256(page.encode()).hexdigest()[:10]}"
    title = next((p.text for p in parts if isinstance(p, Heading)), "A lesson")
    simple = Markup('<div id="{}">{}</div>').format(name, fallback(parts))
    frame = FRAME.format(title=title, page=page, name=name)
    return {"text/plain": plain, "text/html": str(simple + frame)}


def fallback(parts: Iterable[Part]) -> Markup:
    """The lesson in tags that every notebook keeps: no mathematics, drawing, style or script.

    >>> fallback([Prose(("a < b",))])
    Markup('<p>a &lt; b</p>')
    """
    return Markup("\n").join(_one(part) for part in joined(parts))


def _one(part: Part) -> Markup:
    match part:
        case Heading(text, level, _):
            tag = f"h{min(max(level, 1), 6)}"
            return _tagged(tag, text)
        case Prose(spans):
            return _paragraph(_said(spans))
        case Formula(rows):
            return _pre([line for row in rows for line in _row(row)])
        case Chain():
            return _chain(part)
        case Numbers():
            return _numbers(part)
        case Source(_, title, text, _, _):
            return _paragraph(title) + _pre(text.rstrip().split("\n"))
        case Graph():
            return _graph(part)
        case Table():
            return _table(part)
        case Plot(series, x_label, y_label, caption):
            points = [
                (f"{s.label}: {x_label} {x:g}", f"{y:.6g}")
                for s in series
                for x, y in zip(s.x, s.y, strict=True)
            ]
            return _grid((x_label, y_label), points) + _paragraph(_said(caption))
        case Fold(title, inner, _, _):
            return _paragraph(_said(title)) + fallback(inner)
        case Note(spans, tone, _):
            return _paragraph(f"{tone.capitalize()}: {_said(spans)}")
        case _:
            assert_never(part)


def _tagged(tag: str, text: str) -> Markup:
    return Markup("<{tag}>{text}</{tag}>").format(tag=tag, text=text)


def _line(node: Node) -> str:
    return " ".join(line.strip() for line in to_text(node))


PLAIN: Final = ShownWords(str, str, _line)
_said = PLAIN.line


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text) if text else Markup()


def _pre(lines: Sequence[str]) -> Markup:
    return Markup("<pre>{}</pre>").format("\n".join(lines))


def _row(row: Row) -> list[str]:
    front = [row.label.ljust(9)] if row.label else []
    lines = [] if row.right is None else to_text(equation(row), COLUMNS)
    said = _said(row.reason)
    return [
        *front,
        *(f"  {line}" for line in lines),
        *([f"  ({said})"] if said else []),
    ]


def _chain(part: Chain) -> Markup:
    links = " ← ".join(
        f"[{_line(link)}]" if i == part.current else _line(link)
        for i, link in enumerate(part.links)
    )
    about = "" if part.subject is None else _line(part.subject)
    lines = [links, f"{about}  {_said(part.meaning)}".strip()]
    lines += [
        p.text + ("" if p.line is None else f"  (line {p.line})") for p in part.sources
    ]
    return Markup("<h3>{}</h3>").format(part.place) + _pre(lines)


def _numbers(part: Numbers) -> Markup:
    array = np.asarray(part.array)
    rows = shown(part)
    if not rows:
        return _paragraph(
            f"{_line(part.symbol)}: {summarise(array)}. {_said(part.note)}"
        )
    lines = [line for row in rows for line in to_text(equation(row))]
    about = _said(remark(part))
    return _pre([*lines, *([f"  ({about})"] if about else [])])


def _graph(part: Graph) -> Markup:
    rows = [
        (_line(c.label), _short(c.value), _short(c.gradient), c.note)
        for c in part.circles[:64]
    ]
    edges = [
        (f"{a.tail} to {a.head}", _short(a.local))
        for a in part.arrows[:64]
        if a.local is not None
    ]
    found = _grid(("unit", "value", "gradient", "note"), rows)
    if edges:
        found += _grid(("edge", "local derivative"), edges)
    return found + _paragraph(words(part.caption))


def _table(part: Table) -> Markup:
    rows = [tuple(map(PLAIN.one, row)) for row in filled(part)]
    return _grid(part.columns, rows) + _paragraph(_said(part.caption))


def _short(number: float | None) -> str:
    return "" if number is None else f"{number:.6g}"


def _grid(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    def line(cells: Sequence[str], tag: str) -> Markup:
        inside = Markup("").join(_tagged(tag, cell) for cell in cells)
        return Markup("<tr>{}</tr>").format(inside)

    body = Markup("\n").join(line(row, "td") for row in rows)
    return Markup("<table>{}\n{}</table>").format(line(titles, "th"), body)
