"""Marking: a pupil's numbers, with errors carried forward by putting each in its place and running on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chainrule.lesson.worksheet.steps import Exercise, WorksheetStep
from chainrule.program import Array, Line, Run, Value
from chainrule.program.line import substitute
from chainrule.program.run import measure, resolve

Verdict = Literal["right", "follows", "wrong", "missing", "open"]
"""``follows``: right for what stands before it. ``open``: what stands before it leads to no number."""
SHAKES = 6
"""So often earlier numbers are shaken within their rounding, to see how far a later one may lie."""


@dataclass(frozen=True)
class MarkedSheet:
    """One sheet, marked: a verdict for each number, the first wrong one and why."""

    verdicts: Mapping[str, Verdict]
    first_wrong: str = ""
    expected: float = 0.0
    written: float = 0.0
    why: str = ""

    @property
    def points(self) -> int:
        """One for each number that is right, or right for what stands before it."""
        return sum(one in ("right", "follows") for one in self.verdicts.values())


def marked(
    exercise: Exercise,
    given: Mapping[str, Any],
    answers: Mapping[str, float | None],
    decimals: int,
) -> MarkedSheet:
    """Mark one sheet: ``answers`` are a pupil's numbers by label, None where nothing is written."""
    true = exercise.numbers(given)
    carried = _Carried(exercise, true, answers, 0.5 * 10.0**-decimals)
    verdicts: dict[str, Verdict] = {}
    first: tuple[WorksheetStep, tuple[int, ...]] | None = None
    for step in exercise.steps:
        written, expected, room = carried.step(step)
        for entry in np.ndindex(step.value.shape):
            verdict = _verdict(
                written[entry],
                expected[entry],
                true.numbers[step.value][entry],
                room[entry],
            )
            verdicts[step.label(entry)] = verdict
            if verdict == "wrong" and first is None:
                first = (step, entry)
                expects = float(expected[entry])
                why = _reason(carried, step, written, (expected, room))
    if first is None:
        return MarkedSheet(verdicts)
    step, entry = first
    value = answers[step.label(entry)]
    return MarkedSheet(
        verdicts,
        step.label(entry),
        expects,
        float("nan") if value is None else value,
        why,
    )


def _verdict(written: Any, expected: Any, true: Any, room: Any) -> Verdict:
    if np.isnan(written):
        return "missing"
    if abs(written - true) <= room:
        return "right"
    if not np.isfinite(expected):
        return "open"
    return "follows" if abs(written - expected) <= room else "wrong"


class _Carried:
    """The program run on with a pupil's numbers in their places."""

    def __init__(
        self,
        exercise: Exercise,
        true: Run,
        answers: Mapping[str, float | None],
        half: float,
    ) -> None:
        self.exercise = exercise
        self.true = true
        self.half = half
        self.written = {step.value: _array(step, answers) for step in exercise.steps}
        self.inputs = {value: true.numbers[value] for value in exercise.program.inputs}
        self.numbers = self._run(None)
        random = np.random.default_rng(5)
        self.shaken = [self._run(random) for _ in range(SHAKES)]

    def step(self, step: WorksheetStep) -> tuple[Array, Array, Array]:
        """What is written, what follows from what is written before it, and how far rounding may lead from that."""
        value = step.value
        expected = self.numbers[0][value]
        spread = [np.abs(one[0][value] - expected) for one in self.shaken]
        # a unit of the last digit beside the half one: what is rounded twice
        room = (
            2 * self.half
            + 2 * np.nan_to_num(np.max(spread, axis=0), posinf=0.0)
            + 1e-9 * np.nan_to_num(np.abs(expected), posinf=0.0)
        )
        return self.written[value], expected, room

    def _run(
        self, random: np.random.Generator | None
    ) -> tuple[dict[Value, Array], dict[Value, Array]]:
        """What each value comes to from the written ones before it, and the numbers that are used further on."""
        used: dict[Value, Array] = dict(self.inputs)
        comes_to: dict[Value, Array] = {}
        with np.errstate(all="ignore"):
            for line in self.exercise.program.lines:
                result = computed(line, used)
                comes_to[line.result] = result
                written = self.written.get(line.result)
                if written is not None:
                    known = (
                        written
                        if random is None
                        else written + self.half * random.uniform(-1, 1, written.shape)
                    )
                    result = np.where(np.isnan(written), result, known)
                used[line.result] = result
        return comes_to, used


