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
from types import CodeType, FrameType
from typing import Any, Literal

import numpy as np

from chainrule import ops
from chainrule.program import (
    Arg,
    Array,
    Builder,
    ChainruleError,
    DTypeError,
    Law,
    Op,
    Size,
    SourceSpan,
    Turn,
    Value,
)
from chainrule.program.builder import described
from chainrule.program.values import MOVING
from chainrule.trace import dispatch, indexing, matrices, refusals, source
from chainrule.trace.broadcast_guard import refuse_column_against_row, refuse_drift
from chainrule.trace.events import Event, Slot, SlotBound
from chainrule.trace.gather import holds_traced, stacked
from chainrule.trace.leaving import Leaving
from chainrule.trace.lengths import TracedInt
from chainrule.trace.memory import view_of
from chainrule.trace.parameters import lowered_param, nested
from chainrule.trace.sparse import DenseMatrices, is_sparse
from chainrule.trace.traced import Traced
from chainrule.trace.tracing import Tracing

KEPT_KIND = (ops.identity, ops.astype)
"""What leaves one of NumPy's matrices a matrix."""
NUMPY_NUMBERS = (np.float64, np.int64, np.bool_)
PLAIN_NUMBERS = (bool, int, float)
WRITTEN_OUT = 16
"""A nameless constant with at most this many entries is written out in the program."""


