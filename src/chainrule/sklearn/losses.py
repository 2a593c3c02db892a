"""scikit-learn's losses: what is minimised, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from chainrule.nn.losses import Loss
from chainrule.program import Array
from chainrule.train.loop.epochs import Training
from chainrule.train.loop.state import Data
from chainrule.train.model.compiled import NetworkPlan

LOG_LOSS = Loss(
    "log_loss",
    {"one-hot": ("-np.sum({t} * np.log({p}), axis={axis})",)},
    "softmax",
    ("probabilities",),
)
BINARY_LOG_LOSS = Loss(
    "binary_log_loss",
    {
        "0/1": (
            "np.sum(-({t} * np.log({p}) + (1 - {t}) * np.log(1 - {p})), axis={axis})",
        )
    },
    "sigmoid",
    ("unit",),
)
SQUARED_ERROR = Loss(
    "squared_error",
    {"real": ("0.5 * np.sum(({p} - {t}) ** 2, axis={axis})",)},
    "identity",
    ("real", "unit", "probabilities", "positive", "log-probabilities"),
)
POISSON = Loss(
    "poisson",
    {"counts": ("np.sum({p} - {t} * np.log({p}), axis={axis})",)},
    "exp",
    ("positive", "unit", "probabilities"),
)


def offset(loss: Loss, data: Data) -> float:
    """What scikit-learn's Poisson deviance has beside ours: a number that no weight can change."""
    if loss is not POISSON:
        return 0.0
    known = np.where(data.Y > 0, data.Y, 1)
    each = (data.Y * np.log(known) - data.Y).sum(axis=1)
    return float(np.average(each, weights=data.weight))


def penalty(alpha: float, plan: NetworkPlan, numbers: Mapping[str, Array]) -> float:
    """What large weights cost, before it is divided by the number of samples."""
    weights = (numbers[name] for name in plan.training.weights())
    return 0.5 * alpha * sum(float(np.vdot(W, W)) for W in weights)


def told(
    loss: float, loss_of: Loss, n_outputs: int, costs: float, beside: float
) -> float:
    """A loss as scikit-learn tells it: squared errors as their mean over the outputs, though their sum is descended.

    ``costs`` is the penalty within ``loss``, ``beside`` the offset that is not.
    """
    shared = n_outputs if loss_of is SQUARED_ERROR else 1
    return (loss - costs) / shared + costs + beside


@dataclass
class EpochLoss:
    """The loss of an epoch as scikit-learn tells it, batch by batch.

    It is needed where that differs from the loss of the loop: squared errors of several outputs, and samples that
    weigh differently in several batches, which count by their number of samples.
    """

    loss: Loss
    alpha: float
    data: Data
    batch_size: int
    order: Callable[[], Array]
    costs: float
    total: float = 0.0
    sums: tuple[float, float] = field(default=(0.0, 0.0))

    def note(self, training: Training) -> None:
        """Look at the step just taken."""
        start = (training.progress.batch - 1) * self.batch_size
        if start == 0:
            self.total, self.sums = 0.0, (0.0, 0.0)
        rows = self.order()[start : start + self.batch_size]
        loss, weight = training.progress.sums
        size = weight - self.sums[1]
        number = (loss - self.sums[0]) / size
        here = offset(self.loss, self.data.at(rows)) if self.loss is POISSON else 0.0
        n_outputs = self.data.Y.shape[1]
        shown = told(number, self.loss, n_outputs, self.costs / size, here)
        self.total += shown * len(rows)
        self.sums = loss, weight
        self.costs = penalty(self.alpha, training.plan, training.progress.parameters)

    def mean(self) -> float:
        """The loss of the epoch that has just ended."""
        return self.total / len(self.data)


def is_needed(loss: Loss, data: Data, batch_size: int) -> bool:
    """Whether the loss of the loop is not what scikit-learn tells."""
    several = loss is SQUARED_ERROR and data.Y.shape[1] > 1
    return several or (data.weight is not None and batch_size < len(data))
