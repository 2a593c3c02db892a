"""A value that may be the loss, and the steps that may have been taken to descend it."""

from __future__ import annotations

from dataclasses import dataclass, field

from chainrule.program import Array, Value
from chainrule.roles.history import History, Variable

DESCENDS = 0.5
"""The cosine from which on the steps are taken to descend a loss."""
STRONG = frozenset(
    {"loss", "cost", "total_loss", "j", "objective", "nll", "error", "mse"}
)


@dataclass(frozen=True, slots=True, eq=False)
class LearntParameter:
    """A parameter of a loss: the value it reads, and what became of it until the next time."""

    variable: Variable
    value: Value
    after: Value

    def taken(self, history: History) -> Array:
        """What was added to the parameter, in one row."""
        return (history.number(self.after) - history.number(self.value)).ravel()


@dataclass(slots=True, eq=False)
class Candidate:
    """A value that may be the loss, with what speaks for it."""

    value: Value
    variable: Variable | None
    steps: tuple[LearntParameter, ...]
    cosine: float | None = None
    cosines: dict[str, float] = field(default_factory=dict)
    gradients: dict[Value, Array] = field(default_factory=dict)
    score: float = 0.0
    feeds: bool = False

    @property
    def name(self) -> str | None:
        """What the reader calls it."""
        return self.variable.name if self.variable is not None else self.value.name


def is_called_loss(candidate: Candidate) -> bool:
    """Whether the name of a candidate leaves no doubt."""
    return (candidate.name or "").lower().strip("_") in STRONG
