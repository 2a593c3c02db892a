"""From a table's columns to a network's numbers and back, as learnt on the training part and stored in the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.nn.names import unknown
from chainrule.program import Array, CorruptFileError, UsageError
from chainrule.train.table import Table

MOST_CLASSES = 20


@dataclass(frozen=True, slots=True)
class Column:
    """An input column: numbers with their mean and spread, or words with the categories that were seen."""

    name: str
    categories: tuple[str, ...] | None = None
    mean: float = 0.0
    scale: float = 1.0
    fill: float | str | None = None

    def encoded(self, cells: Array, where: str) -> Array:
        """The column as numbers: standardised, or one column of 0 and 1 a category."""
        if self.categories is None:
            if cells.dtype == object:
                row = next(
                    place for place, cell in enumerate(cells) if not _is_number(cell)
                )
                raise UsageError(
                    "E424",
                    f"{where}, column {self.name}, row {row + 2}: {cells[row]!r} is not a number",
                    detail="at training this column held numbers",
                )
            filled = (
                cells
                if self.fill is None
                else np.where(np.isnan(cells), self.fill, cells)
            )
            return ((filled - self.mean) / self.scale)[:, None]
        words = words_of(cells)
        if self.fill is not None:
            words = [str(self.fill) if word is None else word for word in words]
        known = {word: place for place, word in enumerate(self.categories)}
        for row, word in enumerate(words):
            if word not in known:
                raise UsageError(
                    "E422",
                    f"{where}, column {self.name}, row {row + 2}: {word!r} was not seen at training",
                    hint=f"seen: {', '.join(self.categories[:12])}",
                )
        return np.eye(len(known))[[known[str(word)] for word in words]].reshape(
            len(words), len(known)
        )


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return cell is None
    return True


def words_of(cells: Array) -> list[str | None]:
    """Cells as words; whole numbers without their point."""
    if cells.dtype == object:
        return [None if cell is None else str(cell) for cell in cells]
    return [None if np.isnan(cell) else f"{cell:.15g}" for cell in cells]


@dataclass(frozen=True, slots=True)
class Target:
    """What is predicted: one of several classes, several yes-or-no labels, or numbers (standardised)."""

    names: tuple[str, ...]
    task: str
    classes: tuple[str, ...] = ()
    mean: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()

    @property
    def loss(self) -> str:
        """The usual loss of the task."""
        if self.task == "classification":
            return (
                "binary_cross_entropy"
                if len(self.classes) == 2
                else "categorical_cross_entropy"
            )
        return "binary_cross_entropy" if self.task == "labels" else "mse"

    def encoded(self, table: Table, where: str) -> Array:
        """The labels for the loss."""
        columns = [table.columns[name] for name in self.names]
        if self.task == "regression":
            return np.column_stack(
                [
                    (cells - m) / s
                    for cells, m, s in zip(columns, self.mean, self.scale, strict=True)
                ]
            )
        if self.task == "labels":
            return np.column_stack(columns)
        words = words_of(columns[0])
        known = {word: place for place, word in enumerate(self.classes)}
        for row, word in enumerate(words):
            if word not in known:
                raise UsageError(
                    "E422",
                    f"{where}, column {self.names[0]}, row {row + 2}: the class {word!r} was not seen at training",
                )
        numbers = np.array([known[str(word)] for word in words], dtype=np.int64)
        return numbers[:, None].astype(float) if len(self.classes) == 2 else numbers

    def decoded(self, predicted: Array) -> dict[str, list[Any]]:
        """Predictions as columns: the class and each one's probability, or the numbers in their own units."""
        if self.task == "regression":
            numbers = predicted * np.array(self.scale) + np.array(self.mean)
            return {
                name: numbers[:, place].tolist()
                for place, name in enumerate(self.names)
            }
        if self.task == "labels":
            found = {
                name: (predicted[:, place] > 0.5).astype(int).tolist()
                for place, name in enumerate(self.names)
            }
            return found | {
                f"p({name})": predicted[:, place].tolist()
                for place, name in enumerate(self.names)
            }
        shares = (
            np.hstack([1 - predicted, predicted])
            if predicted.shape[1] == 1
            else predicted
        )
        best = [self.classes[place] for place in shares.argmax(axis=1)]
        return {self.names[0]: best} | {
            f"p({name})": shares[:, place].tolist()
            for place, name in enumerate(self.classes)
        }


@dataclass(frozen=True, slots=True)
class Features:
    """All inputs and the target, as they were at training."""

    columns: tuple[Column, ...]
    target: Target

    def inputs(self, table: Table, where: str) -> Array:
        """The samples of a table, in rows.

        Raises:
            UsageError: E423 for columns that are missing, E420 for missing values, E422 and E424 for cells that are
                not what they were at training.
        """
        missing = [
            column.name for column in self.columns if column.name not in table.columns
        ]
        if missing:
            near = unknown("column", missing[0], table.columns).hint
            raise UsageError(
                "E423",
                f"{where} lacks columns the model was trained with: {', '.join(missing)}",
                hint=near,
            )
        need = [column.name for column in self.columns if column.fill is None]
        require_whole(table, need, where)
        return np.hstack(
            [
                column.encoded(table.columns[column.name], where)
                for column in self.columns
            ]
        )

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        fields = ("name", "categories", "mean", "scale", "fill")
        target = ("names", "task", "classes", "mean", "scale")
        return {
            "columns": [
                {key: getattr(column, key) for key in fields} for column in self.columns
            ],
            "target": {key: getattr(self.target, key) for key in target},
        }

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> Features:
        """Features from plain data.

        Raises:
            CorruptFileError: E503 if it does not describe any.
        """
        try:
            columns = tuple(
                Column(
                    **{
                        **one,
                        "categories": None
                        if one["categories"] is None
                        else tuple(one["categories"]),
                    }
                )
                for one in said["columns"]
            )
            given = said["target"]
            lists = {
                key: tuple(given[key]) for key in ("names", "classes", "mean", "scale")
            }
            return Features(columns, Target(task=given["task"], **lists))
        except (KeyError, TypeError):
            raise CorruptFileError(
                "E503", "the model does not say what columns it was trained on"
            ) from None