def computed(line: Line, numbers: Mapping[Value, Array]) -> Array:
    """What a line gives for these numbers."""
    args = [resolve(arg, numbers) for arg in line.args]
    params = {
        key: substitute(one, lambda size: measure(size, numbers))
        for key, one in line.params.items()
    }
    return np.asarray(line.op.forward(*args, **params))


def _array(step: WorksheetStep, answers: Mapping[str, float | None]) -> Array:
    found = np.full(step.value.shape, np.nan)
    for entry in np.ndindex(step.value.shape):
        value = answers.get(step.label(entry))
        if value is not None:
            found[entry] = value
    return found


def _reason(
    carried: _Carried, step: WorksheetStep, written: Array, fitting: tuple[Array, Array]
) -> str:
    """Which mistake gives the numbers that are written; else by what they differ."""
    expected, room = fitting

    def fits(array: Array) -> bool:
        given = ~np.isnan(written)
        if array.shape != written.shape:
            return False
        near = np.abs(array - written) <= np.maximum(room, 0)
        return bool(
            near[given].all() and not np.allclose(array[given], expected[given])
        )

    for said, other in _simple(expected):
        if fits(other):
            return said
    for said, other in _left_out(carried, step):
        if fits(other):
            return said
    wrong = ~np.isnan(written) & (np.abs(written - expected) > room)
    if wrong.sum() == 1:
        return "one number is off: a slip in computing it"
    return "the numbers are off: no common mistake gives them"


def _simple(expected: Array) -> Iterator[tuple[str, Array]]:
    yield "the sign is turned", -expected
    for factor, said in (
        (2.0, "twice as much"),
        (0.5, "half as much"),
        (10.0, "the decimal point is one place too far right"),
        (0.1, "the decimal point is one place too far left"),
    ):
        yield said, factor * expected
    rows = expected.shape[0] if expected.ndim else 1
    if rows > 1:
        yield f"{rows} times as much: a mean was forgotten", rows * expected
        yield f"divided by {rows} once too often", expected / rows
    if expected.ndim == 2 and expected.shape[0] == expected.shape[1]:
        yield "rows and columns are exchanged", expected.T
    if expected.size > 1:
        yield (
            "the numbers stand in the wrong order",
            expected.ravel()[::-1].reshape(expected.shape),
        )


def _left_out(carried: _Carried, step: WorksheetStep) -> Iterator[tuple[str, Array]]:
    """The step with one operation of it left out: an operand in the place of the result."""
    producer = carried.exercise.program.producer()
    used = carried.numbers[1]
    part = _lines_of(step.value, producer)
    for left in part:
        for arg in left.args:
            if not isinstance(arg, Value) or arg.shape != left.result.shape:
                continue
            numbers = dict(used)
            for line in part:
                numbers[line.result] = (
                    numbers[arg] if line is left else computed(line, numbers)
                )
            others = [one for one in left.args if one is not arg]
            names = " and ".join(
                _named(one, producer) for one in others if isinstance(one, Value)
            )
            what = (
                f"{names} is left out ({left.op.title})"
                if names
                else f"the {left.op.title} is left out"
            )
            yield what, numbers[step.value]


def _lines_of(value: Value, producer: Mapping[Value, Line]) -> list[Line]:
    """The line of a value and the nameless lines behind it, in order."""
    line = producer[value]
    found: list[Line] = []
    for arg in line.args:
        if isinstance(arg, Value) and arg.name is None and arg in producer:
            found += [one for one in _lines_of(arg, producer) if one not in found]
    return [*found, line]


def _named(value: Value, producer: Mapping[Value, Line]) -> str:
    if value.name is not None:
        return value.name
    inner = (
        [
            one.name
            for one in producer[value].args
            if isinstance(one, Value) and one.name
        ]
        if value in producer
        else []
    )
    return f"the factor of {' and '.join(inner)}" if inner else "a factor"
