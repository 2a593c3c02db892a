"""What cannot be recorded faithfully, each refusal in a sentence and with a way to write it."""

from __future__ import annotations

import traceback
from collections.abc import Container, Iterable, Sequence
from typing import Any

import numpy as np

from chainrule.program import CannotTrace, ShapeError, SourceSpan
from chainrule.program.values import Shape
from chainrule.trace.instrument.code import is_library


def leaked(name: str | None, where: SourceSpan | None) -> CannotTrace:
    """A value of one trace, used in another."""
    return CannotTrace(
        "E301",
        f"{name or 'a value'} was traced elsewhere and has leaked into this computation",
        where=where,
        hint="pass it in as an argument",
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


def is_unlike(item: Any) -> bool:
    """Whether something is a kind of array whose arithmetic is its own, and not followed: masks, units."""
    kind = type(item)
    if kind is np.matrix:
        return False
    return isinstance(item, np.ndarray) and any(
        getattr(kind, name) is not getattr(np.ndarray, name)
        for name in ("__mul__", "__array_ufunc__")
    )


def unlike(item: Any, where: SourceSpan | None) -> CannotTrace:
    """An array whose arithmetic is its own, which the lines of a program do not have."""
    if isinstance(item, np.ma.MaskedArray):
        what, lost = "a masked array", "its mask would be lost"
        hint = "give its numbers with .filled(0.0), and multiply by the mask where it matters"
    else:
        what, lost = f"an array of the class {type(item).__name__}", "its arithmetic is its own"  # fmt: skip
        hint = "write np.asarray(a) for the plain numbers of the array a"
    return CannotTrace(
        "E301", f"{what} meets a traced value here, and {lost}", where=where, hint=hint
    )


def power_of_matrix(shape: Sequence[int], where: SourceSpan | None) -> ShapeError:
    """``M ** 2`` of a matrix that is no square, which NumPy has no result for."""
    return ShapeError(
        "E101",
        f"** multiplies a matrix by itself, and one of the shape {tuple(map(int, shape))} cannot be",
        where=where,
        hint="for the power of every entry write np.power(M, 2)",
    )


def matrix(what: str, where: SourceSpan | None) -> CannotTrace:
    """A matrix of NumPy's in what is not done with its array."""
    return CannotTrace(
        "E301",
        f"an np.matrix {what} here, which is not followed",
        where=where,
        hint="write np.asarray(M) for the matrix M, and @ where * was meant as the product of matrices",
    )


def not_taken(error: Exception, where: SourceSpan | None) -> CannotTrace:
    """What fails where a stand-in is in the place of an array, and runs with the array."""
    said = "".join(traceback.format_exception_only(error)).strip()
    return CannotTrace(
        "E301",
        "what stands here runs with your arrays, and does not take the stand-ins that they are followed by",
        where=where,
        detail=said,
        hint="give it the numbers alone, np.array(x.tolist()) in the place of x, where no gradient has to pass",
    )


def failed_at(
    error: BaseException, files: Container[str] | None = None
) -> SourceSpan | None:
    """Where in the user's source an error came out: the innermost line of ``files``, or of none of a library's."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if (frame.filename in files if files else not is_library(frame.filename))
    ]
    if not frames:
        return None
    last = frames[-1]
    return SourceSpan(last.filename, last.lineno or 0, last.colno or 0)


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


def option(name: str, options: Iterable[str], where: SourceSpan | None) -> CannotTrace:
    """An option of a function, which the program could not keep."""
    asked = ", ".join(f"{key}=..." for key in options)
    return CannotTrace(
        "E301",
        f"{name}({asked}) is not recorded, and would be silently wrong",
        where=where,
        hint=f"write it without {asked}, as a NumPy expression",
    )


def plain_out(name: str, where: SourceSpan | None) -> CannotTrace:
    """A function that writes traced values into an array that is not traced."""
    return CannotTrace(
        "E301",
        f"{name} would write into an array that is not followed here",
        where=where,
        hint="make the array inside the function, or assign the result to a name",
    )


def in_a_list(name: str, where: SourceSpan | None) -> CannotTrace:
    """A function outside the catalogue that is given traced values in a list."""
    return CannotTrace(
        "E301",
        f"{name} of traced values in a list is not recorded",
        where=where,
        hint="join them first with np.stack([...]) or np.concatenate([...])",
    )


def writes_its_argument(name: str, where: SourceSpan | None) -> CannotTrace:
    """A function outside the catalogue that writes into what it is given."""
    return CannotTrace(
        "E301",
        f"{name} writes into its argument, which is not recorded",
        where=where,
        hint="write to an index, as a[i] = b, or choose with np.where(condition, a, b)",
    )


def unknown_result(name: str, dtype: object, where: SourceSpan | None) -> CannotTrace:
    """A function outside the catalogue that gives what no program holds."""
    return CannotTrace(
        "E301",
        f"{name} gives {dtype} here, which is not followed",
        where=where,
        hint="a program holds real numbers, whole numbers and yes or no",
    )


def unknown_method(name: str, where: SourceSpan | None) -> CannotTrace:
    """A method of a ufunc that is not recorded."""
    return CannotTrace(
        "E301",
        f"{name} with these arguments is not recorded, and would be silently wrong",
        where=where,
        hint="write it with the function that has a name, as np.sum for np.add.reduce",
    )


def changes_memory(name: str | None, where: SourceSpan | None) -> CannotTrace:
    """A method that changes an array's memory in a way no line says."""
    return CannotTrace(
        "E301",
        f"the memory of {name or 'a traced value'} would be changed in a way that is not recorded",
        where=where,
        hint="write to an index, as a[i] = b, or make a new array",
    )


def forks(name: str, where: SourceSpan | None) -> CannotTrace:
    """A script that makes another process of itself."""
    return CannotTrace(
        "E301",
        f"os.{name} makes a second process, in which nothing would be recorded",
        where=where,
        hint="read the script without it: guard the call, or move it to another file",
    )
