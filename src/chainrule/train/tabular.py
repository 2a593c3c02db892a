"""Training on a table, from its columns to a model folder: split, standardise, fit, measure, save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.nn import Described
from chainrule.program import Array, UsageError
from chainrule.train import metrics, model
from chainrule.train.features import Features, infer, learn, target_names
from chainrule.train.files import read_arrays, write_arrays
from chainrule.train.loop import Training
from chainrule.train.network import Network
from chainrule.train.table import Table

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


def divide(
    n: int, share: float, seed: int, labels: Array | None
) -> tuple[Array, Array]:
    """Rows to train on and rows held out; with ``labels`` each class is divided alike.

    Raises:
        UsageError: E411 if one of the two would be empty.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(11,)))
    order = rng.permutation(n)
    n_test = round(share * n)
    if share and not 0 < n_test < n:
        raise UsageError("E411", f"a share of {share} holds out {n_test} of {n} rows")
    if labels is not None:
        order = _dealt(order, labels[order], n_test)
    return np.sort(order[n_test:]), np.sort(order[:n_test])


def _dealt(order: Array, labels: Array, n_first: int) -> Array:
    """``order`` changed so that its first ``n_first`` hold each class by its share, to the nearest row."""
    kinds, counts = np.unique(labels, return_counts=True)
    wanted = counts * n_first / len(order)
    taken = np.floor(wanted).astype(int)
    # the rows that rounding left over go to the classes that lost most by it
    for place in np.argsort(taken - wanted, kind="stable")[: n_first - taken.sum()]:
        taken[place] += 1
    first = np.zeros(len(order), dtype=bool)
    for kind, count in zip(kinds, taken, strict=True):
        first[np.flatnonzero(labels == kind)[:count]] = True
    return np.concatenate([order[first], order[~first]])


def usual_decay(n_rows: int) -> float:
    """How strongly weights are held small where nobody says: less with more rows, as a prior on them would.

    >>> usual_decay(1000)
    0.01
    """
    return 10 / max(n_rows, 1)


def train(
    table: Table,
    *,
    target: str | None,
    hidden: Sequence[int],
    activation: str = "relu",
    task: str | None = None,
    loss: str | None = None,
    optimizer: str = "adam",
    learning_rate: float | None = None,
    schedule: str | None = None,
    l1: float = 0.0,
    l2: float | None = None,
    clip_norm: float | None = None,
    epochs: int = 100,
    batch_size: int = 32,
    test: float = 0.25,
    patience: int | None = None,
    impute: bool = False,
    class_weight: str | None = None,
    seed: int = 0,
    dtype: str = "float64",
    out: str | Path | None = None,
    verbose: int = 1,
    where: str = "the table",
    callbacks: Sequence[Callable[[Training], Any]] = (),
) -> Outcome:
    """Train a network on a table and hold it against rows it has not seen.

    Columns are standardised and categories learnt on the training part alone. With ``out`` checkpoints, the model
    and the weights after each epoch are kept there; a training that was stopped goes on.
    """
    names = target_names(table, target, where)
    kind = infer(table, names, task)
    labels = (
        np.array([str(word) for word in table.columns[names[0]]])
        if kind == "classification"
        else None
    )
    rows, held = divide(table.n_rows, test, seed, labels)
    features = learn(table.at(rows), names, kind, impute=impute, where=where)
    X, Y = (
        features.inputs(table.at(rows), where),
        features.target.encoded(table.at(rows), where),
    )
    network = Network(
        tuple(hidden),
        loss or features.target.loss,
        activation=activation,
        optimizer=optimizer,
        learning_rate=learning_rate,
        schedule=schedule,
        l1=l1,
        l2=usual_decay(len(rows)) if l2 is None else l2,
        clip_norm=clip_norm,
        seed=seed,
        dtype=dtype,
    )
    n_classes = len(features.target.classes)
    if Y.ndim == 1:
        network.build(X.shape[1], n_classes, "integer")
    network.fit(
        X,
        Y,
        epochs=epochs,
        batch_size=batch_size,
        validation=0.15 if patience is not None else None,
        patience=patience,
        class_weight=class_weight,
        checkpoint=None if out is None else Path(out) / "checkpoints",
        callbacks=[
            *callbacks,
            *([] if out is None else [_keeper(Path(out) / EPOCHS, epochs)]),
        ],
        verbose=verbose,
    )
    measures, table_of = measured(network, features, table.at(held), where)
    outcome = Outcome(network, features, measures, table_of, len(rows), len(held))
    if out is not None:
        about = {"features": features.to_json(), "measures": measures}
        model.save(network, out, about)
    return outcome


def _keeper(folder: Path, epochs: int) -> Callable[[Training], None]:
    """Keep the weights after each epoch, as long as they are not too many."""

    def keep(training: Training) -> None:
        numbers = training.progress.everything()
        if epochs * sum(array.nbytes for array in numbers.values()) <= KEPT:
            folder.mkdir(parents=True, exist_ok=True)
            epoch = training.progress.epoch
            write_arrays(
                folder / f"epoch-{epoch:05d}.safetensors", numbers, {"epoch": epoch}
            )

    return keep


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
        found["mean absolute error"] = metrics.mean_absolute_error(predicted, true)
        found["root mean squared error"] = metrics.root_mean_squared_error(
            predicted, true
        )
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
        model.read(folder).get("about", {}).get("features", {})
    )
    if epoch is not None:
        path = Path(folder) / EPOCHS / f"epoch-{epoch:05d}.safetensors"
        if not path.exists():
            kept = sorted(
                int(one.stem.split("-")[1])
                for one in path.parent.glob("epoch-*.safetensors")
            )
            raise UsageError(
                "E418",
                f"the weights after epoch {epoch} were not kept",
                hint=f"kept: {kept[0]} to {kept[-1]}"
                if kept
                else "train with --out to keep them",
            )
        arrays, _ = read_arrays(path)
        network.numbers_ = {name: arrays[name] for name in network.numbers_}
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
