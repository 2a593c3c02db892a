"""What the first wrong value says: where all that it is computed from is right, the mistake is likely to stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainrule import ops
from chainrule.check.steps.bench import Replaced
from chainrule.check.steps.edits import TIERS
from chainrule.check.steps.oracle import Oracle, oracles, outer_sites
from chainrule.check.steps.recording import RENAMING
from chainrule.check.steps.sites import Site, Statement
from chainrule.check.steps.tape import Numbers
from chainrule.check.steps.truths import Match
from chainrule.program import Array, Value

if TYPE_CHECKING:
    from chainrule.check.steps.correction import Correction
    from chainrule.check.steps.search import Search

ARRANGING = (*RENAMING, ops.getitem)
"""What picks entries of a value, or lays them out otherwise, and computes nothing."""
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

    def first_wrong(
        self, site: Site, through: AbstractSet[Statement] = frozenset()
    ) -> int | None:
        """The first execution that is no true gradient though all that is in it is right; see _inputs_are_right."""
        goals = [goal for final in self.search.wrong for goal in final.goals]
        ahead = self.search.bench.tape.upstream(goals)
        for run in site.runs:
            # what only right steps are made of is not to be doubted
            if run.result in ahead and not self._is_right(run.result):
                is_first = self._inputs_are_right(run.result, through)
                return run.result if is_first else None
        return None

    def computed(self, place: int) -> int:
        """Where what is wrong in a value was computed, that is only picked, laid out, written or handed back here."""
        tape, evidence = self.search.bench.tape, self.search.finals.evidence
        sites = self.search.sites.of_place
        while True:
            line = tape.line(place)
            wrong = [
                one
                for one in tape.reads[place]
                if one in evidence.judged and one in sites and not self._is_right(one)
            ]
            if line is None or line.op not in (*ARRANGING, ops.setitem) or not wrong:
                return place
            # what is written is computed after what it is written into
            place = wrong[-1]

    def nearest(self) -> tuple[Statement | None, int, list[Array] | None]:
        """Where the first wrong value is likely to be computed, if nothing explains it; and what it should be."""
        suspects = self.search.suspects()
        known = oracles(self.search, suspects)
        found = self._first_place(suspects, known)
        if found is None:
            last = next(
                (s for s in reversed(suspects) if outer_sites(self.search, s)), None
            )
            return last, 0 if last is None else last.last_results[-1], None
        place = self.computed(found)
        statement = self.search.sites.of_place[place].statement
        return statement, place, self._should_be(known.get(statement), place)

    def _first_place(
        self, suspects: Sequence[Statement], known: Mapping[Statement, Oracle]
    ) -> int | None:
        """The first wrong value that is made of right ones; else the first that is none; else what heals the most."""
        # what no true gradient heals is a part of a formula: the line that its parts come together in is told
        parts = {one for one in suspects if one not in known}
        for lines, through in ((known, parts), (suspects, set[Statement]())):
            for statement in lines:
                for site in outer_sites(self.search, statement):
                    place = self.first_wrong(site, through)
                    if place is not None:
                        return place
        whole = [
            one for one in known if len(known[one].healed) == len(self.search.wrong)
        ]
        untrue = None if whole else self.first_untrue(suspects)
        if untrue is not None or not known:
            return untrue
        statement = max(known, key=lambda one: (len(known[one].healed), -one.first))
        return known[statement].places[0]

    def _should_be(self, known: Oracle | None, place: int) -> list[Array] | None:
        if known is None or place not in known.places:
            return None
        return [targets[known.places.index(place)] for targets in known.targets]

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

    def _inputs_are_right(
        self, place: int, through: AbstractSet[Statement] = frozenset()
    ) -> bool:
        """Whether every value with a name that is directly in this one is a true gradient, or not of this pass.

        What statements ``through`` give is no gradient of anything, and looked through.
        """
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
            site = self.search.sites.of_place.get(one)
            if one not in evidence.bound:
                ahead += tape.reads[one]
            elif self._is_right(one):
                met = True
            elif site is not None and site.statement in through:
                ahead += tape.reads[one]
            else:
                return False
        return met

    def _is_right(self, place: int) -> bool:
        """Whether a value is a true gradient, or the entries of one, picked or laid out otherwise.

        What a wrong step is taken along is to be its gradient: there picking is the mistake.
        """
        tape = self.search.bench.tape
        taken = self._taken()
        while not self.search.is_true(place):
            line = tape.line(place)
            if place in taken or line is None or line.op not in ARRANGING:
                return False
            if not tape.reads[place]:
                return False
            place = tape.reads[place][0]
        return True

    def _taken(self) -> set[int]:
        """What wrong steps are taken along."""
        return {cut for final in self.search.wrong for cut in final.cuts[:1]}

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
        best: Correction | None = None
        for tier in TIERS[:NEARBY]:
            for edit in self.search.edits(statement, tier, None):
                replaced = self.search.bench.computes(edit)
                truth = self._truth_with(replaced, place, known, meant)
                if self.search.exhausted or truth is None:
                    continue
                # the part of a gradient is a truth that many values can be made; by a right step something is healed
                is_whole = truth in self.search.finals.truths.of
                least = 0 if is_whole and place not in self._taken() else 1
                found = self.search.healing((edit,), replaced, at_least=least)
                if found is not None and (
                    best is None or len(found.healed) > len(best.healed)
                ):
                    best = found
                if best is not None and len(best.healed) == len(self.search.wrong):
                    break
            # by what heals nothing a value may have become the gradient of something that nobody has in mind
            if best is not None and best.healed:
                return best
        return best

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
