"""Which values of a script are learnt: those it steps, those it works out a gradient of, or else what looks like a weight."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence

import numpy as np

from chainrule.program import ProgramError, UsageError, Value
from chainrule.program.errors import nearest
from chainrule.roles.by_hand import with_gradient_by_hand
from chainrule.roles.candidate import LearntParameter
from chainrule.roles.forward_only import learnt
from chainrule.roles.history import History
from chainrule.roles.kinds import Meetings, kind_of
from chainrule.roles.names import meaning, stem

FEW = 6
"""Steps of fewer numbers than this may follow a gradient by chance."""


class Learnt:
    """The ``values`` that are learnt, in order; ``fixed`` are the names of weights beside them, ``doubts`` say what is a guess.

    Raises:
        ProgramError: E325 where the loss depends on nothing that could be learnt.
    """

    def __init__(
        self, history: History, loss: Value, steps: Sequence[LearntParameter]
    ) -> None:
        self.history = history
        self.loss = loss
        self.steps = steps
        self.fixed: list[str] = []
        self.doubts: list[str] = []
        behind = history.behind(loss)
        self.lines = [line for line in history.lines if line.result in behind]
        found = self._stepped() if steps else self._by_the_lines()
        self.values = [one for one in history.run.program.values() if one in found]

    def _doubt(self, what: str, names: Iterable[str | None]) -> None:
        told = ", ".join(name or "?" for name in names)
        self.doubts.append(f"taken as {what}: {told}: --wrt NAMES")

    def _stepped(self) -> Collection[Value]:
        stepped = dict.fromkeys(step.value for step in self.steps)
        # what a parameter was before is no other parameter
        before = {one for value in stepped for one in self.history.behind(value)}
        given = self.history.sources(self.loss)
        ours = [value for value in given if value not in before]
        # the gradient of what meets the prediction has the direction of a label's
        meetings = Meetings(self.history, self.lines, stepped)
        near = [v for v in ours if kind_of(self.history, meetings, v) != "label"]
        by_hand = with_gradient_by_hand(self.history, self.loss, near)
        self._doubt_what_is_small()
        weights = [
            value
            for value in ours
            if value not in by_hand
            and value.differentiable
            and meaning(value.name or "") == "weight"
        ]
        left_out = self._left_out_of_an_example(weights)
        # on purpose, or in an example that shows one step
        stay = (value.name for value in weights if value not in left_out)
        self.fixed = [name for name in stay if name]
        if self.fixed:
            them = "it" if len(self.fixed) == 1 else "them"
            self._doubt(f"fixed, for nothing moves {them}", self.fixed)
        return {*stepped, *by_hand, *left_out}

    def _doubt_what_is_small(self) -> None:
        """A few numbers go down a slope by chance, as the state of a simulation does: a guess, unless a name says weight."""
        entries = sum(int(np.prod(step.value.shape)) for step in self.steps)
        names = [
            step.variable.name
            for step in self.steps
            if meaning(step.variable.name) != "weight"
            and (entries < FEW or not step.value.shape)
        ]
        if names:
            self._doubt("learnt, which is a guess", names)

    def _left_out_of_an_example(self, weights: Sequence[Value]) -> list[Value]:
        """The numbers that an example does not step, though it steps one of them once: w1 of the weights w1, w2, ..."""
        times = len(self.history.turns_of(self.loss))
        single = [value for value in weights if not value.shape]
        stepped = {stem(step.variable.name) for step in self.steps}
        if times > 1 or not any(stem(v.name or "") in stepped for v in single):
            return []
        self._doubt("learnt, as the others of their kind", (v.name for v in single))
        return single

    def _by_the_lines(self) -> Collection[Value]:
        """What is learnt where nothing is stepped."""
        given = self.history.sources(self.loss)
        scores = learnt(self.history, self.lines, given)
        by_hand = with_gradient_by_hand(self.history, self.loss, given)
        if by_hand and not any(score > -0.5 for score in scores.values()):
            # where nothing speaks for anything else, what a gradient was worked out of is it
            scores = {}
        for value in by_hand:
            scores.setdefault(value, 2.0)
        if not scores:
            raise ProgramError(
                "E325",
                f"{self.loss.name or 'the loss'} does not depend on any float that could be learnt",
                hint="name what is to be learnt: --wrt NAMES",
            )
        weak = [value.name for value, score in scores.items() if score < 1]
        if weak and len(weak) < len(scores):
            self._doubt("learnt, which is a guess", weak)
        elif weak and not any(meaning(name or "") == "weight" for name in weak):
            self._doubt("learnt", weak)
        return scores


def called(
    history: History, name: str, loss: Value
) -> dict[Value, tuple[Hashable, ...]]:
    """The value of a name as the loss reads it; of a list or a dict what is in it, and where.

    Raises:
        UsageError: E327 where nothing has that name.
    """
    behind = history.behind(loss)
    exact = history.run.program.named().get(name)
    held = [one for one in history.variables if one.name == name]
    read = (value for one in held for value in one.versions if value in behind)
    if exact is not None and exact in behind:
        return {exact: ()}
    found = next(read, held[0].versions[0] if held else exact)
    if found is not None:
        return {found: ()}
    inside = {
        one.versions[0]: path
        for one in history.variables
        if len(path := one.slot.path()) > 1 and path[0] == name
        if one.versions[0] in behind and one.versions[0].differentiable
    }
    if inside:
        return inside
    names = list(dict.fromkeys(one.name for one in history.variables))
    raise UsageError(
        "E327",
        f"no value is called {name!r}",
        detail=f"names seen: {', '.join(names)}",
        hint=nearest(name, names),
    )
