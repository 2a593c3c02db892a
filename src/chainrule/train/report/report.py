"""The report of a training: metrics and confusion as text, and everything there is to see as one HTML file."""

from __future__ import annotations

import base64
import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import count
from typing import Any

import numpy as np

from chainrule.program import Array
from chainrule.train.data.columns import Column
from chainrule.train.figures.plot import FigurePlot
from chainrule.train.figures.svg import svg
from chainrule.train.loop import metrics
from chainrule.train.model.summary import HEADINGS
from chainrule.train.report import gallery
from chainrule.train.search import Tried, table
from chainrule.train.tabular import TabularOutcome
from chainrule.version import __version__

MOST_CLASSES = 20
"""With more classes, their confusion is wider than a terminal."""
LARGE = 1e6
SHOWN = 10
"""How many networks of a search a terminal shows."""
SMALL = (250, 170)


def text(outcome: TabularOutcome) -> str:
    """Metrics and confusion for a terminal."""
    rows = f"{outcome.n_test} row{'s' * (outcome.n_test != 1)}"
    lines = [
        *_searched(outcome.tried),
        f"held out: {rows}; trained on {outcome.n_train}",
    ]
    wide = max((len(name) for name in outcome.measures), default=0)
    lines += [
        f"  {name.ljust(wide)}  {number:{'.4f' if abs(number) < LARGE else '.4g'}}"
        for name, number in outcome.measures.items()
    ]
    lines += [f"  {said}" for said in [_baseline(outcome)] if said]
    classes = outcome.features.target.classes
    if len(classes) > MOST_CLASSES:
        lines.append(
            f"  which of the {len(classes)} classes was taken for which stands in the report (--out DIR)"
        )
    elif outcome.confusion is not None and outcome.n_test:
        cells = [["true \\ found", *classes]]
        cells += [
            [name, *map(str, row)]
            for name, row in zip(classes, outcome.confusion.tolist(), strict=True)
        ]
        widths = [
            max(len(row[place]) for row in cells) for place in range(len(cells[0]))
        ]
        lines.append("")
        lines += [
            "  "
            + "  ".join(
                cell.rjust(width) for cell, width in zip(row, widths, strict=True)
            )
            for row in cells
        ]
    return "\n".join(lines)


