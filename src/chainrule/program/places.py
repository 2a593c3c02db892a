"""Where the turns of a loop read or write, each a place of its own: the places of all turns at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.program.loop import Loop
from chainrule.program.values import Shape, Turn


@dataclass(frozen=True, slots=True)
class Places:
    """``index`` are the places of all turns, as slices; empty where they are the whole array.

    ``axis`` is the axis of the array along which the turns go, ``axis_of_part`` the one of the part that a turn has.
    """

    index: tuple[Any, ...]
    axis: int
    axis_of_part: int

    @classmethod
    def of(cls, index: Sequence[Any], loop: Loop, shape: Shape) -> Places | None:
        """The places of ``index`` in an array of this shape; None where two turns might meet at one place."""
        if any(one is None or one is Ellipsis for one in index):
            return None
        own = [axis for axis, one in enumerate(index) if moves(one, loop)]
        turn = index[own[0]] if len(own) == 1 else None
        if not isinstance(turn, Turn) or len(turn.steps) > 1:
            return None
        ((_, step),) = turn.steps
        last = turn.offset + step * (loop.turns - 1)
        if min(turn.offset, last) < 0:
            return None
        (axis,) = own
        whole = list(index)
        whole[axis] = _slice(turn.offset, last, step, shape[axis])
        while whole and whole[-1] == slice(None):
            whole.pop()
        place = sum(isinstance(one, slice) for one in index[:axis])
        return cls(tuple(whole), axis, place)

    def order(self, ndim: int) -> tuple[int, ...]:
        """The axes of a stack, the turns' own brought to their place."""
        order = list(range(1, ndim))
        order.insert(self.axis_of_part, 0)
        return tuple(order)


def _slice(first: int, last: int, step: int, length: int) -> slice:
    """From the first to the last of the places, each named only where it is not the array's own end."""
    if step < 0:
        return slice(first, last - 1 if last else None, step)
    begin = first or None
    end = None if last == length - 1 else last + 1
    return slice(begin, end, None if step == 1 else step)


def moves(item: Any, loop: Loop) -> bool:
    """Whether an item of an index moves with the turns of ``loop``."""
    parts = (item.start, item.stop, item.step) if isinstance(item, slice) else (item,)
    return any(
        isinstance(one, Turn) and loop.counter in dict(one.steps) for one in parts
    )
