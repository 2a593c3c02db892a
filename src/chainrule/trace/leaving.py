"""What leaves the stand-ins: numbers, branches, texts, lengths, each noted with its place, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from types import FrameType
from typing import Any

from chainrule.program import Arg, Array, Builder, SourceSpan, Value
from chainrule.trace import refusals, source
from chainrule.trace.events import TEXT, Escape, Event, Fixed, Guard, ValuesShown


class Leaving:
    """The part of a tracer that takes note of what goes on as plain numbers."""

    builder: Builder
    events: list[Event]
    lets_go: bool
    follow_branches: bool
    moved: set[Value]
    sized: set[Value]
    places: tuple[SourceSpan, ...]
    fixed: set[tuple[Arg | None, bool, tuple[SourceSpan, ...]]]

    def frames(self) -> Sequence[FrameType]:
        """The user's frames from the innermost out."""
        raise NotImplementedError

    def here(self) -> SourceSpan | None:
        """The user's place right now."""
        raise NotImplementedError

    def _spans(self) -> tuple[SourceSpan, ...]:
        """The user's places; inside of what is written out, that of the call."""
        return source.places(self.frames()) or self.places

    def as_array(self, value: Value) -> Array:
        """A traced value asked for as a plain array: its numbers, or a refusal."""
        if not self.lets_go and value in self.moved:
            whole = value.dtype.kind in "iub"
            refuse = refusals.table if whole else refusals.plain_array
            raise refuse(value.name, self.here())
        self.let_go(value, "an array of numbers")
        return self.builder.numbers[value]

    def as_number(self, value: Value, how: str, rewrite: str) -> Any:
        """A traced value asked for as a Python number: the number, or a refusal."""
        if not self.lets_go and value in self.moved:
            raise refusals.taken_out(how, value.name, self.here(), rewrite)
        self.let_go(value, how)
        return self.builder.numbers[value].item()

    def decide(self, value: Value) -> bool:
        """A branch on a traced value: which way it goes, or a refusal."""
        outcome = bool(self.builder.numbers[value])
        if value not in self.moved:
            self._settle(value)
            return outcome
        if not self.follow_branches:
            raise refusals.branch(value.name, self.here())
        n_lines, places = len(self.builder.lines), self._spans()
        self.events.append(Guard(value, outcome, n_lines, places))
        return outcome

    @property
    def decided(self) -> list[tuple[Value, bool]]:
        """The branches taken on values, in order."""
        guards = (event for event in self.events if isinstance(event, Guard))
        return [(guard.value, guard.outcome) for guard in guards]

    def let_go(self, value: Value, how: str) -> None:
        """A traced value leaves as plain numbers; a constant loses nothing by that."""
        if value not in self.moved:
            self._settle(value)
            return
        n_lines, places = len(self.builder.lines), self._spans()
        self.events.append(Escape(value, how, n_lines, places))

    def _settle(self, value: Value) -> None:
        if value in self.sized:
            self.fix(value)

    def fix(self, arg: Arg | None, *, turns: bool = False) -> None:
        """Python goes on with a plain number, which is that of this run; each place says so once."""
        places = self._spans()
        key = arg, turns, places[:1]
        if key not in self.fixed:
            self.fixed.add(key)
            n_lines = len(self.builder.lines)
            self.events.append(Fixed(arg, turns, n_lines, places))

    def show(self, value: Value) -> None:
        """A traced value became a text."""
        self.let_go(value, TEXT)

    def printed(self, start: int) -> None:
        """The texts that were made since event ``start`` for a line printed here went to a person, and to nobody else."""
        events = self.events
        texts = [
            at
            for at, event in enumerate(events[start:], start)
            if isinstance(event, Escape) and event.how == TEXT
        ]
        depth = len(source.places(self.frames())) if texts else 0
        for at in texts:
            event = events[at]
            # what a function called on the way makes of a text is its own affair
            if isinstance(event, Escape) and len(event.places) <= depth:
                events[at] = ValuesShown(
                    (event.value,), "print", event.n_lines, event.places
                )
