"""The numbers as they would be, had the faults found so far not been made, and what is right in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from chainrule import ops
from chainrule.check.agree import agree, factor
from chainrule.check.claims import Claim, Claims, Step
from chainrule.check.study import Study, Trial
from chainrule.check.verdict import Factors, Judged, World
from chainrule.program import Array, Value


@dataclass(eq=False)
class Worlds:
    """A script's numbers with the values at fault replaced: ``overrides`` holds the right ones, by trial."""

    study: Study
    claims: Claims
    overrides: dict[Value, list[Array]] = field(default_factory=dict)

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

    @cached_property
    def rounded(self) -> dict[Value, Value]:
        """Hand-written values that are rounded to less than double precision, with what they were before."""
        return {
            line.result: line.args[0]
            for line in self.study.lines
            if line.op is ops.astype
            and line.result.dtype in (np.float32, np.float16)
            and line.result not in self.study.forward
            and isinstance(line.args[0], Value)
            and line.args[0].dtype.kind == "f"
        }

    def unrounded(self) -> list[Mapping[Value, Array]]:
        """The numbers of every trial, had nothing been rounded to less than double precision."""
        worlds = self.world()
        for value, before in self.rounded.items():
            worlds = [
                self.study.rerun(
                    replace(trial, numbers=numbers), {value: numbers[before]}
                )
                for trial, numbers in zip(self.study.trials, worlds, strict=True)
            ]
        return worlds

    def is_right(self, final: Claim, world: World) -> bool:
        """Whether a final claim is right in a world, with the sign and the factor that its update takes."""
        target = final.target
        if target is None or any(target not in t.truth for t in self.study.trials):
            # a whole number, or nothing at all: there is no gradient to be held against
            return True
        if any(final.value not in numbers for numbers in world):
            return False
        if final.parameter is not None and self._update_agrees(final, world):
            return True
        return all(
            agree(numbers[final.value], trial.truth[target])
            for numbers, trial in zip(world, self.study.trials, strict=True)
        )

    def _update_agrees(self, final: Claim, world: World) -> bool:
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
            final.free and self._is_free(steps[0].sign, factors)
        ) or self._steps_by_the_rate(steps[0], world)

    def _steps_by_the_rate(self, step: Step, world: World) -> bool:
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

    def _is_free(self, sign: int, factors: Factors) -> bool:
        """An update that is written in one expression holds its learning rate: any one positive number."""
        return sign * factors[0] > 0 and bool(
            np.allclose(factors, factors[0], rtol=1e-6)
        )

    def equals(self, value: Value, gradient: Value, world: World) -> bool:
        """Whether a value is a derived one, the gradient of a value or a part of it."""
        return all(
            value in numbers
            and gradient in trial.inner
            and agree(numbers[value], trial.inner[gradient])
            for numbers, trial in zip(world, self.study.trials, strict=True)
        )

    def right(self, value: Value, target: Value, factors: Factors) -> list[Array]:
        """A target's true gradient, scaled, as ``value`` should hold it on each data set."""
        return [
            _as(trial.truth[target] * factor, value, trial)
            for trial, factor in zip(self.study.trials, factors, strict=True)
        ]

    def override(self, fault: Judged) -> None:
        """Take a fault back, so that what follows is judged on its own."""
        if fault.target is None or fault.wanted is None:
            return
        shared = [
            claim
            for claim in self.claims.all
            if claim.value is fault.claim.value and claim is not fault.claim
        ]
        if any(claim.exact not in (None, fault.target) for claim in shared):
            return
        self.overrides[fault.claim.value] = self.right(
            fault.claim.value, fault.target, fault.wanted
        )


def _as(number: Array, value: Value, trial: Trial) -> Array:
    written = trial.numbers.get(value)
    if written is not None and written.size == number.size:
        return number.reshape(written.shape)
    return number
