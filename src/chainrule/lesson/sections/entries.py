"""One number as its sum of products: the finest zoom, held against what a small change measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from chainrule import ops
from chainrule.formula import (
    Marked,
    Node,
    Number,
    Text,
    chain,
    entry,
    fraction,
    infix,
    number,
)
from chainrule.formula.moving import alike, fits_within
from chainrule.lesson.analysis.plot import Story, Telling
from chainrule.lesson.notation.names import constant, gradient_of, name
from chainrule.lesson.notation.turns import LAST, OVER_TURNS, SIDE_BY_SIDE
from chainrule.lesson.notation.writer import TooLarge, Writer
from chainrule.lesson.notation.written import written
from chainrule.lesson.parts import Formula, Heading, Part, Prose, Row
from chainrule.ops.shapes import axes_of
from chainrule.program import Arg, Array, Line, Size, Turn, Value
from chainrule.program.conversions import as_float
from chainrule.program.program import concrete

MOST_TERMS = 6
NUDGE = 0.01
Index = tuple[int, ...]
Leaf = Callable[[Value, Index], Node]


ZOOM = (
    "Each array above is many such numbers. Of each value, the entry that matters most is written out as the sum "
    "of products that it is."
)


def entries(story: Story) -> Iterator[Part]:
    """For every value and gradient the entry with most to say, taken apart."""
    yield Heading("One entry at a time", 2, "entries")
    yield Prose((ZOOM,))
    yield Heading("Forward, entry by entry", 3, "entries-forward")
    for one, line in story.lines.items():
        value = line.result
        place = largest(story.study.values[one])
        if place is not None:
            view = story.literal.views(value, late_first=True)[0]
            symbol = name(view.called(one))
            yield Formula((_row(view.writer, value, place, symbol),))
    yield Heading("Backward, entry by entry", 3, "entries-backward")
    for stop in story.order:
        telling = story.textbook if stop.name in story.textbook.stops else story.literal
        yield from _gradient(story, telling, stop.name, parameter=stop.parameter)


def _gradient(
    story: Story, telling: Telling, one: str, *, parameter: bool
) -> Iterator[Part]:
    found = telling.stops[one].gradient
    if found not in telling.writer.producer:
        return
    array = telling.derived.run.numbers[found]
    place = largest(array)
    if place is None:
        return
    view = telling.views(telling.stops[one].value, late_first=True)[0]
    symbol = gradient_of(view.called(one), story.study.loss_name)
    rows = [_row(view.writer, found, place, symbol)]
    if parameter:
        rows.append(_check(story, one, place, as_float(array[place])))
    yield Formula(tuple(rows))


def _check(story: Story, one: str, place: Index, slope: float) -> Row:
    """What a small change of this entry does to the loss, predicted and measured."""
    study = story.study
    measured = study.loss_with(one, place, NUDGE) - study.loss
    what = f"{one}[{', '.join(map(str, place))}]" if place else one
    return Row(
        "check",
        reason=(
            f"raising {what} by {NUDGE:g} changes ",
            name(study.loss_name),
            " by about ",
            number(slope * NUDGE, digits=5),
            "   (measured: ",
            number(measured, digits=6),
            ")",
        ),
    )


def largest(array: Array) -> Index | None:
    """Where the entry of the largest size stands; None where there are none."""
    if array.size == 0:
        return None
    flat = int(np.argmax(np.where(np.isnan(array), 0, np.abs(array))))
    return tuple(int(i) for i in np.unravel_index(flat, array.shape))


def _row(writer: Writer, value: Value, place: Index, symbol: Node) -> Row:
    teller = Entry(writer)
    in_symbols = teller.write(value, place, teller.symbol)
    result = number(as_float(writer.run.numbers[value][place]))
    try:
        in_numbers = teller.write(value, place, teller.number)
    except TooLarge:
        in_numbers = result
    sides = [in_symbols, in_numbers, result]
    if alike(in_numbers, result):
        sides = [result] if alike(in_symbols, result) else [in_symbols, result]
    return Row("entry", at(symbol, place), right=chain(*sides), reason=teller.left_out)


def at(symbol: Node, place: Index) -> Node:
    """An entry by the name of its array; every entry of an array of zeros is 0."""
    inner = symbol
    while isinstance(inner, Marked):
        inner = inner.body
    same = isinstance(inner, Number) or not place
    return symbol if same else entry(symbol, *place)


@dataclass
class Entry:
    """Writes one entry of a value from entries of the values behind it."""

    writer: Writer
    left_out: tuple[str, ...] = ()
    totals: bool = False
    """Whether a sum is told by what it comes to."""

    def symbol(self, value: Value, place: Index) -> Node:
        """An entry by name: x[2], ∂L/∂z1[1]."""
        return at(self.writer.symbol(value), place if value.shape else ())

    def number(self, value: Value, place: Index) -> Node:
        """An entry's number; in the last turn of a loop the next one has none."""
        if value not in self.writer.run.numbers:
            raise TooLarge
        return number(self.writer.run.numbers[value][place].item())

    def write(self, value: Value, place: Index, leaf: Leaf) -> Node:
        """What computes this entry."""
        return self._line(self.writer.producer[value], place, leaf)

    def _of(self, arg: Arg, place: Index, leaf: Leaf) -> Node:
        if not isinstance(arg, Value):
            return constant(arg.number if isinstance(arg, Size | Turn) else arg)
        if arg in self.writer.names or arg not in self.writer.producer:
            return leaf(arg, place)
        return self._line(self.writer.producer[arg], place, leaf)

    def _line(self, line: Line, place: Index, leaf: Leaf) -> Node:
        first = line.args[0] if line.args else None
        params = concrete(line.params)
        if line.op in (OVER_TURNS, SIDE_BY_SIDE) and leaf == self.number:
            # the numbers are those of one turn
            raise TooLarge
        match line.op:
            case ops.identity | ops.astype:
                return self._of(line.args[0], place, leaf)
            case ops.matmul if _matrices(line):
                return self._product(line, place, leaf)
            case ops.sum | ops.mean if isinstance(first, Value) and not self.totals:
                return self._reduced(line, first, place, leaf)
        if line.op.kind == "view" and isinstance(first, Value):
            # where each entry comes from, by the op itself: the entries numbered in a row, and seen its way
            row = np.arange(np.prod(first.shape, dtype=int)).reshape(first.shape)
            source = np.unravel_index(
                line.op.forward(row, **params)[place], first.shape
            )
            return self._of(first, tuple(int(i) for i in source), leaf)
        if line.op.elementwise and line.op is not LAST:
            args = [self._of(arg, _broadcast(place, arg), leaf) for arg in line.args]
            return written(_single(line), args, self.writer.spelling)
        whole = line.result
        if leaf == self.number:
            return self.number(whole, place)
        return at(self.writer.written(whole), place)

    def _product(self, line: Line, place: Index, leaf: Leaf) -> Node:
        left, right = line.args
        if not (isinstance(left, Value) and isinstance(right, Value)):
            raise TypeError(line)
        row = place[:-1] if right.ndim > 1 else place
        terms = []
        for k in self._shown(left.shape[-1]):
            a = self._of(left, (*row, k) if left.ndim > 1 else (k,), leaf)
            b = self._of(right, (k, place[-1]) if right.ndim > 1 else (k,), leaf)
            terms.append(infix(a, "·", b))
        return self._added(terms, left.shape[-1])

    def _reduced(self, line: Line, first: Value, place: Index, leaf: Leaf) -> Node:
        axes = axes_of(concrete(line.params)["axis"], first.ndim)
        keep = concrete(line.params)["keepdims"]
        lengths = [first.shape[axis] for axis in axes]
        count = int(np.prod(lengths, dtype=int))
        kept = [i for axis, i in enumerate(place) if not (keep and axis in axes)]
        terms: list[Node] = []
        for flat in self._shown(count):
            if len(terms) >= 2 and _long(terms[0]):
                break
            inner = iter(np.unravel_index(flat, lengths) if lengths else ())
            outer = iter(kept)
            index = tuple(
                int(next(inner)) if axis in axes else next(outer)
                for axis in range(first.ndim)
            )
            terms.append(self._of(first, index, leaf))
        total = self._added(terms, count)
        if line.op is ops.sum or count == 1:
            return total
        return (
            infix(number(1), "/", number(count)) if not terms else _over(total, count)
        )

    def _shown(self, count: int) -> range:
        return range(min(count, MOST_TERMS if count > MOST_TERMS + 2 else count))

    def _added(self, terms: list[Node], count: int) -> Node:
        if not terms:
            return number(0)
        total = terms[0]
        for term in terms[1:]:
            total = infix(total, "+", term)
        if len(terms) < count:
            self.left_out = (f"and {count - len(terms)} further terms",)
            total = infix(total, "+", Text("…"))
        return total


def _long(term: Node) -> bool:
    return not fits_within(term, 24)


def _over(total: Node, count: int) -> Node:
    return fraction(total, number(count))


def _matrices(line: Line) -> bool:
    return all(isinstance(arg, Value) and 1 <= arg.ndim <= 2 for arg in line.args)


def _broadcast(place: Index, arg: Arg) -> Index:
    """Where an argument that was broadcast is read."""
    if not isinstance(arg, Value):
        return ()
    tail = place[len(place) - arg.ndim :]
    return tuple(
        0 if length == 1 else i for i, length in zip(tail, arg.shape, strict=True)
    )


def _single(line: Line) -> Line:
    """The line as if it were about single numbers."""
    args = tuple(
        Value((), arg.dtype) if isinstance(arg, Value) else arg for arg in line.args
    )
    return Line(Value((), line.result.dtype), line.op, args, line.params)
