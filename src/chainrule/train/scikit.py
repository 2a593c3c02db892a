"""scikit-learn's conventions for networks: its losses, its two optimizers, its ways to stop and to slow down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.nn import Loss, Optimizer, optimizer
from chainrule.nn.optimizers import RULES, New
from chainrule.program import Array

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


def heavy_ball(W: Any, dW: Any, velocity: Any, *, learning_rate: Any, mu: float) -> New:
    """Momentum whose velocity holds the learning rate, so that old steps keep the rate they were made with."""
    velocity = mu * velocity - learning_rate * dW
    return {"velocity": velocity, "W": W + velocity}


def nesterov_ball(
    W: Any, dW: Any, velocity: Any, *, learning_rate: Any, mu: float
) -> New:
    """The same, looking one step ahead."""
    velocity = mu * velocity - learning_rate * dW
    return {"velocity": velocity, "W": W + mu * velocity - learning_rate * dW}


def adam_before_correction(
    W: Any,
    dW: Any,
    m: Any,
    v: Any,
    *,
    t: Any,
    learning_rate: Any,
    beta1: float,
    beta2: float,
    eps: float,
) -> New:
    """Adam with the correction in the rate, so that eps is added to the root of the uncorrected v."""
    m = beta1 * m + (1 - beta1) * dW
    v = beta2 * v + (1 - beta2) * dW**2
    # ** 0.5, as np.sqrt would make a 64-bit number of t and widen the weights
    rate = learning_rate * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return {"m": m, "v": v, "W": W - rate * m / (np.sqrt(v) + eps)}


def solver_of(estimator: Any) -> Optimizer:
    """The optimizer that an estimator's parameters describe; any of ours by its name, too."""
    rate = estimator.learning_rate_init
    if estimator.solver == "lbfgs":
        # L-BFGS makes its own steps; only the gradients are asked of us
        return Optimizer(RULES["sgd"], rate)
    if estimator.solver == "adam":
        settings = {
            "beta1": estimator.beta_1,
            "beta2": estimator.beta_2,
            "eps": estimator.epsilon,
        }
        return Optimizer(adam_before_correction, rate, settings)
    if estimator.solver == "sgd":
        if not estimator.momentum:
            return Optimizer(RULES["sgd"], rate)
        rule = nesterov_ball if estimator.nesterovs_momentum else heavy_ball
        return Optimizer(rule, rate, {"mu": estimator.momentum})
    return optimizer(estimator.solver, rate)


@dataclass
class Stopping:
    """When to stop, and when to slow down: told of every epoch, it remembers what an estimator shows afterwards."""

    tol: float
    patience: float
    early: bool
    learning_rate: str
    rate: float
    power_t: float
    factor: float = 1.0
    n_seen: int = 0
    waited: int = 0
    losses: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    best_loss: float = math.inf
    best_score: float = -math.inf
    best: Mapping[str, Array] | None = None

    def schedule(self, _t: int, _n: int) -> float:
        """The factor on the learning rate now."""
        return self.factor

    def judge(
        self,
        loss: float,
        n_samples: int,
        numbers: Mapping[str, Array],
        score: float | None,
    ) -> bool:
        """Look at an epoch; True where training should stop."""
        self.losses.append(loss)
        self.n_seen += n_samples
        if score is not None:
            self.scores.append(score)
            # written so that a score that is no number does not count as waiting
            self.waited = self.waited + 1 if score < self.best_score + self.tol else 0
            if score > self.best_score:
                self.best_score = score
                self.best = {name: array.copy() for name, array in numbers.items()}
        else:
            self.waited = self.waited + 1 if loss > self.best_loss - self.tol else 0
            self.best_loss = min(self.best_loss, loss)
        if self.learning_rate == "invscaling":
            self.factor = 1 / (self.n_seen + 1) ** self.power_t
        if self.waited <= self.patience:
            return False
        if self.learning_rate == "adaptive" and self.factor * self.rate > 1e-6:
            self.factor /= 5
            self.waited = 0
            return False
        return True
