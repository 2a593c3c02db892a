"""Names a user may have meant: an unknown one is answered with the nearest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from chainrule.program import UsageError
from chainrule.program.errors import nearest

Item = TypeVar("Item")


def find(
    kind: str, name: str, table: Mapping[str, Item], other: Mapping[str, str]
) -> Item:
    """The entry of ``table`` called ``name``, or called so elsewhere (``other`` maps to our name).

    Raises:
        UsageError: E410 for a name that is neither, with the nearest ones.

    >>> find("loss", "MSE", {"mse": 1}, {})
    1
    >>> find("loss", "mean_squared_error", {"mse": 1}, {"mean_squared_error": "mse"})
    1
    """
    if not isinstance(name, str):
        raise UsageError(
            "E410",
            f"the {kind} is asked for by its name; got {name!r}",
            hint=f"choose one of {', '.join(table)}",
        )
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    wanted = other.get(wanted, wanted)
    if wanted in table:
        return table[wanted]
    raise unknown(kind, name, [*table, *other])


def unknown(kind: str, name: str, names: Iterable[str]) -> UsageError:
    """The error for a name that does not exist, with the nearest that do.

    >>> print(unknown("activation", "rleu", ["relu", "tanh"]))
    UsageError[E410]: there is no activation called 'rleu'
      fix: did you mean relu?
    """
    known = list(names)
    hint = nearest(name, known, f"choose one of {', '.join(known)}")
    return UsageError("E410", f"there is no {kind} called {name!r}", hint=hint)
