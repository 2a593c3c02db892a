"""Who owns a slot: frames, objects and containers, numbered in the order in which they are met and kept alive."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from chainrule.trace.events import Slot


class Owners:
    """The owners of the slots of one reading.

    A list or dict is known by where it was first put: the item of ``params["W1"]`` belongs to the name params, also
    when another dict takes its place, or when a function calls it ``p``.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._alive: list[Any] = []
        self._paths: dict[int, Slot] = {}
        self._called: dict[int, str] = {}
        self._filled: dict[tuple[int, Any, bool], Any] = {}

    def number(self, owner: Any) -> int:
        """The number of a frame, an object or a container."""
        key = id(owner)
        if key not in self._numbers:
            # kept alive, so that its id stays its own
            self._alive.append(owner)
            self._numbers[key] = len(self._numbers)
        return self._numbers[key]

    def token(self, key: Hashable) -> int:
        """The number of an owner that is known by words."""
        return self._numbers.setdefault(("token", key), len(self._numbers))

    def call(self, container: Any, name: str) -> None:
        """A container is called by the name that first held it, also where nothing was in it then: ``hs = {}``."""
        self.number(container)
        self._called.setdefault(id(container), name)

    def inner_slot(self, slot: Slot, container: Any, key: Any) -> Slot:
        """The slot of an item of a container that ``slot`` holds."""
        if id(container) not in self._paths:
            self.number(container)
            self._paths[id(container)] = slot
        return self.item_slot(container, key)

    def item_slot(self, container: Any, key: Any) -> Slot:
        """The slot of an item."""
        path = self._paths.get(id(container))
        named = key if isinstance(key, Hashable) else str(key)
        if path is None:
            holder = self._called.get(id(container), "item")
            name = name_of_item(holder, key)
            return Slot("item", self.number(container), named, name)
        name = name_of_item(path.name, key, nested=path.is_key)
        return Slot("item", path.owner, (path.key, named), name)

    def filled(self, owner: Any, key: Any, *, is_item: bool) -> None:
        """An attribute or an item of the user's has been filled."""
        self.number(owner)
        if isinstance(key, Hashable):
            self._filled[id(owner), key, is_item] = owner

    def places(self) -> Iterator[tuple[Any, Any, bool]]:
        """Every attribute and item that was filled: its owner, its name or key, whether it is an item."""
        for (_, key, is_item), owner in self._filled.items():
            yield owner, key, is_item


def name_of_item(holder: str, key: Any, *, nested: bool = False) -> str:
    """What an item is called: by its key, or by its place in what holds it.

    What holds it may be ``nested``, under a key of its own; an item is called by both keys then.

    >>> name_of_item("params", "W1"), name_of_item("hs", 2), name_of_item("hs", -1)
    ('W1', 'hs_2', 'hs_minus_1')
    >>> name_of_item("encoder", "W", nested=True)
    'encoder_W'
    """
    if isinstance(key, str):
        return f"{holder}_{key}" if nested else key
    return f"{holder}_{key}".replace("-", "minus_") if holder else ""
