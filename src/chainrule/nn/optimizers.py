"""Optimizers: how a parameter follows its gradient, as plain NumPy, so that an update is lines like any other.

A rule takes a parameter, its gradient and what it remembers (its state), then, by keyword, the step's number ``t``
(from 1), the learning rate and its settings. It gives back what is new, by name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.nn.names import find, unknown
from chainrule.program import UsageError

New = Mapping[str, Any]
"""What a rule gives: the parameter as ``W``, the state by its names; other names are only worth showing."""


def sgd(W: Any, dW: Any, *, learning_rate: Any = 0.01) -> New:
    """A step against the gradient."""
    return {"W": W - learning_rate * dW}


def momentum(
    W: Any, dW: Any, velocity: Any, *, learning_rate: Any = 0.01, mu: float = 0.9
) -> New:
    """A heavy ball: gradients add up, and old ones fade (Polyak 1964)."""
    velocity = mu * velocity + dW
    return {"velocity": velocity, "W": W - learning_rate * velocity}


def nesterov(
    W: Any, dW: Any, velocity: Any, *, learning_rate: Any = 0.01, mu: float = 0.9
) -> New:
    """A heavy ball that looks one step ahead (Nesterov 1983, in the form of Sutskever et al. 2013)."""
    velocity = mu * velocity + dW
    return {"velocity": velocity, "W": W - learning_rate * (dW + mu * velocity)}


def adagrad(
    W: Any, dW: Any, squares: Any, *, learning_rate: Any = 0.01, eps: float = 1e-10
) -> New:
    """Steps shrink by the root of all squared gradients so far (Duchi et al. 2011)."""
    squares = squares + dW**2
    return {"squares": squares, "W": W - learning_rate * dW / (np.sqrt(squares) + eps)}


def adadelta(
    W: Any,
    dW: Any,
    squares: Any,
    moves: Any,
    *,
    learning_rate: Any = 1.0,
    rho: float = 0.9,
    eps: float = 1e-6,
) -> New:
    """Steps as large as recent steps, over gradients as large as recent gradients (Zeiler 2012)."""
    squares = rho * squares + (1 - rho) * dW**2
    move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * dW
    moves = rho * moves + (1 - rho) * move**2
    return {
        "squares": squares,
        "move": move,
        "moves": moves,
        "W": W - learning_rate * move,
    }


def rmsprop(
    W: Any,
    dW: Any,
    squares: Any,
    *,
    learning_rate: Any = 0.01,
    rho: float = 0.99,
    eps: float = 1e-8,
) -> New:
    """Gradients over the root of their recent mean square (Tieleman & Hinton 2012)."""
    squares = rho * squares + (1 - rho) * dW**2
    return {"squares": squares, "W": W - learning_rate * dW / (np.sqrt(squares) + eps)}


def adam(
    W: Any,
    dW: Any,
    m: Any,
    v: Any,
    *,
    t: Any,
    learning_rate: Any = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> New:
    """The recent mean gradient over the root of its recent mean square (Kingma & Ba 2015, algorithm 1)."""
    m = beta1 * m + (1 - beta1) * dW
    v = beta2 * v + (1 - beta2) * dW**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    moved = W - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "W": moved}


def amsgrad(
    W: Any,
    dW: Any,
    m: Any,
    v: Any,
    v_max: Any,
    *,
    t: Any,
    learning_rate: Any = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    corrected: bool = False,
) -> New:
    """Adam whose steps never grow again (Reddi et al. 2018).

    The largest ``v`` so far is kept before its correction, as PyTorch does, or after it (``corrected``), as Optax.
    """
    m = beta1 * m + (1 - beta1) * dW
    v = beta2 * v + (1 - beta2) * dW**2
    m_hat = m / (1 - beta1**t)
    if corrected:
        v_max = np.maximum(v_max, v / (1 - beta2**t))
        v_hat = v_max
    else:
        v_max = np.maximum(v_max, v)
        v_hat = v_max / (1 - beta2**t)
    moved = W - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return {"m": m, "v": v, "v_max": v_max, "m_hat": m_hat, "W": moved}


def adamw(
    W: Any,
    dW: Any,
    m: Any,
    v: Any,
    *,
    t: Any,
    learning_rate: Any = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> New:
    """Adam with a decay of the weights beside it, not through the gradient (Loshchilov & Hutter 2019)."""
    decayed = W - learning_rate * weight_decay * W
    return adam(
        decayed,
        dW,
        m,
        v,
        t=t,
        learning_rate=learning_rate,
        beta1=beta1,
        beta2=beta2,
        eps=eps,
    )


def adamax(
    W: Any,
    dW: Any,
    m: Any,
    u: Any,
    *,
    t: Any,
    learning_rate: Any = 0.002,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> New:
    """Adam with the largest recent gradient in place of the root of squares (Kingma & Ba 2015, algorithm 2)."""
    m = beta1 * m + (1 - beta1) * dW
    u = np.maximum(beta2 * u, np.abs(dW) + eps)
    return {"m": m, "u": u, "W": W - learning_rate / (1 - beta1**t) * m / u}


def nadam(
    W: Any,
    dW: Any,
    m: Any,
    v: Any,
    product: Any,
    *,
    t: Any,
    learning_rate: Any = 0.002,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    momentum_decay: float | None = 0.004,
) -> New:
    """Adam that looks one step ahead (Dozat 2016).

    ``momentum_decay`` lets the momentum grow towards ``beta1``, as Dozat and PyTorch do; with None it is ``beta1``
    from the start, as in Optax.
    """
    mu, mu_next = (_nadam_momentum(beta1, momentum_decay, step) for step in (t, t + 1))
    product = product * mu
    m = beta1 * m + (1 - beta1) * dW
    v = beta2 * v + (1 - beta2) * dW**2
    m_hat = mu_next * m / (1 - product * mu_next) + (1 - mu) * dW / (1 - product)
    v_hat = v / (1 - beta2**t)
    moved = W - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return {
        "product": product,
        "m": m,
        "v": v,
        "m_hat": m_hat,
        "v_hat": v_hat,
        "W": moved,
    }


def _nadam_momentum(beta1: float, decay: float | None, t: Any) -> Any:
    return beta1 if decay is None else beta1 * (1 - 0.5 * 0.96 ** (t * decay))


def lion(
    W: Any,
    dW: Any,
    m: Any,
    *,
    learning_rate: Any = 0.0001,
    beta1: float = 0.9,
    beta2: float = 0.99,
    weight_decay: float = 0.0,
) -> New:
    """Steps of one size, by the sign of the recent gradient (Chen et al. 2023)."""
    direction = np.sign(beta1 * m + (1 - beta1) * dW)
    m = beta2 * m + (1 - beta2) * dW
    if weight_decay:
        direction = direction + weight_decay * W
    return {"direction": direction, "m": m, "W": W - learning_rate * direction}


SHARED = {"product": 1.0}
"""State that is one number for the whole network, with its start; all other state starts at 0, a number an entry."""


@dataclass(frozen=True)
class Optimizer:
    """A rule with its settings.

    >>> chosen = optimizer("adam", learning_rate=0.01)
    >>> chosen.state, chosen.settings["beta1"]
    (('m', 'v'), 0.9)
    """

    rule: Callable[..., New]
    learning_rate: float
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.rule.__name__

    @cached_property
    def state(self) -> tuple[str, ...]:
        """What is remembered from step to step, by name."""
        parameters = inspect.signature(self.rule).parameters.values()
        positional = [
            one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD
        ]
        return tuple(positional[2:])

    @cached_property
    def counts(self) -> bool:
        """Whether the rule looks at the number of the step."""
        return "t" in inspect.signature(self.rule).parameters

    def start(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The state before the first step, as ``m_W1``, ``v_W1`` and so on."""
        state: dict[str, Any] = {}
        for kind in self.state:
            if kind in SHARED:
                some = next(iter(parameters.values()), np.zeros(()))
                state[kind] = np.asarray(SHARED[kind], np.asarray(some).dtype)
            else:
                state |= {
                    f"{kind}_{name}": np.zeros_like(W) for name, W in parameters.items()
                }
        return state

    def update(
        self,
        name: str,
        W: Any,
        dW: Any,
        state: Mapping[str, Any],
        *,
        t: Any,
        learning_rate: Any,
    ) -> dict[str, Any]:
        """What is new after a step: ``W1``, ``m_W1`` …, on numbers or traced values alike."""
        kept = [state[self.key(kind, name)] for kind in self.state]
        counted = {"t": t} if self.counts else {}
        new = self.rule(
            W, dW, *kept, **counted, learning_rate=learning_rate, **self.settings
        )
        return {
            name if key == "W" else self.key(key, name): item
            for key, item in new.items()
        }

    @staticmethod
    def key(kind: str, name: str) -> str:
        """The name of a kind of state for one parameter."""
        return kind if kind in SHARED else f"{kind}_{name}"


