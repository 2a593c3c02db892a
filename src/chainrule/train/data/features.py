"""From a table's columns to a network's numbers and back, as learnt on the training part and stored in the model."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import partial
from typing import Annotated, Any, TypedDict

import numpy as np

from chainrule.nn.options import Mistake, NestedPlaces, read
from chainrule.program import Array, CorruptFileError, DataError
from chainrule.train.data.columns import Column, spread, words_of
from chainrule.train.data.parse_cells import is_number
from chainrule.train.data.table import DataTable
from chainrule.train.data.target_columns import TargetColumn, learn_target

FAR = 20.0
"""So many standard deviations from the mean of training, a cell is like none that was trained on."""
MOST_KINDS = 20
"""A column of words with more kinds than this, and a kind for every other row, names the rows."""


@dataclass(frozen=True, slots=True)
class Features:
    """All inputs and the target, as they were at training."""

    columns: tuple[Column, ...]
    target: TargetColumn

    @property
    def words(self) -> list[str]:
        """The columns whose cells are words, whatever they look like."""
        classes = [] if self.target.task == "regression" else self.target.names
        inputs = [one.name for one in self.columns if one.categories is not None]
        return [*inputs, *classes]

    @property
    def width(self) -> int:
        """How many numbers a sample has."""
        return sum(column.width for column in self.columns)

    def inputs(self, table: DataTable, where: str) -> Array:
        """The samples of a table, in rows.

        Raises:
            DataError: E423 for columns that are missing, E420 for missing values, E422 and E424 for cells that are
                not what they were at training.
        """
        missing = [one.name for one in self.columns if one.name not in table.columns]
        if missing:
            folded = {name.casefold(): name for name in table.columns}
            close = [
                difflib.get_close_matches(one.casefold(), folded, 1) for one in missing
            ]
            near = [
                f"{folded[found[0]]} for {one}"
                for one, found in zip(missing, close, strict=True)
                if found
            ]
            raise DataError(
                "E423",
                f"{where} lacks columns the model was trained with: {', '.join(missing)}",
                hint=f"did you mean {', '.join(near)}?"
                if near
                else f"it has {', '.join(table.columns)}",
            )
        need = [column.name for column in self.columns if column.fill is None]
        require_whole(table, need, where)
        return np.hstack([column.encoded(table, where) for column in self.columns])

    def far(self, X: Array, table: DataTable) -> Iterator[str]:
        """Sentences on numbers far outside of what was trained on, where a prediction is a guess."""
        place = 0
        for column in self.columns:
            off = np.abs(X[:, place]) if column.categories is None else np.zeros(0)
            place += column.width
            n_far = int(np.sum(off > FAR))
            if n_far:
                worst = int(np.argmax(off))
                cell = table.columns[column.name][worst]
                yield (
                    f"{column.name}: {n_far} of {len(off)} cells {'is' if n_far == 1 else 'are'} far outside of what was trained on,"
                    f" as {cell:.6g} in row {table.row(worst)}; the mean there was {column.mean:.6g}, the spread {column.scale:.6g}"
                )

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "columns": [
                {key: getattr(column, key) for key in Column.__slots__}
                for column in self.columns
            ],
            "target": {
                key: getattr(self.target, key) for key in TargetColumn.__slots__
            },
        }

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> Features:
        """Features from plain data.

        Raises:
            CorruptFileError: E503 if it does not describe any.
        """
        found, wrong = read(FeaturesFile, said)
        wrong += [
            Mistake(name, "is missing")
            for name in ("columns", "target")
            if name not in said
        ]
        if not wrong:
            features = Features(found["columns"], found["target"])
            target = features.target
            there = len(target.classes), len(target.mean), len(target.scale)
            n_classes, n_numbers = target.n_classes_and_numbers
            if target.names and there == (n_classes, n_numbers, n_numbers):
                return features
            wrong = [Mistake("target", f"does not say what {target.task} needs")]
        raise CorruptFileError(
            "E503",
            f"the model does not say what columns it was trained on: {wrong[0]}",
        )


def _made(kind: type[Any], said: Any, where: str) -> tuple[Any, list[Mistake]]:
    """A value of a class with fields, from plain data."""
    if not isinstance(said, Mapping):
        return None, [Mistake(where, f"is an object; got {said!r}")]
    found, wrong = read(kind, said, where)
    needed = [one.name for one in fields(kind) if one.default is MISSING]
    wrong += [
        Mistake(f"{where}.{name}", "is missing") for name in needed if name not in said
    ]
    return (None, wrong) if wrong else (kind(**found), [])


def _columns(said: Any, where: str) -> tuple[Any, list[Mistake]]:
    if not isinstance(said, list) or not said:
        return (), [Mistake(where, "is a list of columns")]
    made = [_made(Column, one, f"{where}[{n}]") for n, one in enumerate(said)]
    return tuple(one for one, _ in made), [each for _, wrong in made for each in wrong]


class FeaturesFile(TypedDict):
    """What a model's file says of its columns."""

    columns: Annotated[Any, NestedPlaces(_columns)]
    target: Annotated[Any, NestedPlaces(partial(_made, TargetColumn))]


