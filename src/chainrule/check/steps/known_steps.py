"""Every way a gradient is known to be followed, as the steps it takes: the rules of training, and what people write for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np

from chainrule.nn.update_rules import RULES, SHARED, New, UpdateRule, rule
from chainrule.program import Array

EXACT = 1e-9
"""Steps are one rule's up to this part of the largest: an ``eps`` of 1e-8 in another place must be seen."""
DECAYS, SMALL = (0.1, 1.0), (0.0, 1e-3)
"""Settings that say how much is kept from step to step lie in the first, what keeps a division safe in the second."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The steps of a rule, one a pass and an entry, for several settings at once; a rate scales them all."""

    rule: UpdateRule
    settings: Mapping[str, Array]
    steps: Array


def directions(
    gradients: Array,
    before: Array,
    numbers: Sequence[float],
    counts: Sequence[int] | None = None,
) -> list[Known]:
    """What every rule does with these gradients, for every choice of its settings among the script's own numbers.

    ``gradients`` and ``before``, the parameter, are of shape (pass, entry). ``counts`` are the numbers of the
    steps, 1, 2, 3 … if they are not given; given, only the rules that look at them are asked.
    """
    decays = [n for n in numbers if DECAYS[0] <= n < DECAYS[1]]
    small = [n for n in numbers if SMALL[0] < n <= SMALL[1]] or [0.0]
    found = []
    for one in (*RULES.values(), *VARIANTS):
        if counts is None or one.counts:
            choices = _choices(one, decays, small)
            if choices:
                found.append(_followed(one, gradients, before, choices, counts))
    return found


def _choices(
    one: UpdateRule, decays: list[float], small: list[float]
) -> Mapping[str, Any]:
    """All settings of a rule, a row a choice; empty where the script has no number for one."""
    free = {
        name: small if name == "eps" else decays
        for name, default in one.settings.items()
        if isinstance(default, float) and name not in KEPT
    }
    rows = list(product(*free.values()))
    if not rows:
        return {}
    columns = np.array(rows, float).reshape(len(rows), len(free)).T[..., None]
    return {**one.settings, **dict(zip(free, columns, strict=True)), "": len(rows)}


KEPT = ("weight_decay", "momentum_decay")
"""Settings that are as they usually are: what decays weights is no part of the step that follows a gradient."""


def _followed(
    one: UpdateRule,
    gradients: Array,
    before: Array,
    choices: Mapping[str, Any],
    counts: Sequence[int] | None,
) -> Known:
    n_choices, n_entries = choices[""], gradients.shape[1]
    settings = {key: number for key, number in choices.items() if key}
    start = np.zeros((n_choices, n_entries))
    state = {kind: start + SHARED.get(kind, 0.0) for kind in one.state}
    steps = []
    with np.errstate(all="ignore"):
        for i, (dW, W) in enumerate(zip(gradients, before, strict=True)):
            s = SimpleNamespace(
                t=i + 1 if counts is None else counts[i], learning_rate=1.0, **settings
            )
            new = one.formula(W, dW, *state.values(), s)
            state = {kind: new[kind] for kind in one.state}
            steps.append(np.broadcast_to(W - new["W"], start.shape))
    known = {k: v for k, v in settings.items() if isinstance(v, np.ndarray)}
    return Known(one, known, np.array(steps))


def named(
    steps: Array, size: float, known: Sequence[Known], rates: Sequence[Array]
) -> UpdateRule | None:
    """The rule whose steps these are, up to a rate: one number, or one that changes from pass to pass as ``rates`` do.

    ``size`` is that of the parameter, which says how exactly its steps are known.
    """
    most = float(np.max(np.abs(steps), initial=0.0))
    if not most > 0 or not np.isfinite(steps).all():
        return None
    rounding = 8 * np.finfo(float).eps * size
    if rounding > 1e-4 * most:
        # nothing can be read from steps that are lost in the parameter's last digits
        return None
    within = EXACT * most + rounding
    for one in known:
        theirs = one.steps
        for rate in (np.ones(len(steps)), *rates):
            scaled = theirs * rate[:, None, None]
            with np.errstate(all="ignore"):
                factor = np.einsum("kn,kcn->c", steps, scaled) / np.einsum(
                    "kcn,kcn->c", scaled, scaled
                )
                gap = np.abs(steps[:, None] - factor[:, None] * scaled).max(axis=(0, 2))
            if np.any(gap <= within):
                return one.rule
    return None


# what is written for these rules, and is as good


@rule(1.0, "a running mean of gradients, as in many courses", beta=0.9)
def mean_momentum(W: Any, dW: Any, m: Any, s: Any) -> New:
    """The recent mean gradient."""
    m = s.beta * m + (1 - s.beta) * dW
    return {"m": m, "W": W - m}


@rule(1.0, "the same, made up for its start at 0", counts=True, beta=0.9)
def corrected_momentum(W: Any, dW: Any, m: Any, s: Any) -> New:
    """The recent mean gradient, made up for its start."""
    m = s.beta * m + (1 - s.beta) * dW
    return {"m": m, "W": W - m / (1 - s.beta**s.t)}


@rule(1.0, "Nesterov's step with a running mean", beta=0.9)
def mean_nesterov(W: Any, dW: Any, m: Any, s: Any) -> New:
    """The recent mean gradient, one step ahead."""
    m = s.beta * m + (1 - s.beta) * dW
    return {"m": m, "W": W - (s.beta * m + (1 - s.beta) * dW)}


@rule(1.0, "Adagrad with eps under the root", eps=1e-8)
def adagrad_inside(W: Any, dW: Any, squares: Any, s: Any) -> New:
    """Steps shrink by the root of all squared gradients."""
    squares = squares + dW**2
    return {"squares": squares, "W": W - dW / np.sqrt(squares + s.eps)}