def require_whole(table: Table, names: Sequence[str], where: str) -> None:
    """Refuse missing values, with their positions.

    Raises:
        UsageError: E420.
    """
    found = [
        f"{name}, row {row + 2}"
        for name in names
        for row in np.flatnonzero(
            [word is None for word in words_of(table.columns[name])]
        )
    ]
    if found:
        more = f" and {len(found) - 8} more" if len(found) > 8 else ""
        raise UsageError(
            "E420",
            f"{where} has {len(found)} missing value{'s' if len(found) > 1 else ''}: {'; '.join(found[:8])}{more}",
            hint="fill them, leave those rows out, or ask for --impute (the median, the most frequent word)",
        )


def target_names(table: Table, asked: str | None, where: str) -> tuple[str, ...]:
    """The target columns: those asked for, or the data set's own.

    Raises:
        UsageError: E421 for a column that is not there, with the nearest names.
    """
    names = tuple(
        part.strip()
        for part in (asked or table.target or "").split(",")
        if part.strip()
    )
    if not names:
        raise UsageError(
            "E421",
            "which column is to be predicted was not said",
            hint=f"--target {list(table.columns)[-1]}",
        )
    for name in names:
        if name not in table.columns:
            near = unknown("column", name, table.columns).hint
            raise UsageError("E421", f"{where} has no column {name!r}", hint=near)
    return names


def infer(table: Table, names: Sequence[str], task: str | None) -> str:
    """What kind of target it is, unless told: classes, several yes-or-no labels, or numbers."""
    columns = [table.columns[name] for name in names]
    if task == "regression":
        return task
    if len(names) > 1:
        yes_or_no = all(
            column.dtype != object and np.isin(column, (0, 1)).all()
            for column in columns
        )
        return "labels" if yes_or_no else "regression"
    if task is not None:
        return task
    column = columns[0]
    if column.dtype == object:
        return "classification"
    whole = bool(np.all(column == np.round(column)))
    return (
        "classification"
        if whole and len(np.unique(column)) <= MOST_CLASSES
        else "regression"
    )


def learn(
    table: Table, names: Sequence[str], task: str, *, impute: bool, where: str
) -> Features:
    """What the training part of a table says about its columns.

    Raises:
        UsageError: E420 for missing values, unless they are to be imputed; E425 for targets that cannot be learnt.
    """
    inputs = [name for name in table.columns if name not in names]
    if not inputs:
        raise UsageError("E425", f"{where} has no column besides the target")
    require_whole(table, [*([] if impute else inputs), *names], where)
    columns = tuple(
        _column(name, table.columns[name], impute=impute) for name in inputs
    )
    return Features(columns, _target(table, tuple(names), task, where))


def _column(name: str, cells: Array, *, impute: bool) -> Column:
    if cells.dtype == object:
        words = [word for word in words_of(cells) if word is not None]
        kinds, counts = np.unique(words, return_counts=True)
        fill = str(kinds[counts.argmax()]) if impute and len(kinds) else None
        return Column(name, tuple(kinds.tolist()), fill=fill)
    fill_number = (
        float(np.nanmedian(cells)) if impute and not np.isnan(cells).all() else None
    )
    whole = (
        cells if fill_number is None else np.where(np.isnan(cells), fill_number, cells)
    )
    scale = float(np.std(whole)) if whole.size else 1.0
    mean = float(np.mean(whole)) if whole.size else 0.0
    # a column that does not vary would be divided by rounding noise
    return Column(
        name,
        None,
        mean,
        scale if scale > 1e-12 * max(abs(mean), 1e-300) else 1.0,
        fill_number,
    )


def _target(table: Table, names: tuple[str, ...], task: str, where: str) -> Target:
    columns = [table.columns[name] for name in names]
    if task == "classification":
        words = [str(word) for word in words_of(columns[0])]
        kinds = sorted(
            set(words),
            key=lambda word: (float(word), "") if _is_number(word) else (np.inf, word),
        )
        if len(kinds) < 2:
            raise UsageError(
                "E425",
                f"{where}, column {names[0]}: there is one class only, {kinds[0]!r}",
                hint="nothing can be learnt from it",
            )
        return Target(names, task, tuple(kinds))
    if any(column.dtype == object for column in columns):
        raise UsageError(
            "E425",
            f"{where}: a regression needs numbers in {', '.join(names)}",
            hint="--task classification",
        )
    if task == "labels":
        return Target(names, task)
    scales = [float(np.std(column)) or 1.0 for column in columns]
    return Target(
        names,
        task,
        mean=tuple(float(np.mean(column)) for column in columns),
        scale=tuple(scales),
    )
