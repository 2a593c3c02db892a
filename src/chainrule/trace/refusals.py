"""What cannot be recorded faithfully, each refusal in a sentence and with a way to write it."""

from __future__ import annotations

from chainrule.program import CannotTrace, ShapeError, SourceSpan
from chainrule.program.values import Shape


def leaked(name: str | None, where: SourceSpan | None) -> CannotTrace:
    """A value of one trace, used in another."""
    return CannotTrace(
        "E301",
        f"{name or 'a value'} was traced elsewhere and has leaked into this computation",
        where=where,
        hint="pass it in as an argument",
    )


def stale(name: str | None, where: SourceSpan | None) -> CannotTrace:
    """A view, read after a write to what it is a view of."""
    return CannotTrace(
        "E301",
        f"{name or 'a view'} is a view of an array that was written to afterwards",
        where=where,
        hint="take a .copy() before the write",
    )


class PlainTable(CannotTrace):
    """A plain array indexed by traced labels (E301)."""


def table(name: str | None, where: SourceSpan | None) -> PlainTable:
    """Whole numbers that index an array which is not traced."""
    name = name or "a traced value"
    return PlainTable(
        "E301",
        f"{name} indexes a plain array here, which would bake its numbers into the program",
        where=where,
        hint="pass the table in as an argument;"
        f" for one-hot rows write ({name}[:, None] == np.arange(3)) * 1.0",
    )


def plain_array(name: str | None, where: SourceSpan | None) -> CannotTrace:
    """A traced value, asked for as an array of numbers."""
    return CannotTrace(
        "E301",
        f"{name or 'a traced value'} would be turned into a plain array here, and its gradient lost",
        where=where,
        hint="use NumPy functions on the value itself; build arrays with np.stack or np.concatenate,\n"
        "copy with .copy(), and fill rows of a result through a list and np.stack",
    )


def taken_out(
    how: str, name: str | None, where: SourceSpan | None, hint: str
) -> CannotTrace:
    """The number of a traced value, taken out as Python's own."""
    return CannotTrace(
        "E301",
        f"{how} takes the number out of {name or 'a traced value'}, and its gradient would be lost",
        where=where,
        hint=hint,
    )


def branch(name: str | None, where: SourceSpan | None) -> CannotTrace:
    """A traced value, asked whether it is true."""
    return CannotTrace(
        "E302",
        f"a branch on {name or 'a traced value'} would be decided now and baked into the program",
        where=where,
        hint="choose with np.where(condition, a, b), or follow this one branch with follow_branches=True",
    )


def written_through(name: str | None, where: SourceSpan | None) -> CannotTrace:
    """A write to a view that may share memory."""
    return CannotTrace(
        "E301",
        f"{name or 'a traced value'} is a view, and writing to it would write to the array behind it",
        where=where,
        hint="write to the array itself, or to a .copy()",
    )


def written_argument(name: str | None, where: SourceSpan | None) -> CannotTrace:
    """A write to an argument of the function."""
    name = name or "a traced value"
    return CannotTrace(
        "E301",
        f"{name} belongs to the caller, and would be changed in place",
        where=where,
        hint=f"write {name} = {name} - ..., which makes a new array, or take a .copy() first",
    )


def written_twice(name: str | None, where: SourceSpan | None) -> CannotTrace:
    """A write with an index that names an entry twice."""
    return CannotTrace(
        "E301",
        f"the index writes to some entries of {name or 'the array'} more than once, and only the last write would count",
        where=where,
        hint="add up with np.add.at(array, index, values), or write each entry once",
    )


def reshaping_write(
    before: Shape, after: Shape, where: SourceSpan | None
) -> ShapeError:
    """A write that would change the shape of what it writes to."""
    return ShapeError(
        "E101",
        f"an in-place write would change the shape {before} to {after}",
        where=where,
    )