def _searched(tried: Sequence[Tried]) -> list[str]:
    """The best of a search for a terminal."""
    if not tried:
        return []
    rows = table(tried[:SHOWN])
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  "
        + "  ".join(cell.rjust(width) for cell, width in zip(row, wide, strict=True))
        for row in rows
    ]
    more = [f"  and {len(tried) - SHOWN} more"] if len(tried) > SHOWN else []
    return [f"tried: {len(tried)} networks, the best first", *lines, *more, ""]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the confusion: how many, which share of its row, and how it looks."""

    count: int
    share: str
    kind: str


def cells(confusion: Array) -> list[list[Cell]]:
    """The confusion as cells, darker by their share of the row.

    >>> cells(np.array([[9, 1], [0, 4]]))[0][1]
    Cell(count=1, share='10%', kind='wrong h1')
    """
    rows = []
    for place, row in enumerate(np.asarray(confusion).tolist()):
        total = sum(row) or 1
        rows.append(
            [
                Cell(number, f"{number / total:.0%}", _kind(number / total, place == column))
                for column, number in enumerate(row)
            ]
        )  # fmt: skip
    return rows


def _kind(share: float, right: bool) -> str:  # noqa: FBT001
    if not share:
        return "none"
    return f"{'right' if right else 'wrong'} h{min(int(share * 5) + 1, 5)}"


def html(
    outcome: TabularOutcome,
    title: str,
    *,
    settings: Mapping[str, Any] | None = None,
    commands: Sequence[tuple[str, str]] = (),
) -> str:
    """The report as one page that fetches nothing.

    ``settings`` are listed as they are; ``commands`` are shown with a sentence each, as what to do next.
    """
    import jinja2
    from markupsafe import Markup

    pages = files("chainrule.train.report") / "page"
    style = (pages / "style.css").read_text(encoding="utf-8")
    template = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).from_string((pages / "report.html").read_text(encoding="utf-8"))
    numbers = count(1)

    def shown(plot: FigurePlot | None, size: tuple[float, float] = (420, 260)) -> Any:
        if plot is None:
            return None
        drawn = svg(plot, f"figure-{next(numbers)}", size)
        return {"title": plot.title, "svg": Markup(drawn)}  # noqa: S704 - svg() escapes its words

    return template.render(
        title=title,
        lead=_lead(outcome),
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=_hash(style),
        version=__version__,
        n_test=outcome.n_test,
        measures=[
            (_called(name), _told(name, number))
            for name, number in outcome.measures.items()
        ],
        classes=outcome.features.target.classes,
        confusion=_confusion(outcome),
        scores=_scores(outcome),
        baseline=_baseline(outcome),
        tried=table(outcome.tried) if outcome.tried else [],
        columns=[(one.name, _encoded(one)) for one in outcome.features.columns],
        predicted=[shown(plot, (420, 360)) for plot in gallery.predictions(outcome)],
        whose="held out" if outcome.held else "trained on",
        boundary=shown(gallery.boundary(outcome), (460, 400)),
        curves=[shown(plot) for plot in gallery.curves(outcome)],
        about_curves=gallery.about_curves(outcome),
        drawing=shown(gallery.network(outcome)),
        about_drawing=gallery.about_network(outcome),
        headings=HEADINGS,
        layers=outcome.network.summary().cells(),
        findings=[said for said, _ in gallery.findings(outcome)],
        flow=shown(gallery.flow(outcome), (460, 290)),
        weights=[shown(plot, SMALL) for plot in gallery.weights(outcome)],
        activations=[shown(plot, SMALL) for plot in gallery.activations(outcome)],
        **gallery.looked(outcome),
        settings=[*_said(settings or {}), *versions()],
        commands=commands,
        source=outcome.network.source,
    )


def _called(name: str) -> str:
    return {"r2": "R²"}.get(name, name)


def _told(name: str, number: float) -> str:
    if name.startswith("accuracy"):
        return f"{number:.1%}"
    text = f"{number:,.0f}" if 1e4 <= abs(number) < 1e12 else f"{number:.4g}"
    return text.replace("-", "−")


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _confusion(outcome: TabularOutcome) -> list[tuple[str, list[Cell]]] | None:
    if outcome.confusion is None or not outcome.n_test:
        return None
    names = outcome.features.target.classes
    return list(zip(names, cells(outcome.confusion), strict=True))


def _scores(outcome: TabularOutcome) -> list[tuple[str, list[str], int]]:
    """How each class fares among the rows held out: precision, recall, F1, and how many rows it has."""
    if outcome.confusion is None or not outcome.n_test:
        return []
    rows = zip(
        outcome.features.target.classes,
        metrics.by_class(outcome.confusion),
        outcome.confusion.sum(axis=1).tolist(),
        strict=True,
    )
    return [
        (name, ["–" if np.isnan(one) else f"{one:.1%}" for one in scores], n)
        for name, scores, n in rows
    ]


def _baseline(outcome: TabularOutcome) -> str:
    """What an answer that looks at no column would reach on the rows held out: the least to be better than."""
    target, data, held = outcome.features.target, outcome.data, outcome.held
    if data is None or held is None:
        return ""
    if target.task == "classification":
        n_classes = len(target.classes)
        usual = int(np.argmax(np.bincount(data.Y.ravel().astype(int), minlength=n_classes)))  # fmt: skip
        share = float(np.mean(held.Y.ravel() == usual))
        return f"Always answering “{target.classes[usual]}”, the most frequent class to train on, has an accuracy of {share:.1%}."
    if target.task == "labels":
        return ""
    off = (held.Y - data.Y.mean(axis=0)) * np.array(target.scale)
    errors = np.sqrt(np.mean(off**2, axis=0))
    named = [
        f"{_told(name, float(error))} for {name}"
        for name, error in zip(target.names, errors, strict=True)
    ]
    return f"Always answering the mean of the rows to train on has a root mean squared error of {', '.join(named)}."


def _encoded(column: Column) -> str:
    """How a column becomes numbers, in words."""
    if column.categories is not None:
        kinds = ", ".join(f"“{one}”" for one in column.categories[:8])
        more = len(column.categories) - 8
        said = f"words: {kinds}{f' and {more} more' if more > 0 else ''}"
    else:
        said = f"minus {_told('', column.mean)}, over {_told('', column.scale)}"
    if column.fill is None:
        return said
    fill = _told("", column.fill) if isinstance(column.fill, float) else column.fill
    return f"{said}; empty cells as {fill}"


def _lead(outcome: TabularOutcome) -> str:
    network, task = outcome.network, outcome.features.target.task
    n_epochs, target = (
        len(network.history_),
        ", ".join(f"“{name}”" for name in outcome.features.target.names),
    )
    what = "numbers" if task == "regression" else "classes"
    kind = {
        "classification": f"one of {len(outcome.features.target.classes)} {what}",
        "labels": "several yes-or-no labels",
        "regression": "a number" if len(outcome.features.target.names) == 1 else what,
    }[task]
    n_inputs = len(outcome.features.columns)
    said = (
        f"From {n_inputs} column{'s' if n_inputs > 1 else ''} to {target}, {kind}:"
        f" {network.summary().n_parameters:,} parameters, trained for {n_epochs}"
        f" epoch{'s' if n_epochs > 1 else ''} on {outcome.n_train:,} rows."
    )
    if not outcome.n_test:
        return f"{said} No rows were held out, so how well it does on new ones is not known."
    return f"{said} The numbers below are measured on {outcome.n_test:,} rows it has not seen."


def _said(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, _word(item)) for name, item in settings.items()]


def _word(item: Any) -> str:
    match item:
        case bool():
            return "yes" if item else "no"
        case float():
            return f"{item:.6g}"
        case _:
            return str(item)


def versions() -> list[tuple[str, str]]:
    """What the report was made with."""
    return [
        ("chainrule", __version__),
        ("NumPy", np.__version__),
        ("Python", platform.python_version()),
        ("machine", f"{platform.system()} {platform.machine()}"),
    ]
