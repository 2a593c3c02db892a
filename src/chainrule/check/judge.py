"""Which hand-written line is wrong: followed from the parameters' gradients back to where the error enters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np

from chainrule.check.agree import agree, factor, squeezed
from chainrule.check.claims import Claim, Claims, Step
from chainrule.check.kinks import kinks
from chainrule.check.study import Study, Trial
from chainrule.program import Array, Value

Factors = tuple[float, ...]
MOST_ERRORS = 12
MOST_TARGETS = 6


class Verdict(StrEnum):
    """What can be said about a hand-written line."""

    RIGHT = "RIGHT"
    WRONG = "WRONG"
    FOLLOWS = "FOLLOWS"
    RIGHT_HERE = "RIGHT HERE"
    CANNOT_TELL = "CANNOT TELL"


@dataclass(eq=False)
class Judged:
    """A claim with its verdict; ``factors`` is by what it differs from the gradient, where it is one number.

    ``world`` holds the numbers of each trial in which everything before this claim is right.
    """

    claim: Claim
    verdict: Verdict
    target: Value | None
    factors: Factors | None = None
    wanted: Factors | None = None
    world: Sequence[Mapping[Value, Array]] = ()
    note: str = ""


@dataclass(eq=False)
class Judge:
    """The search for the lines at fault."""

    study: Study
    claims: Claims
    overrides: dict[Value, list[Array]] = field(default_factory=dict)
    faults: dict[Claim, Judged] = field(default_factory=dict)
    doubts: set[Value] = field(default_factory=set)

    @cached_property
    def finals(self) -> list[Claim]:
        """The claims that must be right as they stand: the parameters' gradients, and gradients nobody uses."""
        listed = self.claims.all
        finals: list[Claim] = []
        for claim in listed:
            known = [(one.value, one.parameter) for one in finals]
            if (
                claim.parameter is not None
                and (claim.value, claim.parameter) not in known
            ):
                finals.append(claim)
        used = (
            set().union(*(self.study.cone(claim.value) for claim in finals))
            if finals
            else set()
        )
        inner = [claim for claim in listed if claim.parameter is None and claim.targets]
        return finals + [
            claim
            for claim in inner
            if claim.value not in used
            and claim.targets[0].name is not None
            and not any(
                claim.value in self.study.cone(other.value)
                for other in inner
                if other.value is not claim.value
            )
            and not any(
                other.text == claim.text
                and other.execution.order > claim.execution.order
                for other in listed
            )
        ]

    def search(self) -> None:
        """Find every claim at fault, the first of each chain first."""
        for final in self.finals:
            for _ in range(MOST_ERRORS):
                world = self.world()
                if final in self.faults or self.is_right(final, world):
                    break
                if not self.faults and self._is_doubtful(final):
                    self.doubts.add(final.value)
                    break
                fault = self._blame(final, world)
                self.faults[fault.claim] = fault
                self._override(fault)

    @cached_property
    def kink(self) -> str | None:
        """Where the script's own data stand on a kink, in words; None if they do not."""
        return next(kinks(self.study), None)

    def _is_doubtful(self, claim: Claim) -> bool:
        """Whether a claim differs at the script's own data alone, and these stand on a kink."""
        target = (
            claim.parameter
            or claim.exact
            or (claim.targets[0] if claim.targets else None)
        )
        if target is None or len(self.study.trials) < 2 or self.kink is None:
            return False
        first, *others = self.study.trials
        return (
            all(
                claim.value in trial.numbers
                and agree(trial.numbers[claim.value], trial.truth[target])
                for trial in others
            )
            and claim.value in first.numbers
            and not agree(first.numbers[claim.value], first.truth[target])
        )

    # worlds: the numbers as they would be, had the faults found so far not been made

    def world(
        self, extra: Mapping[Value, list[Array]] | None = None
    ) -> list[Mapping[Value, Array]]:
        """The numbers of every trial with the values at fault replaced by right ones."""
        replaced = {**self.overrides, **(extra or {})}
        if not replaced:
            return [trial.numbers for trial in self.study.trials]
        return [
            self.study.rerun(
                trial, {value: arrays[i] for value, arrays in replaced.items()}
            )
            for i, trial in enumerate(self.study.trials)
        ]

    def is_right(self, final: Claim, world: Sequence[Mapping[Value, Array]]) -> bool:
        """Whether a final claim is right in a world, with the sign and the factor that its update takes."""
        target = final.target
        if target is None:
            return True
        if any(final.value not in numbers for numbers in world):
            return False
        if final.parameter is not None and self._update_agrees(final, world):
            return True
        return all(
            agree(numbers[final.value], trial.truth[target])
            for numbers, trial in zip(world, self.study.trials, strict=True)
        )

    def _update_agrees(
        self, final: Claim, world: Sequence[Mapping[Value, Array]]
    ) -> bool:
        """Whether a gradient with another sign or factor is what its update makes of it."""
        target = final.parameter
        steps = [
            s
            for s in self.claims.steps
            if s.value is final.value and s.parameter is target
        ]
        factors = self.claims.scale(final.value, target, world) if target else None
        if not steps or factors is None or target is None:
            return False
        if np.allclose(
            factors,
            [step.sign for step in steps for _ in world][: len(factors)],
            rtol=1e-6,
        ):
            return True
        return (
            final.free and self._free(steps[0].sign, factors)
        ) or self._steps_by_the_rate(steps[0], world)

    def _steps_by_the_rate(
        self, step: Step, world: Sequence[Mapping[Value, Array]]
    ) -> bool:
        """Whether what an update takes off is the gradient times its learning rate: its ``/ m`` may stand there."""
        after = next(
            (
                after
                for before, after in self.claims.updates
                if before is step.parameter
            ),
            None,
        )
        behind = {
            one for scale in step.scales for one in self.study.cone(scale)
        } - self.study.moved
        rates = [
            float(world[0][one].item())
            for one in behind
            if one in world[0] and one.shape == ()
        ]
        found = []
        for numbers, trial in zip(world, self.study.trials, strict=True):
            if after is None or after not in numbers:
                return False
            taken = factor(
                [numbers[step.parameter] - numbers[after]],
                [trial.truth[step.parameter]],
            )
            if taken is None:
                return False
            found.append(taken)
        return any(np.allclose(found, rate, rtol=1e-5) for rate in rates if rate > 0)

    def _free(self, sign: int, factors: Factors) -> bool:
        """An update that is written in one expression holds its learning rate: any one positive number."""
        return sign * factors[0] > 0 and bool(
            np.allclose(factors, factors[0], rtol=1e-6)
        )

    # blame

    def _blame(self, final: Claim, world: Sequence[Mapping[Value, Array]]) -> Judged:
        """The first claim on the way to ``final`` whose inputs are right and whose result is not."""
        chain = self._chain(final)
        factors: dict[Claim, Factors] = {}
        doubtful: list[Claim] = []
        for claim in chain:
            found = self._factors(claim, world)
            if found is not None:
                factors[claim] = found
            meant = None if claim is final else self._meant(claim, final, world)
            if meant is not None:
                return self._fault(claim, world, target=meant)
            if found is None and (claim is final or self._is_claim(claim, world)):
                doubtful.append(claim)
        if doubtful:
            return self._fault(doubtful[0], world)
        return self._where_scales_part(final, chain, factors, world)

    def _meant(
        self, claim: Claim, final: Claim, world: Sequence[Mapping[Value, Array]]
    ) -> Value | None:
        """The gradient that a claim was meant to be: it is not, and if it were, ``final`` would be right."""
        if self._goes_on(claim):
            return None
        proportional = self._factors(final, world) is not None
        for target in claim.targets[:MOST_TARGETS]:
            if squeezed(target) != squeezed(claim.value):
                continue
            factors = self.claims.scale(claim.value, target, world)
            if factors is not None and (proportional or np.allclose(factors, 1)):
                return None
            trial = self.world(self._all_turns(claim, target))
            if self.is_right(final, trial) or (
                factors is None
                and final.target is not None
                and self.claims.scale(final.value, final.target, trial) is not None
            ):
                return target
        return None

    def _all_turns(self, claim: Claim, target: Value) -> dict[Value, list[Array]]:
        """A claim's true gradient, and those of the same line in the other turns of its loop."""
        ones = (1.0,) * len(self.study.trials)
        right = {
            other.value: self._right(other.value, other.targets[0], ones)
            for other in self.claims.all
            if other.execution.site is claim.execution.site
            and other.text == claim.text
            and other.targets
            and other.targets[0] is not target
            and other.targets[0].shape == other.value.shape
        }
        right[claim.value] = self._right(claim.value, target, ones)
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
            and claim.value not in self.overrides
        ]
        distinct = {claim.value: claim for claim in reversed(inner)}
        return [*(claim for claim in inner if distinct[claim.value] is claim), final]

    def _is_claim(self, claim: Claim, world: Sequence[Mapping[Value, Array]]) -> bool:
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

    def _is_part(self, claim: Claim, world: Sequence[Mapping[Value, Array]]) -> bool:
        """Whether a value is one of several contributions to a gradient, to which others are added later."""
        derived = self.study.derived
        target = claim.targets[0]
        step = next((step for step in derived.steps if step.value is target), None)
        if step is None or len(step.contributions) < 2:
            return False
        return any(
            self._equals(claim.value, contribution.gradient, world)
            for contribution in step.contributions
        )

    def _equals(
        self, value: Value, gradient: Value, world: Sequence[Mapping[Value, Array]]
    ) -> bool:
        return all(
            value in numbers
            and gradient in trial.inner
            and agree(numbers[value], trial.inner[gradient])
            for numbers, trial in zip(world, self.study.trials, strict=True)
        )

    def _factors(
        self, claim: Claim, world: Sequence[Mapping[Value, Array]]
    ) -> Factors | None:
        targets = (
            [claim.parameter] if claim.parameter else [claim.exact, *claim.targets]
        )
        for target in targets:
            if target is not None:
                found = self.claims.scale(claim.value, target, world)
                if found is not None:
                    return found
        return None

    def _where_scales_part(
        self,
        final: Claim,
        chain: Sequence[Claim],
        factors: Mapping[Claim, Factors],
        world: Sequence[Mapping[Value, Array]],
    ) -> Judged:
        """All on the way are gradients up to a factor: the one at which the surplus factor comes in."""
        ones = (1.0,) * len(self.study.trials)
        surplus = _over(factors[final], self._due(final))
        local = {
            claim: _over(factors[claim], self._entering(claim, chain, factors) or ones)
            for claim in chain
            if claim in factors
        }
        suspects = [claim for claim in local if not self._is_convention(claim, world)]
        for claim in suspects:
            if _same(local[claim], surplus):
                return self._fault(claim, world, wanted=_over(factors[claim], surplus))
        for claim in suspects:
            if (
                claim is not final
                and not _same(local[claim], ones)
                and (
                    _odd(local[claim])
                    or (
                        self._is_count(_over(local[claim], surplus))
                        and not self._is_count(local[claim])
                    )
                )
            ):
                return self._fault(claim, world, wanted=_over(factors[claim], surplus))
        return self._fault(final, world, wanted=self._due(final))

    def _is_count(self, factors: Factors) -> bool:
        """Whether a factor is what a mean leaves: a length of the data, or one over it."""
        lengths = [
            {
                1.0,
                *(
                    float(n)
                    for root in self.study.roots
                    for n in trial.numbers[root].shape
                ),
            }
            for trial in self.study.trials
        ]
        return all(
            any(np.isclose(one, n) or np.isclose(one * n, 1) for n in mine)
            for one, mine in zip(factors, lengths, strict=True)
        )

    def _due(self, final: Claim) -> Factors:
        """The factor a final claim should have: minus one where its update adds it."""
        steps = [step for step in self.claims.steps if step.value is final.value]
        adding = [step for step in self.claims.steps if step.sign < 0]
        sign = -1.0 if steps and 2 * len(adding) > len(self.claims.steps) else 1.0
        return (sign,) * len(self.study.trials)

    def _entering(
        self, claim: Claim, chain: Sequence[Claim], factors: Mapping[Claim, Factors]
    ) -> Factors | None:
        """The factor of the nearest claims that ``claim`` is computed from."""
        cone = self.study.cone(claim.value)
        before = [
            one
            for one in chain
            if one in factors and one.value is not claim.value and one.value in cone
        ]
        nearest = [
            one
            for one in before
            if not any(
                one is not other
                and one.value in self.study.cone(other.value)
                and one.value is not other.value
                for other in before
            )
        ]
        return factors[nearest[-1]] if nearest else None

    def _is_convention(
        self, claim: Claim, world: Sequence[Mapping[Value, Array]]
    ) -> bool:
        """Whether another gradient that uses this claim comes out right, so that its factor is meant."""
        return any(
            other.value is not claim.value
            and claim.value in self.study.cone(other.value)
            and not other.free
            and self.is_right(other, world)
            and self._counts(other)
            for other in self.finals
        )

    def _counts(self, final: Claim) -> bool:
        return any(
            np.any(trial.truth[final.target])
            for trial in self.study.trials
            if final.target
        )

    def _fault(
        self,
        claim: Claim,
        world: Sequence[Mapping[Value, Array]],
        wanted: Factors | None = None,
        target: Value | None = None,
    ) -> Judged:
        target = target or claim.target or self.study.script.loss
        verdict = Verdict.WRONG
        ones = (1.0,) * len(self.study.trials)
        needed = wanted if wanted is not None else self._needed(claim, target)
        base, truth = world[0], self.study.trials[0].truth[target]
        if claim.value in base and agree(base[claim.value], truth * needed[0]):
            verdict = Verdict.RIGHT_HERE
        return Judged(
            claim, verdict, target, self._factors(claim, world), needed or ones, world
        )

    def _needed(self, claim: Claim, target: Value) -> Factors:
        """The factor at which a claim makes the gradients that use it right: m where they divide by m."""
        ones = (1.0,) * len(self.study.trials)
        if claim.parameter is not None:
            return self._due(claim)
        world = self.world({claim.value: self._right(claim.value, target, ones)})
        found: list[Factors] = []
        for final in self.finals:
            if (
                claim.value in self.study.cone(final.value)
                and final.target is not None
                and self._counts(final)
            ):
                factors = self.claims.scale(final.value, final.target, world)
                if factors is not None:
                    found.append(
                        tuple(
                            a / b
                            for a, b in zip(self._due(final), factors, strict=True)
                        )
                    )
        if not found:
            return ones
        return max(found, key=lambda one: sum(_same(one, other) for other in found))

    def _right(self, value: Value, target: Value, factors: Factors) -> list[Array]:
        return [
            _as(trial.truth[target] * factor, value, trial)
            for trial, factor in zip(self.study.trials, factors, strict=True)
        ]

    def _override(self, fault: Judged) -> None:
        if fault.target is None or fault.wanted is None:
            return
        shared = [
            claim
            for claim in self.claims.all
            if claim.value is fault.claim.value and claim is not fault.claim
        ]
        if any(claim.exact not in (None, fault.target) for claim in shared):
            return
        self.overrides[fault.claim.value] = self._right(
            fault.claim.value, fault.target, fault.wanted
        )

    # the rest

    def verdicts(self) -> list[Judged]:
        """Every claim with its verdict, in the order of the script."""
        world = self.world()
        judged = []
        named = {claim.value for claim in self.claims.all if claim.text}
        for claim in self.claims.all:
            if claim.target is None:
                continue
            again = not claim.text and claim.value in named and not claim.free
            if again and claim not in self.faults:
                continue
            judged.append(self.faults.get(claim) or self._rest(claim, world))
        return judged

    def _rest(self, claim: Claim, world: Sequence[Mapping[Value, Array]]) -> Judged:
        if self.doubts and self._is_doubtful(claim):
            note = f"{self.kink}; another slope there is as good as ours"
            return Judged(
                claim, Verdict.CANNOT_TELL, claim.target, None, None, world, note
            )
        raw = [trial.numbers for trial in self.study.trials]
        factors = self._factors(claim, raw)
        verdict = Verdict.RIGHT
        if self.overrides and any(
            value in self.study.cone(claim.value) for value in self.overrides
        ):
            same_here = (
                claim.value in world[0]
                and claim.value in raw[0]
                and agree(raw[0][claim.value], world[0][claim.value])
            )
            verdict = Verdict.RIGHT if same_here else Verdict.FOLLOWS
        return Judged(claim, verdict, claim.exact or claim.target, factors, None, world)


def _as(number: Array, value: Value, trial: Trial) -> Array:
    written = trial.numbers.get(value)
    if written is not None and written.size == number.size:
        return number.reshape(written.shape)
    return number


def _over(factors: Factors, others: Factors) -> Factors:
    return tuple(a / b for a, b in zip(factors, others, strict=True))


def _same(factors: Factors, others: Factors) -> bool:
    return bool(np.allclose(factors, others, rtol=1e-6))


def _odd(factors: Factors) -> bool:
    """Whether a factor is no mean's: negative, or one that no count of entries explains."""
    return any(
        one < 0
        or not (round(one, 6) == round(one) or round(1 / one, 6) == round(1 / one))
        for one in factors
    )
