"""A training as those know it who take its steps and watch over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from chainrule.program import Array
from chainrule.train.loop.state import Data, Progress, Settings
from chainrule.train.loop.training_step import Compiled
from chainrule.train.model.compiled import NetworkPlan


class Ongoing(Protocol):
    """One training: a plan, its settings, its data and its progress; ``good`` is where all was well the last time."""

    plan: NetworkPlan
    settings: Settings
    data: Data
    progress: Progress
    good: Progress
    weighted: bool
    stop: list[int]
    step: Compiled
    again: Callable[..., Any]

    @property
    def after_step(self) -> tuple[Callable[..., Any], ...]:
        """What is called with the training after each update."""

    @property
    def n_batches(self) -> int:
        """How many batches an epoch has."""

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""

    def rates(self, count: int, /) -> Array:
        """The learning rates of the next steps."""

    def batches(self, mixed: Data, /) -> Iterator[Data]:
        """The batches of an epoch that are still to come."""
