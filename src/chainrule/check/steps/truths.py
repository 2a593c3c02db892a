"""Which true gradient a hand-written value is: looked up by what it is on all data sets at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chainrule.check.agree import RELATIVE, agree, squeezed
from chainrule.check.steps.evidence import Evidence, is_finite
from chainrule.program import Array, Value

Everywhere = Sequence[Array | None]
"""What a value is in each world."""


@dataclass(frozen=True, slots=True)
class Match:
    """A gradient, of which value, that a hand-written value is ``factor`` times."""

    of: Value
    factor: float


def projection(number: Array) -> float:
    """An array as one number: entries at random weights, the same for all arrays of a size."""
    return float(np.asarray(number, float).ravel() @ _weights(number.size))


_kept: dict[int, Array] = {}


def _weights(size: int) -> Array:
    if size not in _kept:
        _kept[size] = np.random.default_rng(size).uniform(0.5, 1.5, size)
    return _kept[size]


@dataclass(eq=False)
class Truths:
    """The true gradients of everything between data and loss, by layout."""

    evidence: Evidence
    _matches: dict[int, list[Match]] = field(default_factory=dict, init=False)

    def at(self, place: int) -> list[Match]:
        """The true gradients that the value recorded at a place is."""
        if place not in self._matches:
            found = self.matches(everywhere(self.evidence, place))
            self._matches[place] = list(found)
        return self._matches[place]

    @cached_property
    def of(self) -> dict[Value, list[Array]]:
        """Each value's gradient in every world."""
        found = {}
        tape, worlds = self.evidence.tape, self.evidence.worlds
        for value, gradient in self.evidence.derived.gradients.items():
            place = tape.at.get(gradient)
            if place is not None and value is not self.evidence.loss:
                numbers = [world.numbers[place] for world in worlds]
                if all(map(is_finite, numbers)):
                    found[value] = numbers
        return found

    @cached_property
    def parts(self) -> dict[Value, list[Array]]:
        """What single uses contribute to gradients, in every world."""
        found = {}
        tape, worlds = self.evidence.tape, self.evidence.worlds
        for step in self.evidence.derived.steps:
            if len(step.contributions) > 1:
                for one in step.contributions:
                    place = tape.at.get(one.gradient)
                    if place is not None:
                        numbers = [world.numbers[place] for world in worlds]
                        if all(map(is_finite, numbers)):
                            found[one.gradient] = numbers
        return found

    @cached_property
    def all(self) -> dict[Value, list[Array]]:
        """Gradients, and what they are made of."""
        return {**self.of, **self.parts}

    def gradient(self, of: Value) -> Value:
        """The derived value behind a name of :attr:`all`."""
        return self.evidence.derived.gradients.get(of, of)

    @cached_property
    def tables(self) -> dict[tuple[int, ...], tuple[list[Value], Array]]:
        """By layout: the values, and a row of projections for each, a column a world."""
        rows: dict[tuple[int, ...], list[tuple[Value, list[float]]]] = {}
        for value, numbers in self.all.items():
            row = [projection(one) for one in numbers]
            if any(row):
                rows.setdefault(squeezed(value), []).append((value, row))
        return {
            layout: ([v for v, _ in found], np.array([row for _, row in found]))
            for layout, found in rows.items()
        }

    def may_be_one(self, number: Array, world: int) -> bool:
        """A quick look whether a value may be some true gradient, up to its sign, in one world."""
        table = self.tables.get(squeezed(number))
        if table is None or number.size == 0:
            return False
        mine, theirs = abs(projection(number)), np.abs(table[1][:, world])
        return bool(np.any(np.abs(theirs - mine) <= 60 * RELATIVE * theirs + 1e-12))

    def matches(self, numbers: Everywhere, *, scaled: bool = False) -> Iterator[Match]:
        """The gradients that a value is on all data sets; if ``scaled``, or one number times them."""
        first = numbers[0]
        if first is None or any(
            one is None or one.size != first.size for one in numbers
        ):
            return
        table = self.tables.get(squeezed(first))
        if table is None:
            return
        values, rows = table
        given = [one for one in numbers if one is not None]
        row = np.array([projection(one) for one in given])
        if not np.all(np.isfinite(row)):
            return
        with np.errstate(all="ignore"):
            # the world in which the truth is largest says by how much it is off
            chief = np.argmax(np.abs(rows), axis=1)
            factors = row[chief] / rows[np.arange(len(rows)), chief]
            size = np.max(np.abs(rows), axis=1)
            off = np.max(np.abs(row - factors[:, None] * rows), axis=1)
            near = off <= 30 * RELATIVE * np.abs(factors) * size + 1e-300
            near &= np.isfinite(factors) & (np.abs(factors) > 1e-12)
            if not scaled:
                near &= np.abs(np.abs(factors) - 1) < 1e-3
        for i in np.flatnonzero(near):
            factor = _rounded(float(factors[i]))
            if self._is(given, values[i], factor):
                yield Match(values[i], factor)

    def _is(self, numbers: Sequence[Array], value: Value, factor: float) -> bool:
        return all(
            agree(one / factor, true)
            for one, true in zip(numbers, self.all[value], strict=True)
        )

    def rests(self, numbers: Everywhere) -> Iterator[Value]:
        """The gradients and parts of gradients that a value would have to be added to be a true gradient."""
        given = [one for one in numbers if one is not None]
        if len(given) < len(numbers) or len({one.shape for one in given}) > 1:
            return
        table = self.tables.get(squeezed(given[0]))
        if table is None:
            return
        values, rows = table
        row = np.array([projection(one) for one in given])
        gaps = rows[[value in self.of for value in values]] - row
        for value, mine in zip(values, rows, strict=True):
            off = np.max(np.abs(gaps - mine), axis=1, initial=0.0)
            if np.any(off <= 30 * RELATIVE * np.max(np.abs(mine)) + 1e-300):
                yield value

    def is_one(self, numbers: Everywhere) -> bool:
        """Whether a value is, up to its sign, some true gradient on all data sets."""
        return next(self.matches(numbers), None) is not None


def _rounded(factor: float) -> float:
    """A factor without the noise of how it was found."""
    for scale in (1.0, 2.0, 3.0):
        near = round(factor * scale) / scale
        if near and abs(factor - near) < 1e-6 * abs(near):
            return near
    return factor


def everywhere(evidence: Evidence, place: int) -> list[Array | None]:
    """What stands at a place, in every world."""
    return [world.numbers[place] for world in evidence.worlds]


def same_factor(factors: Iterable[float]) -> float | None:
    """The one factor of several; None if they differ."""
    found = list(factors)
    if found and all(abs(one - found[0]) <= 1e-6 * abs(found[0]) for one in found):
        return found[0]
    return None
