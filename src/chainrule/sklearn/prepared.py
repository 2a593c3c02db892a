"""A network made ready from settings: its layers, its plan, how its weights start."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from chainrule.nn import activation
from chainrule.nn.layer_registry import Layer
from chainrule.nn.layers import Activation, BatchNorm, Dense, Dropout
from chainrule.nn.losses import Labels, Loss
from chainrule.program import Array, UsageError
from chainrule.sklearn.settings import EstimatorSettings
from chainrule.train.loop.training_step import MAKING
from chainrule.train.model.compiled import NetworkPlan, Penalty

FORMS: list[NetworkPlan] = []
"""What this process has made ready, so that a grid search derives each network once."""
MOST_KEPT = 64


def prepare(
    settings: EstimatorSettings,
    loss: Loss,
    labels: Labels,
    *,
    n_features: int,
    n_outputs: int,
    dtype: str,
) -> NetworkPlan:
    """The network of these settings on data of that kind."""
    layers = layers_of(settings, n_outputs, loss.output)
    penalty = Penalty(l2=float(settings.alpha), per_sample=True)
    plan = NetworkPlan(layers, (n_features,), loss, labels, dtype, penalty)
    with MAKING:
        plan.share(FORMS)
        del FORMS[:-MOST_KEPT]
    return plan


def hidden_activations(settings: EstimatorSettings) -> list[str]:
    """The activation of every hidden layer, by name."""
    given, n_hidden = settings.activation, len(settings.sizes)
    names = [given] * n_hidden if isinstance(given, str) else list(given)
    if len(names) != n_hidden:
        raise UsageError(
            "E411", f"activation has {len(names)} names for {n_hidden} hidden layers"
        )
    return [activation(name).name for name in names]


def layers_of(
    settings: EstimatorSettings, n_outputs: int, last: str
) -> tuple[Layer, ...]:
    """The hidden layers, each with its normalisation and dropout, and the outputs."""
    layers: list[Layer] = []
    for size, name in zip(settings.sizes, hidden_activations(settings), strict=True):
        layers.append(Dense(size))
        if settings.batch_norm:
            layers.append(BatchNorm())
        if name != "identity":
            layers.append(Activation(name))
        if settings.dropout:
            layers.append(Dropout(settings.dropout))
    return (*layers, Dense(n_outputs, last))


def start(settings: EstimatorSettings, plan: NetworkPlan, rng: Any) -> dict[str, Array]:
    """Weights and biases drawn as scikit-learn draws them, in its order; the rest as its layers say."""
    names = hidden_activations(settings)
    numbers: dict[str, Array] = {}
    drafted, n_drawn = plan.training, 0
    for name, begun in {**drafted.parameters, **drafted.state}.items():
        if begun.role in ("weight", "bias"):
            # every layer is drawn with the hidden activation's factor, also the last
            n_drawn += begun.role == "weight"
            hidden = names[min(n_drawn, len(names)) - 1] if names else "identity"
            limit = math.sqrt((2.0 if hidden == "sigmoid" else 6.0) / sum(begun.fans))
            numbers[name] = rng.uniform(-limit, limit, begun.shape).astype(plan.dtype)
        else:
            filling = {"ones": 1, "zeros": 0}.get(begun.initialiser, begun.initialiser)
            numbers[name] = np.full(begun.shape, filling, plan.dtype)
    return numbers
