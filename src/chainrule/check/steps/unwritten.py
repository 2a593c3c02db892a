"""What a loss may leave unsaid: the penalty that its steps go down on, that only its root is shown, that targets are held.

A person prints the error, and its root rather than the error, and goes down on the error and a penalty. Both are
hypotheses on the loss: they are held against the steps as the loss itself is, and taken where they explain more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from chainrule import ops
from chainrule.check.steps.appended import Appended
from chainrule.check.steps.passes import older, updates
from chainrule.check.steps.recording import RENAMING, Recording
from chainrule.check.steps.slots import CONSTANT, Update, addends, terms, upstream
from chainrule.check.steps.targets import moving_targets
from chainrule.check.steps.versions import Versions, is_read
from chainrule.check.steps.written import Written
from chainrule.program import Arg, Line, Program, Run, Value

ROOTS = (ops.sqrt, ops.log, ops.exp)
"""What is shown in the place of a loss, and rises with it."""
VIEWS = (*RENAMING, ops.getitem)
GUARDING = (ops.add, ops.subtract, ops.maximum, ops.clip)
TINY = 1e-4
"""A number up to this may be there only to keep a loss finite."""
SUMS = (ops.add, ops.subtract)
SCALING = (ops.multiply, ops.divide, ops.negative, ops.sign)
Step = tuple[Line, Value]
"""A line, with that of its arguments which leads further."""
SCALES = (1.0, 2.0, 0.5)
"""A square is penalised with the half that its gradient is taken with, or without; so may be that of the error."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A summand of a step that is made of a parameter alone: a number times its entries, or times their signs.

    It is the slope of ``share`` of itself times the entries: p that of ½p·p, and sign(p) that of p·sign(p).
    ``scales`` are the numbers it is multiplied by; ``way`` are the lines to it from the ``version`` that the loss
    reads, each with the argument that leads there.
    """

    summand: Value
    entries: Value
    share: float
    scales: tuple[Value, ...]
    version: Value
    way: tuple[Step, ...]

    def product(self, made: Appended) -> Value:
        """The summand times its entries, as the loss reads them: others may have been moved before they are."""
        summand = entries = self.version
        for line, before in self.way:
            args = [summand if arg is before else arg for arg in line.args]
            summand = made.add(line.op, *args, params=line.params)
            entries = summand if line.result is self.entries else entries
        return made.add(ops.multiply, summand, entries)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a loss may be meant as; of what ``is_shown`` as a root the scale is not known.

    ``held`` are taken as constants, ``kept_off`` without the small number that keeps them away from 0.
    """

    recording: Recording
    loss: Value
    is_shown: bool = False
    is_penalised: bool = False
    held: tuple[Value, ...] = ()
    kept_off: tuple[Value, ...] = ()


