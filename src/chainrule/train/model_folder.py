"""The folder of a training on a table: its model, its checkpoints, and the weights after each epoch to look back at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.derive import backward, fuse, recognise
from chainrule.nn import Described
from chainrule.program import Array, UsageError
from chainrule.program.files import make_folder, remove
from chainrule.trace import trace
from chainrule.train.data.columns import words_of
from chainrule.train.data.features import Features
from chainrule.train.data.table import DataTable, read
from chainrule.train.loop import checkpoint
from chainrule.train.loop.epochs import Training
from chainrule.train.model import model_file
from chainrule.train.model.array_files import corrupt, read_arrays, write_arrays
from chainrule.train.model.network import Network

KEPT = 64 * 2**20
"""How many bytes of weights are kept for looking back at single epochs."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """Where a network for these columns is kept; a folder may hold another training's leavings, which are not it."""

    path: str | Path
    network: Network
    features: Features

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return Path(self.path) / "checkpoints"

    @property
    def epochs(self) -> Path:
        """The folder of the weights after each epoch."""
        return Path(self.path) / "epochs"

    @property
    def training(self) -> str:
        """What this training is known by: a hash of the network and its columns, without any numbers learnt."""
        described = model_file.described(self.network)
        return model_file.digest({**described, "features": self.features.to_json()})

    def begin(self, *, restart: bool) -> None:
        """Make the folders; a training that begins anew forgets what another one left there."""
        make_folder(self.epochs)
        if restart or not checkpoint.listed(self.checkpoints):
            remove(self.epochs.glob("epoch-*"))

    def keeper(self, n_epochs: int) -> Callable[[Training], None]:
        """A watcher that keeps the weights after each epoch, as long as they are not too many."""

        def keep(training: Training) -> None:
            numbers = training.progress.everything()
            if n_epochs * sum(array.nbytes for array in numbers.values()) <= KEPT:
                epoch = training.progress.epoch
                about = {"epoch": epoch, "training": self.training}
                write_arrays(self._file(epoch), numbers, about)

        return keep

    def kept(self, epoch: int) -> dict[str, Array] | None:
        """The weights after an epoch; None if they were not kept.

        Raises:
            CorruptFileError: E503 if they are damaged or belong to another training.
        """
        path = self._file(epoch)
        if not path.exists():
            return None
        arrays, about = read_arrays(path)
        if about.get("training") != self.training:
            raise corrupt(path, "it belongs to another training")
        return {name: arrays[name] for name in self.network.numbers_}

    def save(self, measures: Mapping[str, float]) -> None:
        """Put the model there, with what it learnt its columns to be and how it does."""
        about = {"features": self.features.to_json(), "measures": measures}
        model_file.save(self.network, self.path, about)

    def at(self, epoch: int) -> None:
        """Give the network the weights that it had after an epoch.

        Raises:
            UsageError: E418 for an epoch whose weights were not kept.
        """
        numbers = self.kept(epoch)
        if numbers is None:
            there = self.epochs.glob("epoch-*.safetensors")
            kept = sorted(int(path.stem.split("-")[1]) for path in there)
            raise UsageError(
                "E418",
                f"the weights after epoch {epoch} were not kept",
                hint=f"those after {kept[0]} to {kept[-1]} were"
                if kept
                else "train with --out to keep them",
            )
        self.network.numbers_ = numbers

    def _file(self, epoch: int) -> Path:
        return self.epochs / f"epoch-{epoch:05d}.safetensors"


def opened(folder: str | Path, epoch: int | None = None) -> tuple[Network, Features]:
    """A model trained on a table, as it ended or as it was after an epoch.

    Raises:
        UsageError: E418 for an epoch whose weights were not kept.
        CorruptFileError: E503 or E504 for files that are damaged or cannot be read.
    """
    network = Network.load(folder)
    about: dict[str, Any] = model_file.read_description(folder)["about"]
    features = Features.from_json(about.get("features", {}))
    ends = (features.width,), features.target.n_outputs
    if ends != (network.plan.units, network.plan.n_outputs):
        raise corrupt(folder, "its columns are not those of its network")
    if epoch is not None:
        ModelFolder(folder, network, features).at(epoch)
    return network, features


def example(
    folder: str | Path,
    data: DataTable | str | Path,
    row: int,
    *,
    epoch: int | None = None,
) -> Described:
    """A trained network on one row of a table (the first is 0), as NumPy source with its arrays: for a lesson.

    Raises:
        UsageError: E419 for a row that is not there.
    """
    network, features = opened(folder, epoch)
    table = data if isinstance(data, DataTable) else read(data, features.words)
    where = "the table" if isinstance(data, DataTable) else Path(data).name
    if not 0 <= row < table.n_rows:
        raise UsageError(
            "E419",
            f"{where} has the rows 0 to {table.n_rows - 1}; row {row} is not there",
            hint=f"the first is --row 0, the last --row {table.n_rows - 1}",
        )
    one = table.at(slice(row, row + 1))
    missing = [name for name in features.target.names if name not in one.columns]
    if missing:
        raise UsageError(
            "E421",
            f"{where} has no column {missing[0]!r}, and a lesson needs the true label",
            hint=f"give it a column {missing[0]!r} with what is true of each row",
        )
    X = features.inputs(one, where)
    described = network.example(X, features.target.encoded(one, where))
    return replace(
        described,
        row=tuple(_cells(features, one, X[0], _slopes(described))),
    )


def _slopes(described: Described) -> Array:
    """How the loss changes with each number of the one sample: 0 for those that only say where to look."""
    given: dict[str, Any] = dict(described.arrays)
    run = fuse(recognise(trace(described.function, **given)))
    X = run.program.named()["X"]
    found: Array = np.asarray(backward(run, wrt=[X]).gradient(X)[0])
    return found


def _cells(
    features: Features, one: DataTable, numbers: Array, slopes: Array
) -> Iterator[tuple[str, str, str, float, float]]:
    """Each column of a row: its cell, where in X it stands, the number there and its gradient."""
    place = 0
    for column in features.columns:
        word = words_of(one.columns[column.name])[0]
        at = place
        if column.categories is not None and not column.looked_up:
            at += int(np.argmax(numbers[place : place + column.width]))
        shown = str(column.fill) if word is None else word
        yield (
            column.name,
            shown if word is not None else f"empty, taken as {shown}",
            f"X[0, {at}]",
            float(numbers[at]),
            float(slopes[at]),
        )
        place += column.width
