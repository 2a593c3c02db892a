"""How gradients are followed: the steps of several passes, held against the rules of training that are known.

Steps that remember something, as momentum and Adam do, are played again with the script's own gradients. Where they
are no known rule's, edits of the lines between gradient and step are made; what turns them into a rule's was meant.
Where nothing does, nothing is said: a rule of one's own is no mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np

from chainrule import ops
from chainrule.check.edits import edited
from chainrule.check.report import LineReport
from chainrule.check.steps.bench import Bench, Replaced
from chainrule.check.steps.bends import Bends
from chainrule.check.steps.correction import Correction
from chainrule.check.steps.edits import brackets, factors, operands, signs
from chainrule.check.steps.edits import optimizers as edits
from chainrule.check.steps.edits.record import Edit, Edits, Operand
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.finals import NOTHING, Finals
from chainrule.check.steps.known_steps import (
    UNFINISHED,
    Known,
    directions,
    named,
    stretches,
    told,
)
from chainrule.check.steps.look import Look
from chainrule.check.steps.rewrite import Rewriter
from chainrule.check.steps.sites import Site, Sites, Statement
from chainrule.check.steps.splice import words_at
from chainrule.check.steps.tape import Failed, Numbers
from chainrule.check.steps.texts import Texts
from chainrule.check.steps.truths import Truths
from chainrule.check.steps.verdicts import Verdicts
from chainrule.nn.update_rules import UpdateRule
from chainrule.program import Array, Value

MOST_ENTRIES = 4
MOST_PLAYED, MOST_PAIRED = 50_000, 10
COUNTED = "The step counter is {first} in the first pass and {second} in the second: it should go up by one a pass."


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """A parameter in several passes: its gradient, itself before a step and after; ``n_kept`` arrays are remembered."""

    name: str
    gradients: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    n_kept: int


UNKNOWN = "these steps follow the gradient by no rule that is known here"


@dataclass(eq=False)
class Following:
    """The lines between gradients and steps of several passes, to be played again."""

    evidence: Evidence
    truths: Truths
    sites: Sites
    all: list[Followed]
    played: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.numbers = self.evidence.worlds[0].numbers

    @cached_property
    def cone(self) -> list[int]:
        """What is between gradients and steps, in order: all else stays as it was."""
        return self._between(self.all)

    @cached_property
    def first_cone(self) -> list[int]:
        """The part of it that is of one parameter: what does not mend that need not be tried on all."""
        return self._between(self.all[:1])

    def _between(self, followed: Sequence[Followed]) -> list[int]:
        tape = self.evidence.tape
        kept = {p for one in self.all for p in (*one.gradients, *one.before)}
        found: set[int] = set()
        ahead = [p for one in followed for p in one.after]
        while ahead:
            place = ahead.pop()
            if place in found or tape.line(place) is None:
                continue
            found.add(place)
            ahead += [read for read in tape.reads[place] if read not in kept]
        kept -= {p for one in self.all for p in one.after}
        return sorted(found - kept)

    @cached_property
    def own_numbers(self) -> list[float]:
        """The single numbers that settings may be: those that nothing computes, and those that are written out."""
        tape = self.evidence.tape
        found: dict[float, None] = {}
        for place in self.cone:
            line = tape.line(place)
            for arg in line.args if line is not None else ():
                if isinstance(arg, Value):
                    at = tape.at[arg]
                    if tape.line(at) is None and arg.shape == ():
                        found[float(self.numbers[at])] = None
                elif isinstance(arg, int | float):
                    found[float(arg)] = None
        # a share is written either way round: 0.9 kept, or 0.1 taken
        found.update(dict.fromkeys(round(1 - n, 12) for n in list(found) if 0 < n < 1))
        return list(found)

    def entries(self, one: Followed) -> Array:
        """Which entries are looked at: some that have a gradient in every pass."""
        sizes = np.min([abs(self.numbers[p].ravel()) for p in one.gradients], axis=0)
        order = np.argsort(-sizes, kind="stable")[:MOST_ENTRIES]
        found: Array = order[sizes[order] > NOTHING]
        return found

    def at(self, places: Sequence[int], entries: Array, numbers: Numbers) -> Array:
        """Some entries of several values, a row a value."""
        return np.array([numbers[p].ravel()[entries] for p in places], float)

    def steps(self, one: Followed, numbers: Numbers) -> Array:
        """What each pass takes off the parameter."""
        chosen = self.entries(one)
        before, after = (
            self.at(places, chosen, numbers) for places in (one.before, one.after)
        )
        return before - after

    def known(
        self, one: Followed, counts: Sequence[int] | None = None
    ) -> Sequence[Known]:
        """What the rules do with its gradients."""
        chosen = self.entries(one)
        return directions(
            self.at(one.gradients, chosen, self.numbers),
            self.at(one.before, chosen, self.numbers),
            self.own_numbers,
            counts,
        )

    @cached_property
    def _rules(self) -> list[Sequence[Known]]:
        return [self.known(one) for one in self.all]

    @cached_property
    def _sizes(self) -> list[float]:
        return [
            float(np.max(np.abs(self.numbers[one.before[0]]), initial=0.0))
            for one in self.all
        ]

    @cached_property
    def rates(self) -> list[Array]:
        """Numbers that change from pass to pass, and have none in them that says how much is kept."""
        tape = self.evidence.tape
        ends = [max(one.after[i] for one in self.all) for i in range(self.n_passes)]
        found = []
        for site in self.edited_sites:
            places = [r for r in site.results if tape.values[r].shape == ()]
            by_pass = [[p for p in places if p <= end] for end in ends]
            if not all(by_pass) or any(
                0.3 < float(self.numbers[p]) < 1
                for p in tape.upstream([by_pass[-1][-1]])
                if tape.line(p) is None and tape.values[p].shape == ()
            ):
                continue
            row = np.array([float(self.numbers[one[-1]]) for one in by_pass])
            if np.isfinite(row).all() and row.all() and np.ptp(row):
                found += [row, 1 / row]
        return found

    @property
    def n_passes(self) -> int:
        """How many passes there are."""
        return min(len(one.after) for one in self.all)

    @cached_property
    def edited_sites(self) -> list[Site]:
        """The expressions between gradients and steps."""
        inside = set(self.cone)
        return [
            site
            for statement in self.sites.statements
            for site in statement.sites
            if any(run.result in inside for run in site.runs)
        ]

    def rule(self, i: int, numbers: Numbers) -> UpdateRule | None:
        """The rule that a parameter's steps are those of."""
        steps = self.steps(self.all[i], numbers)
        return named(steps, self._sizes[i], self._rules[i], self.rates)

    def with_edits(self, replaced: Replaced) -> UpdateRule | None:
        """The rule that all steps are those of, with some results computed otherwise."""
        found = None
        for cone, followed in (
            (self.first_cone, range(1)),
            (self.cone, range(len(self.all))),
        ):
            self.played += len(cone)
            try:
                numbers = self.evidence.tape.replay(self.numbers, cone, replaced)
            except Failed:
                return None
            for i in followed:
                found = self.rule(i, numbers)
                if found is None or found in UNFINISHED:
                    return None
                if len(found.state) != self.all[i].n_kept:
                    # what a script keeps is for something: a rule without it was not meant
                    return None
        return found

    @property
    def is_spent(self) -> bool:
        """Whether enough was tried: lines are counted, so that a report is the same on every machine."""
        return self.played > MOST_PLAYED

    # what is wrong

    @cached_property
    def texts(self) -> Texts:
        """What can be named where."""
        return Texts(self.evidence, self.sites)

    def strange(self) -> list[int]:
        """The parameters whose steps are no known rule's, those aside that decay by themselves."""
        return [
            i
            for i in range(len(self.all))
            if self.rule(i, self.numbers) is None and not self._decays(i)
        ]

    def _decays(self, i: int) -> bool:
        """Whether a parameter is in its own step: with another start, the step is another."""
        one = self.all[i]
        moved = self.numbers.copy()
        moved[one.before[0]] = self.numbers[one.before[0]] + 0.5
        try:
            numbers = self.evidence.tape.replay(moved, self.cone, {})
        except Failed:
            return True
        steps, other = self.steps(one, self.numbers), self.steps(one, numbers)
        return not np.allclose(steps, other, rtol=1e-7, atol=1e-12)

    def miscounted(self, i: int) -> tuple[int, int] | None:
        """How the steps are counted, if they are a known rule's but for that."""
        one = self.all[i]
        steps = self.steps(one, self.numbers)
        for first, by in stretches():
            counts = [first + by * k for k in range(self.n_passes)]
            known = self.known(one, counts)
            if named(steps, self._sizes[i], known, self.rates) is not None:
                return first, first + by
        return None

    def counter(self) -> Statement | None:
        """The statement that counts the steps: it adds a whole number to what it counted before."""
        tape = self.evidence.tape
        for site in self.edited_sites:
            kinds = {tape.values[place].dtype.kind for place in site.results}
            if site.op is ops.add and kinds <= {"i", "u"} and len(site.runs) > 1:
                return site.statement
        return None

    def correction(self) -> tuple[Correction, UpdateRule] | None:
        """The edit, or one kind of edit in two places, that makes all steps a known rule's."""
        bench = Bench(Finals(self.evidence, self.truths, []), [self.numbers])
        bends, truths = Bends(self.evidence), Truths(self.evidence)
        looks = [
            Look(truths, self.sites, self.texts, bends, site)
            for site in reversed(self.edited_sites)
        ]
        for kinds in self._kinds():
            alike: dict[tuple[str, str], list[Edit]] = {}
            for edit in (
                edit for kind in kinds for look in looks for edit in kind(look)
            ):
                found = self._meant_by(bench, edit)
                if found is not None or self.is_spent:
                    return found
                alike.setdefault((edit.kind, edit.sentence), []).append(edit)
            # one slip made twice, for both moments
            for several in alike.values():
                for one, other in combinations(several[:MOST_PAIRED], 2):
                    found = self._meant_by(bench, one, other)
                    if found is not None or self.is_spent:
                        return found
        return None

    def _meant_by(
        self, bench: Bench, *made: Edit
    ) -> tuple[Correction, UpdateRule] | None:
        """The correction that edits are, if with them all steps are a known rule's."""
        sites = {edit.site.key for edit in made}
        if len(sites) < len(made) or not all(map(self._is_known, made)):
            return None
        replaced = bench.computes(*made)
        found = self.with_edits(replaced)
        return None if found is None else (Correction(made, (), replaced), found)

    def _is_known(self, edit: Edit) -> bool:
        """Whether an edit is made of what was recorded by then, and of nothing that comes later."""
        at = self.evidence.tape.at
        return all(
            item in at and at[item] < run.result
            for operand in edit.operands
            for item, run in zip(operand.items, edit.site.runs, strict=True)
            if isinstance(item, Value)
        ) or any(o.node is edit.site.node for o in edit.operands)

    def _kinds(self) -> list[list[Callable[[Look], Edits]]]:
        """What people write by mistake, the likelier first."""
        own: list[Callable[[Look], Edits]]
        own = [edits.other_operation, self._power_of_step, edits.complement]
        own += [edits.missing_share, signs.other_sign, edits.other_root]
        more = [factors.surplus_number, operands.other_operand, factors.missing_factor]
        return [own, [*more, brackets.regrouped]]

    def _power_of_step(self, look: Look) -> Edits:
        yield from edits.power_of_step(look, self._step(look))

    def _step(self, look: Look) -> Operand:
        """The number of the step at every execution, by whatever name it is at hand."""
        ends = [max(one.after[i] for one in self.all) for i in range(self.n_passes)]
        counts = [
            1 + sum(end < run.result for end in ends[:-1]) for run in look.site.runs
        ]
        turns = [self.texts.counters(run) for run in look.site.runs]
        for name in (*look.names, *edits.counters(turns)):
            held = [self._whole(item) for item in name.items]
            if held == counts:
                return name
            if held == [n - 1 for n in counts]:
                items = tuple(counts)
                return Operand(items, None, f"({name.text} + 1)")
        return Operand(tuple(counts), None, "t")

    def _whole(self, item: object) -> int | None:
        number = (
            self.numbers[self.evidence.tape.at[item]]
            if isinstance(item, Value) and item in self.evidence.tape.at
            else item
        )
        if isinstance(number, bool) or np.size(number) != 1:  # type: ignore[arg-type]
            return None
        held = np.ravel(number)[0]  # type: ignore[arg-type]
        return int(held) if float(held).is_integer() else None


