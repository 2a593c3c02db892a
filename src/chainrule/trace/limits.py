"""When a reading stops: after so many lines, bytes or seconds, counted from the first line that was recorded."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from chainrule.program import Builder, SourceSpan, Value
from chainrule.trace.moves import moves_by_itself


class Enough(BaseException):
    """Raised inside the user's code when the reading has seen enough; no ``except Exception`` takes it."""


@dataclass(slots=True)
class Limits:
    """How far a reading goes.

    ``lines`` is how far it goes in any case; ``passes`` lines are enough once some variable has gone through
    ``n_moves`` updates, for then a training loop is being followed. Until the first line is recorded there is more
    time, ``patience``, for what a script prepares.
    """

    lines: int = 200_000
    passes: int = 3_000
    n_moves: int = 4
    seconds: float = 20.0
    patience: float = 60.0
    n_bytes: int = 2_000_000_000
    began: float = 0.0
    first: float | None = None
    moves: dict[SourceSpan | None, int] = field(default_factory=dict)
    most_moves: int = 0
    n_seen: int = 0
    held: int = 0

    @classmethod
    def endless(cls) -> Limits:
        """No limits: a function is called until it returns."""
        never = float("inf")
        return cls(1 << 62, 1 << 62, 1 << 62, never, never, 1 << 62)

    @classmethod
    def patient(cls) -> Limits:
        """The widest limits: for a forward pass that is longer than most trainings."""
        return cls(lines=2_000_000, passes=1 << 62, seconds=60.0)

    def start(self) -> None:
        """The clock runs from here."""
        self.began = time.monotonic()

    def check(self, builder: Builder) -> None:
        """Stop if there has been enough.

        Raises:
            Enough: in the user's code.
        """
        n_lines = len(builder.lines)
        if self.most_moves >= self.n_moves and n_lines >= self.passes:
            raise Enough
        while self.n_seen < n_lines:
            self.held += builder.numbers[builder.lines[self.n_seen].result].nbytes
            self.n_seen += 1
        now = time.monotonic()
        if n_lines and self.first is None:
            self.first = now
        if n_lines > self.lines or self.held > self.n_bytes:
            raise Enough
        late = now - self.began > self.patience
        if late or (self.first is not None and now - self.first > self.seconds):
            raise Enough

    def moved(
        self, builder: Builder, before: Value, after: Value, at: SourceSpan | None
    ) -> None:
        """A slot went from one value to another: count it if that is an update."""
        if self.most_moves < self.n_moves and moves_by_itself(builder, before, after):
            self.moves[at] = self.moves.get(at, 0) + 1
            self.most_moves = max(self.most_moves, self.moves[at])
