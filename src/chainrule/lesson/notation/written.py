"""A line's operation applied to arguments already written: products, indices, axes in words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.formula import (
    Call,
    Fraction,
    Marked,
    Node,
    Number,
    Operand,
    Operator,
    Row,
    Strength,
    Symbol,
    Text,
    apply,
    big,
    call,
    entry,
    fence,
    fraction,
    holes,
    identifier,
    infix,
    number,
    power,
    sequence,
    subscript,
)
from chainrule.formula.build import TIMES, beside
from chainrule.formula.moving import in_letters, is_negative
from chainrule.lesson.notation import turns
from chainrule.lesson.notation.names import numbers
from chainrule.lesson.summary import MOST_COLUMNS
from chainrule.ops.shapes import axes_of
from chainrule.program import Arg, Array, IndexSlot, Line, Size, Value
from chainrule.program.program import arg_shape, concrete

ROWS, COLUMNS = "rows", "columns"


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a lesson writes what can be written in two ways: where a program has an ``e``, eᶻ is exp(z).

    ``sample`` counts samples, by a letter that means nothing else.
    """

    euler: bool = True
    sample: str = "i"


USUAL = Spelling()


def written_e(symbol: Node) -> bool:
    """Whether a symbol would be taken for Euler's number."""
    symbol = _bare(symbol)
    return isinstance(symbol, Symbol) and symbol.letter == "e"


def written(line: Line, args: list[Node], spelling: Spelling = USUAL) -> Node:
    """A line's operation applied to arguments already written."""
    if hands_over(line):
        return args[0]
    match line.op:
        case ops.multiply if line.args[0] is line.args[1]:
            return power(args[0], number(2))
        case ops.multiply:
            return _product(line, args)
        case ops.add if (taken_away := _without_minus(args[1])) is not None:
            return infix(args[0], "-", taken_away)
        case ops.matmul if any(_scalar(arg) for arg in line.args) or not all(
            isinstance(_bare(arg), Symbol) for arg in args
        ):
            return infix(args[0], "·", args[1])
        case ops.scatter_add:
            return call("put", args[0], Text(f"at {_place(line, args)}"))
        case ops.setitem:
            return call("set", *args[:2], Text(f"at {_place(line, args)}"))
        case ops.getitem:
            return entry(args[0], *_index(line, args))
        case ops.expand_dims:
            return _expanded(line, args[0])
        case ops.take_along_axis if _scalar(line.args[1]):
            return entry(args[0], args[1])
        case turns.OVER_TURNS:
            return _over_turns(line, args)
        case turns.SIDE_BY_SIDE:
            return _side_by_side(line, args)
        case turns.LAST:
            return _of_the_last(line, args)
        case ops.array:
            return _typed(np.array(line.params["value"]))
        case ops.arange:
            return _counted(concrete(line.params)["n"])
        case op if "padding" in op.params:
            return _of_windows(line, args)
        case op if op.notation == ops.transpose.notation and not _turned_round(line):
            return call(op.name, *args, *_keywords(line))
    if not line.op.notation or line.op is ops.tensordot or callable(line.op.rules):
        return call(line.op.name, *args, *_keywords(line))
    if "[#2]" in line.op.notation:
        args = [args[0], _true_class(line, args[1], Symbol(spelling.sample))]
    if line.params.get("ddof"):
        # n − 1 in the place of n is another number
        args = [sequence(args[0], *_keyword("ddof", line)), *args[1:]]
    wanted = holes(line.op.notation)
    params = {
        key: param(key, value, line)
        for key, value in concrete(line.params).items()
        if key in wanted and value is not None
    }
    single = all(_scalar(arg) for arg in line.args)
    notation = line.op.notation if single else entrywise_notation(line.op.notation)
    if not spelling.euler:
        notation = _EULER.sub(r"\\exp(\1)", notation)
    return apply(notation, args, params)


def _typed(array: Array) -> Node:
    """An array that is written out in the program: itself if it stands in a line, else how large it is."""
    if array.ndim < 2 and array.size <= MOST_COLUMNS:
        return numbers(array)
    return Text(f"{'×'.join(map(str, array.shape))} numbers of the program")


def hands_over(line: Line) -> bool:
    """Whether a line only gives a single number another shape, as when one sample stands for a batch: nothing to tell."""
    first = line.args[0] if line.args else None
    if not isinstance(first, Value) or not (_scalar(first) and _scalar(line.result)):
        return False
    return line.op.kind == "view" or (line.op is ops.sum and first.shape == (1,))


def _of_windows(line: Line, args: list[Node]) -> Node:
    """What is done with every window, and how these move where it is not as usual: one by one, with no padding."""
    params = concrete(line.params)
    stride, padding = params["stride"], params["padding"]
    size = () if line.op.kind == "product" else params["size"]
    words = [_each(size)] if size else []
    words += [f"stride {_alike(stride)}"] if set(stride) != {1} and stride != size else []  # fmt: skip
    words += [f"padding {_alike(padding)}"] if any(padding) else []
    if size:
        (head,) = _FUNCTION.findall(line.op.notation)
        return call(head, args[0], *map(Text, words))
    whole = apply(line.op.notation, args)
    return beside(whole, Text(f"({', '.join(words)})")) if words else whole


_FUNCTION = re.compile(r"\\operatorname\{(\w+)\}")


def _each(lengths: tuple[int, ...]) -> str:
    """Lengths along the axes, as a size is said: 2 × 3."""
    return " × ".join(map(str, lengths))


def _alike(lengths: tuple[int, ...]) -> str:
    """Numbers along the axes, once where all are the same."""
    return str(lengths[0]) if len(set(lengths)) == 1 else _each(lengths)


