"""Single numbers that may be written as plain Python numbers: ``-1 / y.size``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chainrule import ops
from chainrule.emit.dialect import Dialect, as_they_are
from chainrule.program import Line, Value


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
        arithmetic = _is_arithmetic(line) and all(
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
            _is_arithmetic(reader)
            and (reader.result in plain or _meets_an_array(reader, plain, mixes=mixes))
            for reader in readers.get(value, ())
        ):
            plain.remove(value)
    return plain


def made_arrays(
    lines: Sequence[Line], readers: Mapping[Value, Sequence[Line]], dialect: Dialect
) -> frozenset[Value]:
    """What is computed of plain numbers and lengths alone, and has to be an array: ``sqrt(x.shape[1])``.

    The functions of a language that does not mix types as NumPy does take no numbers of Python's.
    """
    made: set[Value] = set()
    python: set[Value] = set()
    for line in () if dialect.fits is as_they_are else lines:
        if line.args and all(a in python for a in line.args if isinstance(a, Value)):
            reading = (line, *readers.get(line.result, ()))
            if any(map(_takes_arrays, reading)):
                made.add(line.result)
            elif _is_arithmetic(line):
                python.add(line.result)
    return frozenset(made)


def numbers_out_of_tables(
    lines: Sequence[Line], readers: Mapping[Value, Sequence[Line]]
) -> frozenset[Value]:
    """The entries of tables of plain numbers that nothing reads which takes arrays alone: ``size[t].item()``."""
    return frozenset(
        line.result
        for line in lines
        if line.op is ops.getitem
        and line.result.weak
        and all(map(_takes_numbers, readers.get(line.result, ())))
    )


def _takes_numbers(line: Line) -> bool:
    mixes = _is_arithmetic(line) or line.op.kind == "comparison"
    return mixes or "index" in line.params


def _takes_arrays(line: Line) -> bool:
    return line.op.elementwise and line.op.kind in ("function", "activation")


def filler(line: Line) -> int | None:
    """The number that fills the whole result: 1 in ones, 0 in zeros."""
    return {ops.ones_like: 1, ops.zeros_like: 0}.get(line.op)


def _is_arithmetic(line: Line) -> bool:
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
