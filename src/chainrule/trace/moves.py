"""Variables that move: a value that is an older one plus a step, as ``W - lr * dW`` is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chainrule import ops
from chainrule.program import Arg, Builder, Line, Value
from chainrule.program.unwound import Recursion, unwound

PASSED_ON = (
    *(ops.identity, ops.where, ops.clip, ops.astype, ops.reshape, ops.transpose),
    *(ops.maximum, ops.minimum, ops.getitem, ops.expand_dims, ops.squeeze),
)
"""What passes on the entries of an array, or some of them, as they are."""
LONGEST = 400
"""A chain of writes longer than this is followed no further."""


def has_step(
    producer: Mapping[Value, Line],
    position: Mapping[Value, int],
    before: Value,
    after: Value,
) -> bool:
    """Whether ``after`` is ``before`` plus something, in all of its entries or in some.

    ``position`` says which line a value was computed on: nothing that is older than ``before`` was made of it.

    >>> from chainrule.trace import trace
    >>> import numpy as np
    >>> run = trace(lambda w, g: w - 0.1 * g, w=np.ones(2), g=np.ones(2))
    >>> w, g = run.program.inputs
    >>> producer = run.program.producer()
    >>> position = {value: i for i, value in enumerate(producer)}
    >>> [has_step(producer, position, one, run.program.outputs[0]) for one in (w, g)]
    [True, False]
    """
    if before is after or before.shape != after.shape:
        return False
    way = unwound(_leads(_Search(producer, position, before), after, (), LONGEST))
    return way is True


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for, and what was found on the way; ``known`` by the writes that it is for."""

    producer: Mapping[Value, Line]
    position: Mapping[Value, int]
    old: Value
    known: dict[tuple[Value, tuple[Value, ...]], bool | None] = field(
        default_factory=dict
    )

    def is_older(self, value: Value) -> bool:
        """Whether a value was there before what is looked for."""
        return self.position.get(value, -1) <= self.position.get(self.old, -1)

    def is_there(self, line: Line, written: Value) -> bool:
        """Whether a line reads the very entries that a write rewrites."""
        write = self.producer[written]
        where = line.params["index"], *line.args[1:]
        return where == (write.params["index"], *write.args[2:])


def _leads(
    search: _Search, value: Arg, inside: tuple[Value, ...], depth: int
) -> Recursion:
    """How ``value``, for the writes that it is ``inside`` of, leads back: True by a step, False unchanged, None not at all."""
    if value is search.old:
        # another entry of the same array is what a recurrence goes on from: S[t + 1] = S[t] - new
        return None if inside else False
    if not isinstance(value, Value) or depth == 0 or search.is_older(value):
        return None
    key = value, inside
    if key not in search.known:
        search.known[key] = None
        line = search.producer.get(value)
        if line is not None:
            way = yield _line_leads(search, line, inside, depth - 1)
            search.known[key] = way
    return search.known[key]


def _line_leads(
    search: _Search, line: Line, inside: tuple[Value, ...], depth: int
) -> Recursion:
    if line.op is ops.add or line.op is ops.subtract:
        terms = line.args if line.op is ops.add else line.args[:1]
        ways = yield from _each(search, terms, inside, depth)
        return None if all(way is None for way in ways) else True
    if line.op is ops.multiply:
        # weight decay and a moving average hand on most of what was there
        factors = [
            arg for arg in line.args if not (isinstance(arg, Value) and arg.shape)
        ]
        if len(factors) == 1:
            rest = line.args[1] if factors[0] is line.args[0] else line.args[0]
            return (yield _leads(search, rest, inside, depth))
        return None
    if line.op is ops.setitem:
        kept = yield _leads(search, line.args[0], inside, depth)
        written = yield _leads(search, line.args[1], (*inside, line.result), depth)
        return True if written is True else kept
    if line.op is ops.getitem and inside:
        if not search.is_there(line, inside[-1]):
            return None
        return (yield _leads(search, line.args[0], inside[:-1], depth))
    if line.op in PASSED_ON:
        ways = yield from _each(search, line.args, inside, depth)
        found = [way for way in ways if way is not None]
        return any(found) if found else None
    return None


def _each(
    search: _Search, values: Sequence[Arg], inside: tuple[Value, ...], depth: int
) -> Recursion:
    """How each of ``values`` leads back."""
    ways = []
    for value in values:
        ways.append((yield _leads(search, value, inside, depth)))  # noqa: PERF401 - nothing waits in a comprehension
    return ways


def moves_by_itself(builder: Builder, before: Value, after: Value) -> bool:
    """Whether ``after`` is ``before`` and a step that was computed from ``before``, as the step of a descent is."""
    if before is after or before.shape != after.shape or after.dtype.kind != "f":
        return False
    line = builder.producer.get(after)
    if line is None or before not in line.args:
        return False
    if line.op is not ops.add and line.op is not ops.subtract:
        return False
    made = builder.producer.get(before)
    start = -1 if made is None else builder.position(made)
    ahead = [arg for arg in line.args if isinstance(arg, Value) and arg is not before]
    seen = set(ahead)
    while ahead:
        made = builder.producer.get(ahead.pop())
        if made is None or builder.position(made) < start:
            continue
        for read in made.reads():
            if read is before:
                return True
            if read not in seen:
                seen.add(read)
                ahead.append(read)
    return False
