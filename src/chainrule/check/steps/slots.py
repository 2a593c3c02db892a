"""Which values move, and which single number they go down on: updates and the loss, read from what slots held.

A slot is a place that holds a value: a name, an attribute of an owner, an item of a list or dict, an array that
is written in place. A version P *moves on* to A where both were held by one slot and P is an addend of A: nothing
else is called an update, whatever it is called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule import ops
from chainrule.check.steps.recording import RENAMING, Recording
from chainrule.ops import shapes
from chainrule.program import Arg, Line, Op, Value

NOWHERE = ("", 0, None)
KEPT = (0.9, 1.0)
"""A weight that is scaled by a number in here, as decay does, is still an addend of its next version."""
MOST_STEPS = 400
PASSES_ON = (ops.identity, ops.astype, ops.clip, ops.setitem, ops.reshape)
"""What hands the entries of its first argument on."""
CONSTANT = Op(lambda x: x, shapes.broadcast, (None,), name="constant")
"""What has the numbers of its argument, and hands no gradient on."""
LENGTHS = (ops.zeros_like, ops.ones_like, CONSTANT)
"""What does not move with its argument, of which it reads the shape."""


@dataclass(frozen=True, slots=True)
class Update:
    """A parameter's version that the loss reads, and the one that takes its place.

    ``total`` is the sum that the loss reads instead, where its gradient is taken ahead of the parameter.
    """

    before: Value
    after: Value
    name: str
    total: Value | None = None

    @property
    def read(self) -> Value:
        """What the loss reads, and what the gradient is of."""
        return self.total or self.before


@dataclass(frozen=True, slots=True)
class Training:
    """What a script does in the pass asked for: the loss, and what it updates.

    ``parameters`` are the versions that the loss reads; ``implied`` is the form of a loss that is written nowhere.
    ``goes_on`` says that later passes are added to it, or that its root is shown: then what it is divided by is for
    show. ``is_penalised`` says that the steps' penalty was added to it, ``is_summed`` that it is added up over what
    one step is taken for; ``held`` is what it holds constant, ``kept_off`` what it keeps away from 0; ``computed`` is the loss as it stands.
    """

    loss: Value
    loss_name: str
    updates: tuple[Update, ...]
    parameters: tuple[Value, ...]
    implied: str | None = None
    goes_on: bool = False
    is_penalised: bool = False
    is_summed: bool = False
    held: tuple[Value, ...] = ()
    kept_off: tuple[Value, ...] = ()
    computed: Value | None = None


def addends(
    value: Value,
    producer: Mapping[Value, Line],
    run: Mapping[Value, object],
    until: Value | None = None,
) -> Iterator[Value]:
    """Everything that stands in ``value`` as a summand, nearest first; of ``until`` no further."""
    ahead, seen = [value], {value}
    for _ in range(MOST_STEPS):
        if not ahead:
            return
        one = ahead.pop(0)
        line = None if one is until else producer.get(one)
        if line is None:
            continue
        for one in (*_summands(line, run), *_by_entries(line, producer, run)):
            if one not in seen:
                seen.add(one)
                ahead.append(one)
                yield one


def _by_entries(
    line: Line, producer: Mapping[Value, Line], run: Mapping[Value, object]
) -> Iterator[Value]:
    """What an array is a successor of that is filled entry by entry: ``new[j] = W[j] - step``."""
    if line.op is not ops.setitem or not isinstance(line.args[1], Value):
        return
    for one in (line.args[1], *addends(line.args[1], producer, run)):
        read = producer.get(one)
        if read is None or read.op is not ops.getitem:
            continue
        whole, same = read.args[0], read.params["index"] == line.params["index"]
        if same and isinstance(whole, Value) and whole.shape == line.result.shape:
            yield whole


def terms(
    loss: Value, producer: Mapping[Value, Line], run: Mapping[Value, object]
) -> set[Value]:
    """What a loss is added up of, with a plain 0 that the sum began as; a mean is a sum that was divided."""
    whole = loss
    line = producer.get(whole)
    while line is not None and line.op in (ops.divide, ops.multiply, *RENAMING):
        made = [
            (one, upstream(producer, one))
            for one in line.args
            if isinstance(one, Value)
        ]
        # what scales it is made of less, and of nothing that it is made of: (1 / (2 * m)) * (errors + penalty)
        made.sort(key=lambda pair: len(pair[1]), reverse=True)
        shared = set.intersection(*(of for _, of in made)) if len(made) > 1 else set()
        if not made or shared or made[0][0].shape != loss.shape:
            break
        whole = made[0][0]
        line = producer.get(whole)
    return {whole, *addends(whole, producer, run)}


def made_of(line: Line | None) -> Iterable[Value]:
    """What the numbers of a line's result come from; a length says nothing of them."""
    return () if line is None or line.op in LENGTHS else line.reads()


def upstream(
    producer: Mapping[Value, Line],
    value: Value,
    until: AbstractSet[Value] = frozenset(),
) -> set[Value]:
    """A value and what its numbers come from, up to those in ``until``."""
    ahead, seen = [value], {value}
    while ahead:
        one = ahead.pop()
        for read in made_of(None if one in until else producer.get(one)):
            if read not in seen:
                seen.add(read)
                ahead.append(read)
    return seen


