"""Changes to a source by its line numbers: lines replaced, taken out, put in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines ``first`` to ``last`` become ``text``; with ``last`` before ``first``, it is put in above ``first``."""

    first: int
    last: int
    text: str

    @property
    def is_insertion(self) -> bool:
        """Whether nothing is taken out."""
        return self.last < self.first


def edited(source: str, edits: Iterable[Edit]) -> str:
    r"""The source with all edits made; of two that replace the same lines, the first.

    >>> print(edited("a\nb\nc", [Edit(1, 1, ""), Edit(3, 2, "a")]))
    b
    a
    c
    """
    lines = source.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    taken: set[int] = set()
    chosen: list[Edit] = []
    for edit in dict.fromkeys(edits):
        mine = set(range(edit.first, edit.last + 1))
        if not mine & taken:
            taken |= mine
            chosen.append(edit)
    # from below, so that the numbers above stay true; what is put in above a line, after its own change
    chosen.reverse()
    for edit in sorted(chosen, key=lambda one: (-one.first, one.is_insertion)):
        text = f"{edit.text}\n" if edit.text else ""
        lines[edit.first - 1 : edit.last] = text.splitlines(keepends=True)
    result = "".join(lines)
    return result if source.endswith("\n") else result.removesuffix("\n")
