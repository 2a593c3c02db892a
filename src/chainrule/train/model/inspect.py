"""What is inside a network on some samples: what each layer gives, and the gradients that come back to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from chainrule.nn.forward_builder import Draft
from chainrule.nn.layers import Dense
from chainrule.program import Array, Program, Run, Value
from chainrule.train.loop.state import Data
from chainrule.train.loop.training_step import compiled, gradient_step
from chainrule.train.model.compiled import NetworkPlan


@dataclass(frozen=True, slots=True)
class Station:
    """A layer on the way from the data to the prediction: what it is, what its result is called, and its size."""

    layer: str
    result: str
    units: tuple[int, ...]
    parameters: tuple[str, ...]
    n_parameters: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """The loss, each layer's result, the gradient of each result, and the gradient of each parameter.

    Where an activation and the loss have become one line, the gradient is that of what goes into the activation.
    """

    loss: float
    values: Mapping[str, Array]
    slopes: Mapping[str, Array]
    gradients: Mapping[str, Array]


Look = Callable[[Mapping[str, Array], Data], Inspection]


def stations(plan: NetworkPlan) -> list[Station]:
    """The layers in order, by the names of their results.

    >>> from chainrule.nn import loss_of
    >>> plan = NetworkPlan((Dense(4, "relu"), Dense(1)), (2,), loss_of("mse"), "real")
    >>> [(one.layer, one.result, one.parameters) for one in stations(plan)]
    [('Dense(4), relu', 'h1', ('W1', 'b1')), ('Dense(1)', 'y_pred', ('W2', 'b2'))]
    """
    drafted = Draft(plan.units, training=True)
    found = []
    for layer in plan.layers:
        known, n_rows = set(drafted.parameters), len(drafted.rows)
        layer.write(drafted)
        rows = drafted.rows[n_rows:]
        # a residual block tells of its layers first and of itself last
        named = rows if isinstance(layer, Dense) else rows[-1:]
        found.append(
            Station(
                ", ".join(row.layer for row in named),
                drafted.result,
                drafted.units,
                tuple(name for name in drafted.parameters if name not in known),
                sum(row.parameters for row in rows),
            )
        )
    last = found[-1]
    found[-1] = Station(
        last.layer, "y_pred", last.units, last.parameters, last.n_parameters
    )
    return found


def looker(plan: NetworkPlan, *, weighted: bool = False) -> Look:
    """A compiled function of a network's numbers and some samples that looks inside; nothing is dropped out."""
    run, derived = plan.derived(weighted=weighted)
    named = run.program.named()
    kept = [one.result for one in stations(plan) if one.result in named]
    slopes: dict[str, Value] = {}
    for name in kept:
        last = [f"z{plan.training.counted('W')}"] if name == "y_pred" else []
        values = [named[one] for one in (name, *last) if one in named]
        found = [derived.gradients[one] for one in values if one in derived.gradients]
        if found:
            slopes[name] = found[0]
    both = gradient_step(run, derived, {name: name for name in kept})
    program = Program(
        both.program.inputs,
        both.program.lines,
        (*both.program.outputs, *slopes.values()),
        "inside",
    )
    parameters = list(plan.training.parameters)
    function = compiled(
        Run(program, both.numbers), "inside", ["loss", *parameters, *kept, *slopes]
    )
    masks = plan.training.masks

    def look(numbers: Mapping[str, Array], some: Data) -> Inspection:
        given = {"X": some.X, "Y": some.Y, "weight": some.weight, **numbers}
        for name, mask in masks.items():
            given[name] = np.ones((len(some), *mask.units), plan.dtype)
        with np.errstate(all="ignore"):
            loss, *rest = function.function(*[given[name] for name in function.inputs])
        arrays = [np.asarray(array) for array in rest]
        ends = len(parameters), len(parameters) + len(kept)
        return Inspection(
            float(loss),
            dict(zip(kept, arrays[ends[0] : ends[1]], strict=True)),
            dict(zip(slopes, arrays[ends[1] :], strict=True)),
            dict(zip(parameters, arrays[: ends[0]], strict=True)),
        )

    return look


def spaced(data: Data, most: int) -> Data:
    """At most so many samples, evenly spaced over all of them: tables are often sorted by their labels."""
    if len(data) <= most:
        return data
    return data.at(np.linspace(0, len(data) - 1, most).astype(int))
