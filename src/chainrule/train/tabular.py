"""Training on a table, from its columns to a model folder: split, standardise, fit, measure, save."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Unpack, cast

import numpy as np

from chainrule.nn import loss_of
from chainrule.nn.options import part_of, settled, taking
from chainrule.program import Array, DataError
from chainrule.program.folder_lock import only_writer
from chainrule.train import search as searching
from chainrule.train.data.divide import divide
from chainrule.train.data.doubts import doubts, seen_before
from chainrule.train.data.features import (
    Features,
    idle,
    learn,
    require_no_typos,
    require_whole,
)
from chainrule.train.data.table import DataTable
from chainrule.train.data.target_columns import (
    MOST_CLASSES,
    infer,
    require_columns,
    target_names,
)
from chainrule.train.hidden_layers import hidden_layers
from chainrule.train.loop import metrics
from chainrule.train.loop.epochs import Training
from chainrule.train.loop.log import Diary, recall
from chainrule.train.loop.progress import warn
from chainrule.train.loop.state import Data
from chainrule.train.model.network import Network
from chainrule.train.model_folder import ModelFolder
from chainrule.train.options import Learning, Looping, TableOptions
from chainrule.train.search import Tried

GROWN = 2.0
"""A training whose loss ends so many times higher than it was after the first epoch has not learnt."""


@dataclass(frozen=True, slots=True)
class TabularOutcome:
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
    tried: Sequence[Tried] = ()


def usual_decay(n_rows: int) -> float:
    """How strongly weights are held small where nobody says: less with more rows, as a prior on them would.

    >>> usual_decay(1000)
    0.01
    """
    return 10 / max(n_rows, 1)


@taking(TableOptions)
def train(
    table: DataTable,
    *,
    where: str = "the table",
    say: Callable[[str], Any] = warn,
    verbose: int = 0,
    callbacks: Sequence[Callable[[Training], Any]] = (),
    search: Mapping[str, Sequence[Any]] | None = None,
    halving: int | None = None,
    **options: Unpack[TableOptions],
) -> TabularOutcome:
    """Train a network on a table and hold it against rows it has not seen.

    Columns are standardised as learnt on the training part alone; those that can tell nothing are left out, and
    ``say`` is told. With ``out`` checkpoints, the model and the weights after each epoch are kept there; a training
    that was stopped goes on. ``search`` are lists of options: all their combinations are trained first, on a part of the
    rows, and the best is then trained as if it had been asked for. With ``halving`` most of them are given up on the way.
    """
    said: TableOptions = settled(TableOptions, options)
    with ExitStack() as held:
        if said["out"] is not None:
            held.enter_context(only_writer(said["out"]))
        split = prepare(table, said, where, say)
        tried = _searched(split, said, search, halving, say) if search else []
        if tried:
            said = cast("TableOptions", {**said, **tried[0].options})
        network = _network(split, said)
        folder = (
            None
            if said["out"] is None
            else ModelFolder(said["out"], network, split.features)
        )
        diary = None if folder is None else Diary(split.unseen(network))
        watchers = [*callbacks]
        if folder is not None and diary is not None:
            folder.begin(restart=said["restart"])
            watchers += [diary, folder.keeper(said["epochs"])]
        network.fit(
            split.X,
            split.Y,
            **part_of(Looping, said),
            validation=said["validation"] or _watched(said),
            checkpoint=None if folder is None else folder.checkpoints,
            callbacks=watchers,
            verbose=verbose,
        )
        losses = [epoch["loss"] for epoch in network.history_ if "loss" in epoch]
        if losses and losses[-1] > GROWN * losses[0]:
            say(
                f"the loss rose from {losses[0]:.4g} to {losses[-1]:.4g}: try a smaller --learning-rate"
            )
        outcome = replace(_outcome(network, split, diary), tried=tried)
        if outcome.data is not None and outcome.held is not None:
            known = seen_before(
                *((one.X, one.Y) for one in (outcome.data, outcome.held))
            )
            if known:
                say(known)
        if folder is not None and diary is not None and outcome.data is not None:
            recall(
                diary, len(network.history_), network.plan, outcome.data, folder.kept
            )
            folder.save(outcome.measures)
    return outcome


def _searched(
    split: PreparedTable,
    said: TableOptions,
    lists: Mapping[str, Sequence[Any]],
    halving: int | None,
    say: Callable[[str], Any],
) -> list[Tried]:
    def made(asked: Mapping[str, Any]) -> Network:
        return _network(split, cast("TableOptions", asked))

    return searching.search(
        made, split.X, split.Y, said, lists, halving=halving, say=say
    )


def _watched(said: TableOptions) -> float | None:
    """The share watched where patience is asked for, and nobody says how many rows it watches."""
    return 0.15 if said["patience"] is not None else None


@dataclass(frozen=True, slots=True)
class PreparedTable:
    """A table made ready: what its columns are, the numbers to train on, and the rows held out."""

    features: Features
    X: Array
    Y: Array
    held: DataTable
    where: str

    def unseen(self, network: Network) -> Data | None:
        """The rows held out, as the network takes them."""
        if not self.held.n_rows:
            return None
        features, where = self.features, self.where
        Y = features.target.encoded(self.held, where)
        return network.data(features.inputs(self.held, where), Y)


def prepare(
    table: DataTable, said: TableOptions, where: str, say: Callable[[str], Any]
) -> PreparedTable:
    """Divide a table, and learn from the part to train on what its columns are.

    Raises:
        DataError: E420 to E425 for columns and cells that cannot be learnt from.
    """
    names = target_names(table, said["target"], where)
    require_columns(table, [*said["ignore"], *said["words"]], where)
    table = table.without([name for name in said["ignore"] if name not in names])
    unlabelled = (
        "fill them, or leave those rows out: what is to be predicted is not made up"
    )
    require_whole(table, names, where, unlabelled)
    if not table.n_rows:
        raise DataError(
            "E425",
            f"{where} has no rows",
            hint="give a table with rows below the names of its columns",
        )
    kind = infer(table, names, said["task"])
    labels = np.array([str(word) for word in table.columns[names[0]]])
    classes = labels if kind == "classification" else None
    rows, held = divide(table.n_rows, said["test"], said["seed"], classes)
    require_no_typos(table, where)
    left_out = idle(table, [name for name in table.columns if name not in names])
    doubtful = doubts(table.without(left_out), names, classes, held)
    for sentence in [*table.notes, *gathered(left_out), *doubtful]:
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
    X, Y = features.inputs(part, where), features.target.encoded(part, where)
    return PreparedTable(features, X, Y, table.at(held), where)


def _network(split: PreparedTable, said: TableOptions) -> Network:
    """The network that was asked for, on the columns that there are."""
    target = split.features.target
    chosen = loss_of(target.loss(said["loss"]))
    decay = usual_decay(len(split.X)) if said["l2"] is None else said["l2"]
    layers = hidden_layers(said, split.features, chosen)
    network = Network(layers, chosen, l2=decay, **part_of(Learning, said))
    labels = "integer" if split.Y.ndim == 1 else None
    return network.build(split.X.shape[1], target.n_outputs, labels)


def _outcome(
    network: Network, split: PreparedTable, diary: Diary | None
) -> TabularOutcome:
    measures, confusion = measured(network, split.features, split.held, split.where)
    return TabularOutcome(
        network,
        split.features,
        measures,
        confusion,
        len(split.X),
        split.held.n_rows,
        network.data(split.X, split.Y),
        split.unseen(network),
        diary,
    )


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


def measured(
    network: Network, features: Features, table: DataTable, where: str
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
    if len(target.classes) == 2 and 0 < true.sum() < len(true):
        found["area under the ROC curve"] = metrics.roc_auc(network.predict(X), true)
    return found, metrics.confusion(classes, true, len(target.classes))
