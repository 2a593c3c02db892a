"""How a parameter follows its gradient: one record an optimizer, its formula as plain NumPy.

A formula takes a parameter ``W``, its gradient ``dW`` and what it remembers (its state, by the names of the arguments),
then ``s``: the learning rate ``s.learning_rate``, the number of the step ``s.t`` (from 1) and the settings. It gives
back what is new, by name: the parameter as ``W``, the state by its names; other names are only worth showing.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

New = Mapping[str, Any]
Formula = Callable[..., New]


@dataclass(frozen=True)
class UpdateRule:
    """An optimizer: its formula, where that comes from, its usual learning rate and settings.

    ``counts`` says whether the formula looks at the number of the step.
    """

    formula: Formula
    learning_rate: float
    source: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    counts: bool = False

    def __reduce__(self) -> Any:
        """By the name that the rule has in its module, where its formula's name leads to the rule itself."""
        module, name = self.formula.__module__, self.formula.__qualname__
        if getattr(sys.modules.get(module), name, None) is self:
            return _in_module, (module, name)
        return UpdateRule, (self.formula, self.learning_rate, self.source, self.settings, self.counts)  # fmt: skip

    @property
    def name(self) -> str:
        """What it is called."""
        return self.formula.__name__

    @property
    def idea(self) -> str:
        """What it does, in a sentence."""
        return (self.formula.__doc__ or "").partition("\n")[0]

    @property
    def clause(self) -> str:
        """The same within a sentence: no full stop, no capital but a name's."""
        idea = self.idea.rstrip(".")
        return idea if idea.startswith("Adam") else idea[:1].lower() + idea[1:]

    @cached_property
    def state(self) -> tuple[str, ...]:
        """What is remembered from step to step, by name."""
        _W, _dW, *state, _s = inspect.signature(self.formula).parameters
        return tuple(state)


