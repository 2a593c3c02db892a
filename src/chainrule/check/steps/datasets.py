"""Other data for the same lines: fresh inputs and parameters, every label, another batch size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from chainrule.check.trials import (
    Data,
    Numbers,
    binary,
    integers,
    moved,
    other_batch,
    wide,
)
from chainrule.program import Array, Value

N_FRESH = 3
SPREADS = (1.0, 0.3, 0.1, 0.03, 0.01)
"""How far other data may lie from the script's own: nearer ones are tried where farther ones leave its path."""
NUDGE = 1e-7


def own(roots: Mapping[Value, Array]) -> Numbers:
    """The script's own numbers."""
    return {value: wide(number) for value, number in roots.items()}


def nudged(roots: Mapping[Value, Array], seed: int) -> Numbers:
    """The script's own floats, moved by next to nothing: off every kink they stand on."""
    rng = np.random.default_rng(seed)
    return {
        value: number
        + NUDGE * (1 + np.abs(number)) * rng.choice((-1.0, 1.0), number.shape)
        if number.dtype.kind == "f"
        else number
        for value, number in own(roots).items()
    }


@dataclass(eq=False)
class Sets:
    """The data sets of one script: ``free`` roots take any number, single ``labels`` ``low`` or 1, ``fixed`` ones their own."""

    roots: Mapping[Value, Array]
    free: AbstractSet[Value]
    labels: AbstractSet[Value]
    fixed: AbstractSet[Value]
    seed: int = 0
    low: int = 0

    def others(self) -> Iterator[Data]:
        """Data sets beside the script's own."""
        rng = np.random.default_rng(self.seed)
        for _ in range(N_FRESH):
            yield Data("other numbers", lambda spread: self._fresh(rng, spread))
        for value in self.labels - self.fixed:
            for label in (self.low, 1):
                given = {value: np.full(value.shape, label, value.dtype)}

                def numbers(spread: float, given: Numbers = given) -> Numbers:
                    return {**self._fresh(rng, spread), **given}

                yield Data(f"{value.name} = {label}", numbers)
        yield from other_batch(
            self.roots, self.free, lambda spread: self._fresh(rng, spread)
        )

    def _fresh(self, rng: np.random.Generator, spread: float) -> Numbers:
        return {
            value: self._number(value, wide(number), rng, spread)
            for value, number in self.roots.items()
        }

    def _number(
        self, value: Value, number: Array, rng: np.random.Generator, spread: float
    ) -> Array:
        if number.size == 0 or value in self.fixed:
            return number
        if value in self.labels:
            drawn = np.where(rng.random(number.shape) < 0.5, self.low, 1)
            return drawn.astype(number.dtype)
        if value in self.free:
            return moved(number, rng, spread)
        if number.dtype.kind == "b":
            return rng.random(number.shape) < 0.5
        if number.dtype.kind in "iu":
            return integers(number, rng)
        if number.shape == () and float(number) in self._lengths:
            # a count written as a float: another number would be another script
            return number
        distinct = np.unique(number)
        if number.size > 1 and distinct.tolist() == [0.0, 1.0]:
            return binary(number, rng)
        if number.size > 4 and 1 < len(distinct) <= 2:
            return rng.permutation(number.ravel()).reshape(number.shape)
        return np.where(_constant(number), number, moved(number, rng, spread))

    @property
    def _lengths(self) -> set[int]:
        return {length for number in self.roots.values() for length in number.shape}


def _constant(number: Array) -> Array:
    """Where entries are the same all along an axis: a column of ones is a bias, a zero state a start."""
    kept = np.zeros(number.shape, bool)
    for axis, length in enumerate(number.shape):
        if length > 2:
            kept |= np.ptp(number, axis=axis, keepdims=True) == 0
    return kept
