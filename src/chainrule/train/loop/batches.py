"""The steps of one epoch: an update for every batch, or one for several whose gradients add up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.program import Array
from chainrule.train.loop.anomaly import diverged
from chainrule.train.loop.ongoing import Ongoing
from chainrule.train.loop.seeds import masks
from chainrule.train.loop.state import Data
from chainrule.train.loop.training_step import Compiled

Live = dict[str, Any]


def each(training: Ongoing, compiled: Compiled, mixed: Data) -> None:
    """One update a batch; the loop that everything else waits for.

    Raises:
        NonFiniteError: E201 at the first loss that is not finite, or the first weight with ``detect_anomaly``.
        KeyboardInterrupt: after the step in which it was asked for.
    """
    progress, settings = training.progress, training.settings
    names, function, results = (
        compiled.inputs,
        training.again,
        compiled.outputs[1:],
    )
    anomalies, watchers = settings.fit["detect_anomaly"], training.after_step
    live = begun(training)
    try:
        for batch in training.batches(mixed):
            if _weightless(batch):
                # as if its samples were not there: a mean over nothing is no number
                progress.batch += 1
                continue
            _feed(training, live, batch)
            loss, *new = function(*[live[name] for name in names])
            number = float(loss)
            if not math.isfinite(number) or (anomalies and not _finite(new)):
                before = replayed(training, compiled, mixed)
                raise diverged(training, compiled.run.program, before, number)
            live.update(zip(results, new, strict=True))
            _count(training, batch, number)
            progress.step += 1
            if training.stop:
                raise KeyboardInterrupt
            if watchers:
                store(training, live)
                if ends(training):
                    break
    finally:
        store(training, live)


def accumulated(
    training: Ongoing, gradients: Compiled, update: Compiled, mixed: Data
) -> None:
    """One update for several batches, whose gradients add up by their weights.

    A stop in between two updates takes the batches since the first of them back: their gradients are kept nowhere.

    Raises:
        NonFiniteError: E201 at the first loss that is not finite, or the first gradient or weight with
            ``detect_anomaly``.
        KeyboardInterrupt: after the update in which it was asked for.
    """
    progress, fit = training.progress, training.settings.fit
    names, anomalies = list(progress.parameters), fit["detect_anomaly"]
    live, pile = begun(training), Pile()
    done = progress.batch, list(progress.sums)
    try:
        for batch in training.batches(mixed):
            if _weightless(batch):
                progress.batch += 1
            else:
                _feed(training, live, batch)
                given = [live[name] for name in gradients.inputs]
                loss, *new = gradients.function(*given)
                number = float(loss)
                if not math.isfinite(number) or (anomalies and not _finite(new)):
                    raise diverged(training, gradients.run.program, live, number)
                pile.add(names, new, _count(training, batch, number))
                carried = gradients.outputs[1 + len(names) :]
                live.update(zip(carried, new[len(names) :], strict=True))
            is_last = progress.batch == training.n_batches
            if not pile.n or (pile.n < fit["accumulate"] and not is_last):
                continue
            live |= pile.means()
            made = update.function(*[live[name] for name in update.inputs])
            made = made if isinstance(made, tuple) else (made,)
            if anomalies and not _finite(made):
                raise diverged(training, update.run.program, live, number)
            live.update(zip(update.outputs, made, strict=True))
            pile = Pile()
            progress.step += 1
            store(training, live)
            done = progress.batch, list(progress.sums)
            if training.stop:
                raise KeyboardInterrupt
            if training.after_step and ends(training):
                break
    finally:
        progress.batch, progress.sums = done


@dataclass(slots=True)
class Pile:
    """The gradients of batches since the last update, added up by what the batches weigh."""

    totals: dict[str, Any] = field(default_factory=dict)
    weight: float = 0.0
    n: int = 0

    def add(self, names: Iterable[str], gradients: Iterable[Any], size: float) -> None:
        """One more batch."""
        for name, gradient in zip(names, gradients, strict=False):
            self.totals[name] = self.totals.get(name, 0) + size * gradient
        self.weight, self.n = self.weight + size, self.n + 1

    def means(self) -> Live:
        """The gradients of all of them together, as the update calls them."""
        return {f"d{name}": total / self.weight for name, total in self.totals.items()}


def store(training: Ongoing, live: Mapping[str, Any]) -> None:
    """Let the progress hold the numbers that the steps have reached."""
    progress = training.progress
    for kept in (progress.parameters, progress.state, progress.running):
        for name in kept:
            kept[name] = np.asarray(live[name])


def _weightless(batch: Data) -> bool:
    """Whether no sample of a batch counts."""
    return batch.weight is not None and not batch.weight.any()


def begun(training: Ongoing) -> Live:
    """The arrays that steps begin with, those that they may write into in one piece; running statistics are copied."""
    progress = training.progress
    running = {name: np.array(array) for name, array in progress.running.items()}
    strengths = training.plan.strengths
    return {**strengths, **running, **progress.parameters, **progress.state}


def _feed(training: Ongoing, live: Live, batch: Data) -> None:
    progress = training.progress
    live["X"], live["Y"], live["weight"] = batch.X, batch.Y, batch.weight
    live["learning_rate"], live["t"] = training.learning_rate, float(progress.step + 1)
    if training.plan.training.masks:
        live |= masks(
            training.plan,
            training.settings.seed,
            progress.epoch,
            progress.batch,
            len(batch),
        )


def _count(training: Ongoing, batch: Data, loss: float) -> float:
    """Add a batch to the epoch's mean loss; how much it weighs."""
    progress, weight = training.progress, batch.weight
    size = float(len(batch) if weight is None else weight.sum())
    progress.sums[0] += loss * size
    progress.sums[1] += size
    progress.batch += 1
    return size


