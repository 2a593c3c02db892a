"""Model files: a network as JSON, its numbers beside it, the two being one thing; nothing in them can run.

Each carries the other's hash. Weights are put aside first, under a name of their own; the description is then put in
its place, and with it, at once, the weights it tells of are the model's; last they get their usual name. Whoever is
stopped in between leaves the old model or the new one, and whoever reads or writes next finishes what was begun.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict, cast

import numpy as np

from chainrule.nn.constraints import AtLeast, Count, Flag, Number, Place, Text, one_of
from chainrule.nn.layer_registry import LAYERS, Layer, layer_to, layers_from
from chainrule.nn.layers import Written
from chainrule.nn.losses import LOSSES
from chainrule.nn.options import Mistake, read
from chainrule.program import (
    Array,
    CorruptFileError,
    NonFiniteError,
    UnsafeFileError,
    UsageError,
)
from chainrule.program.files import (
    read_bytes,
    read_json,
    replace_file,
    sync_folder,
    write_aside,
)
from chainrule.program.folder_lock import only_writer
from chainrule.train.model.array_files import LARGEST, corrupt, packed, unpacked
from chainrule.train.model.learner import Learner

VERSION = 2
DESCRIPTION, NUMBERS, NEXT = (
    "model.json",
    "weights.safetensors",
    ".weights.next.safetensors",
)
LONGEST = 256 * 2**20
"""The most bytes of a description."""


class ModelFile(TypedDict, total=False):
    """What ``model.json`` says, each item held against what it takes before it is used."""

    version: Place
    layers: list[Any]
    units: list[Count]
    loss: Text
    labels: Text
    dtype: Annotated[str, one_of("float64", "float32")]
    whole_numbers: Flag
    l1: AtLeast
    l2: AtLeast
    optimizer: Text
    learning_rate: AtLeast
    seed: Place
    about: dict[Text, Any]
    history: list[dict[Text, Number | None]]
    weights: Text
    sha256: Text


@dataclass(frozen=True, slots=True)
class Model:
    """A model as its folder has it: its description, and its numbers after so many steps."""

    said: ModelFile
    numbers: Mapping[str, Array]
    n_steps: int


def described(network: Learner) -> dict[str, Any]:
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


def digest(said: Mapping[str, Any]) -> str:
    """The hash of plain data, however it is laid out."""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def save(
    network: Learner, folder: str | Path, about: Mapping[str, Any] | None = None
) -> Path:
    """Write the description and the numbers of a network into a folder; ``about`` is kept with them.

    Raises:
        CorruptFileError: E504 if they cannot be written; the model that was there is as it was.
        NonFiniteError: E201 for numbers that are not finite: such a model is never written.
        UsageError: E426 while another process writes there.
    """
    for name, array in network.numbers_.items():
        if not np.isfinite(array).all():
            raise NonFiniteError(
                "E201",
                f"{name} is not finite, and a model of such numbers is not written",
                hint="lower the learning rate, or fit again from new weights",
            )
    path, history = Path(folder), [_finite(row) for row in network.history_]
    said = {**described(network), "about": dict(about or {}), "history": history}
    with only_writer(path):
        _finish(path)
        weights = packed(
            network.numbers_, {"steps": network.n_steps_, "model": digest(said)}
        )
        said["weights"] = hashlib.sha256(weights).hexdigest()
        said["sha256"] = digest(said)
        _replace_both(path, said, weights)
    return path


def _finite(row: Mapping[str, float]) -> dict[str, float | None]:
    """A row of the history in numbers that JSON has."""
    return {name: item if math.isfinite(item) else None for name, item in row.items()}


def _replace_both(path: Path, said: Mapping[str, Any], weights: bytes) -> None:
    try:
        write_aside(path / NUMBERS, weights).replace(path / NEXT)
        sync_folder(path)
        text = json.dumps(said, indent=1, allow_nan=False) + "\n"
        # from here on the new weights are the model's; if they cannot get their usual name now, the next save gives it
        replace_file(path / DESCRIPTION, text)
        with contextlib.suppress(OSError):
            (path / NEXT).replace(path / NUMBERS)
            sync_folder(path)
    except OSError as error:
        if isinstance(error, CorruptFileError):
            raise
        raise CorruptFileError(
            "E504",
            f"{path} cannot be written: {error.strerror or error}",
            hint="the model that was there is as it was; choose another place",
        ) from error


def _finish(path: Path) -> None:
    """Give the weights that the description tells of their usual name, if a save was stopped before it did."""
    if not (path / NEXT).exists():
        return
    try:
        wanted = read_description(path)["weights"]
    except CorruptFileError:
        return
    if hashlib.sha256(read_bytes(path / NEXT, LARGEST)).hexdigest() == wanted:
        (path / NEXT).replace(path / NUMBERS)
        sync_folder(path)


def open_model(folder: str | Path) -> Model:
    """The model in a folder, each part held against its hash and its schema.

    Raises:
        CorruptFileError: E503 for what is not as it was written, naming it; E504 if it cannot be read.
        UnsafeFileError: E510 for a pickle, E511 for a link that leads out of the folder.
        LimitError: E601 for a file larger than any model.
    """
    for _ in range(3):
        said = read_description(folder)
        try:
            return _with_numbers(folder, said)
        except CorruptFileError:
            # somebody may have put another model there in between
            if read_description(folder)["weights"] == said["weights"]:
                raise
    message = f"{folder} is being written to without an end"
    raise CorruptFileError("E504", message)


def read_description(folder: str | Path) -> ModelFile:
    """What ``model.json`` says, held against its own hash and its schema."""
    file = _within(folder, DESCRIPTION)
    if Path(folder).is_dir() and not file.exists():
        raise CorruptFileError(
            "E504",
            f"{folder} holds no model: there is no {DESCRIPTION} in it",
            hint="give the folder of a saved model, as chainrule train --out makes one",
        )
    said = read_json(file, LONGEST)
    if not isinstance(said, dict) or said.get("version") != VERSION:
        message = f"{file} does not describe a model of version {VERSION}"
        raise CorruptFileError("E503", message)
    _refuse_code(file, said.get("layers"))
    if digest(_without(said, "sha256")) != said.get("sha256"):
        raise corrupt(file, "its text is not the one that was written")
    found, wrong = read(ModelFile, said)
    names = ModelFile.__annotations__
    wrong += [Mistake(name, "is missing") for name in names if name not in said]
    if wrong:
        raise corrupt(file, str(wrong[0]))
    return cast("ModelFile", found)


def _refuse_code(file: Path, said: Any) -> None:
    """Refuse layers that do not exist here: what another program would run for them is not known.

    Raises:
        UnsafeFileError: E510.
    """
    if isinstance(said, list):
        for one in said:
            _refuse_code(file, one)
    elif isinstance(said, dict):
        kind = said.get("kind")
        if kind not in ("Written", *LAYERS):
            raise UnsafeFileError(
                "E510",
                f"{file} has a layer {kind!r}, which does not exist here",
                hint=f"known: {', '.join(LAYERS)}",
            )
        _refuse_code(file, said.get("layers"))


def _without(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: item for name, item in said.items() if name not in names}


def _with_numbers(folder: str | Path, said: ModelFile) -> Model:
    """The model of that description: of the weights there, those that it tells of."""
    for name in (NEXT, NUMBERS):
        file = _within(folder, name)
        if name == NEXT and not file.exists():
            continue
        content = read_bytes(file, LARGEST)
        if hashlib.sha256(content).hexdigest() != said["weights"] and name == NEXT:
            continue
        # where something is damaged, this says what
        arrays, about = unpacked(file, content)
        if about.get("model") != digest(_without(said, "weights", "sha256")):
            raise corrupt(file, f"it is not the weights of {DESCRIPTION}")
        for key, array in arrays.items():
            if not np.isfinite(array).all():
                raise corrupt(file, f"{key} is not finite")
        return Model(said, arrays, int(about.get("steps", 0)))
    raise corrupt(Path(folder) / NUMBERS, "it is missing")


def _within(folder: str | Path, name: str) -> Path:
    """A file of a model's folder, which must be there itself: a link could lead to any file at all."""
    file, home = Path(folder) / name, Path(folder).resolve()
    if not file.resolve().is_relative_to(home):
        raise UnsafeFileError(
            "E511",
            f"{file} is a link that leads out of {folder}",
            hint="copy the file it leads to",
        )
    return file


