"""The first claim on the way to a wrong gradient whose inputs are right and whose result is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.check.agree import agree, squeezed
from chainrule.check.claims import Claim, Claims
from chainrule.check.study import Study
from chainrule.check.surplus import Surplus
from chainrule.check.verdict import Factors, Judged, Verdict, World
from chainrule.check.worlds import Worlds
from chainrule.program import Array, SourceSpan, Value
from chainrule.trace.statements.watch import Site

MOST_TARGETS, MOST_OTHERS = 6, 40


@dataclass(eq=False)
class Blame:
    """Which claim is at fault for a final one that is wrong."""

    worlds: Worlds
    surplus: Surplus

    @property
    def study(self) -> Study:
        """The script."""
        return self.worlds.study

    @property
    def claims(self) -> Claims:
        """Its hand-written values."""
        return self.worlds.claims

    def first(self, final: Claim, world: World) -> Judged:
        """The first claim on the way to ``final`` whose inputs are right and whose result is not."""
        chain = self._chain(final)
        factors: dict[Claim, Factors] = {}
        doubtful: list[Claim] = []
        for claim in chain:
            scale = self.surplus.factors(claim, world)
            if scale is not None:
                factors[claim] = scale
            meant = None if claim is final else self._meant(claim, final, world)
            if meant is not None:
                return self._fault(claim, world, target=meant)
            if scale is None and (claim is final or self._is_claim(claim, world)):
                doubtful.append(claim)
        if doubtful == [final]:
            found = self._unnamed(final) or self._unnamed_in_turns(final, world)
            if found is not None:
                return self._fault(found[0], world, target=found[1])
        if doubtful:
            return self._fault(doubtful[0], world, target=self._used_as(doubtful[0]))
        claim, wanted = self.surplus.enters(final, chain, factors, world)
        return self._fault(claim, world, wanted=wanted)

    def _meant(self, claim: Claim, final: Claim, world: World) -> Value | None:
        """The gradient that a claim was meant to be: it is not, and if it were, ``final`` would be right."""
        if self._goes_on(claim):
            return None
        proportional = self.surplus.factors(final, world) is not None
        for target in claim.targets[:MOST_TARGETS]:
            if not _fits(target, claim):
                continue
            if claim.exact is not target and claim.exact in self.study.cone(target):
                # it has come further than its name says: p - y is past the sigmoid already
                return None
            factors = self.claims.scale(claim.value, target, world)
            if factors is not None and (proportional or np.allclose(factors, 1)):
                return None
            trial = self.worlds.world(self._all_turns(claim, target))
            if self.worlds.is_right(final, trial) or (
                factors is None
                and final.target is not None
                and self.claims.scale(final.value, final.target, trial) is not None
            ):
                return target
        return None

    def _unnamed(self, final: Claim) -> tuple[Claim, Value] | None:
        """The first value, of a name that says nothing, with which as some gradient ``final`` would be right."""
        cone = self.study.cone(final.value)
        for claim in self.claims.all:
            if (
                claim.target is not None
                or claim.value not in cone
                or claim.value is final.value
                or claim.value in self.worlds.overrides
            ):
                continue
            for target in self._candidates(claim):
                if self.worlds.is_right(final, self._with(claim, target)):
                    return claim, target
        return None

    def _unnamed_in_turns(
        self, final: Claim, world: World
    ) -> tuple[Claim, Value] | None:
        """As ``_unnamed``, of a statement in a loop that goes wrong in several turns; the first of them."""
        cone = self.study.cone(final.value)
        seen: set[tuple[Site, str]] = set()
        for claim in self.claims.all:
            key = (claim.execution.site, claim.text)
            if claim.target is not None or claim.value not in cone or key in seen:
                continue
            seen.add(key)
            turns = [
                one for one in self.claims.all if (one.execution.site, one.text) == key
            ]
            for targets in self._rows(turns):
                right = self._truths(turns, targets)
                if not self.worlds.is_right(final, self.worlds.world(right)):
                    continue
                wrong = [
                    (one, target)
                    for one, target in zip(turns, targets, strict=True)
                    if not self._agrees(one, target, world)
                ]
                if wrong:
                    rest = [one.value for one, _ in wrong[1:]]
                    self.worlds.overrides.update({one: right[one] for one in rest})
                    return wrong[0]
        return None

    def _rows(self, turns: Sequence[Claim]) -> Iterator[list[Value]]:
        """Values that a forward loop makes in as many turns, the last first, as a backward loop meets them."""
        rows: dict[tuple[SourceSpan | None, str], list[Value]] = {}
        for line in self.study.lines:
            if line.result in self.study.derived.gradients:
                rows.setdefault((line.at, line.op.name), []).append(line.result)
        for row in rows.values():
            if 1 < len(turns) == len(row) and all(
                _fits(value, turn)
                for value, turn in zip(reversed(row), turns, strict=True)
            ):
                yield row[::-1]

    def _truths(
        self, turns: Sequence[Claim], targets: Sequence[Value]
    ) -> dict[Value, list[Array]]:
        ones = (1.0,) * len(self.study.trials)
        return {
            one.value: self.worlds.right(one.value, target, ones)
            for one, target in zip(turns, targets, strict=True)
        }

    def _agrees(self, claim: Claim, target: Value, world: World) -> bool:
        return all(
            agree(numbers[claim.value], trial.truth[target])
            for numbers, trial in zip(world, self.study.trials, strict=True)
        )

    def _used_as(self, claim: Claim) -> Value | None:
        """The gradient that later lines take a claim for: its name's, unless with another more of them are right."""
        if claim.parameter is not None or claim.exact is not None:
            return None
        counts = {
            target: self._n_right(claim, target) for target in self._candidates(claim)
        }
        return max(counts, key=counts.__getitem__, default=None)

    def _candidates(self, claim: Claim) -> list[Value]:
        """What a claim may be the gradient of: what its name says, then everything else of its shape."""
        named = [one for one in claim.targets if _fits(one, claim)][:MOST_TARGETS]
        others = [
            value
            for value in self.study.derived.gradients
            if _fits(value, claim) and value not in named
        ][:MOST_OTHERS]
        return [*named, *sorted(others, key=lambda one: one.name is None)]

    def _with(self, claim: Claim, target: Value) -> World:
        """The numbers, were a claim the gradient of ``target``."""
        ones = (1.0,) * len(self.study.trials)
        right = self.worlds.right(claim.value, target, ones)
        return self.worlds.world({claim.value: right})

    def _n_right(self, claim: Claim, target: Value) -> int:
        """How many of the gradients made from a claim are right, up to a factor, if it is the gradient of ``target``."""
        world = self._with(claim, target)
        return sum(
            final.target is not None
            and claim.value in self.study.cone(final.value)
            and self.claims.scale(final.value, final.target, world) is not None
            for final in self.surplus.finals
        )

    def _all_turns(self, claim: Claim, target: Value) -> dict[Value, list[Array]]:
        """A claim's true gradient, and those of the same line in the other turns of its loop."""
        ones = (1.0,) * len(self.study.trials)
        right = {
            other.value: self.worlds.right(other.value, other.targets[0], ones)
            for other in self.claims.all
            if other.execution.site is claim.execution.site
            and other.text == claim.text
            and other.targets
            and other.targets[0] is not target
            and other.targets[0].shape == other.value.shape
        }
        right[claim.value] = self.worlds.right(claim.value, target, ones)
        return right

    def _chain(self, final: Claim) -> list[Claim]:
        """The claims that ``final`` is computed from, in the order of the script, and itself."""
        cone = self.study.cone(final.value)
        inner = [
            claim
            for claim in self.claims.all
            if claim.value in cone
            and claim.value is not final.value
            and claim.target is not None
            and claim.value not in self.worlds.overrides
        ]
        distinct = {claim.value: claim for claim in reversed(inner)}
        return [*(claim for claim in inner if distinct[claim.value] is claim), final]

    def _is_claim(self, claim: Claim, world: World) -> bool:
        """Whether a value that is no gradient was meant as one: its name says so, and it is no part of one."""
        if not claim.targets or claim.value.shape != claim.targets[0].shape:
            return False
        return not self._goes_on(claim) and not self._is_part(claim, world)

    def _goes_on(self, claim: Claim) -> bool:
        """Whether the same name is bound again to something made of this value: a sum still being added up."""
        return any(
            other is not claim
            and other.text == claim.text
            and other.execution.order > claim.execution.order
            and other.targets[:1] == claim.targets[:1]
            and claim.value in self.study.cone(other.value)
            for other in self.claims.all
        )

    def _is_part(self, claim: Claim, world: World) -> bool:
        """Whether a value is one of several contributions to a gradient, to which others are added later."""
        derived = self.study.derived
        target = claim.targets[0]
        step = next((step for step in derived.steps if step.value is target), None)
        if step is None or len(step.contributions) < 2:
            return False
        return any(
            self.worlds.equals(claim.value, contribution.gradient, world)
            for contribution in step.contributions
        )

    def _fault(
        self,
        claim: Claim,
        world: World,
        wanted: Factors | None = None,
        target: Value | None = None,
    ) -> Judged:
        target = target or claim.target or self.study.script.loss
        verdict = Verdict.WRONG
        ones = (1.0,) * len(self.study.trials)
        needed = wanted if wanted is not None else self.surplus.needed(claim, target)
        base, truth = world[0], self.study.trials[0].truth[target]
        if claim.value in base and agree(base[claim.value], truth * needed[0]):
            verdict = Verdict.RIGHT_HERE
        return Judged(
            claim,
            verdict,
            target,
            self.surplus.factors(claim, world),
            needed or ones,
            world,
        )


def _fits(value: Value, claim: Claim) -> bool:
    return squeezed(value) == squeezed(claim.value)
