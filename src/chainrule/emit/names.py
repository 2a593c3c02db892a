"""Names in emitted code: the user's where they are safe, else made from what a value is."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from chainrule import ops
from chainrule.program import Arg, Counter, Line, Size, Turn, Value

LONGEST = 32
"""No generated name is longer."""
LONGEST_OWN = 48
"""No name at all is longer: beyond this, two of them do not fit on a line."""

RESERVED = frozenset(
    {
        *keyword.kwlist,
        *("np", "numpy", "tf", "tensorflow", "torch", "jax", "jnp", "math", "scipy"),
        *("argparse", "Path", "print", "range", "float", "int", "zip", "len", "tuple"),
    }
)
"""What emitted code itself relies on."""


def valid(name: str) -> str:
    """``name`` as an identifier that shadows nothing and runs nothing.

    >>> valid("W1"), valid("np"), valid("x; import os"), valid("__class__"), valid("")
    ('W1', 'np_', 'x_import_os', 'class_', 'value')
    """
    clean = unicodedata.normalize("NFKC", name)
    if not clean.isidentifier() or clean.startswith("__") or len(clean) > LONGEST_OWN:
        clean = (
            re.sub(r"[\W_]+", "_", clean).strip("_")[:LONGEST_OWN].rstrip("_")
            or "value"
        )
    if not clean.isidentifier():
        clean = f"v_{clean}" if f"v_{clean}".isidentifier() else "value"
    return f"{clean}_" if clean in RESERVED else clean


class Names:
    """The names given out in one piece of source; no two values get the same."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self.of: dict[Value, str] = {}
        self._counts: dict[str, int] = {}
        self.counters: dict[Counter, str] = {}
        self._letters: dict[str, str] = {}

    def free(self, wish: str) -> str:
        """``wish``, or ``wish_2`` if it is taken."""
        clean = valid(wish)
        # the count goes on where it stopped: the thousandth h is found at once
        candidate, count = clean, self._counts.get(clean, 1)
        while candidate in self.taken:
            count += 1
            candidate = f"{clean}_{count}"
        self._counts[clean] = count
        self.taken.add(candidate)
        return candidate

    def counter(self, counter: Counter) -> str:
        """The name of what counts a loop's turns; loops that have one word for it share it, unless one is in the other."""
        return self.counters.get(counter, counter.name)

    def letter(self, wish: str) -> str:
        """The name of what counts in a loop that a spelling writes; such loops are over before the next begins."""
        if wish not in self._letters:
            self._letters[wish] = self.free(wish)
        return self._letters[wish]

    def give(self, value: Value, wish: str) -> str:
        """The name of ``value``: what it has, else as near to ``wish`` as is free."""
        if value not in self.of:
            self.of[value] = self.free(wish)
        return self.of[value]


Word = Callable[[Arg], str]


def wish(line: Line, producer: Mapping[Value, Line], word: Word) -> str:
    """A readable name for what ``line`` computes, from its op and its arguments.

    >>> import numpy as np
    >>> from chainrule import ops
    >>> z, e = Value((2,), np.dtype(float), "z"), Value((2,), np.dtype(float))
    >>> wish(Line(e, ops.CATALOGUE["exp"], (z,)), {}, lambda arg: arg.name)
    'exp_z'
    """
    special = _special(line, producer, word)
    if special is not None:
        return special
    pattern, short = line.op.result_name
    values = [arg for arg in line.args if isinstance(arg, Value)]
    if (
        line.op.kind == "arithmetic"
        and len(values) == 1 < len(line.args)
        and line.op is not ops.power
    ):
        return f"scaled_{word(values[0])}"
    words = [word(arg) for arg in line.args]
    words += [""] * (3 - len(words))
    made = pattern.format(*words).strip("_")
    return made if len(made) <= LONGEST else short


def _special(line: Line, producer: Mapping[Value, Line], word: Word) -> str | None:
    """What has a name of its own: centered, shifted."""
    if line.op is ops.subtract and isinstance(line.args[0], Value):
        taken = producer.get(line.args[1]) if isinstance(line.args[1], Value) else None
        if taken is not None and taken.args and taken.args[0] is line.args[0]:
            word_for = {ops.mean: "centered", ops.max: "shifted"}.get(taken.op)
            if word_for:
                return f"{word_for}_{word(line.args[0])}"
    return None


def plain(arg: Arg) -> str:
    """A number or a size as part of a name."""
    if isinstance(arg, Size):
        return "count"
    if isinstance(arg, Turn):
        return "turn"
    words = {"0": "zero", "1": "one", "2": "two"}
    text = f"{arg:g}"
    return words.get(text) or re.sub(r"\W", "_", text).strip("_")
