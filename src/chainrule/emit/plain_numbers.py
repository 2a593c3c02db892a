"""Single numbers that may be written as plain Python numbers: ``-1 / y.size``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from chainrule import ops
from chainrule.emit.dialect import Dialect, as_they_are
from chainrule.program import Line, Value


@dataclass(frozen=True, slots=True)
class OfLengths:
    """What is made of lengths alone: ``arrays``, numbers of the language's own, and ``entries`` of tables of such."""

    arrays: frozenset[Value] = frozenset()
    numbers: frozenset[Value] = frozenset()
    entries: frozenset[Value] = frozenset()


def plain_numbers(
    lines: Sequence[Line],
    outputs: Iterable[Value],
    readers: Mapping[Value, Sequence[Line]],
    dialect: Dialect,
) -> set[Value]:
    """The nameless single numbers that come from plain ones and go into arithmetic alone.

    Where a language mixes element types as NumPy does, they may meet whole numbers: ``1 / n``.
    """
    mixes = dialect.fits is as_they_are
    plain: set[Value] = set()
    for line in lines:
        arithmetic = is_arithmetic(line) and all(
            not isinstance(arg, Value) or arg in plain for arg in line.args
        )
        if (
            line.result.name is None
            and line.result.shape == ()
            and (arithmetic or filler(line) is not None)
        ):
            plain.add(line.result)
    plain.difference_update(outputs)
    for line in reversed(lines):
        value = line.result
        if value in plain and not all(
            is_arithmetic(reader)
            and (reader.result in plain or _meets_an_array(reader, plain, mixes=mixes))
            for reader in readers.get(value, ())
        ):
            plain.remove(value)
    return plain


def of_lengths(
    lines: Sequence[Line],
    readers: Mapping[Value, Sequence[Line]],
    rows: AbstractSet[Value],
    dialect: Dialect,
) -> OfLengths:
    """What is computed of plain numbers and lengths alone.

    The functions of a language that does not mix types as NumPy does take no numbers of Python's.
    """
    entries = frozenset(_out_of_tables(lines, readers, rows))
    made: set[Value] = set()
    python: set[Value] = set()
    for line in () if dialect.fits is as_they_are else lines:
        if line.args and all(a in python for a in line.args if isinstance(a, Value)):
            reading = (line, *readers.get(line.result, ()))
            if any(map(takes_arrays, reading)):
                made.add(line.result)
            elif is_arithmetic(line):
                python.add(line.result)
        elif line.result in entries:
            python.add(line.result)
    return OfLengths(frozenset(made), frozenset(python), entries)


def _out_of_tables(
    lines: Sequence[Line],
    readers: Mapping[Value, Sequence[Line]],
    rows: AbstractSet[Value],
) -> Iterator[Value]:
    """The entries of tables of plain numbers that nothing reads which takes arrays alone: ``size[t].item()``."""
    for line in lines:
        out_of_table = line.op is ops.getitem and line.args[0] not in rows
        reading = readers.get(line.result, ())
        if out_of_table and line.result.weak and all(map(_takes_numbers, reading)):
            yield line.result


def _takes_numbers(line: Line) -> bool:
    mixes = is_arithmetic(line) or line.op.kind == "comparison"
    return mixes or "index" in line.params


def takes_arrays(line: Line) -> bool:
    """Whether a line applies a function, entry by entry."""
    return line.op.elementwise and line.op.kind in ("function", "activation")


def bends(line: Line) -> bool:
    """Whether a line bends one array entry by entry: tanh, a sigmoid, ``np.maximum(0, z)``."""
    return takes_arrays(line) and sum(isinstance(a, Value) for a in line.args) == 1


def filler(line: Line) -> int | None:
    """The number that fills the whole result: 1 in ones, 0 in zeros."""
    return {ops.ones_like: 1, ops.zeros_like: 0}.get(line.op)


def is_arithmetic(line: Line) -> bool:
    """Whether a line is written with signs, which take numbers of Python's as they take arrays."""
    return line.op.kind in ("sum", "arithmetic")


def _meets_an_array(line: Line, plain: set[Value], *, mixes: bool) -> bool:
    """Whether a line reads what gives its result the type: a number of the language's own does not."""
    return any(
        value not in plain
        and not value.plain
        and (mixes or value.dtype == line.result.dtype)
        for value in _values(line)
    )


def _values(line: Line) -> Iterable[Value]:
    return (arg for arg in line.args if isinstance(arg, Value))
