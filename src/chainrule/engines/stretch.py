"""A stretch of an epoch: what an engine that takes many steps at a time is told, and what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from chainrule.program import Array

DONE, NOT_FINITE, OUTSIDE = range(3)
"""How a stretch of batches ends: as asked, at a loss that is not finite, at an index that is not there."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What changes from batch to batch: inputs of so many rows, drawn masks by (entries a row, rate)."""

    names: tuple[str, ...]
    masks: Mapping[str, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an engine does not take these steps, and what to do."""

    message: str
    hint: str = ""


class Epochs(Protocol):
    """A step with the data of one training, to be run stretch by stretch."""

    def hold(self, arrays: Mapping[str, Array]) -> None:
        """Take the steps with these arrays from now on; parameters and state among them may be written over."""

    def advance(
        self,
        first: int,
        last: int,
        *,
        epoch: int,
        step: int,
        rates: Array,
        order: Array | None,
    ) -> tuple[Array, int]:
        """The losses of the batches from ``first`` on that were done in one breath, and how it ended.

        A batch of no weight is passed over, and its loss is 0; ``rates`` are those of the steps that are taken.
        """

    def reached(self) -> Mapping[str, Array]:
        """The arrays that were held, with the numbers they have now."""


class Step(Protocol):
    """A step as an engine takes it."""

    def epochs(self, data: Mapping[str, Array], key: tuple[int, int]) -> Epochs:
        """The step with samples in rows; ``key`` is that of the random numbers."""


def least_bits(rate: float) -> int:
    """The least of 2**32 numbers, all as likely, at which an entry is kept."""
    return min(round(rate * 2**32), 2**32 - 1)
