"""Other numbers for each pupil, from a seed: of one decimal, and kind to compute with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from chainrule.lesson.worksheet.steps import Exercise
from chainrule.program import Array, ProgramError, Run, UsageError
from chainrule.program.run import resolve

TRIES = 400
"""So many draws are made for one variant before it is given up."""
LARGEST = 100.0
"""No number of a sheet is larger."""
NEAR = 0.02
"""So far from a kink, from the winner of a maximum, every operand stays: rounding does not change sides."""


@dataclass(frozen=True)
class SheetNumbers:
    """The numbers of one sheet: what is given, and everything computed from it."""

    number: int
    given: dict[str, Array]
    run: Run


Wish = tuple[str, Callable[[Exercise, Run], bool]]


def variants(
    exercise: Exercise, n: int, seed: int, *, dead_units: bool = False
) -> Iterator[SheetNumbers]:
    """``n`` variants; the same seed gives the same.

    Raises:
        UsageError: E411 where the wishes cannot be met, with the one that fails most often.
    """
    wishes = [wish for wish in WISHES if not (dead_units and wish[0] == ALIVE)]
    for number in range(1, n + 1):
        yield _variant(exercise, number, seed, wishes)


def _variant(
    exercise: Exercise, number: int, seed: int, wishes: list[Wish]
) -> SheetNumbers:
    failed: Counter[str] = Counter()
    for attempt in range(TRIES):
        random = np.random.default_rng([seed, number, attempt])
        given = {
            name: _drawn(random, array, exercise, name)
            for name, array in exercise.given.items()
        }
        found = exercise.numbers(given)
        missed = next(
            (said for said, holds in wishes if not holds(exercise, found)), None
        )
        if missed is None:
            return SheetNumbers(number, given, found)
        failed[missed] += 1
    (said, times), *_ = failed.most_common(1)
    raise UsageError(
        "E411",
        f"no kind numbers for variant {number} after {TRIES} tries: that {said} failed {times} times",
        hint="take another network or batch, or --dead-units if units may be off"
        if said == ALIVE
        else "take another network, or smaller numbers in it",
    )


def _drawn(
    random: np.random.Generator, array: Array, exercise: Exercise, name: str
) -> Array:
    """Other numbers of the same kind in the place of what is data, learnt, or a label; the rest stays.

    Raises:
        ProgramError: E328 for numbers that are not finite.
    """
    role = exercise.study.reading.roles.get(name, "")
    if role not in ("data", "parameter", "label"):
        return array
    if array.dtype.kind in "iu":
        return (
            random.integers(
                array.min(), array.max(), array.shape, endpoint=True
            ).astype(array.dtype)
            if role == "label"
            else array
        )
    if array.dtype.kind != "f":
        return array
    if not np.isfinite(array).all():
        raise ProgramError(
            "E328",
            f"{name} holds what is not a finite number, and nobody computes with that by hand",
            hint="give it finite numbers, as -100 for -inf in a mask",
        )
    if set(np.unique(array)) <= {0.0, 1.0} and role != "parameter":
        return _yes_and_no(random, array)
    most = int(np.clip(10 * np.max(np.abs(array), initial=0.0), 5, 20))
    drawn = random.integers(1, most + 1, array.shape) * random.choice(
        (-1, 1), array.shape
    )
    return np.asarray(drawn / 10, array.dtype)


def _yes_and_no(random: np.random.Generator, array: Array) -> Array:
    """Labels of 0 and 1; a row with one 1 keeps one, in another place."""
    if array.ndim == 2 and array.shape[1] > 1 and (array.sum(axis=1) == 1).all():
        chosen = random.integers(0, array.shape[1], array.shape[0])
        return np.asarray(np.eye(array.shape[1], dtype=array.dtype)[chosen])
    return random.integers(0, 2, array.shape).astype(array.dtype)


def _finite(exercise: Exercise, found: Run) -> bool:
    return all(np.isfinite(found.numbers[step.value]).all() for step in exercise.steps)


def _small(exercise: Exercise, found: Run) -> bool:
    return all(
        np.abs(found.numbers[step.value]).max(initial=0.0) <= LARGEST
        for step in exercise.steps
    )


def _alive(exercise: Exercise, found: Run) -> bool:
    """Whether no entry of a parameter is left without a gradient."""
    named = exercise.program.named()
    gradients = (
        found.numbers[named[f"d{one}"]]
        for one in exercise.study.parameters
        if f"d{one}" in named
    )
    return all((gradient != 0).all() for gradient in gradients)


def _off_the_kinks(exercise: Exercise, found: Run) -> bool:
    """Whether rounding an operand does not change what an op with a kink does."""
    for line in exercise.program.lines:
        if line.op.analytic or not line.op.elementwise or line.op.kind == "comparison":
            continue
        args = [np.asarray(resolve(arg, found.numbers)) for arg in line.args]
        if len(args) == 2 and np.min(np.abs(args[0] - args[1]), initial=1.0) < NEAR:
            return False
        if len(args) == 1 and any(
            np.min(np.abs(args[0] - kink), initial=1.0) < NEAR for kink in line.op.kinks
        ):
            return False
    return True


ALIVE = "no unit is off for all samples"
WISHES: list[Wish] = [
    ("every result is a number", _finite),
    (f"no result is larger than {LARGEST:g}", _small),
    ("no result lies at a kink", _off_the_kinks),
    (ALIVE, _alive),
]
"""What is wished of the numbers of a sheet."""
