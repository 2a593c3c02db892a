"""Tables kept as arrays or as Parquet: what they declare is held against their size before anything is read."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from chainrule.program import (
    Array,
    ChainruleError,
    CorruptFileError,
    DataError,
    LimitError,
    MissingEngineError,
    UnsafeFileError,
)

LARGEST = 4 * 2**30
"""The most bytes a table may have."""
UNREADABLE = (
    ValueError,
    KeyError,
    EOFError,
    OSError,  # a place before the file's beginning
    RuntimeError,  # a password, or a way of packing that nobody knows
    zipfile.BadZipFile,
    zlib.error,
)
"""What the reading of an archive raises for what is in it."""


def npz(path: Path) -> Mapping[str, Array]:
    """The arrays of an archive as columns: those with two axes give one for each of theirs.

    Raises:
        CorruptFileError: E503 if it is not an archive of arrays, or its arrays are not as long as they say.
        UnsafeFileError: E510 for an array of objects, which only running a pickle could read.
        LimitError: E601 if it declares more than any sensible table.
        DataError: E401 if the columns have different lengths.
    """
    with path.open("rb") as file:
        arrays = _arrays(path, file)
    columns: dict[str, Array] = {}
    for key, array in arrays.items():
        for name, column in _columns(path, key, array):
            if name in columns:
                raise DataError(
                    "E401",
                    f"{path.name}: two columns are called {name!r}, one of them from {key}",
                    hint="an array of two axes gives a column for each place, numbered from 0",
                )
            columns[name] = column
    lengths = {key: len(column) for key, column in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{key} {length}" for key, length in lengths.items())
        raise DataError(
            "E401", f"{path.name}: the columns have different lengths: {said}"
        )
    return columns


def _arrays(path: Path, file: BinaryIO) -> Mapping[str, Array]:
    """The arrays in a file that is open: from here on, whatever goes wrong is its content's."""
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                _require_honest(path, archive, member)
        file.seek(0)
        with np.load(file, allow_pickle=False) as loaded:
            return {key: loaded[key] for key in loaded.files}
    except ChainruleError:
        raise
    except UNREADABLE as error:
        raise CorruptFileError(
            "E503", f"{path} is not an archive of plain arrays: {error}"
        ) from None


def _columns(path: Path, key: str, array: Array) -> Iterator[tuple[str, Array]]:
    """The columns of an array, by name, in a type that a table has.

    Raises:
        DataError: E401 for more axes than two, or elements that are neither numbers nor words nor days.
    """
    if array.ndim not in (1, 2):
        raise DataError(
            "E401",
            f"{path.name}: {key} has the shape {array.shape}; columns have one or two axes",
            hint=f"{key}.reshape(len({key}), -1)" if array.ndim else "",
        )
    match array.dtype.kind:
        case "f" | "i" | "u" | "b" | "U":
            plain = array
        case "S":
            plain = np.char.decode(array, "utf-8", "replace")
        case "M":
            # as a cell of text, a day is read as one
            plain = np.datetime_as_string(array.astype("M8[us]"), unit="us")
            plain = np.where(np.isnat(array), "", plain)
        case _:
            raise DataError(
                "E401",
                f"{path.name}: {key} is {array.dtype}; columns are numbers, words or days",
                hint=f"{key}.real and {key}.imag are numbers"
                if array.dtype.kind == "c"
                else "",
            )
    if plain.ndim == 1:
        yield key, plain
    else:
        yield from ((f"{key}{place}", part) for place, part in enumerate(plain.T))


def _require_honest(
    path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo
) -> None:
    """Hold the shape in an array's header against the bytes that are there, before any are asked for."""
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read: Any = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(file)
        start = file.tell()
    if dtype.hasobject:
        raise UnsafeFileError(
            "E510",
            f"{path}: {member.filename} holds Python objects, which only a pickle can carry, and a pickle can run code",
            hint="save it as numbers or as fixed-width text",
        )
    n_bytes = int(np.prod([int(n) for n in shape], dtype=object)) * dtype.itemsize
    if max(n_bytes, member.file_size) > LARGEST:
        raise LimitError(
            "E601",
            f"{path}: {member.filename} asks for {n_bytes} bytes; the limit is {LARGEST}",
        )
    if n_bytes != member.file_size - start:
        message = f"{member.filename} says it holds {n_bytes} bytes, and holds {member.file_size - start}"
        raise ValueError(message)


def parquet(path: Path) -> Mapping[str, Any]:
    """The columns of a Parquet file: floats where they are numbers, else lists of text.

    Raises:
        MissingEngineError: E802 if polars is not there.
        CorruptFileError: E503 if it is not a Parquet file.
        DataError: E401 for a column of lists or records.
    """
    try:
        import polars as pl
    except ImportError as error:
        raise MissingEngineError(
            "E802", "Parquet files need polars", hint='pip install "chainrule[data]"'
        ) from error
    try:
        frame = pl.read_parquet(path)
    except Exception as error:  # noqa: BLE001 - polars raises what its reader raises
        raise CorruptFileError(
            "E503", f"{path} is not a Parquet file: {error}"
        ) from None
    columns: dict[str, Any] = {}
    for key in frame.columns:
        column = frame[key]
        if column.dtype.is_nested():
            raise DataError(
                "E401",
                f"{path.name}, column {key}: its cells are {column.dtype}, not single values",
            )
        if column.dtype.is_numeric():
            columns[key] = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        else:
            columns[key] = [
                None if cell is None else str(cell) for cell in column.to_list()
            ]
    return columns
