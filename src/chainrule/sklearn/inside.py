"""The inside of a fitted network: its source on some samples, what every layer gives, every gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.derive import backward, fuse, recognise
from chainrule.nn import Described, MlpSpec, Optimizer
from chainrule.program import Array
from chainrule.trace import trace
from chainrule.train.loop.state import Data
from chainrule.train.model.compiled import NetworkPlan


def example(
    plan: NetworkPlan, numbers: Mapping[str, Array], data: Data, optimizer: Optimizer
) -> Described:
    """The network as it is used, on some samples: NumPy source with the arrays to call it with."""
    drafted = plan.predicting
    source = plan.source(training=False, returned=["loss"])
    function = plan.function(source, drafted, "fitted")
    arrays = {"X": data.X, "Y": data.Y, **numbers}
    used = {name: arrays[name] for name in plan.arguments(drafted, weighted=False)}
    words = MlpSpec((*plan.units, plan.n_outputs), (), plan.loss, plan.labels)
    file = function.__code__.co_filename
    parameters = tuple(drafted.parameters)
    return Described(
        words, source, file, function, used, parameters, optimizer=optimizer
    )


def layers(described: Described) -> dict[str, Array]:
    """Every named value from the first layer to the loss, by its name in the source."""
    given: dict[str, Any] = dict(described.arrays)
    filled = trace(described.function, **given)
    return {name: filled[name] for name in filled.program.named() if name not in given}


def gradients(described: Described) -> dict[str, Array]:
    """The gradient with respect to every parameter and every named value on the way to the loss."""
    given: dict[str, Any] = dict(described.arrays)
    run = fuse(recognise(trace(described.function, **given)))
    named = run.program.named()
    derived = backward(run, wrt=[named[name] for name in described.parameters])
    return {
        value.name: derived.run.numbers[gradient]
        for value, gradient in derived.gradients.items()
        if value.name is not None
    }