@dataclass(eq=False)
class Unwritten:
    """What the loss of a recording may leave unsaid; it may be a sum over ``n`` samples where their mean is meant."""

    recording: Recording
    versions: Versions
    loss: Value
    n: int = 1

    def readings(self) -> Iterator[Reading]:
        """What the loss may be meant as, but for what it is."""
        for elsewhere in (self.of_one_version(), self.moved_first(), self.ahead()):
            if elsewhere is not None:
                yield Reading(*elsewhere)
        kept_off = self._kept_off()
        without = self.computed_again(kept_off) if kept_off else None
        if without is not None:
            yield Reading(*without, kept_off=tuple(kept_off))
        for made in self.penalised():
            yield Reading(*made, is_penalised=True)
        inside = self.inside()
        if inside is not None:
            yield Reading(self.recording, inside, is_shown=True)
            whole = Unwritten(self.recording, self.versions, inside)
            for made in whole.penalised():
                yield Reading(*made, is_shown=True, is_penalised=True)
        for constant in (older, moving_targets):
            found = tuple(constant(self.versions, self.loss))
            held = self.computed_again({}, found) if found else None
            if held is not None:
                yield Reading(*held, held=found)

    def _kept_off(self) -> dict[Value, Value]:
        """What is only kept away from 0 in the loss, ``p + 1e-7``, with what it is without that."""
        found: dict[Value, Value] = {}
        behind = upstream(self.recording.producer, self.loss, self._read)
        for line in self.recording.program.lines:
            if line.op in GUARDING and line.result in behind:
                first, *rest = sorted(line.args, key=self._is_tiny)
                if isinstance(first, Value) and any(map(self._is_tiny, rest)):
                    found[line.result] = first
        return found

    def _is_tiny(self, arg: Arg) -> bool:
        if isinstance(arg, Value) and (arg.shape or self.versions.behind[arg]):
            return False
        number = self.recording.run.numbers[arg] if isinstance(arg, Value) else arg
        if not isinstance(number, float | np.ndarray | np.floating):
            return False
        return 0 < abs(float(np.ravel(number)[0])) <= TINY

    def of_one_version(self) -> tuple[Recording, Value] | None:
        """The loss at the weights that its error was computed with, where its penalty is that of the next ones."""
        behind = upstream(self.recording.producer, self.loss, self._read)
        met = [[one for one in c if one in behind] for c in self.versions.learnt]
        return self.computed_again({two[1]: two[0] for two in met if len(two) == 2})

    def moved_first(self) -> tuple[Recording, Value] | None:
        """The loss at the weights that the gradients are taken at, where it is shown before momentum has moved them."""
        moved: dict[Value, Value] = {}
        for chain in self.versions.learnt:
            at = self.versions.latest(chain, self.loss)
            if at is None or at + 2 >= len(chain):
                continue
            one, other, later = chain[at : at + 3]
            if is_read(self.recording, other, later) and self._moves_alone(one, other):
                moved[one] = other
        return self.computed_again(moved)

    def ahead(self) -> tuple[Recording, Value] | None:
        """The loss where momentum will bring the weights, if all that their steps read of them is that sum."""
        producer, numbers = self.recording.producer, self.recording.run.numbers
        moved: dict[Value, Value] = {}
        again: dict[Value, Line] = {}
        for update in self._updates:
            own = {update.after, *addends(update.after, producer, numbers)}
            step = upstream(producer, update.after, {update.before}) - own
            readers = self.recording.readers.get(update.before, ())
            found = [line for line in readers if line.result in step]
            if found and all(
                line.op in SUMS and line.args == found[0].args for line in found
            ):
                first, *more = [
                    one
                    for one in readers
                    if (one.op, one.args) == (found[0].op, found[0].args)
                ]
                moved[update.before] = first.result
                # what is computed for every sample anew is one place to be at
                again |= {
                    one.result: Line(one.result, ops.identity, (first.result,), {})
                    for one in more
                }
        run = self.recording.run
        lines = tuple(again.get(one.result, one) for one in run.program.lines)
        program = Program(run.program.inputs, lines, ())
        merged = replace(self.recording, run=Run(program, run.numbers))
        whole = replace(self, recording=merged)
        return whole.computed_again(moved)

    def _moves_alone(self, one: Value, other: Value) -> bool:
        """Whether what a version is moved on by is not computed from it."""
        step = upstream(self.recording.producer, other, {one})
        (line, *more) = [
            line for line in self.recording.readers.get(one, ()) if line.result in step
        ]
        return not more and line.op in (ops.add, ops.subtract)

    def computed_again(
        self, moved: dict[Value, Value], held: Sequence[Value] = ()
    ) -> tuple[Recording, Value] | None:
        """The loss computed once more, of other versions and of constants; None where it reads none."""
        producer, position = self.recording.producer, self.recording.position
        last = max((self.loss, *moved.values()), key=position.__getitem__)
        known = {*self._read, *moved, *held}
        behind = upstream(self.recording.producer, self.loss, known)
        made = Appended(self.recording, producer[last])
        moved = {**moved, **{one: made.add(CONSTANT, one) for one in held}}
        for one in sorted(behind, key=lambda one: position.get(one, -1)):
            line = producer.get(one)
            if (
                line is not None
                and one not in moved
                and not moved.keys().isdisjoint(line.args)
            ):
                args = [
                    moved.get(arg, arg) if isinstance(arg, Value) else arg
                    for arg in line.args
                ]
                moved[one] = made.add(line.op, *args, params=line.params)
        return made.done(moved[self.loss]) if self.loss in moved else None

    def inside(self) -> Value | None:
        """The error of which the loss is the root, as it was added up; None if it is no root."""
        line = self.recording.producer.get(self.loss)
        if line is None or line.op not in ROOTS or not isinstance(line.args[0], Value):
            return None
        producer = self.recording.producer
        whole, line = line.args[0], producer.get(line.args[0])
        while line is not None and line.op in (ops.divide, *RENAMING):
            first = line.args[0]
            if not isinstance(first, Value) or first.shape != whole.shape:
                break
            whole, line = first, producer.get(first)
        return whole

    def penalised(self) -> Iterator[tuple[Recording, Value]]:
        """The recording with the penalty that its steps take, where its loss has none."""
        pulls = list(self._pulls())
        if not pulls or self._has_penalty(pulls):
            return
        position = self.recording.position
        last = max((self.loss, *(p.summand for p in pulls)), key=position.__getitem__)
        for scale in dict.fromkeys((*SCALES, float(self.n))):
            made = Appended(self.recording, self.recording.producer[last])
            total = self.loss
            for pull in pulls:
                whole = made.add(ops.sum, pull.product(made))
                part = made.add(ops.multiply, scale * pull.share, whole)
                total = made.add(ops.add, total, part)
            yield made.done(total)

    def _has_penalty(self, pulls: Sequence[Pull]) -> bool:
        """Whether a summand of the loss is made of parameters alone, and of the numbers that scale the pulls."""
        producer, numbers = self.recording.producer, self.recording.run.numbers
        scales = {
            leaf for pull in pulls for one in pull.scales for leaf in self._leaves(one)
        }
        return any(
            self.versions.behind[term] & self.versions.moving
            and scales.issuperset(self._leaves(term))
            for term in terms(self.loss, producer, numbers)
            if term in producer
        )

    def _leaves(self, value: Value) -> set[Value]:
        """What a value is computed from, what is learnt left out."""
        return {
            one
            for one in upstream(self.recording.producer, value, self._read) - self._read
            if one not in self.recording.producer
            or not any(self.recording.producer[one].reads())
        }

    @cached_property
    def _read(self) -> frozenset[Value]:
        """The versions of what is learnt that the loss reads."""
        return frozenset(self.versions.read(self.loss))

    def _pulls(self) -> Iterator[Pull]:
        # what the prediction is added up of is no penalty
        met = upstream(self.recording.producer, self.loss, self._read)
        for line in self.recording.program.lines:
            if line.op not in SUMS or self._is_weighed(line.result):
                continue
            for arg in line.args if line.result in self.versions.feeding else ():
                pull = None if arg in met else self._pull(arg)
                if pull is not None:
                    met.add(pull.summand)
                    yield pull

    def _is_weighed(self, total: Value) -> bool:
        """Whether all that is made of a sum is its product with something that moves: its summands are none of a step."""
        ahead, seen, is_read = [total], {total}, False
        while ahead:
            one = ahead.pop()
            for line in self.recording.readers.get(one, ()):
                others = [read for read in line.reads() if read is not one]
                if line.op in SUMS:
                    ahead += {line.result} - seen
                    seen.add(line.result)
                elif line.op is ops.multiply and any(
                    self.versions.behind[o] for o in others
                ):
                    is_read = True
                else:
                    return False
        return is_read

    def _pull(self, summand: Arg) -> Pull | None:
        if not isinstance(summand, Value) or self._views(summand) is not None:
            return None
        entries = summand
        share, scales, way = 0.5, list[Value](), list[Step]()
        while (views := self._views(entries)) is None:
            line = self.recording.producer.get(entries)
            if line is None or line.op not in SCALING:
                return None
            moving = [arg for arg in line.args if self._moves(arg)]
            if moving != [line.args[0]] and (len(moving) > 1 or line.op is ops.divide):
                return None
            share = 1.0 if line.op is ops.sign else share
            scales += [one for one in line.reads() if one not in moving]
            if not moving or not isinstance(moving[0], Value):
                return None
            entries = moving[0]
            way.append((line, entries))
        version, looks = views
        path = (*looks, *way[::-1])
        return Pull(summand, entries, share, tuple(scales), version, path)

    def _moves(self, arg: Arg) -> bool:
        return isinstance(arg, Value) and (
            arg.shape != () or bool(self.versions.behind[arg])
        )

    def _views(self, value: Value) -> tuple[Value, tuple[Step, ...]] | None:
        """The parameter that the loss reads and that a value is entries of, and the views that lead there."""
        held: Value | None = value
        views: list[Step] = []
        while held is not None and held not in self._read:
            written = self._moved.get(held)
            if written is not None and not written.entries(value).any():
                return written.since, tuple(views[::-1])
            line = self.recording.producer.get(held)
            if line is None or line.op not in VIEWS:
                return None
            held = line.reads()[0] if line.reads() else None
            views += [(line, held)] if held is not None else []
        return None if held is None else (held, tuple(views[::-1]))

    @cached_property
    def _updates(self) -> list[Update]:
        """What is moved on from the versions that the loss reads."""
        return list(updates(self.recording, self.versions, self.loss))

    @cached_property
    def _moved(self) -> dict[Value, Written]:
        """The versions between those that the loss reads and those that the steps of its pass end with."""
        found: dict[Value, Written] = {}
        chains = self.versions.chains
        for update in self._updates:
            chain = next(one for one in chains if update.before in one)
            written = Written(self.recording, update.before)
            at, to = chain.index(update.before), chain.index(update.after)
            found.update(dict.fromkeys(chain[at + 1 : to], written))
        return found
