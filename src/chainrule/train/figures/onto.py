"""A figure drawn onto matplotlib's axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.program import MissingEngineError
from chainrule.train.figures.plot import (
    Area,
    Band,
    Connection,
    Curve,
    Dots,
    FigurePlot,
    Mark,
    PlacedWords,
    RoundedBox,
    look,
    span,
)

COLOURS = ("#1f5a9e", "#c2560c", "#0b7a55", "#8a2f96", "#8a6d00", "#5b6470")
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 2)), (0, (8, 2, 2, 2)), (0, (1, 2)), (0, (12, 3)))  # fmt: skip
MARKERS = "os^DvP"
INCH, LETTERS = 90.0, 11.0
"""How many steps of a sheet are an inch, and how large its letters are in steps."""
WORDS = {"value": COLOURS[0], "gradient": COLOURS[1], "quiet": "0.4"}
SIDES = {"start": "left", "middle": "center", "end": "right"}


def onto(plot: FigurePlot, ax: Any = None) -> Any:
    """``ax`` with the figure drawn onto it; without one, new axes.

    Raises:
        MissingEngineError: E802 where there is no matplotlib to make axes with.
    """
    ax = _axes(plot) if ax is None else ax
    if plot.sheet is not None:
        width, height = plot.sheet
        ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
        ax.set_axis_off()
        room = ax.get_window_extent()
        letters = 72 / ax.figure.dpi * min(room.width / width, room.height / height)
        for mark in plot.marks:
            _draw(mark, ax, LETTERS * letters)
        return ax
    for mark in plot.marks:
        _draw(mark, ax)
    ax.set(xlabel=plot.x.label, ylabel=plot.y.label)
    for name, axis in (("x", plot.x), ("y", plot.y)):
        if axis.log:
            getattr(ax, f"set_{name}scale")("log")
        if axis.span is not None:
            getattr(ax, f"set_{name}lim")(*span(plot, name))
    if plot.square:
        ax.set_aspect("equal")
    if plot.bare:
        ax.set_yticks([])
    if plot.labelled:
        ax.legend()
    return ax


def _axes(plot: FigurePlot) -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise MissingEngineError(
            "E802", "figures need matplotlib", hint='pip install "chainrule[plot]"'
        ) from error
    if plot.sheet is None:
        return plt.subplots()[1]
    size = plot.sheet[0] / INCH, plot.sheet[1] / INCH
    return plt.subplots(figsize=size, layout="constrained")[1]


def _draw(mark: Mark, ax: Any, letters: float = 10.0) -> None:
    match mark:
        case Curve(x, y, label, style, quiet):
            drawn = {"color": "0.6"} if quiet else _look(style)
            ax.plot(
                x,
                y,
                label=label or None,
                marker="o" if len(x) == 1 else None,
                **drawn,
            )
        case Band(x, low, high, style):
            ax.fill_between(x, low, high, color=_colour(style), alpha=0.15, linewidth=0)
        case Area(loops, style, label):
            _fill(ax, loops, style, label)
        case Dots(x, y, label, style):
            ax.scatter(
                x,
                y,
                s=22,
                c=_colour(style),
                marker=MARKERS[look(style)[1]],
                edgecolors="white",
                linewidths=0.4,
                label=label or None,
                zorder=3,
            )
        case Connection((x0, y0), (x1, y1), strength):
            t = np.linspace(0, 1, 20)
            ax.plot(
                x0 + (x1 - x0) * t,
                y0 + (y1 - y0) * (3 * t**2 - 2 * t**3),
                color=COLOURS[1 if strength < 0 else 0],
                linestyle="--" if strength < 0 else "-",
                linewidth=0.3 + 2 * min(abs(strength), 1.0),
                alpha=0.45,
                zorder=1,
            )
        case RoundedBox(x, y, _, height, parted):
            _box(ax, mark)
            if parted:
                half = height / 2
                ax.plot([x, x], [y - half, y + half], color="0.7", lw=0.6, zorder=3)
        case PlacedWords(x, y, text, kind, anchor):
            ax.text(
                x,
                y,
                text,
                ha=SIDES[anchor],
                va="baseline",
                fontsize=letters,
                color=WORDS.get(kind, "0.1"),
                weight="bold" if kind == "strong" else "normal",
                zorder=4,
            )


def _look(style: int) -> dict[str, Any]:
    return {"color": _colour(style), "linestyle": DASHES[look(style)[1]]}


def _colour(style: int) -> str:
    return COLOURS[look(style)[0]]


def _fill(ax: Any, loops: tuple[Any, ...], style: int, label: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    closed = [Path(np.vstack([loop, loop[:1]]), closed=True) for loop in loops]
    if closed:
        patch = PathPatch(
            Path.make_compound_path(*closed),
            facecolor=_colour(style),
            alpha=0.18,
            linewidth=0,
            label=label or None,
        )
        ax.add_patch(patch)
        ax.autoscale_view()


def _box(ax: Any, box: RoundedBox) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = box.x - box.width / 2, box.y - box.height / 2
    patch = FancyBboxPatch(
        corner,
        box.width,
        box.height,
        boxstyle="round,pad=0,rounding_size=6",
        facecolor="white",
        edgecolor="0.6",
        linewidth=0.8,
        zorder=2,
    )
    ax.add_patch(patch)
