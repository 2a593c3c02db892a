"""The tracer: a builder that meets the user's code, knows its frames and names, lifts values and lowers them."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Container,
    Hashable,
    Iterable,
    Mapping,
    Sequence,
)
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Literal

import numpy as np

from chainrule import ops
from chainrule.program import (
    Arg,
    Array,
    Builder,
    CannotTrace,
    ChainruleError,
    DTypeError,
    Law,
    Op,
    Size,
    SourceSpan,
    Value,
)
from chainrule.program.builder import described
from chainrule.trace import dispatch, refusals, source
from chainrule.trace.broadcast_guard import refuse_column_against_row, refuse_drift
from chainrule.trace.events import Bound, Escape, Event, Guard, Slot
from chainrule.trace.lengths import TracedInt
from chainrule.trace.parameters import lowered_param, nested
from chainrule.trace.traced import Traced, View
from chainrule.trace.tracing import Tracing

WRITTEN_OUT = 16
"""A nameless constant with at most this many entries is written out in the program."""


class Tracer:
    """What a user's code meets while it runs: every operation on a traced value becomes a line of ``builder``.

    ``named`` says whether the user's source is consulted for names and places; ``lenient`` lets a script's plain
    Python (prints, branches on values, ``float(loss)``) run on the numbers. ``pairs`` lets a column meet a flat
    array, as NumPy does, for the mistake to be judged instead of refused. ``boundary`` is the code from which the
    user's code is called. ``decided`` are the branches taken on values, in order. Arrays whose ids are in
    ``lasting`` outlive the trace: they become inputs, however small they are.
    """

    def __init__(
        self,
        *,
        laws: Sequence[Law] = (),
        named: bool = True,
        lenient: bool = False,
        follow_branches: bool = False,
        pairs: bool = False,
        boundary: Iterable[CodeType] = (),
        lasting: Container[int] = (),
    ) -> None:
        self.builder = Builder(laws)
        self.named = named
        self.lenient = lenient
        self.follow_branches = follow_branches
        self.pairs = pairs
        self.boundary = frozenset(boundary)
        self.lasting = lasting
        self.decided: list[tuple[Value, bool]] = []
        self.places: tuple[SourceSpan, ...] = ()
        self.constants: dict[int, tuple[Array, Value]] = {}
        self.escaped: dict[float, SourceSpan | None] = {}
        self.events: list[Event] = []
        self.on_write: Callable[[Value, Value], None] | None = None
        self.script_file = ""

    # lines

    def input(self, number: Any, name: str | None) -> Traced:
        """A new input with its numbers, traced."""
        return Traced(self, self.builder.input(number, name))

    def record(
        self,
        op: Op,
        args: Sequence[Any],
        params: Mapping[str, Any] | None = None,
        why: str = "",
        number: Array | None = None,
    ) -> Any:
        """Write ``result = op(*args, **params)`` and return the result, traced; ``number`` is what it gives, if known."""
        lowered = tuple(self.lower(arg) for arg in args)
        kept = {key: lowered_param(param) for key, param in (params or {}).items()}
        frames = self.frames()
        places = source.places(frames) if frames else self.places
        if op.elementwise and self.named and not self.pairs:
            self._refuse_pairs(op, lowered, places)
        result = self.builder.write(op, lowered, kept, why, places, number=number)
        if not isinstance(result, Value):
            return self.lift(result)
        refuse_drift(op, lowered, result, places[0] if places else None)
        if frames:
            self._bind(result, frames, places)
        first = args[0] if args else None
        if op.kind == "view" and isinstance(first, Traced):
            return Traced(self, result, View(first, first.moves))
        return Traced(self, result)

    def _refuse_pairs(
        self, op: Op, args: tuple[Arg, ...], places: tuple[SourceSpan, ...]
    ) -> None:
        try:
            refuse_column_against_row(op, args)
        except ChainruleError as error:
            error.detail = error.detail or described(args)
            raise error.at(places[0] if places else None) from None

    def _bind(
        self,
        value: Value,
        frames: Sequence[FrameType],
        places: tuple[SourceSpan, ...],
    ) -> None:
        """Give a new value the name that its place gives it."""
        name = source.bound_name(iter(frames))
        if name is not None:
            self.builder.christen(value, name)
            if not self.lenient:
                self.bound("name", 0, name, value, places=places)

    def bound(
        self,
        kind: Literal["name", "attribute", "item", "array"],
        owner: int,
        key: Hashable,
        value: Arg,
        *,
        name: str = "",
        before: Arg | None = None,
        places: tuple[SourceSpan, ...] = (),
    ) -> None:
        """A slot was given a value."""
        slot = Slot(kind, owner, key, name or str(key))
        n_lines = len(self.builder.lines)
        self.events.append(Bound(slot, value, before, n_lines, places))

    def again(self, traced: Traced) -> Traced:
        """The same value on a line of its own, to be given a second name."""
        made = self.builder.append(ops.identity, (self.lower(traced),), {})
        return Traced(self, made)

    def unbound(self, make: Callable[[Tracing], Any]) -> Any:
        """What ``make`` writes, at the user's place, without the name on the left of the user's statement."""
        named, places = self.named, self.places
        self.places = source.places(self.frames())
        self.named = False
        try:
            return make(self)
        finally:
            self.named, self.places = named, places

    def call_ufunc(
        self,
        ufunc: np.ufunc,
        method: str,
        inputs: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """A ufunc met a traced value."""
        return dispatch.call_ufunc(self, ufunc, method, inputs, kwargs)

    def call_function(
        self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Another function of NumPy met a traced value."""
        return dispatch.call_function(self, function, args, kwargs)

    def index_of(
        self, target: Traced, key: Any
    ) -> tuple[Sequence[Any], tuple[Any, ...]]:
        """An index as its arrays, and the template they fill."""
        return dispatch.index_of(self, target, key)

    # lifting and lowering

    def lift(self, arg: Arg) -> Any:
        """An argument as a rule or a user's function meets it: traced, or a plain number."""
        if isinstance(arg, Value):
            return Traced(self, arg)
        return TracedInt(arg.number, self, arg) if isinstance(arg, Size) else arg

    def lift_param(self, param: Any) -> Any:
        """A parameter as a rule meets it: sizes inside it are lifted."""
        match param:
            case Size():
                return self.lift(param)
            case tuple():
                return tuple(self.lift_param(item) for item in param)
            case slice():
                parts = (
                    self.lift_param(i) for i in (param.start, param.stop, param.step)
                )
                return slice(*parts)
            case _:
                return param

    def lower(self, arg: Any) -> Arg:
        """Anything a user may pass to an operation, as an argument of a line."""
        if isinstance(arg, Traced):
            return arg.current(self)
        if isinstance(arg, TracedInt):
            return arg.ref
        if isinstance(arg, np.generic) and arg.dtype in (
            np.float64,
            np.int64,
            np.bool_,
        ):
            return self.lower(arg.item())
        if isinstance(arg, bool | int):
            return arg
        if isinstance(arg, float):
            self._refuse_escaped(arg)
            return arg
        if isinstance(arg, list | tuple):
            return self._constant(self._gather(arg))
        return self._constant(np.asarray(arg))

    def _gather(self, items: Sequence[Any]) -> Array:
        flat = (
            np.asarray(items, dtype=object).ravel()
            if any(isinstance(item, Traced) for item in items)
            else ()
        )
        if len(flat):
            raise CannotTrace(
                "E301",
                "a list of traced values was used as an array; its gradient would be lost",
                where=self.here(),
                hint="join them with np.stack([...]) or np.concatenate([...])",
            )
        return np.asarray(items)

    def _constant(self, array: Array) -> Value:
        kept = self.constants.get(id(array))
        if kept is None:
            if array.dtype.kind not in "fiub":
                raise DTypeError(
                    "E110",
                    f"an array of {array.dtype} cannot take part in a gradient",
                    where=self.here(),
                    hint="use an array of floats, integers or booleans",
                )
            # the array itself is kept alive, so that its id stays its own
            kept = (array, self._held(array))
            self.constants[id(array)] = kept
        return kept[1]

    def _held(self, array: Array) -> Value:
        """A plain array as a value: under the user's name for it, written out if it is small and has none."""
        name = self._constant_name(array)
        lasts = id(array) in self.lasting
        if name is not None or lasts or array.size > WRITTEN_OUT:
            return self.builder.input(array.copy(), name or "constant")
        written = {"value": nested(array), "dtype": array.dtype.name}
        frames = self.frames()
        places = source.places(frames) if frames else self.places
        value = self.builder.append(
            ops.array, (), {**ops.array.params, **written}, "", places
        )
        if frames:
            self._bind(value, frames, places)
        return value

    def _constant_name(self, array: Array) -> str | None:
        for frame in source.user_frames(boundary=self.boundary):
            for scope in (frame.f_locals, frame.f_globals):
                for name, item in scope.items():
                    if item is array:
                        return name
        return None

    # numbers that leave

    def as_array(self, value: Value) -> Array:
        """A traced value asked for as a plain array: its numbers, or a refusal."""
        whole = value.dtype.kind in "iub"
        if self.lenient and (whole or not self._called_by_user()):
            self._let_go(value, "an array of numbers")
            return self.builder.numbers[value]
        refuse = refusals.table if whole else refusals.plain_array
        raise refuse(value.name, self.here())

    def as_number(self, value: Value, how: str, rewrite: str) -> Any:
        """A traced value asked for as a Python number: the number, or a refusal."""
        if not self.lenient or self._inside_call("math"):
            raise refusals.taken_out(how, value.name, self.here(), rewrite)
        self._let_go(value, how)
        item = self.builder.numbers[value].item()
        if isinstance(item, float) and item not in (0.0, 1.0):
            # remembered, so that its silent return is noticed
            self.escaped[item] = self.here()
        return item

    def decide(self, value: Value) -> bool:
        """A branch on a traced value: which way it goes, or a refusal."""
        if not self.lenient and not self.follow_branches:
            raise refusals.branch(value.name, self.here())
        outcome = bool(self.builder.numbers[value])
        n_lines, places = len(self.builder.lines), source.places(self.frames())
        self.events.append(Guard(value, outcome, n_lines, places))
        self.decided.append((value, outcome))
        return outcome

    def _let_go(self, value: Value, how: str) -> None:
        n_lines, places = len(self.builder.lines), source.places(self.frames())
        self.events.append(Escape(value, how, n_lines, places))

    def _refuse_escaped(self, number: float) -> None:
        if number in self.escaped:
            raise CannotTrace(
                "E301",
                f"{number!r} was taken out of a traced value by float(...), and is used in the computation again",
                where=self.escaped[number],
                hint="use the value itself, without float(...)",
            )

    # the user's frames

    def frames(self) -> Sequence[FrameType]:
        """The user's frames from the innermost out; none where the user's source is not consulted."""
        return tuple(source.user_frames(boundary=self.boundary)) if self.named else ()

    def here(self) -> SourceSpan | None:
        """The user's place right now."""
        for frame in source.user_frames(boundary=self.boundary):
            return source.place(frame)
        return None

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
