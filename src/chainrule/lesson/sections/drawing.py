"""The network drawn: unit by unit where it is small, array by array where it is not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule.formula import Node
from chainrule.formula.build import entry
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.analysis.roles import Roles
from chainrule.lesson.notation.names import name
from chainrule.lesson.parts import Arrow, Circle, Graph, Spans
from chainrule.program import Array, Line, Op, Value
from chainrule.program.conversions import as_float, as_floats
from chainrule.program.program import concrete

MOST_UNITS = 40
MOST_COLUMNS = 16


def drawing(story: Story, roles: Roles) -> Graph:
    """The values from the data to the loss, one column each."""
    columns = _columns(story, roles)
    left_out = len(columns) - MOST_COLUMNS
    if left_out > 0:
        columns = [*columns[:6], *columns[-(MOST_COLUMNS - 6) :]]
    small = _small(story, columns)
    circles = tuple(
        _units(story, roles, columns) if small else _arrays(story, roles, columns)
    )
    arrows = tuple(_edges(story, columns) if small else _links(story, columns))
    between = tuple(_between(story, columns[i + 1]) for i in range(len(columns) - 1))
    caption: Spans = (
        "Each unit holds its value and the gradient that comes back to it; what stands between two columns leads from the one to the next."
        if small
        else "Each box is an array; what stands between two boxes leads from one to the next.",
    )
    if left_out > 0:
        caption = (*caption, f" The {left_out} columns in the middle are left out.")
    return Graph(circles, arrows, tuple(name(one) for one in columns), between, caption)


def _columns(story: Story, roles: Roles) -> list[str]:
    """The data that enters the network, then every value on the way to the loss."""
    lines = story.lines
    moving = [
        one
        for one in lines
        if one in story.literal.stops or one == story.study.loss_name
    ]
    first = (
        [
            n
            for n in story.stops_of(lines[moving[0]])
            if n not in lines and roles.role(n) == "data"
        ]
        if moving
        else []
    )
    return [*first[:1], *moving]


def _small(story: Story, columns: list[str]) -> bool:
    arrays = [story.study.values[one] for one in columns]
    single = all(array.ndim < 2 or 1 in array.shape for array in arrays)
    return single and sum(array.size for array in arrays) <= MOST_UNITS


def _gradient(story: Story, one: str) -> Array | None:
    if one == story.study.loss_name:
        return np.ones_like(story.study.values[one])
    return story.study.gradients.get(one)


def _entries(array: Array) -> list[tuple[int, ...]]:
    return [tuple(int(i) for i in place) for place in np.ndindex(array.shape)]


def _unit(one: str, place: tuple[int, ...]) -> str:
    return f"{one}-{'-'.join(map(str, place))}" if place else one


def _label(one: str, array: Array, place: tuple[int, ...]) -> Node:
    if array.size == 1:
        return name(one)
    shown = [i for i, length in zip(place, array.shape, strict=True) if length > 1]
    return entry(name(one), *shown)


def _units(story: Story, roles: Roles, columns: list[str]) -> Iterator[Circle]:
    for column, one in enumerate(columns):
        array, gradient = story.study.values[one], _gradient(story, one)
        for row, place in enumerate(_entries(array)):
            back = None if gradient is None else as_float(gradient[place])
            yield Circle(
                _unit(one, place),
                _label(one, array, place),
                column,
                float(row),
                roles.role(one),
                as_float(array[place]),
                back,
            )


def _arrays(story: Story, roles: Roles, columns: list[str]) -> Iterator[Circle]:
    for column, one in enumerate(columns):
        array = story.study.values[one]
        shape = " × ".join(map(str, array.shape)) or "a number"
        single = as_float(array) if array.size == 1 else None
        yield Circle(one, name(one), column, 0.0, roles.role(one), single, None, shape)


def _links(story: Story, columns: list[str]) -> Iterator[Arrow]:
    for head in columns:
        if head in story.lines:
            for tail in story.stops_of(story.lines[head]):
                if tail in columns:
                    yield Arrow(tail, head)


def _edges(story: Story, columns: list[str]) -> Iterator[Arrow]:
    """An arrow wherever an entry depends on another, with the slope between the two."""
    for head in columns:
        if head not in story.lines:
            continue
        tails = [one for one in story.stops_of(story.lines[head]) if one in columns]
        mixed = _mixes(story, head)
        shapes = {one: story.study.values[one].shape for one in (head, *tails)}
        straight = {one: not mixed and shapes[one] == shapes[head] for one in tails}
        for place in _entries(story.study.values[head]):
            for tail, slopes in _slopes(story, head, place, tails).items():
                for start in _entries(slopes):
                    # an edge whose slope is 0 is an edge still, if it is there by shape
                    by_shape = place == start if straight[tail] else mixed
                    if by_shape or slopes[start] != 0:
                        ends = _unit(tail, start), _unit(head, place)
                        yield Arrow(*ends, None, as_float(slopes[start]))


def _mixes(story: Story, head: str) -> bool:
    """Whether entries of different places meet in the line, or in a nameless line within it."""
    producer = story.literal.writer.producer
    ahead = [story.lines[head]]
    while ahead:
        line = ahead.pop()
        if not line.op.elementwise:
            return True
        ahead += [producer[v] for v in line.reads() if v.name is None and v in producer]
    return False


def _slopes(
    story: Story, head: str, place: tuple[int, ...], tails: list[str]
) -> dict[str, Array]:
    """The row of the Jacobian of one entry of ``head``, by reverse accumulation through its nameless lines."""
    run = story.study.literal.forward
    producer = run.program.producer()
    named = run.program.named()
    seed = np.zeros(named[head].shape)
    seed[place] = 1.0
    arrived: dict[Value, Array] = {named[head]: seed}
    found = {tail: np.zeros(named[tail].shape) for tail in tails}
    order = [
        line
        for line in run.program.lines
        if line.result is named[head] or line.result.name is None
    ]
    for line in reversed(order):
        upstream = arrived.get(line.result)
        if upstream is None:
            continue
        args = [
            run.numbers[a] if isinstance(a, Value) else getattr(a, "number", a)
            for a in line.args
        ]

        for position, arg in enumerate(line.args):
            rule = line.op.rule(position)
            if not isinstance(arg, Value) or rule is None or not arg.differentiable:
                continue
            pulled = rule.vjp(
                upstream, run.numbers[line.result], *args, **concrete(line.params)
            )
            pulled = _fitted(as_floats(pulled), arg.shape)
            if arg.name in found:
                found[arg.name] = found[arg.name] + pulled
            elif arg.name is None and arg in producer:
                arrived[arg] = arrived.get(arg, 0) + pulled
    return found


def _fitted(array: Array, shape: tuple[int, ...]) -> Array:
    """Summed over what broadcasting copied."""
    while array.ndim > len(shape):
        array = array.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1 and array.shape[axis] != 1:
            array = array.sum(axis=axis, keepdims=True)
    return np.broadcast_to(array, shape)


def _between(story: Story, head: str) -> Spans:
    """What leads into a column: the parameters that enter, and the bend."""
    line = story.lines[head]
    entering = [n for n in story.stops_of(line) if n in story.study.parameters]
    words: list[object] = [name(one) for one in entering[:3]]
    words += [op.label for op in _functions(story, line)]
    spans: list[object] = []
    for one in words:
        spans += [", ", one] if spans else [one]
    return tuple(spans)  # type: ignore[arg-type]


def _functions(story: Story, line: Line) -> list[Op]:
    """What a reader knows by name in a line, also in its nameless parts."""
    producer = story.literal.writer.producer
    found: dict[Op, None] = {}
    ahead = [line]
    while ahead:
        one = ahead.pop()
        if one.op.kind in ("activation", "loss", "reduction"):
            found[one.op] = None
        ahead += [producer[v] for v in one.reads() if v.name is None and v in producer]
    return list(reversed(found))
