"""What instrumented code calls: a reading takes note where one is going on in this thread; else the code runs as written."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any, Protocol

MARK = "\0chainrule hooks"
"""Stands for the hooks in a syntax tree; in compiled code they are a constant, so that no name of the user's is taken."""


class HookReader(Protocol):
    """What a reading does at each place of instrumented code."""

    def bind(self, value: Any, names: Any, /) -> Any:
        """A value is about to be given a name, or several."""

    def rebind(self, value: Any, name: str, /) -> Any:
        """A name has another value after ``name += ...``."""

    def apart(self, value: Any, name: str, /) -> Any:
        """A further name of ``a = b = value`` has its value."""

    def load(self, value: Any, name: str, /) -> Any:
        """A value was read from a name or an attribute that may have been filled elsewhere."""

    def attribute(self, owner: Any, name: str, /) -> Any:
        """``owner.name`` is read."""

    def callee(self, function: Any) -> Any:
        """What is called in the place of ``function``."""

    def item(self, container: Any, key: Any) -> Any:
        """``container[key]``."""

    def followed_in(self, owner: Any, key: Any, is_item: bool, /) -> None:  # noqa: FBT001 - a constant in the code
        """An attribute or an item is about to be written to in place."""

    def has_attribute(self, owner: Any, name: str) -> None:
        """An attribute was set."""

    def has_item(self, container: Any, key: Any) -> None:
        """An item was stored."""

    def loop(self, items: Any, names: Sequence[str], /) -> Any:
        """What a loop runs over."""

    def turned(self, value: Any, name: str, /) -> Any:
        """A variable of a loop has its value for this turn."""

    def enter(self, loop: int) -> None:
        """A ``while`` loop begins."""

    def turn(self, loop: int) -> None:
        """A ``while`` loop begins a turn."""


class _Current(threading.local):
    notes: HookReader | None = None

    def __init__(self) -> None:
        self.kept: dict[tuple[int, int], Any] = {}


CURRENT = _Current()
"""The reading that goes on in this thread."""
NOTHING = object()


def _place(place: int) -> tuple[int, int]:
    """A place in the frame that called the hook: a function may run inside of itself."""
    return id(sys._getframe(2)), place  # noqa: SLF001


class _Key:
    """Indexed, it gives the index."""

    def __getitem__(self, key: Any) -> Any:
        return key


class Hooks:
    """The functions that instrumented code calls."""

    key = _Key()

    @staticmethod
    def behind(value: Any) -> Any:
        """``1.0 / value``: a length says what it is there."""
        if not isinstance(value, int):
            return value
        return getattr(value, "__chainrule_behind__", value)

    @staticmethod
    def bind(value: Any, names: Any) -> Any:
        """``name = value``."""
        notes = CURRENT.notes
        return value if notes is None else notes.bind(value, names)

    @staticmethod
    def rebind(value: Any, name: str) -> Any:
        """``name += ...`` is done."""
        notes = CURRENT.notes
        return value if notes is None else notes.rebind(value, name)

    @staticmethod
    def apart(value: Any, name: str) -> Any:
        """``a = name = value`` is done."""
        notes = CURRENT.notes
        return value if notes is None else notes.apart(value, name)

    @staticmethod
    def load(value: Any, name: str) -> Any:
        """A name, or an attribute, is read."""
        notes = CURRENT.notes
        return value if notes is None else notes.load(value, name)

    @staticmethod
    def attribute(owner: Any, name: str) -> Any:
        """``owner.name`` is read."""
        notes = CURRENT.notes
        return getattr(owner, name) if notes is None else notes.attribute(owner, name)

    @staticmethod
    def callee(function: Any) -> Any:
        """``function`` is about to be called."""
        notes = CURRENT.notes
        return function if notes is None else notes.callee(function)

    @staticmethod
    def item(container: Any, key: Any) -> Any:
        """``container[key]`` is read."""
        notes = CURRENT.notes
        return container[key] if notes is None else notes.item(container, key)

    @staticmethod
    def keep(value: Any, place: int) -> Any:
        """The owner or the key of what is about to be set: evaluated once, and known when it is done."""
        if CURRENT.notes is not None:
            CURRENT.kept[_place(place)] = value
        return value

    @staticmethod
    def into_attribute(owner: Any, place: int, name: str) -> Any:
        """The owner in ``owner.name += ...``."""
        notes = CURRENT.notes
        if notes is not None:
            CURRENT.kept[_place(place)] = owner
            notes.followed_in(owner, name, False)
        return owner

    @staticmethod
    def into_item(key: Any, place: int, owner: int) -> Any:
        """The key in ``owner[key] += ...``."""
        notes = CURRENT.notes
        if notes is not None:
            CURRENT.kept[_place(place)] = key
            notes.followed_in(CURRENT.kept.get(_place(owner)), key, True)
        return key

    @staticmethod
    def has_attribute(place: int, name: str) -> None:
        """``owner.name = ...`` is done."""
        owner = CURRENT.kept.pop(_place(place), NOTHING)
        notes = CURRENT.notes
        if notes is not None and owner is not NOTHING:
            notes.has_attribute(owner, name)

    @staticmethod
    def has_item(place: int, at: int) -> None:
        """``container[key] = ...`` is done."""
        container = CURRENT.kept.pop(_place(place), NOTHING)
        key = CURRENT.kept.pop(_place(at), NOTHING)
        notes = CURRENT.notes
        if notes is not None and key is not NOTHING:
            notes.has_item(container, key)

    @staticmethod
    def apart_in(place: int, name: str) -> None:
        """``a = owner.name = value`` is done."""
        notes = CURRENT.notes
        held = getattr(CURRENT.kept.get(_place(place)), "__dict__", None)
        if notes is not None and type(held) is dict and name in held:
            held[name] = notes.apart(held[name], f".{name}")

    @staticmethod
    def loop(items: Any, names: Sequence[str]) -> Any:
        """``for names in items``."""
        notes = CURRENT.notes
        return items if notes is None else notes.loop(items, names)

    @staticmethod
    def turned(value: Any, name: str) -> Any:
        """``name`` has its value for this turn."""
        notes = CURRENT.notes
        return value if notes is None else notes.turned(value, name)

    @staticmethod
    def enter(loop: int) -> None:
        """``while`` begins."""
        notes = CURRENT.notes
        if notes is not None:
            notes.enter(loop)

    @staticmethod
    def turn(loop: int) -> None:
        """``while`` begins a turn."""
        notes = CURRENT.notes
        if notes is not None:
            notes.turn(loop)


HOOKS = Hooks()


def with_hooks(code: CodeType) -> CodeType:
    """Compiled code in which the mark has become the hooks."""
    return code.replace(co_consts=tuple(_constant(one) for one in code.co_consts))


def _constant(item: Any) -> Any:
    if isinstance(item, CodeType):
        return with_hooks(item)
    return HOOKS if item == MARK else item


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code and all codes inside it, outer ones first."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)
