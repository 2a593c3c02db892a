"""What happens between the lines: places are given values, branches are taken, numbers are let go, loops turn."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal

from chainrule.program import Arg, SourceSpan, Value


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that holds a value.

    ``kind`` is what it is: a name in a frame, an attribute of an owner, an item of a list or dict, an array that is
    written in place. ``owner`` numbers the frame, the object, the container or the array, in the order in which they
    were met; frame 0 is the script itself. ``key`` is the name, the attribute, the key or index, and None for an
    array. ``name`` is how the reader would call it: ``W1`` for ``self.W1`` and ``params["W1"]``, ``W_0`` for ``W[0]``.

    Two slots are equal where they are the same place: versions of one variable are the values that one slot held.
    """

    kind: Literal["name", "attribute", "item", "array"]
    owner: int
    key: Hashable
    name: str = field(default="", compare=False)

    @property
    def is_key(self) -> bool:
        """Whether it is the item of a dict that is called by its key."""
        last = self.key[-1] if isinstance(self.key, tuple) else self.key
        return self.kind == "item" and isinstance(last, str)

    def path(self) -> tuple[Hashable, ...]:
        """The name of the list or dict that an item was first put into, and its keys: params, layers, 0."""
        key, keys = self.key, []
        while self.kind == "item" and isinstance(key, tuple):
            key, inner = key
            keys.append(inner)
        return (key, *reversed(keys))


@dataclass(frozen=True, slots=True)
class SlotBound:
    """A slot was given a value. ``n_lines`` lines had been recorded by then.

    ``before`` is what the slot held. ``array`` numbers the array that the slot holds now: where that array is written
    in place, a slot of kind ``array`` with this owner tells of it, and every slot that holds it holds the new value.
    """

    slot: Slot
    value: Arg
    before: Arg | None = None
    n_lines: int = 0
    places: tuple[SourceSpan, ...] = ()
    array: int | None = None

    @property
    def name(self) -> str:
        """The slot's name."""
        return self.slot.name

    @property
    def at(self) -> SourceSpan | None:
        """Where the statement stands."""
        return self.places[0] if self.places else None


@dataclass(frozen=True, slots=True)
class Guard:
    """Python asked whether a traced value is true: on other data the answer may be the other one."""

    value: Value
    outcome: bool
    n_lines: int = 0
    places: tuple[SourceSpan, ...] = ()


TEXT = "a text"
"""How a value leaves that is only told: as a rule for a person."""


@dataclass(frozen=True, slots=True)
class Escape:
    """A traced value was let go as plain numbers: ``how`` says to what, as in ``float(x)`` or ``json.dumps``."""

    value: Value
    how: str
    n_lines: int = 0
    places: tuple[SourceSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixed:
    """Python went on with a plain number that other data, or another run, may have otherwise.

    ``arg`` is the length that it is, or what was computed of lengths; where it was drawn at random the number, or None for an
    array. Where it only says how many ``turns`` something takes, a loop may stand for them.
    """

    arg: Arg | None
    turns: bool = False
    n_lines: int = 0
    places: tuple[SourceSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class ValuesShown:
    """Values were shown to a person: printed, formatted, logged, plotted."""

    values: tuple[Value, ...]
    how: str
    n_lines: int = 0
    places: tuple[SourceSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnBegan:
    """A loop began its turn ``number`` (from 0); ``loop`` numbers each time that a loop was entered."""

    loop: int
    number: int
    variables: tuple[str, ...] = ()
    n_lines: int = 0
    places: tuple[SourceSpan, ...] = ()

    def is_empty(self, loop: int, n_lines: int) -> bool:
        """Whether nothing was recorded in this turn, where the loop's next one begins after ``n_lines``."""
        return (self.loop, self.n_lines) == (loop, n_lines)


@dataclass(frozen=True, slots=True)
class Objective:
    """A minimiser was given the function ``name``: what that gave back first, as a loss, and the start that it was given."""

    name: str
    value: Value
    start: Value
    n_lines: int = 0
    places: tuple[SourceSpan, ...] = ()


Event = SlotBound | Guard | Escape | Fixed | ValuesShown | TurnBegan | Objective


@dataclass(frozen=True, slots=True)
class Named:
    """A name and the value it was given. To go with the checker that reads it."""

    name: str
    value: Value
    at: SourceSpan | None


@dataclass(frozen=True, slots=True)
class ParameterMoved:
    """A parameter's new value: ``W`` became ``W - lr * dW``. To go with the checker that reads it."""

    name: str
    before: Value
    after: Value
    at: SourceSpan | None
