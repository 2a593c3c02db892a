"""What a training is given and where it stands: data, settings, progress."""

from __future__ import annotations

import copy
import hashlib
import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from chainrule.nn.optimizers import Optimizer
from chainrule.nn.schedules import Schedule
from chainrule.program import Array
from chainrule.train.loop.training_step import StepLimits
from chainrule.train.options import FitOptions


@dataclass(frozen=True, slots=True)
class Data:
    """Samples in rows: inputs, labels, and how much each sample weighs (None: all alike)."""

    X: Array
    Y: Array
    weight: Array | None = None

    def __len__(self) -> int:
        # sparse samples have rows, but no length
        return int(self.X.shape[0])

    def at(self, index: Any) -> Data:
        """Some of the samples."""
        weight = None if self.weight is None else self.weight[index]
        return Data(self.X[index], self.Y[index], weight)

    def digest(self) -> str:
        """A hash of all of it, by which other data are known."""
        found = hashlib.sha256()
        for array in (self.X, self.Y, self.weight):
            if array is not None:
                found.update(repr((array.shape, array.dtype.str)).encode())
                found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train: the options of ``fit``, all of them, and with which steps."""

    fit: FitOptions
    optimizer: Optimizer
    schedule: Schedule | None = None
    limits: StepLimits = field(default_factory=StepLimits)
    seed: int = 0


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

    def snapshot(self) -> Progress:
        """All of it as it is now; steps write into parameters and state, so these are copied, and nothing else."""
        kept = {
            one.name: copy.copy(getattr(self, one.name)) for one in fields(Progress)
        }
        for written in ("parameters", "state"):
            kept[written] = {
                name: array.copy() for name, array in kept[written].items()
            }
        return Progress(**kept)

    def become(self, other: Progress) -> None:
        """Stand where ``other`` stands."""
        for one in fields(Progress):
            setattr(self, one.name, getattr(other, one.name))
