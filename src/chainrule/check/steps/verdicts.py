"""The verdict on every hand-written line: what is corrected is wrong, what changes with it follows, the rest is right."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule.check.agree import RELATIVE, agree, close
from chainrule.check.report import LineReport
from chainrule.check.steps.arguments import given_by
from chainrule.check.steps.correction import Correction
from chainrule.check.steps.finals import Final, Finals
from chainrule.check.steps.forward import Forward
from chainrule.check.steps.rewrite import Fix
from chainrule.check.steps.search import Search
from chainrule.check.steps.sites import Sites, Statement
from chainrule.check.steps.splice import words_at
from chainrule.check.steps.truths import everywhere
from chainrule.check.steps.words import Words
from chainrule.check.verdict import Verdict
from chainrule.program import Array, Value

UNKNOWN = "Wrong; the cause is unknown."


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A value with a name that was computed by hand: where, under which name, in each execution."""

    statement: Statement
    name: str
    places: tuple[int, ...]


@dataclass(eq=False)
class Verdicts:
    """The verdicts of one script; ``fixes`` are the texts of the corrections, an entry a correction."""

    finals: Finals
    sites: Sites
    search: Search | Forward | None
    fixes: Sequence[Sequence[Fix]] = ()

    @cached_property
    def words(self) -> Words:
        """What values are called."""
        return Words(self.finals.truths, self.sites)

    @cached_property
    def rows(self) -> list[Row]:
        """The hand-written values, in the order of the source."""
        evidence = self.finals.evidence
        at = evidence.tape.at
        goals = {g for final in self.finals.all for g in final.goals}
        behind = evidence.tape.upstream(goals)
        found: dict[tuple[str, int, str], list[int]] = {}
        statements: dict[tuple[str, int, str], Statement] = {}
        for execution in evidence.recording.executions():
            for text, item in execution.results:
                place = at.get(item) if isinstance(item, Value) else None
                if place is None or not self._is_told(place, behind):
                    continue
                line = execution.site.statement.lineno
                statement = self._statements.get(line)
                if statement is None or self._is_update(place):
                    continue
                key = (statement.file, line, text or "")
                statements[key] = statement
                found.setdefault(key, []).append(place)
        rows = [Row(statements[key], key[2], tuple(found[key])) for key in found]
        return sorted(rows, key=lambda row: row.statement.line)

    def _is_told(self, place: int, behind: set[int]) -> bool:
        evidence = self.finals.evidence
        return (
            place in behind
            and place in evidence.judged
            and (place in self._of_parameters or not evidence.updates)
            and place not in evidence.behind_loss
            and place >= evidence.tape.n_inputs
            and evidence.tape.values[place].dtype.kind == "f"
        )

    @cached_property
    def _of_parameters(self) -> set[int]:
        """What hangs on anything learnt: labels that are read or encoded are no gradients."""
        tape = self.finals.evidence.tape
        roots = [tape.at[value] for value in self.finals.evidence.parameters]
        return {*roots, *tape.downstream(roots)}

    def _is_update(self, place: int) -> bool:
        return any(place == final.after for final in self.finals.all)

    @cached_property
    def _statements(self) -> dict[int, Statement]:
        file = self.finals.evidence.recording.file
        return {one.line: one for one in self.sites.statements if one.file == file}

    def lines(self) -> list[LineReport]:
        """One report a line and name, in the order of the source."""
        wrong = list(self._wrong())
        lines = {(one.line, one.name): one for one in wrong}
        blamed = {one.line for one in wrong}
        for row in self.rows:
            key = (row.statement.line, row.name)
            if key not in lines and row.statement.line not in blamed:
                lines[key] = self._row(row)
        return sorted(lines.values(), key=lambda line: (line.line, line.column))

    # what is wrong

    def _wrong(self) -> Iterator[LineReport]:
        if self.search is None:
            return
        for correction, fixes in zip(self.search.corrections, self.fixes, strict=True):
            yield self._corrected(correction, fixes)
        if isinstance(self.search, Search) and self.search.wrong:
            yield from self._unexplained(self.search)

    def _corrected(self, correction: Correction, fixes: Sequence[Fix]) -> LineReport:
        """The report of a statement that a correction changes."""
        statement, first = correction.statement, fixes[0]
        sentences = [
            words_at(fix.words, edit.sentence)
            for edit, fix in zip(correction.edits, fixes, strict=True)
        ]
        place = self._shown_place(statement, correction)
        of = self._meant(place)
        world = self._shown_world(place)
        is_here = self.is_right_here(correction.healed)
        if isinstance(self.search, Search):
            beside = self.words.of_both(correction.edits[0], self.search.bends)
            sentences += [beside] * bool(beside)
        said = " ".join(dict.fromkeys(sentences))
        part = first.part if first.part is not None else correction.edits[0].site.node
        return self._line(
            statement,
            self._name(place),
            of,
            Verdict.RIGHT_HERE if is_here else Verdict.WRONG,
            cause=f"{self._only_here(place)} {said}" if is_here else said,
            kinds=tuple(edit.kind for edit in correction.edits),
            fix=first.statement,
            move=first.move,
            edits=first.edits,
            value=self.finals.evidence.worlds[world].numbers[place],
            true_value=None
            if self.search is None
            else self.search.bench.numbers[world][place],
            data=self.finals.evidence.worlds[world].kind,
            part=part,
        )

    def _unexplained(self, search: Search) -> Iterator[LineReport]:
        """Where the first wrong value stands, if no edit explains it."""
        statement, place, true = search.firsts.nearest()
        if statement is None:
            return
        world = self._shown_world(place)
        stays = self.words.of_no_step(search.wrong[0])
        yield self._line(
            statement,
            self._name(place),
            self._meant(place),
            Verdict.RIGHT_HERE if self.is_right_here(search.wrong) else Verdict.WRONG,
            cause=stays or UNKNOWN,
            kinds=("never updated",) if stays else (),
            value=search.bench.numbers[world][place],
            true_value=None if true is None else true[world],
            data=self.finals.evidence.worlds[world].kind,
            part=None,
        )

    def _shown_place(self, statement: Statement, correction: Correction) -> int:
        """The value of a statement that is shown: the last with a name, of the first execution that changes."""
        edited = correction.edits[0].site
        sites = [edited] if edited.is_argument else reversed(statement.sites)
        candidates = [
            place
            for site in sites
            for run in site.runs
            for place in given_by(self.sites, site, run)
            if place in self.finals.evidence.bound
        ] or [run.result for run in edited.runs]
        changed = [place for place in candidates if self._changes(place)]
        return (changed or candidates)[0]

    def _changes(self, place: int) -> bool:
        """Whether the corrections change a value in any world."""
        if self.search is None:
            return False
        for world, numbers in zip(
            self.finals.evidence.worlds, self.search.bench.numbers, strict=True
        ):
            before, after = world.numbers[place], numbers[place]
            if before is None or after is None:
                return (before is None) != (after is None)
            if before.shape != after.shape or not close(before, after):
                return True
        return False

    def _shown_world(self, place: int) -> int:
        """The script's own world, else the first in which the corrections change the value."""
        if self.search is None:
            return 0
        worlds = self.finals.evidence.worlds
        order = [i for i, w in enumerate(worlds) if "=" in w.kind] + list(
            range(len(worlds))
        )
        for i in (0, *order):
            before, after = (
                worlds[i].numbers[place],
                self.search.bench.numbers[i][place],
            )
            if before is None or after is None or before.shape != after.shape:
                return i
            if not close(before, after):
                return i
        return 0

    def is_right_here(self, finals: Sequence[Final]) -> bool:
        """Whether wrong finals are right in the script's own world."""
        own = [self.finals.evidence.worlds[0].numbers]
        return bool(finals) and all(self.finals.is_right(one, own) for one in finals)

    def _only_here(self, place: int) -> str:
        """Where a line that is right at these values is wrong."""
        evidence = self.finals.evidence
        kinds = {True: set[str](), False: set[str]()}
        for i, world in enumerate(evidence.worlds):
            before = world.numbers[place]
            after = None if self.search is None else self.search.bench.numbers[i][place]
            same = before is not None and after is not None and agree(before, after)
            kinds[same].add(world.kind)
        for kind in sorted(kinds[False]):
            name, _, label = kind.partition(" = ")
            value = next((v for v in evidence.tape.values if v.name == name), None)
            if label and value is not None:
                own = float(
                    np.ravel(evidence.worlds[0].numbers[evidence.tape.at[value]])[0]
                )
                if f"{own:g}" != label:
                    return f"Right for {name} = {own:g}, wrong for {name} = {label}."
        return "Right at these values, wrong at others."

    # what is not wrong

    def _row(self, row: Row) -> LineReport:
        place = next((p for p in row.places if self._changes(p)), row.places[0])
        if self._changes(place):
            verdict, note = Verdict.FOLLOWS, None
        else:
            verdict, note = self._unchanged(row)
        of = self._meant(place)
        true = self.finals.truths.of.get(of) if of is not None else None
        return self._line(
            row.statement,
            row.name,
            of,
            verdict,
            value=self.finals.evidence.worlds[0].numbers[place],
            true_value=None if true is None else true[0],
            note=note,
        )

    def _unchanged(self, row: Row) -> tuple[Verdict, str | None]:
        """A value that no correction changes: right, if only what is right or corrected hangs on it."""
        wrong = {g for final in self._left for g in final.goals}
        below = {row.places[-1], *self.finals.evidence.tape.downstream(row.places)}
        if not below.isdisjoint(wrong) and not self._is_true(row.places[-1]):
            return Verdict.CANNOT_TELL, None
        return Verdict.RIGHT, self._scale_note(row.places[-1])

    @cached_property
    def _left(self) -> list[Final]:
        return [] if self.search is None else self.search.wrong

    def _is_true(self, place: int) -> bool:
        return self.finals.truths.is_one(everywhere(self.finals.evidence, place))

    def _scale_note(self, place: int) -> str | None:
        """What to say of a line that is a gradient with another sign or factor, and meant so."""
        numbers = everywhere(self.finals.evidence, place)
        if self._is_true(place):
            # what is the gradient of z is minus that of -z
            signs = {one.factor > 0 for one in self.finals.truths.matches(numbers)}
            return "minus the gradient" if signs == {False} else None
        matches = list(self.finals.truths.matches(numbers, scaled=True))
        # of two values of which one is minus the other, the one whose gradient has this sign
        match = next((m for m in matches if m.factor > 0), next(iter(matches), None))
        if match is None:
            return None
        if abs(match.factor - self.finals.convention) <= RELATIVE * abs(match.factor):
            return f"the gradient of {match.factor:.4g} times the loss"
        return f"{match.factor:.4g} times the gradient, as what follows expects"

    def wrong_at(
        self,
        statement: Statement,
        cause: str,
        kinds: tuple[str, ...],
        part: ast.AST | None = None,
        **known: object,
    ) -> LineReport:
        """A statement that is wrong, but no gradient."""
        name = self._name(statement.last_results[-1])
        return self._line(
            statement,
            name,
            None,
            Verdict.WRONG,
            part=part,
            cause=cause,
            kinds=kinds,
            **known,
        )

    def cannot_tell(self, statement: Statement, note: str | None) -> LineReport:
        """A statement of which nothing is known."""
        name = self._name(statement.last_results[-1])
        return self._line(statement, name, None, Verdict.CANNOT_TELL, note=note)

    # words and places

    def _meant(self, place: int) -> Value | None:
        """Of what a value is, or should be, the gradient."""
        for final in self.finals.all:
            if place in final.cuts:
                return final.parameter
        evidence = self.finals.evidence
        if place in evidence.behind_loss:
            return None
        numbers: list[Array | None] = everywhere(evidence, place)
        if self.search is not None:
            numbers = [n[place] for n in self.search.bench.numbers]
        matches = list(self.finals.truths.matches(numbers, scaled=True))
        matches.sort(key=lambda m: (abs(abs(m.factor) - 1) > 1e-6, m.of.name is None))
        return matches[0].of if matches else None

    def _name(self, place: int) -> str:
        for execution in self.finals.evidence.recording.executions():
            for text, item in execution.results:
                if (
                    isinstance(item, Value)
                    and self.finals.evidence.tape.at.get(item) == place
                ):
                    return text or ""
        return self.finals.evidence.tape.values[place].name or ""

    def _line(
        self,
        statement: Statement,
        name: str,
        of: Value | None,
        verdict: Verdict,
        *,
        part: ast.AST | None = None,
        **known: object,
    ) -> LineReport:
        node = statement.node
        span = part if part is not None and hasattr(part, "lineno") else node
        source = self._source(statement)
        text = self.sites.trees.text(statement.file).splitlines()

        def column(line: int, offset: int) -> int:
            return len(text[line - 1].encode()[:offset].decode(errors="ignore"))

        line, end = statement.line, getattr(span, "end_lineno", statement.line)
        start = getattr(span, "col_offset", 0)
        inside = getattr(span, "lineno", line) == line
        return LineReport(
            line=line,
            column=column(line, start)
            if inside
            else column(line, getattr(node, "col_offset", 0)),
            end_line=getattr(node, "end_lineno", line) or line,
            end_column=column(end, getattr(span, "end_col_offset", 0)),
            source=source,
            name=name,
            gradient_of=self.words.described(of),
            verdict=verdict,
            **known,  # type: ignore[arg-type]
        )

    def _source(self, statement: Statement) -> str:
        node = statement.node
        last = statement.line if node is None else node.end_lineno or node.lineno
        if isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If):
            last = node.lineno
        lines = self.sites.trees.text(statement.file).splitlines()
        return "\n".join(lines[statement.line - 1 : last])
