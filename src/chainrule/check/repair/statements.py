"""The statements that may be at fault for a claim: those between it and the right gradients before it."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chainrule import ops
from chainrule.check.claims import Claim, Claims
from chainrule.check.place import Place
from chainrule.check.spelled import words_at
from chainrule.check.study import Study
from chainrule.check.suspect import Suspect
from chainrule.check.verdict import Judged
from chainrule.program import Arg, SourceSpan, Value
from chainrule.trace.source import span_of
from chainrule.trace.statements.watch import Execution, within


@dataclass(eq=False)
class Statements:
    """The executions behind each claim, as suspects."""

    study: Study
    claims: Claims
    faults: Mapping[Claim, Judged]

    def suspects(self, fault: Judged) -> Iterator[Suspect]:
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
            if not all(place.is_as_recorded for place in places):
                continue
            words = words_at(places[0], self.gradients())
            claimed = (fault.claim.value,)
            free = fault.claim.free
            yield Suspect(places, words, claimed, fault.target, wanted, free)

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
            isinstance(item, Value)
            and item in self.study.producer
            and self.study.producer[item].op is ops.identity
            for _, item in execution.results
        )

    def _misnamed(self, claim: Claim) -> bool:
        """Whether a line is another gradient than its name says: ``da = dh``, or ``dh`` before the dropout's mask."""
        line = self.study.producer.get(claim.value)
        if line is None or claim.exact in claim.targets:
            return False
        return line.op is ops.identity or claim.said is not None

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

    def gradients(self) -> dict[Value, Arg]:
        """Hand-written values that are gradients, by what they are gradients of."""
        found: dict[Value, Arg] = {}
        for claim in self.claims.all:
            if claim.exact is None or claim in self.faults:
                continue
            if claim.execution.site.augmented is None or claim.exact not in found:
                # a sum that has met one summand so far is that summand, by its numbers alone
                found[claim.exact] = claim.value
        return found


def covers(statement: ast.stmt, at: SourceSpan) -> bool:
    """Whether a place lies in a statement."""
    end = statement.end_lineno or statement.lineno
    return statement.lineno <= at.line <= end


def within_expression(execution: Execution, at: SourceSpan) -> bool:
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
