"""Networks: layers and a loss that can be trained, asked, summarised, saved, and read as NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack, cast

import numpy as np

from chainrule.nn import (
    Described,
    Loss,
    describe_toml,
    loss_of,
    optimizer,
    schedule,
)
from chainrule.nn.forward_source import draft
from chainrule.nn.layer_registry import Layer
from chainrule.nn.layers import Written
from chainrule.nn.losses import Labels
from chainrule.nn.mlp import draw
from chainrule.nn.mlp_spec import MlpSpec
from chainrule.nn.options import settled, taking
from chainrule.program import Array, ChainruleError, ShapeError, UsageError
from chainrule.train.data.samples import (
    class_weights,
    inputs_of,
    kind_of,
    labels_of,
    n_outputs_of,
    require_units,
    require_words,
    split,
    weights_of,
)
from chainrule.train.loop.engine import Engine
from chainrule.train.loop.fitting import fitted
from chainrule.train.loop.health import health
from chainrule.train.loop.metrics import Metric, classes, usual
from chainrule.train.loop.state import Data, Settings
from chainrule.train.loop.training_step import StepLimits
from chainrule.train.model import model_file, validate
from chainrule.train.model.compiled import NetworkPlan, Penalty
from chainrule.train.model.forward import evaluate, predict
from chainrule.train.model.from_words import trainable
from chainrule.train.model.output_layer import closed, planned, usual_loss
from chainrule.train.model.summary import Summary, told
from chainrule.train.options import FitOptions, NetworkOptions


class Network:
    """A network from its layers, in words or in layer objects, and a loss.

    Whole numbers are ``Dense`` layers with ``activation``; where the last layer is one, the labels decide how many
    outputs follow it. Without a loss, it follows from the last activation or from the labels. A loss of your own is
    a function in plain NumPy of (y_true, y_pred), giving a loss for every sample or every entry.

    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> Y = np.array([[0.0], [1.0], [1.0], [0.0]])
    >>> network = Network(
    ...     (8,),
    ...     activation="tanh",
    ...     loss="bce",
    ...     optimizer="adam",
    ...     learning_rate=0.1,
    ...     seed=1,
    ... )
    >>> _ = network.fit(X, Y, epochs=150, batch_size=4)
    >>> network.classes(X).ravel().tolist()
    [0, 1, 1, 0]
    """

    @taking(NetworkOptions)
    def __init__(
        self,
        layers: Sequence[Layer | int],
        loss: str | Loss | Callable[[Any, Any], Any] | None = None,
        **options: Unpack[NetworkOptions],
    ) -> None:
        said: NetworkOptions = settled(NetworkOptions, options)
        self.hidden = validate.layers_of(layers, said["activation"])
        self.open_ended = not self.hidden or isinstance(layers[-1], int | np.integer)
        self.labels = said["labels"]
        self.loss = (
            None
            if loss is None
            else loss_of(loss, cast("Labels", self.labels or "real"))
        )
        self.optimizer = optimizer(said["optimizer"], said["learning_rate"])
        self.schedule = None if said["schedule"] is None else schedule(said["schedule"])
        self.penalty = Penalty(said["l1"], said["l2"])
        self.limits = StepLimits(
            said["clip_value"], said["clip_norm"], said["max_norm"]
        )
        self.seed, self.dtype = said["seed"], said["dtype"]
        self.plan_: NetworkPlan | None = None
        self.numbers_: dict[str, Array] = {}
        self.history_: list[dict[str, float]] = []
        self.best_epoch_ = self.n_steps_ = 0
        self.engine_: Engine | None = None

    @property
    def plan(self) -> NetworkPlan:
        """What is known once the inputs and labels are.

        Raises:
            UsageError: E417 before the network has met data.
        """
        if self.plan_ is None:
            raise UsageError(
                "E417",
                "the network has not met data yet, so its inputs are not known",
                hint="call fit(X, Y), or build(n_inputs) with layers that end in the outputs",
            )
        return self.plan_

    def build(
        self,
        n_inputs: int | tuple[int, ...],
        n_outputs: int | None = None,
        labels: str | None = None,
    ) -> Network:
        """Settle the inputs and outputs and draw the parameters, as ``fit`` does on its first call.

        ``n_inputs`` is how many numbers a sample has, or the shape of one: ``(1, 28, 28)``.
        """
        units = n_inputs if isinstance(n_inputs, tuple) else (n_inputs,)
        words = draft(self.hidden, units).whole_numbers
        self.meet(units, n_outputs, labels or self.labels, whole_numbers=words)
        return self

    def meet(
        self,
        units: tuple[int, ...],
        n_outputs: int | None,
        labels: str | None,
        *,
        whole_numbers: bool,
    ) -> None:
        """Settle inputs of ``units``, outputs and labels, and draw the parameters."""
        self.plan_ = self._planned(
            units, n_outputs, labels, whole_numbers=whole_numbers
        )
        drafted = self.plan_.training
        drawn = {
            **draw(drafted.state, self.seed),
            **draw(drafted.parameters, self.seed),
        }
        self.numbers_ = {
            name: array.astype(self.dtype) for name, array in drawn.items()
        }

    def _planned(
        self,
        units: tuple[int, ...],
        n_outputs: int | None,
        labels: str | None,
        *,
        whole_numbers: bool,
    ) -> NetworkPlan:
        loss = self.loss or usual_loss(
            None if self.open_ended else self.hidden[-1], labels
        )
        return planned(
            closed(self.hidden, loss, n_outputs) if self.open_ended else self.hidden,
            units,
            loss,
            labels,
            n_outputs,
            dtype=self.dtype,
            penalty=self.penalty,
            whole_numbers=whole_numbers,
        )

    @taking(FitOptions)
    def fit(
        self,
        X: Any,
        Y: Any,
        **options: Unpack[FitOptions],
    ) -> Network:
        """Train on samples in rows. A second call goes on from the weights there are.

        ``validation`` is a share of the samples or a pair of arrays; with ``patience``, training stops once
        ``monitor`` has not got better for so many epochs, and the best weights are put back. ``checkpoint`` is a folder:
        a training that was stopped is taken up where it was, and ends as if it had not been stopped; ``restart``
        forgets what is there.

        ``metrics`` are measured on the validation samples (``val_accuracy``); with ``train_metrics`` on the training
        samples too (``accuracy``), which takes another forward pass each epoch.

        ``callbacks`` are called with the :class:`Training` after each epoch, those in ``after_step`` after each update;
        one that returns True ends the training. ``detect_anomaly`` looks at every gradient and weight after each step,
        and names the line where the first one that is not finite comes from.

        Raises:
            ShapeError: E101 where labels do not fit the outputs, E103 where there are no samples.
            UsageError: E410 for an unknown monitor or class, E411 for counts, shares and weights that cannot be,
                E414 for labels that are words.
            NonFiniteError: E201 when training diverges; the last good weights are kept.
        """
        said: FitOptions = settled(FitOptions, options)
        data, held = self.samples(X, Y, said)
        apart = said["validation"]
        if isinstance(apart, float):
            data, held = split(data, apart, self.seed)
        settings, metrics = self.settings(said), self.measures(said)
        fitted(self, settings, data, validation=held, metrics=metrics)
        return self

    def samples(self, X: Any, Y: Any, said: FitOptions) -> tuple[Data, Data | None]:
        """What ``fit`` is given to train on, and what it is given to measure on; a share is not yet taken.

        Raises:
            ShapeError: E103 where there are none.
        """
        data, apart = self.data(X, Y, said["sample_weight"]), said["validation"]
        if not len(data):
            raise ShapeError("E103", "there are no samples to train on")
        self.measures(said)
        if said["class_weight"] is not None:
            weight = class_weights(data, self.plan, said["class_weight"])
            data = replace(data, weight=weight)
        return data, self.data(*apart) if isinstance(apart, tuple) else None

    def settings(self, said: FitOptions) -> Settings:
        """How ``fit`` trains when it is told ``said``."""
        return Settings(said, self.optimizer, self.schedule, self.limits, self.seed)

    def measures(self, said: FitOptions) -> dict[str, Metric]:
        """What ``fit`` measures when it is told ``said``.

        Raises:
            UsageError: E410 for an unknown monitor.
        """
        metrics = said["metrics"]
        if metrics is None:
            metrics = usual(self.plan.labels, logits=self.gives_logits)
        validate.require_monitor(
            said["monitor"],
            metrics,
            held=said["validation"] is not None,
            train_metrics=said["train_metrics"],
        )
        return dict(metrics)

    @property
    def reached(self) -> dict[str, float]:
        """What was measured after the epoch that the weights are from: a row of the history, none before training."""
        if not self.history_:
            return {}
        return self.history_[(self.best_epoch_ or len(self.history_)) - 1]

    @property
    def gives_logits(self) -> bool:
        """Whether predictions are scores rather than probabilities."""
        return self.plan.loss.logits

    def data(self, X: Any, Y: Any, weight: Any = None) -> Data:
        """Samples in rows with their labels and weights, checked, in the form the plan takes them."""
        known, numbers = self.plan_, self.numbers_
        try:
            return self._data(validate.table_of(X), np.asarray(Y), weight)
        except ChainruleError:
            # what was learnt from data that is refused is forgotten
            self.plan_, self.numbers_ = known, numbers
            raise

    def _data(self, X: Array, labels: Array, weight: Any) -> Data:
        whole = self._looks_up(X)
        arrays = validate.takes_arrays(self.hidden)
        inputs = inputs_of(X, self.dtype, whole=whole, arrays=arrays)
        validate.require_labels(labels, len(inputs))
        if self.plan_ is None:
            kind = self.labels or kind_of(labels, self.loss)
            self.meet(
                inputs.shape[1:], n_outputs_of(labels, kind), kind, whole_numbers=whole
            )
        plan = self.plan
        require_units(inputs, plan.units)
        require_words(inputs, plan.training.lookups)
        weights = None if weight is None else weights_of(weight, plan, len(inputs))
        return Data(inputs, labels_of(labels, plan, len(inputs)), weights)

    def _looks_up(self, X: Array) -> bool:
        """Whether the inputs are whole numbers that an embedding looks up."""
        if self.plan_ is not None:
            return self.plan_.whole_numbers
        if X.dtype.kind not in "iu" or X.ndim != 2:
            return False
        return draft(self.hidden, X.shape[1:]).whole_numbers

    def predict(self, X: Any) -> Array:
        """The predictions for samples in rows, as they leave the last layer."""
        arrays = validate.takes_arrays(self.hidden)
        inputs = inputs_of(X, self.dtype, whole=self.plan.whole_numbers, arrays=arrays)
        require_units(inputs, self.plan.units)
        require_words(inputs, self.plan.training.lookups)
        return predict(self.plan, self.numbers_, inputs)

    def classes(self, X: Any) -> Array:
        """The class of every sample, as a whole number; several labels a sample stay side by side."""
        return classes(self.predict(X), self.plan.labels, logits=self.gives_logits)

    def evaluate(self, X: Any, Y: Any, sample_weight: Any = None) -> dict[str, float]:
        """The loss and the usual metrics on data."""
        data = self.data(X, Y, sample_weight)
        loss, predicted = evaluate(self.plan, self.numbers_, data)
        measured = usual(self.plan.labels, logits=self.gives_logits)
        return {
            "loss": loss,
            **{name: metric(predicted, data.Y) for name, metric in measured.items()},
        }

    def health(self, X: Any, Y: Any) -> list[str]:
        """Dead and saturated units, vanishing and exploding gradients on data, a sentence each."""
        data = self.data(X, Y)
        return health(self.plan, self.numbers_, data.X, data.Y)

    @property
    def source(self) -> str:
        """The forward pass in NumPy, from the data and the parameters to the loss."""
        return self.plan.source()

    def example(self, X: Any, Y: Any) -> Described:
        """The network on some samples, as a NumPy function with its arrays: what a lesson is made from."""
        data = self.data(X, Y)
        plan = self.plan
        drafted = plan.predicting
        source = plan.source(training=False, returned=["loss"])
        arrays = {"X": data.X, "Y": data.Y, **self.numbers_}
        used = {name: arrays[name] for name in plan.arguments(drafted, weighted=False)}
        sizes = (math.prod(plan.units), plan.n_outputs)
        words = MlpSpec(sizes, (), plan.loss, plan.labels)
        function = plan.function(source, drafted, "trained")
        return Described(
            words,
            source,
            function.__code__.co_filename,
            function,
            used,
            tuple(drafted.parameters),
            optimizer=self.optimizer,
        )

    def summary(self) -> Summary:
        """Every layer with its output, its parameters and its work, as a table that prints and shows itself."""
        return Summary(tuple(self.plan.training.rows))

    def __repr__(self) -> str:
        return told(self)

    def save(self, folder: str | Path, about: Mapping[str, Any] | None = None) -> Path:
        """Write ``model.json`` and ``weights.safetensors`` into a folder.

        Raises:
            CorruptFileError: E504 if they cannot be written.
        """
        return model_file.save(self, folder, about)

    @classmethod
    def from_toml(cls, path: str | Path, **options: Any) -> Network:
        """The network that a TOML file describes, with the numbers it gives; ``options`` are those of a network.

        Raises:
            UsageError: E412 with every mistake in the file, each with its place.
        """
        return trainable(describe_toml(path), cls, **options)

    @staticmethod
    def load(
        folder: str | Path,
        layers: Sequence[Written] = (),
        loss: Callable[[Any, Any], Any] | None = None,
    ) -> Network:
        """The network saved in a folder; ``layers`` and ``loss`` are your own, since a file carries no code.

        Raises:
            CorruptFileError: E503 or E504 for files that are damaged or cannot be read.
            UnsafeFileError: E510 for a file that could run code.
            UsageError: E415 where a layer or a loss of your own is missing.
        """
        model = model_file.open_model(folder)
        said = model.said
        network = Network(**model_file.options(said, layers, loss))
        units, words = tuple(said["units"]), said["whole_numbers"]
        plan = network._planned(units, None, said["labels"], whole_numbers=words)
        # nothing is drawn or made room for that the file does not hold
        network.numbers_ = model_file.fitting(folder, model, plan.shapes)
        network.plan_, network.n_steps_ = plan, model.n_steps
        network.history_ = [
            {key: math.nan if item is None else item for key, item in row.items()}
            for row in said["history"]
        ]
        return network
