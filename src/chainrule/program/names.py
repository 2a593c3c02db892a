"""Names for values: valid in every language a program is written in, and nobody's twice."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

RESERVED = frozenset(
    {"np", "tf", "torch", "jnp", "jax", "numpy", "print", "len", "range"}
)
"""Names that an emitted program needs for itself."""


class Taken(set[str]):
    """Names that are in use, and how far each has been counted, so that the thousandth ``h`` is found at once."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        super().__init__(names)
        self.counts: dict[str, int] = {}


def free_name(name: str, taken: set[str]) -> str:
    """``name`` as an identifier that is not in ``taken``, which it joins.

    >>> taken = Taken()
    >>> [free_name(name, taken) for name in ("h", "h", "coef_", "lambda", "_", "2nd")]
    ['h', 'h_2', 'coef_', 'lambda_', 'value', 'v2nd']
    """
    clean = re.sub(r"\W", "_", name)
    if not clean.strip("_"):
        clean = "value"
    if clean[0].isdigit():
        clean = f"v{clean}"
    if keyword.iskeyword(clean) or clean in RESERVED:
        clean += "_"
    counts = taken.counts if isinstance(taken, Taken) else {}
    candidate, count = clean, counts.get(clean, 1)
    while candidate in taken:
        count += 1
        candidate = f"{clean}_{count}"
    counts[clean] = count
    taken.add(candidate)
    return candidate
