"""The lesson as Markdown as GitHub reads it: mathematics between dollars, and it reads well as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, assert_never

import numpy as np

from chainrule.formula import Node, format_number, to_latex
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
    Spans,
    Table,
)
from chainrule.lesson.printers.align import is_continued, sides
from chainrule.lesson.printers.shown import (
    ShownWords,
    aligned,
    as_rows,
    filled,
    grouped,
    numeric,
)
from chainrule.lesson.summary import summarise

# what Markdown, HTML or TeX could take for a command of theirs
SPECIAL: Final = re.compile(r"[\\`*_{}\[\]<>#|$~&!@]")
AT_START: Final = re.compile(r"^(\s*)([-+=]|\d+[.)])", re.MULTILINE)
PYTHON: Final = frozenset({"numpy", "tensorflow", "torch", "jax", "python"})
MOST_UNITS: Final = 24
MOST_POINTS: Final = 20
SHORT: Final = 60


def to_markdown(parts: Iterable[Part]) -> str:
    """The text of a Markdown file.

    >>> print(to_markdown([Heading("Why", 2, "why"), Prose(("Because.",))]))
    ## Why
    <BLANKLINE>
    Because.
    <BLANKLINE>
    """
    return "\n\n".join(blocks(parts)) + "\n"


def blocks(parts: Iterable[Part]) -> list[str]:
    """The blocks of the file, to stand with an empty line between them."""
    return [block for part in grouped(parts) for block in _one(part) if block]


def _one(part: Part | tuple[Numbers, ...]) -> list[str]:
    match part:
        case Heading(text, level, _):
            return [f"{'#' * min(max(level, 1), 6)} {plain(text)}"]
        case Prose(spans):
            return [_paragraph(spans)]
        case Formula(rows):
            return _formula(rows)
        case Chain():
            return _chain(part)
        case Numbers():
            return _numbers([part])
        case tuple():
            return _numbers(part)
        case Source(language, title, text, _, marked):
            return _listing(language, title, text, marked)
        case Graph():
            return _graph(part)
        case Table():
            return [_table(part), _caption(part.caption)]
        case Plot():
            return _plot(part)
        case Fold(title, inner, _, _):
            return [f"**{_spans(title)}**", *blocks(inner)]
        case Note(spans, tone, _):
            return [f"> **{plain(tone.capitalize())}.** {_spans(spans)}"]
        case _:
            assert_never(part)


def plain(text: str) -> str:
    r"""Words in which nothing is read as Markdown, HTML or TeX.

    >>> print(plain("<b> 5 * $x$"))
    \<b\> 5 \* \$x\$
    """
    flat = re.sub(r"\s+", " ", text)
    return SPECIAL.sub(lambda m: f"\\{m.group()}", flat)


def code(text: str) -> str:
    """Source in a sentence, fenced by more backticks than it holds.

    >>> print(code("a`b"))
    `` a`b ``
    """
    flat = re.sub(r"\s+", " ", text)
    runs = [len(run) for run in re.findall("`+", flat)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if runs else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def math(node: Node) -> str:
    """A formula in a line of text."""
    return f"${_tex(node)}$"


def _tex(node: Node) -> str:
    # a dollar or a backtick would end the formula before TeX sees it, and <letter would open a tag
    tex = to_latex(node).replace(r"\$", "＄").replace("`", "ˋ").strip()
    return re.sub(r"<(?=[A-Za-z/!?])", "< ", tex)


INLINE: Final = ShownWords(plain, code, math)
CELL: Final = ShownWords(
    plain,
    lambda text: code(text).replace("|", r"\|"),
    lambda node: math(node).replace("|", r"\vert "),
)


def _spans(spans: Spans) -> str:
    said = ""
    for one in map(INLINE.one, spans):
        # two formulas side by side would have $$ between them
        said += f" {one}" if said.endswith("$") and one.startswith("$") else one
    return said


def _paragraph(spans: Spans) -> str:
    return AT_START.sub(r"\1\\\2", _spans(spans))


def _formula(rows: Sequence[Row]) -> list[str]:
    """Rows aligned in one block; words that are more than a few stand in a list under it."""
    found = []
    for block in aligned(rows):
        if isinstance(block, Row):
            label = f"*{plain(block.label)}*: " if block.label else ""
            found.append(label + _spans(block.reason))
        else:
            found += _aligned(block)
    return found


def _aligned(rows: Sequence[Row]) -> list[str]:
    """One block, with the rows' labels in front, then what is said about them."""
    labelled = any(row.label for row in rows)
    lines = []
    said = []
    for row in rows:
        left = "" if row.left is None else _tex(row.left)
        label = rf"\text{{{_word(row.label)}}}\quad" if row.label else ""
        front = f"{label} && " if labelled else ""
        first, *others = (
            (r"\quad " if is_continued(side) else "") + _tex(side)
            for side in sides(row)
        )
        beside = _beside(row.reason)
        lines.append(f"{front}{left} &{first}{beside}".strip())
        lines += [f"{'&& ' if labelled else ''}&{other}" for other in others]
        if row.reason and not beside:
            about = f"*{plain(row.label)}*: " if row.label else ""
            said.append(f"- {about}{_spans(row.reason)}")
    if len(lines) == 1 and not labelled:
        body = lines[0].replace(" &", " ", 1)
    else:
        inside = " \\\\\n".join(lines)
        body = f"\\begin{{aligned}}\n{inside}\n\\end{{aligned}}"
    return [f"$$\n{body}\n$$", "\n".join(said)]


