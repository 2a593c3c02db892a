"""What is handed to functions: the arguments of calls, as places at which another value could have been handed over.

A function reads what it is given and computes nothing of it by being called. So an argument is no line of a
recording: it is the lines, in the call and in what is called from there, that read it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any

from chainrule.check.steps.bends import Bends
from chainrule.check.steps.edits.record import Edit, Edits, Operand
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.look import MOST_RUNS
from chainrule.check.steps.recorder import Spot
from chainrule.check.steps.sites import Key, Ran, Site, Sites, Statement
from chainrule.check.steps.splice import Pieces
from chainrule.check.steps.texts import Texts
from chainrule.check.trees import with_pieces
from chainrule.program import Arg, Value

Thing = tuple[type, tuple[Value, ...]]
"""What may be handed over: of which class it is, and the arrays in it."""
ARGUMENT = "wrong argument"
ADDED = "missing term"
SAID = "The wrong argument: {was} where {meant} belongs."
SAID_ADDED = "The term {added} is missing in what is handed over."
SAID_TWICE = "{was} is already {bend} of {meant}, which belongs here."
TURNED = "The arguments {one} and {other} belong the other way round."


@dataclass(eq=False)
class Arguments:
    """The arguments of the calls of one script's own functions."""

    evidence: Evidence
    sites: Sites
    texts: Texts
    bends: Bends
    _things: dict[tuple[int, int], dict[str, Thing]] = field(default_factory=dict)

    def of(self, suspects: Sequence[Statement]) -> Iterator[Site]:
        """The arguments of calls that statements were computed in, or from, in the order of the calls."""
        spots, tape = self.evidence.recording.spots, self.evidence.tape
        near = {place for statement in suspects for place in statement.last_results}
        near |= {read for place in near for read in tape.reads[place]}
        frames = {s.frame for p in near for s in spots.get(tape.values[p], ())}
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
        receiver = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        options = (keyword.value for keyword in node.keywords)
        for arg in (*receiver, *node.args, *options):
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
        known = self.things(call, statement).get(ast.unparse(arg))
        held = known[1] if known else self._computed(call, arg, statement)
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

    def things(self, call: Ran, statement: Statement) -> dict[str, Thing]:
        """Every text that stood for an array, or for something with arrays in it, when a call began: with these."""
        start = self.evidence.moment(call.lines[0])
        key = (call.frame, start)
        if key not in self._things:
            inside = self.texts.containers(call.frame, start)
            visible = self.texts.visible(call, statement).items()
            self._things[key] = {
                **{
                    t: (type(c), tuple(self.texts.arrays_in(c, start)))
                    for t, c in inside
                },
                **self.texts.objects(call.frame, start),
                **{text: (Value, (v,)) for text, v in visible if isinstance(v, Value)},
            }
        return self._things[key]

    def others(self, sites: Sequence[Site]) -> Edits:
        """Another thing was meant to be handed over: none that is handed over beside it, and could be read there."""
        for site in sites:
            beside = [
                s.runs[0].args for s in sites if s.key == site.key and s is not site
            ]
            for text, operands in self._alike(site):
                if tuple(one.items[0] for one in operands) not in beside:
                    words = {"was": _text(site), "meant": text}
                    yield Edit(site, ARGUMENT, SAID, _themselves, operands, words)

    def before_bends(self, sites: Sequence[Site]) -> Edits:
        """What an activation was taken of was meant to be handed over, as the source computes it, and not the activation."""
        for site in sites:
            values = [
                one for run in site.runs for one in run.args if isinstance(one, Value)
            ]
            bends = [self.bends.out_of(one) for one in values]
            known = [one for one in bends if one is not None and one.op.elementwise]
            texts = {
                self._computed_as(one.x, run)
                for one, run in zip(known, site.runs, strict=False)
            }
            if len(known) == len(site.runs) == len(values) and len(texts) == 1:
                text = texts.pop()
                words = {
                    "was": _text(site),
                    "bend": known[0].op.name,
                    "meant": text or "",
                }
                operand = Operand(tuple(one.x for one in known), None, text or "")
                if text:
                    yield Edit(
                        site, ARGUMENT, SAID_TWICE, _themselves, (operand,), words
                    )

    def _computed_as(self, value: Value, run: Ran) -> str | None:
        """The expression that computes a value in the frame of a call; None if it is computed elsewhere."""
        recording = self.evidence.recording
        spots, place = recording.spots.get(value, ()), recording.place(value)
        if not spots or spots[0].frame != run.frame or not isinstance(place, tuple):
            return None
        node = self.sites.trees.node(*place)
        return None if node is None else ast.unparse(node)

    def more(self, sites: Sequence[Site]) -> Edits:
        """Something more was meant to be handed over."""
        for site in sites:
            if all(len(run.args) == 1 for run in site.runs):
                node = _text(site)
                mine = Operand(tuple(run.args[0] for run in site.runs), None, node)
                for text, operands in self._alike(site):
                    words = {"meant": f"{node} + {text}", "added": text}
                    both = (mine, *operands)
                    yield Edit(site, ADDED, SAID_ADDED, _sum, both, words)

    def swapped(self, sites: Sequence[Site]) -> Edits:
        """Two arguments of one call that belong the other way round."""
        for one, other in combinations(sites, 2):
            call = self.sites.trees.node(*one.key)
            if one.key != other.key or one.node is None or other.node is None:
                continue
            nodes: Pieces = {one.node: other.node, other.node: one.node}
            first, second = ast.unparse(one.node), ast.unparse(other.node)
            known = dict(self._alike(one)), dict(self._alike(other))
            if call is not None and second in known[0] and first in known[1]:
                runs = [
                    Ran(
                        tuple(sorted({*run.lines, *more.lines})),
                        run.args + more.args,
                        run.result,
                        run.frame,
                    )
                    for run, more in zip(one.runs, other.runs, strict=True)
                ]
                meant = ast.unparse(with_pieces(call, nodes))
                words = {"meant": meant, "one": first, "other": second}
                operands = known[0][second] + known[1][first]
                both = replace(one, node=call, runs=runs)
                yield Edit(both, ARGUMENT, TURNED, _themselves, operands, words)

    def _alike(self, site: Site) -> Iterator[tuple[str, tuple[Operand, ...]]]:
        """What else could have been handed over: things of one kind, with arrays of the same shapes, in every execution."""
        runs = site.runs
        every = [self.things(run, site.statement) for run in runs]
        kind = every[0].get(_text(site), (Value, ()))[0]
        for text in every[0]:
            things = [one.get(text, (None, ())) for one in every]
            pairs = [
                (arrays, run.args)
                for (_, arrays), run in zip(things, runs, strict=True)
            ]
            alike = all(_shapes(arrays) == _shapes(args) for arrays, args in pairs)
            is_other = any(arrays != args for arrays, args in pairs)
            if alike and is_other and all(one is kind for one, _ in things):
                items = zip(*(arrays for _, arrays in things), strict=True)
                yield text, tuple(Operand(held, None, text) for held in items)


def _text(site: Site) -> str:
    return "" if site.node is None else ast.unparse(site.node)


def _shapes(items: Sequence[Arg]) -> list[object]:
    return [getattr(one, "shape", None) for one in items]


def _themselves(*given: Any) -> Any:
    return given


def _sum(one: Any, other: Any) -> Any:
    return (one + other,)


def given_by(sites: Sites, site: Site, run: Ran) -> list[int]:
    """What an expression gives; where one is an argument, what the statement around binds."""
    execution = sites.execution(run, site.statement)
    if not site.is_argument or execution is None:
        return [run.result]
    at = sites.evidence.tape.at
    items = [item for _, item in execution.results if isinstance(item, Value)]
    return [at[item] for item in items if item in at]
