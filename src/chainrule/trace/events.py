"""What happens to a script's names: a value is bound, a parameter updated."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.program import SourceSpan, Value


@dataclass(frozen=True, slots=True)
class Bound:
    """One moment at which a name was given a value."""

    name: str
    value: Value
    at: SourceSpan | None


@dataclass(frozen=True, slots=True)
class Update:
    """A parameter's new value: ``W`` became ``W - lr * dW``."""

    name: str
    before: Value
    after: Value
    at: SourceSpan | None
