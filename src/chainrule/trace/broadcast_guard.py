"""What NumPy would do silently and nobody meant: a column against a row, a type that drifts."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

from chainrule import ops
from chainrule.ops.shapes import size
from chainrule.program import Arg, DTypeError, Line, Op, ShapeError, SourceSpan, Value

TURNS = (ops.getitem, ops.expand_dims, ops.reshape)
"""How a column is made of what is flat."""


def refuse_column_against_row(
    op: Op,
    args: Sequence[Arg],
    producer: Mapping[Value, Line],
    moved: Container[Value],
) -> None:
    """A column (n, 1) against a flat (n,) makes an (n, n) that nobody meant, but of three kinds that are meant.

    Counts of entries, ``np.arange(n)``, meet one another. Squares of lengths of rows meet in every pair: ``(X**2).sum(1)[:, None] + (X**2).sum(1) - 2 * X @ X.T``. And what
    meets itself does: ``labels[:, None] == labels``, ``x[:, None] - x``.
    """
    values = [arg for arg in args if isinstance(arg, Value)]
    for column in values:
        for flat in values:
            if (
                flat.ndim == 1
                and column.shape == (*flat.shape, 1)
                and flat.shape[0] > 1
                and not (_sums_rows(column, producer) and _sums_rows(flat, producer))
                and _unturned(column, producer) is not _unturned(flat, producer)
                and any(_is_given(one, moved, producer) for one in (column, flat))
            ):
                n = flat.shape[0]
                one, other = column.name or "one side", flat.name or "the other"
                raise ShapeError(
                    "E101",
                    f"shapes do not match in {op.name}: {one} is {column.shape}, {other} is {flat.shape}",
                    detail=f"NumPy would broadcast these to {(n, n)}; the loss and every gradient would be wrong",
                    hint=f"{flat.name or 'it'}.reshape({n}, 1), or [None, :] if all {n}×{n} pairs are meant",
                )


def _unturned(value: Value, producer: Mapping[Value, Line]) -> Value:
    """The array that a value is, but for how it is turned: the same entries, none left out and none repeated."""
    while (line := producer.get(value)) is not None and line.op in TURNS:
        before = next(iter(line.reads()))
        if size(before.shape) != size(value.shape):
            break
        value = before
    return value


def _sums_rows(value: Value, producer: Mapping[Value, Line]) -> bool:
    """Whether a value is a sum over the rows of a matrix, however it was turned."""
    line = producer.get(value)
    while line is not None and (line.op in TURNS or line.op.kind == "view"):
        line = producer.get(line.reads()[0])
    return line is not None and line.op is ops.sum and line.reads()[0].ndim == 2


def refuse_drift(
    op: Op,
    args: Sequence[Arg],
    result: Value,
    places: Sequence[SourceSpan],
    known: tuple[Container[Value], Mapping[Value, Line]],
) -> None:
    """A float32 computation that turns into float64 by the way is named, never let pass.

    What no slope leads to from anything that was given, as the pixels of a picture, is data: widened, it is the same numbers.
    """
    floats = [arg for arg in args if isinstance(arg, Value) and arg.dtype.kind == "f"]
    size = result.dtype.itemsize
    narrow = [
        one for one in floats if one.dtype.itemsize < size and _has_slope(one, *known)
    ]
    if not narrow or result.dtype.kind != "f" or op is ops.astype:
        return
    wide = [value.name or "one side" for value in floats if value not in narrow]
    cause = (
        f"{wide[0]} is {result.dtype}"
        if wide
        else f"{op.name} with these arguments gives {result.dtype}"
    )
    raise DTypeError(
        "E111",
        f"{narrow[0].name or 'a value'} is {narrow[0].dtype}, and the result drifts to {result.dtype}",
        where=places[0] if places else None,
        detail=cause,
        hint=f"bring both to one type, such as .astype(np.{narrow[0].dtype}) or .astype(np.{result.dtype})",
    )


def _is_given(
    value: Value, moved: Container[Value], producer: Mapping[Value, Line]
) -> bool:
    """Whether a value holds the entries of an array that was given, or of one that is written out."""
    return any(
        one in moved or one not in producer or producer[one].op is ops.array
        # a length that a line asks for holds no entries
        for one in _behind(value, producer, lambda line: line.args, lambda v: v.ndim)
    )


def _has_slope(
    value: Value, moved: Container[Value], producer: Mapping[Value, Line]
) -> bool:
    """Whether floating numbers lead from what was given to ``value``."""
    return any(
        one in moved and one not in producer
        for one in _behind(value, producer, Line.reads, lambda v: v.differentiable)
    )


def _behind(
    value: Value,
    producer: Mapping[Value, Line],
    read: Callable[[Line], Iterable[Arg]],
    leads_on: Callable[[Value], object],
) -> Iterator[Value]:
    """A value, and what leads to it: of what lines ``read`` what ``leads_on``."""
    ahead, seen = [value], {value}
    while ahead:
        one = ahead.pop()
        yield one
        args = read(producer[one]) if one in producer else ()
        more = {arg for arg in args if isinstance(arg, Value) and leads_on(arg)} - seen
        ahead += more
        seen |= more
