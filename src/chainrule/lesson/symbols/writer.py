"""A program's values and lines as mathematics: in symbols, and with the numbers put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache, partial
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.formula import (
    Call,
    Kind,
    Marked,
    Node,
    Number,
    Row,
    Strength,
    Symbol,
    Text,
    apply,
    call,
    columns,
    entry,
    fence,
    gradient,
    holes,
    identifier,
    infix,
    marked,
    matrix,
    number,
    power,
    sequence,
    to_text,
)
from chainrule.formula.build import TIMES, beside
from chainrule.lesson.summary import is_small
from chainrule.program import Arg, Array, Hole, Line, Run, Size, Value
from chainrule.program.program import concrete

Leaf = Callable[[Value], Node | None]

ARITHMETIC = frozenset(
    {"add", "subtract", "multiply", "divide", "negative", "power", "square", "identity"}
)
"""What stays written out when the functions in a line have been worked out."""
TRANSPARENT = frozenset({"expand_dims", "squeeze", "broadcast_to", "astype"})
"""Ops that a formula does not show: the same entries, perhaps copied."""
ROWS, COLUMNS = "rows", "columns"
MOST_STAGES, WIDEST = 4, 84


class TooLarge(Exception):  # noqa: N818 - it says what is the case
    """Numbers that no reader wants to see one by one."""


def settled_ops() -> frozenset[str]:
    """Ops that only arrange or compare: with numbers put in, their result is shown."""
    return _SETTLED


_SETTLED = frozenset(
    op.name
    for op in ops.CATALOGUE.values()
    if op.name in {*vars(ops.shaping), *vars(ops.indexing)}
    or (op.rules and not callable(op.rules) and all(rule is None for rule in op.rules))
)


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

    def symbol(self, value: Value) -> Node:
        """A value by its name, or as the expression it is."""
        if value in self.names:
            return marked(self.names[value], None, self.kinds.get(value, ""))
        return self.written(value) if value in self.producer else Text("a constant")

    def written(self, value: Value) -> Node:
        """What computes ``value``, in symbols."""
        return self._line(self.producer[value], self._symbol_leaf)

    def stages(self, value: Value) -> list[Node]:
        """What computes ``value`` with the numbers put in, then with one layer of functions after another worked out.

        Stages too wide to read are left out; nothing is told where the numbers are too many to print.
        """
        done: set[Value] = set()
        found: list[Node] = []
        while len(found) < MOST_STAGES:
            node = self._tried(value, partial(self._number_leaf, done=frozenset(done)))
            if node is None:
                return []
            if not found or node != found[-1]:
                found.append(node)
            inner = self._innermost(value, done)
            if not inner:
                break
            done |= inner
        line = self.producer[value]
        if line.op.name not in ARITHMETIC:
            node = self._tried(value, self._small)
            if node is not None and node != found[-1]:
                found.append(node)
        return [node for node in found if fits(node)]

    def _innermost(self, value: Value, done: set[Value]) -> set[Value]:
        """The nameless functions under ``value`` that are still to work out and hold no other such."""
        found: set[Value] = set()

        def visit(one: Value) -> bool:
            """Whether anything is still to work out at or under ``one``."""
            if (
                one in done
                or self._number_leaf(one, frozenset(), test=True) is not None
            ):
                return False
            below = [
                visit(arg) for arg in self.producer[one].args if isinstance(arg, Value)
            ]
            if any(below):
                return True
            if self.producer[one].op.name not in ARITHMETIC:
                found.add(one)
                return True
            return False

        for arg in self.producer[value].args:
            if isinstance(arg, Value):
                visit(arg)
        return found

    def is_same(self, value: Value) -> bool:
        """Whether ``value`` is another named value under a name of its own."""
        line = self.producer.get(value)
        return (
            line is not None
            and line.op.name == "identity"
            and line.args[0] in self.names
        )

    def array(self, value: Value) -> Node:
        """The numbers of a value."""
        return numbers(self.run.numbers[value], value.name, self.kinds.get(value, ""))

    def said(self, value: Value) -> str:
        """A value in a sentence."""
        return " ".join(to_text(self.symbol(value)))

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
        if line.op.name in _SETTLED and not self._shown_through(line):
            return Text("") if test else self._small(value)
        return None

    def _small(self, value: Value) -> Node:
        if not is_small(self.run.numbers[value]):
            raise TooLarge
        kind = self.kinds.get(value, "")
        if not kind and value not in self.names:
            kind = "local"
        return numbers(self.run.numbers[value], value.name, kind)

    def _line(self, line: Line, leaf: Leaf) -> Node:
        outer = self._outer(line)
        if outer is not None:
            left, right = (self._arg(arg, leaf) for arg in outer)
            return infix(left, "⊗", right)
        inner = self._unturned(line)
        if inner is not None:
            line = inner
        args = [self._arg(arg, leaf) for arg in line.args]
        return written(line, args)

    def _outer(self, line: Line) -> tuple[Value, Value] | None:
        """A column times a row is an outer product: every entry of the one with every entry of the other."""
        if line.op.name != "multiply":
            return None
        column, row = (
            self._before(arg, axis)
            for arg, axis in zip(line.args, (-1, -2), strict=True)
        )
        return (column, row) if column is not None and row is not None else None

    def _shown_through(self, line: Line) -> bool:
        """Whether what an arranging op arranges is itself worth writing out: it only adds or copies an axis."""
        first = line.args[0]
        nameless = (
            isinstance(first, Value)
            and first not in self.names
            and first in self.producer
        )
        return self._unturned(line) is not None or (
            line.op.name in TRANSPARENT and nameless
        )

    def _unturned(self, line: Line) -> Line | None:
        """The product behind an axis that was only put there for it: a vector is a row or a column as needed."""
        first = line.args[0] if line.args else None
        if (
            line.op.name != "getitem"
            or not isinstance(first, Value)
            or first in self.names
        ):
            return None
        product = self.producer.get(first)
        if product is None or product.op.name != "matmul":
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
        if line is None or line.op.name != "expand_dims" or line.params["axis"] != axis:
            return None
        source = line.args[0]
        return source if isinstance(source, Value) and source.ndim == 1 else None

    def _arg(self, arg: Arg, leaf: Leaf) -> Node:
        if isinstance(arg, Value):
            found = leaf(arg)
            return self._line(self.producer[arg], leaf) if found is None else found
        return number(arg.number if isinstance(arg, Size) else arg)


def fits(node: Node) -> bool:
    """Whether a formula is narrow enough to be read in one piece."""
    return max(map(columns, to_text(node, WIDEST)), default=0) <= WIDEST


def numbers(array: Array, of: str | None = None, kind: Kind = "") -> Node:
    """An array as it is read: a single number without brackets around it."""
    if array.size == 1:
        place = "" if of is None else of
        return number(array.item(), place or None, kind)
    return matrix(array, of, kind)


def name(value_name: str, kind: Kind = "") -> Node:
    """The symbol of a named value."""
    return identifier(value_name, value_name, kind)


def gradient_of(value_name: str, loss: str, kind: Kind = "") -> Node:
    """∂L/∂W1, for the reader's own loss."""
    return gradient(value_name, loss, ref=f"d{value_name}", kind=kind)


