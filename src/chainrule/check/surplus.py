"""Gradients up to a factor: where on the way a number comes in that does not belong there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.check.claims import Claim, Claims
from chainrule.check.study import Study
from chainrule.check.verdict import Factors, World
from chainrule.check.worlds import Worlds
from chainrule.program import Value


@dataclass(eq=False)
class Surplus:
    """The factors by which claims differ from the gradients, and which of them are meant."""

    worlds: Worlds
    finals: Sequence[Claim]

    @property
    def study(self) -> Study:
        """The script."""
        return self.worlds.study

    @property
    def claims(self) -> Claims:
        """Its hand-written values."""
        return self.worlds.claims

    def factors(self, claim: Claim, world: World) -> Factors | None:
        """By what a claim differs from a gradient that it may be, on each data set; None if it is none."""
        targets = (
            [claim.parameter] if claim.parameter else [claim.exact, *claim.targets]
        )
        for target in targets:
            if target is not None:
                found = self.claims.scale(claim.value, target, world)
                if found is not None:
                    return found
        return None

    def enters(
        self,
        final: Claim,
        chain: Sequence[Claim],
        factors: Mapping[Claim, Factors],
        world: World,
    ) -> tuple[Claim, Factors]:
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
                return claim, _over(factors[claim], surplus)
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
                return claim, _over(factors[claim], surplus)
        return final, self._due(final)

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

    def needed(self, claim: Claim, target: Value) -> Factors:
        """The factor at which a claim makes the gradients that use it right: m where they divide by m."""
        ones = (1.0,) * len(self.study.trials)
        if claim.parameter is not None:
            return self._due(claim)
        world = self.worlds.world(
            {claim.value: self.worlds.right(claim.value, target, ones)}
        )
        found: list[Factors] = []
        for final in self.finals:
            if (
                claim.value in self.study.cone(final.value)
                and final.target is not None
                and not final.free
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

    def keeps_convention(self, final: Claim, world: World) -> bool:
        """Whether a gradient that no parameter needs has the factor that those before it have, and are meant to have."""
        mine = self.factors(final, world)
        if final.parameter is not None or mine is None or not self._is_count(mine):
            return False
        cone = self.study.cone(final.value)
        return any(
            one.value is not final.value
            and one.value in cone
            and self._is_convention(one, world)
            and (theirs := self.factors(one, world)) is not None
            and _same(mine, theirs)
            for one in self.claims.all
            if one.target is not None
        )

    def _is_convention(self, claim: Claim, world: World) -> bool:
        """Whether another gradient that uses this claim comes out right, so that its factor is meant."""
        return any(
            other.value is not claim.value
            and claim.value in self.study.cone(other.value)
            and not other.free
            and self.worlds.is_right(other, world)
            and self._counts(other)
            for other in self.finals
        )

    def _counts(self, final: Claim) -> bool:
        return any(
            np.any(trial.truth[final.target])
            for trial in self.study.trials
            if final.target
        )


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
