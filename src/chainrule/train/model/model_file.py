"""Model files: a network as JSON, its numbers beside it; nothing in them can run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.nn.layer_registry import Layer, layer_to, layers_from
from chainrule.nn.layers import Written
from chainrule.nn.losses import LOSSES
from chainrule.program import Array, CorruptFileError, UnsafeFileError, UsageError
from chainrule.train.model.array_files import (
    make_folder,
    read_arrays,
    write_arrays,
    write_whole,
)

if TYPE_CHECKING:
    from chainrule.train.model.network import Network

VERSION = 1
DESCRIPTION, NUMBERS = "model.json", "weights.safetensors"


def described(network: Network) -> dict[str, Any]:
    """A network without its numbers, as plain data."""
    plan = network.plan
    return {
        "version": VERSION,
        "layers": [layer_to(layer) for layer in plan.layers],
        "units": list(plan.units),
        "loss": plan.loss.name,
        "labels": plan.labels,
        "dtype": plan.dtype,
        "whole_numbers": plan.whole_numbers,
        "l1": plan.penalty.l1,
        "l2": plan.penalty.l2,
        "optimizer": network.optimizer.name,
        "learning_rate": network.optimizer.learning_rate,
        "seed": network.seed,
    }


def save(
    network: Network, folder: str | Path, about: Mapping[str, Any] | None = None
) -> Path:
    """Write the description and the numbers of a network into a folder; ``about`` is kept with them.

    Raises:
        CorruptFileError: E504 if they cannot be written.
    """
    path = make_folder(folder)
    whole = {
        **described(network),
        "about": dict(about or {}),
        "history": network.history_,
    }
    write_arrays(path / NUMBERS, network.numbers_, {"steps": network.n_steps_})
    write_whole(path / DESCRIPTION, (json.dumps(whole, indent=1) + "\n").encode())
    return path


def read(folder: str | Path) -> dict[str, Any]:
    """The description in a model's folder.

    Raises:
        CorruptFileError: E503 if it is not one, E504 if it cannot be read.
    """
    file = Path(folder) / DESCRIPTION
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CorruptFileError(
            "E504",
            f"{file} cannot be read: {error.strerror}",
            hint="give the folder of a saved model",
        ) from None
    except (ValueError, RecursionError):
        raise CorruptFileError("E503", f"{file} is not JSON") from None
    needed = {
        "version",
        "layers",
        "units",
        "loss",
        "labels",
        "dtype",
        "whole_numbers",
        "optimizer",
        "seed",
    }
    if (
        not isinstance(said, dict)
        or said.get("version") != VERSION
        or not needed <= set(said)
    ):
        raise CorruptFileError(
            "E503", f"{file} does not describe a model of version {VERSION}"
        )
    return said


def options(
    said: Mapping[str, Any],
    own: Sequence[Written],
    loss: Callable[[Any, Any], Any] | None = None,
) -> dict[str, Any]:
    """What to make the described network with; ``own`` and ``loss`` are the user's, which a file does not carry.

    Raises:
        UsageError: E415 where one of them is missing.
    """
    name = said["loss"]
    if loss is None and name not in LOSSES:
        raise UsageError(
            "E415",
            f"the model has a loss of your own, {name}, and a file carries no code",
            hint=f"give it: Network.load(path, loss={name})",
        )
    kept = ("loss", "optimizer", "learning_rate", "l1", "l2", "seed", "dtype", "labels")
    return {
        "layers": layers(said["layers"], own),
        **{key: said[key] for key in kept if key in said},
        **({} if loss is None else {"loss": loss}),
    }


def layers(said: Any, own: Sequence[Written] = ()) -> tuple[Layer, ...]:
    """The layers that a file describes; ``own`` are the user's, found by the names of their functions.

    Raises:
        UsageError: E415 if a layer of the user's own is not given.
        UnsafeFileError: E510 for a kind of layer that does not exist.
        CorruptFileError: E503 for settings that a layer does not take.
    """
    found, wrong = layers_from(_with_own(said, own))
    for mistake in wrong:
        if mistake.where.endswith(".kind"):
            raise UnsafeFileError("E510", f"the model's {mistake}")
        raise CorruptFileError("E503", f"the model's {mistake}")
    return tuple(found)


def _with_own(said: Any, own: Sequence[Written]) -> Any:
    """What a file says, with the user's own layers in the places where it names them."""
    if isinstance(said, list):
        return [_with_own(one, own) for one in said]
    if not isinstance(said, dict):
        return said
    if said.get("kind") != "Written":
        return {key: _with_own(item, own) for key, item in said.items()}
    name = said.get("name")
    for layer in own:
        if getattr(layer.function, "__name__", "") == name:
            return layer
    raise UsageError(
        "E415",
        f"the model has a layer of your own, {name}, and a file carries no code",
        hint=f"give it: Network.load(path, layers=[Written({name}, ...)])",
    )


def numbers(
    folder: str | Path, wanted: Mapping[str, Array]
) -> tuple[dict[str, Array], int]:
    """The numbers of a model, and after how many steps; they are all there and fit ``wanted``.

    Raises:
        CorruptFileError: E503 if one is missing or has another shape.
    """
    file = Path(folder) / NUMBERS
    arrays, about = read_arrays(file)
    for name, array in wanted.items():
        if name not in arrays or arrays[name].shape != array.shape:
            found = arrays[name].shape if name in arrays else "nothing"
            raise CorruptFileError(
                "E503", f"{file}: {name} should be {array.shape}, there is {found}"
            )
    return {name: arrays[name] for name in wanted}, int(about.get("steps", 0))
