"""A script that takes no steps is given them: down on what it calls, at its end, the gradients of what it is given."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from chainrule import ops
from chainrule.check.report import WRONG
from chainrule.check.steps.checked import Checked
from chainrule.check.steps.namesakes import namesakes
from chainrule.check.steps.recording import Recording, record
from chainrule.check.steps.script import Asked, Stepped
from chainrule.program import ChainruleError, ProgramError, Value
from chainrule.program.time_limit import time_limit
from chainrule.trace.source import Span

RATE = 0.0731
"""No number that a script has of its own: what is written twice is taken for one and the same."""
STEP = f"{{0}} = {{0}} - {RATE} * {{1}}"


@dataclass(frozen=True)
class Given(Asked):
    """What is asked about a script that goes on with lines of ours, and leaves its last ``n_left`` statements out.

    What comes after the gradients, a comparison with differences, is neither waited for nor taken for a step. Where
    not ``is_all`` that is called a gradient has a step, what explains the steps may not explain the rest. ``looks``
    are the lines that move what is put back.
    """

    steps: tuple[str, ...] = ()
    n_left: int = 0
    is_all: bool = True
    looks: frozenset[int] = frozenset()

    def kept(self, text: str) -> str:
        """The script up to its steps."""
        try:
            left = ast.parse(text).body[-self.n_left :] if self.n_left else []
        except SyntaxError:
            left = []
        n = min((line_of(one) for one in left[:1]), default=0)
        return "\n".join(text.splitlines()[: n - 1]).rstrip() if n else text.rstrip()

    def first(self, text: str) -> int:
        """The line of the first step."""
        return len(self.kept(text).splitlines()) + 1

    def checked(self, text: str, n_passes: int = 1) -> Checked:
        """The script run with its steps, and judged; a text that has them is one of ours, corrected."""
        steps = "\n".join(("", *self.steps, ""))
        whole = text if text.endswith(steps) else self.kept(text) + steps
        return super().checked(whole, n_passes)

    def judged(self, recording: Recording, n_pass: int) -> Checked:
        """The recording judged; a sum of gradients that is shown is no loss."""
        checked = super().judged(recording, n_pass)
        first = len(recording.text.splitlines()) - len(self.steps) + 1
        made = recording.producer
        gradients = {
            arg
            for value, spots in recording.spots.items()
            if spots and spots[0].span[0] >= first and made[value].op is ops.multiply
            for arg in made[value].args
        }
        tape, behind = checked.evidence.tape, checked.evidence.behind_loss
        if any(tape.values[place] in gradients for place in behind):
            raise ProgramError("E329", "no loss was found but a sum of gradients")
        return checked

    def stepped(self, text: str) -> Stepped | None:
        """The report on the script; None where nothing is told, or something is wrong with the steps themselves."""
        try:
            found = self.report(text)
        except ChainruleError:
            return None
        first, lines = self.first(text), found.report.lines
        if not found.is_exact or any(
            line.line >= first and line.verdict in WRONG for line in lines
        ):
            return None
        kept = tuple(
            line
            if self.is_all
            else replace(line, cause=None, kinds=(), fix=None, edits=())
            for line in lines
            if line.line < first
        )
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
    found, is_all = _steps(recording)
    if not found:
        return None
    asked_by = (asked.file, asked.loss, asked.n_pass, asked.timeout, asked.seed, True)
    steps = tuple(found.values())
    # the loss may come later, but not after what stops the script: its own comparison with differences
    later = {0} if recording.failure is None else set[int]()
    for n_left in sorted({_n_after(recording, found), *later}, reverse=True):
        given = Given(*asked_by, steps, n_left, is_all, recording.looks)
        try:
            with np.errstate(all="ignore"):
                other = _at_another_scale(given.checked(text), given.first(text))
        except ChainruleError:
            continue
        kept = tuple(step for i, step in enumerate(steps) if i not in other)
        return replace(given, steps=kept) if kept else None
    return None


def _n_after(recording: Recording, gradients: Iterable[Value]) -> int:
    """How many statements of the script come after all that makes its gradients."""
    last = max(recording.position[one] for one in gradients)
    spot = recording.spots[recording.program.lines[last].result][-1]
    body = recording.tree.body
    return sum(line_of(one) > spot.span[0] for one in body)


def line_of(statement: ast.stmt) -> int:
    """The line where a statement starts, with what decorates it."""
    above = getattr(statement, "decorator_list", ())
    return int(min(one.lineno for one in (statement, *above)))


def _at_another_scale(checked: Checked, first: int) -> set[int]:
    """The steps along gradients of data that are so many times the true ones as there are samples.

    What a layer hands on below is scaled as its makers like, and nothing goes down on it. What is given and has no
    gradient, labels at the least, has as many of them along the same axis: all of it.
    """
    finals, recording = checked.finals, checked.recording
    stepped = {one.parameter for one in finals.all}
    rest = [one.shape for one in recording.program.inputs if one not in stepped]
    worlds = [world.numbers for world in checked.evidence.worlds]
    found = set[int]()
    for one in finals.wrong():
        factors = finals.factors(one, worlds)
        shape = one.parameter.shape
        if factors is None or one.after is None or not shape:
            continue
        times = {round(factor / RATE, 6) for factor in factors if np.isfinite(factor)}
        samples = {
            float(shape[end])
            for end in (0, -1)
            if all(other[end] == shape[end] for other in rest if other)
        }
        if len(times) == 1 and times & samples:
            spots = recording.spots[checked.evidence.tape.values[one.after]]
            found.add(spots[0].span[0] - first)
    return found


def _behind(checked: Checked) -> set[int]:
    """The lines of which everything they compute is in the steps, or in the loss, whenever else they are run."""
    evidence, recording = checked.evidence, checked.recording
    tape = evidence.tape
    used = tape.upstream(tape.at[one.after] for one in evidence.updates)
    used |= evidence.behind_loss
    found, others = set[Span](), set[Span]()
    for value, spots in recording.spots.items():
        if spots and value in tape.at:
            (found if tape.at[value] in used else others).add(spots[0].span)
    return {span[0] for span in found} - {span[0] for span in others - found}


def _steps(recording: Recording) -> tuple[dict[Value, str], bool]:
    """A statement for each of the script's inputs that has a gradient by name, under that gradient; whether all have."""
    held = recording.notes.module(recording.file)
    found, is_all = namesakes(held, recording.position, recording.origin)
    return {one.value: STEP.format(of.text, one.text) for one, of in found}, is_all
