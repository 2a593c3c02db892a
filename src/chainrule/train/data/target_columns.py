"""What a table is asked for: the target's columns, what kind of task they make, their numbers for the loss and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from chainrule.nn import LOSSES, loss_of
from chainrule.nn.constraints import Above, Number, Text, one_of
from chainrule.nn.names import unknown
from chainrule.program import Array, DataError, UsageError
from chainrule.program.asked import listed
from chainrule.train.data.columns import numbers_of, places_of, spread, words_of
from chainrule.train.data.parse_cells import is_number
from chainrule.train.data.table import DataTable

MOST_CLASSES = 20
NO_AND_YES = (("0", "1"), ("false", "true"), ("no", "yes"), ("n", "y"), ("f", "t"))
FITTING: Mapping[str, tuple[str, ...]] = {
    "classification": ("categorical_cross_entropy",),
    "two classes": ("binary_cross_entropy",),
    "labels": ("binary_cross_entropy",),
    "regression": tuple(
        name for name, one in LOSSES.items() if one.labels in ("real", "counts")
    ),
}
"""The losses that a task may have; the first is the usual one."""


@dataclass(frozen=True, slots=True)
class TargetColumn:
    """What is predicted: one of several classes, several yes-or-no labels, or numbers (standardised).

    The ``classes`` of labels are two for each, first the word for no.
    """

    names: tuple[Text, ...]
    task: Annotated[str, one_of("classification", "labels", "regression")]
    classes: tuple[Text, ...] = ()
    mean: tuple[Number, ...] = ()
    scale: tuple[Above, ...] = ()

    @property
    def n_classes_and_numbers(self) -> tuple[int, int]:
        """How many classes and how many means and spreads there have to be."""
        match self.task:
            case "classification":
                return max(len(self.classes), 2), 0
            case "labels":
                return 2 * len(self.names), 0
            case _:
                return 0, len(self.names)

    @property
    def n_outputs(self) -> int:
        """How many numbers a prediction has."""
        if self.task == "classification":
            return 1 if len(self.classes) == 2 else len(self.classes)
        return len(self.names)

    def loss(self, asked: str | None = None) -> str:
        """The loss: the one asked for, or the usual one of the task.

        Raises:
            UsageError: E413 for one that does not fit the task.
        """
        two = self.task == "classification" and len(self.classes) == 2
        fitting = FITTING["two classes" if two else self.task]
        name = fitting[0] if asked is None else loss_of(asked).name
        if name not in fitting:
            what = {"labels": "several labels", "regression": "numbers"}.get(
                self.task, f"{len(self.classes)} classes"
            )
            raise UsageError(
                "E413",
                f"{name} does not fit the target {', '.join(self.names)}, which has {what}",
                hint=f"choose {' or '.join(fitting)}, or another --task",
            )
        return name

    def encoded(self, table: DataTable, where: str) -> Array:
        """The labels for the loss.

        Raises:
            DataError: E422 for a class that was not seen, E424 for a cell that is not a number.
        """
        if self.task == "regression":
            numbers = [numbers_of(table, name, where) for name in self.names]
            return (np.column_stack(numbers) - self.mean) / self.scale
        if self.task == "labels":
            both = [self.classes[2 * i : 2 * i + 2] for i in range(len(self.names))]
            found = [
                self._places(table, name, pair, where)
                for name, pair in zip(self.names, both, strict=True)
            ]
            return np.column_stack(found).astype(float)
        places = self._places(table, self.names[0], self.classes, where)
        return places[:, None].astype(float) if len(self.classes) == 2 else places

    @staticmethod
    def _places(
        table: DataTable, name: str, classes: tuple[str, ...], where: str
    ) -> Array:
        words = words_of(table.columns[name])
        return places_of(words, classes, table, name, where, kind="the class ")

    def decoded(self, predicted: Array) -> dict[str, list[Any]]:
        """Predictions as columns: the class and each one's probability, or the numbers in their own units."""
        if self.task == "regression":
            numbers = predicted * np.array(self.scale) + np.array(self.mean)
            return dict(zip(self.names, numbers.T.tolist(), strict=True))
        if self.task == "labels":
            found: dict[str, list[Any]] = {}
            for place, name in enumerate(self.names):
                pair = self.classes[2 * place : 2 * place + 2]
                found[name] = [
                    _said(pair[int(share > 0.5)]) for share in predicted[:, place]
                ]
            shares = predicted.T.tolist()
            named = [f"p({name})" for name in self.names]
            return found | dict(zip(named, shares, strict=True))
        if predicted.shape[1] == 1:
            predicted = np.hstack([1 - predicted, predicted])
        best = [self.classes[place] for place in predicted.argmax(axis=1)]
        named = [f"p({name})" for name in self.classes]
        return {self.names[0]: best} | dict(
            zip(named, predicted.T.tolist(), strict=True)
        )


