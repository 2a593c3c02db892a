"""Other data for the same lines: fresh inputs and parameters, every label, another batch size."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from chainrule.program import Array, Value

N_FRESH = 3
LABEL = re.compile(
    r"^(y|t|Y|T)(_?(true|train|b|batch|i|n))?(_\d+)?$|label|target|truth"
)
Numbers = dict[Value, Array]


@dataclass(frozen=True, slots=True)
class Data:
    """Numbers for the roots of a script, made when a spread is given, and what is special about them."""

    kind: str
    numbers: Callable[[float], Numbers]
    other_size: bool = False


def wide(number: Array) -> Array:
    """Floats in double precision, so that noise is not mistaken for an error."""
    return number.astype(np.float64) if number.dtype.kind == "f" else number


def datasets(
    roots: Mapping[Value, Array],
    parameters: Iterable[Value],
    *,
    seed: int,
    calm: bool = False,
) -> Iterator[Data]:
    """The script's own data, then others; a spread says how far the others may lie from it.

    ``calm`` is for a script whose own numbers overflow: its parameters are made small.
    """
    rng = np.random.default_rng(seed)
    free = frozenset(parameters)
    if calm:
        roots = {
            value: _small(number) if value in free and number.size else number
            for value, number in roots.items()
        }
    yield Data(
        "smaller parameters" if calm else "as written",
        lambda _: {value: wide(number) for value, number in roots.items()},
    )
    for _ in range(N_FRESH):
        yield Data("fresh numbers", lambda spread: fresh(roots, free, rng, spread))
    for value, number in roots.items():
        if value not in free and _is_single_label(value, number):
            for label in (0, 1):
                labelled = {value: np.full(number.shape, label, number.dtype)}

                def numbers(spread: float, labelled: Numbers = labelled) -> Numbers:
                    return {**fresh(roots, free, rng, spread), **labelled}

                yield Data(f"{value.name} = {label}", numbers)
    yield from other_batch(roots, free, lambda spread: fresh(roots, free, rng, spread))


def _small(number: Array) -> Array:
    """Numbers of the same signs, none larger than 0.01."""
    most = float(np.max(np.abs(number)))
    return number * min(1.0, 0.01 / most) if most else number


def fresh(
    roots: Mapping[Value, Array],
    free: frozenset[Value],
    rng: np.random.Generator,
    spread: float,
) -> Numbers:
    """New numbers of the same kind for every root."""
    lengths = {length for number in roots.values() for length in number.shape}
    return {
        value: _fresh(
            value, wide(number), rng, spread, free=value in free, lengths=lengths
        )
        for value, number in roots.items()
    }


def _fresh(
    value: Value,
    number: Array,
    rng: np.random.Generator,
    spread: float,
    *,
    free: bool,
    lengths: set[int],
) -> Array:
    if number.size == 0:
        return number
    if free:
        return moved(number, rng, spread)
    if number.dtype.kind == "b":
        return rng.random(number.shape) < 0.5
    if number.dtype.kind in "iu":
        if _is_single_label(value, number) and number.shape == ():
            return np.asarray(rng.integers(0, 2), number.dtype)
        return integers(number, rng)
    if number.shape == () and (
        _is_single_label(value, number) or float(number) in lengths
    ):
        # a count written as a float, or a label: another number would be another script
        return (
            rng.integers(0, 2, ()).astype(float)
            if LABEL.search(value.name or "")
            else number
        )
    distinct = np.unique(number)
    if number.size > 1 and distinct.tolist() == [0.0, 1.0]:
        return binary(number, rng)
    if number.size > 4 and 1 < len(distinct) <= 2:
        return rng.permutation(number.ravel()).reshape(number.shape)
    return moved(number, rng, spread)


def moved(number: Array, rng: np.random.Generator, spread: float) -> Array:
    """Other numbers of the same size, of one sign where these are."""
    scale = float(np.sqrt(np.mean(number**2))) or 0.5
    noise = rng.standard_normal(number.shape)
    if np.all(number > 0):
        return number * np.exp(spread * noise)
    return number * (1 + 0.3 * spread * noise) + spread * scale * rng.standard_normal(
        number.shape
    )


def integers(number: Array, rng: np.random.Generator) -> Array:
    """Other whole numbers: an order in another order, a single number as it is."""
    if number.shape == ():
        return number
    if number.min() < 0 or np.array_equal(
        np.sort(number.ravel()), np.arange(number.size)
    ):
        return rng.permutation(number.ravel()).reshape(number.shape)
    # from the smallest to the largest that are there, as large as they may be
    low, high = int(number.min()), int(number.max())
    drawn = np.int64 if high <= np.iinfo(np.int64).max else np.uint64
    found = rng.integers(low, high, number.shape, drawn, endpoint=True)
    return found.astype(number.dtype)


def binary(number: Array, rng: np.random.Generator) -> Array:
    """Zeros and ones again; where each row or column holds a single one, it does so again."""
    for axis in range(number.ndim - 1, -1, -1):
        if number.shape[axis] > 1 and np.all(number.sum(axis=axis) == 1):
            return rng.permuted(number, axis=axis)
    return (rng.random(number.shape) < 0.5).astype(number.dtype)


def _is_single_label(value: Value, number: Array) -> bool:
    return (
        number.size == 1
        and float(number.ravel()[0]) in {0, 1}
        and bool(LABEL.search(value.name or ""))
    )


def other_batch(
    roots: Mapping[Value, Array],
    free: AbstractSet[Value],
    anew: Callable[[float], Numbers],
) -> Iterator[Data]:
    """One sample more, where all data have an axis of one length in common; ``anew`` gives new numbers for all roots."""
    data = {
        value: number
        for value, number in roots.items()
        if value not in free and number.ndim
    }
    axes = _batch_axes(data)
    if axes is None:
        return
    length = next(data[value].shape[axis] for value, axis in axes.items())

    def numbers(spread: float) -> Numbers:
        made, more = anew(spread), anew(spread)
        for value, axis in axes.items():
            joined = np.concatenate([made[value], more[value]], axis=axis)
            made[value] = np.take(joined, np.arange(length + 1), axis=axis)
        for value, number in roots.items():
            if value not in free and number.shape == () and float(number) == length:
                made[value] = np.asarray(length + 1, number.dtype)
        return made

    yield Data(f"a batch of {length + 1}", numbers, other_size=True)


def _batch_axes(data: Mapping[Value, Array]) -> dict[Value, int] | None:
    """The axis of each array that runs over the samples; None if there is no common one."""
    if len(data) < 2:
        return None
    for axis in (0, -1):
        lengths = {number.shape[axis] for number in data.values()}
        if len(lengths) == 1 and lengths != {1}:
            return dict.fromkeys(data, axis)
    return None
