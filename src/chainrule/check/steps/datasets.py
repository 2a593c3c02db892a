"""Other data for the same lines: fresh inputs and parameters, every label, another batch size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from chainrule.check.trials import binary, whole
from chainrule.program import Array, Value

N_FRESH = 3
SPREADS = (1.0, 0.3, 0.1, 0.03, 0.01)
"""How far other data may lie from the script's own: nearer ones are tried where farther ones leave its path."""
NUDGE = 1e-7
Given = dict[Value, Array]


@dataclass(frozen=True, slots=True)
class Data:
    """Numbers for the roots of a script, made when a spread is given, and what is special about them."""

    kind: str
    numbers: Callable[[float], Given]
    other_size: bool = False


def wide(number: Array) -> Array:
    """Floats in double precision, so that noise is not mistaken for an error."""
    return number.astype(np.float64) if number.dtype.kind == "f" else number


def own(roots: Mapping[Value, Array]) -> Given:
    """The script's own numbers."""
    return {value: wide(number) for value, number in roots.items()}


def nudged(roots: Mapping[Value, Array], seed: int) -> Given:
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

                def numbers(spread: float, given: Given = given) -> Given:
                    return {**self._fresh(rng, spread), **given}

                yield Data(f"{value.name} = {label}", numbers)
        batch = self._batch(rng)
        if batch is not None:
            yield batch

    def _fresh(self, rng: np.random.Generator, spread: float) -> Given:
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
            return _moved(number, rng, spread)
        if number.dtype.kind == "b":
            return rng.random(number.shape) < 0.5
        if number.dtype.kind in "iu":
            return _integers(number, rng)
        if number.shape == () and float(number) in self._lengths:
            # a count written as a float: another number would be another script
            return number
        distinct = np.unique(number)
        if number.size > 1 and distinct.tolist() == [0.0, 1.0]:
            return binary(number, rng)
        if number.size > 4 and 1 < len(distinct) <= 2:
            return rng.permutation(number.ravel()).reshape(number.shape)
        return np.where(_constant(number), number, _moved(number, rng, spread))

    @property
    def _lengths(self) -> set[int]:
        return {length for number in self.roots.values() for length in number.shape}

    def _batch(self, rng: np.random.Generator) -> Data | None:
        """One sample more, where all data have an axis of one length in common."""
        data = {
            value: number
            for value, number in self.roots.items()
            if value not in self.free and number.ndim
        }
        axes = _batch_axes(data)
        if axes is None:
            return None
        length = next(data[value].shape[axis] for value, axis in axes.items())

        def numbers(spread: float) -> Given:
            made = self._fresh(rng, spread)
            more = self._fresh(rng, spread)
            for value, axis in axes.items():
                joined = np.concatenate([made[value], more[value]], axis=axis)
                made[value] = np.take(joined, np.arange(length + 1), axis=axis)
            for value, number in self.roots.items():
                if (
                    value not in self.free
                    and number.shape == ()
                    and float(number) == length
                ):
                    made[value] = np.asarray(length + 1, number.dtype)
            return made

        return Data(f"a batch of {length + 1}", numbers, other_size=True)


def _moved(number: Array, rng: np.random.Generator, spread: float) -> Array:
    scale = float(np.sqrt(np.mean(number**2))) or 0.5
    noise = rng.standard_normal(number.shape)
    if np.all(number > 0):
        return number * np.exp(spread * noise)
    return number * (1 + 0.3 * spread * noise) + spread * scale * rng.standard_normal(
        number.shape
    )


def _constant(number: Array) -> Array:
    """Where entries are the same all along an axis: a column of ones is a bias, a zero state a start."""
    kept = np.zeros(number.shape, bool)
    for axis, length in enumerate(number.shape):
        if length > 2:
            kept |= np.ptp(number, axis=axis, keepdims=True) == 0
    return kept


def _integers(number: Array, rng: np.random.Generator) -> Array:
    if number.shape == ():
        return number
    if number.min() < 0 or np.array_equal(
        np.sort(number.ravel()), np.arange(number.size)
    ):
        return rng.permutation(number.ravel()).reshape(number.shape)
    return whole(number, rng)


def _batch_axes(data: Mapping[Value, Array]) -> dict[Value, int] | None:
    """The axis of each array that runs over the samples; None if there is no common one."""
    if len(data) < 2:
        return None
    for axis in (0, -1):
        lengths = {number.shape[axis] for number in data.values()}
        if len(lengths) == 1 and lengths != {1}:
            return dict.fromkeys(data, axis)
    return None
