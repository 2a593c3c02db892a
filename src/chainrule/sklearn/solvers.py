"""scikit-learn's two optimizers, in their own form, and any of ours by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.nn import RULES, Optimizer, optimizer
from chainrule.nn.update_rules import New, rule
from chainrule.sklearn.settings import EstimatorSettings


@rule(0.001, "Polyak 1964, as in scikit-learn", mu=0.9)
def heavy_ball(W: Any, dW: Any, velocity: Any, s: Any) -> New:
    """Momentum whose velocity holds the learning rate, so that old steps keep the rate they were made with."""
    velocity = s.mu * velocity - s.learning_rate * dW
    return {"velocity": velocity, "W": W + velocity}


@rule(0.001, "Nesterov 1983, as in scikit-learn", mu=0.9)
def nesterov_ball(W: Any, dW: Any, velocity: Any, s: Any) -> New:
    """The same, looking one step ahead."""
    velocity = s.mu * velocity - s.learning_rate * dW
    return {"velocity": velocity, "W": W + s.mu * velocity - s.learning_rate * dW}


@rule(0.001, "Kingma & Ba 2015, the last lines of section 2", counts=True)
def adam_before_correction(W: Any, dW: Any, m: Any, v: Any, s: Any) -> New:
    """Adam with the correction in the rate, so that eps is added to the root of the uncorrected v."""
    m = s.beta1 * m + (1 - s.beta1) * dW
    v = s.beta2 * v + (1 - s.beta2) * dW**2
    # ** 0.5, as np.sqrt would make a 64-bit number of t and widen the weights
    rate = s.learning_rate * (1 - s.beta2**s.t) ** 0.5 / (1 - s.beta1**s.t)
    return {"m": m, "v": v, "W": W - rate * m / (np.sqrt(v) + s.eps)}


def solver_of(settings: EstimatorSettings) -> Optimizer:
    """The optimizer that an estimator's settings describe."""
    rate = settings.learning_rate_init
    match settings.solver:
        case Optimizer() as chosen:
            return chosen
        case "lbfgs":
            # L-BFGS makes its own steps; only the gradients are asked of us
            return Optimizer(RULES["sgd"], rate)
        case "adam":
            moments = {"beta1": settings.beta_1, "beta2": settings.beta_2}
            return Optimizer(
                adam_before_correction, rate, {**moments, "eps": settings.epsilon}
            )
        case "sgd" if not settings.momentum:
            return Optimizer(RULES["sgd"], rate)
        case "sgd":
            ball = nesterov_ball if settings.nesterovs_momentum else heavy_ball
            return Optimizer(ball, rate, {"mu": settings.momentum})
        case name:
            return optimizer(name, rate)
