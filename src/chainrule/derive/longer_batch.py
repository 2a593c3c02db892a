"""Gradients of so many samples that hold for more: where the length of a batch is that of something else by chance.

What a sum with ``keepdims`` leaves has one row, whatever the batch; a batch of one has one row, too, and at those numbers
nothing is copied and no copies' gradients add up. Two samples in two halves are laid out as they were. So the program
is run again with more samples. If its derived lines then give other gradients than those that are derived there, these
are taken instead; they hold for fewer samples as well, for a sum over one row is the row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.derive.backward import backward
from chainrule.derive.derived import Derived
from chainrule.emit.conditions import LengthCondition
from chainrule.program import (
    Array,
    IndexSlot,
    Item,
    Line,
    Program,
    Run,
    Size,
    Value,
    run,
)
from chainrule.program.errors import ChainruleError
from chainrule.program.rewritten import rewritten

Places = tuple[tuple[Value, int], ...]
"""Inputs, each with one of its axes."""
Stands = Mapping[Value, Value]
AGAIN = "emit the source again from inputs of these lengths"


def for_longer_batches(
    derived: Derived, kept: Collection[Value] = ()
) -> tuple[Derived, tuple[LengthCondition, ...]]:
    """``derived``, or what holds for larger batches, too; and what must then hold of the inputs.

    ``kept`` are inputs whose shapes do not follow the data: parameters.

    >>> import numpy as np
    >>> from chainrule.trace import trace
    >>> def loss(x, b):
    ...     return np.sum((x + b) ** 2)
    >>> found = trace(loss, x=np.ones((1, 2)), b=np.zeros((1, 2)))
    >>> b = found.program.named()["b"]
    >>> derived, lengths = for_longer_batches(backward(found, wrt=[b]), kept=[b])
    >>> derived.wrt[0].shape, derived.forward.program.named()["x"].shape, lengths
    ((1, 2), (3, 2), ())
    """
    study = _LongerBatches(derived, frozenset(kept))
    for places in study.batches():
        try:
            found = study.settled(places)
        except ChainruleError:
            # what cannot be derived there says nothing of what was derived here
            continue
        if found is not None:
            return found
    return derived, ()


class _LongerBatches:
    """A derived program, run on batches of other lengths."""

    def __init__(self, derived: Derived, kept: frozenset[Value]) -> None:
        self.derived = derived
        program = derived.forward.program.pruned([derived.loss])
        self.forward = Run(program, derived.forward.numbers)
        self.data = [v for v in program.inputs if v not in kept and v.shape]

    def batches(self) -> Iterator[Places]:
        """The axes that may be those of a batch of one sample, the first ones, or the last of all tables; then of more."""
        yield tuple((value, 0) for value in self.data if value.shape[0] == 1)
        tables = [value for value in self.data if value.ndim > 1]
        if all(value.shape[-1] == 1 for value in tables):
            yield tuple((value, value.ndim - 1) for value in tables)
        for length in {value.shape[0] for value in self.data} - {0, 1}:
            yield tuple((value, 0) for value in self.data if value.shape[0] == length)

    def settled(
        self, places: Places
    ) -> tuple[Derived, tuple[LengthCondition, ...]] | None:
        """What holds for more samples along ``places``; None where that is what there was."""
        more = self._together(places)
        if more is None:
            return None
        found = self.derived
        same: Stands = {}
        if not self._holds(found, more, {}):
            there, new = self._derived(more)
            if not self._holds(there, _World(more.places, 1), new):
                lengths = (
                    LengthCondition(value, axis, AGAIN, length=value.shape[axis])
                    for value, axis in more.places
                )
                return found, tuple(lengths)
            found, same = self._with_its_numbers(there, new), new
        apart = tuple(self._apart(found, more, same))
        return None if found is self.derived and not apart else (found, apart)

    def _together(self, places: Places) -> _World | None:
        """A batch of several samples, along those of ``places`` where there may be some; None where nowhere."""
        others = {n for value in self.forward.program.inputs for n in value.shape}
        own = next(n for n in range(2, len(others) + 3) if n not in others)
        for length in (own, *sorted(others - {0, 1})):
            whole = _World(places, length)
            if places and self._numbers(whole) is not None:
                return whole
        for length in (own, *sorted(others - {0, 1})):
            found = _World((), length)
            for place in places:
                wider = _World((*found.places, place), length)
                found = found if self._numbers(wider) is None else wider
            if found.places:
                return found
        return None

    def _numbers(self, world: _World) -> Mapping[Value, Array] | None:
        """The forward pass there; None where it does not run, or gives more than one number."""
        numbers = _ran(self.forward.program, world.of(self.forward.numbers))
        there = None if numbers is None else numbers[self.derived.loss].shape
        return numbers if there == () else None

    def _holds(self, found: Derived, world: _World, new: Stands) -> bool:
        """Whether the gradients there are those that are derived there; ``new`` says which values stand for which."""
        given = {**found.forward.numbers, **_of_inputs(found.run)}
        mine = {new.get(v, v): n for v, n in world.of(self.forward.numbers).items()}
        numbers = _ran(found.run.program, {**given, **mine})
        true, stands = self._derived(world)
        # also on the way: where a maximum is the other one, a wrong gradient may not come through
        return numbers is not None and all(
            _same(numbers[own], true.run.numbers[theirs])
            for value in self.forward.program.values()
            if (own := found.gradients.get(new.get(value, value))) is not None
            and (theirs := true.gradients.get(stands[value])) is not None
            and own in numbers
            and theirs in true.run.numbers
        )

    def _derived(self, world: _World) -> tuple[Derived, Stands]:
        """What is derived on that batch, and what stands for the values."""
        longer, new = self._longer(world)
        wrt = [new[one] for one in self.derived.wrt]
        return backward(longer, new[self.derived.loss], wrt), new

    def _longer(self, world: _World) -> tuple[Run, Stands]:
        """The forward pass on that batch, and what stands for its values."""
        numbers = self._numbers(world) or {}
        program = self.forward.program
        new = {
            value: replace(value, shape=numbers[value].shape)
            for value in program.values()
        }
        items = tuple(_renewed(item, new, numbers) for item in program.items)
        inputs = tuple(new[value] for value in program.inputs)
        longer = Program(inputs, items, (new[self.derived.loss],), program.name)
        return Run(longer, {new[value]: numbers[value] for value in new}), new

    def _with_its_numbers(self, there: Derived, new: Stands) -> Derived:
        """What was derived on more samples, with the numbers of those that were given."""
        old = {stands: value for value, stands in new.items()}
        given = _of_inputs(there.run)
        given |= {v: self.forward.numbers[old[v]] for v in given if v in old}
        return replace(there, run=Run(there.run.program, given))

    def _apart(
        self, found: Derived, world: _World, new: Stands
    ) -> Iterator[LengthCondition]:
        """What is differentiated by and must have the length of the others, for alone it would get another gradient."""
        for place in world.places:
            rest = tuple(one for one in world.places if one != place)
            if not rest or place[0] not in self.derived.wrt:
                continue
            worlds = [_World(part, world.length) for part in (rest, (place,))]
            if not all(
                self._numbers(one) is None or self._holds(found, one, new)
                for one in worlds
            ):
                (value, axis), (other, along) = place, rest[0]
                yield LengthCondition(
                    new.get(value, value), axis, AGAIN, new.get(other, other), along
                )


@dataclass(frozen=True, slots=True)
class _World:
    """Inputs with so many samples along these places."""

    places: Places
    length: int

    def of(self, numbers: Mapping[Value, Array]) -> dict[Value, Array]:
        """Their numbers: those of the one sample, again and again."""
        found = dict(numbers)
        for value, axis in self.places:
            found[value] = np.repeat(found[value], self.length, axis)
        return found


def _ran(
    program: Program, numbers: Mapping[Value, Array]
) -> Mapping[Value, Array] | None:
    """The numbers of a program on other inputs; None where it does not take them."""
    try:
        with np.errstate(all="ignore"):
            return run(program, numbers).numbers
    except (ValueError, TypeError, LookupError, ArithmeticError, ChainruleError):
        return None


def _same(one: Array, other: Array) -> bool:
    """Whether two gradients are one, but for rounding."""
    same = one.shape == other.shape
    return same and np.allclose(one, other, rtol=1e-4, atol=1e-8, equal_nan=True)


def _of_inputs(found: Run) -> dict[Value, Array]:
    return {value: found.numbers[value] for value in found.program.inputs}


def _renewed(item: Item, new: Stands, numbers: Mapping[Value, Array]) -> Item:
    """``item`` with what stands for its values, those it makes and those it reads."""
    if isinstance(item, Line):
        item = replace(item, params={**item.params, **_picked(item, numbers)})
    item = rewritten(item, new)
    if isinstance(item, Line):
        return replace(item, result=new[item.result])
    return replace(
        item,
        turns=item.n.number if isinstance(item.n, Size) else item.turns,
        items=tuple(_renewed(one, new, numbers) for one in item.items),
        carried=tuple(
            replace(
                one,
                inside=new[one.inside],
                end=one.end and new[one.end],
                kept=one.kept and new[one.kept],
            )
            for one in item.carried
        ),
        stacks=tuple(replace(one, out=new[one.out]) for one in item.stacks),
    )


def _picked(line: Line, numbers: Mapping[Value, Array]) -> dict[str, tuple[Any, ...]]:
    """The index of a line, where masks pick as many entries as they do there."""
    index = line.params.get("index", ())
    masks = [
        one for one in index if isinstance(one, IndexSlot) and one.picked is not None
    ]
    if not masks:
        return {}
    arrays = line.args[-sum(isinstance(one, IndexSlot) for one in index) :]
    return {
        "index": tuple(
            replace(one, picked=int(np.count_nonzero(numbers[array])))
            if one in masks and (array := arrays[one.position]) in numbers
            else one
            for one in index
        )
    }
