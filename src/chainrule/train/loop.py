"""The loop: batches, steps, epochs, the best weights kept, and everything needed to go on after a stop."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.nn.optimizers import Optimizer, optimizer
from chainrule.nn.schedules import OnPlateau, Schedule
from chainrule.program import Array, NonFiniteError
from chainrule.train.metrics import Metric
from chainrule.train.plan import Plan
from chainrule.train.step import Compiled, Limits
from chainrule.train.watch import first_non_finite


@dataclass(frozen=True, slots=True)
class Data:
    """Samples in rows: inputs, labels, and how much each sample weighs (None: all alike)."""

    X: Array
    Y: Array
    weight: Array | None = None

    def __len__(self) -> int:
        return len(self.X)

    def at(self, index: Any) -> Data:
        """Some of the samples."""
        weight = None if self.weight is None else self.weight[index]
        return Data(self.X[index], self.Y[index], weight)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train: how long, in what batches, with which steps, and when to stop."""

    epochs: int = 100
    batch_size: int = 32
    shuffle: bool = True
    seed: int = 0
    optimizer: Optimizer = field(default_factory=lambda: optimizer("sgd"))
    schedule: Schedule | None = None
    limits: Limits = field(default_factory=Limits)
    accumulate: int = 1
    patience: int | None = None
    min_delta: float = 0.0
    monitor: str = "val_loss"
    detect_anomaly: bool = False


@dataclass(slots=True)
class Progress:
    """Where a training is: all of it, so that a training that is taken up again ends as an unbroken one."""

    parameters: dict[str, Array]
    state: dict[str, Array]
    running: dict[str, Array]
    epoch: int = 0
    batch: int = 0
    step: int = 0
    sums: list[float] = field(default_factory=lambda: [0.0, 0.0])
    history: list[dict[str, float]] = field(default_factory=list)
    best: dict[str, Array] = field(default_factory=dict)
    best_value: float = math.inf
    best_epoch: int = 0
    waited: int = 0
    plateau: dict[str, float] = field(default_factory=dict)
    stopped: bool = False

    def everything(self) -> dict[str, Array]:
        """What predictions are made with: parameters and running statistics."""
        return {**self.running, **self.parameters}

    def copied(self) -> dict[str, Array]:
        """The same, kept from the steps to come, which write into the parameters."""
        return {name: array.copy() for name, array in self.everything().items()}


@contextmanager
def deferred() -> Iterator[list[int]]:
    """Ctrl-C is noted in a list, and acted upon between two steps: half a step is no place to go on from.

    A second Ctrl-C interrupts at once. Outside of the main thread signals are not ours to take.
    """
    asked: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before is not signal.default_int_handler:
        yield asked
        return

    def note(number: int, frame: Any) -> None:
        if asked:
            signal.default_int_handler(number, frame)
        asked.append(number)

    signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


Watcher = Callable[["Training"], Any]


