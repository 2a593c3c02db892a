"""A recording judged: of all losses that the script may go down on, the one that explains most of its steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from chainrule import ops
from chainrule.check.steps.collected import finals_of
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.finals import CONVENTIONS, Finals
from chainrule.check.steps.implied import beside, trainings
from chainrule.check.steps.recording import Recording
from chainrule.check.steps.related import (
    form_of,
    is_moved_between,
    is_of_more,
    is_shared,
    is_shown_alone,
    is_stepped_on,
    is_weighted,
)
from chainrule.check.steps.sites import Sites
from chainrule.check.steps.slots import Training, upstream
from chainrule.check.steps.targets import ENTROPY
from chainrule.check.steps.truths import Truths
from chainrule.check.steps.worlds import gather
from chainrule.program import ChainruleError, ProgramError, Value

MOST_BESIDE = 4
"""So many other numbers are looked at as the loss of what is wrong by one."""


class NoGradientError(ProgramError):
    """No step is one of a loss that is known, nor made of its gradients."""


@dataclass(eq=False)
class Checked:
    """Everything that was found on the way to a report; ``is_guessed`` says that no number shows which loss is meant."""

    recording: Recording
    evidence: Evidence
    finals: Finals
    sites: Sites
    implied: str | None = None
    is_penalised: bool = False
    is_summed: bool = False
    held: tuple[Value, ...] = ()
    kept_off: tuple[Value, ...] = ()
    computed: Value | None = None
    is_guessed: bool = False

    @property
    def n_right(self) -> int:
        """How many updates take the true gradient."""
        return len(self.finals.all) - len(self.finals.wrong())

    def explains_more(self, other: Checked) -> bool:
        """Whether more is right by this loss; where as much is, by a usual scale, with the penalty of the steps, as a whole."""
        return self._rank > other._rank

    @cached_property
    def _rank(self) -> tuple[int, int, int, bool, bool, bool]:
        convention = self.finals.convention
        is_whole = self.is_summed and convention == 1.0
        # a penalty that makes nothing right is none
        is_penalised = self.is_penalised and bool(self.n_right)
        n_wrong = len(self.finals.all) - self.n_right
        n_along = sum(map(self.finals.is_along, self.finals.wrong()))
        is_usual = convention in CONVENTIONS
        # where nothing is right, fewer steps explain no more
        n_left = n_wrong if self.n_right else 0
        return self.n_right, -n_left, n_along, is_usual, is_penalised, is_whole

    @cached_property
    def _by_hand(self) -> list[int]:
        """What the steps are made of, of this pass, and the loss is not."""
        evidence = self.evidence
        after = [one.after for one in self.finals.all if one.after is not None]
        made_of = evidence.tape.upstream(after) & evidence.judged
        return sorted(made_of - evidence.behind_loss)

    @cached_property
    def has_gradients(self) -> bool:
        """Whether something of the way back is a gradient of this loss."""
        return any(map(self.finals.truths.at, filter(self._is_more, self._by_hand)))

    def _is_more(self, place: int) -> bool:
        """Whether a value is more than the difference of a prediction and its label, which is some loss's slope by itself."""
        line, labels = self.evidence.tape.line(place), self.evidence.labels
        is_difference = line is not None and line.op is ops.subtract
        return not is_difference or labels.isdisjoint(self.evidence.tape.reads[place])

    @cached_property
    def labels(self) -> set[Value]:
        """What predictions are held against."""
        return {self.evidence.tape.values[one] for one in self.evidence.labels}

    @property
    def is_plain_guess(self) -> bool:
        """Whether no line computes the loss, and nothing of what it is computed from is read otherwise."""
        return self.implied is not None and not (self.held or self.kept_off)

    def require_gradients(self) -> None:
        """Say so where no step is right by a loss that is only guessed, or all are made of its values: a search knows no slopes.

        Raises:
            NoGradientError: E329.
        """
        if self.has_gradients or self.finals.all != self.finals.wrong():
            return
        if self.is_guessed:
            raise NoGradientError(
                "E329",
                "no loss is computed before the steps, and they are those of none that is usual",
                hint="compute the loss that they are to go down on, or name it: --loss NAME",
            )
        place, values = self.recording.place, self.evidence.tape.values
        places = {place(values[one]) for one in self._by_hand}
        if self.computed is not None and place(self.computed) in places:
            raise NoGradientError(
                "E329",
                "the steps are made of values of the loss, and of none of its gradients",
                hint="a search by trial takes none; if another loss is meant: --loss NAME",
            )


