"""Gradients that only a function holds: a step along each is written behind what the function recorded.

A call is looked at by the names that it gave: ``Theta1`` and ``Theta1_grad``, ``theta`` and ``grad``. What has a gradient
is taken as given, however it was cut out of one array before.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from chainrule import ops
from chainrule.check.steps.appended import Appended
from chainrule.check.steps.checked import Checked
from chainrule.check.steps.namesakes import Reached, paired
from chainrule.check.steps.recording import Recording, is_laid_out, record
from chainrule.check.steps.script import Asked
from chainrule.check.steps.stepless import RATE, Given
from chainrule.program import ChainruleError, ProgramError, Run, Value
from chainrule.program.time_limit import time_limit

MOST_CALLS = 6


@dataclass(frozen=True)
class Inside(Given):
    """What is asked about a script whose gradients are names of one of its calls."""

    def first(self, text: str) -> int:  # noqa: ARG002 - no line of the text is ours
        """No line is one of ours."""
        return sys.maxsize

    def checked(self, text: str, n_passes: int = 1) -> Checked:  # noqa: ARG002 - a call is one pass
        """The script run, and judged by the calls that hold gradients of a loss: the first that is wrong, else the first."""
        with np.errstate(all="ignore"), time_limit(self.timeout):
            recording = record(self.file, text=text)
        refused: ChainruleError = ProgramError("E329", "no call holds gradients")
        first: Checked | None = None
        for held in stepped(recording):
            try:
                found = self.judged(held, self.n_pass)
            except ChainruleError as error:
                refused = error
                continue
            for one in found.finals.all:
                one.name = name_of(held, one.parameter) or one.name
            first = first or found
            if found.finals.wrong():
                return found
        if first is None:
            raise refused
        return first


def inside(asked: Asked) -> Inside:
    """What is asked about a script, of one of its calls."""
    by = (asked.file, asked.loss, asked.n_pass, asked.timeout, asked.seed, True)
    return Inside(*by)


def name_of(recording: Recording, value: Value) -> str:
    """What a call named a value."""
    slots = recording.slots.get(value, {})
    return next((s[2] for s in slots if isinstance(s, tuple) and s[0] == "name"), "")


def stepped(recording: Recording) -> Iterator[Recording]:
    """For each call that gave names to gradients and to what they are of: the recording up to there, with steps."""
    calls: dict[int, list[Reached]] = {}
    for value, slots in recording.slots.items():
        for slot in slots:
            if isinstance(slot, tuple) and slot[0] == "name":
                _, call, name = slot
                calls.setdefault(call, []).append(Reached(name, (name,), value, False))
    found: dict[object, list[tuple[Value, Value]]] = {}
    for several in calls.values():
        pairs = list(_pairs(recording, several))
        if pairs:
            # one call of those that come from the same place
            found.setdefault(recording.way(pairs[-1][1]), pairs)
    # a call that knows the weights one by one says more than one that hands all of them on
    for pairs in sorted(found.values(), key=len, reverse=True)[:MOST_CALLS]:
        yield _with_steps(recording, pairs)


def _pairs(
    recording: Recording, several: Sequence[Reached]
) -> Iterator[tuple[Value, Value]]:
    """What a call took as given, and what it called the gradient of it."""
    position = recording.position
    made = [one for one in several if position.get(one.value, -1) >= 0]
    roots = [
        one
        for one in several
        if one.value.differentiable and is_laid_out(recording.producer, one.value)
    ]
    for gradient, of in paired(made, roots, position):
        if of.value is not gradient.value:
            yield of.value, gradient.value


def _with_steps(recording: Recording, pairs: list[tuple[Value, Value]]) -> Recording:
    """The recording up to the last gradient, and a step down on each."""
    last = max(recording.position[gradient] for _, gradient in pairs)
    program = recording.program
    lines = program.lines[: last + 1]
    cut = replace(
        recording, run=Run(replace(program, items=lines), recording.run.numbers)
    )
    made = Appended(cut, lines[-1])
    writes = [
        (of, made.add(ops.subtract, of, made.add(ops.multiply, RATE, gradient)))
        for of, gradient in pairs
    ]
    held, _ = made.done(writes[-1][1])
    return replace(held, writes=writes, learnt=frozenset(of for of, _ in pairs))
