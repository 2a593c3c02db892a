"""Which hand-written line is wrong: followed from the parameters' gradients back to where the error enters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from chainrule.check.agree import agree
from chainrule.check.blame import Blame
from chainrule.check.claims import Claim, Claims
from chainrule.check.doubts import Doubts
from chainrule.check.study import Study
from chainrule.check.surplus import Surplus
from chainrule.check.verdict import Judged, Verdict, World
from chainrule.check.worlds import Worlds

MOST_ERRORS = 12


@dataclass(eq=False)
class Judge:
    """The search for the lines at fault."""

    study: Study
    claims: Claims
    faults: dict[Claim, Judged] = field(default_factory=dict)
    in_doubt: bool = False

    @cached_property
    def worlds(self) -> Worlds:
        """The numbers with the faults found so far taken back."""
        return Worlds(self.study, self.claims)

    @cached_property
    def doubts(self) -> Doubts:
        """Why some of what differs cannot be blamed."""
        return Doubts(self.worlds)

    @cached_property
    def surplus(self) -> Surplus:
        """The factors of the claims."""
        return Surplus(self.worlds, self.finals)

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
        blame = Blame(self.worlds, self.surplus)
        for final in self.finals:
            for _ in range(MOST_ERRORS):
                world = self.worlds.world()
                if final in self.faults or self.worlds.is_right(final, world):
                    break
                if self.surplus.keeps_convention(final, world):
                    break
                if not self.faults and self.doubts.of(final) is not None:
                    self.in_doubt = True
                    break
                fault = blame.first(final, world)
                self.faults[fault.claim] = fault
                self.worlds.override(fault)

    def verdicts(self) -> list[Judged]:
        """Every claim with its verdict, in the order of the script."""
        world = self.worlds.world()
        judged: list[Judged] = []
        named = {claim.value for claim in self.claims.all if claim.text}
        for claim in self.claims.all:
            if claim.target is None and claim not in self.faults:
                if claim.text or claim.value not in named:
                    judged += self._repaired(claim, world)
                continue
            again = (
                not claim.text and claim.value in named and not claim.free
            ) or self._is_handed_out(claim)
            if again and claim not in self.faults:
                continue
            judged.append(self.faults.get(claim) or self._rest(claim, world))
        return judged

    def _is_handed_out(self, claim: Claim) -> bool:
        """Whether a value was named inside of a function, and is only unpacked here from what that returned."""
        return isinstance(claim.execution.site.expression, ast.Call) and any(
            other.value is claim.value
            and other.text
            and other.execution.order < claim.execution.order
            and other.execution.frame != claim.execution.frame
            for other in self.claims.all
        )

    def _repaired(self, claim: Claim, world: World) -> Iterator[Judged]:
        """The verdict on a value that is a gradient only where the faults before it are taken back."""
        behind = self.study.cone(claim.value)
        if any(value in behind for value in self.worlds.overrides):
            target = self.claims.matched(claim, world)
            if target is not None:
                yield Judged(claim, Verdict.FOLLOWS, target, None, None, world)

    def _rest(self, claim: Claim, world: World) -> Judged:
        doubt = self.doubts.of(claim) if self.in_doubt else None
        if doubt is not None:
            return Judged(
                claim,
                Verdict.CANNOT_TELL,
                claim.target,
                None,
                None,
                world,
                doubt.reason,
                (doubt.kind,),
            )
        raw = [trial.numbers for trial in self.study.trials]
        factors = self.surplus.factors(claim, raw)
        verdict = Verdict.RIGHT
        if self.worlds.overrides and any(
            value in self.study.cone(claim.value) for value in self.worlds.overrides
        ):
            same_here = (
                claim.value in world[0]
                and claim.value in raw[0]
                and agree(raw[0][claim.value], world[0][claim.value])
            )
            verdict = Verdict.RIGHT if same_here else Verdict.FOLLOWS
        return Judged(claim, verdict, claim.exact or claim.target, factors, None, world)
