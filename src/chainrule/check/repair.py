"""The likely cause of an error: the slip whose taking back makes everything right, and the line to write instead."""

from __future__ import annotations

import ast
import copy
import linecache
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from chainrule import ops
from chainrule.check.claims import Claim, Claims
from chainrule.check.judge import Factors, Judge, Judged
from chainrule.check.place import Place, known, replaced
from chainrule.check.slips import SLIPS, Change, Slip
from chainrule.check.spelled import CannotSpell, text_of, words_at
from chainrule.check.study import Study
from chainrule.check.suspect import Suspect
from chainrule.program import Arg, Array, At, Size, Value
from chainrule.program.run import resolve
from chainrule.trace.watch import Execution, span_of, within

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


@dataclass(eq=False)
class Repair:
    """The search for a cause, over the statements between a claim and the right gradients before it."""

    study: Study
    claims: Claims
    judge: Judge

    @property
    def faults(self) -> Mapping[Claim, Judged]:
        """The claims at fault."""
        return self.judge.faults

    def cause(self, fault: Judged) -> Cause:
        """Why a claim is wrong; with no kinds where nothing that is known explains it."""
        suspects = list(self._suspects(fault))
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
        return all(self.judge.is_right(final, worlds) for final in self.judge.finals)

    # the statements

    def _suspects(self, fault: Judged) -> Iterator[Suspect]:
        """The statements that may be at fault, the one that made the value first."""
        if fault.target is None or fault.wanted is None:
            return
        wanted = [
            trial.truth[fault.target] * one
            for trial, one in zip(self.study.trials, fault.wanted, strict=True)
        ]
        by_site: dict[object, list[Execution]] = {}
        for execution in self._own(fault.claim):
            by_site.setdefault(execution.site, []).append(execution)
        groups = sorted(
            by_site.values(),
            key=lambda one: (not self._only_names(one[-1]), -one[-1].order),
        )
        for executions in groups:
            turns = self._turns(executions, fault.claim)
            places = [Place(self.study, one, fault.world) for one in turns]
            words = words_at(places[0], self._gradients())
            yield Suspect(places, words, (fault.claim.value,), fault.target, wanted)

    def _own(self, claim: Claim) -> list[Execution]:
        """The executions that made the lines between a claim and the gradients it is computed from."""
        upstream = [
            other.value
            for other in self.claims.all
            if other.value is not claim.value
            and other.value in self.study.cone(claim.value)
            and (other.exact is not None or other in self.faults)
            and not self._misnamed(other)
        ]
        behind = (
            frozenset().union(*(self.study.cone(value) for value in upstream))
            if upstream
            else frozenset()
        )
        mine = [
            value
            for value in self.study.cone(claim.value)
            if value in self.study.producer
            and value not in behind
            and value not in self.study.forward
        ]
        updated = {after for _, after in self.claims.updates}
        made = {self.maker(value) for value in mine if value not in updated}
        made.discard(None)
        found = [
            one
            for one in made
            if one is not None and any(isinstance(i, Value) for _, i in one.results)
        ]
        return sorted(found, key=lambda one: one.order)

    def _only_names(self, execution: Execution) -> bool:
        return all(
            isinstance(item, Value) and self.study.producer[item].op is ops.identity
            for _, item in execution.results
        )

    def _misnamed(self, claim: Claim) -> bool:
        """Whether a line only gives another name to a gradient: ``da = dh``."""
        line = self.study.producer.get(claim.value)
        return (
            line is not None
            and line.op is ops.identity
            and claim.exact not in claim.targets
        )

    def _turns(self, executions: list[Execution], claim: Claim) -> list[Execution]:
        """The executions of a statement, with those whose result was overwritten before it could count."""
        site = executions[0].site
        if (
            site is not claim.execution.site
            or site.augmented is not None
            or claim.parameter is None
        ):
            return executions
        text = executions[-1].results[0][0]
        return [
            one
            for one in self.study.executions
            if one.site is site
            and one.order <= executions[-1].order
            and one.results
            and one.results[0][0] == text
        ]

    def maker(self, value: Value) -> Execution | None:
        """The execution of the innermost statement that made a value."""
        line = self.study.producer[value]
        position = self.study.position[value]
        if line.at is None:
            return None
        for execution in self.study.executions:
            if (
                execution.n_lines > position
                and covers(execution.site.statement, line.at)
                and (within_expression(execution, line.at))
            ):
                return execution
        return None

    def _gradients(self) -> dict[Value, Arg]:
        """Hand-written values that are gradients, by what they are gradients of."""
        return {
            claim.exact: claim.value
            for claim in self.claims.all
            if claim.exact is not None and claim not in self.faults
        }

    # the searches

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
            if surplus is not None and self._described(suspect, surplus) is not None:
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
                    changed = _swap(
                        suspect.place.changed(change.old, change.new),
                        other.old,
                        other.new,
                    )
                    if changed is not None and suspect.passes(changed):
                        return self._found(suspect, (slip, other_slip), (change, other))
        return None

    # what is said

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
        corrected = None
        if "updated weight" not in kinds:
            corrected = rewritten(suspect, changes)
        goal = suspect.root
        for change in changes:
            goal = _swap(goal, change.old, change.new) or goal
        return Cause(
            kinds,
            " ".join(sentences),
            suspect.execution,
            changes[0].old,
            corrected,
            _values(suspect, goal),
            heals,
        )

    def _number(
        self,
        suspect: Suspect,
        surplus: Factors,
        slip: Slip | None,
        change: Change | None,
    ) -> Cause:
        described = self._described(suspect, surplus)
        fixed: ast.expr | None
        base = (
            suspect.root
            if change is None
            else suspect.place.changed(change.old, change.new)
        )
        if described is None:
            kind, sentence, fixed = (
                "factor",
                f"It is {_plain(surplus[0])} times the true gradient.",
                None,
            )
        else:
            kind, sentence, operator, number = described
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

    def _described(
        self, suspect: Suspect, surplus: Factors
    ) -> tuple[str, str, ast.operator | None, ast.expr | None] | None:
        """A factor in words, and how it is taken off."""
        held = [
            one
            for one in zip(surplus, range(len(surplus)), strict=True)
            if not np.isnan(one[0])
        ]
        if all(np.isclose(one, -1) for one, _ in held):
            return "sign", "The sign is flipped.", None, None
        for count, numbers in self._counts(suspect):
            text = text_of(count)
            if all(np.isclose(one, numbers[i]) for one, i in held):
                sentence = (
                    f"It is {text} times too large: the division by {text} is missing."
                )
                return "factor", sentence, ast.Div(), count
            if all(np.isclose(one * numbers[i], 1) for one, i in held):
                sentence = f"It is {text} times too small: it is divided by {text} once too often."
                return "factor", sentence, ast.Mult(), count
        return None

    def _counts(self, suspect: Suspect) -> Iterator[tuple[ast.expr, list[float]]]:
        """Numbers a gradient may be off by: 2, a half, a length, a number at hand."""
        n_worlds = len(suspect.wanted)
        for constant in (2, 3, 4):
            yield ast.Constant(constant), [float(constant)] * n_worlds
        worlds = suspect.place.worlds
        visible = dict(
            sorted(suspect.place.visible.items(), key=lambda one: len(one[0]))
        )
        for text, item in visible.items():
            if (isinstance(item, Size | int) and not isinstance(item, bool)) or (
                isinstance(item, Value) and item.shape == ()
            ):
                numbers = [_number(item, world) for world in worlds]
                yield known(text, item), numbers
        for text, item in suspect.place.visible.items():
            if (
                isinstance(item, Value)
                and item.ndim
                and item not in suspect.study.script.parameters
            ):
                for axis in range(item.ndim):
                    if item.shape[axis] > 1:
                        numbers = [
                            float(np.shape(world[item])[axis])
                            if item in world
                            else np.nan
                            for world in worlds
                        ]
                        yield (
                            ast.parse(f"{text}.shape[{axis}]", mode="eval").body,
                            numbers,
                        )
                yield (
                    ast.parse(f"{text}.size", mode="eval").body,
                    [
                        float(np.size(world[item])) if item in world else np.nan
                        for world in worlds
                    ],
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
                for key, item in self._gradients().items()
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


def _number(item: Arg, world: Mapping[Value, Array]) -> float:
    try:
        return float(np.asarray(resolve(item, world)).item())
    except (KeyError, ValueError):
        return float("nan")


def _plain(number: float) -> str:
    return f"{number:.6g}"


def _nested(one: ast.expr, other: ast.expr) -> bool:
    return any(node is other for node in ast.walk(one)) or any(
        node is one for node in ast.walk(other)
    )


def _swap(root: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr | None:
    return (
        replaced(root, old, new)
        if any(node is old for node in ast.walk(root))
        else None
    )


def covers(statement: ast.stmt, at: At) -> bool:
    """Whether a place lies in a statement."""
    end = statement.end_lineno or statement.lineno
    return statement.lineno <= at.line <= end


def within_expression(execution: Execution, at: At) -> bool:
    """Whether a place lies in the expression of an execution, or is the whole of its augmented statement."""
    column = len(_source_line(at.file, at.line)[: at.column].encode())
    end = len(_source_line(at.file, at.end_line)[: at.end_column].encode())
    span = (at.line, column, at.end_line, end)
    if within(span, execution.site.span):
        return True
    return (execution.site.augmented is not None or execution.written) and within(
        span, span_of(execution.site.statement)
    )


def _source_line(file: str, line: int) -> str:
    return linecache.getline(file, line)


def rewritten(suspect: Suspect, changes: Sequence[Change]) -> str | None:
    """The statement with the changes in its text, everything else as the user wrote it."""
    statement = suspect.execution.site.statement
    file = suspect.study.script.file
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    lines = [
        linecache.getline(file, number).rstrip("\n")
        for number in range(first, last + 1)
    ]
    source = "\n".join(lines)
    encoded = source.encode()
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    pieces = []
    for change in changes:
        row, column, end_row, end_column = span_of(change.old)
        pieces.append(
            (
                starts[row - first] + column,
                starts[end_row - first] + end_column,
                change,
            )
        )
    goal = suspect.root
    for change in changes:
        goal = _swap(goal, change.old, change.new) or goal
    for manner in ("instead of the brackets", "plain", "in brackets"):
        text, fits = encoded, True
        for start, end, change in sorted(pieces, key=lambda one: -one[0]):
            new = text_of(change.new)
            if manner == "in brackets":
                new = f"({new})"
            elif manner != "plain":
                if (
                    text[start - 1 : start] + text[end : end + 1] != b"()"
                    or text[start - 2 : start - 1].isalnum()
                ):
                    fits = False
                    break
                start, end = start - 1, end + 1  # noqa: PLW2901 - the piece with its brackets
            text = text[:start] + new.encode() + text[end:]
        result = text.decode()
        if fits and _means(result, suspect, goal):
            return result
    return None


def _means(text: str, suspect: Suspect, goal: ast.expr) -> bool:
    """Whether the new statement is the old one with the changed expression in it."""
    try:
        (statement,) = ast.parse(_dedented(text)).body
    except (SyntaxError, ValueError):
        return False
    site = suspect.execution.site
    inner = next(
        (
            node
            for node in ast.walk(site.statement)
            if isinstance(node, ast.expr)
            and span_of(node) == site.span
            and type(node) is type(site.expression)
        ),
        None,
    )
    if inner is None:
        return False
    intended = copy.deepcopy(site.statement)
    (place,) = [
        node
        for node in ast.walk(intended)
        if isinstance(node, ast.expr)
        and span_of(node) == site.span
        and type(node) is type(inner)
    ]
    new = ast.parse(text_of(goal), mode="eval").body
    for parent in ast.walk(intended):
        for name, child in ast.iter_fields(parent):
            if child is place:
                setattr(parent, name, new)
            elif isinstance(child, list):
                setattr(parent, name, [new if one is place else one for one in child])
    return ast.dump(intended) == ast.dump(statement)


def _dedented(text: str) -> str:
    body = textwrap.dedent(text)
    return f"{body} pass" if body.rstrip().endswith(":") else body
