"""What a function that is lent asks of the one who lends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from chainrule.trace.replay import Chances
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer


class Lending(Protocol):
    """Chooses what is called in the place of what the user's code names, for one reading."""

    tracer: Tracer
    chances: Chances

    def callee(self, function: Any, /) -> Any:
        """What is called in the place of ``function``."""

    def elsewhere(
        self,
        function: Any,
        /,
        *args: Any,
        kept: Callable[[Any], bool] | None = None,
        **kwargs: Any,
    ) -> Any:
        """A function that knows nothing of traced values gets their numbers."""

    def lowered(self, item: Any, how: str, /) -> Any:
        """What a user's function gives back to one that knows nothing of traced values."""

    def gathered(self, items: Any, /) -> Traced:
        """Nested lists as one array."""

    def baked(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A function of NumPy, whose result holds the lengths given."""
