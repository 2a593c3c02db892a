"""Which engine takes the steps, and the epoch of the compiled one."""

from __future__ import annotations

import warnings
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

from chainrule.engines.stretch import (
    NOT_FINITE,
    OUTSIDE,
    Epochs,
    Rows,
    Step,
    Trouble,
)
from chainrule.program import Array, UsageError
from chainrule.train.loop.anomaly import diverged
from chainrule.train.loop.ongoing import Ongoing
from chainrule.train.loop.seeds import mask_key
from chainrule.train.loop.state import Data

WORTH = 0.5
"""Seconds of NumPy's from which on it pays to compile: as long as a compiler takes for a small network."""
WRITING = 6e-3
"""Seconds that a line of a program takes to be written in C and compiled, where there are many: a recurrence over 50 times."""
CALL, OPERATION = 1.5e-6, 4e-11
"""Seconds that NumPy takes for a line of a program, and for a multiplication and addition, on the machines measured."""
ALIKE: ContextVar[int] = ContextVar("alike", default=1)
"""How many trainings will share what is compiled for one of them."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What takes the steps, ``numpy``, ``c`` or ``jax``; why, where another was asked for or would have been quicker."""

    name: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.why})" if self.why else self.name


def engine_of(training: Ongoing) -> tuple[Engine, Step | None]:
    """The engine asked for, as far as it goes, with its step where that is compiled.

    ``auto`` looks at the work alone, not at the clock or the cache, so that a training repeated gives the same numbers:
    at that of all trainings that are alike.

    Raises:
        UsageError: E411 for several devices, of another engine than JAX, or where there are not so many.
    """
    fit = training.settings.fit
    asked, devices = fit["engine"], fit["devices"]
    if devices > 1 and asked != "jax":
        raise UsageError(
            "E411",
            f"devices is {devices}, and devices are JAX's: the engine is {asked}",
            hint='engine="jax", --engine jax on the command line',
        )
    if asked == "numpy":
        return Engine("numpy"), None
    why = _hindrance(training)
    if not why and asked == "auto":
        worth = max(WORTH, WRITING * len(training.step.run.program.lines))
        if seconds_of_numpy(training) * ALIKE.get() < worth:
            return Engine("numpy"), None
    name = "c" if asked == "auto" else asked
    found = Trouble(why) if why else _compiled(training, name)
    if not isinstance(found, Trouble):
        return Engine(name), found
    said = found.message + (f"; {found.hint}" if found.hint else "")
    if asked != "auto":
        warnings.warn(f"NumPy takes the steps: {said}", stacklevel=2)
    return Engine("numpy", said), None


def _hindrance(training: Ongoing) -> str:
    """Why no engine for whole epochs can take these steps, whatever the program; empty if it can."""
    fit, data = training.settings.fit, training.data
    if fit["accumulate"] > 1:
        return "gradients of several batches are added up in NumPy"
    if fit["detect_anomaly"]:
        return "detect_anomaly looks at every gradient, in NumPy"
    arrays = [data.X, data.Y, *([] if data.weight is None else [data.weight])]
    if not all(isinstance(array, np.ndarray) for array in arrays):
        return "sparse samples are multiplied by SciPy"
    if not len(data):
        return "there are no samples"
    known = {value.name: value for value in training.step.run.program.inputs}
    for name, array in zip(("X", "Y", "weight"), arrays, strict=False):
        value = known.get(name)
        if value is not None and (value.dtype, value.shape[1:]) != (
            array.dtype,
            array.shape[1:],
        ):
            return f"{name} is not of the type and shape that the step was made for"
    return ""


def seconds_of_numpy(training: Ongoing) -> float:
    """About how long NumPy would take for the whole training."""
    fit = training.settings.fit
    size = min(fit["batch_size"], len(training.data))
    weights = sum(
        one.size for one in training.progress.parameters.values() if one.ndim > 1
    )
    lines = len(training.step.run.program.lines)
    step = CALL * lines + OPERATION * 3 * size * weights
    return step * training.n_batches * fit["epochs"]


def _compiled(training: Ongoing, engine: str) -> Step | Trouble:
    step, fit = training.step, training.settings.fit
    size = min(fit["batch_size"], len(training.data))
    masks = {
        name: (int(np.prod(mask.units)), mask.rate)
        for name, mask in training.plan.training.masks.items()
    }
    rows = Rows(("X", "Y", "weight"), masks)
    if engine == "jax":
        return step.by(engine, rows, size, devices=fit["devices"])
    even = len(training.data) % size == 0
    return step.by(engine, rows, size, even=even)


def rows_of(data: Data) -> dict[str, Array]:
    """Samples as an engine for whole epochs takes them."""
    given = {"X": data.X, "Y": data.Y, "weight": data.weight}
    return {
        name: np.ascontiguousarray(array)
        for name, array in given.items()
        if array is not None
    }


class CompiledEpochs:
    """The epochs of a training whose steps are compiled."""

    def __init__(self, training: Ongoing, step: Step) -> None:
        self.step = step
        self.key = mask_key(training.settings.seed)
        self.epochs: Epochs | None = None

    def run(self, training: Ongoing, order: Array | None) -> None:
        """The batches of an epoch that are still to come.

        Raises:
            NonFiniteError: E201 at the first loss that is not finite.
            KeyboardInterrupt: after the step in which it was asked for.
        """
        from chainrule.train.loop import batches

        progress, watchers = training.progress, training.after_step
        if self.epochs is None:
            self.epochs = self.step.epochs(rows_of(training.data), self.key)
        epochs = self.epochs
        epochs.hold(batches.begun(training))
        places = None if order is None else np.ascontiguousarray(order, np.int64)
        try:
            while progress.batch < training.n_batches:
                last = progress.batch + 1 if watchers else training.n_batches
                losses, ended = epochs.advance(
                    progress.batch,
                    last,
                    epoch=progress.epoch,
                    step=progress.step + 1,
                    rates=training.rates(last - progress.batch),
                    order=places,
                )
                if ended:
                    self._stopped(training, losses, order, ended)
                batches.counted(training, losses, order)
                if training.stop:
                    raise KeyboardInterrupt
                if watchers:
                    batches.store(training, epochs.reached())
                    if batches.ends(training):
                        break
        finally:
            batches.store(training, epochs.reached())

    @staticmethod
    def _stopped(
        training: Ongoing, losses: Array, order: Array | None, ended: int
    ) -> None:
        """Say what is wrong with the last of these batches, from the same steps taken once more in NumPy."""
        from chainrule.train.loop import batches

        batches.counted(training, losses[:-1], order)
        mixed = training.data if order is None else training.data.at(order)
        before = batches.replayed(training, training.step, mixed)
        if ended == OUTSIDE:
            # NumPy says which index is outside of what
            step = training.step
            step.function(*[before[name] for name in step.inputs])
        assert ended in (NOT_FINITE, OUTSIDE)  # noqa: S101 - there is no other way to end early
        raise diverged(training, training.step.run.program, before, float(losses[-1]))
