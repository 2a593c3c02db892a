"""A slip: a known mistake as one record, its kind, its sentence, and the changes that take it back."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from chainrule.check.suspect import Suspect


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What to write instead: ``old`` (a part of the expression) becomes ``new``; ``words`` fill the sentence."""

    old: ast.expr
    new: ast.expr
    words: dict[str, str] = field(default_factory=dict)
    sentence: str = ""


Changes = Callable[[Suspect], Iterator[Change]]


@dataclass(frozen=True, slots=True, eq=False)
class Slip:
    """A mistake: its kind, what is said about it, and the changes that would take it back."""

    kind: str
    sentence: str
    changes: Changes


def slip(kind: str, sentence: str) -> Callable[[Changes], Slip]:
    """The record around a function that yields the changes: kind, sentence and changes stand together."""
    return lambda changes: Slip(kind, sentence, changes)
