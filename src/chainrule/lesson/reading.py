"""How the subject of a lesson was read: the role of every value, the loss, the script's own steps, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from chainrule.roles import RoleReport

Confidence = Literal["high", "low"]
"""Whether the loss leads clearly and the steps descend it, where there are any."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was taken as what. ``learning_rate`` and ``optimizer`` are the script's own, None where it takes no step."""

    roles: Mapping[str, str] = field(default_factory=dict)
    loss_name: str | None = None
    implied_loss: str | None = None
    learning_rate: float | None = None
    optimizer: str | None = None
    confidence: Confidence = "high"
    messages: tuple[str, ...] = ()
    row: tuple[tuple[str, str, str, float, float], ...] = ()
    """Of a row of a table: each column, its cell, where in X it stands, the number there, its gradient."""

    @classmethod
    def of(
        cls,
        report: RoleReport,
        told_by: str | None = None,
        ways_taken: str | None = None,
    ) -> Reading:
        """The reading that a report of roles is; ``told_by`` is the optimizer of the lesson, ``ways_taken`` what its branches did."""
        messages = [*report.messages, *([ways_taken] if ways_taken else [])]
        own = report.optimizer
        if own not in (None, "sgd") and told_by is None:
            messages.append(
                f"the script steps by {own}; the update here is plain gradient descent: --optimizer {own}"
            )
        return cls(
            dict(report.roles),
            report.loss_name,
            report.implied_loss,
            report.learning_rate,
            own,
            report.confidence,
            tuple(messages),
        )
