"""What a lesson writes of turns: the letter of a loop in an index, a sum over all turns, what all turns leave side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chainrule import ops
from chainrule.program import Op, Rule, Turn
from chainrule.program.values import Counter


@dataclass(frozen=True, slots=True)
class Moving(Turn):
    """A turn with the letters that a lesson writes for its counters; ``here`` is what it is in the turn told."""

    letters: tuple[str, ...] = ()
    here: int = 0

    @property
    def number(self) -> int:
        """What it is in the turn that is told."""
        return self.here

    @classmethod
    def of(
        cls,
        turn: Turn,
        letters: Mapping[Counter, str],
        turns: Mapping[Counter, int],
        ahead: Mapping[Counter, int],
    ) -> Moving:
        """``turn`` in the turn told, or so many turns ahead of it."""
        offset = turn.offset + sum(step * ahead.get(one, 0) for one, step in turn.steps)
        moved = Turn(offset, turn.steps)
        known = {one: turns.get(one, 0) for one, _ in turn.steps}
        written = tuple(letters[one] for one, _ in turn.steps)
        return cls(offset, turn.steps, written, moved.at(known))

    @property
    def written(self) -> str:
        """``2i+1``, as it stands in an index."""
        terms = [
            f"{'-' if step < 0 else '+'}{'' if abs(step) == 1 else abs(step)}{letter}"
            for letter, (_, step) in zip(self.letters, self.steps, strict=True)
        ]
        terms.sort(reverse=True, key=lambda term: term[0] == "+")
        if self.offset:
            at = 0 if terms[0].startswith("-") and self.offset > 0 else len(terms)
            terms.insert(at, f"{self.offset:+d}")
        return "".join(terms).removeprefix("+")


_FURTHER = re.compile(r"\[[^\]]*[+-]\d")


def of_another_turn(name: str | None) -> bool:
    """Whether a value is called as that of a turn before, or after.

    >>> of_another_turn("h[t-1]"), of_another_turn("h[t]"), of_another_turn("h_1")
    (True, False, False)
    """
    return name is not None and _FURTHER.search(name) is not None


_PLACE = re.compile(r"([^,+-]+)([+-]\d+)?")


def in_turn(name: str, at: Mapping[str, int]) -> str:
    """What a value of every turn is called in one of them.

    >>> (
    ...     in_turn("h[t-1]", {"t": 3}),
    ...     in_turn("out[i,j]", {"i": 0, "j": 2}),
    ...     in_turn("W", {}),
    ... )
    ('h[2]', 'out[0,2]', 'W')
    """
    if not name.endswith("]"):
        return name
    base, _, index = name[:-1].partition("[")
    places = (_PLACE.fullmatch(one) for one in index.split(","))
    moved = (
        (int(one[1]) if one[1].isdecimal() else at[one[1]]) + int(one[2] or 0)
        for one in places
        if one is not None
    )
    return f"{base}[{','.join(map(str, moved))}]"


def over_all_turns(name: str) -> str:
    """The letters that a value moves with: what has the same is told in the same loop.

    >>> over_all_turns("h[t-1]"), over_all_turns("out[i,j]"), over_all_turns("W")
    ('t', 'i,j', '')
    """
    _, _, index = name.removesuffix("]").partition("[")
    return re.sub(r"[+-]\d+", "", index)


def of_a_turn(name: str) -> bool:
    """Whether a value has another number in every turn."""
    return name.endswith("]")


def _last(*args: Any, **_: Any) -> Any:
    return args[-1]


def _handed(why: str) -> Rule:
    return Rule(lambda dy, y, *x, **params: dy, why)  # noqa: ARG005 - a rule's form


def _told(name: str, why: str, title: str = "") -> Op:
    """An op that no program holds: it is there to be told, in the numbers of the turn that is told."""
    return Op(
        _last,
        ops.identity.shape,
        lambda _: _handed(why),
        name=name,
        kind="arrangement",
        title=title,
    )


OVER_TURNS = _told(
    "over_turns",
    "what every turn adds enters the sum once, so each gets the gradient of the sum",
    "sum over the turns",
)
"""A sum over all turns of what one turn adds; of two arguments, the first is what the sum starts from."""

SIDE_BY_SIDE = _told(
    "side_by_side",
    "every turn has a place of its own, and gets the gradient that stands there",
)
"""What every turn leaves, in one array."""

LAST = _told("last_turn", "what is left at the end is what the last turn made")
"""What the last turn leaves; ``named`` is what it is called there."""