IMPUTED = "fill them, leave those rows out, or train with --impute (the median, the most frequent word)"


def require_whole(
    table: DataTable, names: Sequence[str], where: str, hint: str = IMPUTED
) -> None:
    """Refuse missing values, with their positions.

    Raises:
        DataError: E420.
    """
    found = [
        f"{name}, row {table.row(place)}"
        for name in names
        for place, word in enumerate(words_of(table.columns[name]))
        if word is None
    ]
    if found:
        more = f" and {len(found) - 8} more" if len(found) > 8 else ""
        raise DataError(
            "E420",
            f"{where} has {len(found)} missing value{'s' if len(found) > 1 else ''}: {'; '.join(found[:8])}{more}",
            hint=hint,
        )


def require_no_typos(table: DataTable, where: str) -> None:
    """Refuse a word in a column of numbers, which nobody may have meant.

    Raises:
        DataError: E424 with the value, its row and its column.
    """
    for name, place in table.typos.items():
        if name in table.columns:
            cell = table.columns[name][place]
            at = f"{where}, column {name}, row {table.row(place)}: {cell!r}"
            if is_number(cell):
                raise DataError(
                    "E424",
                    f"{at} is a number, or a day, that is written otherwise than the others",
                    hint=f"write all of them with the same decimal sign; if they are words: --words {name}",
                )
            raise DataError(
                "E424",
                f"{at} is not a number, and nearly all others are",
                hint=f"correct it, or empty the cell and ask for --impute; if it is meant: --words {name}",
            )


def idle(table: DataTable, names: Sequence[str]) -> dict[str, str]:
    """The columns that cannot tell anything, each with the reason.

    >>> names = np.array([f"A{i}" for i in range(50)], dtype=object)
    >>> idle(DataTable({"id": names, "unit": np.ones(50)}), ["id", "unit"])
    {'id': 'it names the rows: 50 words in 50 rows', 'unit': 'it is always 1'}
    """
    found: dict[str, str] = {}
    for name in names:
        cells = table.columns[name]
        kinds = {word for word in words_of(cells) if word is not None}
        if not kinds:
            found[name] = "it is empty"
        elif len(kinds) == 1:
            found[name] = f"it is always {shown(next(iter(kinds)))}"
        elif cells.dtype == object and len(kinds) > max(MOST_KINDS, table.n_rows / 2):
            found[name] = (
                f"it names the rows: {len(kinds)} words in {table.n_rows} rows"
            )
    return found


def shown(word: str) -> str:
    r"""A word as it stands in a sentence: on one line, and not longer than a line.

    >>> shown("he said"), shown("one\ntwo")
    ('he said', 'one two')
    """
    one_line = " ".join(word.split())
    return one_line if len(one_line) <= 60 else f"{one_line[:57]}…"


def learn(
    train: DataTable,
    names: Sequence[str],
    task: str,
    *,
    impute: bool,
    where: str,
    whole: DataTable | None = None,
    loss: str | None = None,
    looked_up: bool = False,
) -> Features:
    """What the training part of a table says about its columns.

    Which words and classes there are is taken from the ``whole`` table; means, spreads and what fills missing
    values from the training part alone.

    Raises:
        DataError: E420 for missing values, unless they are to be imputed; E425 for targets that cannot be learnt.
    """
    whole = train if whole is None else whole
    inputs = [name for name in train.columns if name not in names]
    if not inputs:
        raise DataError(
            "E425",
            f"{where} has no column to learn from besides the target",
            hint="give it columns whose cells differ, or name another --target",
        )
    require_whole(whole, [*([] if impute else inputs), *names], where)
    columns = tuple(
        _column(name, train, whole, impute=impute, looked_up=looked_up)
        for name in inputs
    )
    target = learn_target(train, whole, tuple(names), task, loss=loss, where=where)
    return Features(columns, target)


def _column(
    name: str, train: DataTable, whole: DataTable, *, impute: bool, looked_up: bool
) -> Column:
    cells = train.columns[name]
    if cells.dtype == object:
        words = [word for word in words_of(cells) if word is not None]
        kinds, counts = np.unique(words, return_counts=True)
        fill = str(kinds[counts.argmax()]) if impute and len(kinds) else None
        every = sorted(
            {word for word in words_of(whole.columns[name]) if word is not None}
        )
        return Column(name, tuple(every), fill=fill, looked_up=looked_up)
    there = cells[np.isfinite(cells)]
    median = float(np.median(there)) if impute and there.size else None
    filled = there if median is None else np.where(np.isnan(cells), median, cells)
    return Column(name, None, *spread(filled[np.isfinite(filled)]), median)
