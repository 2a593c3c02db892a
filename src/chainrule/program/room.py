"""How much memory there is, asked before anything is made that would need more."""

from __future__ import annotations

import os
from functools import cache

from chainrule.program.errors import LimitError

UNKNOWN = 64 * 2**30
"""The memory of a machine that does not tell."""


@cache
def memory() -> int:
    """The bytes of memory that this machine has."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return UNKNOWN


def require_room(n_bytes: int, what: str, hint: str = "smaller sizes") -> None:
    """Refuse what does not fit into memory.

    Raises:
        LimitError: E601.

    >>> require_room(2**80, "a network of these sizes")
    Traceback (most recent call last):
        ...
    chainrule.program.errors.LimitError: LimitError[E601]: a network of these sizes asks for ... of memory; there are ...
      fix: smaller sizes
    """
    if n_bytes > memory():
        raise LimitError(
            "E601",
            f"{what} asks for {_said(n_bytes)} of memory; there are {_said(memory())}",
            hint=hint,
        )


def _said(n_bytes: int) -> str:
    """Bytes as people say them.

    >>> _said(80_000_000_000)
    '80 GB'
    """
    return f"{n_bytes / 1e9:.3g} GB"
