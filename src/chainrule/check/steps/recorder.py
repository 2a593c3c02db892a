"""A script being run for evidence: its lines with the places of all frames, and what every slot held."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.check.languages import Listener
from chainrule.check.languages.frameworks import of_script
from chainrule.check.languages.listener import listened
from chainrule.check.steps.notes import Notes, item_slot, user_frame
from chainrule.program import (
    ChainruleError,
    SourceSpan,
    Value,
)
from chainrule.trace import Traced, growing, source
from chainrule.trace.events import Escape
from chainrule.trace.lengths import TracedInt
from chainrule.trace.source import Span
from chainrule.trace.statements import Reader
from chainrule.trace.statements.tracer import StatementTracer
from chainrule.trace.statements.watched import Rewriting

FIRST_LOOK, MOST_LINES = 400, 30_000
"""After how many lines it is first asked whether enough was seen, and after how many a script is stopped anyway."""
Place = tuple[str, int, str | None]
"""Where a number gets its name: the file, the line, the name."""
HERE = str(Path(__file__).parent)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a frame was: which call of which function, in which file, at which span (columns in bytes)."""

    frame: int
    file: str
    function: str
    span: Span


class _TooLong(BaseException):
    """Raised inside a script that has recorded more than anybody wants to wait for."""


class _Recorder(StatementTracer):
    """A tracer that keeps the place of every frame behind a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.spots: dict[Value, tuple[Spot, ...]] = {}
        self.notes: Notes | None = None
        self.look_at = FIRST_LOOK
        self.is_enough: Callable[[], bool] = lambda: False

    def record(self, *given: Any, **options: Any) -> Any:
        known = len(self.builder.lines)
        result = super().record(*given, **options)
        if len(self.builder.lines) > known:
            self._keep_spots(known)
        return result

    def shown_again(self, before: Value, after: Value) -> None:
        if self.notes is not None:
            self.notes.views[after] = before
            # the expression that meets a view does not compute what it shows
            self.spots.pop(after, None)

    def _keep_spots(self, known: int) -> None:
        """Where the frames behind the lines since ``known`` stand."""
        if self.notes is not None:
            spots = tuple(
                Spot(
                    self.notes.key(frame),
                    frame.f_code.co_filename,
                    frame.f_code.co_name,
                    span,
                )
                for frame in source.user_frames(boundary=self.boundary)
                if (span := source.span(frame)) is not None
            )
            for line in self.builder.lines[known:]:
                if line.result not in self.notes.views:
                    self.spots.setdefault(line.result, spots)
        if len(self.builder.lines) >= self.look_at:
            self.look_at *= 2
            if len(self.builder.lines) > MOST_LINES or self.is_enough():
                raise _TooLong

    @property
    def guards(self) -> list[tuple[Value, Any]]:
        """What the program did next hung on these outcomes: where one is another, the recording does not hold."""
        whole = [
            (event.value, self.builder.numbers[event.value])
            for event in self.events
            if isinstance(event, Escape) and event.value.dtype.kind in "iub"
        ]
        return [*self.decided, *whole]


class Reading(Reader):
    """A reading that takes notes of slots and of the places of all frames."""

    def __init__(self, file: str, loss: str | None, n_pass: int) -> None:
        super().__init__(file, loss, n_pass, watch=lambda _: True)
        recorder = _Recorder(boundary=(Reader.execute.__code__,), pairs=True)
        recorder.script_file = file
        recorder.as_it_is = True
        recorder.on_write = self._written
        self.callees.tracer = recorder
        self.notes = Notes(recorder, self.callees)
        self.notes.distinct = lambda _: True
        recorder.notes = self.notes
        self.tracer: _Recorder = recorder
        self.watch = self.notes
        self.writes: list[tuple[Value, Value]] = []
        self.stopped = False
        self.floats: Collection[Place] = ()
        self.wholes: dict[Value, Place] = {}
        self.listener: Listener | None = None

    def rewriting(self) -> tuple[Rewriting, ...]:
        """A script in a framework's words is listened to."""
        language = of_script(self.text)
        if not language.modules:
            return super().rewriting()
        self.listener = Listener(language)
        return (*super().rewriting(), listened)

    def names(self) -> dict[str, Any]:
        """What is listened to is called by a name, too."""
        heard = {} if self.listener is None else self.listener.names()
        return {**super().names(), **heard}

    def _written(self, before: Value, after: Value) -> None:
        self.writes.append((before, after))
        self.notes.wrote_to(before, after)
        super()._written(before, after)

    def _wrap(self, value: Any, name: str | None) -> Any:
        """One array is one value, however often it is met; what is learnt is no whole number, however it begins."""
        is_array = isinstance(value, np.ndarray) and value.dtype.kind in "fiub"
        if type(value) is int or (is_array and value.dtype.kind in "iu"):
            frame = user_frame()
            place = (frame.f_code.co_filename, frame.f_lineno, name)
            if place in self.floats:
                value = value + 0.0
            wrapped = (
                self._once(value, name) if is_array else super()._wrap(value, name)
            )
            ref = wrapped.ref if isinstance(wrapped, TracedInt) else wrapped.value
            if isinstance(ref, Value):
                self.wholes[ref] = place
            return wrapped
        return self._once(value, name) if is_array else super()._wrap(value, name)

    def _once(self, value: Any, name: str | None) -> Any:
        kept = self.tracer.constants.get(id(value))
        if kept is not None and np.array_equal(
            self.tracer.builder.numbers[kept[1]], value
        ):
            matrix = type(value) is np.matrix
            return Traced(self.tracer, kept[1], is_matrix=matrix)
        wrapped = super()._wrap(value, name)
        self.tracer.constants[id(value)] = (value, wrapped.value, wrapped)
        return wrapped

    def bind(self, value: Any, name: str | tuple[str | None, ...] | None) -> Any:
        """A container is held under its name, too."""
        if isinstance(name, tuple) and isinstance(value, Iterator):
            value = tuple(value)
        wrapped = super().bind(value, name)
        if isinstance(wrapped, list | tuple | dict) and isinstance(name, str):
            frame = self.notes.key(user_frame())
            self.notes.hold(("name", frame, name), wrapped)
        return wrapped

    def grown(self, held: Any, keys: Iterable[Any], *, moved: bool) -> None:
        """What a method puts into a list or dict is held there, as what an assignment does."""
        super().grown(held, keys := list(keys), moved=moved)
        for key in keys:
            self.notes.hold(item_slot(held, key), growing.item(held, key))

    def called(self, held: Any) -> str | None:
        """The name or key by which a list or dict was met first."""
        slots: Any = self.notes.homes.get(id(held), ())
        return next((text for *_, text in slots), None)

    def _watch_loss(self, name: str, value: Value, at: SourceSpan | None) -> None:
        """No name decides when to stop."""

    def forget(self, value: Value, earlier: Value) -> None:
        """What the next pass computed is kept: it says which versions it reads."""

    def attempt(self) -> ChainruleError | None:
        """Run the script as far as is needed; what stopped it."""
        try:
            return super().attempt()
        except _TooLong:
            self.stopped = True
            return None
