"""What the owner of a table may not know, and would want to before believing what is learnt from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from chainrule.program import Array
from chainrule.train.data.columns import words_of
from chainrule.train.data.table import DataTable

ALIKE = 1e-3
"""A column whose middle nine tenths take less than this share of its standard deviation is ruled by a few cells."""
MANY = 0.1
"""From this share of the rows held out on, that they stand among those to train on as well is said."""
MOST = 3


def doubts(
    table: DataTable, names: Sequence[str], classes: Array | None, held: Array
) -> Iterator[str]:
    """Sentences on columns that count the rows or are ruled by a few cells, and on classes that are rare or look alike."""
    for name, cells in table.columns.items():
        if cells.dtype == object:
            if name not in names or classes is not None:
                yield from _alike(name, cells)
            continue
        if name not in names and _counts_rows(cells):
            yield f"{name}: it counts the rows; if it is nothing else: --ignore {name}"
        there = np.flatnonzero(np.isfinite(cells))
        yield from _ruled(name, cells[there], table, there)
    if classes is not None and len(held):
        out = {*classes[held].tolist()}
        rare = [(name, n) for name, n in Counter(classes.tolist()).items() if name not in out]  # fmt: skip
        for name, n in rare[:MOST]:
            yield f"{names[0]}: {name} has {n} row{'s' * (n != 1)}, none of them held out: how well it is found is not measured"


def _alike(name: str, cells: Array) -> Iterator[str]:
    """Words that differ only in their capitals."""
    spelled: dict[str, list[str]] = {}
    for word in sorted({word for word in words_of(cells) if word is not None}):
        spelled.setdefault(word.casefold(), []).append(word)
    several = (ways for ways in spelled.values() if len(ways) > 1)
    for ways in islice(several, MOST):
        told = " and ".join(f"{way!r}" for way in ways[:MOST])
        yield f"{name}: {told} are taken for different words"


def _counts_rows(cells: Array) -> bool:
    """Whether numbers are those of the rows, from 0 or from 1 on."""
    return len(cells) > 1 and cells[0] in (0, 1) and bool(np.all(np.diff(cells) == 1))


def _ruled(name: str, cells: Array, table: DataTable, places: Array) -> Iterator[str]:
    """A few cells so far from the others that these become one number when they are standardised."""
    if len(cells) < 20:
        return
    low, high = np.quantile(cells, (0.05, 0.95))
    # by the largest, as squares of huge numbers would leave the floats
    size = float(np.max(np.abs(cells))) or 1.0
    spread = float(np.std(cells / size))
    if 0 < (high / size - low / size) < ALIKE * spread:
        far = int(np.argmax(np.abs(cells / size - np.median(cells) / size)))
        yield (
            f"{name}: row {table.row(int(places[far]))} has {cells[far]:.6g}, so far from the others"
            " that these are nearly one number to the network; correct it, or leave the row out"
        )


def seen_before(train: tuple[Array, Array], held: tuple[Array, Array]) -> str:
    """A sentence where rows held out stand among those to train on, so that what is measured is partly remembered."""
    known = {row.tobytes() for row in _joined(train)}
    n_held = len(held[0])
    n_known = sum(row.tobytes() in known for row in _joined(held))
    if n_known < max(MANY * n_held, 1):
        return ""
    return f"{n_known} of the {n_held} rows held out stand among those trained on as well: what is measured is partly remembered"


def _joined(part: tuple[Array, Array]) -> Array:
    X, Y = part
    return np.column_stack([X, Y.reshape(len(X), -1)]).astype(np.float64)