RULES: Mapping[str, Callable[..., New]] = {
    rule.__name__: rule
    for rule in (
        sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, amsgrad, adamw, adamax, nadam, lion,
    )
}  # fmt: skip
OTHER_NAMES: Mapping[str, str] = {"heavy_ball": "momentum", "nag": "nesterov"}


def optimizer(
    chosen: str | Optimizer, learning_rate: float | None = None, **settings: Any
) -> Optimizer:
    """The optimizer of that name, with its usual settings where no others are given.

    Raises:
        UsageError: E410 for a name or a setting that does not exist, E411 for a learning rate below 0.

    >>> optimizer("sgd").learning_rate
    0.01
    """
    if isinstance(chosen, Optimizer):
        return chosen
    rule = find("optimizer", chosen, RULES, OTHER_NAMES)
    parameters = inspect.signature(rule).parameters
    known = {
        key: parameter.default
        for key, parameter in parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and key != "t"
    }
    usual = known.pop("learning_rate")
    for key in settings:
        if key not in known:
            raise unknown(f"setting of {rule.__name__}", key, [*known, "learning_rate"])
    rate = usual if learning_rate is None else float(learning_rate)
    if not rate >= 0:
        raise UsageError(
            "E411", f"a learning rate is a number from 0 on; got {learning_rate!r}"
        )
    return Optimizer(rule, rate, {**known, **settings})
