"""What a rewritten script calls instead of what it wrote, and what it holds."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from typing import Any

from chainrule.trace.containers import held_by
from chainrule.trace.drawn import is_generator
from chainrule.trace.growing import Grown
from chainrule.trace.lender import Lender
from chainrule.trace.statements.rewrite import HELD_BY, KEEP, KEPT
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer


class Callees(Lender):
    """Lends what passes traced values on; a function that knows nothing of them meets them, and is refused."""

    def __init__(self, tracer: Tracer, printed: io.StringIO, grown: Grown) -> None:
        super().__init__(tracer, grown)
        self.stdout = printed

    def _hook(self, function: Any) -> None:
        """The script's own functions are rewritten already."""

    def _hook_class(self, kind: type) -> None:
        """So are its classes."""

    def elsewhere(
        self,
        function: Any,
        /,
        *args: Any,
        kept: Callable[[Any], bool] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Values that left would have no place in the evidence; what is drawn at random comes from nowhere."""
        if is_generator(getattr(function, "__self__", None)):
            return super().elsewhere(function, *args, kept=kept, **kwargs)
        return function(*args, **kwargs)


class EvaluatedOnce:
    """What expressions gave that are evaluated once and read again, by their frame and place."""

    def __init__(self) -> None:
        self._values: dict[tuple[int, Any], Any] = {}

    def names(self) -> dict[str, Any]:
        """The functions that a rewritten script calls."""
        return {KEEP: self.keep, KEPT: self.kept, HELD_BY: held_by}

    def keep(self, value: Any, place: Any) -> Any:
        """An expression was evaluated."""
        self._values[id(sys._getframe(1)), place] = value  # noqa: SLF001 - the caller's
        return value

    def kept(self, place: Any) -> Any:
        """What it gave."""
        return self._values[id(sys._getframe(1)), place]  # noqa: SLF001 - the caller's


def key_name(holder: str | None, key: Any) -> str:
    """The name of an item: ``params["W1"]`` is W1, ``W[0]`` is W_0."""
    return key if isinstance(key, str) else f"{holder or 'value'}_{key}"


def leaves(wrapped: Any) -> Iterator[Traced]:
    """The traced values in lists, tuples and dicts, in order."""
    match wrapped:
        case Traced():
            yield wrapped
        case dict():
            for item in wrapped.values():
                yield from leaves(item)
        case list() | tuple():
            for item in wrapped:
                yield from leaves(item)
        case _:
            return
