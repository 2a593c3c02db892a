"""A tracer that names values by the place of their statement, and refuses a number that left and comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from chainrule.program import Arg, Array, CannotTrace, SourceSpan, Value
from chainrule.trace import refusals, source
from chainrule.trace.events import Guard
from chainrule.trace.tracer import Tracer


class StatementTracer(Tracer):
    """A tracer for scripts that are to be checked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(lets_go=True, follow_branches=True, **options)
        self.escaped: dict[float, SourceSpan | None] = {}
        self.on_write: Callable[[Value, Value], None] | None = None
        self.script_file = ""
        self.on_line = self._named

    def _named(self, value: Value, frames: Sequence[FrameType]) -> None:
        name = source.bound_name(iter(frames))
        if name is not None:
            self.builder.christen(value, name)

    def written(self, array: Any, before: Value) -> None:
        """An array was written in place."""
        super().written(array, before)
        if self.on_write is not None:
            self.on_write(before, array._value)  # noqa: SLF001

    def succeeded(self, before: Value, after: Any) -> None:
        """A number got a successor, which a loop's own name may lose again."""
        if self.on_write is not None:
            self.on_write(before, after.value)

    def lower(self, arg: Any) -> Arg:
        """An argument of a line; not a number that was taken out before."""
        if type(arg) is float and arg in self.escaped:
            raise CannotTrace(
                "E301",
                f"{arg!r} was taken out of a traced value by float(...), and is used in the computation again",
                where=self.escaped[arg],
                hint="use the value itself, without float(...)",
            )
        return super().lower(arg)

    def as_array(self, value: Value) -> Array:
        """Whole numbers, and what a library asks for."""
        whole = value.dtype.kind in "iub"
        if not whole and self._called_by_user():
            raise refusals.plain_array(value.name, self.here())
        self.let_go(value, "an array of numbers")
        return self.builder.numbers[value]

    def as_number(self, value: Value, how: str, rewrite: str) -> Any:
        """The number, remembered so that its silent return is noticed."""
        if self._inside_call("math"):
            raise refusals.taken_out(how, value.name, self.here(), rewrite)
        self.let_go(value, how)
        item = self.builder.numbers[value].item()
        if isinstance(item, float) and item not in (0.0, 1.0):
            self.escaped[item] = self.here()
        return item

    def decide(self, value: Value) -> bool:
        """Which way a branch goes."""
        outcome = bool(self.builder.numbers[value])
        places = source.places(self.frames())
        self.events.append(Guard(value, outcome, len(self.builder.lines), places))
        return outcome

    def _called_by_user(self) -> bool:
        """Whether the innermost frame outside this library is the file being read, or one beside it."""
        if not self.script_file:
            return False
        for frame in source.user_frames(boundary=self.boundary):
            folder = Path(self.script_file).resolve().parent
            return Path(frame.f_code.co_filename).resolve().parent == folder
        return False

    def _inside_call(self, module: str) -> bool:
        """Whether the user's current instruction calls a function of ``module`` (``math.exp(x)``)."""
        for frame in source.user_frames(boundary=self.boundary):
            called = source.called(frame)
            return getattr(called, "__module__", None) == module
        return False