def counted(training: Ongoing, losses: Array, order: Array | None) -> None:
    """Add batches that were done one after the other."""
    progress, weight = training.progress, training.data.weight
    size, n = training.settings.fit["batch_size"], len(training.data)
    if weight is None:
        starts = size * np.arange(progress.batch, progress.batch + len(losses))
        counts = np.minimum(n - starts, size)
        # one after the other, as the NumPy engine adds them up
        steps = np.append(progress.sums[0], losses * counts)
        progress.sums[0] = float(np.add.accumulate(steps)[-1])
        progress.sums[1] += float(counts.sum())
        progress.batch += len(losses)
        progress.step += len(losses)
        return
    for loss in losses.tolist():
        start = progress.batch * size
        place = slice(start, min(start + size, n))
        own = weight[place if order is None else order[place]]
        progress.batch += 1
        if not own.any():
            continue
        count = float(own.sum())
        progress.sums[0] += loss * count
        progress.sums[1] += count
        progress.step += 1


def ends(training: Ongoing) -> bool:
    """Whether one of those who watch the steps says stop; all of them are asked."""
    answers = [watcher(training) for watcher in training.after_step]
    training.progress.stopped |= any(answers)
    return training.progress.stopped


def _finite(arrays: Iterable[Array]) -> bool:
    return all(np.isfinite(array).all() for array in arrays)


def replayed(training: Ongoing, compiled: Compiled, mixed: Data) -> Live:
    """What went into the step at hand, whose parameters have been written over: the epoch done once more."""
    progress = training.progress
    here = progress.batch, progress.step
    good = training.good.snapshot()
    live: Live = training.plan.strengths | good.everything() | good.state
    progress.batch, progress.step = training.good.batch, training.good.step
    for batch in training.batches(mixed):
        if _weightless(batch):
            progress.batch += 1
            continue
        _feed(training, live, batch)
        if progress.batch == here[0]:
            break
        _, *new = compiled.function(*[live[name] for name in compiled.inputs])
        live.update(zip(compiled.outputs[1:], new, strict=True))
        progress.batch, progress.step = progress.batch + 1, progress.step + 1
    progress.batch, progress.step = here
    return live
