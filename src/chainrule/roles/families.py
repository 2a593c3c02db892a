"""Values that a statement of the source made in the turns of a loop: one thing to the program, however many there are."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from chainrule.program import Value
from chainrule.roles.names import meaning
from chainrule.trace import Recording
from chainrule.trace.events import SlotBound


class Families:
    """The values of a recording by the statements that made them: ``xs[0]``, ``xs[1]`` and so on are one family.

    ``bounds`` says which statement gave each value to a variable first, ``members`` who belongs to a family.
    """

    def __init__(self, recording: Recording) -> None:
        self.bounds: dict[Value, SlotBound] = {}
        for bound in recording.bounds():
            if isinstance(bound.value, Value) and bound.places:
                self.bounds.setdefault(bound.value, bound)
        self.members = self.among(self.bounds)

    def of(self, value: Value) -> Hashable:
        """The family of a value; what no statement made is one of its own."""
        bound = self.bounds.get(value)
        if bound is None:
            return value
        said = meaning(value.name or "")
        return bound.places, bound.slot.path()[0], said, value.shape, value.dtype

    def among(self, values: Iterable[Value]) -> dict[Hashable, list[Value]]:
        """The families of ``values``, with those of them that belong to each."""
        found: dict[Hashable, list[Value]] = {}
        for value in values:
            found.setdefault(self.of(value), []).append(value)
        return found
