"""Network drawings and plots in LaTeX's own picture environment: no package is asked for."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Final

from chainrule.formula import to_latex
from chainrule.lesson.drawings.chart import chart
from chainrule.lesson.drawings.graph import draw
from chainrule.lesson.drawings.label import Label
from chainrule.lesson.parts import Graph, Plot
from chainrule.lesson.printers.paper.letters import text

COLOURS: Final = ("cr-value", "cr-upstream", "cr-local", "cr-result", "black", "gray")


def network(graph: Graph) -> str:
    """A network drawing as wide as the text at most."""
    sheet = draw(graph)
    height = sheet.height
    put = partial(_put, height)
    lines = []
    for edge in sheet.edges:
        x0, y0, x1, y1 = edge.ends
        line = _straight(x0, height - y0, x1, height - y1)
        lines.append(rf"{{\color{{gray}}{line}}}")
    for edge in sheet.edges:
        if edge.local:
            shown = rf"\textcolor{{cr-local}}{{{text(edge.local)}}}"
            lines.append(put(edge.x, edge.y, rf"\colorbox{{white}}{{{shown}}}"))
    for disc in sheet.discs:
        name = rf"\fcolorbox{{black}}{{white}}{{\strut${to_latex(disc.formula)}$}}"
        lines.append(put(disc.x, disc.y, name))
        before = rf"\textcolor{{cr-value}}{{{text(disc.value)}}}"
        after = rf"\textcolor{{cr-upstream}}{{{text(disc.gradient)}}}"
        lines.append(put(disc.x - disc.half - 6, disc.y, before, "[r]"))
        lines.append(put(disc.x + disc.half + 6, disc.y, after, "[l]"))
    lines += [put(g.x, g.y, rf"$\vdots$ {g.count} more") for g in sheet.gaps]
    lines += [put(x, 16, _label(title)) for x, title in sheet.titles]
    lines += [put(x, 16, rf"\textit{{{text(said)}}}") for x, said in sheet.between]
    return _picture(sheet.width, height, lines)


def plot(part: Plot) -> str:
    """A plot with its axes, its ticks and the names of its lines."""
    sheet = chart(part)
    height = sheet.height
    put = partial(_put, height)
    low, length = height - sheet.bottom, sheet.right - sheet.left
    lines = [rf"\put({sheet.left:.1f},{low:.1f}){{\line(1,0){{{length:.1f}}}}}"]
    for y, said in sheet.y_ticks:
        lines.append(put(sheet.left - 6, y, text(said), "[r]"))
        lines.append(rf"\put({sheet.left - 3:.1f},{height - y:.1f}){{\line(1,0){{3}}}}")
    for x, said in sheet.x_ticks:
        lines.append(put(x, sheet.bottom + 14, text(said)))
        lines.append(rf"\put({x:.1f},{low - 3:.1f}){{\line(0,1){{3}}}}")
    middle = (sheet.left + sheet.right) / 2
    lines.append(put(middle, sheet.height - 8, rf"\textit{{{text(part.x_label)}}}"))
    lines.append(put(sheet.left, 4, rf"\textit{{{text(part.y_label)}}}"))
    for line in sheet.lines:
        colour = COLOURS[line.style]
        steps = [
            _straight(a[0], height - a[1], b[0], height - b[1])
            for a, b in pairwise(line.points)
            if a is not None and b is not None
        ]
        lines.append(rf"{{\color{{{colour}}}\thicklines {' '.join(steps)}}}")
        name = rf"\textcolor{{{colour}}}{{{text(line.label)}}}"
        lines.append(put(sheet.right + 8, line.label_y, name, "[l]"))
    return _picture(sheet.width, height, lines)


def _put(height: float, x: float, y: float, what: str, side: str = "") -> str:
    return rf"\put({x:.1f},{height - y:.1f}){{\makebox(0,0){side}{{{what}}}}}"


def _straight(x0: float, y0: float, x1: float, y1: float) -> str:
    # \line knows a few slopes only; a curve with its middle on the line knows all
    middle = f"({(x0 + x1) / 2:.1f},{(y0 + y1) / 2:.1f})"
    return rf"\qbezier({x0:.1f},{y0:.1f}){middle}({x1:.1f},{y1:.1f})"


def _label(label: Label) -> str:
    return "".join(
        rf"$_{{\mathrm{{{text(piece.text)}}}}}$"
        if piece.style == "below"
        else rf"\textit{{{text(piece.text)}}}"
        if piece.style == "italic"
        else text(piece.text)
        for piece in label.pieces
    )


def _picture(width: float, height: float, lines: list[str]) -> str:
    size = r"\fontsize{5}{6}\selectfont" if width > 900 else r"\tiny"
    # a line's end is a blank, and a blank moves what follows to the right
    body = "%\n".join(lines)
    return (
        "\\begin{center}\n"
        rf"\setlength{{\unitlength}}{{\dimexpr\textwidth/{max(round(width), 620)}}}"
        rf"\setlength{{\fboxsep}}{{1.5pt}}{size}"
        f"\n\\begin{{picture}}({width:.0f},{height:.0f})\n{body}\n\\end{{picture}}\n"
        "\\end{center}\n"
    )