def written(line: Line, args: list[Node]) -> Node:
    """A line's operation applied to arguments already written."""
    match line.op.name:
        case "multiply" if line.args[0] is line.args[1]:
            return power(args[0], number(2))
        case "multiply":
            return _product(line, args)
        case "matmul" | "dot" if _scalar(line.args[0]) or _scalar(line.args[1]):
            return infix(args[0], "·", args[1])
        case "matmul" if not all(isinstance(_bare(arg), Symbol) for arg in args):
            return infix(args[0], "·", args[1])
        case "scatter_add":
            return call("put", args[0], Text(f"at {_place(line, args)}"))
        case "setitem":
            return call("set", *args[:2], Text(f"at {_place(line, args)}"))
        case "getitem":
            return entry(args[0], *_index(line, args))
        case "identity":
            return args[0]
        case "concatenate" | "stack" | "einsum" | "tensordot":
            return call(line.op.name, *args, *_keywords(line))
    if not line.op.notation:
        return call(line.op.name, *args, *_keywords(line))
    wanted = holes(line.op.notation)
    params = {
        key: param(key, value, line)
        for key, value in concrete(line.params).items()
        if key in wanted and value is not None
    }
    single = all(_scalar(arg) for arg in line.args)
    notation = line.op.notation if single else entrywise_notation(line.op.notation)
    return apply(notation, args, params)


