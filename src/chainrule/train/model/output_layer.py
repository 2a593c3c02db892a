"""How a network's two ends follow from its data: its outputs, its loss, the labels it takes."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.nn import activation, loss_of
from chainrule.nn.layer_registry import Layer
from chainrule.nn.layers import Dense
from chainrule.nn.losses import LOSSES, USUAL, Loss
from chainrule.nn.mlp_spec import read_labels
from chainrule.program import ShapeError, UsageError
from chainrule.train.model.compiled import NetworkPlan, Penalty


def closed(
    layers: Sequence[Layer], loss: Loss, n_outputs: int | None
) -> tuple[Layer, ...]:
    """``layers`` and the outputs that the loss asks for.

    Raises:
        UsageError: E411 if how many there are is not known.
    """
    if n_outputs is None:
        raise UsageError(
            "E411",
            "how many outputs there are is not known",
            hint="build(n_inputs, n_outputs)",
        )
    return (*layers, Dense(n_outputs, loss.output))


def usual_loss(last: Layer | None, labels: str | None) -> Loss:
    """The loss that goes with the last layer's activation, or else the first that takes the labels."""
    name = getattr(last, "activation", None)
    if isinstance(name, str) and activation(name).gives in USUAL:
        return loss_of(USUAL[activation(name).gives])
    found = (one for one in LOSSES.values() if labels in one.lines)
    return next(found, LOSSES["mse"])


def planned(
    layers: tuple[Layer, ...],
    units: tuple[int, ...],
    loss: Loss,
    labels: str | None,
    n_outputs: int | None,
    *,
    dtype: str,
    penalty: Penalty,
    whole_numbers: bool,
) -> NetworkPlan:
    """The plan of layers that are complete.

    Raises:
        UsageError: E413 or E414 if the loss does not fit the last layer or the labels.
        ShapeError: E101 if there are not as many outputs as labels.
    """
    last = getattr(layers[-1], "activation", getattr(layers[-1], "name", None))
    if isinstance(last, str):
        loss.require(activation(last))
    kind = read_labels(loss, labels)
    plan = NetworkPlan(layers, units, loss, kind, dtype, penalty, whole_numbers)
    if n_outputs not in (None, plan.n_outputs) and kind != "integer":
        raise ShapeError(
            "E101",
            f"the labels have {n_outputs} columns, the network has {plan.n_outputs} outputs",
            hint=f"end the network with {n_outputs} units",
        )
    return plan
