"""Figures with matplotlib: each takes an ``ax`` to draw on, or makes one, and returns it.

What a figure shows is said once, as a ``FigurePlot``; ``onto`` draws it with matplotlib, ``svg`` as SVG for a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.program import Array, ShapeError
from chainrule.train.figures import curves, drawn, plane, spread
from chainrule.train.figures.onto import onto
from chainrule.train.figures.plot import FigurePlot
from chainrule.train.figures.svg import svg
from chainrule.train.loop.log import Diary
from chainrule.train.model.inspect import spaced

if TYPE_CHECKING:
    from chainrule.train.model.network import Network

__all__ = [
    "FigurePlot",
    "decision_boundary",
    "gradient_flow",
    "histogram",
    "losses",
    "metrics",
    "network",
    "onto",
    "predicted",
    "svg",
]

MOST_SAMPLES = 256


def losses(
    history: Sequence[Mapping[str, float]],
    ax: Any = None,
    *,
    names: Sequence[str] = ("loss", "val_loss"),
) -> Any:
    """Losses (or the ``names`` asked for) by epoch, on a logarithmic axis where they span a power of ten."""
    return onto(curves.curves(history, names, title="Loss", log=True), ax)


def metrics(
    history: Sequence[Mapping[str, float]],
    ax: Any = None,
    *,
    names: Sequence[str] | None = None,
) -> Any:
    """Every metric of a history (or the ``names`` asked for) by epoch."""
    known = dict.fromkeys(name for row in history for name in row)
    others = ("epoch", "learning_rate", "loss", "val_loss")
    shown = names or [name for name in known if name not in others]
    return onto(curves.curves(history, shown, title="Metrics"), ax)


def histogram(
    arrays: Mapping[str, Array], ax: Any = None, *, bins: int | None = None
) -> Any:
    """How the entries of arrays (weights, activations, gradients) are spread, one outline an array."""
    return onto(spread.histogram(arrays, bins=bins), ax)


def gradient_flow(
    gradients: Diary | Sequence[Mapping[str, Array]], ax: Any = None
) -> Any:
    """The middle half and the median of each parameter's gradient sizes, epoch by epoch.

    ``gradients`` is the diary of a training, or the gradients after each of its epochs.
    """
    if isinstance(gradients, Diary):
        return onto(curves.flow(*gradients.flow()), ax)
    epochs = range(1, len(gradients) + 1)
    return onto(curves.flow(epochs, curves.quarters(gradients)), ax)


def predicted(network: Network, X: Array, Y: Array, ax: Any = None) -> Any:
    """What a network predicts over what is true, for a regression."""
    return onto(spread.predicted(np.asarray(Y), network.predict(X)), ax)


def decision_boundary(
    network: Network, X: Array, y: Array, ax: Any = None, *, n: int = 120
) -> Any:
    """The classes a network of two inputs finds all over the plane, with the samples on top.

    ``y`` holds the samples' classes as ``network.classes`` gives them, or one column a class.

    Raises:
        ShapeError: E101 if the samples do not have two numbers each.
    """
    if X.ndim != 2 or X.shape[1] != 2:
        raise ShapeError(
            "E101", f"a decision boundary needs two numbers a sample; X is {X.shape}"
        )
    labels, logits = network.plan.labels, network.gives_logits

    def ahead(samples: Array) -> Array:
        return plane.margins(network.predict(samples), labels, logits=logits)

    y = np.asarray(y)
    classes = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else np.ravel(y) > 0
    if y.ndim == 1 and labels == "integer":
        classes = y
    return onto(plane.boundary(ahead, X, classes, n=n), ax)


def network(network: Network, X: Array, Y: Array, ax: Any = None) -> Any:
    """A network with its values and gradients: unit by unit on the first sample, or layer by layer on all.

    Units are drawn where every layer is dense and there are at most five of them; of a long layer some are left out.
    """
    some = spaced(network.data(X, Y), MOST_SAMPLES)
    return onto(drawn.drawing(network.plan, network.numbers_, some), ax)
