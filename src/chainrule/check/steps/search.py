"""The search for the fewest corrections: edits of hand-written expressions that make every wrong gradient right.

Where the first wrong value is computed from right ones, the mistake is likely there. Else the oracle says where to
look: the true value is put in a statement's place, and what that heals is remembered. Then edits, the likeliest
kinds first; one explains if it makes the most wrong finals right on all data and breaks none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations

from chainrule.check.agree import ratio
from chainrule.check.steps.arguments import Arguments
from chainrule.check.steps.bench import Bench, Replaced
from chainrule.check.steps.bends import Bends
from chainrule.check.steps.correction import Correction
from chainrule.check.steps.edits import TIERS
from chainrule.check.steps.edits.factors import other_scale
from chainrule.check.steps.edits.operands import other_operand
from chainrule.check.steps.edits.paths import is_path
from chainrule.check.steps.edits.record import Edit, Edits
from chainrule.check.steps.finals import Finals, State
from chainrule.check.steps.first_wrong import FirstWrong
from chainrule.check.steps.look import Look
from chainrule.check.steps.oracle import Oracle, oracles, outer_sites
from chainrule.check.steps.sites import Site, Sites, Statement
from chainrule.check.steps.slopes import slope_mended
from chainrule.check.steps.texts import Texts
from chainrule.check.steps.truths import Match, same_factor
from chainrule.check.steps.twins import Twins
from chainrule.program import Value

MOST_STEPS = 2_000_000
"""Steps of the tape that a search may take: a budget counts steps, not seconds, so that a report is the same everywhere."""
MOST_CORRECTIONS = 5
MOST_PAIRED, MOST_OPERANDS = 60, 3
Kind = Callable[[Look], Edits]


@dataclass(eq=False)
class Search:
    """One search for the corrections of a script whose finals are not all right."""

    finals: Finals
    sites: Sites
    corrections: list[Correction] = field(default_factory=list)

    def __post_init__(self) -> None:
        evidence = self.finals.evidence
        self.bench = Bench(self.finals, [world.numbers for world in evidence.worlds])
        self.texts = Texts(evidence, self.sites)
        self.bends = Bends(evidence)
        self.arguments = Arguments(evidence, self.sites, self.texts, self.bends)
        self.twins = Twins(self.finals.truths)
        self.firsts = FirstWrong(self)
        self.wrong = self.finals.wrong()
        self.of_one_size: Correction | None = None
        self.right = [one for one in self.finals.all if one.state is State.RIGHT]
        self._looks: dict[Statement, list[Look]] = {}
        self._known: dict[int, list[Match]] = {}

    def run(self) -> list[Correction]:
        """Corrections until every final is right, or nothing more is found."""
        while self.wrong and len(self.corrections) < MOST_CORRECTIONS:
            self.of_one_size = None
            found = self._most_right()
            if found is None:
                break
            self.corrections += found.by_statement()
            self.bench.take(found.edits, found.replaced)
            healed = [
                f for f in self.wrong if self.finals.is_right(f, self.bench.numbers)
            ]
            self.wrong = [one for one in self.wrong if one not in healed]
            self.right += healed
        return self.corrections

    def _most_right(self) -> Correction | None:
        """The best correction for a batch of any size; where none is as good, one for the size at hand."""
        found, other = self._best(), self.of_one_size
        if found is None or (other and len(other.healed) > len(found.healed)):
            return other
        return found

    @property
    def exhausted(self) -> bool:
        """Whether the budget is spent."""
        return self.bench.steps > MOST_STEPS

    def _best(self) -> Correction | None:
        """The edits that heal the most wrong finals and break none; else what makes the first wrong value right."""
        self._known.clear()
        suspects = self.suspects()
        sites = list(self.arguments.of(suspects))
        handed, is_all = self.most(self._healing_each(self.arguments.others(sites)))
        if is_all:
            return handed
        firsts = self.firsts.first_wrongs(suspects)
        nearby, done = self.most(self.firsts.local(firsts))
        if nearby is None or not nearby.healed or is_path(nearby.edits[0]):
            slope = slope_mended(self, firsts)
            if slope is not None:
                return slope
        if (
            done
            or self.exhausted
            or (nearby is not None and self.firsts.are_apart(firsts))
        ):
            return nearby
        known = oracles(self, suspects)
        full = [
            s
            for s in suspects
            if s in known and len(known[s].healed) == len(self.wrong)
        ]
        whole, done = self.most(self.singles(full, known))
        if done:
            return whole
        if nearby is not None and nearby.healed and not full:
            return nearby
        rest = [one for one in suspects if one not in full]
        rest.sort(key=lambda s: (-len(known[s].healed) if s in known else 0, s.first))
        alone = (found for one in rest for found in self.singles([one], known))
        partly, done = self.most(alone)
        best = max(
            (one for one in (nearby, handed, whole, partly) if one is not None),
            key=lambda one: len(one.healed),
            default=None,
        )
        if best is None or len(best.healed) < len(self.wrong):
            # what could be written otherwise in a function was tried there
            tried = [one for one in sites if self._are_among(one, suspects)]
            late = chain(
                self.arguments.more(sites),
                self.arguments.swapped(tried),
                self.arguments.before_bends(sites),
            )
            more, is_all = self.most(self._healing_each(late))
            best = more if is_all else self._everywhere(suspects) or best or more
        if best is not None:
            return best
        likely = sorted(known, key=lambda s: (-len(known[s].healed), s.first))
        both = (self._doubles(statement, known[statement]) for statement in likely)
        return next((one for one in both if one is not None), None)

    def most(self, found: Iterator[Correction]) -> tuple[Correction | None, bool]:
        """The correction that heals the most, the first of several; and whether it heals everything."""
        best: Correction | None = None
        for one in found:
            if best is None or len(one.healed) > len(best.healed):
                best = one
            if len(one.healed) == len(self.wrong):
                return one, True
            if self.exhausted:
                break
        return best, False

    def suspects(self) -> list[Statement]:
        """The statements between the last right values and the wrong finals, those of the last right values included."""
        evidence = self.finals.evidence
        ahead = [goal for final in self.wrong for goal in final.goals]
        seen = set(ahead)
        found: dict[Statement, None] = {}
        while ahead:
            place = ahead.pop()
            if place in evidence.behind_loss or place >= evidence.n_recorded:
                continue
            site = self.sites.of_place.get(place)
            if site is not None and site.statement.key not in self.finals.spared:
                found[site.statement] = None
            if place in evidence.bound and self.is_true(place):
                continue
            for read in self.bench.tape.reads[place]:
                if read not in seen:
                    seen.add(read)
                    ahead.append(read)
        return sorted(found, key=lambda one: (self._gives_a_truth(one), one.first))

    def _gives_a_truth(self, statement: Statement) -> bool:
        """Whether all that a statement hands on is some true gradient: then the mistake is likely behind it.

        Minus a gradient is none here: its sign may be the mistake.
        """
        handed = [
            place for site in outer_sites(self, statement) for place in site.results
        ]
        return bool(handed) and all(
            any(one.factor > 0 for one in self.matches(place)) for place in handed
        )

    def is_true(self, place: int) -> bool:
        """Whether a value is a true gradient: of what it stands beside, if that is known, else of anything."""
        meant = self.twins.meant.get(place)
        return any(
            meant is None or (one.of is meant and one.factor > 0)
            for one in self.matches(place)
        )

    def matches(self, place: int) -> list[Match]:
        """The true gradients that a value is, as things stand."""
        if place not in self._known:
            numbers = [one[place] for one in self.bench.numbers]
            self._known[place] = list(self.finals.truths.matches(numbers))
        return self._known[place]

    def edits(
        self, statement: Statement, kinds: Sequence[Kind], goal: Oracle | None
    ) -> Iterator[Edit]:
        """The edits of a statement, by kind; ``goal`` is what it should hold, if that is known."""
        for look in self.looks_at(statement):
            is_goal = goal is not None and look.site.runs[0].result == goal.places[0]
            look.wanted = (
                goal.targets[0][0].shape if goal is not None and is_goal else None
            )
        for kind in kinds:
            for look in self.looks_at(statement):
                yield from filter(self._is_of_pass, kind(look))

    def _is_of_pass(self, edit: Edit) -> bool:
        """Whether an edit is made of values of the pass that is judged, and of none that come after."""
        at = self.finals.evidence.tape.at
        return all(
            item in at
            for operand in edit.operands
            for item in operand.items
            if isinstance(item, Value)
        )

    def looks_at(self, statement: Statement) -> list[Look]:
        """The expressions of a statement, the outer ones first, as edits look at them."""
        if statement not in self._looks:
            self._looks[statement] = [
                Look(self.finals.truths, self.sites, self.texts, self.bends, site)
                for site in reversed(statement.sites)
            ]
        return self._looks[statement]

    # what the oracle says

    def singles(
        self, statements: Sequence[Statement], known: Mapping[Statement, Oracle]
    ) -> Iterator[Correction]:
        """Single edits that heal something, the likeliest kinds first."""
        for tier in TIERS:
            for statement in statements:
                goal = known.get(statement) or self._below(statement, known)
                for edit in self.edits(statement, tier, known.get(statement)):
                    found = self.tried((edit,), goal)
                    if found is not None:
                        yield found
                    if self.exhausted:
                        return

    def _are_among(self, site: Site, suspects: Sequence[Statement]) -> bool:
        """Whether all that reads an argument stands in suspects."""
        of = self.sites.of_place
        places = {place for run in site.runs for place in run.lines}
        return all(p in of and of[p].statement in suspects for p in places)

    def _healing_each(self, edits: Edits) -> Iterator[Correction]:
        """Of edits, each by itself, those that heal something."""
        for edit in filter(self._is_of_pass, edits):
            if self.exhausted:
                return
            found = self.tried((edit,), None)
            if found is not None:
                yield found

    def _everywhere(self, statements: Sequence[Statement]) -> Correction | None:
        """One name for another, wherever it is read: what was taken for something else is so in every line."""
        groups: dict[tuple[str, str], list[Edit]] = {}
        for statement in statements:
            for edit in self.edits(statement, (other_operand,), None):
                old, new = edit.inner_operands
                groups.setdefault((old.text, new.text), []).append(edit)
        for edits in groups.values():
            if len({edit.site.statement for edit in edits}) > 1 and not self.exhausted:
                replaced = self.bench.computes(*edits)
                found = self.healing(tuple(edits), replaced, at_least=len(self.wrong))
                if found is not None:
                    return found
        return None

    def _below(
        self, statement: Statement, known: Mapping[Statement, Oracle]
    ) -> Oracle | None:
        """The oracle nearest behind a statement that has none itself: what it must give a right value to."""
        below = set(self.bench.tape.downstream(statement.last_results))
        behind = [one for one in known.values() if not below.isdisjoint(one.places)]
        return min(behind, key=lambda one: one.statement.first, default=None)

    def _doubles(self, statement: Statement, goal: Oracle) -> Correction | None:
        """Two slips in one statement: one and a number in front, or two that are likely by themselves."""
        edits = [e for tier in TIERS for e in self.edits(statement, tier, goal)]
        scales = [
            scale
            for look in self.looks_at(statement)
            if look.site.runs[0].result == goal.places[0]
            for scale in other_scale(look)
        ]
        for edit in edits:
            if self.exhausted:
                return None
            if self._ratio(edit, goal) is not None:
                for scale in scales:
                    found = self.tried((edit, scale), goal)
                    if found is not None:
                        return found
        likely = [e for e in edits if len(e.operands) <= MOST_OPERANDS][:MOST_PAIRED]
        for one, other in combinations(likely, 2):
            if one.site is not other.site and not self.exhausted:
                found = self.tried((one, other), goal)
                if found is not None:
                    return found
        return None

    def _ratio(self, edit: Edit, goal: Oracle) -> float | None:
        """By which one number the value that an edit gives differs from the one that heals."""
        replaced = self.bench.computes(edit)
        cone = self.bench.cone(tuple(replaced), goal.places)
        if not cone or set(cone).isdisjoint(goal.places):
            return None
        world = self.bench.worlds[0]
        numbers = self.bench.replay(world, cone, replaced)
        if numbers is None:
            return None
        found = [
            ratio(numbers[place], target)
            for place, target in zip(goal.places, goal.targets[world], strict=True)
        ]
        known = [one for one in found if one is not None]
        return same_factor(known) if len(known) == len(found) else None

    def tried(self, edits: tuple[Edit, ...], goal: Oracle | None) -> Correction | None:
        """What edits heal; None if they heal nothing, or break what is right."""
        replaced = self.bench.computes(*edits)
        if goal is not None and not self._reaches(replaced, goal):
            return None
        return self.healing(edits, replaced, at_least=1)

    def healing(
        self, edits: tuple[Edit, ...], replaced: Replaced, *, at_least: int
    ) -> Correction | None:
        """The correction that edits are, if they break nothing and heal enough."""
        places = tuple(replaced)
        healed = self.bench.survivors(self.wrong, places, lambda _: replaced)
        if len(healed) < at_least:
            return None
        if self.bench.breaks(self.right, places, lambda _: replaced):
            return None
        found = Correction(edits, tuple(healed), replaced)
        if all(self.bench.holds_for_any_size(final, replaced) for final in healed):
            return found
        # a 4 is right for eight samples: what is right for any number of them is looked for first
        if self.of_one_size is None or len(healed) > len(self.of_one_size.healed):
            self.of_one_size = found
        return None

    def _reaches(self, replaced: Replaced, goal: Oracle) -> bool:
        """Whether an edit gives a statement the value that heals, or one number times it: a rate may be in it."""
        cone = self.bench.cone(tuple(replaced), goal.places)
        if set(cone).isdisjoint(goal.places):
            return False
        factors: list[float] = []
        for world in self.bench.worlds:
            numbers = self.bench.replay(world, cone, replaced)
            if numbers is None:
                return False
            for place, target in zip(goal.places, goal.targets[world], strict=True):
                one = numbers[place]
                if not target.any() and not one.any():
                    continue
                factor = ratio(one, target)
                if factor is None:
                    return False
                factors.append(factor)
                # two numbers always have a ratio: what differs in the second world need not be run in a third
                if same_factor(factors) is None:
                    return False
        return True