def mistakes(
    found: Following, text: str, heals: Callable[[str], bool]
) -> Iterator[LineReport]:
    """The lines that are wrong where steps are no known rule's, or cannot be told; ``heals`` is asked of a fixed text."""
    strange = found.strange()
    if not strange:
        return
    verdicts = Verdicts(Finals(found.evidence, found.truths, []), found.sites, None)
    counted = found.miscounted(strange[0])
    if counted is not None:
        statement = found.counter()
        if statement is not None:
            said = COUNTED.format(first=counted[0], second=counted[1])
            yield verdicts.wrong_at(statement, said, ("step counter",))
        return
    best = found.correction()
    if best is None:
        statements = dict.fromkeys(one.statement for one in found.edited_sites)
        for i, statement in enumerate(statements):
            yield verdicts.cannot_tell(statement, None if i else UNKNOWN)
        return
    correction, rule = best
    rewriter = Rewriter(found.evidence, found.sites)
    fixes = [
        rewriter.fix(Correction((edit,), (), correction.replaced))[0]
        for edit in correction.edits
    ]
    made = [edit for fix in fixes for edit in fix.edits]
    is_whole = all(fix.edits for fix in fixes) and heals(edited(text, made))
    for edit, fix in zip(correction.edits, fixes, strict=True):
        said = words_at(fix.words, edit.sentence)
        yield verdicts.wrong_at(
            edit.site.statement,
            f"{said} The steps are no known rule's; so they would be {told(rule)}'s.",
            (edit.kind,),
            fix=fix.statement if is_whole else None,
            edits=fix.edits if is_whole else (),
            part=fix.part,
        )
