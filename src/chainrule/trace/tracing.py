"""What a stand-in for an array asks of the tracer it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from chainrule.program import Arg, Array, Builder, ChainruleError, Op, SourceSpan, Value


class Tracing(Protocol):
    """A tracer as its stand-ins know it: where lines go, and what happens when a number leaves."""

    builder: Builder
    as_it_is: bool
    named: bool
    refused: ChainruleError | None

    def record(
        self,
        op: Op,
        args: Sequence[Any],
        params: Mapping[str, Any] | None = None,
        why: str = "",
    ) -> Any:
        """Write a line and return its result, traced."""

    def call_ufunc(
        self,
        ufunc: np.ufunc,
        method: str,
        inputs: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """A ufunc met a traced value."""

    def sign(self, ufunc: np.ufunc, left: Any, right: Any) -> Any:
        """An operator between two, of which one is traced."""

    def matrix_attribute(self, matrix: Any, name: str) -> Any:
        """An attribute of one of NumPy's matrices, or a method; None for one that has no function of NumPy's."""

    def call_function(
        self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Another function of NumPy met a traced value."""

    def index_of(self, target: Any, key: Any) -> tuple[Sequence[Any], tuple[Any, ...]]:
        """An index as its arrays, and the template they fill."""

    def get_item(self, target: Any, key: Any) -> Any:
        """``target[key]``."""

    def set_item(self, target: Any, key: Any, written: Any) -> None:
        """``target[key] = written``."""

    def succeeded(self, before: Value, after: Any) -> None:
        """A number got a successor by ``x += ...``."""

    def written(self, array: Any, before: Value) -> None:
        """An array was written in place; it stood for ``before``."""

    def shown_again(self, before: Value, after: Value) -> None:
        """A view shows what was written to its memory; it showed ``before``."""

    def let_go(self, value: Value, how: str) -> None:
        """A traced value leaves as plain numbers."""

    def fix(self, arg: Arg | None, *, turns: bool = False) -> None:
        """Python goes on with a plain number, which is that of this run."""

    def show(self, value: Value) -> None:
        """A traced value became a text for a person."""

    def lift(self, arg: Arg) -> Any:
        """An argument of a line as a user's function meets it."""

    def lower(self, arg: Any) -> Arg:
        """What a user's function passes, as an argument of a line."""

    def unbound(self, make: Callable[[Tracing], Any]) -> Any:
        """What ``make`` writes, without the name on the left of the user's statement."""

    def array_of(self, array: Array) -> Any:
        """The stand-in for a plain array, the same one each time."""

    def here(self) -> SourceSpan | None:
        """The user's place right now."""

    def as_array(self, value: Value) -> Array:
        """A traced value asked for as a plain array: its numbers, or a refusal."""

    def as_number(self, value: Value, how: str, rewrite: str) -> Any:
        """A traced value asked for as a Python number: the number, or a refusal."""

    def decide(self, value: Value) -> bool:
        """A branch on a traced value: which way it goes, or a refusal."""
