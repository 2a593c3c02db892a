"""Parts made ready to print: small arrays as formulas, results as the last row of their formula, what aligns together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from chainrule.formula import (
    Matrix,
    Node,
    Number,
    Ref,
    entry,
    marked,
    matrix,
    number,
    to_text,
)
from chainrule.formula.numbers import shared_decimals, written
from chainrule.lesson.parts import Cell, Code, Formula, Numbers, Part, Row, Spans, Table
from chainrule.lesson.summary import MOST_ROWS, is_small
from chainrule.program import Array
from chainrule.program.conversions import as_array, as_float

Merged = Callable[[Part, Part, Part], None]


@dataclass(frozen=True, slots=True)
class Digits:
    """A number in a column of a table, with as many decimals as the others there."""

    number: Number


@dataclass(frozen=True, slots=True)
class ShownWords:
    """How a medium writes what stands in a line, or in a cell: words, source, a formula, a number of a column.

    >>> said = ShownWords(str, "`{}`".format, lambda node: " ".join(to_text(node)))
    >>> said.line(("here ", Code("x"), " is ", number(0.5)))
    'here `x` is 0.5'
    """

    text: Callable[[str], str]
    code: Callable[[str], str]
    math: Callable[[Node], str]
    digits: Callable[[Number], str] = written

    def one(self, span: Cell | Digits) -> str:
        """A span, or a cell."""
        match span:
            case Digits(found):
                return self.digits(found)
            case str():
                return self.text(span)
            case Code(source):
                return self.code(source)
            case int() | float():
                return self.digits(number(span))
            case _:
                return self.math(span)

    def line(self, spans: Spans) -> str:
        """Spans, one after the other."""
        return "".join(map(self.one, spans))


def shown(part: Numbers) -> tuple[Row, ...]:
    """``W1 = [ … ]`` for a small array, a row a slice for more than two axes; nothing for a large one.

    >>> from chainrule.formula import identifier, to_text
    >>> [row] = shown(Numbers("w", identifier("w"), np.array([0.5, -1.0])))
    >>> to_text(row.right)
    ['(0.5, −1.0)']
    """
    array = as_array(part.array)
    if not is_small(array) or array.size == 0:
        return ()
    if array.ndim <= 2:
        right = matrix(
            array, part.name, part.kind, max_rows=MOST_ROWS, max_cols=MOST_ROWS
        )
        return (Row(left=part.symbol, right=right),)
    return tuple(
        Row(left=entry(part.symbol, *front), right=_slice(part, array, front))
        for front in np.ndindex(array.shape[:-2])
    )


def joined(parts: Iterable[Part], merged: Merged | None = None) -> Iterator[Part]:
    """The parts, with the results that follow a formula as its last rows, where they are small.

    ``merged`` is told of every two parts that became one.
    """
    waiting: Formula | None = None
    for part in parts:
        rows = (
            _result_rows(waiting, part)
            if waiting is not None and isinstance(part, Numbers)
            else ()
        )
        if waiting is not None and rows:
            whole = replace(waiting, rows=(*waiting.rows, *rows))
            if merged is not None:
                merged(waiting, part, whole)
            waiting = whole
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        if isinstance(part, Formula):
            waiting = part
        else:
            yield part
    if waiting is not None:
        yield waiting


def shape_of(array: Array) -> str:
    """A shape as NumPy prints it, and nothing for a single number.

    >>> shape_of(np.ones((2, 1))), shape_of(np.ones(3)), shape_of(np.array(1.0))
    ('(2, 1)', '(3,)', '')
    """
    return str(tuple(map(int, array.shape))) if array.ndim else ""


def grouped(parts: Iterable[Part]) -> Iterator[Part | tuple[Numbers, ...]]:
    """The parts joined, and the arrays among them together that follow one another."""
    for arrays, group in groupby(joined(parts), lambda part: isinstance(part, Numbers)):
        if arrays:
            yield tuple(group)  # type: ignore[arg-type]
        else:
            yield from group


def aligned(rows: Iterable[Row]) -> Iterator[tuple[Row, ...] | Row]:
    """The rows of a formula that stand under their relations together; those that are words by themselves."""
    for words, group in groupby(rows, lambda row: row.right is None):
        if words:
            yield from group
        else:
            yield tuple(group)


def as_rows(parts: Iterable[Numbers]) -> Iterator[tuple[Row, ...] | Numbers]:
    """Arrays as rows that stand together, each with what is said of it; large ones by themselves."""
    rows: list[Row] = []
    for part in parts:
        first, *others = shown(part) or (None,)
        if first is not None:
            rows += [replace(first, reason=remark(part)), *others]
            continue
        if rows:
            yield tuple(rows)
        rows = []
        yield part
    if rows:
        yield tuple(rows)


def filled(table: Table) -> tuple[tuple[Cell | Digits, ...], ...]:
    """The cells of a table, its numbers made ready, each column with as many decimals throughout.

    >>> table = Table(("step", "loss"), ((1, 0.5), (2, 0.25)))
    >>> [[cell.number.digits for cell in row] for row in filled(table)]
    [['1', '0.50'], ['2', '0.25']]
    """
    columns = []
    for cells in zip(*table.rows, strict=True):
        floats = [as_float(c) for c in cells if isinstance(c, (float, np.floating))]
        decimals = shared_decimals(floats)
        columns.append(
            [
                Digits(number(c, decimals=decimals))
                if isinstance(c, (int, float, np.number, np.bool_))
                else c
                for c in cells
            ]
        )
    return tuple(zip(*columns, strict=True))


def numeric(table: Table, rows: Sequence[Sequence[Cell | Digits]]) -> list[bool]:
    """Which columns hold nothing but numbers."""
    columns = zip(*rows, strict=True) if rows else [()] * len(table.columns)
    return [
        bool(one) and all(isinstance(cell, Digits) for cell in one) for one in columns
    ]


def remark(part: Numbers) -> Spans:
    """What stands beside an array: its note, or else its shape."""
    shape = shape_of(as_array(part.array))
    return part.note or ((f"shape {shape}",) if shape else ())


def _result_rows(formula: Formula, part: Numbers) -> tuple[Row, ...]:
    rows = shown(part)
    if not rows:
        return ()
    first, *others = rows
    lefts = [row.left for row in formula.rows if row.left is not None]
    if lefts and not others and to_text(lefts[-1]) == to_text(part.symbol):
        first = replace(first, left=None)
    return (replace(first, reason=remark(part)), *others)


def _slice(part: Numbers, array: Array, front: tuple[int, ...]) -> Node:
    decimals = shared_decimals(array.ravel().tolist())
    cells = tuple(
        tuple(
            number(
                array[(*front, i, j)],
                Ref(part.name, (*front, i, j)),
                part.kind,
                decimals=decimals,
            )
            for j in range(array.shape[-1])
        )
        for i in range(array.shape[-2])
    )
    return marked(Matrix(cells, Ref(part.name), part.kind), part.name, part.kind)
