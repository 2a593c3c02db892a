"""A program: lines and loops in order, from inputs to outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from chainrule.program.errors import ChainruleError, ProgramError
from chainrule.program.line import (
    Line,
    arg_shape,
    concrete,
    moving_in,
    sizes_in,
    substitute,
)
from chainrule.program.loop import Carried, Item, Loop, lines_of, values_of
from chainrule.program.op import shape_of
from chainrule.program.values import Arg, Counter, Turn, Value


@dataclass(frozen=True, eq=False)
class Program:
    """Inputs, lines and loops in order, outputs. Values are unique objects; names are unique identifiers."""

    inputs: tuple[Value, ...]
    items: tuple[Item, ...]
    outputs: tuple[Value, ...]
    name: str = "program"

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines of a program that has no loops.

        Raises:
            ProgramError: E319 if it has: who reads ``lines`` alone would miss what the loops compute.
        """
        if not self.flat:
            raise ProgramError(
                "E319",
                f"{self.name} has loops, and its lines alone do not say what they compute",
                hint="read its items, or write it out flat: chainrule.trace.rolling.unrolled(program)",
            )
        return tuple(item for item in self.items if isinstance(item, Line))

    @property
    def flat(self) -> bool:
        """Whether there are lines only."""
        return not any(isinstance(item, Loop) for item in self.items)

    def every_line(self) -> Iterator[Line]:
        """Every line in order, those inside of loops once."""
        return lines_of(self.items)

    def producer(self) -> dict[Value, Line]:
        """The line each computed value comes from; what a loop leaves behind comes from no single line."""
        return {line.result: line for line in self.every_line()}

    def values(self) -> Iterator[Value]:
        """Every value, inputs first, in order."""
        yield from self.inputs
        for item in self.items:
            match item:
                case Line():
                    yield item.result
                case Loop():
                    yield from item.inner()
                    yield from item.results

    def named(self) -> dict[str, Value]:
        """Values by name."""
        return {value.name: value for value in self.values() if value.name is not None}

    def pruned(
        self, outputs: Iterable[Value] | None = None, *, named: bool = False
    ) -> Program:
        """The same program without lines, loops and inputs that no output needs; with what is ``named`` in its loops."""
        wanted = tuple(self.outputs if outputs is None else outputs)
        needed = set(wanted)
        if named:
            loops = (one for one in self.items if isinstance(one, Loop))
            needed.update(value for loop in loops for value in _last_named(loop))
        kept = _needed(self.items, needed)
        inputs = tuple(value for value in self.inputs if value in needed)
        return Program(inputs, kept, wanted, self.name)


def _last_named(loop: Loop) -> Iterator[Value]:
    """What a turn has names for; of several values of one word the last, which is what the reader means by it."""
    known: dict[str, Value] = {}
    for line in lines_of(loop.items):
        if line.result.name is not None:
            known[line.result.word or line.result.name] = line.result
    yield from known.values()


def _needed(items: tuple[Item, ...], needed: set[Value]) -> tuple[Item, ...]:
    """The items that ``needed`` needs, which grows by what they read."""
    kept: list[Item] = []
    for item in reversed(items):
        match item:
            case Line() if item.result in needed:
                kept.append(item)
                needed.update(item.reads())
            case Loop() if not needed.isdisjoint(item.results):
                kept.append(slim := _slimmer(item, needed))
                needed.update(slim.reads())
    return tuple(reversed(kept))


def _slimmer(loop: Loop, outside: set[Value]) -> Loop:
    """A loop with only what is needed ``outside`` of it, and in it for that."""
    stacks = tuple(one for one in loop.stacks if one.out in outside)
    carried = [one for one in loop.carried if one.end in outside or one.kept in outside]
    inside = {value for one in stacks for value in values_of(one.inside)}
    inside |= {line.result for line in lines_of(loop.items) if line.result in outside}
    while True:
        needed = inside | {value for one in carried for value in values_of(one.next)}
        items = _needed(loop.items, needed)
        wanted = [one for one in loop.carried if one in carried or one.inside in needed]
        if len(wanted) == len(carried):
            return replace(
                loop,
                items=items,
                stacks=stacks,
                carried=tuple(_asked(one, outside) for one in carried),
            )
        carried = wanted