def _beside(reason: Spans) -> str:
    """A few plain words as part of the formula; nothing where they are more, or have signs in them."""
    words_ = "".join(span if isinstance(span, str) else "$" for span in reason)
    safe = re.fullmatch(r"[\w (),.;:’–-]+", words_) and "_" not in words_
    if not safe or len(words_) > SHORT:
        return ""
    return rf"\qquad \text{{{words_}}}"


def _word(text: str) -> str:
    return re.sub(r"[^\w -]|_", " ", text)


def _chain(part: Chain) -> list[str]:
    links = r" \leftarrow ".join(
        rf"\boxed{{{_tex(link)}}}" if i == part.current else _tex(link)
        for i, link in enumerate(part.links)
    )
    found = [f"### {plain(part.place)}", f"${links}$"]
    about = "" if part.subject is None else math(part.subject)
    meaning = f"*{_spans(part.meaning)}*" if part.meaning else ""
    found.append(" — ".join(filter(None, (about, meaning))))
    found += [
        code(place_.text) + ("" if place_.line is None else f" (line {place_.line})")
        for place_ in part.sources
    ]
    return found


def _numbers(parts: Sequence[Numbers]) -> list[str]:
    """Arrays in one block, the large ones in a sentence each."""
    found = []
    for one in as_rows(parts):
        if isinstance(one, Numbers):
            said = plain(summarise(np.asarray(one.array)))
            found.append(f"{math(one.symbol)}: {said}. {_spans(one.note)}".rstrip())
        else:
            found += _aligned(one)
    return found


def _listing(language: str, title: str, text: str, marked: int | None) -> list[str]:
    runs = [len(run) for run in re.findall("`+", text)]
    fence = "`" * max(max(runs, default=0) + 1, 3)
    kind = "python" if language in PYTHON else "text"
    where = "" if marked is None else f" (line {marked} is the one meant)"
    return [f"**{plain(title)}**{where}", f"{fence}{kind}\n{text.rstrip()}\n{fence}"]


def _graph(part: Graph) -> list[str]:
    """A drawing as a table of its nodes, where they are few; its columns in a line else."""
    found = []
    if part.columns:
        said = [
            *(f" —({words(s)})→ " for s in part.between),
            *[" → "] * len(part.columns),
        ]
        line = "".join(
            math(title) + (plain(link) if i < len(part.columns) - 1 else "")
            for i, (title, link) in enumerate(zip(part.columns, said, strict=False))
        )
        found.append(line)
    numbered = [
        c for c in part.circles if c.value is not None or c.gradient is not None
    ]
    if 0 < len(numbered) <= MOST_UNITS:
        rows = [
            (math(c.label), _number(c.value), _number(c.gradient), plain(c.note))
            for c in numbered
        ]
        found.append(
            _grid(("unit", "value", "gradient", ""), ("l", "r", "r", "l"), rows)
        )
    return [*found, _caption(part.caption)]


def _plot(part: Plot) -> list[str]:
    """A plot as the table of its points."""
    xs = sorted({x for series in part.series for x in series.x})
    step = -(-len(xs) // MOST_POINTS) or 1
    kept = [x for i, x in enumerate(xs) if i % step == 0 or i == len(xs) - 1]
    values = [dict(zip(s.x, s.y, strict=True)) for s in part.series]
    rows = [(_number(x), *(_number(of.get(x)) for of in values)) for x in kept]
    titles = (plain(part.x_label), *(plain(s.label) for s in part.series))
    return [_grid(titles, ("r",) * len(titles), rows), _caption(part.caption)]


def _table(part: Table) -> str:
    cells = filled(part)
    kinds = ["r" if one else "l" for one in numeric(part, cells)]
    rows = [tuple(map(CELL.one, row)) for row in cells]
    return _grid(tuple(map(plain, part.columns)), kinds, rows)


def _grid(
    titles: Sequence[str], kinds: Sequence[str], rows: Sequence[Sequence[str]]
) -> str:
    """A table whose columns line up in the raw text too."""
    widths = [
        max(map(len, column), default=0) for column in zip(titles, *rows, strict=True)
    ]
    widths = [max(width, 3) for width in widths]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if kind == "r" else cell.ljust(width)
            for cell, kind, width in zip(cells, kinds, widths, strict=True)
        )
        return f"| {' | '.join(padded)} |"

    rule = " | ".join(
        "-" * (width - 1) + (":" if kind == "r" else "-")
        for kind, width in zip(kinds, widths, strict=True)
    )
    return "\n".join((line(titles), f"| {rule} |", *map(line, rows)))


def _number(value: float | None) -> str:
    return "" if value is None else format_number(value)


def _caption(spans: Spans) -> str:
    return f"*{_spans(spans)}*" if spans else ""
