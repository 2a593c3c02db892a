"""Where edits are tried: the numbers of every world with the corrections made so far, replayed in part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.check.steps.edits.record import Edit, Operand
from chainrule.check.steps.finals import Final, Finals
from chainrule.check.steps.sites import Ran, Site
from chainrule.check.steps.tape import Compute, Failed, Numbers, number_of
from chainrule.check.steps.truths import same_factor
from chainrule.program import Value

Replaced = Mapping[int, Compute]
ByWorld = Callable[[int], Replaced]


@dataclass(eq=False)
class Bench:
    """Where edits are tried: the numbers of every world with the corrections made so far."""

    finals: Finals
    numbers: list[Numbers]
    made: dict[int, Compute] = field(default_factory=dict)
    steps: int = 0

    def __post_init__(self) -> None:
        self.tape = self.finals.evidence.tape.copied()
        self._cones: dict[tuple[tuple[int, ...], ...], list[int]] = {}
        self._hanging: dict[tuple[int, ...], set[int]] = {}
        self._handed: dict[int, set[int]] = {}

    def cone(self, places: tuple[int, ...], goals: tuple[int, ...]) -> list[int]:
        """What must be computed again, in order, to see what becomes of ``goals``."""
        handed = {one: self._handed[one] for one in places if one in self._handed}
        key = (places, goals, *((one, *sorted(held)) for one, held in handed.items()))
        if key not in self._cones:
            touched = {*places, *self.tape.downstream(places)}
            behind = self.tape.upstream(goals)
            for one in sorted(handed, reverse=True):
                if one in behind:
                    behind |= self.tape.upstream(handed[one])
            self._cones[key] = sorted(touched & behind)
        return self._cones[key]

    def replay(
        self, world: int, cone: Sequence[int], replaced: Replaced
    ) -> Numbers | None:
        """The numbers of a world with some results computed otherwise; None where that fails."""
        self.steps += len(cone)
        both = {**self.made, **replaced} if self.made else replaced
        try:
            return self.tape.replay(self.numbers[world], cone, both)
        except Failed:
            return None

    def take(self, edits: Sequence[Edit], replaced: Replaced) -> None:
        """Make a correction for good; what it reads is behind its results from now on."""
        for edit in edits:
            for i, run in enumerate(edit.site.runs):
                for operand in edit.operands:
                    item = operand.items[i]
                    if isinstance(item, Value):
                        for place in changed(edit.site, run):
                            self.tape.connect(self.tape.at[item], place)
        self._cones.clear()
        self._hanging.clear()
        cone = sorted({*replaced, *self.tape.downstream(replaced)})
        self.made.update(replaced)
        for i, before in enumerate(self.numbers):
            numbers = before.copy()
            for place in cone:
                call = self.made.get(place) or self.tape.calls[place]
                try:
                    numbers[place] = call(numbers)  # type: ignore[misc]
                except Exception:  # noqa: BLE001 - what comes behind may not fit, and is then not there
                    numbers[place] = None
            self.numbers[i] = numbers

    def computes(self, *edits: Edit) -> dict[int, Compute]:
        """For each execution of the edited expressions, how what changes is computed now."""
        found: dict[int, Compute] = {}
        reads: dict[int, set[int]] = {}
        for edit in edits:
            for i, run in enumerate(edit.site.runs):
                items = [o.items[i] for o in edit.operands]
                held = {self.tape.at[v] for v in items if isinstance(v, Value)}
                for place in changed(edit.site, run):
                    reads.setdefault(place, set()).update(held - {place})
                    found[place] = self._compute(edit, i, place, found.get(place))
        # a turn may now be made of what the turn before it gave
        below = self._below(tuple(found)) if len(found) > 1 else set[int]()
        self._handed = {
            one: held & below for one, held in reads.items() if held & below
        }
        return found

    def _below(self, places: tuple[int, ...]) -> set[int]:
        """Places, and everything that is computed from them."""
        if places not in self._hanging:
            self._hanging[places] = {*places, *self.tape.downstream(places)}
        return self._hanging[places]

    def _compute(
        self, edit: Edit, i: int, result: int, inner: Compute | None
    ) -> Compute:
        new = edit.new
        gets = [self._get(operand, i, result, inner) for operand in edit.operands]
        if edit.site.is_argument:
            read = inner or self.made.get(result) or self.tape.calls[result] or _nothing
            args = edit.site.runs[i].args
            handed = [self.tape.at[arg] for arg in args if isinstance(arg, Value)]
            return lambda n: _reading(n, handed, new(*[get(n) for get in gets]), read)
        match gets:
            case [one]:
                return lambda n: _whole(new(one(n)))
            case [one, two]:
                return lambda n: _whole(new(one(n), two(n)))
            case _:
                return lambda n: _whole(new(*[get(n) for get in gets]))

    def _get(
        self, operand: Operand, i: int, result: int, inner: Compute | None
    ) -> Callable[[Numbers], Any]:
        item, at = operand.items[i], self.tape.at
        if isinstance(item, Value):
            place = at[item]
            if operand.index is not None:
                key = operand.index[i]
                return lambda n: n[place][key]
            if place == result:
                # what it was so far, from what its parts are by now
                return (
                    inner or self.made.get(place) or self.tape.calls[place] or _nothing
                )
            return lambda n: n[place]
        return lambda n: number_of(item, at, n)

    @cached_property
    def worlds(self) -> list[int]:
        """Worlds in the order in which they are asked: the script's own may hide a mistake."""
        n = len(self.numbers)
        return [1, *(i for i in range(n) if i != 1)] if n > 1 else [0]

    def survivors(
        self,
        finals: Sequence[Final],
        places: tuple[int, ...],
        replaced: ByWorld,
    ) -> list[Final]:
        """Those of ``finals`` that are right on all data with some results computed otherwise, and hang on them."""
        below = {*places, *self.tape.downstream(places)}
        left = [one for one in finals if not below.isdisjoint(one.goals)]
        kept: list[list[Numbers]] = [[] for _ in left]
        for world in self.worlds:
            if not left:
                return []
            cone = self.cone(places, tuple(g for one in left for g in one.goals))
            numbers = self.replay(world, cone, replaced(world))
            if numbers is None:
                return []
            pairs = []
            for final, past in zip(left, kept, strict=True):
                past.append(numbers)
                if self.finals.is_right(final, past[-1:], [world]):
                    pairs.append((final, past))
            left, kept = [one for one, _ in pairs], [past for _, past in pairs]
        return [
            final
            for final, past in zip(left, kept, strict=True)
            if self.finals.is_right(final, past, self.worlds)
        ]

    def holds_for_any_size(self, final: Final, replaced: Replaced) -> bool:
        """Whether an update that is right with some results computed otherwise is so on a larger batch, if there is one."""
        evidence = self.finals.evidence
        larger = evidence.larger if evidence.fits_any_size else None
        if larger is None or final.after is None:
            return True
        both = {**self.made, **replaced}
        cone = self.cone(tuple(both), final.goals)
        here = self.replay(0, cone, both)
        try:
            there = self.tape.replay(larger.numbers, cone, both)
        except Failed:
            return False
        if self.finals.is_right(replace(final, after=None, signs={}), [there]):
            return True
        # a rate is the same, however many samples there are
        factors = [
            None if numbers is None else self.finals.factors(final, [numbers])
            for numbers in (here, there)
        ]
        found = [one for each in factors for one in each or ()]
        return len(found) == 2 and same_factor(found) is not None

    def breaks(
        self, right: Sequence[Final], places: tuple[int, ...], replaced: ByWorld
    ) -> bool:
        """Whether something that is right would be wrong."""
        below = {*places, *self.tape.downstream(places)}
        touched = [one for one in right if not below.isdisjoint(one.goals)]
        return bool(touched) and len(self.survivors(touched, places, replaced)) < len(
            touched
        )


def changed(site: Site, run: Ran) -> tuple[int, ...]:
    """What is computed otherwise where an expression is: its result; of an argument, what reads it."""
    return run.lines if site.is_argument else (run.result,)


def _reading(
    numbers: Numbers, places: Sequence[int], given: Sequence[Any], compute: Compute
) -> Any:
    """What a line computes if other things are read at places."""
    before = [numbers[place] for place in places]
    new = [_whole(one) for one in given]
    try:
        for place, one in zip(places, new, strict=True):
            numbers[place] = one
        return compute(numbers)
    finally:
        for place, one in zip(places, before, strict=True):
            numbers[place] = one


def _nothing(_: Numbers) -> Any:
    message = "an input is not computed"
    raise ValueError(message)


def _whole(number: Any) -> Any:
    found = np.asarray(number)
    if found.dtype.kind not in "fiub" or not np.isfinite(found).all():
        message = "no number"
        raise ValueError(message)
    return found
