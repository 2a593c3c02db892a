"""The random numbers of a training: each depends on the seed and its own place alone, so that any of them can be drawn again."""

from __future__ import annotations

from functools import cache

import numpy as np

from chainrule.engines.stretch import least_bits
from chainrule.program import Array
from chainrule.train.model.compiled import NetworkPlan


def shuffled(seed: int, epoch: int, n: int) -> Array:
    """The order of ``n`` samples in an epoch, the same for every training of this seed."""
    return _stream(seed, 0, epoch).permutation(n)


def masks(
    plan: NetworkPlan, seed: int, epoch: int, batch: int, n: int
) -> dict[str, Array]:
    """The dropout masks of a batch of ``n`` samples, by name.

    Philox draws numbers that depend on a key and a place alone (Salmon et al. 2011), so that compiled steps draw the
    same: 32 bits an entry, which is kept unless they are below the rate's share of all.
    """
    found: dict[str, Array] = {}
    key = np.array(mask_key(seed), np.uint64)
    for position, (name, mask) in enumerate(plan.training.masks.items()):
        shape = (n, *mask.units)
        count = int(np.prod(shape))
        place = np.array([0, batch, epoch, position], np.uint64)
        drawn = np.random.Philox(key=key, counter=place).random_raw(-(-count // 2))
        bits = drawn.astype("<u8").view("<u4")[:count].reshape(shape)
        kept = (bits >= least_bits(mask.rate)) / (1 - mask.rate)
        found[name] = kept.astype(plan.dtype)
    return found


@cache
def mask_key(seed: int) -> tuple[int, int]:
    """The key of the masks of a training."""
    one, other = np.random.SeedSequence(seed, spawn_key=(7, 1)).generate_state(
        2, np.uint64
    )
    return int(one), int(other)


def _stream(seed: int, *place: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(7, *place)))
