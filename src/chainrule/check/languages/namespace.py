"""``np`` as a translated backward pass sees it: NumPy, and the ops of the catalogue that NumPy has no word for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace import TracedInt


class Namespace:
    """NumPy with ``np.softmax``, ``np.sigmoid`` and their like, and with the writes that make a new array.

    >>> bool(np.allclose(Namespace().sigmoid(np.zeros(2)), 0.5))
    True
    """

    pi = math.pi

    def __getattr__(self, name: str) -> Any:
        if hasattr(np, name):
            return getattr(np, name)
        try:
            return ops.CATALOGUE[name]
        except KeyError:
            message = f"neither NumPy nor the catalogue has {name!r}"
            raise AttributeError(message) from None

    def as_type(self, x: Any, kind: Any) -> Any:
        """``x`` as numbers of a kind; a length is a number of any kind."""
        return x.astype(kind) if hasattr(x, "astype") else x

    def arange(self, *args: Any) -> Any:
        """``np.arange``, in which a length stays a length."""
        n = args[0]
        if len(args) == 1 and isinstance(n, TracedInt):
            return n.tracer.record(ops.arange, (), {"n": n})
        return np.arange(*args)

    def squeeze_where_one(self, x: Any, axis: int) -> Any:
        """``x`` without an axis, if that has one entry only."""
        return np.squeeze(x, axis=axis) if x.shape[axis] == 1 else x

    def with_items(self, x: Any, key: Any, value: Any) -> Any:
        """A copy of ``x`` with some entries replaced, as ``x.at[key].set(value)`` gives."""
        made = x.copy()
        made[key] = value
        return made

    def with_added(self, x: Any, key: Any, value: Any) -> Any:
        """A copy of ``x`` with something added to some entries, as ``x.at[key].add(value)`` gives."""
        made = x.copy()
        np.add.at(made, key, value)
        return made

    def with_scaled(self, x: Any, key: Any, value: Any) -> Any:
        """A copy of ``x`` with some entries multiplied, as ``x.at[key].multiply(value)`` gives."""
        made = x.copy()
        made[key] = made[key] * value
        return made


NAMESPACE = Namespace()
