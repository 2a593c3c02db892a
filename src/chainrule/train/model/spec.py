"""Networks as JSON: which layers, which loss; what can be read back without running anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from chainrule.nn.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    Layer,
    LayerNorm,
    Residual,
    Written,
)
from chainrule.program import CorruptFileError, UnsafeFileError, UsageError

KINDS: Mapping[str, Callable[..., Layer]] = {
    kind.__name__: kind
    for kind in (Activation, BatchNorm, Dense, Dropout, Embedding, LayerNorm)
}


def to_json(layer: Layer) -> dict[str, Any]:
    """A layer as plain data. Arrays it starts from are left out: a saved network has its own.

    Raises:
        UsageError: E415 for a function of the user's own, which no file may carry.
    """
    if isinstance(layer, Residual):
        return {"kind": "Residual", "layers": [to_json(one) for one in layer.layers]}
    if isinstance(layer, Written) or type(layer).__name__ not in KINDS:
        name = getattr(
            getattr(layer, "function", layer), "__name__", type(layer).__name__
        )
        return {"kind": "Written", "name": name}
    said: dict[str, Any] = {"kind": type(layer).__name__}
    for one in fields(layer):  # type: ignore[arg-type]
        item = getattr(layer, one.name)
        if item is None or isinstance(item, str | bool | int | float):
            said[one.name] = item
        elif isinstance(item, np.integer | np.floating):
            said[one.name] = item.item()
    return said


def from_json(said: Mapping[str, Any], own: Sequence[Written] = ()) -> Layer:
    """The layer that plain data describes; ``own`` are the user's layers, found by their function's name.

    Raises:
        UsageError: E415 if a layer of the user's own is not given.
        UnsafeFileError: E510 for a kind of layer that does not exist.
    """
    kind = said.get("kind")
    if kind == "Residual":
        return Residual(tuple(from_json(one, own) for one in said["layers"]))
    if kind == "Written":
        return _own(str(said.get("name")), own)
    maker = KINDS.get(str(kind))
    if maker is None:
        raise UnsafeFileError(
            "E510",
            f"the model has a layer {kind!r}, which does not exist here",
            hint=f"known: {', '.join(KINDS)}",
        )
    try:
        return maker(**{key: item for key, item in said.items() if key != "kind"})
    except TypeError as error:
        raise CorruptFileError(
            "E503", f"the model's layer {kind} cannot be read: {error}"
        ) from None


def _own(name: str, own: Sequence[Written]) -> Written:
    for layer in own:
        if getattr(layer.function, "__name__", "") == name:
            return layer
    raise UsageError(
        "E415",
        f"the model has a layer of your own, {name}, and a file carries no code",
        hint=f"give it: Network.load(path, layers=[Written({name}, ...)])",
    )
