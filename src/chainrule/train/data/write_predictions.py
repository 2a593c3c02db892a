"""Predictions in the form that a file's name asks for: CSV, JSON, npz or Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.program import MissingEngineError, UsageError
from chainrule.program.files import replace_file

Columns = Mapping[str, Sequence[Any]]


def write(path: str | Path, columns: Columns) -> None:
    """Write columns to a file; its name says how.

    Raises:
        UsageError: E403 for a name that says no form.
        CorruptFileError: E504 if it cannot be written; an old file is then as it was.
    """
    replace_file(path, form(path)(columns))


def form(path: str | Path) -> Callable[[Columns], bytes]:
    """The form that a file's name asks for.

    Raises:
        UsageError: E403 if it asks for none.
    """
    ending = Path(path).suffix.lower()
    if ending not in FORMS:
        raise UsageError(
            "E403",
            f"{path}: predictions are not written as {ending or 'a file without an ending'}",
            hint=f"give {', '.join(FORMS)}, or leave -o out to see them",
        )
    return FORMS[ending]


def as_csv(columns: Columns) -> str:
    r"""Columns as CSV; words that a spreadsheet would take for a formula get an apostrophe in front.

    >>> as_csv({"a": [1.5], "b": ["=1+1"]})
    "a,b\r\n1.5,'=1+1\r\n"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_safe(key) for key in columns])
    for row in zip(*columns.values(), strict=True):
        writer.writerow([_safe(cell) for cell in row])
    return text.getvalue()


def _safe(cell: Any) -> Any:
    dangerous = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{cell}" if dangerous else cell


def _json(columns: Columns) -> bytes:
    rows = [
        dict(zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]
    return (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode()


def _npz(columns: Columns) -> bytes:
    content = io.BytesIO()
    arrays: dict[str, Any] = {key: np.array(cells) for key, cells in columns.items()}
    np.savez(content, **arrays)
    return content.getvalue()


def _parquet(columns: Columns) -> bytes:
    try:
        import polars as pl
    except ImportError as error:
        raise MissingEngineError(
            "E802", "Parquet files need polars", hint='pip install "chainrule[data]"'
        ) from error
    content = io.BytesIO()
    pl.DataFrame(dict(columns)).write_parquet(content)
    return content.getvalue()


FORMS: Mapping[str, Callable[[Columns], bytes]] = {
    ".csv": lambda columns: as_csv(columns).encode(),
    ".json": _json,
    ".npz": _npz,
    ".parquet": _parquet,
}
