"""A script that takes no steps is given them: down on what it calls, at its end, the gradients of what it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.check.names import bases, names_a_gradient
from chainrule.check.report import WRONG
from chainrule.check.steps.recording import Recording, record
from chainrule.check.steps.script import Asked, Checked, Stepped
from chainrule.program import ChainruleError, Value
from chainrule.program.time_limit import time_limit
from chainrule.trace import Traced

RATE = 0.0731
"""No number that a script has of its own: what is written twice is taken for one and the same."""
STEP = f"{{0}} = {{0}} - {RATE} * {{1}}"
OF_GRADIENTS = re.compile(r"grad|d_?param", re.IGNORECASE)
"""What holds gradients under the names of what they are of: ``grads["W1"]``."""
THE_GRADIENT = re.compile(r"g(rad(ient)?)?", re.IGNORECASE)
"""A name that says of what it is the gradient only where there is one thing of its shape."""


@dataclass(frozen=True)
class Given(Asked):
    """What is asked about a script that goes on with lines of ours."""

    steps: tuple[str, ...] = ()

    def first(self, text: str) -> int:
        """The line of the first step."""
        return len(text.rstrip().splitlines()) + 1

    def checked(self, text: str, n_passes: int = 1) -> Checked:
        """The script run with its steps, and judged."""
        return super().checked("\n".join((text.rstrip(), *self.steps, "")), n_passes)

    def stepped(self, text: str) -> Stepped | None:
        """The report on the script; None where nothing is told, or something is wrong with the steps themselves.

        That all gradients are halved is a rate's affair where a script has one, and wrong where the rate is ours.
        """
        try:
            found = self.report(text)
        except ChainruleError:
            return None
        first, lines = self.first(text), found.report.lines
        if not found.is_exact or any(
            line.line >= first and line.verdict in WRONG for line in lines
        ):
            return None
        kept = tuple(line for line in lines if line.line < first)
        return replace(found, report=replace(found.report, lines=kept))

    def behind(self, text: str) -> set[int]:
        """The lines of which everything they compute is in the steps, or in the loss."""
        with np.errstate(all="ignore"):
            return _behind(self.checked(text))


def with_steps(text: str, asked: Asked) -> Given | None:
    """The script asked about, going on with steps along its gradients; None where its names speak of none."""
    try:
        with np.errstate(all="ignore"), time_limit(asked.timeout):
            recording = record(asked.file, text=text)
    except ChainruleError:
        return None
    steps = [] if recording.failure else list(_steps(recording))
    if not steps:
        return None
    asked_by = (asked.file, asked.loss, asked.n_pass, asked.timeout, asked.seed)
    given = Given(*asked_by, steps=tuple(steps))
    try:
        with np.errstate(all="ignore"):
            other = _at_another_scale(given.checked(text), given.first(text))
    except ChainruleError:
        return None
    kept = tuple(step for i, step in enumerate(steps) if i not in other)
    return Given(*asked_by, steps=kept) if kept else None


def _at_another_scale(checked: Checked, first: int) -> set[int]:
    """The steps along gradients of data that are so many times the true ones as there are samples.

    What a layer hands on below is scaled as its makers like, and nothing goes down on it.
    """
    finals, recording = checked.finals, checked.recording
    worlds = [world.numbers for world in checked.evidence.worlds]
    found = set[int]()
    for one in finals.wrong():
        factors = finals.factors(one, worlds)
        shape = one.parameter.shape
        if factors is None or one.after is None or not shape:
            continue
        times = {round(factor / RATE, 6) for factor in factors if np.isfinite(factor)}
        if len(times) == 1 and times & {float(shape[0]), float(shape[-1])}:
            spots = recording.spots[checked.evidence.tape.values[one.after]]
            found.add(spots[0].span[0] - first)
    return found


def _behind(checked: Checked) -> set[int]:
    """The lines of which everything they compute is in the steps, or in the loss."""
    evidence, recording = checked.evidence, checked.recording
    tape = evidence.tape
    used = tape.upstream(tape.at[one.after] for one in evidence.updates)
    used |= evidence.behind_loss
    found, others = set[int](), set[int]()
    for value, spots in recording.spots.items():
        if spots and value in tape.at:
            line = spots[0].span[0]
            (found if tape.at[value] in used else others).add(line)
    return found - others


def _steps(recording: Recording) -> Iterator[str]:
    """A statement for each of the script's inputs that has a gradient by name."""
    there = list(_named(recording.notes.module(recording.file)))
    inputs = set(recording.program.inputs)
    roots = [one for one in there if one[3] in inputs and one[3].differentiable]
    steps: dict[Value, str] = {}
    # of dW and what a penalty is added to it in, the one that is made last
    there.sort(key=lambda one: recording.position[one[3]])
    for gradient, word, owner, value in there:
        if value in inputs:
            continue
        alike = [one for one in roots if one[3].shape == value.shape]
        wanted = [*bases(word)] if names_a_gradient(word) else []
        if OF_GRADIENTS.match(owner):
            wanted.append(word)
        of = next((one for one in alike if one[1] in wanted), None)
        if of is None and THE_GRADIENT.fullmatch(word) and len(alike) == 1:
            (of,) = alike
        if of is not None:
            steps[of[3]] = STEP.format(of[0], gradient)
    yield from steps.values()


def _named(held: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Value]]:
    """Arrays and numbers by how they are written: the text, the last word of it, what holds them, what they are."""
    for name, item in held.items():
        match item:
            case Traced():
                yield name, name, "", item.value
            case dict():
                for key, one in item.items():
                    if isinstance(key, str) and isinstance(one, Traced):
                        yield f"{name}[{key!r}]", key, name, one.value
