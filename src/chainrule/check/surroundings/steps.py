"""The updates of a script as they are and as they should be: what moved each parameter, and which way."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule import ops
from chainrule.check.agree import factor
from chainrule.check.claims import Claim, Claims, Step
from chainrule.check.judge import Judge
from chainrule.check.study import Study
from chainrule.check.surroundings.lost import is_copy, way_lost
from chainrule.check.surroundings.scene import Scene
from chainrule.program import Array, Value
from chainrule.trace.statements.watch import Execution

ROUNDING = 1e-12
"""What weights, which are about 1, lose by being moved a little."""


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """A parameter moved by one statement."""

    before: Value
    after: Value
    execution: Execution | None
    node: ast.AST
    step: Step | None


@dataclass(eq=False)
class Steps:
    """The updates of a script, beside the true gradients."""

    scene: Scene
    study: Study
    claims: Claims
    judge: Judge

    @cached_property
    def numbers(self) -> Mapping[Value, Array]:
        """The script's own numbers, as they would be if its gradient lines were right."""
        return self.judge.worlds.world()[0]

    @property
    def truth(self) -> Mapping[Value, Array]:
        """The true gradients at the script's own numbers."""
        return self.study.trials[0].truth

    @cached_property
    def makers(self) -> dict[Value, Execution]:
        """The first statement that bound each value."""
        found: dict[Value, Execution] = {}
        for execution in self.study.executions:
            for _, item in execution.results:
                if isinstance(item, Value):
                    found.setdefault(item, execution)
        return found

    @cached_property
    def moves(self) -> list[Move]:
        """Every update of a parameter that is one, in the order of the script."""
        pairs = list(self.claims.updates)
        pairs += [
            (one.before, one.after)
            for one in (*self.study.script.updates, *self.study.script.rebound)
            if self.root(one.before) is not None
            and one.before in self.study.cone(one.after)
            and one.after not in self.study.forward
            and self._is_same_place(one.before, one.after)
        ]
        pairs += [*self._rewritten(), *self._dropped()]
        found = []
        for before, after in dict.fromkeys(pairs):
            line = self.study.producer.get(after)
            node = None if line is None else self.scene.node(line.at)
            if node is not None and not self._is_probe(before, after):
                step = self.claims.step(before, after)
                found.append(Move(before, after, self.makers.get(after), node, step))
        return sorted(found, key=lambda one: self.study.position[one.after])

    def _is_probe(self, before: Value, after: Value) -> bool:
        """Whether a parameter is moved by the same numbers on all data: to look at a difference, and not to learn."""
        steps = [
            trial.numbers[after] - trial.numbers[before]
            for trial in self.study.trials
            if after in trial.numbers and before in trial.numbers
        ]
        true = [trial.truth.get(before) for trial in self.study.trials]
        return (
            len(steps) > 1
            and all(one.shape == steps[0].shape for one in steps)
            and _is_one(steps, size=1.0)
            and not (true[0] is None or _is_one(true, size=0.0))
        )

    def _dropped(self) -> Iterator[tuple[Value, Value]]:
        """New weights that a statement makes without a name: ``np.subtract(W, step)``, ``return W - step``."""
        for line in self.study.lines:
            before = line.args[0] if line.args else None
            if (
                line.op not in (ops.add, ops.subtract)
                or not isinstance(before, Value)
                or before not in self.truth
                or before not in self.study.roots
                or line.result in self.study.forward
                or line.result.shape != before.shape
            ):
                continue
            node = self.scene.node(line.at)
            if node is not None and isinstance(
                self.scene.parents.get(node), ast.Expr | ast.Return
            ):
                yield before, line.result

    def _is_same_place(self, before: Value, after: Value) -> bool:
        """Whether a value was put where its parameter stands; ``grads["W"]`` is not ``params["W"]``."""
        maker = self.makers.get(after)
        held = {
            text.partition("[")[0]
            for known in self.study.watch.known.values()
            for _, text, item in known
            if item is before
        }
        return (
            maker is None
            or not held
            or any(
                text is None or text.partition("[")[0] in held
                for text, item in maker.results
                if item is after
            )
        )

    def _rewritten(self) -> Iterator[tuple[Value, Value]]:
        """A name's parameter and what it was given next, where that is made of it: ``W = 0.9 * W - step``."""
        shapes = {root.shape for root in self.study.roots if root in self.truth}
        for execution in self.study.executions:
            for text, after in execution.results:
                if (
                    not isinstance(after, Value)
                    or text is None
                    or after.shape not in shapes
                    or after in self.study.forward
                    or after not in self.study.producer
                ):
                    continue
                before = self.study.watch.visible(execution).get(text)
                if (
                    isinstance(before, Value)
                    and before is not after
                    and before in self.truth
                    and before in self.study.roots
                    and before.shape == after.shape
                    and before in self.study.cone(after)
                ):
                    yield before, after

    @cached_property
    def lost(self) -> list[Move]:
        """Updates that reach nothing but a name that is thrown away."""
        return [one for one in self.moves if self._is_lost(one)]

    def _is_lost(self, move: Move) -> bool:
        statement = self.scene.statement(move.node)
        way = way_lost(self.scene, statement, of_number=move.before.weak)
        return way is not None

    @cached_property
    def kept(self) -> list[Move]:
        """Updates that count: neither thrown away nor made on a copy to look at."""
        return [
            one
            for one in self.moves
            if one not in self.lost and not self._is_aside(one)
        ]

    def _is_aside(self, move: Move) -> bool:
        statement = self.scene.statement(move.node)
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)])
                | ast.AugAssign(target=ast.Name(id=name))
            ):
                return is_copy(self.scene, statement, name)
            case _:
                return False

    @cached_property
    def updated(self) -> set[Value]:
        """The parameters that are updated, as they were before."""
        roots = (self.root(one.before) for one in self.kept)
        return {root for root in roots if root is not None}

    def root(self, value: Value) -> Value | None:
        """The parameter that a value is, or was before earlier updates."""
        seen = set()
        while value not in self.study.roots:
            earlier = next(
                (u.before for u in self.study.script.updates if u.after is value), None
            )
            if earlier is None or earlier in seen:
                return None
            seen.add(earlier)
            value = earlier
        return value if value in self.truth else None

    def called(self, parameter: Value) -> str:
        """A parameter's name in the script."""
        return self.scene.called(parameter) or "a parameter"

    def named(self, value: Value) -> str:
        """A hand-written value as the script writes it."""
        texts = (one.text for one in self.claims.all if one.value is value and one.text)
        return next(texts, value.name or "what it takes away")

    def right_claim(self, parameter: Value) -> Claim | None:
        """The last hand-written value that is the gradient of a parameter."""
        found = [
            claim
            for claim in self.claims.all
            if claim.text and (claim.exact is parameter)
        ]
        return found[-1] if found else None

    def is_gradient_of(self, value: Value, parameter: Value) -> bool:
        """Whether a value is a parameter's gradient, up to a number."""
        written, true = self.numbers.get(value), self.truth.get(parameter)
        if written is None or true is None or written.shape != true.shape:
            return False
        return factor([written], [true]) is not None

    def goes_up(self, move: Move) -> bool | None:
        """Whether an update goes up the gradient in every entry; None where it goes neither up nor down."""
        parameter = self.root(move.before)
        after, before = self.numbers.get(move.after), self.numbers.get(move.before)
        if parameter is None or after is None or before is None:
            return None
        along = (after - before) * self.truth[parameter]
        if not np.any(along) or not np.all(np.isfinite(along)):
            return None
        least, most = float(np.min(along)), float(np.max(along))
        if least >= -1e-12 * most:
            return True
        return False if most <= -1e-12 * least else None


def _is_one(several: Sequence[Array | None], size: float) -> bool:
    """Whether all arrays are the same but for the rounding of numbers of this size."""
    first = several[0]
    return all(
        one is not None
        and first is not None
        and np.allclose(one, first, rtol=1e-9, atol=ROUNDING * size)
        for one in several
    )
