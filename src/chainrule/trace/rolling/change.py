"""What one look over a program changes: items that became loops, lines in front of others, values in place of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chainrule.program import Item, Line, Value
from chainrule.program.rewritten import rewritten
from chainrule.trace.rolling.spans import TurnSpan


@dataclass(slots=True)
class Edits:
    """What changes outside of a loop because of it, by positions; ``gone`` are items with what stands in their place.

    ``new`` says which values are others now, ``after`` are lines behind the loop.
    """

    inserts: dict[int, list[Line]] = field(default_factory=dict)
    swaps: dict[int, dict[Value, Value]] = field(default_factory=dict)
    gone: dict[int, list[Line]] = field(default_factory=dict)
    new: dict[Value, Value] = field(default_factory=dict)
    after: list[Line] = field(default_factory=list)

    def more(self) -> int:
        """How many lines more there are outside of the loop than before."""
        added = sum(map(len, (self.after, *self.inserts.values())))
        return added + sum(len(lines) - 1 for lines in self.gone.values())


class ChangeSet:
    """Changes gathered, to be made all at once."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.folded: dict[int, tuple[int, list[Item]]] = {}
        self.edits = Edits()
        self.new = self.edits.new
        self._dirty: set[int] = set()

    def touches(self, span: TurnSpan) -> bool:
        """Whether something in ``span`` changes already."""
        if len(self._dirty) < span.stop - span.start:
            return any(span.start <= one < span.stop for one in self._dirty)
        return any(one in self._dirty for one in range(span.start, span.stop))

    def fold(self, span: TurnSpan, items: Sequence[Item], edits: Edits) -> None:
        """``items`` in place of those in ``span``."""
        self.folded[span.start] = (span.stop, [*items, *edits.after])
        for position, lines in edits.inserts.items():
            self.edits.inserts.setdefault(position, []).extend(lines)
        for position, swaps in edits.swaps.items():
            self.edits.swaps.setdefault(position, {}).update(swaps)
        self.edits.gone.update(edits.gone)
        self.edits.new.update(edits.new)
        self._dirty.update(edits.inserts, edits.swaps, edits.gone)

    def applied(self) -> list[Item]:
        """The items with all changes made."""
        made: list[Item] = []
        position = 0
        while position < len(self.items):
            made += self.edits.inserts.get(position, ())
            if position in self.folded:
                position, items = self.folded[position]
                made += items
                continue
            item = self.items[position]
            swaps = self.edits.swaps.get(position)
            if position in self.edits.gone:
                made += self.edits.gone[position]
            else:
                made.append(rewritten(item, swaps) if swaps else item)
            position += 1
        if not self.new:
            return made
        return [
            rewritten(item, self.new)
            if not self.new.keys().isdisjoint(item.reads())
            else item
            for item in made
        ]