def checked_recording(
    recording: Recording,
    loss: str | None,
    n_pass: int,
    seed: int,
    *,
    as_written: bool = False,
) -> Checked:
    """The loss and the updates of a recording, judged: of what may be its loss, the one that explains most updates."""
    best: Checked | None = None
    others: list[Checked] = []
    form: str | None = None
    plain: Checked | None = None
    for held, found in trainings(recording, asked=loss, n_pass=n_pass):
        if as_written and found.loss is not found.computed:
            continue
        if found.implied is not None and form not in (None, found.implied):
            continue
        if (
            found.implied is not None
            and plain
            and is_shared(plain.evidence)
            and not is_of_more(plain.evidence)
            and (plain.n_right or not is_shown_alone(plain.evidence))
        ):
            # a loss that is computed, and of what the steps are made of, is meant
            break
        try:
            one = _judged(held, found, seed, as_written=as_written)
        except ChainruleError:
            if best is None and loss is not None:
                raise
            continue
        if found.loss is found.computed:
            told = form_of(one.evidence)
            # squares are printed to show how well anything fits
            is_beside = not found.updates or is_of_more(one.evidence)
            form = form if is_beside and told != ENTROPY else told
        if not found.updates or one.finals.says_nothing:
            continue
        others.append(one)
        if found.loss is found.computed and (plain is None or one.explains_more(plain)):
            plain = one
        if best is None or one.explains_more(best):
            best = one
        # of a sum, the mean may be meant
        is_scaled = one.is_summed and one.finals.convention != 1.0
        if one.n_right == len(one.finals.all) and not is_scaled:
            break
    if best is None:
        if recording.failure is not None:
            raise recording.failure
        raise ProgramError("E329", "no hand-written backward pass was found")
    best = _likeliest(best, others)
    _refuse(best, plain)
    best.is_guessed = best.implied is not None and form is None
    best.finals.excuse(
        one.finals
        for one in others
        # what is right by another reading of the same loss is not right by this one
        if one.implied is best.implied and one.computed is not best.computed
    )
    if loss is None and best.n_right and best.finals.wrong():
        best.finals.excuse(_of_others(best, recording, seed))
    if loss is None and not as_written and not best.finals.wrong():
        return next(_wrong_beside(best, recording, n_pass, seed), best)
    return best


def _likeliest(best: Checked, others: Sequence[Checked]) -> Checked:
    """Of guesses of which none explains a step, that of the same labels of which something written is a gradient."""
    if best.implied is None or best.n_right:
        return best
    same = (one for one in others if one.is_plain_guess and one.labels == best.labels)
    return next((one for one in same if one.has_gradients), best)


def _wrong_beside(
    best: Checked, recording: Recording, n_pass: int, seed: int
) -> Iterator[Checked]:
    """What is wrong beside steps that are right: steps made of another loss of the pass, and right by none."""
    right = {best.finals.moved(one) for one in best.finals.all}
    meant = best.computed or best.evidence.loss
    parts = upstream(recording.producer, meant)
    for held, found in trainings(recording, n_pass=n_pass):
        if found.loss is not found.computed or _moves(found) <= right:
            continue
        if found.loss in parts or meant in upstream(recording.producer, found.loss):
            # a sum that is not yet whole, or the sum over all passes
            continue
        try:
            one = _judged(held, found, seed, as_written=False)
        except ChainruleError:
            continue
        if not one.finals.wrong() or not is_stepped_on(one.evidence):
            continue
        if is_shown_alone(one.evidence):
            continue
        # a weight that one loss reads may be moved by another one, of the next pass at the latest
        blamed = one.finals.wrong()
        one.finals.excuse((best.finals, *_of_pass(one, recording, n_pass + 1, seed)))
        wrong = one.finals.wrong()
        one.finals.all = [f for f in one.finals.all if f in wrong or f not in blamed]
        if wrong:
            one.finals.spared = frozenset(_judged_lines(best))
            yield one


