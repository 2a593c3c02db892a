"""What the first wrong value says: where all that it is computed from is right, the mistake is likely to stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainrule.check.steps.bench import Replaced
from chainrule.check.steps.edits import TIERS
from chainrule.check.steps.oracle import outer_sites
from chainrule.check.steps.sites import Site, Statement
from chainrule.check.steps.tape import Numbers
from chainrule.check.steps.truths import Match
from chainrule.program import Value

if TYPE_CHECKING:
    from chainrule.check.steps.correction import Correction
    from chainrule.check.steps.search import Search

NEARBY = 3
"""So many tiers of edits are likely enough to be taken for making a value true."""


@dataclass(eq=False)
class FirstWrong:
    """The values of a search that are wrong although all that is in them is right."""

    search: Search

    def first_wrongs(self, suspects: Sequence[Statement]) -> list[tuple[Site, int]]:
        """The first wrong value of each statement, where all that is in it is right."""
        found = []
        for statement in suspects:
            for site in outer_sites(self.search, statement):
                place = self.first_wrong(site)
                if place is not None:
                    found.append((site, place))
                    break
        return found

    def are_apart(self, firsts: Sequence[tuple[Site, int]]) -> bool:
        """Whether first wrong values have nothing in common that they are made of: then they are several mistakes."""
        made_of = [set(self._feeding(place, site.statement)) for site, place in firsts]
        return len(made_of) > 1 and not set.intersection(*made_of)

    def local(self, firsts: Sequence[tuple[Site, int]]) -> Iterator[Correction]:
        """Edits that make the first wrong value of a statement a true gradient."""
        for site, place in firsts:
            # what it is computed from may be a true gradient, and another one than is needed here
            for near in (site.statement, *self._feeding(place, site.statement)):
                found = self._made_true(near, site, place)
                if found is not None:
                    yield found
                    break

    def _feeding(self, place: int, statement: Statement) -> list[Statement]:
        """The statements that a value is directly computed from, up to the nearest values with names."""
        evidence, tape = self.search.finals.evidence, self.search.bench.tape
        ahead = list(tape.reads[place])
        found: dict[Statement, None] = {}
        seen: set[int] = set()
        while ahead:
            one = ahead.pop()
            if one in seen or one in evidence.behind_loss:
                continue
            seen.add(one)
            site = self.search.sites.of_place.get(one)
            if site is not None and site.statement is not statement:
                found[site.statement] = None
            if one not in evidence.bound or one not in evidence.judged:
                ahead += tape.reads[one]
        return sorted(found, key=lambda s: -s.first)

    def first_wrong(self, site: Site) -> int | None:
        """The first execution that is no true gradient though all that is in it is right."""
        goals = [goal for final in self.search.wrong for goal in final.goals]
        ahead = self.search.bench.tape.upstream(goals)
        for run in site.runs:
            # what only right steps are made of is not to be doubted
            if run.result in ahead and not self.search.is_true(run.result):
                return run.result if self._inputs_are_right(run.result) else None
        return None

    def first_untrue(self, suspects: Sequence[Statement]) -> int | None:
        """The first value in time that is no true gradient, of whatever scale, after one that is."""
        handed = {
            place
            for statement in suspects
            for site in outer_sites(self.search, statement)
            for place in site.results
            if place in self.search.finals.evidence.judged
        }
        met = False
        for place in sorted(handed):
            numbers = [one[place] for one in self.search.bench.numbers]
            if next(self.search.finals.truths.matches(numbers, scaled=True), None):
                met = True
            elif met:
                return place
        return None

    def _inputs_are_right(self, place: int) -> bool:
        """Whether every value with a name that is directly in this one is a true gradient, or not of this pass."""
        evidence, tape = self.search.finals.evidence, self.search.bench.tape
        ahead, met = list(tape.reads[place]), False
        seen: set[int] = set()
        while ahead:
            one = ahead.pop()
            if one in seen or one in evidence.behind_loss:
                continue
            seen.add(one)
            if one not in evidence.judged:
                # where no labels are known, the first gradient is made of nothing that is judged
                met |= self._is_first_gradient(one)
                continue
            if one not in evidence.bound:
                ahead += tape.reads[one]
            elif not self.search.is_true(one):
                return False
            else:
                met = True
        return met

    def _is_first_gradient(self, place: int) -> bool:
        evidence = self.search.finals.evidence
        return (
            not evidence.labels
            and place in evidence.bound
            and self.search.is_true(place)
        )

    def _made_true(
        self, statement: Statement, site: Site, place: int
    ) -> Correction | None:
        """Of the edits that make a value true and leave true what is, the one that heals the most."""
        before = {run.result: self._kinds(run.result) for run in site.runs}
        known = {one: kinds for one, kinds in before.items() if kinds and one < place}
        meant = self._meant(site, place)
        for tier in TIERS[:NEARBY]:
            best: Correction | None = None
            for edit in self.search.edits(statement, tier, None):
                replaced = self.search.bench.computes(edit)
                truth = self._truth_with(replaced, place, known, meant)
                if self.search.exhausted or truth is None:
                    continue
                # the part of a gradient is a truth that many values can be made
                least = 0 if truth in self.search.finals.truths.of else 1
                found = self.search.healing((edit,), replaced, at_least=least)
                if found is not None and (
                    best is None or len(found.healed) > len(best.healed)
                ):
                    best = found
                if best is not None and len(best.healed) == len(self.search.wrong):
                    break
            if best is not None:
                return best
        return None

    def _meant(self, site: Site, place: int) -> Callable[[Value], bool]:
        """Of which values the gradient may be meant: of the parameter that is updated with it, else of what no other has."""
        twin = self.search.twins.meant.get(place)
        if twin is not None:
            return lambda value: value is twin
        parameters = {
            f.parameter for f in self.search.wrong if place in (*f.cuts, f.taken)
        }
        if parameters:
            return lambda value: value in parameters
        evidence = self.search.finals.evidence
        inside = {run.result for run in site.runs}
        taken = {
            match.of
            for one in evidence.bound & evidence.judged
            if one not in inside
            and one not in evidence.behind_loss
            and one < evidence.n_recorded
            for match in self.search.matches(one)
        }
        return lambda value: value not in taken

    def _kinds(self, place: int) -> frozenset[object]:
        """Of which expressions of the forward pass a value is the gradient."""
        return self._kinds_of(self.search.matches(place))

    def _kinds_of(self, matches: Sequence[Match]) -> frozenset[object]:
        place = self.search.finals.evidence.recording.place
        return frozenset(place(match.of) for match in matches)

    def _truth_with(
        self,
        replaced: Replaced,
        place: int,
        known: Mapping[int, frozenset[object]],
        meant: Callable[[Value], bool],
    ) -> Value | None:
        """Of what an edit makes a value the gradient; where its expression ran before, of the same kind as there."""
        cone = self.search.bench.cone(tuple(replaced), (*known, place))
        if place not in cone:
            return None
        values: dict[int, Numbers] = {}
        for world in self.search.bench.worlds:
            numbers = self.search.bench.replay(world, cone, replaced)
            if numbers is None:
                return None
            values[world] = numbers
            if not self.search.finals.truths.may_be_one(numbers[place], world):
                return None
        every = [values[world] for world in sorted(values)]
        matches = list(
            self.search.finals.truths.matches([numbers[place] for numbers in every])
        )
        found = [one.of for one in matches if meant(one.of)]
        if not found:
            return None
        kinds = self._kinds_of(matches)
        for one, past in known.items():
            there = [numbers[one] for numbers in every]
            now = past & self._kinds_of(list(self.search.finals.truths.matches(there)))
            if not now or not (now & kinds):
                return None
        whole = self.search.finals.truths.of
        return next((one for one in found if one in whole), found[0])
