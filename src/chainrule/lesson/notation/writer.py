"""A program's values and lines as mathematics: in symbols, and with the numbers put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial

from chainrule import ops
from chainrule.formula import (
    Kind,
    Node,
    Text,
    identifier,
    infix,
    marked,
    negative,
    number,
)
from chainrule.formula.moving import alike, in_letters
from chainrule.lesson.notation.names import constant, numbers
from chainrule.lesson.notation.turns import OVER_TURNS, SIDE_BY_SIDE, Moving
from chainrule.lesson.notation.written import Spelling, written, written_e
from chainrule.lesson.summary import is_small
from chainrule.program import Arg, Line, Op, Run, Size, Turn, Value

Leaf = Callable[[Value], Node | None]

MOST_STAGES = 4

READABLE = 80
"""How many values and operations a formula may have: a line of it has about twenty."""


DEEPEST = 40
"""How many brackets a formula may have one in the other; what is further inside is left out."""


_LETTER = re.compile(r"\b[a-z]\b")


class TooLarge(Exception):  # noqa: N818 - it says what is the case
    """Numbers that no reader wants to see one by one."""


def settled(op: Op) -> bool:
    """Whether an op only arranges or compares: with numbers put in, its result is shown."""
    arranges = op.kind in ("view", "arrangement", "indexing")
    return arranges or (isinstance(op.rules, tuple) and set(op.rules) == {None})


def stays(op: Op) -> bool:
    """Whether an op stays written out when the functions in a line have been worked out."""
    return op.kind in ("sum", "arithmetic")


class Writer:
    """Writes the values of one run; named values stand for themselves, nameless ones as what they are."""

    def __init__(
        self,
        run: Run,
        names: Mapping[Value, Node],
        kinds: Mapping[Value, Kind],
        besides: Mapping[Value, Line] | None = None,
    ) -> None:
        self.run = run
        self.names = names
        self.kinds = kinds
        self.producer = {**(besides or {}), **run.program.producer()}
        self._lengths: dict[Value, int] = {}
        # x of entry i, or of turn i: an index needs a letter that has no other meaning
        self.letters = frozenset(
            letter for one in names for letter in _LETTER.findall(one.name or "")
        )
        self.spelling = Spelling(
            euler=not any(written_e(symbol) for symbol in names.values()),
            sample=next((one for one in "ijnmsrq" if one not in self.letters), "i"),
        )

    def forget(self, values: Iterable[Value]) -> None:
        """Write ``values`` out as what they are, though they have names."""
        left = set(values)
        self.names = {one: name for one, name in self.names.items() if one not in left}
        self._lengths.clear()

    def symbol(self, value: Value) -> Node:
        """A value by its name, or as the expression it is."""
        if value in self.names:
            return marked(self.names[value], None, self.kinds.get(value, ""))
        if value in self.producer:
            return self.written(value)
        known = self.run.numbers.get(value)
        if known is None or known.size != 1:
            return Text("a constant")
        return constant(known.item())

    def written(self, value: Value) -> Node:
        """What computes ``value``, in symbols."""
        return self._line(self.producer[value], self._symbol_leaf)

    def readable(self, value: Value) -> bool:
        """Whether ``value`` has a name, or can be written out in a formula that a reader takes in."""
        named = value in self.names or value not in self.producer
        return named or self.length(value) <= READABLE

    def length(self, value: Value) -> int:
        """How many values and operations what computes ``value`` has, all that is nameless written out."""
        ahead = [value]
        while ahead:
            one = ahead[-1]
            args = self.producer[one].args
            nameless = [
                arg for arg in args if isinstance(arg, Value) and self._is_nameless(arg)
            ]
            missing = [arg for arg in nameless if arg not in self._lengths]
            if one not in self._lengths and not missing:
                written_out = sum(self._lengths[arg] for arg in nameless)
                self._lengths[one] = 1 + len(args) - len(nameless) + written_out
            if missing:
                ahead += missing
            else:
                ahead.pop()
        return self._lengths[value]

    def _is_nameless(self, value: Value) -> bool:
        return value not in self.names and value in self.producer

    def stages(self, value: Value) -> list[Node]:
        """What computes ``value`` with the numbers put in, then with one layer of functions after another worked out.

        Nothing is told where the numbers are too many to print.
        """
        line = self.producer[value]
        if line.op in (OVER_TURNS, SIDE_BY_SIDE) or self._takes_from_much(line):
            return []
        done: set[Value] = set()
        found: list[Node] = []
        while len(found) < MOST_STAGES:
            node = self._tried(value, partial(self._number_leaf, done=frozenset(done)))
            if node is None:
                return []
            if not found or not alike(node, found[-1]):
                found.append(node)
            inner = self._innermost(value, done)
            if not inner:
                break
            done |= inner
        line = self.producer[value]
        if not stays(line.op):
            node = self._tried(value, self._small)
            if node is not None and not alike(node, found[-1]):
                found.append(node)
        return found

    def _takes_from_much(self, line: Line) -> bool:
        """Whether a line only takes a part of an array that nobody wants to see: the part is told as its result."""
        known = self.run.numbers.get(line.reads()[0]) if line.reads() else None
        if line.op.kind != "indexing" or known is None:
            return False
        return known.ndim > 2 or not is_small(known)

    def _innermost(self, value: Value, done: set[Value]) -> set[Value]:
        """The nameless functions under ``value`` that are still to work out and hold no other such."""
        found: set[Value] = set()
        working: dict[Value, bool] = {}
        ahead = [arg for arg in self.producer[value].args if isinstance(arg, Value)]
        while ahead:
            one = ahead[-1]
            if one in working:
                ahead.pop()
                continue
            shown = one in done or self._number_leaf(one, test=True) is not None
            args = () if shown else self.producer[one].args
            below = [arg for arg in args if isinstance(arg, Value)]
            missing = [arg for arg in below if arg not in working]
            if missing:
                ahead += missing
                continue
            waits = any(working[arg] for arg in below)
            is_next = not (shown or waits or stays(self.producer[one].op))
            found |= {one} if is_next else set()
            working[one] = waits or is_next
        return found

    def ops_in(self, value: Value, most: int = 200) -> list[Op]:
        """The ops that ``value`` is written in, up to ``most`` uses."""
        found: list[Op] = []
        ahead = [value]
        while ahead and len(found) < most:
            line = self.producer[ahead.pop()]
            found.append(line.op)
            ahead += [
                read
                for read in line.reads()
                if read not in self.names and read in self.producer
            ]
        return found

    def is_same(self, value: Value) -> bool:
        """Whether ``value`` is another named value under a name of its own."""
        line = self.producer.get(value)
        return (
            line is not None and line.op is ops.identity and line.args[0] in self.names
        )

    def array(self, value: Value) -> Node:
        """The numbers of a value."""
        return numbers(self.run.numbers[value], value.name, self.kinds.get(value, ""))

    def said(self, value: Value) -> str:
        """A value in a sentence."""
        return in_letters(self.symbol(value))

    def _tried(self, value: Value, leaf: Leaf) -> Node | None:
        try:
            return self._line(self.producer[value], leaf)
        except TooLarge:
            return None

    def _symbol_leaf(self, value: Value) -> Node | None:
        if value in self.names or value not in self.producer:
            return self.symbol(value)
        return None

    def _number_leaf(
        self,
        value: Value,
        done: AbstractSet[Value] = frozenset(),
        *,
        test: bool = False,
    ) -> Node | None:
        """The numbers of what is not written out: named values, what only arranges entries, what is done."""
        line = self.producer.get(value)
        if value in self.names or line is None or value in done:
            return Text("") if test else self._small(value)
        if settled(line.op) and not self._shown_through(line):
            return Text("") if test else self._small(value)
        return None

    def _small(self, value: Value) -> Node:
        if value not in self.run.numbers or not is_small(self.run.numbers[value]):
            raise TooLarge
        kind = self.kinds.get(value, "")
        if not kind and value not in self.names:
            kind = "local"
        return numbers(self.run.numbers[value], value.name, kind)

    def _line(self, line: Line, leaf: Leaf, depth: int = 0) -> Node:
        outer = self._outer(line)
        if outer is not None:
            left, right = (self._arg(arg, leaf, depth) for arg in outer)
            return infix(left, "⊗", right)
        inner = self._unturned(line)
        if inner is not None:
            line = inner
        args = [self._arg(arg, leaf, depth) for arg in line.args]
        return written(line, args, self.spelling)

    def _outer(self, line: Line) -> tuple[Value, Value] | None:
        """A column times a row is an outer product: every entry of the one with every entry of the other."""
        if line.op is not ops.multiply:
            return None
        left, right = line.args
        column, row = self._before(left, -1), self._before(right, -2)
        if row is None and isinstance(right, Value) and right.ndim == 1:
            row = right
        return (column, row) if column is not None and row is not None else None

    def _shown_through(self, line: Line) -> bool:
        """Whether what an arranging op arranges is itself worth writing out: it only adds or copies an axis."""
        first = line.args[0]
        nameless = (
            isinstance(first, Value)
            and first not in self.names
            and first in self.producer
        )
        return self._unturned(line) is not None or (line.op.unseen and nameless)

    def _unturned(self, line: Line) -> Line | None:
        """The product behind an axis that was only put there for it: a vector is a row or a column as needed."""
        first = line.args[0] if line.args else None
        if (
            line.op is not ops.getitem
            or not isinstance(first, Value)
            or first in self.names
        ):
            return None
        product = self.producer.get(first)
        if product is None or product.op is not ops.matmul:
            return None
        left, right = product.args
        index = line.params["index"]
        if (
            index == (..., 0, slice(None))
            and (vector := self._before(left, -2)) is not None
        ):
            return Line(line.result, product.op, (vector, right))
        if index == (..., 0) and (vector := self._before(right, -1)) is not None:
            return Line(line.result, product.op, (left, vector))
        return None

    def _before(self, arg: Arg, axis: int) -> Value | None:
        """The vector that got a new axis there."""
        line = (
            self.producer.get(arg)
            if isinstance(arg, Value) and arg not in self.names
            else None
        )
        if (
            line is None
            or line.op is not ops.expand_dims
            or line.params["axis"] != axis
        ):
            return None
        source = line.args[0]
        return source if isinstance(source, Value) and source.ndim == 1 else None

    def _arg(self, arg: Arg, leaf: Leaf, depth: int) -> Node:
        if isinstance(arg, Value):
            found = leaf(arg)
            if found is None and depth == DEEPEST:
                return Text("…")
            return found or self._line(self.producer[arg], leaf, depth + 1)
        if isinstance(arg, Moving) and leaf == self._symbol_leaf:
            return _counted(arg)
        return number(arg.number) if isinstance(arg, Size | Turn) else constant(arg)


def _counted(turn: Moving) -> Node:
    """``t + 1`` where a line computes with it: in a product it has brackets."""
    terms = re.findall(r"([+-]?)([^+-]+)", turn.written)
    found: Node | None = None
    for sign, term in terms:
        item = identifier(term) if term.isidentifier() else Text(term)
        if found is None:
            found = negative(item) if sign == "-" else item
        else:
            found = infix(found, sign, item)
    return Text(turn.written) if found is None else found
