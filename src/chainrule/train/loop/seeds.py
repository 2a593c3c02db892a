"""The random numbers of a training: each depends on the seed and its own place alone, so that any of them can be drawn again."""

from __future__ import annotations

import numpy as np

from chainrule.program import Array
from chainrule.train.model.compiled import Plan


def shuffled(seed: int, epoch: int, n: int) -> Array:
    """The order of ``n`` samples in an epoch."""
    return _stream(seed, 0, epoch).permutation(n)


def masks(plan: Plan, seed: int, epoch: int, batch: int, n: int) -> dict[str, Array]:
    """The dropout masks of a batch of ``n`` samples, by name."""
    found: dict[str, Array] = {}
    for position, (name, mask) in enumerate(plan.training.masks.items()):
        draws = _stream(seed, 1, epoch, batch, position).random((n, *mask.units))
        kept = (draws >= mask.rate) / (1 - mask.rate)
        found[name] = kept.astype(plan.dtype)
    return found


def _stream(seed: int, *place: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(7, *place)))
