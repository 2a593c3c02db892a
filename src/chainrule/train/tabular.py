"""Training on a table, from its columns to a model folder: split, standardise, fit, measure, save."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from chainrule.nn import Described, loss_of
from chainrule.nn.options import part_of, settled, taking
from chainrule.program import Array, UsageError
from chainrule.train.data.divide import divide
from chainrule.train.data.features import Features, idle, learn, require_whole
from chainrule.train.data.table import Table
from chainrule.train.data.target_columns import (
    MOST_CLASSES,
    infer,
    require_columns,
    target_names,
)
from chainrule.train.hidden_layers import hidden_layers
from chainrule.train.loop import checkpoint, metrics
from chainrule.train.loop.epochs import Training
from chainrule.train.loop.log import Diary, recall
from chainrule.train.loop.progress import warn
from chainrule.train.loop.state import Data
from chainrule.train.model import model_file
from chainrule.train.model.array_files import make_folder, read_arrays, write_arrays
from chainrule.train.model.network import Network
from chainrule.train.options import Learning, Looping, TableOptions

EPOCHS = "epochs"
KEPT = 64 * 2**20
"""How many bytes of weights are kept for looking back at single epochs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A trained network with what it learnt its columns to be, and how it does on rows it has not seen."""

    network: Network
    features: Features
    measures: dict[str, float]
    confusion: Array | None
    n_train: int
    n_test: int
    data: Data | None = None
    held: Data | None = None
    diary: Diary | None = None


def usual_decay(n_rows: int) -> float:
    """How strongly weights are held small where nobody says: less with more rows, as a prior on them would.

    >>> usual_decay(1000)
    0.01
    """
    return 10 / max(n_rows, 1)


@taking(TableOptions)
def train(
    table: Table,
    *,
    where: str = "the table",
    say: Callable[[str], Any] = warn,
    verbose: int = 0,
    callbacks: Sequence[Callable[[Training], Any]] = (),
    **options: Unpack[TableOptions],
) -> Outcome:
    """Train a network on a table and hold it against rows it has not seen.

    Columns are standardised as learnt on the training part alone; those that can tell nothing are left out, and
    ``say`` is told. With ``out`` checkpoints, the model and the weights after each epoch are kept there; a training
    that was stopped goes on.
    """
    said: TableOptions = settled(TableOptions, options)
    out, test, seed = said["out"], said["test"], said["seed"]
    names = target_names(table, said["target"], where)
    require_columns(table, said["ignore"], where)
    table = table.without([name for name in said["ignore"] if name not in names])
    require_whole(table, names, where)
    if not table.n_rows:
        raise UsageError("E425", f"{where} has no rows")
    kind = infer(table, names, said["task"])
    labels = np.array([str(word) for word in table.columns[names[0]]])
    rows, held = divide(
        table.n_rows, test, seed, labels if kind == "classification" else None
    )
    left_out = idle(table, [name for name in table.columns if name not in names])
    for sentence in [*table.notes, *gathered(left_out)]:
        say(sentence)
    n_classes = len(np.unique(labels)) if kind == "classification" else 0
    if n_classes > max(MOST_CLASSES, table.n_rows / 2):
        say(f"{names[0]}: {n_classes} classes in {table.n_rows} rows; is it one?")
    table = table.without(left_out)
    part = table.at(rows)
    features = learn(
        part,
        names,
        kind,
        impute=said["impute"],
        where=where,
        whole=table,
        loss=said["loss"],
        looked_up=said["embed"] is not None,
    )
    chosen = loss_of(features.target.loss(said["loss"]))
    decay = usual_decay(len(rows)) if said["l2"] is None else said["l2"]
    network = Network(
        hidden_layers(said, features, chosen),
        chosen,
        l2=decay,
        **part_of(Learning, said),
    )
    X, Y = features.inputs(part, where), features.target.encoded(part, where)
    network.build(
        X.shape[1], features.target.n_outputs, "integer" if Y.ndim == 1 else None
    )
    watchers, checkpoints = [*callbacks], None
    unseen = None
    if len(held):
        rest = table.at(held)
        unseen = network.data(
            features.inputs(rest, where), features.target.encoded(rest, where)
        )
    diary = None if out is None else Diary(unseen)
    if out is not None and diary is not None:
        kept, checkpoints = make_folder(Path(out) / EPOCHS), Path(out) / "checkpoints"
        if said["restart"] or not checkpoint.listed(checkpoints):
            # what another training left would be taken for this one's
            for path in kept.glob("epoch-*"):
                path.unlink()
        watchers += [diary, _keeper(kept, said["epochs"])]
    watched = 0.15 if said["patience"] is not None else None
    network.fit(
        X,
        Y,
        **part_of(Looping, said),
        validation=said["validation"] or watched,
        checkpoint=checkpoints,
        callbacks=watchers,
        verbose=verbose,
    )
    measures, table_of = measured(network, features, table.at(held), where)
    data = network.data(X, Y)
    outcome = Outcome(
        network, features, measures, table_of, len(rows), len(held), data, unseen, diary
    )
    if out is not None and diary is not None:
        read = partial(_kept, Path(out), network)
        recall(diary, len(network.history_), network.plan, data, read)
        about = {"features": features.to_json(), "measures": measures}
        model_file.save(network, out, about)
    return outcome


def gathered(left_out: Mapping[str, str]) -> list[str]:
    """A sentence for each reason that columns are left out.

    >>> gathered({"a": "it is empty", "b": "it is empty"})
    ['left out: a, b (it is empty)']
    """
    reasons: dict[str, list[str]] = {}
    for name, reason in left_out.items():
        reasons.setdefault(reason, []).append(name)
    return [
        f"left out: {', '.join(names[:8])}{f' and {len(names) - 8} more' if len(names) > 8 else ''} ({reason})"
        for reason, names in reasons.items()
    ]


def _keeper(folder: Path, epochs: int) -> Callable[[Training], None]:
    """Keep the weights after each epoch, as long as they are not too many."""

    def keep(training: Training) -> None:
        numbers = training.progress.everything()
        if epochs * sum(array.nbytes for array in numbers.values()) <= KEPT:
            epoch = training.progress.epoch
            name = f"epoch-{epoch:05d}.safetensors"
            write_arrays(make_folder(folder) / name, numbers, {"epoch": epoch})

    return keep


def _kept(folder: Path, network: Network, epoch: int) -> dict[str, Array] | None:
    """The weights after an epoch, if they were kept."""
    path = folder / EPOCHS / f"epoch-{epoch:05d}.safetensors"
    if not path.exists():
        return None
    arrays, _ = read_arrays(path)
    return {name: arrays[name] for name in network.numbers_}


def measured(
    network: Network, features: Features, table: Table, where: str
) -> tuple[dict[str, float], Array | None]:
    """How a network does on a table: its metrics, and the confusion of its classes."""
    if not table.n_rows:
        return {}, None
    X, Y = features.inputs(table, where), features.target.encoded(table, where)
    found = network.evaluate(X, Y)
    target = features.target
    if target.task == "regression":
        scale, mean = np.array(target.scale), np.array(target.mean)
        predicted, true = network.predict(X) * scale + mean, Y * scale + mean
        for place, name in enumerate(target.names):
            # each in its own units, which nothing can be averaged over
            of = f" of {name}" if len(target.names) > 1 else ""
            one, its = predicted[:, place], true[:, place]
            found[f"mean absolute error{of}"] = metrics.mean_absolute_error(one, its)
            found[f"root mean squared error{of}"] = metrics.root_mean_squared_error(
                one, its
            )
    if target.task == "labels":
        right = (network.predict(X) > 0.5) == (Y > 0.5)
        for place, name in enumerate(target.names):
            found[f"accuracy of {name}"] = float(np.mean(right[:, place]))
    if target.task != "classification":
        return found, None
    classes, true = network.classes(X).ravel(), Y.ravel().astype(np.int64)
    return found, metrics.confusion(classes, true, len(target.classes))


def opened(folder: str | Path, epoch: int | None = None) -> tuple[Network, Features]:
    """A model trained on a table, as it ended or as it was after an epoch.

    Raises:
        UsageError: E418 for an epoch whose weights were not kept.
        CorruptFileError: E503 or E504 for files that are damaged or cannot be read.
    """
    network = Network.load(folder)
    features = Features.from_json(
        model_file.read(folder).get("about", {}).get("features", {})
    )
    if epoch is not None:
        numbers = _kept(Path(folder), network, epoch)
        if numbers is None:
            kept = sorted(
                int(one.stem.split("-")[1])
                for one in (Path(folder) / EPOCHS).glob("epoch-*.safetensors")
            )
            raise UsageError(
                "E418",
                f"the weights after epoch {epoch} were not kept",
                hint=f"those after {kept[0]} to {kept[-1]} were"
                if kept
                else "train with --out to keep them",
            )
        network.numbers_ = numbers
    return network, features


def example(
    folder: str | Path,
    table: Table,
    row: int,
    *,
    epoch: int | None = None,
    where: str = "the table",
) -> Described:
    """A trained network on one row of a table (the first is 0), as NumPy source with its arrays: for a lesson.

    Raises:
        UsageError: E419 for a row that is not there.
    """
    if not 0 <= row < table.n_rows:
        raise UsageError(
            "E419",
            f"{where} has the rows 0 to {table.n_rows - 1}; row {row} is not there",
        )
    network, features = opened(folder, epoch)
    one = table.at(slice(row, row + 1))
    missing = [name for name in features.target.names if name not in one.columns]
    if missing:
        raise UsageError(
            "E421",
            f"{where} has no column {missing[0]!r}, and a lesson needs the true label",
        )
    return network.example(
        features.inputs(one, where), features.target.encoded(one, where)
    )
