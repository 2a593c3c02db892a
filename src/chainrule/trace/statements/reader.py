"""A script being run: its assignments are bound, its prints kept, its training loop followed for one pass."""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import ChainruleError, Size, SourceSpan, Value
from chainrule.program.sources import ARGUMENTS
from chainrule.trace import growing, refusals, source
from chainrule.trace.events import Named, ParameterMoved
from chainrule.trace.lengths import TracedInt
from chainrule.trace.script import ScriptError
from chainrule.trace.statements import rewrite
from chainrule.trace.statements.calls import Callees, EvaluatedOnce, key_name, leaves
from chainrule.trace.statements.roles import LOSS_NAMES
from chainrule.trace.statements.tracer import StatementTracer
from chainrule.trace.statements.watch import Watch
from chainrule.trace.statements.watched import Rewriting, compiled
from chainrule.trace.surroundings import settings_kept
from chainrule.trace.traced import Traced

LONGEST_LIST = 1000


class _PassEnd(BaseException):
    """Raised inside the script when its loss is computed anew: the pass asked for is over."""


class Reader:
    """One reading of one script, or of functions that are called with traced values."""

    def __init__(
        self,
        file: str,
        loss: str | None,
        n_pass: int,
        *,
        watch: bool | Callable[[str], bool] = False,
    ) -> None:
        self.file = file
        self.losses = LOSS_NAMES if loss is None else (loss,)
        self.n_pass = n_pass
        self.begun_anew: Counter[tuple[str, int]] = Counter()
        self.printed = io.StringIO()
        self.tracer = StatementTracer(boundary=(Reader.execute.__code__,))
        self.tracer.script_file = file
        self.tracer.on_write = self._written
        self.callees = Callees(self.tracer, self.printed, self.grown)
        self.watch = Watch(self.tracer, self.callees) if watch else None
        if self.watch is not None and callable(watch):
            self.watch.distinct = watch
        self.bound: list[Named] = []
        self.updates: list[ParameterMoved] = []
        self.rebound: list[ParameterMoved] = []
        self.text = ""
        self.held: dict[str, list[Value]] = {}
        self.loss_places: dict[tuple[str, int], Value] = {}

    def attempt(self) -> ChainruleError | None:
        """Run the script as far as it goes; what stopped it."""
        try:
            self.execute()
        except ChainruleError as error:
            return error
        return None

    def execute(self) -> None:
        """Run the script with its assignments bound, its prints kept, its plots unseen."""
        linecache.checkcache(self.file)
        with self._failing():
            code, sites, parts = compiled(
                self.text,
                self.file,
                self.rewriting(),
                is_watched=self.watch is not None,
            )
        scope: dict[str, Any] = {
            "__name__": "__main__",
            "__file__": self.file,
            **self.names(),
        }
        if self.watch is not None:
            self.watch.scope = scope
            self.watch.sites, self.watch.parts = [*sites], [*parts]
        with (
            settings_kept(),
            _as_main(self.file),
            contextlib.redirect_stdout(self.printed),
            self._failing(),
            contextlib.suppress(_PassEnd, SystemExit),
        ):
            exec(code, scope)  # noqa: S102 - running the user's script is what was asked for

    @property
    def n_passes(self) -> int:
        """How many passes of a training loop were met."""
        return 1 + max(self.begun_anew.values(), default=0)

    def rewriting(self) -> tuple[Rewriting, ...]:
        """What is done to the script's tree before it is run."""
        return (rewrite.rewritten,)

    def names(self) -> dict[str, Any]:
        """What a rewritten script calls."""
        return {
            rewrite.BIND: self.bind,
            rewrite.LOOP: self.loop,
            rewrite.KEY: key_name,
            rewrite.CALLEE: self.callees.callee,
            rewrite.APPEND: self.append,
            rewrite.BEHIND: _behind,
            **EvaluatedOnce().names(),
            **({} if self.watch is None else self.watch.names()),
        }

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        """The script's own errors, with their place."""
        try:
            yield
        except ChainruleError:
            raise
        except SyntaxError as error:
            at = SourceSpan(self.file, error.lineno or 0, (error.offset or 1) - 1)
            raise ScriptError("E330", f"SyntaxError: {error.msg}", where=at) from None
        except Exception as error:
            place = refusals.failed_at(error, {self.file})
            raise ScriptError.of(error, place) from error

    def bind(self, value: Any, name: str | tuple[str | None, ...] | None) -> Any:
        """``value`` with its arrays and numbers traced, under the name it is given."""
        if isinstance(name, tuple):
            return self._unpacked(value, name)
        wrapped = self._wrap(value, name)
        if name is not None:
            self._note(name, wrapped)
        return wrapped

    def _unpacked(self, value: Any, names: tuple[str | None, ...]) -> Any:
        if not isinstance(value, tuple | list | Traced) or len(value) != len(names):
            return value
        return tuple(
            self.bind(one, name) for one, name in zip(value, names, strict=True)
        )

    def _wrap(self, value: Any, name: str | None) -> Any:
        match value:
            case Traced():
                if name is not None:
                    self.tracer.builder.christen(value.value, name)
                return value
            case TracedInt() | bool() | str() | None:
                return value
            case np.ndarray() | np.floating() | float():
                if isinstance(value, np.ndarray) and value.dtype.kind not in "fiub":
                    return value
                matrix = type(value) is np.matrix
                held = value if type(value) is float else np.array(value, subok=matrix)
                return self.tracer.input(held, name or "value")
            case int():
                traced = self.tracer.input(np.asarray(value), name or "value")
                return TracedInt(value, self.tracer, traced.value)
            case dict():
                for key, item in value.items():
                    value[key] = self._inner(
                        item, key if isinstance(key, str) else f"{name}_{key}"
                    )
                return value
            case list():
                if len(value) <= LONGEST_LIST:
                    value[:] = [
                        self._inner(one, f"{name}_{i}") for i, one in enumerate(value)
                    ]
                return value
            case tuple() if type(value) is tuple:
                return tuple(
                    self._inner(one, f"{name}_{i}") for i, one in enumerate(value)
                )
            case _:
                return value

    def _inner(self, item: Any, name: str) -> Any:
        """An item of a container: counts stay plain, arrays and floats are traced."""
        return item if isinstance(item, int) else self._wrap(item, name)

    def grown(self, held: Any, keys: Iterable[Any], *, moved: bool) -> None:  # noqa: ARG002 - a place is no name
        """A list or dict has new items at ``keys``."""
        for key in keys:
            item = growing.item(held, key)
            growing.put(held, key, self._inner(item, key_name(self.called(held), key)))

    def called(self, held: Any) -> str | None:  # noqa: ARG002 - what keeps note of names knows it
        """The name of a list or dict."""
        return None

    def append(self, held: Any, value: Any, name: str) -> Any:
        """``held.append(value)``: the value is bound under its place in the list."""
        is_list = isinstance(held, list)
        return self._inner(value, f"{name}_{len(held)}") if is_list else value

    def loop(self, value: Any, name: str) -> None:
        """A loop's variable: its value gets its name."""
        if isinstance(value, Traced):
            self.tracer.builder.christen(value.value, name)

    def _note(self, name: str, wrapped: Any) -> None:
        values = [traced.value for traced in leaves(wrapped)]
        at = self.tracer.here()
        if isinstance(wrapped, Traced):
            self._watch_loss(name, values[0], at)
            earlier = self.held.get(name)
            self.tracer.bound(
                "name",
                0,
                name,
                values[0],
                before=earlier[0] if earlier else None,
                places=source.places(self.tracer.frames()),
            )
            self.bound.append(Named(name, values[0], at))
            if self.watch is not None:
                self.watch.bound(
                    name, values[0], source.user_frames(boundary=self.tracer.boundary)
                )
        for before, after in zip(self.held.get(name, ()), values, strict=False):
            self._watch_update(name, before, after, at)
        self.held[name] = values
        if isinstance(wrapped, dict):
            # params["W1"] is met again as W1, whatever its dict is called
            self.held.update(
                (key, [item.value])
                for key, item in wrapped.items()
                if isinstance(key, str) and isinstance(item, Traced)
            )

    def _watch_loss(self, name: str, value: Value, at: SourceSpan | None) -> None:
        """A loss computed again, and not from itself, opens the next pass of a training loop."""
        if name not in self.losses or at is None or self._is_lesser(name):
            return
        if value not in self.tracer.builder.producer:
            # a number that is only written down is no loss that was computed
            return
        place = (name, at.line)
        earlier = self.loss_places.get(place)
        if earlier is not None and not self._descends(value, earlier):
            # by place: a function's loss is bound inside it and where it is called
            self.begun_anew[place] += 1
            if self.begun_anew[place] >= self.n_pass:
                self.forget(value, earlier)
                raise _PassEnd
        self.loss_places[place] = value

    def forget(self, value: Value, earlier: Value) -> None:
        """Take out what the next pass computed on its way to its loss: it is no part of this one."""
        ends = {update.after for update in self.updates}
        roots = self.tracer.builder.run(()).program.pruned([earlier]).inputs
        ends |= {
            line.result
            for line in self.tracer.builder.lines
            if line.op is ops.subtract
            and line.args[0] in roots
            and line.args[0] not in (value, earlier)
        }
        before = self.tracer.builder.producer[earlier]
        last = self.tracer.builder.position(before)
        # a parameter's name bound again: an update of whatever form, which belongs to the pass before
        names = {one.name for one in self.bound if one.value in roots}
        ends |= {
            one.value
            for one in self.bound
            if one.name in names and one.value not in roots
        }
        beyond: set[Value] = set()
        ahead = [value]
        while ahead:
            one = ahead.pop()
            line = self.tracer.builder.producer.get(one)
            if (
                line is None
                or one in beyond
                or one in ends
                or self.tracer.builder.position(line) <= last
            ):
                continue
            beyond.add(one)
            ahead += line.reads()
        self.tracer.builder.lines = [
            line for line in self.tracer.builder.lines if line.result not in beyond
        ]
        self.bound = [one for one in self.bound if one.value not in beyond]
        if self.watch is not None:
            self.watch.forget(beyond)

    def _is_lesser(self, name: str) -> bool:
        """Whether a likelier name for the loss is bound already: ``error`` beside ``loss``."""
        likelier = self.losses[: self.losses.index(name)]
        return any(other in self.held for other in likelier)

    def _descends(self, value: Value, ancestor: Value) -> bool:
        ahead, seen = [value], {value}
        while ahead:
            one = ahead.pop()
            if one is ancestor:
                return True
            line = self.tracer.builder.producer.get(one)
            fresh = [
                read for read in (line.reads() if line else ()) if read not in seen
            ]
            seen.update(fresh)
            ahead += fresh
        return False

    def _written(self, before: Value, after: Value) -> None:
        """An in-place write moved an array on."""
        self.tracer.bound(
            "array",
            0,
            None,
            after,
            name=before.name or "",
            before=before,
            places=source.places(self.tracer.frames()),
        )
        self._watch_update(before.name or "", before, after, self.tracer.here())

    def _watch_update(
        self, name: str, before: Value, after: Value, at: SourceSpan | None
    ) -> None:
        line = self.tracer.builder.producer.get(after)
        if (
            line is None
            or before is after
            or before.shape != after.shape
            or not before.differentiable
        ):
            return
        self.rebound.append(ParameterMoved(name, before, after, at))
        if (
            line.op in (ops.add, ops.subtract)
            and before in line.args
            and not any(update.after is after for update in self.updates)
        ):
            self.updates.append(ParameterMoved(name, before, after, at))


def _behind(value: Any) -> Any:
    """``0.1 / len(x)``: a length says what it is there; a number of the script's own answers for itself."""
    length = type(value) is TracedInt and isinstance(value.ref, Size)
    return value.__chainrule_behind__ if length else value


@contextlib.contextmanager
def in_place_of(file: str, text: str) -> Iterator[None]:
    """Places in ``file`` are shown with the lines of ``text``, which is run instead."""
    before = linecache.cache.get(file)
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    try:
        yield
    finally:
        linecache.cache.pop(file, None)
        if before is not None:
            linecache.cache[file] = before


@contextlib.contextmanager
def _as_main(file: str) -> Iterator[None]:
    """The surroundings a script expects: its folder importable, its name as the command, no windows."""
    path, argv, backend = sys.path[:], sys.argv[:], os.environ.get("MPLBACKEND")
    sys.path.insert(0, str(Path(file).resolve().parent))
    sys.argv[:] = [file, *ARGUMENTS.get()]
    os.environ["MPLBACKEND"] = "Agg"
    try:
        yield
    finally:
        sys.path[:], sys.argv[:] = path, argv
        if backend is None:
            del os.environ["MPLBACKEND"]
        else:
            os.environ["MPLBACKEND"] = backend
