r"""The lesson as a LaTeX document that pdflatex compiles with the packages every installation has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, assert_never

import numpy as np

from chainrule.formula import Node, columns, to_text
from chainrule.formula import to_latex as to_math
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
    Span,
    Spans,
    Table,
)
from chainrule.lesson.printers.align import is_continued, sides
from chainrule.lesson.printers.paper.drawing import network, plot
from chainrule.lesson.printers.paper.letters import code, declarations, text
from chainrule.lesson.printers.shown import (
    ShownWords,
    aligned,
    as_rows,
    filled,
    grouped,
    numeric,
)
from chainrule.lesson.summary import summarise

SECTIONS: Final = ("section", "subsection", "subsubsection", "paragraph")
ROOM: Final = 52
WIDE_TABLE: Final = 72
VERY_WIDE_TABLE: Final = 104
LONG_CELL: Final = 36
PREAMBLE: Final = r"""\documentclass[11pt,a4paper,fleqn]{article}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\usepackage{amsmath}
\usepackage{amssymb}
\usepackage{xcolor}
\usepackage{booktabs}
\usepackage{longtable}
\usepackage[margin=25mm]{geometry}
\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{}
\ifdefined\pdfoutput
@letters@
\fi
\definecolor{cr-value}{HTML}{1F5A9E}
\definecolor{cr-local}{HTML}{0B6B4B}
\definecolor{cr-upstream}{HTML}{A8430B}
\definecolor{cr-result}{HTML}{7D2687}
\newcommand{\crlabel}[1]{\text{\small\textsc{#1}}}
\newcommand{\crreason}[2]{\parbox[c]{#1\textwidth}{\raggedright\small\itshape #2}}
\newcommand{\crline}[1]{\hangindent=2em\hangafter=1\noindent{\ttfamily\footnotesize #1}\par}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.6em}
\setlength{\mathindent}{0pt}
\setlength{\emergencystretch}{3em}
\setcounter{MaxMatrixCols}{32}
\allowdisplaybreaks
"""


def to_latex(parts: Iterable[Part]) -> str:
    r"""The document's text.

    >>> r"\section*{A \& B}" in to_latex([Heading("A & B", 2, "ab")])
    True
    """
    parts = tuple(parts)
    title = next((p.text for p in parts if isinstance(p, Heading) and p.level == 1), "")
    opening = rf"\title{{{text(title)}}}\author{{}}\date{{}}" if title else ""
    making = "\\maketitle\n" if title else ""
    titled = False
    told = []
    for part in parts:
        if isinstance(part, Heading) and part.level == 1 and not titled:
            titled = True
            continue
        told.append(part)
    body = f"\n\\begin{{document}}\n{making}{_all(told)}\\end{{document}}\n"
    inside = opening + body
    return PREAMBLE.replace("@letters@", declarations(inside)) + inside


def _all(parts: Iterable[Part]) -> str:
    return "".join(map(_one, grouped(parts)))


def _one(part: Part | tuple[Numbers, ...]) -> str:
    match part:
        case Heading(words, level, _):
            name = SECTIONS[min(max(level - 2, 0), len(SECTIONS) - 1)]
            return f"\n\\{name}*{{{text(words)}}}\n"
        case Prose(spans):
            return f"{_spans(spans)}\n\n"
        case Formula(rows):
            return _formula(rows)
        case Chain():
            return _chain(part)
        case Numbers():
            return _numbers([part])
        case tuple():
            return _numbers(part)
        case Source(_, title, listing, _, marked):
            return _listing(title, listing, marked)
        case Graph(caption=caption):
            return network(part) + _caption(caption)
        case Table():
            return _table(part)
        case Plot(caption=caption):
            return plot(part) + _caption(caption)
        case Fold(title, inner, _, _):
            return f"\n\\textbf{{{_spans(title)}}}\\par\n{_all(inner)}"
        case Note(spans, tone, _):
            label = rf"\textsc{{{text(tone)}}}\quad "
            return f"\\begin{{quote}}\n{label}{_spans(spans)}\n\\end{{quote}}\n"
        case _:
            assert_never(part)


def _math(node: Node) -> str:
    return to_math(node, colours=True)


def _between(node: Node) -> str:
    return f"${_math(node)}$"


CELL: Final = ShownWords(text, code, _between, _between)
INLINE: Final = replace(CELL, code=lambda source: rf"{{\normalfont {code(source)}}}")
_spans = INLINE.line


def _formula(rows: Sequence[Row]) -> str:
    """Aligned rows; words in between are paragraphs, so no row has to hold them."""
    written = ""
    for block in aligned(rows):
        if isinstance(block, Row):
            label = text(block.label)
            label = rf"\textsc{{\small {label}}}\quad " if label else ""
            written += f"{label}{_spans(block.reason)}\n\n"
        else:
            written += _aligned(block)
    return written


def _aligned(rows: Sequence[Row]) -> str:
    """Rows under their relations, with their reasons beside them where all of them leave room."""
    beside = max(map(_width, rows)) <= ROOM // 2
    body = " \\\\\n".join(line for row in rows for line in _row(row, beside=beside))
    return f"\\begin{{alignat*}}{{3}}\n{body}\n\\end{{alignat*}}\n"


def _row(row: Row, *, beside: bool) -> list[str]:
    label = rf"\crlabel{{{text(row.label)}}}\quad" if row.label else ""
    left = "" if row.left is None else _math(row.left)
    found = sides(row, ROOM)
    pieces = [(r"\quad " if is_continued(p) else "") + _math(p) for p in found]
    lines = [" ".join(map(_math, found))] if _width(row) <= ROOM else pieces
    written = [
        f"{label}&& {left} & {lines[0]}",
        *(f"&& & {line}" for line in lines[1:]),
    ]
    if row.reason:
        letters = sum(map(_letters, row.reason))
        width = min(0.4 if beside else 0.6, 0.016 * letters + 0.03)
        reason = rf"\crreason{{{width:.2f}}}{{{_spans(row.reason)}}}"
        if beside:
            written[0] += rf" \qquad && {reason}"
        else:
            written.append(rf"&& & \quad {reason}")
    return written


def _letters(span: Span) -> int:
    """About how much room a span takes in a reason."""
    match span:
        case str():
            return len(span)
        case Code(source):
            return int(1.3 * len(source))
        case _:
            return max(map(columns, to_text(span)))


def _width(row: Row) -> int:
    """About how many characters wide a row is."""
    nodes = (*sides(row), *(() if row.left is None else (row.left,)))
    return sum(max(map(columns, to_text(node))) for node in nodes)


def _chain(part: Chain) -> str:
    links = r" \leftarrow ".join(
        rf"\fbox{{${_math(link)}$}}" if i == part.current else _math(link)
        for i, link in enumerate(part.links)
    )
    written = (
        f"\n\\bigskip\\textsc{{{text(part.place)}}}\\hfill${links}$\\\\*[-0.7em]\n"
    )
    written += "\\rule{\\textwidth}{0.4pt}\\par\\nopagebreak\n"
    if part.subject is not None:
        written += f"$\\displaystyle {_math(part.subject)}$\\quad "
    if part.meaning:
        written += f"\\textit{{{_spans(part.meaning)}}}"
    written += "\\par\n"
    for place_ in part.sources:
        line = "" if place_.line is None else rf"\quad {{\small line {place_.line}}}"
        written += f"{{\\small {code(place_.text)}}}{line}\\par\n"
    return written


def _numbers(parts: Sequence[Numbers]) -> str:
    """Arrays one under the other."""
    written = ""
    for one in as_rows(parts):
        if isinstance(one, Numbers):
            note = f" {_spans(one.note)}" if one.note else ""
            summary = text(summarise(np.asarray(one.array)))
            written += f"${_math(one.symbol)}$: {summary}.{note}\n\n"
        else:
            written += _aligned(one)
    return written


def _listing(title: str, listing: str, marked: int | None) -> str:
    lines = []
    for n, line in enumerate(listing.rstrip("\n").split("\n"), 1):
        shown_line = code(line) if line.strip() else r"\strut"
        if n == marked:
            shown_line = rf"\textbf{{{shown_line}}}"
        lines.append(rf"\crline{{{shown_line}}}")
    body = "\n".join(lines)
    return (
        f"\n\\textbf{{{text(title)}}}\\par\n"
        f"{{\\setlength{{\\parskip}}{{0pt}}\n{body}\n}}\\medskip\n"
    )


def _table(part: Table) -> str:
    filled_rows = filled(part)
    wordy = [
        any(isinstance(cell, str) and len(cell) > LONG_CELL for cell in column)
        for column in zip(*part.rows, strict=True)
    ] or [False] * len(part.columns)
    share = rf"p{{{0.84 / max(sum(wordy), 1):.2f}\textwidth}}"
    kinds = "".join(
        share if words else "r" if number else "l"
        for number, words in zip(numeric(part, filled_rows), wordy, strict=True)
    )
    # a bracket at the start of a row would be read as an argument of \\
    rows = [" & ".join("{}" + CELL.one(cell) for cell in row) for row in filled_rows]
    head = " & ".join(f"{{}}{text(title)}" for title in part.columns)
    widest = max((sum(map(_cell_width, cells)) for cells in part.rows), default=0)
    size = ""
    if widest > WIDE_TABLE:
        letters = r"\tiny" if widest > VERY_WIDE_TABLE else r"\scriptsize"
        size = rf"{letters}\setlength{{\tabcolsep}}{{3pt}}\setlength{{\arraycolsep}}{{2pt}}"
    body = "".join(f"{row} \\\\\n" for row in rows)
    return (
        f"{{{size}\\begin{{longtable}}[l]{{{kinds}}}\n\\toprule\n{head} \\\\\n\\midrule\n\\endhead\n"
        f"{body}\\bottomrule\n\\end{{longtable}}}}\n" + _caption(part.caption)
    )


def _cell_width(cell: Cell) -> int:
    """About how many characters wide a cell is."""
    return 6 if isinstance(cell, (int, float)) else 2 + _letters(cell)


def _caption(spans: Spans) -> str:
    return f"{{\\small\\itshape {_spans(spans)}\\par}}\n" if spans else ""
