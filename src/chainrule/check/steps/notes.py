"""What every slot of a running script held: names, attributes, items, one after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from chainrule import ops
from chainrule.program import (
    Value,
)
from chainrule.trace import Traced, source
from chainrule.trace.statements.watch import Site, Watch


@dataclass(frozen=True, slots=True)
class Holding:
    """A moment at which a slot was seen to hold a value; ``position`` is how many lines had been recorded."""

    slot: Hashable
    value: Value
    position: int


Numbers = dict[tuple[int, str], list[tuple[int, int]]]
"""Of a frame's name, for which whole number it stood after how many lines."""


@dataclass(slots=True)
class Notes(Watch):
    """What the statements saw, and beside it what every slot held: names, attributes, items."""

    held: list[Holding] = field(default_factory=list)
    homes: dict[int, dict[Hashable, None]] = field(default_factory=dict)
    alive: list[Any] = field(default_factory=list)
    aliases: dict[Value, list[Traced]] = field(default_factory=dict)
    item_keys: dict[int, Any] = field(default_factory=dict)
    given: dict[int, Any] = field(default_factory=dict)
    views: dict[Value, Value] = field(default_factory=dict)
    counters: Numbers = field(default_factory=dict)
    numbers: Numbers = field(default_factory=dict)

    def key(self, frame: FrameType) -> int:
        """The number of a frame; frames are kept alive, so that it stays its own."""
        key = self._keys.get(id(frame))
        if key is None:
            key = self._keys[id(frame)] = len(self._frames)
            self._frames.append(frame)
        return key

    def module(self, file: str) -> Mapping[str, Any]:
        """The names of the script itself, and what they stand for."""
        for frame in self._frames:
            code = frame.f_code
            if code.co_name == "<module>" and code.co_filename == file:
                return frame.f_globals
        return {}

    def _frame(self) -> int:
        return self.key(user_frame())

    def _own_value(self, value: Any, site: Site) -> Any:
        """A line of its own for what is only another name, and one array still: what is written to either is in both."""
        made = Watch._own_value(self, value, site)  # noqa: SLF001 - notes are a watch
        if made is value or not isinstance(made, Traced):
            return made
        # a number is never written to: another name of it is another number
        if isinstance(value, Traced) and value.is_array:
            first, second = value._value, made._value  # noqa: SLF001 - as they stand
            group = self.aliases.get(first) or [value]
            group.append(made)
            self.aliases[first] = self.aliases[second] = group
            line = self.tracer.builder.producer.get(first)
            if line is not None and line.op is ops.setitem:
                # an array that is filled in every pass, theta = new: what is moved is moved in both
                value._value = second  # noqa: SLF001 - as they stand
        return made

    def wrote_to(self, before: Value, after: Value) -> None:
        """What an array became by being written to, its other names become, too."""
        group = self.aliases.get(before, ())
        if any(one._value is after for one in group):  # noqa: SLF001 - as they stand
            for one in group:
                one._value = after  # noqa: SLF001 - as they stand
            self.aliases[after] = list(group)

    def hold(self, slot: Hashable, value: Any) -> None:
        """A slot holds a value, or a container of values."""
        match value:
            case Traced():
                one = value._value  # noqa: SLF001 - a view may be looked at after a write
                self.held.append(Holding(slot, one, len(self.tracer.builder.lines)))
            case list() | tuple() | dict():
                if id(value) not in self.homes:
                    self.alive.append(value)
                self.homes.setdefault(id(value), {})[slot] = None
                pairs = value.items() if isinstance(value, dict) else enumerate(value)
                for key, item in pairs:
                    if isinstance(item, Traced | list | tuple | dict):
                        self.hold(item_slot(value, key), item)

    def note(self, value: Any, site: int, key: Any = None) -> Any:
        """A bound expression has its value."""
        value = Watch.note(self, value, site, key)
        place = self.sites[site]
        if place.augmented is None:
            self._targets(place, value, None)
            self.item_keys[site] = key
            self.given[site] = value
        return value

    def owns(self, owner: Any, site: int) -> Any:
        """The owner of an attribute that is about to be set is known."""
        Watch.owns(self, owner, site)
        if self.sites[site].augmented is None:
            self._targets(self.sites[site], self.given.get(site), owner)
        return owner

    def _targets(self, place: Site, value: Any, owner: Any) -> None:
        values = [value]
        if len(place.targets) > 1:
            if not isinstance(value, tuple | list) or len(value) != len(place.targets):
                return
            values = list(value)
        for text, one in zip(place.targets, values, strict=True):
            if text is not None and text.isidentifier():
                self.hold(("name", self._frame(), text), one)
                self._count(self.numbers, self._frame(), text, one)
            elif owner is not None and text is not None:
                self.hold(("item", id(owner), text.rpartition(".")[2]), one)

    def after(self, value: Any, site: int, owner: Any = None) -> None:
        """An augmented assignment is done."""
        Watch.after(self, value, site, owner)
        self._targets(self.sites[site], value, owner)

    def after_item(self, held: Any, site: int, key: Any = None) -> None:
        """An augmented assignment to an item is done."""
        Watch.after_item(self, held, site, key)
        if isinstance(held, list | dict) and key is not None:
            self.hold(item_slot(held, key), held[key])

    def wrote(self, held: Any, site: int) -> None:
        """An assignment to an index is done."""
        Watch.wrote(self, held, site)
        key = self.item_keys.get(site)
        if isinstance(held, list | dict) and key is not None:
            self.hold(item_slot(held, key), held[key])

    def holds(self, held: Any, key: Any) -> None:
        """An item among several targets has its value."""
        if isinstance(held, list | dict) and not isinstance(key, slice):
            with contextlib.suppress(LookupError):
                self.hold(item_slot(held, key), held[key])

    def turn(self, names: Sequence[str]) -> None:
        """A loop turns."""
        Watch.turn(self, names)
        frame = user_frame()
        for name in names:
            for kept in (self.counters, self.numbers):
                self._count(kept, self.key(frame), name, frame.f_locals.get(name))

    def _count(self, kept: Numbers, frame: int, name: str, number: Any) -> None:
        """A name stands for a whole number from here on."""
        if isinstance(number, int) and not isinstance(number, bool):
            past = kept.setdefault((frame, name), [])
            past.append((len(self.tracer.builder.lines), int(number)))

    def _saw(self, frame: int, value: Any, part: int, owner: Any) -> Any:
        value = Watch._saw(self, frame, value, part, owner)  # noqa: SLF001 - notes are a watch
        _, text, is_call = self.parts[part]
        if not is_call and isinstance(value, Traced | list | tuple | dict):
            if owner is not None:
                self.hold(("item", id(owner), text.rpartition(".")[2]), value)
            elif text.isidentifier():
                self.hold(("name", frame, text), value)
        return value

    def item(self, container: Any, key: Any, part: int) -> Any:
        """An item was read."""
        value = Watch.item(self, container, key, part)
        if isinstance(container, list | tuple | dict):
            self.hold(item_slot(container, key), value)
        return value


def item_slot(container: Any, key: Any) -> Hashable:
    """The slot of an item; one counted from the end is the one counted from the start."""
    if isinstance(key, int):
        place = int(key)
        counts = isinstance(container, list | tuple) and place < 0
        return ("item", id(container), place + len(container) if counts else place)
    return ("item", id(container), key if isinstance(key, str | tuple) else id(key))


def user_frame() -> FrameType:
    """The innermost frame of the user's."""
    return next(source.user_frames(boundary=frozenset()))