def _of_others(best: Checked, recording: Recording, seed: int) -> Iterator[Finals]:
    """The finals of what is wrong, by other numbers that may be its own loss."""
    meant = best.computed or best.evidence.loss
    moved = {one.parameter for one in best.finals.wrong()}
    for found in islice(beside(recording, meant, moved), MOST_BESIDE):
        try:
            yield _judged(recording, found, seed, as_written=False).finals
        except ChainruleError:
            continue


def _of_pass(
    one: Checked, recording: Recording, n_pass: int, seed: int
) -> Iterator[Finals]:
    """The finals of a pass in which a weight is moved that seems wrong, by every loss that may be meant."""
    wrong = {one.finals.moved(final) for final in one.finals.wrong()}
    for held, found in trainings(recording, n_pass=n_pass):
        if not wrong.isdisjoint(_moves(found)):
            try:
                yield _judged(held, found, seed, as_written=False).finals
            except ChainruleError:
                continue


def _moves(found: Training) -> set[tuple[Value, Value | None]]:
    return {(one.before, one.after) for one in found.updates}


def _judged_lines(one: Checked) -> Iterator[tuple[str, int]]:
    """Where what the steps are made of is computed by hand."""
    tape = one.evidence.tape
    steps = tape.upstream(f.after for f in one.finals.all if f.after is not None)
    for place in steps & one.sites.of_place.keys():
        yield one.sites.of_place[place].statement.key


def _computed(
    seen: Sequence[Checked], recording: Recording, n_pass: int, seed: int
) -> Iterator[Checked]:
    """The losses that the script computes in a pass and that weights are moved after, but for moves seen to be right."""
    right = {one.finals.moved(final) for one in seen for final in one.finals.all}
    for held, found in trainings(recording, n_pass=n_pass):
        moves = {(one.before, one.after) for one in found.updates}
        if found.loss is found.computed and not moves <= right:
            try:
                yield _judged(held, found, seed, as_written=False)
            except ChainruleError:
                continue


def _refuse(best: Checked, plain: Checked | None) -> None:
    """Say so where what is computed as a loss says nothing about the steps."""
    if (
        best.implied is None
        and not best.n_right
        and plain
        and not is_shared(plain.evidence)
    ):
        raise ProgramError(
            "E329",
            "the loss is computed from other data than the steps, and says nothing about them",
            hint="compute the loss of the pass in which the gradients are taken, or name it: --loss NAME",
        )
    if best.implied is not None and not best.n_right and is_weighted(best.evidence):
        raise ProgramError(
            "E329",
            "the steps weigh errors by numbers that no loss of this script has: what they go down on is not known",
            hint="compute the loss, weighted as the steps are, or name it: --loss NAME",
        )
    if best.finals.wrong() and is_moved_between(best.recording, best.computed):
        raise ProgramError(
            "E329",
            "some weights are moved between two terms of one loss, others after both",
            hint="name a loss that is whole before its steps are taken: --loss NAME",
        )


def _judged(
    recording: Recording, found: Training, seed: int, *, as_written: bool
) -> Checked:
    evidence = gather(recording, found.loss, found.updates, found.parameters, seed=seed)
    finals = finals_of(
        evidence,
        Truths(evidence),
        free=found.goes_on,
        implied=found.implied is not None,
        as_written=as_written,
    )
    return Checked(
        recording,
        evidence,
        finals,
        Sites(evidence),
        found.implied,
        found.is_penalised,
        found.is_summed,
        found.held,
        found.kept_off,
        found.computed,
    )