def _in_module(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def rule(
    learning_rate: float, source: str, *, counts: bool = False, **settings: Any
) -> Callable[[Formula], UpdateRule]:
    """The record of the formula that follows."""
    return lambda formula: UpdateRule(formula, learning_rate, source, settings, counts)


MOMENTS = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
"""The settings of Adam, which its kin share."""


@rule(0.01, "Cauchy 1847; Robbins & Monro 1951")
def sgd(W: Any, dW: Any, s: Any) -> New:
    """A step against the gradient."""
    return {"W": W - s.learning_rate * dW}


@rule(0.01, "Polyak 1964", mu=0.9)
def momentum(W: Any, dW: Any, velocity: Any, s: Any) -> New:
    """A heavy ball: gradients add up, and old ones fade."""
    velocity = s.mu * velocity + dW
    return {"velocity": velocity, "W": W - s.learning_rate * velocity}


@rule(0.01, "Nesterov 1983, in the form of Sutskever et al. 2013", mu=0.9)
def nesterov(W: Any, dW: Any, velocity: Any, s: Any) -> New:
    """A heavy ball that looks one step ahead."""
    velocity = s.mu * velocity + dW
    return {"velocity": velocity, "W": W - s.learning_rate * (dW + s.mu * velocity)}


@rule(0.01, "Duchi et al. 2011", eps=1e-10)
def adagrad(W: Any, dW: Any, squares: Any, s: Any) -> New:
    """Steps shrink by the root of all squared gradients so far."""
    squares = squares + dW**2
    moved = W - s.learning_rate * dW / (np.sqrt(squares) + s.eps)
    return {"squares": squares, "W": moved}


@rule(1.0, "Zeiler 2012, algorithm 1", rho=0.9, eps=1e-6)
def adadelta(W: Any, dW: Any, squares: Any, moves: Any, s: Any) -> New:
    """Steps as large as recent steps, over gradients as large as recent gradients."""
    squares = s.rho * squares + (1 - s.rho) * dW**2
    move = np.sqrt(moves + s.eps) / np.sqrt(squares + s.eps) * dW
    moves = s.rho * moves + (1 - s.rho) * move**2
    moved = W - s.learning_rate * move
    return {"squares": squares, "move": move, "moves": moves, "W": moved}


@rule(0.01, "Tieleman & Hinton 2012, lecture 6.5", rho=0.99, eps=1e-8)
def rmsprop(W: Any, dW: Any, squares: Any, s: Any) -> New:
    """Gradients over the root of their recent mean square."""
    squares = s.rho * squares + (1 - s.rho) * dW**2
    moved = W - s.learning_rate * dW / (np.sqrt(squares) + s.eps)
    return {"squares": squares, "W": moved}


@rule(0.001, "Kingma & Ba 2015, algorithm 1", counts=True, **MOMENTS)
def adam(W: Any, dW: Any, m: Any, v: Any, s: Any) -> New:
    """The recent mean gradient over the root of its recent mean square."""
    m = s.beta1 * m + (1 - s.beta1) * dW
    v = s.beta2 * v + (1 - s.beta2) * dW**2
    m_hat = m / (1 - s.beta1**s.t)
    v_hat = v / (1 - s.beta2**s.t)
    moved = W - s.learning_rate * m_hat / (np.sqrt(v_hat) + s.eps)
    return {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "W": moved}


@rule(
    0.001,
    "Reddi et al. 2018, algorithm 2",
    counts=True,
    corrected=False,
    **MOMENTS,
)
def amsgrad(W: Any, dW: Any, m: Any, v: Any, v_max: Any, s: Any) -> New:  # noqa: PLR0917 - a formula by position
    """Adam whose steps never grow again.

    The largest ``v`` so far is kept before its correction, as PyTorch does, or after it (``corrected``), as Optax.
    """
    m = s.beta1 * m + (1 - s.beta1) * dW
    v = s.beta2 * v + (1 - s.beta2) * dW**2
    m_hat = m / (1 - s.beta1**s.t)
    correction = 1 - s.beta2**s.t
    v_max = np.maximum(v_max, v / correction if s.corrected else v)
    v_hat = v_max if s.corrected else v_max / correction
    moved = W - s.learning_rate * m_hat / (np.sqrt(v_hat) + s.eps)
    new = {"m": m, "v": v, "v_max": v_max, "W": moved}
    return {**new, "m_hat": m_hat, "v_hat": v_hat}


@rule(
    0.001,
    "Loshchilov & Hutter 2019, algorithm 2",
    counts=True,
    weight_decay=0.01,
    **MOMENTS,
)
def adamw(W: Any, dW: Any, m: Any, v: Any, s: Any) -> New:
    """Adam with a decay of the weights beside it, not through the gradient."""
    decayed = W - s.learning_rate * s.weight_decay * W
    return adam.formula(decayed, dW, m, v, s)


@rule(0.002, "Kingma & Ba 2015, algorithm 2", counts=True, **MOMENTS)
def adamax(W: Any, dW: Any, m: Any, u: Any, s: Any) -> New:
    """Adam with the largest recent gradient in place of the root of squares."""
    m = s.beta1 * m + (1 - s.beta1) * dW
    u = np.maximum(s.beta2 * u, np.abs(dW) + s.eps)
    moved = W - s.learning_rate / (1 - s.beta1**s.t) * m / u
    return {"m": m, "u": u, "W": moved}


@rule(0.002, "Dozat 2016, algorithm 8", counts=True, momentum_decay=0.004, **MOMENTS)
def nadam(W: Any, dW: Any, m: Any, v: Any, product: Any, s: Any) -> New:  # noqa: PLR0917 - as amsgrad
    """Adam that looks one step ahead.

    ``momentum_decay`` lets the momentum grow towards ``beta1``, as Dozat and PyTorch do; with None it is ``beta1``
    from the start, as in Optax.
    """
    mu, mu_next = _grown_momentum(s, s.t), _grown_momentum(s, s.t + 1)
    product = product * mu
    m = s.beta1 * m + (1 - s.beta1) * dW
    v = s.beta2 * v + (1 - s.beta2) * dW**2
    m_hat = mu_next * m / (1 - product * mu_next) + (1 - mu) * dW / (1 - product)
    v_hat = v / (1 - s.beta2**s.t)
    moved = W - s.learning_rate * m_hat / (np.sqrt(v_hat) + s.eps)
    new = {"product": product, "m": m, "v": v, "W": moved}
    return {**new, "mu": mu, "mu_next": mu_next, "m_hat": m_hat, "v_hat": v_hat}


def _grown_momentum(s: Any, t: Any) -> Any:
    decay = s.momentum_decay
    return s.beta1 if decay is None else s.beta1 * (1 - 0.5 * 0.96 ** (t * decay))


@rule(0.0001, "Chen et al. 2023, program 1", beta1=0.9, beta2=0.99, weight_decay=0.0)
def lion(W: Any, dW: Any, m: Any, s: Any) -> New:
    """Steps of one size, by the sign of the recent gradient."""
    direction = np.sign(s.beta1 * m + (1 - s.beta1) * dW)
    m = s.beta2 * m + (1 - s.beta2) * dW
    if s.weight_decay:
        direction = direction + s.weight_decay * W
    return {"direction": direction, "m": m, "W": W - s.learning_rate * direction}


RULES: Mapping[str, UpdateRule] = {
    rule.name: rule
    for rule in (
        sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, amsgrad, adamw, adamax, nadam, lion,
    )
}  # fmt: skip

SHARED = {"product": 1.0}
"""State that is one number for the whole network, with its start; all other state starts at 0, a number an entry."""

REASONS: Mapping[str, str] = {
    "velocity": "gradients add up, and old ones fade",
    "squares": "how large the gradient has been, entry by entry, as squares",
    "move": "as large as recent moves where the gradient is as large as recent gradients",
    "moves": "how large the moves have been, as squares",
    "m": "the gradient of the last steps, averaged; old ones fade",
    "v": "its square, averaged in the same way",
    "v_max": "the largest average square so far, so that steps do not grow again",
    "m_hat": "m started at 0 and is too small at first; this makes up for it",
    "v_hat": "the same for the squares",
    "u": "the largest gradient of the last steps; old ones fade",
    "mu": "the momentum of this step, which grows towards beta1",
    "mu_next": "and that of the next step",
    "product": "all momenta so far multiplied: how much of the start is still in m",
    "direction": "only the sign counts, so every entry moves by the same length",
}
"""Why an update has each of its lines, by what the line computes."""
