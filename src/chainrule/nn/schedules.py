"""Schedules: the learning rate at every step, as plain functions of the step's number."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chainrule.nn.names import find, unknown

Schedule = Callable[[int, int], float]
"""The factor on the learning rate at step ``t`` (from 0) of ``n``."""


def constant() -> Schedule:
    """Always the same."""
    return lambda _t, _n: 1.0


def step(every: float = 1 / 3, factor: float = 0.1) -> Schedule:
    """Times ``factor`` after each share ``every`` of the training."""
    return lambda t, n: factor ** math.floor(t / (every * n) + 1e-12)


def exponential(end: float = 0.01) -> Schedule:
    """From 1 down to ``end``, by the same factor at every step."""
    return lambda t, n: end ** (t / max(n - 1, 1))


def cosine(end: float = 0.0) -> Schedule:
    """From 1 down to ``end`` along half a cosine (Loshchilov & Hutter 2017)."""
    return lambda t, n: end + (1 - end) * 0.5 * (1 + math.cos(math.pi * t / max(n, 1)))


def warm_up(share: float = 0.1, then: str = "cosine") -> Schedule:
    """Up from nearly 0 in a straight line over a ``share`` of the training, then another schedule."""
    after = schedule(then)

    def rate(t: int, n: int) -> float:
        first = max(round(share * n), 1)
        return (t + 1) / first if t < first else after(t - first, max(n - first, 1))

    return rate


def one_cycle(share: float = 0.3, start: float = 0.04, end: float = 4e-6) -> Schedule:
    """Up along a cosine from ``start`` to 1, then down to ``end`` (Smith & Topin 2018)."""

    def rate(t: int, n: int) -> float:
        peak = max(share * n - 1, 1e-9)
        if t <= peak:
            return _between(start, 1.0, t / peak)
        return _between(1.0, end, (t - peak) / max(n - 1 - peak, 1e-9))

    return rate


def _between(one: float, other: float, share: float) -> float:
    """Along half a cosine from ``one`` to ``other``."""
    return other + (one - other) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))


@dataclass(frozen=True)
class Scheduled:
    """A schedule by its name and settings, so that it can be copied, sent to another process and compared.

    >>> schedule("cosine", end=0.1)
    Scheduled(name='cosine', settings={'end': 0.1})
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def factor(self) -> Schedule:
        """The function that this is."""
        return SCHEDULES[self.name](**self.settings)

    def __call__(self, t: int, n: int) -> float:
        """The factor on the learning rate at step ``t`` of ``n``."""
        return self.factor(t, n)

    def __reduce__(self) -> Any:
        """By name: the function itself is no value."""
        return Scheduled, (self.name, self.settings)


class OnPlateau:
    """Times ``factor`` whenever the watched loss has not fallen for more than ``patience`` epochs."""

    name = "on_plateau"

    def __init__(
        self, factor: float = 0.1, patience: int = 10, threshold: float = 1e-4
    ) -> None:
        self.factor, self.patience, self.threshold = factor, patience, threshold
        self.scale, self.best, self.waited = 1.0, math.inf, 0

    def __call__(self, _t: int, _n: int) -> float:
        """The factor now, whatever the step."""
        return self.scale

    def watch(self, loss: float) -> None:
        """Look at the loss of an epoch."""
        if loss < self.best * (1 - self.threshold):
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.waited > self.patience:
            self.scale, self.waited = self.scale * self.factor, 0

    def state(self) -> dict[str, float]:
        """What a checkpoint keeps."""
        return {"scale": self.scale, "best": self.best, "waited": self.waited}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from what a checkpoint kept."""
        self.scale, self.best, self.waited = (
            state["scale"],
            state["best"],
            int(state["waited"]),
        )


SCHEDULES: Mapping[str, Callable[..., Schedule]] = {
    "constant": constant,
    "step": step,
    "exponential": exponential,
    "cosine": cosine,
    "warm_up": warm_up,
    "one_cycle": one_cycle,
    "on_plateau": OnPlateau,
}
OTHER_NAMES = {"plateau": "on_plateau", "warmup": "warm_up"}


def schedule(chosen: str | Schedule, **settings: Any) -> Schedule:
    """The schedule of that name.

    >>> [round(schedule("cosine")(t, 4), 3) for t in range(4)]
    [1.0, 0.854, 0.5, 0.146]
    """
    if not isinstance(chosen, str):
        return chosen
    maker = find("schedule", chosen, SCHEDULES, OTHER_NAMES)
    known = inspect.signature(maker).parameters
    for key in settings:
        if key not in known:
            raise unknown(f"setting of {chosen}", key, known)
    if maker is OnPlateau:
        return OnPlateau(**settings)
    return Scheduled(maker.__name__, settings)
