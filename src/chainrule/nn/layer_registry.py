"""Every layer by its name: how one is registered, read from a table, and written as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Annotated, Any, Protocol, TypeVar, dataclass_transform

import numpy as np

from chainrule.nn.forward_builder import Draft
from chainrule.nn.options import Mistake, NestedPlaces, place, read
from chainrule.program.errors import nearest

Kind = TypeVar("Kind")


class Layer(Protocol):
    """Anything that can write itself into a forward pass."""

    def write(self, draft: Draft) -> None:
        """Add lines to ``draft`` that go on from ``draft.result``."""


LAYERS: dict[str, type[Layer]] = {}
"""Every layer that a file can say, by the name of its class."""


@dataclass_transform(frozen_default=True)
def layer(kind: type[Kind]) -> type[Kind]:
    """A layer from a class with fields: a frozen value, whose settings are read when it is made.

    What is registered here is trained, saved, loaded and said in TOML; its fields are the settings.
    """

    def check(self: Any) -> None:
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        said, wrong = read(made, given)
        if wrong:
            raise wrong[0].in_call()
        for name, item in said.items():
            object.__setattr__(self, name, item)

    kind.__post_init__ = check  # type: ignore[attr-defined]
    made = dataclass(frozen=True, slots=True)(kind)
    LAYERS[kind.__name__] = made  # type: ignore[assignment]
    return made


def layers_from(said: Any, where: str = "layers") -> tuple[Any, list[Mistake]]:
    """The layers that a list of tables says, and every mistake in them; a layer that is one already stays."""
    if not isinstance(said, list | tuple) or not said:
        return (), [
            Mistake(where, "is a list of tables, each with the kind of a layer")
        ]
    found, wrong = [], []
    for number, one in enumerate(said):
        layer, mistakes = _layer_from(one, place((number,), where))
        found.append(layer)
        wrong += mistakes
    return tuple(found), wrong


def _layer_from(said: Any, where: str) -> tuple[Any, list[Mistake]]:
    if hasattr(said, "write") and not isinstance(said, type):
        return said, []
    if not isinstance(said, Mapping):
        return None, [
            Mistake(where, 'should be a table, such as {kind = "Dense", units = 4}')
        ]
    settings = dict(said)
    kind = settings.pop("kind", None)
    if kind is None:
        return None, [
            Mistake(f"{where}.kind", f"is missing; there are {', '.join(LAYERS)}")
        ]
    if kind not in LAYERS:
        return None, [
            Mistake(f"{where}.kind", f"there is no layer {kind!r} here; {_meant(kind)}")
        ]
    made = LAYERS[kind]
    found, wrong = read(made, settings, where)
    wrong += [
        Mistake(place((one.name,), where), "is missing")
        for one in fields(made)  # type: ignore[arg-type] # a registered layer is a dataclass
        if one.default is MISSING and one.name not in settings
    ]
    return (None, wrong) if wrong else (made(**found), [])


def _meant(kind: Any) -> str:
    if kind == "Written":
        return "a function is given in Python: Network([Written(function, ...)], loss)"
    return nearest(str(kind), LAYERS, f"there are {', '.join(LAYERS)}")


Layers = Annotated[tuple[Any, ...], NestedPlaces(layers_from)]
"""Layers, or the tables of a file that say them."""


def layer_to(layer: Layer) -> dict[str, Any]:
    """A layer as plain data. Arrays it starts from are left out: a saved network has its own.

    A layer that is not registered is told by its name alone: no file carries code.

    >>> from chainrule.nn.layers import Dense
    >>> layer_to(Dense(4, "relu"))["units"]
    4
    """
    kind = type(layer).__name__
    if LAYERS.get(kind) is not type(layer):
        function = getattr(layer, "function", layer)
        return {"kind": "Written", "name": getattr(function, "__name__", kind)}
    said = {one.name: getattr(layer, one.name) for one in fields(layer)}  # type: ignore[arg-type]
    return {
        "kind": kind,
        **{key: _plain(item) for key, item in said.items() if _tells(item)},
    }


def _tells(item: Any) -> bool:
    plain = item is None or isinstance(item, str | bool | int | float | np.generic)
    return plain or _is_layers(item) or _is_lengths(item)


def _is_lengths(item: Any) -> bool:
    return isinstance(item, tuple) and all(type(one) is int for one in item)


def _is_layers(item: Any) -> bool:
    return isinstance(item, Sequence) and all(hasattr(one, "write") for one in item)


def _plain(item: Any) -> Any:
    if isinstance(item, np.generic):
        return item.item()
    return (
        [layer_to(one) for one in item]
        if _is_layers(item) and not isinstance(item, str)
        else list(item)
        if _is_lengths(item)
        else item
    )
