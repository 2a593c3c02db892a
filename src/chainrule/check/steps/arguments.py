"""What is handed to functions: the arguments of calls, as places at which another value could have been handed over.

A function reads what it is given and computes nothing of it by being called. So an argument is no line of a
recording: it is the lines, in the call and in what is called from there, that read it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from chainrule.check.steps.edits.record import Edit, Edits, Operand
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.look import MOST_RUNS
from chainrule.check.steps.recording import Spot
from chainrule.check.steps.sites import Key, Ran, Site, Sites, Statement
from chainrule.check.steps.texts import Texts
from chainrule.program import Arg, Value

ARGUMENT = "wrong argument"
SAID = "The wrong argument: {was} where {meant} belongs."


@dataclass(eq=False)
class Arguments:
    """The arguments of the calls of one script's own functions."""

    evidence: Evidence
    sites: Sites
    texts: Texts
    _things: dict[tuple[int, int], dict[str, tuple[Value, ...]]] = field(
        default_factory=dict
    )

    def of(self, suspects: Sequence[Statement]) -> Iterator[Site]:
        """The arguments with which statements were reached, in the order of the calls."""
        spots, values = self.evidence.recording.spots, self.evidence.tape.values
        frames = {
            spot.frame
            for statement in suspects
            for place in statement.last_results
            for spot in spots.get(values[place], ())
        }
        for call, entered in self._calls.items():
            if not frames.isdisjoint(entered):
                yield from self._arguments(call, entered)

    @cached_property
    def _calls(self) -> dict[Key, dict[int, Spot]]:
        """For each call that something was computed in by hand: the frames that it opened, and where the caller stood."""
        found: dict[Key, dict[int, Spot]] = {}
        tape, evidence = self.evidence.tape, self.evidence
        for place in range(tape.n_inputs, evidence.n_recorded):
            if place in evidence.behind_loss:
                continue
            spots = evidence.recording.spots.get(tape.values[place], ())
            for inner, outer in pairwise(spots):
                calls = found.setdefault((outer.file, outer.span), {})
                calls.setdefault(inner.frame, outer)
        return found

    @cached_property
    def _inside(self) -> dict[int, list[int]]:
        """The lines that were computed in each frame, or in what was called from there."""
        found: dict[int, list[int]] = {}
        tape = self.evidence.tape
        for place in range(tape.n_inputs, self.evidence.n_recorded):
            for spot in self.evidence.recording.spots.get(tape.values[place], ()):
                found.setdefault(spot.frame, []).append(place)
        return found

    def _arguments(self, call: Key, entered: dict[int, Spot]) -> Iterator[Site]:
        node = self.sites.trees.node(*call)
        if not isinstance(node, ast.Call) or len(entered) > MOST_RUNS:
            return
        statement = self._statement(call, next(iter(entered.values())))
        for arg in (*node.args, *(keyword.value for keyword in node.keywords)):
            runs = [
                self._run(frame, spot, arg, statement)
                for frame, spot in entered.items()
            ]
            known = [one for one in runs if one is not None]
            if len(known) == len(runs):
                yield Site(call, arg, statement, None, {}, known, is_argument=True)

    def _statement(self, call: Key, spot: Spot) -> Statement:
        file, span = call
        node = self.sites.trees.statement(file, span)
        line = span[0] if node is None else node.lineno
        known = (s for s in self.sites.statements if (s.file, s.line) == (file, line))
        return next(known, None) or Statement(file, line, node, spot.function)

    def _run(
        self, frame: int, spot: Spot, arg: ast.expr, statement: Statement
    ) -> Ran | None:
        """One handing over of an argument; None where it is no array, or nothing by hand is made of it."""
        tape, inside = self.evidence.tape, self._inside[frame]
        call = Ran(tuple(inside), (), inside[-1], spot.frame)
        held = self.things(call, statement).get(ast.unparse(arg), ())
        if not held:
            held = self._computed(call, arg, statement)
        places = {tape.at[value] for value in held if value in tape.at}
        readers = tuple(p for p in inside if not places.isdisjoint(tape.reads[p]))
        if not readers or len(places) < len(set(held)):
            return None
        return Ran(readers, held, call.result, spot.frame)

    def _computed(
        self, call: Ran, arg: ast.expr, statement: Statement
    ) -> tuple[Value, ...]:
        """What an argument is that is computed where it is handed over."""
        places = [
            run.result
            for site in statement.sites
            if site.node is arg
            for run in site.runs
            if run.frame == call.frame and run.result < call.lines[0]
        ]
        return tuple(self.evidence.tape.values[place] for place in places[-1:])

    def things(self, call: Ran, statement: Statement) -> dict[str, tuple[Value, ...]]:
        """Every text that stood for an array, or for lists, tuples or dicts of arrays, when a call began: with these."""
        counters = self.texts.counters(call)
        start = self.evidence.moment(call.lines[0])
        key = (call.frame, start)
        if key not in self._things:
            found = {
                text: tuple(self.texts.arrays_in(held, start))
                for text, held in self.texts.containers(call.frame, start, counters)
            }
            visible = self.texts.visible(call, statement).items()
            arrays = {text: (v,) for text, v in visible if isinstance(v, Value)}
            self._things[key] = found | arrays
        return self._things[key]

    def others(self, site: Site) -> Edits:
        """Another thing was meant to be handed over."""
        runs = site.runs
        every = [self.things(run, site.statement) for run in runs]
        node = ast.unparse(site.node) if site.node is not None else ""
        for text in every[0]:
            held = [one.get(text, ()) for one in every]
            alike = all(
                _are_alike(h, run.args) for h, run in zip(held, runs, strict=True)
            )
            if alike and any(h != run.args for h, run in zip(held, runs, strict=True)):
                operands = (
                    Operand(items, None, text) for items in zip(*held, strict=True)
                )
                words = {"was": node, "meant": text}
                yield Edit(site, ARGUMENT, SAID, _themselves, tuple(operands), words)


def given_by(sites: Sites, site: Site, run: Ran) -> list[int]:
    """What an expression gives; where one is an argument, what the statement around binds."""
    execution = sites.execution(run, site.statement)
    if not site.is_argument or execution is None:
        return [run.result]
    at = sites.evidence.tape.at
    items = [item for _, item in execution.results if isinstance(item, Value)]
    return [at[item] for item in items if item in at]


def _are_alike(held: Sequence[Arg], given: Sequence[Arg]) -> bool:
    """Whether things are made of as many arrays, of the same shapes."""
    shapes = [[getattr(one, "shape", None) for one in both] for both in (held, given)]
    return shapes[0] == shapes[1]


def _themselves(*given: Any) -> Any:
    return given