@lru_cache(maxsize=1024)
def entrywise_notation(notation: str) -> str:
    r"""A notation for arrays: two factors side by side are multiplied entry by entry, not as matrices.

    >>> entrywise_notation(r"#1\,\sigma(#1)")
    '#1 \\odot \\sigma(#1)'
    """
    return _SIDE_BY_SIDE.sub(r"\1 \\odot ", notation)


_SIDE_BY_SIDE = re.compile(r"(#\d|\))\s*(?:\\,)?\s*(?=\\(?:log|tanh|sigma|Phi)\b)")


def _product(line: Line, args: list[Node]) -> Node:
    left, right = args
    if not (_scalar(line.args[0]) or _scalar(line.args[1])):
        return infix(left, "⊙", right)
    if _is_name(left) and _is_sum(right):
        return beside(left, right, TIMES)
    return infix(left, "·", right)


def _is_name(node: Node) -> bool:
    node = _bare(node)
    return isinstance(node, Symbol | Call) or (
        isinstance(node, Number) and not node.digits.startswith("-")
    )


def _is_sum(node: Node) -> bool:
    node = _bare(node)
    return isinstance(node, Row) and node.left == Strength.SUM


def _bare(node: Node) -> Node:
    return node.body if isinstance(node, Marked) else node


def _scalar(arg: Arg) -> bool:
    return not isinstance(arg, Value) or int(np.prod(arg.shape)) == 1


def param(key: str, value: Any, line: Line) -> Node:
    """A parameter as a formula shows it: an axis of a matrix by the name of what it runs over."""
    first = next((arg for arg in line.args if isinstance(arg, Value)), None)
    if key == "axis" and first is not None:
        return Text(axis_words(value, first.ndim))
    if isinstance(value, bool | int | float | np.number):
        return number(value)
    return Text(str(value))


def axis_words(axis: Any, ndim: int) -> str:
    """What an axis runs over.

    >>> axis_words(0, 2), axis_words(-1, 2), axis_words((0, 2), 3)
    ('rows', 'columns', 'axes 0, 2')
    """
    if isinstance(axis, tuple):
        listed = ", ".join(str(one % ndim) for one in axis)
        return f"axes {listed}" if len(axis) > 1 else axis_words(axis[0], ndim)
    if ndim == 1:
        return "all"
    if ndim == 2:
        return (ROWS, COLUMNS)[axis % 2]
    return f"axis {axis % ndim}"


def _keywords(line: Line) -> list[Node]:
    return [
        Text(f"{key} = {value}")
        for key, value in concrete(line.params).items()
        if value != line.op.params.get(key)
    ]


def _index(line: Line, args: list[Node]) -> list[Node]:
    """The index of ``x[…]`` as the program writes it."""
    index = line.params["index"]
    items = index if isinstance(index, tuple) else (index,)
    return [_one_index(item, args) for item in items] or [Text("…")]


def _place(line: Line, args: list[Node]) -> str:
    """An index in words: [2, :]."""
    first = 2 if line.op.name == "setitem" else 1
    shown = [args[0], *args[first:]]
    return "[" + ", ".join(" ".join(to_text(one)) for one in _index(line, shown)) + "]"


def _one_index(item: Any, args: list[Node]) -> Node:
    match item:
        case Hole(position=position):
            return args[position + 1]
        case slice(start=start, stop=stop, step=step):
            ends = ["" if end is None else str(_plain(end)) for end in (start, stop)]
            return Text(":".join(ends if step is None else [*ends, str(_plain(step))]))
        case None:
            return Text("new axis")
        case _ if item is Ellipsis:
            return Text("…")
        case _:
            return number(_plain(item))


def _plain(item: Any) -> Any:
    return item.number if isinstance(item, Size) else item


def listed(*nodes: Node) -> Node:
    """Several things with commas between them."""
    return nodes[0] if len(nodes) == 1 else sequence(*nodes)


def bracketed(node: Node) -> Node:
    """In round brackets."""
    return fence("(", node, ")")
