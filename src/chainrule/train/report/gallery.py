"""The figures of a report: which ones an outcome has, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.program import Array
from chainrule.train.figures import curves as lines
from chainrule.train.figures import drawn, plane, spread
from chainrule.train.figures.plot import FigurePlot, thinned
from chainrule.train.loop.health import Remark, remarks
from chainrule.train.model.inspect import spaced
from chainrule.train.tabular import TabularOutcome

MOST_LAYERS = 8
MOST_TARGETS = 6
MOST_SAMPLES = 256
CALLED = {"r2": "R² (the share of the variance that is explained)"}


def curves(outcome: TabularOutcome) -> list[FigurePlot]:
    """The loss and every metric, on training rows and on those held out."""
    if outcome.diary is None or not outcome.diary.entries:
        return []
    rows = [
        {"epoch": float(entry.epoch), **entry.measures}
        for entry in outcome.diary.entries
    ]
    return [
        lines.curves(
            rows,
            (name, f"val_{name}"),
            title=CALLED.get(name, name.capitalize()),
            called={name: "training", f"val_{name}": "held out"},
            log=name == "loss",
        )
        for name in rows[0]
        if name != "epoch" and not name.startswith("val_")
    ]


def about_curves(outcome: TabularOutcome) -> str:
    """What the curves are measured on."""
    diary = outcome.diary
    n = min(outcome.n_train, diary.n_measured) if diary else outcome.n_train
    said = f"Measured after epochs, on {n:,} training rows"
    if outcome.n_test:
        n_held = min(outcome.n_test, diary.n_measured) if diary else outcome.n_test
        said += f" and on {n_held:,} of those held out, which nothing was learnt from"
    return f"{said}; penalties on large weights are left out."


def predictions(outcome: TabularOutcome) -> list[FigurePlot]:
    """Of a regression, what was predicted for the rows held out over what is true, in the target's own units."""
    target, held = outcome.features.target, outcome.held
    if target.task != "regression" or held is None:
        return []
    scale, mean = np.array(target.scale), np.array(target.mean)
    found = outcome.network.predict(held.X) * scale + mean
    true = held.Y * scale + mean
    return [
        spread.predicted(true[:, place], found[:, place], name)
        for place, name in enumerate(target.names[:MOST_TARGETS])
    ]


def boundary(outcome: TabularOutcome) -> FigurePlot | None:
    """The classes all over the plane, where there are two columns of numbers and one of classes."""
    columns, target = outcome.features.columns, outcome.features.target
    numeric = all(column.categories is None for column in columns)
    held = outcome.held or outcome.data
    if (
        len(columns) != 2
        or not numeric
        or target.task != "classification"
        or held is None
    ):
        return None
    mean = np.array([column.mean for column in columns])
    scale = np.array([column.scale for column in columns])
    network = outcome.network
    labels, logits = network.plan.labels, network.gives_logits

    def ahead(samples: Array) -> Array:
        inputs = ((samples - mean) / scale).astype(network.dtype)
        return plane.margins(network.predict(inputs), labels, logits=logits)

    return plane.boundary(
        ahead,
        held.X * scale + mean,
        held.Y,
        names=target.classes,
        axes=(columns[0].name, columns[1].name),
    )


def network(outcome: TabularOutcome) -> FigurePlot | None:
    """The network with what it makes of the rows held out."""
    some = outcome.held or outcome.data
    if some is None:
        return None
    plan, numbers = outcome.network.plan, outcome.network.numbers_
    return drawn.drawing(plan, numbers, spaced(some, MOST_SAMPLES))


def about_network(outcome: TabularOutcome) -> str:
    """How to read the drawing."""
    plan = outcome.network.plan
    whose = "held out" if outcome.held else "trained on"
    if drawn.unit_by_unit(plan):
        return (
            f"On the first row {whose}, inputs as the network gets them. Lines are weights: thick where large within"
            " their layer, dashed where negative. A unit's gradient says how the loss changes as its value grows; for"
            " the last layer, as what goes into its activation grows."
        )
    return (
        f"On rows {whose}. The gradient of a layer says how much the loss hangs on each of the values it gives."
    )  # fmt: skip


def findings(outcome: TabularOutcome, least: float = 0.0) -> list[Remark]:
    """What is wrong inside, a sentence each, with what ``why`` can be asked; smaller shares than ``least`` are passed over."""
    if outcome.data is None:
        return []
    some = spaced(outcome.data, MOST_SAMPLES)
    plan, numbers = outcome.network.plan, outcome.network.numbers_
    return remarks(plan, numbers, some.X, some.Y, least=least)


def flow(outcome: TabularOutcome) -> FigurePlot | None:
    """The sizes of each layer's gradients, epoch by epoch."""
    if outcome.diary is None or not outcome.diary.entries:
        return None
    return lines.flow(*outcome.diary.flow())


def weights(outcome: TabularOutcome) -> list[FigurePlot]:
    """The weights of each layer, after the first epoch and after the last."""
    return _spreads(outcome, "weights")


def activations(outcome: TabularOutcome) -> list[FigurePlot]:
    """What each layer gives, after the first epoch and after the last."""
    return _spreads(outcome, "activations")


def _spreads(outcome: TabularOutcome, what: str) -> list[FigurePlot]:
    diary = outcome.diary
    if diary is None or diary.first is None or diary.last is None:
        return []
    before: Mapping[str, Array] = getattr(diary.first, what)
    after: Mapping[str, Array] = getattr(diary.last, what)
    names = thinned(np.array(list(after), dtype=object), MOST_LAYERS).tolist()
    both = [
        (f"epoch {diary.first.epoch}", before),
        (f"epoch {diary.last.epoch}", after),
    ]
    return [
        spread.histogram({when: arrays[name] for when, arrays in both}, title=name)
        for name in names
    ]


def looked(outcome: TabularOutcome) -> dict[str, Any]:
    """On how many rows, and after which two epochs, the network was looked into."""
    diary = outcome.diary
    if diary is None or diary.first is None or diary.last is None:
        return {"n_looked": 0, "first": 0, "last": 0}
    return {
        "n_looked": min(diary.n_looked, outcome.n_train),
        "first": diary.first.epoch,
        "last": diary.last.epoch,
    }
