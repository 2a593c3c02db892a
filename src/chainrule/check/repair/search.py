"""The search for a cause: slips taken back, one, one with a factor, and two at a time."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np

from chainrule.check.claims import Claims
from chainrule.check.judge import Judge
from chainrule.check.moved_statements import Move
from chainrule.check.place import Known, Place
from chainrule.check.repair.moving import later_update
from chainrule.check.repair.multiples import described
from chainrule.check.repair.rewriting import rewritten, swapped
from chainrule.check.repair.statements import Statements
from chainrule.check.slips import SLIPS, Change, Slip
from chainrule.check.spelled import CannotSpell, text_of, words_at
from chainrule.check.study import Study
from chainrule.check.suspect import Suspect
from chainrule.check.verdict import Factors, Judged
from chainrule.program import Array, Value
from chainrule.trace.statements.watch import Execution

# lines run while looking for a cause: about a second's worth
MOST_RUN, RUN_AFTER = 60_000, 6_000
PAIRED = 60


@dataclass(frozen=True, slots=True, eq=False)
class Cause:
    """Why a line is wrong: the kinds of slip, their sentences, where, and the statement to write instead.

    ``execution`` is the statement at fault, which may stand before the one that is named after a gradient.
    """

    kinds: tuple[str, ...]
    sentence: str
    execution: Execution
    part: ast.expr | None = None
    corrected: str | None = None
    repaired: Sequence[Array] = ()
    heals: bool = False
    move: Move | None = None


@dataclass(eq=False)
class Repair:
    """The search for a cause, over the statements between a claim and the right gradients before it."""

    study: Study
    claims: Claims
    judge: Judge

    @cached_property
    def statements(self) -> Statements:
        """What may be at fault."""
        return Statements(self.study, self.claims, self.judge.faults)

    def cause(self, fault: Judged) -> Cause:
        """Why a claim is wrong; with no kinds where nothing that is known explains it."""
        suspects = list(self.statements.suspects(fault))
        for search in (self._single, self._scaled, self._double):
            found = search(suspects)
            if found is not None:
                return found
        execution = suspects[0].execution if suspects else fault.claim.execution
        return Cause((), "", execution, None, self._derived(fault, suspects))

    def heals(self, suspect: Suspect, changed: ast.expr) -> bool:
        """Whether a change, made wherever its statement runs, makes every gradient of the script right."""
        everywhere = [
            Place(self.study, one, [trial.numbers for trial in self.study.trials])
            for one in self.study.executions
            if one.site is suspect.execution.site
            and any(isinstance(i, Value) for _, i in one.results)
        ]
        whole = replace(
            suspect,
            places=everywhere,
            claims=tuple(claim.value for claim in self.judge.finals),
        )
        worlds = []
        for i in range(len(self.study.trials)):
            try:
                worlds.append(whole.replay(changed, i))
            except Exception:  # noqa: BLE001 - a change that does not compute heals nothing
                return False
        return all(
            self.judge.worlds.is_right(final, worlds) for final in self.judge.finals
        )

    def _single(self, suspects: Sequence[Suspect]) -> Cause | None:
        """One slip. Of those that make the claim right, the first that makes everything right."""
        first, left = None, MOST_RUN
        for slip, suspect, change in _changes(suspects):
            left -= suspect.cost
            changed = suspect.place.changed(change.old, change.new)
            if not suspect.passes(changed):
                if left < 0:
                    break
                continue
            if self.heals(suspect, changed):
                return self._found(suspect, (slip,), (change,), heals=True)
            if first is None:
                first, left = (suspect, slip, change), min(left, RUN_AFTER)
        return (
            None if first is None else self._found(first[0], (first[1],), (first[2],))
        )

    def _scaled(self, suspects: Sequence[Suspect]) -> Cause | None:
        """A number in front, alone or together with one other slip."""
        for suspect in suspects:
            surplus = suspect.surplus(suspect.root)
            if surplus is not None:
                return self._number(suspect, surplus, None, None)
        left = MOST_RUN
        for slip, suspect, change in _changes(suspects):
            left -= 2 * suspect.cost
            if left < 0:
                break
            if suspect.wanted[0].size < 2:
                continue
            surplus = suspect.surplus(suspect.place.changed(change.old, change.new))
            if surplus is not None and described(suspect, surplus) is not None:
                return self._number(suspect, surplus, slip, change)
        return None

    def _double(self, suspects: Sequence[Suspect]) -> Cause | None:
        """Two slips in one statement."""
        left = MOST_RUN
        for suspect in suspects:
            changes = [
                (slip, change)
                for slip in SLIPS
                for change in islice(slip.changes(suspect), 12)
                if change.old is not suspect.root or slip.kind == "sign"
            ][:PAIRED]
            for i, (slip, change) in enumerate(changes):
                for other_slip, other in changes[i + 1 :]:
                    if _nested(change.old, other.old):
                        continue
                    left -= suspect.cost
                    if left < 0:
                        return None
                    changed = swapped(
                        suspect.place.changed(change.old, change.new),
                        other.old,
                        other.new,
                    )
                    if changed is not None and suspect.passes(changed):
                        return self._found(suspect, (slip, other_slip), (change, other))
        return None

    def _found(
        self,
        suspect: Suspect,
        slips: Sequence[Slip],
        changes: Sequence[Change],
        *,
        heals: bool = False,
    ) -> Cause:
        sentences = [
            (change.sentence or slip.sentence).format_map(change.words)
            for slip, change in zip(slips, changes, strict=True)
        ]
        kinds = tuple(slip.kind for slip in slips)
        late = [
            change
            for slip, change in zip(slips, changes, strict=True)
            if slip.kind == "updated weight"
        ]
        own = [change for change in changes if change not in late]
        there = all(self._is_there(suspect, change.new) for change in own)
        corrected = rewritten(suspect, own) if own and there else None
        goal = suspect.root
        for change in changes:
            goal = swapped(goal, change.old, change.new) or goal
        return Cause(
            kinds,
            " ".join(dict.fromkeys(sentences)),
            suspect.execution,
            changes[0].old,
            corrected,
            _values(suspect, goal),
            heals,
            next((self._moved(change) for change in late), None),
        )

    def _is_there(self, suspect: Suspect, new: ast.expr) -> bool:
        """Whether what a change names is bound already when its statement runs for the first time."""
        site = suspect.execution.site
        first = next(one for one in self.study.executions if one.site is site)
        visible = Place(self.study, first, suspect.place.worlds).visible
        return all(
            node.id in visible
            for node in ast.walk(new)
            if isinstance(node, Known) and node.id in suspect.place.visible
        )

    def _moved(self, change: Change) -> Move | None:
        """The update moved below the use of the weight that ``change`` makes an old one."""
        old = change.new.item if isinstance(change.new, Known) else None
        finals = [final.value for final in self.judge.finals]
        return next(
            (
                later_update(self.study, after, finals)
                for before, after in self.study.updates
                if before is old
            ),
            None,
        )

    def _number(
        self,
        suspect: Suspect,
        surplus: Factors,
        slip: Slip | None,
        change: Change | None,
    ) -> Cause:
        words = described(suspect, surplus)
        fixed: ast.expr | None
        base = (
            suspect.root
            if change is None
            else suspect.place.changed(change.old, change.new)
        )
        if words is None:
            kind, sentence, fixed = (
                "factor",
                f"It is {_plain(surplus)} times the true gradient.",
                None,
            )
        else:
            kind, sentence, operator, number = words
            fixed = (
                ast.UnaryOp(ast.USub(), base)
                if number is None or operator is None
                else ast.BinOp(base, operator, number)
            )
        kinds = (kind,) if slip is None else (slip.kind, kind)
        if slip is not None and change is not None:
            sentence = f"{(change.sentence or slip.sentence).format_map(change.words)} {sentence}"
        corrected = (
            None
            if fixed is None
            else rewritten(suspect, (Change(suspect.root, fixed),))
        )
        return Cause(
            kinds,
            sentence,
            suspect.execution,
            suspect.root if change is None else change.old,
            corrected,
        )

    def _derived(self, fault: Judged, suspects: Sequence[Suspect]) -> str | None:
        """The derived gradient in the user's names, where no slip explains the error."""
        if (
            not suspects
            or fault.wanted is None
            or any(one != 1 for one in fault.wanted)
        ):
            return None
        suspect = suspects[0]
        if fault.target is None or suspect.execution.site.augmented is not None:
            return None
        gradient = self.study.derived.gradients[fault.target]
        producer = suspect.words.producer
        line = producer.get(gradient)
        words = words_at(
            suspect.place,
            {
                key: item
                for key, item in self.statements.gradients().items()
                if key is not fault.target
            },
        )
        words.texts.pop(gradient, None)  # type: ignore[attr-defined]
        if line is None:
            return None
        try:
            expression = words.expression(gradient)
        except CannotSpell:
            return None
        text = text_of(expression)
        if len(text) > 100 or not suspect.passes(expression):
            return None
        return rewritten(suspect, (Change(suspect.root, expression),))


def _changes(suspects: Sequence[Suspect]) -> Iterator[tuple[Slip, Suspect, Change]]:
    """Every change that would take back a slip, the likeliest slips first."""
    for slip in SLIPS:
        for suspect in suspects:
            for change in slip.changes(suspect):
                yield slip, suspect, change


def _values(suspect: Suspect, goal: ast.expr) -> list[Array]:
    """What the corrected expression gives in each world."""
    if (
        len(suspect.places) > 1
        or suspect.execution.site.augmented
        or suspect.execution.written
    ):
        return []
    return [
        np.asarray(suspect.place.evaluate(goal, world))
        for world in suspect.place.worlds
    ]


def _nested(one: ast.expr, other: ast.expr) -> bool:
    return any(node is other for node in ast.walk(one)) or any(
        node is one for node in ast.walk(other)
    )


def _plain(surplus: Factors) -> str:
    """A factor as a number; of several, one that does some harm."""
    number = next((one for one in surplus if not np.isclose(one, 1)), surplus[0])
    return f"{number:.6g}"
