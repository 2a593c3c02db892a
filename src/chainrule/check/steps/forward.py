"""The other way to read wrong steps: they are right for another forward pass, and a line of that is not as it was meant.

Asked where no correction of the backward pass explains everything. Slopes of the edited forward pass are measured,
by central differences along random directions, against what the steps take; what passes is written into the source,
and the script is run and judged again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, islice

import numpy as np

from chainrule.check.steps.bench import Bench
from chainrule.check.steps.bends import Bends
from chainrule.check.steps.correction import Correction
from chainrule.check.steps.edits import FORWARD
from chainrule.check.steps.edits.record import Edit
from chainrule.check.steps.finals import Final, Finals, State
from chainrule.check.steps.look import Look
from chainrule.check.steps.sites import Sites
from chainrule.check.steps.tape import Compute, Numbers
from chainrule.check.steps.texts import Texts
from chainrule.program import Array, Value

MOST_STEPS = 400_000
MOST_PAIRED = 40
MOST_LINES = 3
"""Of more lines than these, it is not the forward pass that is wrong."""
MEANT = " All hand-written gradients are right for the forward pass with this change."
FACTORS = (1.0, 2.0, 0.5)
STEP, NEAR, SMALLEST = 1e-6, 1e-4, 1e-9


@dataclass(eq=False)
class Forward:
    """The search for edits of the forward pass after which every step is right."""

    finals: Finals
    corrections: list[Correction] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wrong = self.finals.wrong()
        self.right = [one for one in self.finals.all if one.state is State.RIGHT]
        evidence = self.finals.evidence
        self.bench = Bench(self.finals, [world.numbers for world in evidence.worlds])
        self.sites = Sites(evidence, forward=True)
        self.texts = Texts(evidence, self.sites)
        self.bends = Bends(evidence)
        self.loss = evidence.tape.at[evidence.loss]

    def run(self) -> bool:
        """Whether edits were found that leave nothing wrong; they are ``corrections``."""
        while self.wrong and len(self.corrections) < MOST_LINES:
            best = self._most((edit,) for edit in self._edits())
            if best is None:
                # what is learnt and read nowhere was meant in the place of something else, maybe twice
                known = ((self._fresh(edit), edit) for edit in self._edits())
                fresh = list(islice((one for one in known if one[0]), MOST_PAIRED))
                best = self._most(
                    (one, other)
                    for (of, one), (of_other, other) in combinations(fresh, 2)
                    if one.site is not other.site and of.isdisjoint(of_other)
                )
            if best is None:
                return False
            self.corrections += [
                Correction((edit,), best.healed, best.replaced) for edit in best.edits
            ]
            self.bench.take(best.edits, best.replaced)
            self.wrong = [one for one in self.wrong if one not in best.healed]
            self.right += best.healed
        return not self.wrong

    def _most(self, several: Iterable[tuple[Edit, ...]]) -> Correction | None:
        """The edits that heal the most and break nothing, the first of several."""
        best: Correction | None = None
        for edits in several:
            if self.bench.steps > MOST_STEPS:
                break
            replaced = self.bench.computes(*edits)
            healed = [one for one in self.wrong if self._follows(one, replaced)]
            if len(healed) > (0 if best is None else len(best.healed)) and all(
                self._follows(one, replaced) for one in self.right
            ):
                said = tuple(replace(e, sentence=e.sentence + MEANT) for e in edits)
                best = Correction(said, tuple(healed), replaced)
                if len(healed) == len(self.wrong):
                    break
        return best

    def _fresh(self, edit: Edit) -> set[int]:
        """What an edit brings into the forward pass that is not there."""
        evidence = self.finals.evidence
        places = {
            evidence.tape.at[item]
            for operand in edit.operands
            for item in operand.items
            if isinstance(item, Value)
        }
        return {
            place
            for place in places
            if evidence.tape.upstream([place]).isdisjoint(evidence.behind_loss)
        }

    def _edits(self) -> Iterator[Edit]:
        for kind in FORWARD:
            for look in self._looks:
                for edit in kind(look):
                    if self._is_before(edit) and not self._drops(edit):
                        yield edit

    @cached_property
    def _looks(self) -> list[Look]:
        # what is done to data before anything learnt meets them is no forward pass
        return [
            Look(self.finals.truths, self.sites, self.texts, self.bends, site)
            for statement in self.sites.statements
            for site in statement.sites
            if not self._of_parameters.isdisjoint(site.results)
        ]

    @cached_property
    def _of_parameters(self) -> set[int]:
        tape = self.finals.evidence.tape
        return set(
            tape.downstream([tape.at[one] for one in self.finals.evidence.parameters])
        )

    def _is_before(self, edit: Edit) -> bool:
        """Whether an edit is made of what is there before its own result."""
        at, runs = self.finals.evidence.tape.at, edit.site.runs
        return all(
            item in at and at[item] <= run.result
            for operand in edit.operands
            for item, run in zip(operand.items, runs, strict=True)
            if isinstance(item, Value)
        )

    def _drops(self, edit: Edit) -> bool:
        """Whether an edit leaves out something learnt and takes nothing else for it: any loss is right without what is wrong."""
        tape, result = self.finals.evidence.tape, edit.site.runs[0].result
        read = set(tape.reads[result])
        used = [one.first for one in edit.operands if isinstance(one.first, Value)]
        if any(tape.at[one] not in read for one in used):
            return False
        compute = self.bench.computes(edit)[result]
        return any(
            self._is_left_out(place, compute) for place in read & self._of_parameters
        )

    def _is_left_out(self, place: int, compute: Compute) -> bool:
        numbers = list(self.bench.numbers[0])
        numbers[place] = np.full(np.shape(numbers[place]), np.nan)
        try:
            compute(numbers)
        except Exception:  # noqa: BLE001 - what is no number, or of no shape, is so in all that is made of it
            return False
        return True

    # what is measured

    def _follows(self, final: Final, replaced: dict[int, Compute]) -> bool:
        """Whether what a final's step takes is the slope of the loss, on two data sets, up to a usual factor.

        By what number the step itself scales it is nobody's to say, but it is one number.
        """
        one, *others = (
            self._factors(final, world, replaced) for world in self.bench.worlds[:2]
        )
        if one.get(final.after, 1.0) * self.finals.direction <= 0:
            # the step is to go down
            return False
        for other in others:
            for place, factor in one.items():
                usual = place == final.after or any(
                    abs(abs(factor) - known) < NEAR * known for known in FACTORS
                )
                same = abs(other.get(place, 0.0) - factor) < NEAR * abs(factor)
                if usual and same:
                    return True
        return False

    def _factors(
        self, final: Final, world: int, replaced: dict[int, Compute]
    ) -> dict[int | None, float]:
        """What a cut, and what the step itself, is along a direction, over the slope of the loss that way."""
        numbers = self.bench.numbers[world]
        start = numbers[final.before]
        direction = np.random.default_rng(final.before).uniform(0.5, 1.5, start.shape)
        if final.entries is not None:
            direction = direction * final.entries
        taken = self._replayed(world, replaced, (), final.goals)
        ends = [
            self._replayed(
                world,
                {final.before: _always(start + side * STEP * direction), **replaced},
                (final.before,),
                (self.loss,),
            )
            for side in (1, -1)
        ]
        if taken is None or ends[0] is None or ends[1] is None:
            return {}
        slope = _single(ends[0][self.loss]) - _single(ends[1][self.loss])
        slope /= 2 * STEP
        found: dict[int | None, float] = {}
        for place in final.goals:
            written = taken[place]
            if written is None or written.size != direction.size:
                continue
            if place == final.after:
                written = start.ravel() - written.ravel()
            along = float(np.vdot(written.ravel(), direction.ravel()))
            if min(abs(slope), abs(along)) > SMALLEST:
                found[place] = along / slope
        return found

    def _replayed(
        self,
        world: int,
        replaced: dict[int, Compute],
        moved: Sequence[int],
        goals: tuple[int, ...],
    ) -> Numbers | None:
        places = tuple(sorted({*replaced, *moved, *self.bench.made}))
        cone = self.bench.cone(places, goals)
        return self.bench.replay(world, cone, replaced)


def _always(number: Array) -> Compute:
    return lambda _: number


def _single(number: Array) -> float:
    return float(np.ravel(number)[0])