class Training:
    """One training: a plan, its settings, its data and its progress.

    ``after_epoch`` are called with the training after each epoch; one that returns True ends it. ``after_step``
    are called after each step.
    """

    def __init__(
        self,
        plan: Plan,
        settings: Settings,
        data: Data,
        progress: Progress,
        *,
        validation: Data | None = None,
        metrics: Mapping[str, Metric] | None = None,
        after_epoch: Sequence[Watcher] = (),
        after_step: Sequence[Watcher] = (),
        order: Callable[[int, int], Array] | None = None,
        step: Compiled | None = None,
    ) -> None:
        self.plan = plan
        self.settings = settings
        self.data = data
        self.progress = progress
        self.validation = validation
        self.metrics = dict(metrics or {})
        self.after_epoch = tuple(after_epoch)
        self.after_step = tuple(after_step)
        self.order = order or self._shuffled
        self.weighted = data.weight is not None
        progress.parameters = {
            name: array.copy() for name, array in progress.parameters.items()
        }
        self._remember()
        if isinstance(settings.schedule, OnPlateau) and progress.plateau:
            settings.schedule.restore(progress.plateau)
        self.stop: list[int] = []
        self._prepare(step)

    def _prepare(self, step: Compiled | None) -> None:
        settings = self.settings
        if settings.accumulate > 1:
            self.pair = self.plan.split_step(
                settings.optimizer, settings.limits, weighted=self.weighted
            )
        else:
            self.step = step or self.plan.step(
                settings.optimizer, settings.limits, weighted=self.weighted
            )

    @property
    def n_batches(self) -> int:
        """How many batches an epoch has; the last may be smaller."""
        return max(math.ceil(len(self.data) / self.settings.batch_size), 1)

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        rate, schedule = self.settings.optimizer.learning_rate, self.settings.schedule
        if schedule is None:
            return rate
        n_updates = math.ceil(self.n_batches / self.settings.accumulate)
        return rate * schedule(self.progress.step, n_updates * self.settings.epochs)

    def run(self) -> None:
        """Train from where the progress stands to the last epoch, or until something says stop.

        Raises:
            NonFiniteError: E201 at the first loss that is not finite; the last good weights are put back.
        """
        with np.errstate(all="ignore"), deferred() as self.stop:
            try:
                while (
                    self.progress.epoch < self.settings.epochs
                    and not self.progress.stopped
                ):
                    self._epoch()
                    # every watcher is asked, also where one has said stop
                    answers = [watcher(self) for watcher in self.after_epoch]
                    self.progress.stopped |= any(answers)
            except NonFiniteError:
                self._put_back()
                raise

    def _shuffled(self, epoch: int, n: int) -> Array:
        """The order of the samples in an epoch: it depends on the seed and the epoch alone."""
        if not self.settings.shuffle:
            return np.arange(n)
        return self._stream(0, epoch).permutation(n)

    def _stream(self, *place: int) -> np.random.Generator:
        return np.random.default_rng(
            np.random.SeedSequence(self.settings.seed, spawn_key=(7, *place))
        )

    def _epoch(self) -> None:
        order = self.order(self.progress.epoch, len(self.data))
        mixed = self.data if not self.settings.shuffle else self.data.at(order)
        progress = self.progress
        if self.settings.accumulate > 1:
            self._accumulated(mixed)
        else:
            self._steps(mixed)
        total, weight = progress.sums
        row = {"epoch": progress.epoch + 1, "loss": total / max(weight, 1e-300)}
        row["learning_rate"] = self.learning_rate
        row |= self._validated()
        self._require_finite_parameters()
        progress.history.append(row)
        progress.epoch, progress.batch, progress.sums = (
            progress.epoch + 1,
            0,
            [0.0, 0.0],
        )
        if isinstance(self.settings.schedule, OnPlateau):
            self.settings.schedule.watch(row.get("val_loss", row["loss"]))
            progress.plateau = self.settings.schedule.state()
        self._judge(row)
        self._remember()

    def _remember(self) -> None:
        """Keep what is good now, to put it back or to start from it again; only parameters are written into."""
        progress = self.progress
        self.good, self.good_state = progress.copied(), dict(progress.state)
        self.good_epoch, self.good_batch = progress.epoch, progress.batch

    def _batches(self, mixed: Data) -> Iterator[Data]:
        size, n = self.settings.batch_size, len(mixed)
        for start in range(self.progress.batch * size, n, size):
            yield mixed.at(slice(start, start + size))

    def _masks(self, n: int) -> dict[str, Array]:
        """The masks of this step; they depend on the seed and the step's place alone."""
        found: dict[str, Array] = {}
        for position, (name, mask) in enumerate(self.plan.training.masks.items()):
            draws = self._stream(
                1, self.progress.epoch, self.progress.batch, position
            ).random((n, *mask.units))
            found[name] = ((draws >= mask.rate) / (1 - mask.rate)).astype(
                self.plan.dtype
            )
        return found

    def _steps(self, mixed: Data) -> None:
        """One update a batch; the loop that everything else waits for."""
        progress, compiled = self.progress, self.step
        names, function, weighted = compiled.inputs, compiled.function, self.weighted
        live: dict[str, Any] = {
            **progress.running,
            **progress.parameters,
            **progress.state,
        }
        results = compiled.outputs[1:]
        masks = bool(self.plan.training.masks)
        try:
            for batch in self._batches(mixed):
                live["X"], live["Y"], live["weight"] = batch.X, batch.Y, batch.weight
                live["learning_rate"], live["t"] = (
                    self.learning_rate,
                    float(progress.step + 1),
                )
                if masks:
                    live |= self._masks(len(batch))
                loss, *new = function(*[live[name] for name in names])
                number = float(loss)
                if not math.isfinite(number):
                    self._diverged(compiled, self._replayed(mixed), number)
                live.update(zip(results, new, strict=True))
                size = (
                    float(batch.weight.sum())
                    if weighted and batch.weight is not None
                    else len(batch)
                )
                progress.sums[0] += number * size
                progress.sums[1] += size
                progress.batch += 1
                progress.step += 1
                if self.stop:
                    raise KeyboardInterrupt
                if self.settings.detect_anomaly:
                    self._require_finite(compiled, live, new)
                if self.after_step:
                    self._store(live)
                    for watcher in self.after_step:
                        watcher(self)
        finally:
            self._store(live)

    def _replayed(self, mixed: Data) -> dict[str, Any]:
        """What went into the step at hand, whose parameters have been written over: the epoch done once more."""
        progress, compiled = self.progress, self.step
        batch, step = progress.batch, progress.step
        live: dict[str, Any] = {
            name: array.copy() for name, array in self.good.items()
        } | self.good_state
        progress.batch, progress.step = (
            self.good_batch,
            step - (batch - self.good_batch),
        )
        for part in self._batches(mixed):
            live |= {
                "X": part.X,
                "Y": part.Y,
                "weight": part.weight,
                **self._masks(len(part)),
            }
            live |= {"learning_rate": self.learning_rate, "t": float(progress.step + 1)}
            if progress.batch == batch:
                break
            _, *new = compiled.function(*[live[name] for name in compiled.inputs])
            live.update(zip(compiled.outputs[1:], new, strict=True))
            progress.batch, progress.step = progress.batch + 1, progress.step + 1
        progress.batch, progress.step = batch, step
        return live

    def _accumulated(self, mixed: Data) -> None:
        """One update for several batches, whose gradients add up by their weights."""
        progress, (gradients, update) = self.progress, self.pair
        names = list(progress.parameters)
        totals: dict[str, Any] = {}
        weight, waiting = 0.0, 0
        live: dict[str, Any] = {
            **progress.running,
            **progress.parameters,
            **progress.state,
        }
        for batch in self._batches(mixed):
            live["X"], live["Y"], live["weight"] = batch.X, batch.Y, batch.weight
            live |= self._masks(len(batch))
            loss, *new = gradients.function(*[live[name] for name in gradients.inputs])
            number = float(loss)
            if not math.isfinite(number):
                self._diverged(gradients, live, number)
            size = (
                float(batch.weight.sum())
                if batch.weight is not None
                else float(len(batch))
            )
            for name, gradient in zip(names, new, strict=False):
                totals[name] = totals.get(name, 0) + size * gradient
            live.update(
                zip(gradients.outputs[1 + len(names) :], new[len(names) :], strict=True)
            )
            weight, waiting = weight + size, waiting + 1
            progress.sums[0] += number * size
            progress.sums[1] += size
            progress.batch += 1
            if waiting == self.settings.accumulate or progress.batch == self.n_batches:
                means = {f"d{name}": total / weight for name, total in totals.items()}
                live |= {
                    **means,
                    "learning_rate": self.learning_rate,
                    "t": float(progress.step + 1),
                }
                new = update.function(*[live[name] for name in update.inputs])
                live.update(
                    zip(
                        update.outputs,
                        new if isinstance(new, tuple) else (new,),
                        strict=True,
                    )
                )
                totals, weight, waiting = {}, 0.0, 0
                progress.step += 1
                if self.stop:
                    break
        self._store(live)
        if self.stop:
            raise KeyboardInterrupt

    def _store(self, live: Mapping[str, Any]) -> None:
        progress = self.progress
        for kept in (progress.parameters, progress.state, progress.running):
            for name in kept:
                kept[name] = np.asarray(live[name])

    def _require_finite(
        self, compiled: Compiled, live: Mapping[str, Any], new: Sequence[Any]
    ) -> None:
        if not all(np.isfinite(array).all() for array in new):
            self._diverged(compiled, live, float("nan"))

    def _require_finite_parameters(self) -> None:
        for name, array in self.progress.parameters.items():
            if not np.isfinite(array).all():
                raise NonFiniteError(
                    "E201",
                    f"{name} is no longer finite after epoch {self.progress.epoch + 1}",
                    detail=self._kept(),
                    hint="lower the learning rate, or clip the gradients with clip_norm=1.0",
                )

    def _diverged(
        self, compiled: Compiled, live: Mapping[str, Any], loss: float
    ) -> None:
        progress = self.progress
        step, batch, epoch = progress.step + 1, progress.batch + 1, progress.epoch + 1
        found = first_non_finite(compiled.run.program, live)
        where = (
            f"first in {found[0].name or 'a part'}, at {found[1]}\n" if found else ""
        )
        raise NonFiniteError(
            "E201",
            f"the loss became {loss} at step {step} (epoch {epoch}, batch {batch})",
            detail=where + self._kept(),
            hint="lower the learning rate, standardise the inputs, or clip the gradients with clip_norm=1.0",
        )

    def _kept(self) -> str:
        return f"the weights are those after epoch {self.good_epoch}, the last that were good"

    def _put_back(self) -> None:
        for kept in (self.progress.parameters, self.progress.running):
            for name in kept:
                kept[name] = self.good[name]

    def _validated(self) -> dict[str, float]:
        if self.validation is None or not len(self.validation):
            return {}
        loss, predicted = evaluate(
            self.plan, self.progress.everything(), self.validation
        )
        measured = {
            f"val_{name}": metric(predicted, self.validation.Y)
            for name, metric in self.metrics.items()
        }
        return {"val_loss": loss, **measured}

    def _judge(self, row: Mapping[str, float]) -> None:
        """Remember the best weights; stop when they have not got better for too long."""
        settings, progress = self.settings, self.progress
        if settings.patience is None:
            return
        name = settings.monitor if settings.monitor in row else "loss"
        value = row[name] * (1 if "loss" in name or "error" in name else -1)
        if value < progress.best_value - settings.min_delta:
            progress.best_value, progress.best_epoch, progress.waited = (
                value,
                progress.epoch,
                0,
            )
            progress.best = progress.copied()
            return
        progress.waited += 1
        progress.stopped = progress.waited >= settings.patience

    def finish(self) -> None:
        """Put the best weights back, if the best were looked for."""
        if self.progress.best:
            for kept in (self.progress.parameters, self.progress.running):
                for name in kept:
                    kept[name] = self.progress.best[name]


def evaluate(
    plan: Plan, numbers: Mapping[str, Array], data: Data
) -> tuple[float, Array]:
    """The loss and the predictions of a network on data, as it is used."""
    compiled = plan.evaluation
    weight = data.weight
    if weight is None:
        weight = np.ones((len(data), 1) if plan.loss.entries else len(data), plan.dtype)
    given = {"X": data.X, "Y": data.Y, "weight": weight, **numbers}
    with np.errstate(all="ignore"):
        loss, predicted = compiled.function(*[given[name] for name in compiled.inputs])
    return float(loss), np.asarray(predicted)


def predict(plan: Plan, numbers: Mapping[str, Array], X: Array) -> Array:
    """The predictions of a network."""
    compiled = plan.prediction
    given = {"X": X, **numbers}
    with np.errstate(all="ignore"):
        return np.asarray(compiled.function(*[given[name] for name in compiled.inputs]))