def _turned_round(line: Line) -> bool:
    """Whether a line turns all axes round, or each of many matrices: that is what ᵀ says, and no other order."""
    axes = tuple(range(2, 2 + len(arg_shape(line.args[0]))))
    found = np.shape(line.op.forward(np.empty(axes), **concrete(line.params)))
    return found in (axes[::-1], (*axes[:-2], *axes[:-3:-1]))


def _true_class(line: Line, labels: Node, sample: Node) -> Node:
    """Where the true class of a sample stands: y for one sample, i and y[i] for the i-th of many."""
    of = line.args[1]
    if not isinstance(of, Value) or of.ndim != 1 or _scalar(of):
        return labels
    place = [sample, entry(labels, sample)]
    return sequence(*(place if line.params["axis"] in (-1, 1) else place[::-1]))


def _expanded(line: Line, arg: Node) -> Node:
    """An array with a further axis: one in front is there by itself, a vector behind which one stands is a column."""
    axes = axes_of(line.params["axis"], line.result.ndim)
    if axes == tuple(range(len(axes))):
        return arg
    if line.result.ndim == 2:
        return call("column", arg)
    new, old = Text("new axis"), Text(":")
    return entry(arg, *(new if n in axes else old for n in range(line.result.ndim)))


def _letters(line: Line) -> Node:
    letters = [identifier(one) for one in line.params["turns"]]
    return letters[0] if len(letters) == 1 else sequence(*letters)


def _over_turns(line: Line, args: list[Node]) -> Node:
    """The sum over all turns of what one turn adds, beginning with what there was before."""
    *start, share = args
    total = big("∑", share, _letters(line))
    return infix(start[0], "+", total) if start else total


def _side_by_side(line: Line, args: list[Node]) -> Node:
    *start, part = args
    every = subscript(fence("(", part, ")"), _letters(line))
    return fence("(", sequence(*start, every), ")") if start else every


def _of_the_last(line: Line, args: list[Node]) -> Node:
    """What the last turn made, by its name there; what has none is said to be of that turn."""
    if line.params["named"]:
        return identifier(line.params["named"])
    return beside(args[0], Text(f"  ({line.params['turn']})"))


@lru_cache(maxsize=1024)
def entrywise_notation(notation: str) -> str:
    r"""A notation for arrays: two factors side by side are multiplied entry by entry, not as matrices.

    >>> entrywise_notation(r"#1\,\sigma(#1)")
    '#1 \\odot \\sigma(#1)'
    """
    return _SIDE_BY_SIDE.sub(r"\1 \\odot ", notation)


_EULER = re.compile(r"e\^\{(#\d)\}")
_SIDE_BY_SIDE = re.compile(r"(#\d|\))\s*(?:\\,)?\s*(?=\\(?:log|tanh|sigma|Phi)\b)")


def _counted(n: int) -> Node:
    """0, 1, …, n − 1 in brackets."""
    ends = (0, 1, Operator("…", "ellipsis"), n - 1) if n > 3 else tuple(range(n))
    listed = [one if isinstance(one, Operator) else number(one) for one in ends]
    return fence("(", sequence(*listed), ")") if listed else Text("()")


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
        isinstance(node, Number) and not is_negative(node)
    )


def _is_sum(node: Node) -> bool:
    node = _bare(node)
    return isinstance(node, Row) and node.left == Strength.SUM


def _without_minus(node: Node) -> Node | None:
    """What a minus stands before: a + (−b) · c is a − b · c."""
    match node:
        case Operand(body):
            return _without_minus(body)
        case Row((Operator("-", "prefix"), Operand(body))):
            return body
        case Row((first, *others)) if node.left > Strength.SUM:
            rest = _without_minus(first)
            if rest is None:
                return None
            begins = replace(first, body=rest) if isinstance(first, Operand) else rest
            return replace(node, items=(begins, *others))
        case Fraction(top, bottom):
            rest = _without_minus(top)
            return None if rest is None else fraction(rest, bottom)
        case _:
            return None


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
    if isinstance(value, tuple) and value and all(type(one) is int for one in value):
        return fence("(", sequence(*map(number, value)), ")")
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
    return [one for key in line.params for one in _keyword(key, line)]


def _keyword(key: str, line: Line) -> list[Node]:
    """A parameter by its name, where it is not as usual."""
    value = concrete(line.params)[key]
    return [Text(f"{key} = {value}")] if value != line.op.params.get(key) else []


def _index(line: Line, args: list[Node]) -> list[Node]:
    """The index of ``x[…]`` as the program writes it."""
    index = line.params["index"]
    items = index if isinstance(index, tuple) else (index,)
    return [_one_index(item, args) for item in items] or [Text("…")]


def _place(line: Line, args: list[Node]) -> str:
    """An index in words: [2, :]."""
    shown = [args[0], *args[line.op.first_index :]]
    return "[" + ", ".join(map(in_letters, _index(line, shown))) + "]"


def _one_index(item: Any, args: list[Node]) -> Node:
    match item:
        case IndexSlot(position=position):
            return args[position + 1]
        case slice(start=start, stop=stop, step=step):
            ends = ["" if end is None else str(_plain(end)) for end in (start, stop)]
            return Text(":".join(ends if step is None else [*ends, str(_plain(step))]))
        case None:
            return Text("new axis")
        case _ if item is Ellipsis:
            return Text("…")
        case turns.Moving(written=letter):
            return identifier(letter) if letter.isidentifier() else Text(letter)
        case _:
            return number(_plain(item))


def _plain(item: Any) -> Any:
    if isinstance(item, turns.Moving):
        return item.written
    return item.number if isinstance(item, Size) else item
