"""A network as it is used: its predictions, and its loss on data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from chainrule.program import Array
from chainrule.train.loop.state import Data
from chainrule.train.model.compiled import NetworkPlan


def evaluate(
    plan: NetworkPlan, numbers: Mapping[str, Array], data: Data
) -> tuple[float, Array]:
    """The loss and the predictions of a network on data, as it is used."""
    compiled = plan.evaluation
    weight = data.weight
    if weight is None:
        weight = np.ones((len(data), 1) if plan.loss.entries else len(data), plan.dtype)
    given = {"X": data.X, "Y": data.Y, "weight": weight, **numbers}
    with np.errstate(all="ignore"):
        loss, predicted = compiled.function(*[given[name] for name in compiled.inputs])
    return float(loss), np.asarray(predicted)


def predict(plan: NetworkPlan, numbers: Mapping[str, Array], X: Array) -> Array:
    """The predictions of a network."""
    compiled = plan.prediction
    given = {"X": X, **numbers}
    with np.errstate(all="ignore"):
        return np.asarray(compiled.function(*[given[name] for name in compiled.inputs]))