def _said(word: str) -> Any:
    return int(word) if word in ("0", "1") else word


def target_names(
    table: DataTable, asked: Sequence[str] | str | None, where: str
) -> tuple[str, ...]:
    """The target columns: those asked for, or the data set's own.

    Raises:
        UsageError: E421 for a column that is not there, with the nearest names.
    """
    asked = asked or table.target or ()
    names = tuple(listed(asked) if isinstance(asked, str) else asked)
    if not names:
        raise UsageError(
            "E421",
            "which column is to be predicted was not said",
            hint=f"--target {list(table.columns)[-1]}",
        )
    require_columns(table, names, where)
    return names


def require_columns(table: DataTable, names: Sequence[str], where: str) -> None:
    """Refuse names of columns that are not there.

    Raises:
        UsageError: E421 with the nearest names.
    """
    for name in names:
        if name not in table.columns:
            near = unknown("column", name, table.columns).hint
            raise UsageError("E421", f"{where} has no column {name!r}", hint=near)


def infer(table: DataTable, names: Sequence[str], task: str | None) -> str:
    """What kind of target it is, unless told: classes, several yes-or-no labels, or numbers."""
    columns = [table.columns[name] for name in names]
    if task == "regression":
        return task
    if len(names) > 1:
        return "labels" if all(no_and_yes(one) for one in columns) else "regression"
    if task is not None:
        return task
    column = columns[0]
    if column.dtype == object:
        return "classification"
    there = column[np.isfinite(column)]
    whole = bool(np.all(there == np.round(there)))
    few = len(np.unique(there)) <= MOST_CLASSES
    return "classification" if whole and few else "regression"


def no_and_yes(cells: Array) -> tuple[str, str] | None:
    """The words of a column for no and yes, in this order; None if it has others.

    >>> no_and_yes(np.array(["True", "False"], dtype=object))
    ('False', 'True')
    """
    kinds = {word for word in words_of(cells) if word is not None}
    for no, yes in NO_AND_YES:
        if kinds and {word.lower() for word in kinds} <= {no, yes} and len(kinds) <= 2:
            found = {word.lower(): word for word in kinds}
            return found.get(no, no), found.get(yes, yes)
    return None


def learn_target(
    train: DataTable,
    whole: DataTable,
    names: tuple[str, ...],
    task: str,
    *,
    loss: str | None,
    where: str,
) -> TargetColumn:
    """What the target is: its classes from the whole table, its mean and spread from the training part.

    Raises:
        DataError: E425 for a target that cannot be learnt.
    """
    if task == "classification":
        return TargetColumn(names, task, _classes(whole, names[0], where))
    if task == "labels":
        pairs = [no_and_yes(whole.columns[name]) for name in names]
        return TargetColumn(
            names, task, tuple(word for pair in pairs if pair for word in pair)
        )
    words = [name for name in names if whole.columns[name].dtype == object]
    if words:
        cells = whole.columns[words[0]]
        place = next((i for i, cell in enumerate(cells) if not is_number(cell)), 0)
        several = "; several targets are numbers, or all of them yes or no"
        raise DataError(
            "E425",
            f"{where}, column {words[0]}, row {whole.row(place)}: {cells[place]!r} is not a number"
            + (several if len(names) > 1 else ""),
            hint="--task classification"
            if len(names) == 1
            else "train a network for each",
        )
    numbers = [numbers_of(train, name, where) for name in names]
    if loss is not None and loss_of(loss).labels == "counts":
        if any(column.size and column.min() < 0 for column in numbers):
            raise DataError(
                "E425",
                f"{where}: poisson needs counts, and {', '.join(names)} has numbers below 0",
                hint="--loss mse",
            )
        # its logarithm knows no other unit
        return TargetColumn(names, task, (), (0.0,) * len(names), (1.0,) * len(names))
    means, scales = zip(*(spread(column) for column in numbers), strict=True)
    return TargetColumn(names, task, mean=means, scale=scales)


def _classes(table: DataTable, name: str, where: str) -> tuple[str, ...]:
    words = [str(word) for word in words_of(table.columns[name])]
    numeric = table.columns[name].dtype != object
    kinds = sorted(set(words), key=float if numeric else None)
    if len(kinds) < 2:
        only = (
            f"there is one class only, {kinds[0]!r}" if kinds else "there are no rows"
        )
        raise DataError(
            "E425",
            f"{where}, column {name}: {only}",
            hint="nothing can be learnt from it",
        )
    return tuple(kinds)
