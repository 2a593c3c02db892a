"""An input column: how its cells become a network's numbers, as learnt on the training part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chainrule.nn.constraints import Above, Flag, Number, Text
from chainrule.program import Array, DataError
from chainrule.train.data.parse_cells import is_number
from chainrule.train.data.table import DataTable


@dataclass(frozen=True, slots=True)
class Column:
    """Numbers with their mean and spread, or words with the categories that were seen.

    Words become a column of 0 and 1 a category; or with ``looked_up`` one column, the place of the category, for
    an embedding to look up.
    """

    name: Text
    categories: tuple[Text, ...] | None = None
    mean: Number = 0.0
    scale: Above = 1.0
    fill: Number | Text | None = None
    looked_up: Flag = False

    @property
    def width(self) -> int:
        """How many numbers a cell becomes."""
        return 1 if self.categories is None or self.looked_up else len(self.categories)

    def encoded(self, table: DataTable, where: str) -> Array:
        """The column of ``table`` as numbers, a row a cell.

        Raises:
            DataError: E422 for a category that was not seen, E424 for a cell that is not a finite number.
        """
        if self.categories is None:
            return self._standardised(table, where)
        words = words_of(table.columns[self.name])
        if self.fill is not None:
            words = [str(self.fill) if word is None else word for word in words]
        places = places_of(words, self.categories, table, self.name, where)
        if self.looked_up:
            return places[:, None].astype(np.float64)
        return np.eye(len(self.categories))[places]

    def _standardised(self, table: DataTable, where: str) -> Array:
        cells = numbers_of(table, self.name, where)
        if self.fill is not None:
            cells = np.where(np.isnan(cells), self.fill, cells)
        return ((cells - self.mean) / self.scale)[:, None]


def numbers_of(table: DataTable, name: str, where: str) -> Array:
    """A column of numbers, NaN where one is missing.

    Raises:
        DataError: E424 for a cell that is a word, or infinite.
    """
    cells = table.columns[name]
    if cells.dtype == object:
        words = (i for i, cell in enumerate(cells) if not is_number(cell))
        place = next(words, table.typos.get(name, 0))
        raise DataError(
            "E424",
            f"{where}, column {name}, row {table.row(place)}: {cells[place]!r} is not a number",
            detail="at training this column held numbers",
        )
    infinite = np.flatnonzero(np.isinf(cells))
    if len(infinite):
        raise DataError(
            "E424",
            f"{where}, column {name}, row {table.row(infinite[0])}: {cells[infinite[0]]} is not a finite number",
            hint="correct it, or leave the cell empty and ask for --impute",
        )
    return cells


def words_of(cells: Array) -> list[str | None]:
    """Cells as words; whole numbers without their point."""
    if cells.dtype == object:
        return [None if cell is None else str(cell) for cell in cells]
    return [None if np.isnan(cell) else f"{cell:.15g}" for cell in cells]


def places_of(
    words: list[str | None],
    known: tuple[str, ...],
    table: DataTable,
    name: str,
    where: str,
    *,
    kind: str = "",
) -> Array:
    """Which of the ``known`` words each word is.

    Raises:
        DataError: E422 at the first that is none of them.
    """
    places = {word: place for place, word in enumerate(known)}
    for row, word in enumerate(words):
        if word not in places:
            more = f" and {len(known) - 12} more" if len(known) > 12 else ""
            raise DataError(
                "E422",
                f"{where}, column {name}, row {table.row(row)}: {kind}{word!r} was not seen at training",
                hint=f"seen: {', '.join(known[:12])}{more}",
            )
    return np.array([places[str(word)] for word in words], dtype=np.int64)


def spread(cells: Array) -> tuple[float, float]:
    """Mean and standard deviation of finite numbers (1 where they do not vary), also where their squares would leave the floats.

    >>> spread(np.array([2.0**1000, 2.0**1001])) == (1.5 * 2.0**1000, 2.0**999)
    True
    >>> spread(np.array([7.0, 7.0]))
    (7.0, 1.0)
    """
    exponent = int(np.frexp(np.max(np.abs(cells), initial=0.0))[1])
    # by a power of two, which rounds nothing
    small = np.ldexp(cells, -exponent)
    mean, scale = float(np.mean(small)), float(np.std(small))
    # a column that does not vary would be divided by rounding noise
    if scale <= 1e-12 * abs(mean) or not scale:
        return float(np.ldexp(mean, exponent)), 1.0
    return float(np.ldexp(mean, exponent)), float(np.ldexp(scale, exponent))