def _summands(line: Line, numbers: Mapping[Value, object]) -> list[Value]:
    args = line.args
    chosen: Sequence[Arg] = ()
    if line.op is ops.add:
        chosen = args
    elif line.op is ops.subtract or line.op in PASSES_ON:
        chosen = args[:1]
    elif line.op is ops.where:
        chosen = args[1:]
    elif line.op is ops.multiply:
        chosen = [
            one
            for one, other in (args, args[::-1])
            if _is_kept(other, numbers) and not _is_kept(one, numbers)
        ]
    return [one for one in chosen if isinstance(one, Value)]


def _is_kept(arg: Arg, numbers: Mapping[Value, object]) -> bool:
    number = numbers[arg] if isinstance(arg, Value) else arg
    if not isinstance(number, int | float | np.ndarray) or np.size(number) != 1:
        return False
    return KEPT[0] <= float(np.ravel(number)[0]) <= KEPT[1]


@dataclass(eq=False)
class Slots:
    """The versions of everything that moves in one recording."""

    recording: Recording

    @cached_property
    def written(self) -> dict[Value, Value]:
        """What each version became by being written in place."""
        return dict(self.recording.writes)

    @cached_property
    def earlier(self) -> dict[Value, Value]:
        """For each version, the one before it in the same slot of which it is a successor."""
        found: dict[Value, Value] = {}
        position, producer = self.recording.position, self.recording.producer
        numbers = self.recording.run.numbers
        slots = self.recording.slots
        sources = {after: before for before, after in self.recording.writes}
        for after in self._candidates(slots):
            mine = slots.get(after, {})
            best: Value | None = None
            if self.is_renamed(after) or self.is_filled(after):
                continue
            for one in addends(after, producer, numbers):
                same = sources.get(after) is one or any(
                    slot in mine for slot in slots.get(one, {})
                )
                if same and one.differentiable and _is_kept_in(one, after):
                    best = one
                    break
            if best is not None and position[best] < position[after]:
                found[after] = best
        return found

    @cached_property
    def begun(self) -> set[Value]:
        """Whole numbers that something learnt begins as: ``b = 0``."""
        recording = self.recording
        n_read: Counter[Value] = Counter()
        for line in recording.program.lines:
            n_read.update(set(line.reads()))
        found: set[Value] = set()
        for after in self._candidates(recording.slots):
            mine = {
                slot[-1]
                for slot in recording.slots.get(after, {})
                if isinstance(slot, tuple)
            }
            found.update(
                one
                for one in addends(after, recording.producer, recording.run.numbers)
                # what is read by its successor alone, a sum was added up in
                if n_read[one] > 1 and recording.wholes.get(one, NOWHERE)[-1] in mine
            )
        return found

    def is_filled(self, value: Value) -> bool:
        """Whether entries that were 0 are written with what nothing of the array is a part of: nothing has moved.

        The states of a recurrence are kept so; who moves weights adds to what they were.
        """
        producer, numbers = self.recording.producer, self.recording.run.numbers
        line = producer.get(value)
        if line is None or line.op is not ops.setitem:
            return False
        held, written = line.args[:2]
        if not (isinstance(held, Value) and isinstance(written, Value)):
            return False
        before, after = np.asarray(numbers[held]), np.asarray(numbers[value])
        if before.shape != after.shape or np.any(before[before != after]):
            return False
        names, line = {held}, producer.get(held)
        while line is not None and line.op is ops.identity:
            names.update(line.reads())
            line = producer.get(line.reads()[0])
        parts = [
            producer.get(one) for one in (written, *addends(written, producer, numbers))
        ]
        return all(one is None or names.isdisjoint(one.reads()) for one in parts)

    def is_renamed(self, value: Value) -> bool:
        """Whether a value is another shape or name of what its slot holds already: nothing has moved."""
        slots, producer = self.recording.slots, self.recording.producer
        mine = slots.get(value, {})
        line = producer.get(value)
        while line is not None and line.op in RENAMING:
            first = line.args[0]
            if not isinstance(first, Value):
                return False
            if not mine or any(slot in mine for slot in slots.get(first, {})):
                return True
            line = producer.get(first)
        return False

    def _candidates(self, slots: Mapping[Value, object]) -> list[Value]:
        position = self.recording.position
        ends = {after for _, after in self.recording.writes}
        return sorted(
            (
                value
                for value in {*slots, *ends}
                if value.differentiable and position.get(value, -1) >= 0
            ),
            key=position.__getitem__,
        )

    @cached_property
    def chains(self) -> list[list[Value]]:
        """The versions of each thing that moves, in order."""
        later: dict[Value, list[Value]] = {}
        for after, before in self.earlier.items():
            later.setdefault(before, []).append(after)
        chains = []
        for start in later:
            if start in self.earlier:
                continue
            chain = [start]
            while chain[-1] in later:
                # of several, the one that goes on
                options = later[chain[-1]]
                going_on = [one for one in options if one in later]
                chain.append((going_on or options)[0])
            chains.append(chain)
        return chains


def _is_kept_in(one: Value, after: Value) -> bool:
    """Whether all entries of an array stand in its next version, which a step that was not added up makes larger."""
    if one.shape == after.shape:
        return True
    try:
        whole = np.broadcast_shapes(one.shape, after.shape)
    except ValueError:
        return False
    return whole == after.shape
