"""A program with loops as a lesson tells it: one turn of every loop, in symbols that hold for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive import Contribution, Derived, GradientStep
from chainrule.derive.derived import Arrival, Backwards
from chainrule.derive.through_loops import HANDED_BACK, STARTS
from chainrule.lesson.analysis.moments import Ahead, Moments, When
from chainrule.lesson.analysis.told import (
    Repeated,
    Told,
    View,
    computed,
    pulled_back,
    require_true,
)
from chainrule.lesson.analysis.turn_names import TurnNames
from chainrule.lesson.analysis.turn_writing import Untold, Writing, items_of, moved
from chainrule.lesson.notation.turns import (
    LAST,
    OVER_TURNS,
    SIDE_BY_SIDE,
    Moving,
    in_turn,
)
from chainrule.program import Array, Carried, Item, Line, Loop, Program, Run, Value
from chainrule.program.rewritten import mapped
from chainrule.program.values import Counter


def told(derived: Derived) -> Told:
    """``derived`` as a lesson tells it; without loops it is told as it is."""
    if derived.run.program.flat and derived.forward.program.flat:
        return Told(
            derived.forward,
            derived.run,
            derived.loss,
            derived.wrt,
            derived.gradients,
            derived.steps,
            views=(View(derived.run),),
        )
    made = _OneTurn(derived).told()
    # a single number that stands in the source is told as that number
    literal = {one for one in made.forward.program.inputs if not one.shape}
    known = {*made.run.program.producer(), *made.gradients.values(), *literal}
    for line in made.run.program.lines:
        if any(one.name is None and one not in known for one in line.reads()):
            raise Untold
    for view in made.views:
        require_true(view, made.forward.program)
    return made


def told_forward(written: Run) -> Run:
    """A forward pass as it is told, with the numbers of the last turn."""
    if written.program.flat:
        return written
    moments = Moments(written.program, written.numbers)
    writing = Writing(TurnNames(written.program.items), moments)
    items = list(writing.forward(written.program.items))
    program = Program(
        (*map(writing.at, written.program.inputs), *writing.found_before()),
        tuple(items),
        tuple(map(writing.at, written.program.outputs)),
        written.program.name,
    )
    return Run(program, writing.numbers(moments.late))


class _OneTurn:
    """A derivation with loops, being told."""

    def __init__(self, derived: Derived) -> None:
        self.derived = derived
        whole = derived.whole()
        forward = derived.forward.program.items
        self.backward = whole.program.items[len(forward) :]
        # what a turn makes for nobody, not for a gradient either, is not told
        self.forward = tuple(items_of(forward, {*whole.program.values()}))
        self.names = TurnNames(self.forward)
        self.sums = TurnNames(self.backward, self.names.letters)
        moments = Moments(whole.program, whole.numbers, forward)
        self.moments = moments
        self.writing = writing = Writing(self.names, moments)
        writing.producer = {
            **whole.program.producer(),
            **derived.forward.program.producer(),
        }
        self.pairs = {one.loop.counter: one for one in derived.loops}
        writing.recalled = {
            again: value
            for one in derived.loops
            for again, value in one.recalled.items()
        }
        seed = derived.gradients[derived.loss]
        for value, gradient in derived.gradients.items():
            named = self.names.name(value, {}) is not None
            if named and gradient is not seed and self.names.found(value) is None:
                writing.gradient_of.setdefault(gradient, value)
        for one in derived.loops:
            for gradient in one.carried.values():
                carried = next(
                    (c for c in one.back.carried if c.inside is gradient), None
                )
                if carried is not None and isinstance(carried.next, Value):
                    writing.handed[gradient] = (one.back, carried)
        self.steps: dict[Value, GradientStep] = {
            one.value: one for one in derived.steps
        }
        self.found: dict[Value, GradientStep] = {}

    def told(self) -> Told:
        """The derivation of one turn."""
        forward = list(self.writing.forward(self.forward))
        back = list(self._back(self.backward))
        writing, derived, at = self.writing, self.derived, self.writing.at
        for step in derived.steps:
            self._step(step)
        gradients = {
            at(value): at(gradient)
            for value, gradient in derived.gradients.items()
            if self.names.found(value) is None
            and value not in self.names.summed | self.names.inner_sums
        }
        for (value, ahead), made in list(writing.made.items()):
            of = writing.gradient_of.get(value)
            if ahead and of is not None:
                gradients[at(of, ahead)] = made
        inputs = tuple(map(at, derived.forward.program.inputs))
        program = Program(
            inputs, tuple(forward), (at(derived.loss),), derived.forward.program.name
        )
        lines = {line.result: line for line in (*forward, *back)}
        shadows = [line for made, line in writing.lines.items() if made not in lines]
        outputs = (at(derived.loss), *(gradients[at(value)] for value in derived.wrt))
        whole = Program(inputs, (*lines.values(), *shadows), outputs, program.name)
        late, early = (
            self._with_folded(self._with_shares(when, back, turns), gradients)
            for when, turns in (
                (self.moments.late, self.moments.late_turns),
                (self.moments.early, self.moments.early_turns),
            )
        )
        heads = [line for line in shadows if line.op is ops.identity]
        ending = Program(inputs, (*lines.values(), *heads), outputs, program.name)
        last = self._view(ending, late, self.moments.late_turns)
        views = [replace(last, instead=dict(self._instead()))]
        if self.moments.consistent:
            views.append(self._view(whole, early, self.moments.early_turns))
        known = set(program.values())
        also = [
            made for made in writing.made.values() if made.name and made not in known
        ]
        return Told(
            Run(program, late),
            Run(whole, late),
            at(derived.loss),
            tuple(map(at, derived.wrt)),
            gradients,
            tuple(self.found.values()),
            also=tuple(also),
            repeated=tuple(self._repeated()),
            views=tuple(views),
        )

    def _instead(self) -> Iterator[tuple[Value, Value | None]]:
        for loop, one in self.writing.handed.values():
            if not isinstance(one.next, Value):
                continue
            after = self.writing.made.get((one.next, ((loop.counter, 1),)))
            if after is not None:
                start = self.writing.arg(one.start)
                yield after, start if isinstance(start, Value) else None

    def _repeated(self) -> Iterator[Repeated]:
        for loop in self.names.loops:
            letter = self.names.letters[loop.counter]
            hands_on: list[tuple[str, Value | float | None]] = []
            for one in loop.carried:
                if (
                    self.names.summand(loop, one) is None
                    and one.inside in self.names.of
                ):
                    turns = {loop.counter: loop.order()[0]} if loop.turns else {}
                    first = self.names.concrete(one.inside, turns) if turns else ""
                    start = self.writing.arg(one.start)
                    told = isinstance(start, Value | float | int)
                    hands_on.append((first, start if told else None))
            depth = (
                len(self.moments.around(loop.carried[0].inside)) if loop.carried else 1
            )
            yield Repeated(letter, loop.order(), depth, tuple(hands_on))

    def _with_shares(
        self, when: When, back: Iterable[Line], turns: Mapping[Counter, int]
    ) -> dict[Value, Array]:
        """The numbers at one moment; an array that turns add entries to has those that this turn adds."""
        numbers = self.writing.numbers(when)
        added = set(map(self.writing.at, self.sums.scattered))
        for line in back:
            if line.result in added:
                here = mapped(line, partial(_in_turn, turns=turns))
                if isinstance(here, Line):
                    numbers[line.result] = computed(here, numbers)
        return numbers

    def _with_folded(
        self, numbers: dict[Value, Array], gradients: Mapping[Value, Value]
    ) -> dict[Value, Array]:
        """The numbers, and those of gradients that were folded away: by the rules, from the loss back."""
        loss = self.writing.at(self.derived.loss)
        numbers.setdefault(gradients[loss], np.ones(loss.shape, loss.dtype))
        for step in self.found.values():
            if step.gradient not in numbers and step.contributions:
                parts = [
                    pulled_back(one, numbers, gradients) for one in step.contributions
                ]
                known = [part for part in parts if part is not None]
                if len(known) == len(parts):
                    numbers[step.gradient] = np.sum(known, axis=0)
        return numbers

    def _view(
        self,
        program: Program,
        numbers: Mapping[Value, Array],
        turns: Mapping[Counter, int],
    ) -> View:
        at = {self.names.letters[one]: turn for one, turn in turns.items()}
        label = ", ".join(f"{letter} = {turn}" for letter, turn in at.items())
        lines = [mapped(line, partial(_in_turn, turns=turns)) for line in program.lines]
        for place, line in enumerate(program.lines):
            if line.op is LAST:
                named = in_turn(line.params["named"], at)
                lines[place] = replace(line, params={**line.params, "named": named})
        told = Program(program.inputs, tuple(lines), program.outputs, program.name)
        return View(Run(told, numbers), label, at)

    def _back(self, items: Iterable[Item]) -> Iterator[Line]:
        writing, sums = self.writing, self.sums
        for item in items:
            match item:
                case Line() if item.result in sums.scattered:
                    params = {"shape": item.result.shape, "index": item.params["index"]}
                    put = replace(
                        item, op=ops.scatter_add, args=item.args[1:], params=params
                    )
                    yield writing.line(put)
                case Line():
                    if (
                        item.result not in sums.summed
                        and item.result not in writing.recalled
                    ):
                        yield writing.line(item)
                case Loop():
                    yield from self._back(item.items)
                    for one in item.carried:
                        if one.end is not None and one.end not in sums.inner_sums:
                            yield writing.end(sums, item, one, one.end)
                    for stacked in item.stacks:
                        where = {"turns": (self.names.letters[item.counter],)}
                        args = (writing.arg(stacked.inside),)
                        yield Line(writing.at(stacked.out), SIDE_BY_SIDE, args, where)

    # steps

    def _step(self, step: GradientStep, ahead: Ahead = ()) -> None:
        """The step of a value that is told, and of what a turn further on does with it."""
        value = step.value
        if self.names.found(value) is not None or value in self.names.summed:
            return
        made = self.writing.at(value, ahead)
        if made in self.found:
            return
        # an array that turns read in several ways arrives by each: a use of it is told once
        uses = self._contributions(step, ahead)
        contributions = {(x.line.result, x.position, x.gradient): x for x in uses}
        gradient = self.writing.at(step.gradient, ahead)
        self.found[made] = GradientStep(made, gradient, (*contributions.values(),), ())

    def _contributions(
        self, step: GradientStep, ahead: Ahead
    ) -> Iterator[Contribution]:
        for one in step.contributions:
            yield self._contribution(one, ahead)
        for arrival in step.arrivals:
            yield from self._arrived(step, arrival, ahead)

    def _arrived(
        self, step: GradientStep, arrival: Arrival, ahead: Ahead
    ) -> Iterator[Contribution]:
        before = self._before_a_sum(step.value, arrival)
        pair = self.pairs.get(arrival.loop.counter)
        if before is not None:
            yield before
        elif pair is None:
            raise Untold
        elif arrival.why == HANDED_BACK:
            after = moved(ahead, pair.loop.counter, 1)
            handed = (one for one in pair.loop.carried if one.next is step.value)
            yield from self._found_by(handed, after)
        elif arrival.why == STARTS:
            started = (one for one in pair.loop.carried if one.start is step.value)
            yield from self._found_by(started, ahead)
        elif step.value in pair.sums:
            for share in pair.sums[step.value]:
                if isinstance(share, Contribution):
                    yield self._contribution(share, ahead)
                else:
                    yield from self._arrived(step, share, ahead)
        else:
            yield from self._from_stack(step.value, arrival, pair)

    def _found_by(
        self, carried: Iterable[Carried], ahead: Ahead
    ) -> Iterator[Contribution]:
        """How a value is used by the turns that find it."""
        steps = [self.steps[one.inside] for one in carried if one.inside in self.steps]
        for step in steps:
            yield from self._contributions(step, ahead)
        if not steps:  # it passes through the turns, and none has a step for it
            raise Untold

    def _before_a_sum(self, value: Value, arrival: Arrival) -> Contribution | None:
        """How what a sum over the turns starts from enters it."""
        for one in arrival.loop.carried:
            found = self.names.summand(arrival.loop, one)
            if one.start is value and arrival.why == STARTS and found and one.end:
                line = self.writing.end(self.names, arrival.loop, one, one.end)
                rule = OVER_TURNS.rule(0)
                gradient = self.writing.at(arrival.gradient)
                if rule is not None:
                    return Contribution(line, 0, rule, arrival.why, gradient)
        return None

    def _from_stack(
        self, value: Value, arrival: Arrival, pair: Backwards
    ) -> Iterator[Contribution]:
        outs = [one.out for one in pair.loop.stacks if one.inside is value]
        outs += [
            one.kept for one in pair.loop.carried if one.next is value and one.kept
        ]
        # what is kept for the way back alone sends nothing back
        for out in (one for one in outs if one in self.derived.gradients):
            args = (self.writing.at(value),)
            where = {"turns": (self.names.letters[pair.loop.counter],)}
            line = Line(self.writing.at(out), SIDE_BY_SIDE, args, where)
            rule = SIDE_BY_SIDE.rule(0)
            if rule is not None:
                gradient = self.writing.at(arrival.gradient)
                yield Contribution(line, 0, rule, arrival.why, gradient)

    def _contribution(self, one: Contribution, ahead: Ahead) -> Contribution:
        writing = self.writing
        if one.line.result in self.names.summed:
            # a turn's share of a sum: the loss itself, or a total
            end = self._total(one.line.result)
            share = one.line.args[one.position]
            *before, _ = end.args
            line = replace(end, args=(*before, writing.arg(share, ahead)))
            rule = OVER_TURNS.rule(0)
            gradient = writing.at(one.gradient, ahead)
            return replace(
                one,
                line=line,
                position=len(before),
                rule=rule or one.rule,
                gradient=gradient,
            )
        line = writing.line(one.line, ahead)
        if line.result.name is None and one.line.result in self.steps:
            self._step(self.steps[one.line.result], ahead)
        return replace(one, line=line, gradient=writing.at(one.gradient, ahead))

    def _total(self, added: Value) -> Line:
        """What a sum has come to after all turns: the end of the outermost loop that adds to it."""
        loop, one, end = next(
            (loop, one, one.end)
            for loop in self.names.loops
            for one in loop.carried
            if one.next is added and one.end is not None
        )
        if end in self.names.inner_sums:
            return self._total(end)
        return self.writing.end(self.names, loop, one, end)


def _in_turn(one: Any, turns: Mapping[Counter, int]) -> Any:
    return one.at(turns) if isinstance(one, Moving) else one