def _asked(carried: Carried, outside: set[Value]) -> Carried:
    """``carried`` without an end, and without all its values, where nobody asks for them."""
    end = carried.end if carried.end in outside else None
    kept = carried.kept if carried.kept in outside else None
    return replace(carried, end=end, kept=kept)


def verify(program: Program) -> None:
    """Raise unless every argument is defined before its use, names are unique, and shapes agree.

    Raises:
        ProgramError: E320 for an undefined argument, E321 for a name or a result given twice.
        ShapeError: where a line's result is not of the shape its op's rule says.
    """
    check = _Verify()
    for value in program.inputs:
        check.define(value)
    check.items(program.items)
    for value in program.outputs:
        if value not in check.known:
            message = f"the output {value.name or value} is never computed"
            raise ProgramError("E320", message)


class _Verify:
    """What is known so far: values that may be read here, names given, counters of the loops around."""

    def __init__(self) -> None:
        self.known: set[Value] = set()
        self.ever: set[Value] = set()
        self.names: set[str] = set()
        self.counters: set[Counter] = set()

    def define(self, value: Value) -> None:
        if value in self.ever or (value.name is not None and value.name in self.names):
            message = f"{value.name or value} is defined twice"
            raise ProgramError("E321", message)
        self.known.add(value)
        self.ever.add(value)
        if value.name is not None:
            self.names.add(value.name)

    def read(self, arg: Arg, item: Item) -> None:
        for value in values_of(arg):
            if value not in self.known:
                message = f"{value.name or value} is used before it is computed"
                raise ProgramError("E320", message, where=item.at)
        for one in moving_in(arg):
            if isinstance(one, Turn) and not self.counters.issuperset(
                counter for counter, _ in one.steps
            ):
                message = "a turn is used outside of its loop"
                raise ProgramError("E320", message, where=item.at)

    def items(self, items: tuple[Item, ...]) -> None:
        for item in items:
            match item:
                case Line():
                    for part in (*item.args, *item.params.values()):
                        self.read(part, item)
                    for value in item.measures():
                        self.read(value, item)
                    _verify_shape(item)
                    self.define(item.result)
                case Loop():
                    self.loop(item)

    def loop(self, loop: Loop) -> None:
        self.read(loop.n, loop)
        for one in loop.carried:
            self.read(one.start, loop)
        outside = set(self.known)
        self.counters.add(loop.counter)
        for one in loop.carried:
            self.define(one.inside)
        self.items(loop.items)
        for one in loop.carried:
            self.read(one.next, loop)
            _verify_alike(loop, one.inside, one.start, one.next, one.end)
            _verify_stacked(loop, one.kept, one.inside, loop.turns + 1)
        for stacked in loop.stacks:
            self.read(stacked.inside, loop)
            _verify_stacked(loop, stacked.out, stacked.inside, loop.turns)
        self.counters.remove(loop.counter)
        self.known = outside
        for value in loop.results:
            self.define(value)


def _verify_alike(loop: Loop, inside: Value, *others: Arg | None) -> None:
    """What is carried keeps its shape and its type."""
    for other in others:
        if isinstance(other, Value) and (
            other.shape != inside.shape
            or (other.dtype != inside.dtype and not other.weak)
        ):
            message = f"a turn hands on {other}, the next one meets {inside}"
            raise ProgramError("E320", message, where=loop.at)


def _verify_stacked(loop: Loop, out: Value | None, inside: Arg, n: int) -> None:
    if out is not None and out.shape != (n, *arg_shape(inside)):
        message = f"{n} turns of {inside} are not {out}"
        raise ProgramError("E320", message, where=loop.at)


def _verify_shape(line: Line) -> None:
    try:
        shape = shape_of(
            line.op, [arg_shape(arg) for arg in line.args], concrete(line.params)
        )
    except ChainruleError as error:
        raise error.at(line.at) from None
    if shape != line.result.shape:
        message = f"{line.op.name} gives {shape}, the line says {line.result.shape}"
        raise ProgramError("E320", message, where=line.at)


__all__ = [
    "Line",
    "Program",
    "arg_shape",
    "concrete",
    "sizes_in",
    "substitute",
    "verify",
]
