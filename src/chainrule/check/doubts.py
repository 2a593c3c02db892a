"""What cannot be told: data that stand on a kink, and arithmetic too coarse to compare."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property

from chainrule.check.agree import agree
from chainrule.check.claims import Claim
from chainrule.check.kinks import kinks
from chainrule.check.spelled import text_of
from chainrule.check.study import Study
from chainrule.check.worlds import Worlds

# on the kink itself: what each comparison is, had it been made the other way
OTHER_WAY: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a claim cannot be judged: a kind and a sentence."""

    kind: str
    reason: str


@dataclass(eq=False)
class Doubts:
    """The reasons not to blame a claim that differs."""

    worlds: Worlds

    @property
    def study(self) -> Study:
        """The script."""
        return self.worlds.study

    def of(self, claim: Claim) -> Doubt | None:
        """Why nothing can be said of a claim that differs; None if it can be blamed."""
        return self._kink(claim) or self._noise(claim)

    @cached_property
    def kink(self) -> str | None:
        """Where the script's own data stand on a kink, in words; None if they do not."""
        return next(kinks(self.study), None)

    def _kink(self, claim: Claim) -> Doubt | None:
        """A claim that differs at the script's own data alone, where these stand on a kink."""
        target = claim.target
        if target is None or len(self.study.trials) < 2 or self.kink is None:
            return None
        first, *others = self.study.trials
        differs_here_alone = (
            all(
                claim.value in trial.numbers
                and agree(trial.numbers[claim.value], trial.truth[target])
                for trial in others
            )
            and claim.value in first.numbers
            and not agree(first.numbers[claim.value], first.truth[target])
        )
        if not differs_here_alone:
            return None
        decides = _comparison(claim.execution.site.statement)
        said = (
            f"; {decides[0]} decides which way, and {decides[1]} is as good"
            if decides
            else ""
        )
        return Doubt(
            "kink", f"{self.kink}{said or '; another slope there is as good as ours'}"
        )

    def _noise(self, claim: Claim) -> Doubt | None:
        """A claim that is right but for being rounded to less than double precision on its way."""
        if not self._narrow(claim):
            return None
        if self.worlds.is_right(claim, self.worlds.world()):
            return None
        if not self.worlds.is_right(claim, self.worlds.unrounded()):
            return None
        dtype = ", ".join(sorted(self._narrow(claim)))
        return Doubt(
            "noise",
            f"rounding to {dtype} makes more of a difference than what is compared; in float64 it is right",
        )

    def _narrow(self, claim: Claim) -> set[str]:
        cone = self.study.cone(claim.value)
        return {result.dtype.name for result in self.worlds.rounded if result in cone}


def _comparison(statement: ast.stmt) -> tuple[str, str] | None:
    """The comparison in a statement, and the one that differs from it on the kink alone."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER_WAY:
            other = ast.Compare(
                node.left, [OTHER_WAY[type(node.ops[0])]], node.comparators
            )
            return text_of(node), text_of(other)
    return None
