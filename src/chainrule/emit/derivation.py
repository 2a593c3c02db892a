"""What emit asks of a derived program; ``chainrule.derive.Derived`` is one, though emit does not know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from chainrule.program import Run, Value


class Derivation(Protocol):
    """A forward program and its backward program, with numbers."""

    @property
    def forward(self) -> Run:
        """The forward pass alone."""

    @property
    def run(self) -> Run:
        """Forward and backward in one program, with the outputs (loss, gradient, gradient …)."""

    @property
    def loss(self) -> Value:
        """The single number that was differentiated."""

    @property
    def wrt(self) -> tuple[Value, ...]:
        """The parameters."""

    @property
    def gradients(self) -> Mapping[Value, Value]:
        """The gradient of every value that has one."""

    @property
    def steps(self) -> Sequence[Any]:
        """Each gradient with its contributions, in the order they were found."""
