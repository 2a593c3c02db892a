"""Every error we raise: a stable code, what was seen, where in the user's code, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from chainrule.program.source_places import SourceSpan


def nearest(
    name: str, known: Iterable[str], otherwise: str = "choose one of these names"
) -> str:
    """The hint for a name that is not known: those that may have been meant, or what to do ``otherwise``.

    >>> nearest("Rleu", ["relu", "tanh"])
    'did you mean relu?'
    """

    def alike(one: str) -> float:
        return difflib.SequenceMatcher(None, one, name.lower()).ratio()

    named = {one.lower(): one for one in known}
    close = difflib.get_close_matches(name.lower(), named, n=3, cutoff=0.5)
    # what is far from it beside the nearest one was not meant
    far = max(map(alike, close), default=0) - 0.25
    meant = " or ".join(named[one] for one in close if alike(one) > far)
    return f"did you mean {meant}?" if close else otherwise


class ChainruleError(Exception):
    """An error with a code, a place and a way out.

    >>> error = ShapeError(
    ...     "E101",
    ...     "(5, 3) @ (4, 2): the inner lengths 3 and 4 must agree",
    ...     hint="did you mean X @ W.T?",
    ... )
    >>> print(error)
    ShapeError[E101]: (5, 3) @ (4, 2): the inner lengths 3 and 4 must agree
      fix: did you mean X @ W.T?
    >>> error.code
    'E101'
    """

    exit_code = 3

    def __init__(
        self,
        code: str,
        message: str,
        *,
        where: SourceSpan | None = None,
        detail: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        return f"{type(self).__name__}[{self.code}]: {self.body()}"

    def body(self) -> str:
        """The message with its place, its numbers and its fix, a line each."""
        lines = [self.message]
        if self.where is not None:
            lines.append(f"in {self.where.describe()}")
        lines += self.detail.splitlines()
        if self.hint:
            first, *rest = self.hint.splitlines()
            lines += [f"fix: {first}", *(f"     {line}" for line in rest)]
        return "\n  ".join(lines)

    def at(self, where: SourceSpan | None) -> ChainruleError:
        """This error, placed at ``where`` unless it already has a place."""
        if self.where is None:
            self.where = where
        return self


class ShapeError(ChainruleError, ValueError):
    """Shapes that do not fit (E101, E102, E103)."""


class DTypeError(ChainruleError, TypeError):
    """An element type that cannot do what is asked (E110, E111)."""


class NonFiniteError(ChainruleError, FloatingPointError):
    """A value that became inf or nan (E201)."""


class CannotTrace(ChainruleError, TypeError):  # noqa: N818 - it says what happened, as StopIteration does
    """Something the tracer cannot follow faithfully (E301, E302)."""


class NoRuleError(ChainruleError, TypeError):
    """An operation without a rule, where a gradient must pass (E303)."""


class ProgramError(ChainruleError, ValueError):
    """A program that is not well formed, or a loss that cannot be found (E320 to E329)."""


class UsageError(ChainruleError, ValueError):
    """A name or an option that does not exist (E4xx)."""

    exit_code = 2


class DataError(UsageError):
    """A table whose cells are not what a table needs (E401, E420, E422 to E425)."""

    exit_code = 3


class CorruptFileError(ChainruleError, OSError):
    """A file that is not what it says it is (E501 to E504)."""


class UnsafeFileError(ChainruleError, ValueError):
    """A file that asks for more trust than data gets (E510 to E520)."""

    exit_code = 4


class LimitError(ChainruleError, MemoryError):
    """A request past a stated limit (E601)."""

    exit_code = 5


class MissingEngineError(ChainruleError, ImportError):
    """A framework that is asked for and not installed (E802)."""

    exit_code = 6
