"""A script checked: run once as evidence, its updates judged, the fewest corrections searched, every fix tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from chainrule.check.edits import edited
from chainrule.check.report import LineReport, Report
from chainrule.check.steps.carried import (
    carried,
    carried_lines,
    may_be_carried,
)
from chainrule.check.steps.checked import Checked, checked_recording
from chainrule.check.steps.finals import State
from chainrule.check.steps.forward import Forward
from chainrule.check.steps.implied import is_complete
from chainrule.check.steps.optimizers import Following, mistakes
from chainrule.check.steps.parameters import parameter_verdicts
from chainrule.check.steps.recording import Recording, record
from chainrule.check.steps.rewrite import Fix, Rewriter
from chainrule.check.steps.search import Search
from chainrule.check.steps.several_passes import N_PASSES, following
from chainrule.check.steps.slots import Slots
from chainrule.check.steps.verdicts import Verdicts
from chainrule.check.verdict import Verdict
from chainrule.program import ChainruleError
from chainrule.program.time_limit import time_limit


@dataclass(frozen=True, slots=True)
class Stepped:
    """The report by the steps, how many lines its pass was recorded in, and how far it goes.

    ``is_exact`` says that the gradients need no convention, ``has_larger`` that another batch size fits the script,
    ``is_open`` that of some step nothing can be told, ``is_true`` that every step takes the true gradient, whatever
    is made of it, ``is_summed`` that it is of several losses together; ``unknown`` are the lines that make of it what no known rule does.
    ``looks`` are the lines that move weights and put them back, and nothing else.
    """

    report: Report
    n_lines: int
    is_exact: bool
    has_larger: bool
    is_open: bool
    is_true: bool
    is_summed: bool
    unknown: tuple[LineReport, ...] = ()
    looks: frozenset[int] = frozenset()

    @property
    def is_beyond_doubt(self) -> bool:
        """Whether every step is the true gradient's, of the loss as it stands, and nothing is left open."""
        return self.report.ok and self.is_exact and not self.is_open


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about a script: which loss, in which pass, for how long, on which other data.

    ``as_written`` says that no other loss than the one computed is meant, nor a multiple of it, nor one with a penalty.
    """

    file: str
    loss: str | None = None
    n_pass: int = 1
    timeout: float | None = None
    seed: int = 0
    as_written: bool = False

    def report(self, text: str) -> Stepped:
        """The report on a text of the script.

        Raises:
            ScriptError: E330 if the script fails before its loss is computed.
            ProgramError: E325 if the loss is not there, E329 if no parameter takes a step that hangs on one.
            LimitError: E601 if the loss is not reached in the time given.
        """
        with np.errstate(all="ignore"):
            checked = self.checked(text)
            finals, sites = checked.finals, checked.sites
            search, fixes = self._explained(checked)
            if finals.wrong() and not any(several[0].edits for several in fixes):
                checked.require_gradients()
            verdicts = Verdicts(finals, sites, search, fixes)
            followed = [] if finals.wrong() else list(self._followed(checked))
            lines = with_lines(verdicts.lines(), followed)
        failure = checked.recording.failure
        report = Report(
            self.file,
            lines,
            len(checked.evidence.worlds) + (checked.evidence.larger is not None),
            str(checked.evidence.loss.dtype),
            failure=None
            if failure is None
            else f"the script stops here: {failure.body()}",
            parameters=parameter_verdicts(verdicts),
            notes=tuple(verdicts.words.of_readings(checked.held, checked.kept_off)),
        )
        n_lines = checked.evidence.n_recorded - checked.evidence.tape.n_inputs
        return Stepped(
            report,
            n_lines,
            checked.finals.convention == 1.0 or checked.is_penalised,
            checked.evidence.has_larger,
            any(one.state is State.CANNOT_TELL for one in finals.all),
            not finals.wrong(),
            checked.is_summed,
            tuple(one for one in followed if one.verdict is Verdict.CANNOT_TELL),
            checked.recording.looks,
        )

    def next_pass(self, text: str) -> Report | None:
        """The report on the pass after the one asked for, if a correction of that leaves both right.

        A stale value is right at first. What nothing corrects may be a way to train that is not known here.
        """
        later = replace(self, n_pass=self.n_pass + 1)
        try:
            report = later.report(text).report
            fixed = report.corrected()
            is_told = not report.ok and fixed != text
            # the first pass needs no correction
            if not is_told or self._steps(fixed) != self._steps(text):
                return None
        except ChainruleError:
            return None
        if not later.heals(fixed):
            return None
        said = f"pass {self.n_pass} is right; this is pass {later.n_pass} (--pass {later.n_pass})"
        return replace(report, notes=(said, *report.notes))

    def _steps(self, text: str) -> list[bytes]:
        """Where the steps of a script with this text lead to, rounded, where they are right."""
        with np.errstate(all="ignore"):
            finals = self.checked(text).finals
        numbers = finals.evidence.worlds[0].numbers
        places = [one.after for one in finals.all if one.state is State.RIGHT]
        found = [numbers[place] for place in places if place is not None]
        return [one.round(12).tobytes() for one in found if one is not None]

    def _explained(
        self, checked: Checked
    ) -> tuple[Search | Forward | None, list[list[Fix]]]:
        """The corrections of what is wrong, and their texts: of the backward pass, else of the forward pass."""
        finals = checked.finals
        if not finals.wrong():
            return None, []

        def heals(text: str) -> bool:
            return self.heals(text, len(finals.all))

        search = Search(finals, checked.sites)
        search.run()
        if search.wrong:
            forward = Forward(finals)
            if forward.run():
                fixes = tried_fixes(checked, forward, heals)
                if all(several[0].edits for several in fixes):
                    return forward, fixes
        return search, tried_fixes(checked, search, heals)

    def _followed(self, checked: Checked) -> Iterator[LineReport]:
        """What is wrong with how right gradients are followed: rules are known from the first step on."""
        found: Following | None = None
        if self.n_pass == 1:
            found = following(checked.finals)
            if found is None and checked.recording.stopped:
                # a longer look, for a script of which one pass is enough to judge its gradients
                checked = self.checked(checked.recording.text, n_passes=N_PASSES)
                found = following(checked.finals)
        text = checked.recording.text
        if found is not None:
            wrong = list(mistakes(found, text, self._takes_steps))
            yield from wrong
            if wrong:
                return
        second = self._second_pass(checked)
        if second is not None:
            yield from carried_lines(
                checked.finals, second.finals, text, self._starts_anew
            )

    def _second_pass(self, checked: Checked) -> Checked | None:
        """The pass after, judged; None where nothing of the first can be in it."""
        if checked.finals.wrong() or not may_be_carried(checked.finals):
            return None
        try:
            return self.judged(checked.recording, self.n_pass + 1)
        except ChainruleError:
            return None

    def _starts_anew(self, text: str) -> bool:
        """Whether a script with this text takes the true gradient, and a second pass nothing of the first."""
        try:
            with np.errstate(all="ignore"):
                first = self.checked(text, n_passes=N_PASSES)
                second = self.judged(first.recording, self.n_pass + 1)
        except ChainruleError:
            return False
        return not first.finals.wrong() and not carried(first.finals, second.finals)

    def _takes_steps(self, text: str) -> bool:
        """Whether a script with this text takes the true gradient, and steps that are a known rule's."""
        try:
            with np.errstate(all="ignore"):
                again = self.checked(text, n_passes=N_PASSES)
        except ChainruleError:
            return False
        found = following(again.finals)
        return (
            again.recording.failure is None
            and not again.finals.wrong()
            and found is not None
            and not found.strange()
        )

    def heals(self, text: str, n: int = 1) -> bool:
        """Whether a script with this text takes the true gradient in all updates, and in at least ``n``."""
        try:
            with np.errstate(all="ignore"):
                again = self.checked(text)
        except ChainruleError:
            return False
        if again.recording.failure is not None:
            return False
        return len(again.finals.all) >= n and all(
            one.state is State.RIGHT for one in again.finals.all
        )

    def checked(self, text: str, n_passes: int = 1) -> Checked:
        """The script run, its loss and updates found, its finals judged; ``n_passes`` are recorded at least."""
        n_pass = self.n_pass + n_passes - 1
        enough = partial(is_complete, asked=self.loss, n_pass=n_pass)
        with time_limit(self.timeout):
            recording = record(self.file, text=text, enough=enough)
            begun = Slots(recording).begun
            if begun:
                floats = {recording.wholes[one] for one in begun}
                recording = record(self.file, text=text, enough=enough, floats=floats)
        return self.judged(recording, self.n_pass)

    def judged(self, recording: Recording, n_pass: int) -> Checked:
        """The loss and the updates of a recording, judged."""
        return checked_recording(
            recording, self.loss, n_pass, self.seed, as_written=self.as_written
        )


def with_lines(
    lines: Iterable[LineReport], others: Sequence[LineReport]
) -> tuple[LineReport, ...]:
    """Lines, with what others say in the place of what was said of theirs."""
    told = {one.line for one in others}
    kept = (one for one in lines if one.line not in told)
    return tuple(sorted((*kept, *others), key=lambda one: (one.line, one.column)))


def tried_fixes(
    checked: Checked, search: Search | Forward, heals: Callable[[str], bool]
) -> list[list[Fix]]:
    """The texts of all corrections; what does not leave a right script when it is made and run is taken back."""
    rewriter = Rewriter(checked.evidence, search.sites)
    fixes = [rewriter.fix(correction) for correction in search.corrections]
    made = [edit for several in fixes for fix in several for edit in fix.edits]
    whole = all(several[0].edits for several in fixes) and not search.wrong
    if whole and heals(edited(checked.recording.text, made)):
        return fixes
    return [[_untold(fix) for fix in several] for several in fixes]


def _untold(fix: Fix) -> Fix:
    """A fix that did not prove itself: the words stay, the text goes."""
    return Fix(fix.words, None, (), fix.part, None)