def options(
    said: ModelFile,
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
            hint=f"give it: Learner.load(path, loss={name})",
        )
    kept = ("loss", "optimizer", "learning_rate", "l1", "l2", "seed", "dtype", "labels")
    given: Mapping[str, Any] = said
    return {
        "layers": layers(said["layers"], own),
        **{key: given[key] for key in kept},
        **({} if loss is None else {"loss": loss}),
    }


def layers(said: Any, own: Sequence[Written] = ()) -> tuple[Layer, ...]:
    """The layers that a file describes; ``own`` are the user's, found by the names of their functions.

    Raises:
        UsageError: E415 if a layer of the user's own is not given.
        CorruptFileError: E503 for settings that a layer does not take.
    """
    found, wrong = layers_from(_with_own(said, own))
    for mistake in wrong:
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
        hint=f"give it: Learner.load(path, layers=[Written({name}, ...)])",
    )


def fitting(
    folder: str | Path, model: Model, wanted: Mapping[str, tuple[int, ...]]
) -> dict[str, Array]:
    """The arrays that a network needs, each of its shape and of the model's type.

    Raises:
        CorruptFileError: E503 if one is missing or is another one.
    """
    found, dtype = model.numbers, np.dtype(model.said["dtype"])
    for name, shape in wanted.items():
        there = found[name].shape if name in found else "nothing"
        if there != shape or found[name].dtype != dtype:
            file = Path(folder) / NUMBERS
            raise corrupt(file, f"{name} should be {shape} {dtype}, there is {there}")
    return {name: found[name] for name in wanted}
