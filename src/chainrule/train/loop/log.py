"""A training as seen from inside: every few epochs, how it does and how large its gradients are, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.program import Array
from chainrule.train.loop.metrics import usual
from chainrule.train.loop.state import Data
from chainrule.train.model.compiled import NetworkPlan
from chainrule.train.model.forward import evaluate
from chainrule.train.model.inspect import Look, looker, spaced

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST = 8192
"""How many entries of an array are enough to say how they are spread."""


@dataclass(frozen=True, slots=True)
class EpochEntry:
    """After an epoch: losses and metrics, and the quantiles of the sizes of each parameter's gradient."""

    epoch: int
    measures: Mapping[str, float]
    flow: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Spread:
    """Entries of a network's weights and activations, for histograms; of large arrays, evenly spaced ones."""

    epoch: int
    weights: Mapping[str, Array]
    activations: Mapping[str, Array]


def sizes(gradient: Array) -> tuple[float, ...]:
    """The quantiles of the sizes of an array's entries; of a large array, of evenly spaced ones.

    >>> sizes(np.arange(-100.0, 1.0))
    (5.0, 25.0, 50.0, 75.0, 95.0)
    """
    return tuple(np.quantile(np.abs(some(gradient)), QUANTILES).tolist())


def some(array: Array, most: int = MOST) -> Array:
    """Evenly spaced entries of an array, at most so many, on their own memory."""
    flat = np.ravel(array)
    return flat[:: math.ceil(flat.size / most) or 1].copy()


class Diary:
    """A callback that keeps what the figures of a report need: ``fit(..., callbacks=[diary])``.

    It looks at samples of the training data, and of ``held`` where given, after no more than ``most`` epochs, the
    first and the last asked for among them; it draws no random number and changes nothing.

    >>> from chainrule.train import Network
    >>> X = np.random.default_rng(0).normal(size=(64, 2))
    >>> diary = Diary()
    >>> network = Network((4,)).fit(X, X[:, :1] > 0, epochs=3, callbacks=[diary])
    >>> [entry.epoch for entry in diary.entries], sorted(diary.entries[0].flow)
    ([1, 2, 3], ['W1', 'W2'])
    """

    def __init__(
        self,
        held: Data | None = None,
        *,
        most: int = 24,
        n_looked: int = 128,
        n_measured: int = 500,
    ) -> None:
        self.held = spaced(held, n_measured) if held else None
        self.most = most
        self.n_looked = n_looked
        self.n_measured = n_measured
        self.entries: list[EpochEntry] = []
        self.first: Spread | None = None
        self.last: Spread | None = None
        self._look: Look | None = None

    def __call__(self, training: Any) -> None:
        """Write down how the training does, if its turn has come."""
        epoch = training.progress.epoch
        if epoch in self.wanted(training.settings.fit["epochs"]):
            numbers = training.progress.everything()
            self.write(epoch, training.plan, numbers, training.data)

    def wanted(self, epochs: int) -> list[int]:
        """The epochs that are looked at, out of so many: closer together where more changes, at the start.

        >>> Diary(most=5).wanted(30)
        [1, 2, 5, 11, 20, 30]
        """
        if epochs <= self.most:
            return [*range(1, epochs + 1)]
        steps = (place / self.most for place in range(1, self.most + 1))
        return sorted({1, *(math.ceil(epochs * step**2) for step in steps)})

    def flow(self) -> tuple[list[int], dict[str, list[tuple[float, ...]]]]:
        """The epochs, and for each weight the quarters and the median of its gradient's sizes after each of them."""
        names = self.entries[0].flow if self.entries else ()
        return [entry.epoch for entry in self.entries], {
            name: [entry.flow[name][1:4] for entry in self.entries] for name in names
        }

    def write(
        self, epoch: int, plan: NetworkPlan, numbers: Mapping[str, Array], data: Data
    ) -> None:
        """An entry for an epoch after which the network had these numbers; one there was is replaced."""
        if self._look is None:
            self._look = looker(plan, weighted=data.weight is not None)
        seen = self._look(numbers, spaced(data, self.n_looked))
        measures = measured(plan, numbers, spaced(data, self.n_measured))
        if self.held is not None:
            held = measured(plan, numbers, self.held)
            measures |= {f"val_{name}": number for name, number in held.items()}
        weights = {name: seen.gradients[name] for name in plan.training.weights()}
        flow = {name: sizes(gradient) for name, gradient in weights.items()}
        self.entries = [one for one in self.entries if one.epoch != epoch]
        self.entries.append(EpochEntry(epoch, measures, flow))
        self.entries.sort(key=lambda entry: entry.epoch)
        spread = Spread(
            epoch,
            {name: some(numbers[name]) for name in weights},
            {name: some(array) for name, array in seen.values.items()},
        )
        if self.first is None or epoch <= self.first.epoch:
            self.first = spread
        if self.last is None or epoch >= self.last.epoch:
            self.last = spread


def recall(
    diary: Diary,
    epochs: int,
    plan: NetworkPlan,
    data: Data,
    read: Callable[[int], Mapping[str, Array] | None],
) -> None:
    """Write what a diary lacks of so many epochs, for a training that was taken up again.

    ``read`` gives the numbers a network had after an epoch, None where they were not kept.
    """
    written = {entry.epoch for entry in diary.entries}
    for epoch in diary.wanted(epochs):
        numbers = None if epoch in written else read(epoch)
        if numbers is not None:
            diary.write(epoch, plan, numbers, data)


def measured(
    plan: NetworkPlan, numbers: Mapping[str, Array], data: Data
) -> dict[str, float]:
    """The loss and the usual metrics, every sample counting alike and without penalties."""
    loss, predicted = evaluate(plan, numbers, replace(data, weight=None))
    metrics = usual(plan.labels, logits=plan.loss.logits)
    return {
        "loss": loss,
        **{name: metric(predicted, data.Y) for name, metric in metrics.items()},
    }