class Tracer(Leaving):
    """What a user's code meets while it runs: every operation on a traced value becomes a line of ``builder``.

    ``named`` says whether the user's source is consulted for names and places. ``lets_go`` says whether a traced
    value may leave as plain numbers, noted as an escape for the result to be verified; ``follow_branches`` whether
    Python may branch on one, noted as a guard. ``pairs`` lets a column meet a flat array, as NumPy does, for the
    mistake to be judged instead of refused. ``as_it_is`` records what may be one: entries written twice. ``moved`` are the values that depend on what was given, ``sized`` those that depend on nothing of it but lengths. ``boundary`` is the code from which the user's code is called. Arrays
    whose ids are in ``lasting`` outlive the trace: they become inputs, however small they are.
    """

    def __init__(
        self,
        *,
        laws: Sequence[Law] = (),
        named: bool = True,
        lets_go: bool = False,
        follow_branches: bool = False,
        pairs: bool = False,
        boundary: Iterable[CodeType] = (),
        lasting: Container[int] = (),
    ) -> None:
        self.builder = Builder(laws)
        self.named = named
        self.lets_go = lets_go
        self.follow_branches = follow_branches
        self.pairs = pairs
        self.boundary = frozenset(boundary)
        self.lasting = lasting
        self.places: tuple[SourceSpan, ...] = ()
        self.constants: dict[int, tuple[Array, Value, Traced]] = {}
        self.dense = DenseMatrices()
        self.events: list[Event] = []
        self.moved: set[Value] = set()
        self.sized = set()
        self.fixed = set()
        self.refused: ChainruleError | None = None
        self.on_written: Callable[[Traced, Value], None] | None = None
        self.on_line: Callable[[Value, Sequence[FrameType]], None] | None = None
        self.as_it_is = False
        self.has_matrices = False
        # what is drawn with such odds is another thing with other numbers
        self.draws_by_what_is_given = False

    # lines

    def input(self, number: Any, name: str | None) -> Traced:
        """A new input with its numbers, traced."""
        array, matrix = isinstance(number, np.ndarray), type(number) is np.matrix
        value = self.builder.input(np.asarray(number) if matrix else number, name)
        self.moved.add(value)
        return Traced(self, value, is_array=array, is_matrix=matrix)

    def record(
        self,
        op: Op,
        args: Sequence[Any],
        params: Mapping[str, Any] | None = None,
        why: str = "",
        number: Array | None = None,
    ) -> Any:
        """Write ``result = op(*args, **params)`` and return the result, traced; ``number`` is what it gives, if known."""
        try:
            return self._recorded(op, args, params or {}, why, number)
        except ChainruleError as error:
            # kept, so that the user's own except does not hide it
            self.refused = error
            raise

    def _recorded(
        self,
        op: Op,
        args: Sequence[Any],
        params: Mapping[str, Any],
        why: str,
        number: Array | None,
    ) -> Any:
        lowered = tuple(self.lower(arg) for arg in args)
        kept = {key: lowered_param(param) for key, param in params.items()}
        frames = self.frames()
        places = source.places(frames) if frames else self.places
        if op.elementwise and self.named and not self.pairs:
            self._refuse_pairs(op, lowered, places)
        result = self.builder.write(op, lowered, kept, why, places, number=number)
        if not isinstance(result, Value):
            return self.lift(result)
        refuse_drift(op, lowered, result, places, (self.moved, self.builder.producer))
        if not self.moved.isdisjoint(arg for arg in lowered if isinstance(arg, Value)):
            self.moved.add(result)
        elif any(isinstance(arg, Size) or arg in self.sized for arg in lowered):
            self.sized.add(result)
        if self.on_line is not None:
            self.on_line(result, frames)
        first = args[0] if args else None
        if op.kind == "view" and type(first) is Traced and frames:
            return Traced(self, result, view_of(first, op, {**op.params, **kept}))
        matrix = op in KEPT_KIND and matrices.is_matrix(first)
        is_array = self._gives_array(op, result)
        return Traced(self, result, is_array=is_array, is_matrix=matrix)

    def _gives_array(self, op: Op, result: Value) -> bool:
        """Whether NumPy gives an array, where there are no axes; else it gives a number."""
        if result.shape:
            return True
        kept = op in (ops.identity, ops.setitem) or op.kind in ("view", "creation")
        return kept and not result.weak

    def _refuse_pairs(
        self, op: Op, args: tuple[Arg, ...], places: tuple[SourceSpan, ...]
    ) -> None:
        try:
            refuse_column_against_row(op, args, self.builder.producer, self.moved)
        except ChainruleError as error:
            error.detail = error.detail or described(args)
            raise error.at(places[0] if places else None) from None

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
        self.events.append(SlotBound(slot, value, before, n_lines, places))

    def again(self, traced: Traced) -> Traced:
        """The same value on a line of its own, to be given a second name."""
        made = self.builder.append(ops.identity, (self.lower(traced),), {})
        return Traced(self, made, is_matrix=traced.is_matrix)

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

    def sign(self, ufunc: np.ufunc, left: Any, right: Any) -> Any:
        """An operator between two, of which one is traced."""
        return matrices.sign(self, ufunc, left, right)

    def matrix_attribute(self, matrix: Any, name: str) -> Any:
        """An attribute of one of NumPy's matrices, or a method; None for one that has no function of NumPy's."""
        return matrices.attribute(matrix, name)

    def call_function(
        self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Another function of NumPy met a traced value."""
        return dispatch.call_function(self, function, args, kwargs)

    def index_of(self, target: Any, key: Any) -> tuple[Sequence[Any], tuple[Any, ...]]:
        """An index as its arrays, and the template they fill."""
        return indexing.index_of(self, target, key)

    def get_item(self, target: Any, key: Any) -> Any:
        """``target[key]``."""
        return indexing.get_item(self, target, key)

    def set_item(self, target: Any, key: Any, written: Any) -> None:
        """``target[key] = written``."""
        indexing.set_item(self, target, key, written)

    def succeeded(self, before: Value, after: Any) -> None:
        """A number got a successor by ``x += ...``: nothing that lasts has changed."""

    def written(self, array: Any, before: Value) -> None:
        """An array was written in place; it stood for ``before``."""
        if self.on_written is not None:
            self.on_written(array, before)

    def shown_again(self, before: Value, after: Value) -> None:
        """A view shows what was written to its memory; who keeps notes of it says so."""

    # lifting and lowering

    def lift(self, arg: Arg) -> Any:
        """An argument as a rule or a user's function meets it: traced, or a plain number."""
        if isinstance(arg, Value):
            return Traced(self, arg)
        if isinstance(arg, MOVING):
            return TracedInt(arg.number, self, arg)
        return arg

    def lift_param(self, param: Any) -> Any:
        """A parameter as a rule meets it: sizes inside it are lifted."""
        match param:
            case Size() | Turn():
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
        if type(arg) is Traced:
            return arg.current(self)
        if type(arg) is TracedInt:
            return arg.ref
        if isinstance(arg, NUMPY_NUMBERS):
            return self.lower(arg.item())
        if isinstance(arg, PLAIN_NUMBERS):
            return arg
        if isinstance(arg, list | tuple):
            return self._gathered(arg)
        if refusals.is_unlike(arg):
            raise refusals.unlike(arg, self.here())
        if is_sparse(arg):
            return self.array_of(
                self.dense.of(arg), source.name_in(self.frames(), arg)
            ).value
        plain = arg if type(arg) is np.matrix else np.asarray(arg)
        return self.array_of(plain).value

    def _gathered(self, items: Sequence[Any]) -> Arg:
        """A list as an array: stacked where it holds traced values."""
        if holds_traced(items):
            return self.lower(self.unbound(lambda _: stacked(items)))
        return self.array_of(np.asarray(items)).value

    def array_of(
        self, array: Array, name: str | None = None, *, written_out: bool = True
    ) -> Traced:
        """The stand-in for a plain array, the same one each time.

        ``name`` is the user's name for it, where known. One with few entries is written out in the program, unless
        it has a name and is not to be (``written_out``).
        """
        kept = self.constants.get(id(array))
        if kept is not None and _unchanged(array, self.builder.numbers[kept[1]]):
            return kept[2]
        if array.dtype.kind not in "fiub":
            raise DTypeError(
                "E110",
                f"an array of {array.dtype} cannot take part in a gradient",
                where=self.here(),
                hint="use an array of floats, integers or booleans",
            )
        known = name or source.name_in(self.frames(), array)
        # nested lists without an entry do not say how long the other axes are
        told = array.size > 0 or array.ndim == 1
        short = array.size <= WRITTEN_OUT and told and id(array) not in self.lasting
        if short and (known is None or (name and written_out)):
            value = self._written_out(array)
            if name:
                self.builder.christen(value, name)
        else:
            value = self.builder.input(_copied(array), known or "constant")
        # the array itself is kept alive, so that its id stays its own
        held = Traced(self, value, is_array=True, is_matrix=type(array) is np.matrix)
        self.constants[id(array)] = (array, value, held)
        return held

    def _written_out(self, array: Array) -> Value:
        """A small array as a line that holds its numbers."""
        written = {"value": nested(array), "dtype": array.dtype.name}
        places = source.places(self.frames()) or self.places
        return self.builder.append(
            ops.array, (), {**ops.array.params, **written}, "", places
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


def _copied(array: Array) -> Array:
    """The numbers, in this machine's own order of bytes."""
    return np.array(array, dtype=array.dtype.newbyteorder("="))


def _unchanged(array: Array, numbers: Array) -> bool:
    """Whether an array still holds the numbers it had when it was first met."""
    return array.shape == numbers.shape and np.array_equal(
        array, numbers, equal_nan=array.dtype.kind == "f"
    )
