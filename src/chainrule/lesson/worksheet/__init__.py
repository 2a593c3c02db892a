"""Worksheets: a network with other numbers for each pupil, its results left blank; a key, and marking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from chainrule.formula import Matrix, Node, Text, chain
from chainrule.lesson.analysis.subject_study import Study
from chainrule.lesson.notation.names import name, numbers
from chainrule.lesson.parts import (
    Code,
    Formula,
    Heading,
    Numbers,
    Part,
    Prose,
    Row,
)
from chainrule.lesson.worksheet.solutions import solutions
from chainrule.lesson.worksheet.steps import Exercise, WorksheetStep
from chainrule.lesson.worksheet.variants import SheetNumbers, variants
from chainrule.program import Array

BLANK = "……"
Blank = Literal["results", "symbols", "code"]
ASKED: Mapping[Blank, str] = {
    "results": "Fill in every number, rounded to {} decimals.",
    "symbols": "Fill in the formula that gives each result, in symbols.",
    "code": "Write the line of NumPy that finds each result.",
}
"""What a sheet asks for, by what it leaves blank."""


@dataclass(frozen=True)
class Worksheet:
    """A sheet for each pupil: ``n`` variants drawn from ``seed``, results asked to so many ``decimals``.

    ``blank`` is what is to be found: the results, the formulas in symbols, or the lines of code.

    Raises:
        UsageError: E411 where a sheet would ask for too much, or no kind numbers are found.
    """

    exercise: Exercise
    n: int = 1
    seed: int = 0
    decimals: int = 3
    dead_units: bool = False
    blank: Blank = "results"

    @cached_property
    def variants(self) -> tuple[SheetNumbers, ...]:
        """The numbers of every sheet."""
        return tuple(
            variants(self.exercise, self.n, self.seed, dead_units=self.dead_units)
        )

    @property
    def labels(self) -> list[str]:
        """What every number that is asked for is called, in order."""
        return [label for step in self.exercise.steps for label in step.labels]

    def answers(self, variant: SheetNumbers) -> dict[str, float]:
        """The right numbers, in full."""
        return {
            step.label(entry): float(variant.run.numbers[step.value][entry]) + 0.0
            for step in self.exercise.steps
            for entry in np.ndindex(step.value.shape)
        }

    def parts(self, variant: SheetNumbers, *, solved: bool = False) -> tuple[Part, ...]:
        """One sheet, in the parts that every medium prints; ``solved`` fills it in."""
        what = "answers" if solved else "worksheet"
        forward = len([step for step in self.exercise.steps if not step.is_gradient])
        steps = self.exercise.steps
        asked = ASKED[self.blank].format(self.decimals)
        return (
            Heading(f"{self.exercise.title}: {what} {variant.number}", 1, "worksheet"),
            *(() if solved else (Prose((f"Name: {6 * BLANK}",)), Prose((asked,)))),
            Heading("Given", 2, "given"),
            *(
                Numbers(one, name(one), array, "value")
                for one, array in variant.given.items()
            ),
            Heading("Forward", 2, "forward"),
            *self._rows(steps[:forward], variant, solved=solved),
            Heading("Backward", 2, "backward"),
            *self._rows(steps[forward:], variant, solved=solved),
        )

    def _rows(
        self, steps: Sequence[WorksheetStep], variant: SheetNumbers, *, solved: bool
    ) -> Iterator[Part]:
        lines = solutions(self.exercise) if self.blank == "code" else {}
        for step in steps:
            array = variant.run.numbers[step.value]
            result = numbers(np.round(array, self.decimals) + 0.0)
            match self.blank:
                case "results":
                    right = chain(step.formula, result if solved else blank(array))
                case "symbols":
                    right = chain(step.formula if solved else Text(BLANK), result)
                case "code":
                    right = chain(step.formula, result)
            yield Formula((Row("", step.symbol, right=right),))
            if self.blank == "code":
                line = lines.get(step.name, "") if solved else 6 * BLANK
                yield Prose((Code(f"{step.name} = {line}"),))

    def key(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """All that marking needs: where the network is, and the numbers of every variant."""
        return {
            "form": "chainrule worksheet 1",
            "source": dict(source),
            "title": self.exercise.title,
            "seed": self.seed,
            "decimals": self.decimals,
            "variants": [
                {
                    "variant": one.number,
                    "given": {key: array.tolist() for key, array in one.given.items()},
                    "answers": self.answers(one),
                }
                for one in self.variants
            ],
        }


def blank(array: Array) -> Node:
    """The room for an array: a box for each number."""
    box = Text(BLANK)
    if array.size == 1:
        return box
    rows = array.reshape(-1, array.shape[-1])
    return Matrix(tuple(tuple(box for _ in row) for row in rows))


def worksheet(study: Study, title: str, **options: Any) -> Worksheet:
    """The worksheet of a lesson."""
    return Worksheet(Exercise(study, title), **options)


__all__ = ["Exercise", "SheetNumbers", "Worksheet", "worksheet"]
