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

STEP = "{0} = {0} - 0.1 * {1}"
OF_GRADIENTS = re.compile(r"grad|d_?param", re.IGNORECASE)
"""What holds gradients under the names of what they are of: ``grads["W1"]``."""


@dataclass(frozen=True)
class Given(Asked):
    """What is asked about a script that goes on with lines of ours."""

    lines: str = ""

    def checked(self, text: str, n_passes: int = 1) -> Checked:
        """The script run with its steps, and judged."""
        return super().checked(f"{text.rstrip()}\n{self.lines}", n_passes)

    def stepped(self, text: str) -> Stepped | None:
        """The report on the script; None where nothing is told, or something is wrong with the steps themselves."""
        try:
            found = self.report(text)
        except ChainruleError:
            return None
        n_lines = len(text.rstrip().splitlines())
        lines = found.report.lines
        if any(line.line > n_lines and line.verdict in WRONG for line in lines):
            return None
        kept = tuple(line for line in lines if line.line <= n_lines)
        return replace(found, report=replace(found.report, lines=kept))

    def behind(self, text: str) -> set[int]:
        """The lines of which everything they compute is in the steps, or in the loss."""
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
    lines = "\n".join(steps) + "\n"
    return Given(
        asked.file, asked.loss, asked.n_pass, asked.timeout, asked.seed, lines=lines
    )


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
    roots = set(recording.program.inputs)
    stepped: set[Value] = set()
    for gradient, word, owner, value in there:
        if value in roots:
            continue
        wanted = [*bases(word)] if names_a_gradient(word) else []
        if OF_GRADIENTS.match(owner):
            wanted.append(word)
        for text, name, _, root in there:
            meant = root in roots and name in wanted and root.differentiable
            if meant and root.shape == value.shape and root not in stepped:
                stepped.add(root)
                yield STEP.format(text, gradient)
                break


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
