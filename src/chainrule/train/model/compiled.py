"""A network made ready: its passes written out, its arrays by name, its training step compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.derive import Derived, fuse, recognise
from chainrule.nn import Loss, Optimizer
from chainrule.nn.forward_builder import Draft, loss_lines
from chainrule.nn.forward_source import draft, function_text
from chainrule.nn.layer_registry import Layer
from chainrule.nn.losses import Labels
from chainrule.nn.mlp import compiled as compiled_text
from chainrule.nn.mlp import draw_labels, register
from chainrule.program import Array, Run
from chainrule.trace import trace
from chainrule.train.loop.training_step import (
    MAKING,
    Compiled,
    StepLimits,
    compiled,
    derive,
    gradient_step,
    training_step,
    update_step,
)

MOST_STEPS = 16
"""How many steps of one form are kept."""


@dataclass(frozen=True)
class Penalty:
    """What is added to the loss for large weights: ``l1`` times their sizes, half ``l2`` times their squares.

    ``per_sample`` divides it by the number of samples in the batch, as scikit-learn does. Where it is ``named``, the
    lines read its strengths by name.
    """

    l1: float = 0.0
    l2: float = 0.0
    per_sample: bool = False
    named: bool = False

    def lines(self, weights: Sequence[str], *, weighted: bool) -> dict[str, str]:
        """The lines of the penalty by name."""
        count = "np.sum(weight)" if weighted else "X.shape[0]"
        tail = f" / {count}" if self.per_sample else ""
        found: dict[str, str] = {}
        if self.l1 and weights:
            sizes = " + ".join(f"np.sum(np.abs({name}))" for name in weights)
            strength = "penalty_l1" if self.named else repr(self.l1)
            found["l1"] = f"{strength} * ({sizes}){tail}"
        if self.l2 and weights:
            squares = " + ".join(f"np.sum({name} ** 2)" for name in weights)
            strength = "0.5 * penalty_l2" if self.named else repr(self.l2 / 2)
            found["l2"] = f"{strength} * ({squares}){tail}"
        return found

    @property
    def strengths(self) -> dict[str, float]:
        """The strengths that there are, by the names that the lines have for them."""
        said = {"penalty_l1": self.l1, "penalty_l2": self.l2}
        return {name: float(strength) for name, strength in said.items() if strength}

    def without_numbers(self) -> Penalty:
        """The same of whatever strength."""
        return Penalty(bool(self.l1), bool(self.l2), self.per_sample, named=True)


@dataclass(frozen=True)
class NetworkPlan:
    """Layers on inputs of given units, with a loss: everything that can be known before there is data."""

    layers: tuple[Layer, ...]
    units: tuple[int, ...]
    loss: Loss
    labels: Labels
    dtype: str = "float64"
    penalty: Penalty = Penalty()
    whole_numbers: bool = False

    def __getstate__(self) -> dict[str, Any]:
        """What it was made of: what was compiled holds buffers, and is compiled anew for a copy."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @cached_property
    def training(self) -> Draft:
        """The forward pass as it is trained."""
        return draft(self.layers, self.units, training=True)

    @cached_property
    def predicting(self) -> Draft:
        """The forward pass as it is used."""
        return draft(self.layers, self.units, training=False)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every array that the network keeps."""
        kept = {**self.training.state, **self.training.parameters}
        return {name: start.shape for name, start in kept.items()}

    @property
    def strengths(self) -> dict[str, Array]:
        """The strengths of the penalty, as a step reads them."""
        said = self.penalty.strengths
        return {name: np.asarray(item, self.dtype) for name, item in said.items()}

    @property
    def n_outputs(self) -> int:
        """How many numbers a prediction has."""
        return self.training.width

    def source(
        self,
        *,
        training: bool = True,
        weighted: bool = False,
        returned: Sequence[str] | None = None,
    ) -> str:
        """The NumPy source of the forward pass, from the data and the parameters to the loss.

        It returns the loss, and with it what a step carries on or what is predicted; or what is asked for.
        """
        drafted = self.training if training else self.predicting
        weights = drafted.weights()
        penalty = self.penalty.lines(weights, weighted=weighted) if training else {}
        lines = [
            *drafted.lines,
            *loss_lines(self.loss, self.labels, weighted=weighted, penalty=penalty),
        ]
        usual = ["loss", *(drafted.carried.values() if training else ["y_pred"])]
        arguments = self.arguments(drafted, weighted=weighted)
        return function_text(
            "network", arguments, [*lines, f"return {', '.join(returned or usual)}"]
        )

    def arguments(self, drafted: Draft, *, weighted: bool) -> list[str]:
        """What the source of a pass reads, in order."""
        weight = ["weight"] if weighted else []
        named = self.penalty.named and drafted is self.training
        strengths = self.penalty.strengths if named and drafted.weights() else {}
        before = ["X", "Y", *weight, *drafted.masks, *strengths, *drafted.state]
        return [*before, *drafted.parameters]

    def function(self, source: str, drafted: Draft, title: str) -> Callable[..., Any]:
        """The function of a source, known to tracebacks and tracing by its lines."""
        file = register(source, f"network {title}")
        scope = {**drafted.functions, **self.loss.functions}
        return compiled_text(source, file, "network", scope)

    def sample(self, *, weighted: bool, n: int = 3) -> dict[str, Array]:
        """Made-up numbers of the right shapes and types, to trace the passes with."""
        rng = np.random.default_rng(0)
        X: Array = rng.normal(size=(n, *self.units))
        if self.training.lookups:
            # every table of words has a word 0
            X = np.zeros(X.shape, np.int64 if self.whole_numbers else np.float64)
        arrays = {"X": X, "Y": draw_labels(self.labels, rng, n, self.n_outputs)}
        if weighted:
            arrays["weight"] = np.ones(n) if not self.loss.entries else np.ones((n, 1))
        drafted = self.training
        arrays |= self.strengths
        for name, mask in drafted.masks.items():
            arrays[name] = np.ones((n, *mask.units))
        for name, start in drafted.state.items():
            arrays[name] = np.ones(start.shape)
        for name, start in drafted.parameters.items():
            arrays[name] = rng.normal(size=start.shape) * 0.1
        return {
            name: array.astype(self.dtype) if array.dtype.kind == "f" else array
            for name, array in arrays.items()
        }

    def derived(self, *, weighted: bool) -> tuple[Run, Derived]:
        """The training pass and its gradients, derived once."""
        if weighted not in self._derived:
            self._derived[weighted] = self._derive(weighted=weighted)
        return self._derived[weighted]

    @cached_property
    def _derived(self) -> dict[bool, tuple[Run, Derived]]:
        return {}

    def _derive(self, *, weighted: bool) -> tuple[Run, Derived]:
        source = self.source(weighted=weighted)
        function = self.function(source, self.training, "training")
        arrays = self.sample(weighted=weighted)
        known = self.arguments(self.training, weighted=weighted)
        with np.errstate(all="ignore"):
            return derive(
                function,
                {name: arrays[name] for name in known},
                list(self.training.parameters),
            )

    @cached_property
    def form(self) -> NetworkPlan:
        """The plan whose penalty has no strength yet: what is derived and compiled for it serves every strength."""
        return replace(self, penalty=self.penalty.without_numbers())

    def share(self, forms: list[NetworkPlan]) -> None:
        """Use the form among these that is alike, with all that was made for it; else add the own one."""
        alike = next((one for one in forms if one == self.form), None)
        if alike is None:
            forms.append(self.form)
        else:
            self.__dict__["form"] = alike

    def step(
        self, optimizer: Optimizer, limits: StepLimits, *, weighted: bool
    ) -> Compiled:
        """The training step as one compiled function; the learning rate and the penalty's strengths are inputs.

        It is made once for all plans that share a form, whichever thread asks first.
        """
        if not self.penalty.named:
            return self.form.step(optimizer, limits, weighted=weighted)
        asked = (optimizer.rule, dict(optimizer.settings), limits, weighted)
        with MAKING:
            kept = self._steps
            found = next((made for said, made in kept if said == asked), None)
            if found is None:
                found = self._step(optimizer, limits, weighted=weighted)
                kept.append((asked, found))
                del kept[:-MOST_STEPS]
        return found

    @cached_property
    def _steps(self) -> list[tuple[Any, Compiled]]:
        return []

    def _step(
        self, optimizer: Optimizer, limits: StepLimits, *, weighted: bool
    ) -> Compiled:
        with np.errstate(all="ignore"):
            run, derived = self.derived(weighted=weighted)
            whole = training_step(
                run,
                derived,
                optimizer=optimizer,
                carried=self.training.carried,
                limits=limits,
            )
        state = list(optimizer.start(self.sample_parameters()))
        return compiled(
            whole,
            "step",
            ["loss", *self.training.parameters, *state, *self.training.carried],
            owned=[*self.training.parameters, *state],
        )

    def split_step(
        self, optimizer: Optimizer, limits: StepLimits, *, weighted: bool
    ) -> tuple[Compiled, Compiled]:
        """The gradients and the update as two functions, so that gradients can add up in between."""
        with MAKING, np.errstate(all="ignore"):
            run, derived = self.form.derived(weighted=weighted)
            gradients = gradient_step(run, derived, self.training.carried)
            update = update_step(derived, optimizer=optimizer, limits=limits)
        parameters = list(self.training.parameters)
        state = list(optimizer.start(self.sample_parameters()))
        return (
            compiled(
                gradients, "gradients", ["loss", *parameters, *self.training.carried]
            ),
            compiled(update, "update", [*parameters, *state]),
        )

    def sample_parameters(self) -> dict[str, Array]:
        """Parameters of the right shapes, all 0."""
        return {
            name: np.zeros(start.shape, self.dtype)
            for name, start in self.training.parameters.items()
        }

    @cached_property
    def prediction(self) -> Compiled:
        """The forward pass as it is used, compiled: the prediction alone."""
        if not self.penalty.named:
            return self.form.prediction
        drafted = self.predicting
        arguments = ["X", *drafted.state, *drafted.parameters]
        source = function_text("network", arguments, [*drafted.lines, "return y_pred"])
        return self._traced(source, arguments, "predict", ["y_pred"], weighted=False)

    @cached_property
    def evaluation(self) -> Compiled:
        """Loss and prediction as the network is used, compiled; samples weigh as told."""
        if not self.penalty.named:
            return self.form.evaluation
        source = self.source(training=False, weighted=True)
        arguments = self.arguments(self.predicting, weighted=True)
        return self._traced(
            source, arguments, "evaluate", ["loss", "y_pred"], weighted=True
        )

    def _traced(
        self,
        source: str,
        arguments: Sequence[str],
        title: str,
        outputs: Sequence[str],
        *,
        weighted: bool,
    ) -> Compiled:
        function = self.function(source, self.predicting, title)
        arrays = self.sample(weighted=weighted)
        with MAKING, np.errstate(all="ignore"):
            given: dict[str, Any] = {name: arrays[name] for name in arguments}
            run = fuse(recognise(trace(function, **given)))
        return compiled(run, title, outputs)
