"""Entries of arrays: one as a tuple of indices, several as a mask."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.program import Array

Entry = tuple[int, ...]


def places(mask: Any) -> list[Entry]:
    """The entries that a mask holds, in order.

    >>> places(np.array([[False, True], [True, False]]))
    [(0, 1), (1, 0)]
    """
    return [tuple(place) for place in np.argwhere(mask).tolist()]


def only(shape: tuple[int, ...], entry: Entry, kind: Any = bool) -> Array:
    """1, or True, at one entry and 0 everywhere else.

    >>> only((3,), (1,), float)
    array([0., 1., 0.])
    """
    found = np.zeros(shape, kind)
    found[entry] = 1
    return found
