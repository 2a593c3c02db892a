"""The loop: epochs of steps, the best weights kept, and a good place to go back to after a divergence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.nn.schedules import OnPlateau
from chainrule.program import Array, NonFiniteError
from chainrule.train.loop import batches
from chainrule.train.loop.anomaly import require_finite
from chainrule.train.loop.engine import CompiledEpochs, engine_of
from chainrule.train.loop.interrupt import deferred
from chainrule.train.loop.metrics import Metric
from chainrule.train.loop.seeds import shuffled
from chainrule.train.loop.state import Data, Progress, Settings
from chainrule.train.model.compiled import NetworkPlan
from chainrule.train.model.forward import evaluate

Watcher = Callable[["Training"], Any]


class Training:
    """One training: a plan, its settings, its data and its progress.

    ``after_step`` are called with the training after each update, ``after_epoch`` after each epoch; one that returns
    True ends the training.
    """

    def __init__(
        self,
        plan: NetworkPlan,
        settings: Settings,
        data: Data,
        progress: Progress,
        *,
        validation: Data | None = None,
        metrics: Mapping[str, Metric] | None = None,
        after_epoch: Sequence[Watcher] = (),
        after_step: Sequence[Watcher] = (),
        order: Callable[[int, int], Array] | None = None,
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
        self.until: int | None = None
        # a step writes into parameters and state: those that were given are somebody else's
        progress.become(progress.snapshot())
        self._remember()
        if isinstance(settings.schedule, OnPlateau) and progress.plateau:
            settings.schedule.restore(progress.plateau)
        self.stop: list[int] = []
        self._prepare()

    def _prepare(self) -> None:
        settings = self.settings
        if settings.fit["accumulate"] > 1:
            self.pair = self.plan.split_step(
                settings.optimizer, settings.limits, weighted=self.weighted
            )
        else:
            self.step = self.plan.step(
                settings.optimizer, settings.limits, weighted=self.weighted
            )
            self.again = self.step.repeated()
        self.engine, compiled = engine_of(self)
        self.compiled = None if compiled is None else CompiledEpochs(self, compiled)

    def rates(self, count: int, skipped: int = 0) -> Array:
        """The learning rates of the next steps, or of those after the ones that are skipped."""
        if self.settings.schedule is None:
            return np.full(count, self.settings.optimizer.learning_rate)
        at = self.progress.step
        try:
            found = []
            for self.progress.step in range(at + skipped, at + skipped + count):
                found.append(self.learning_rate)
        finally:
            self.progress.step = at
        return np.array(found, np.float64)

    @property
    def n_batches(self) -> int:
        """How many batches an epoch has; the last may be smaller."""
        return max(math.ceil(len(self.data) / self.settings.fit["batch_size"]), 1)

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        rate, schedule = self.settings.optimizer.learning_rate, self.settings.schedule
        if schedule is None:
            return rate
        n_updates = math.ceil(self.n_batches / self.settings.fit["accumulate"])
        return rate * schedule(
            self.progress.step, n_updates * self.settings.fit["epochs"]
        )

    def run(self) -> None:
        """Train from where the progress stands to the last epoch, or until something says stop.

        Raises:
            NonFiniteError: E201 at the first loss that is not finite; the last good weights are put back.
        """
        with np.errstate(all="ignore"), deferred() as self.stop:
            try:
                self._epochs()
            except NonFiniteError:
                self.put_back()
                raise
            except KeyboardInterrupt:
                # a second Ctrl-C does not wait for the step, which may have written half of its weights
                if len(self.stop) > 1:
                    self.put_back()
                raise

    def _epochs(self) -> None:
        progress = self.progress
        while self.goes_on:
            self._epoch()
            # every watcher is asked, also where one has said stop
            answers = [watcher(self) for watcher in self.after_epoch]
            progress.stopped |= any(answers)
            if self.stop:
                raise KeyboardInterrupt

    @property
    def goes_on(self) -> bool:
        """Whether there is an epoch to come."""
        return self.progress.epoch < self.last and not self.progress.stopped

    @property
    def last(self) -> int:
        """The epoch after which there is to be a look at it, or the last of all."""
        epochs = self.settings.fit["epochs"]
        return epochs if self.until is None else min(self.until, epochs)

    @property
    def is_judged(self) -> bool:
        """Whether what comes after an epoch depends on the numbers it has reached."""
        fit = self.settings.fit
        held = self.validation is not None and len(self.validation) > 0
        plateau = isinstance(self.settings.schedule, OnPlateau)
        patient = fit["patience"] is not None
        return held or plateau or patient or fit["train_metrics"]

    def _shuffled(self, epoch: int, n: int) -> Array:
        return shuffled(self.settings.seed, epoch, n)

    def batches(self, mixed: Data) -> Iterator[Data]:
        """The batches of an epoch that are still to come."""
        size, n = self.settings.fit["batch_size"], len(mixed)
        for start in range(self.progress.batch * size, n, size):
            yield mixed.at(slice(start, start + size))

    def _epoch(self) -> None:
        progress, settings = self.progress, self.settings
        order = self.order(progress.epoch, len(self.data))
        if self.compiled is not None:
            self.compiled.run(self, order if settings.fit["shuffle"] else None)
            self.end_epoch()
            return
        mixed = self.data.at(order) if settings.fit["shuffle"] else self.data
        if settings.fit["accumulate"] > 1:
            batches.accumulated(self, *self.pair, mixed)
        else:
            batches.each(self, self.step, mixed)
        self.end_epoch()

    def end_epoch(self, *, reached: bool = True) -> None:
        """Close an epoch whose batches are counted; ``reached``: the progress holds the numbers that it led to.

        Raises:
            NonFiniteError: E201 where these are not finite.
        """
        progress, settings = self.progress, self.settings
        total, weight = progress.sums
        row = {"epoch": progress.epoch + 1, "loss": total / max(weight, 1e-300)}
        row["learning_rate"] = self.learning_rate
        if settings.fit["train_metrics"]:
            row |= self._measured(self.data)[1]
        row |= self._validated()
        if reached:
            require_finite(self)
        progress.history.append(row)
        progress.epoch, progress.batch = progress.epoch + 1, 0
        progress.sums = [0.0, 0.0]
        if isinstance(settings.schedule, OnPlateau):
            settings.schedule.watch(row.get("val_loss", row["loss"]))
            progress.plateau = settings.schedule.state()
        self._judge(row)
        if reached:
            self._remember()

    def _remember(self) -> None:
        """Keep what is good now, to put it back or to start from it again."""
        self.good = self.progress.snapshot()

    def put_back(self) -> None:
        """Stand where all was good the last time."""
        self.progress.become(self.good.snapshot())

    def _validated(self) -> dict[str, float]:
        if self.validation is None or not len(self.validation):
            return {}
        loss, measured = self._measured(self.validation)
        return {
            "val_loss": loss,
            **{f"val_{name}": number for name, number in measured.items()},
        }

    def _measured(self, data: Data) -> tuple[float, dict[str, float]]:
        loss, predicted = evaluate(self.plan, self.progress.everything(), data)
        metrics = self.metrics.items()
        return loss, {name: metric(predicted, data.Y) for name, metric in metrics}

    def _judge(self, row: Mapping[str, float]) -> None:
        """Remember the best weights; stop when they have not got better for too long."""
        settings, progress = self.settings, self.progress
        if settings.fit["patience"] is None:
            return
        name = settings.fit["monitor"] if settings.fit["monitor"] in row else "loss"
        metric = self.metrics.get(name.removeprefix("val_"))
        value = -row[name] if getattr(metric, "better", "less") == "more" else row[name]
        if value < progress.best_value - settings.fit["min_delta"]:
            progress.best_value, progress.best_epoch, progress.waited = (
                value,
                progress.epoch,
                0,
            )
            progress.best = progress.copied()
            return
        progress.waited += 1
        progress.stopped = progress.waited >= settings.fit["patience"]

    def finish(self) -> None:
        """Put the best weights back, if the best were looked for."""
        if self.progress.best:
            for kept in (self.progress.parameters, self.progress.running):
                for name in kept:
                    kept[name] = self.progress.best[name]