@rule(1.0, "RMSprop with eps under the root", rho=0.9, eps=1e-8)
def rmsprop_inside(W: Any, dW: Any, squares: Any, s: Any) -> New:
    """Gradients over the root of their recent mean square."""
    squares = s.rho * squares + (1 - s.rho) * dW**2
    return {"squares": squares, "W": W - dW / np.sqrt(squares + s.eps)}


@rule(1.0, "RMSprop with Adam's correction", counts=True, rho=0.9, eps=1e-8)
def corrected_rmsprop(W: Any, dW: Any, squares: Any, s: Any) -> New:
    """Gradients over the root of their recent mean square, made up for its start."""
    squares = s.rho * squares + (1 - s.rho) * dW**2
    fair = squares / (1 - s.rho**s.t)
    return {"squares": squares, "W": W - dW / (np.sqrt(fair) + s.eps)}


@rule(1.0, "RMSprop as in torch.optim, with momentum", rho=0.9, mu=0.9, eps=1e-8)
def rmsprop_momentum(W: Any, dW: Any, squares: Any, velocity: Any, s: Any) -> New:
    """A heavy ball of gradients over the root of their recent mean square."""
    squares = s.rho * squares + (1 - s.rho) * dW**2
    velocity = s.mu * velocity + dW / (np.sqrt(squares) + s.eps)
    return {"squares": squares, "velocity": velocity, "W": W - velocity}


@rule(1.0, "Adam without its correction", beta1=0.9, beta2=0.999, eps=1e-8)
def uncorrected_adam(W: Any, dW: Any, m: Any, v: Any, s: Any) -> New:
    """The recent mean gradient over the root of its recent mean square."""
    m = s.beta1 * m + (1 - s.beta1) * dW
    v = s.beta2 * v + (1 - s.beta2) * dW**2
    return {"m": m, "v": v, "W": W - m / (np.sqrt(v) + s.eps)}


@rule(1.0, "the same, eps under the root", beta1=0.9, beta2=0.999, eps=1e-8)
def uncorrected_adam_inside(W: Any, dW: Any, m: Any, v: Any, s: Any) -> New:
    """The recent mean gradient over the root of its recent mean square."""
    m = s.beta1 * m + (1 - s.beta1) * dW
    v = s.beta2 * v + (1 - s.beta2) * dW**2
    return {"m": m, "v": v, "W": W - m / np.sqrt(v + s.eps)}


@rule(1.0, "Adam, eps under the root", counts=True, beta1=0.9, beta2=0.999, eps=1e-8)
def adam_inside(W: Any, dW: Any, m: Any, v: Any, s: Any) -> New:
    """The recent mean gradient over the root of its recent mean square."""
    m = s.beta1 * m + (1 - s.beta1) * dW
    v = s.beta2 * v + (1 - s.beta2) * dW**2
    fair = v / (1 - s.beta2**s.t)
    return {"m": m, "v": v, "W": W - m / (1 - s.beta1**s.t) / np.sqrt(fair + s.eps)}


@rule(
    1.0,
    "Kingma & Ba 2015, the order of operations at the end of section 2",
    counts=True,
    beta1=0.9,
    beta2=0.999,
    eps=1e-8,
)
def adam_by_its_rate(W: Any, dW: Any, m: Any, v: Any, s: Any) -> New:
    """Adam, its corrections in the rate."""
    m = s.beta1 * m + (1 - s.beta1) * dW
    v = s.beta2 * v + (1 - s.beta2) * dW**2
    rate = np.sqrt(1 - s.beta2**s.t) / (1 - s.beta1**s.t)
    return {"m": m, "v": v, "W": W - rate * m / (np.sqrt(v) + s.eps)}


@rule(1.0, "Adam as in Keras' Nadam", counts=True, beta1=0.9, beta2=0.999, eps=1e-8)
def plain_nadam(W: Any, dW: Any, m: Any, v: Any, s: Any) -> New:
    """Adam that looks one step ahead, its momentum the same all along."""
    m = s.beta1 * m + (1 - s.beta1) * dW
    v = s.beta2 * v + (1 - s.beta2) * dW**2
    fair = v / (1 - s.beta2**s.t)
    ahead = s.beta1 * m + (1 - s.beta1) * dW
    move = ahead / (1 - s.beta1**s.t) / (np.sqrt(fair) + s.eps)
    return {"m": m, "v": v, "W": W - move}


VARIANTS = (
    mean_momentum,
    corrected_momentum,
    mean_nesterov,
    adagrad_inside,
    rmsprop_inside,
    corrected_rmsprop,
    rmsprop_momentum,
    uncorrected_adam,
    uncorrected_adam_inside,
    adam_inside,
    adam_by_its_rate,
    plain_nadam,
)
UNFINISHED = (uncorrected_adam, uncorrected_adam_inside)
"""What is right where it stands, and nothing that a mistake is one edit away from."""
PRETTY = {"adam": "Adam", "adamw": "AdamW", "adamax": "AdaMax", "amsgrad": "AMSGrad", "nadam": "Nadam"}  # fmt: skip


def told(one: UpdateRule) -> str:
    """What a rule is called in a sentence."""
    words = one.name.split("_")
    return next((PRETTY[w] for w in words if w in PRETTY), one.name.replace("_", " "))


def stretches() -> Iterator[tuple[int, int]]:
    """Other ways to count steps: the number of the first, and how far it is to the next."""
    yield from ((1 + i, by) for by in (2, 3, 4, 6, 8, 10, 12) for i in range(by))
