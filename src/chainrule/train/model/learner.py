"""What a network is to those who fit it, store it and tell of it."""

from __future__ import annotations

from typing import Any, Protocol

from chainrule.nn import Loss, Optimizer
from chainrule.nn.layer_registry import Layer
from chainrule.program import Array
from chainrule.train.model.compiled import NetworkPlan


class Learner(Protocol):
    """A network from its layers, with the numbers it has learnt so far."""

    hidden: tuple[Layer, ...]
    loss: Loss | None
    optimizer: Optimizer
    seed: int
    plan_: NetworkPlan | None
    numbers_: dict[str, Array]
    history_: list[dict[str, float]]
    best_epoch_: int
    n_steps_: int
    engine_: Any

    @property
    def plan(self) -> NetworkPlan:
        """What is known once the inputs and labels are."""

    def build(self, n_inputs: int | tuple[int, ...], /) -> Any:
        """Settle the inputs and outputs and draw the parameters."""
