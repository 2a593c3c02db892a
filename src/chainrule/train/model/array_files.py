"""Arrays in files: raw numbers under a JSON header, hashed one by one, written whole or not at all.

The layout is that of safetensors: eight bytes with the header's length, the header, the numbers. Nothing in such
a file can run, and any safetensors reader opens it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.program import Array, CorruptFileError, LimitError, UnsafeFileError

DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "U8": "|u1",
    "BOOL": "|b1",
}
CODES = {np.dtype(dtype): code for code, dtype in DTYPES.items()}
LONGEST_HEADER = 64 * 2**20
LARGEST = 64 * 2**30
UNSEALED = b"0" * 64
"""What stands in the place of the header's own hash while it is taken."""
PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")


def write_arrays(
    path: str | Path, arrays: Mapping[str, Array], about: Mapping[str, Any]
) -> None:
    """Write ``arrays`` and the JSON ``about`` to ``path``; the old file stays until the new one is complete.

    Raises:
        CorruptFileError: E504 if the file cannot be written; an old file is then as it was.
    """
    header: dict[str, Any] = {}
    bodies: list[bytes] = []
    hashes: dict[str, str] = {}
    offset = 0
    for name, array in arrays.items():
        # np.ascontiguousarray would make a 0-d array 1-d
        plain = np.asarray(array, order="C")
        body = plain.astype(plain.dtype.newbyteorder("<"), copy=False).tobytes()
        ends = [offset, offset + len(body)]
        header[name] = {
            "dtype": CODES[plain.dtype.newbyteorder("<")],
            "shape": list(plain.shape),
            "data_offsets": ends,
        }
        hashes[name] = hashlib.sha256(body).hexdigest()
        bodies.append(body)
        offset += len(body)
    header["__metadata__"] = {
        "format": "chainrule",
        "sha256": json.dumps(hashes),
        "about": json.dumps(about),
        "header": UNSEALED.decode(),
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    text = text.replace(UNSEALED, hashlib.sha256(text).hexdigest().encode(), 1)
    write_whole(path, b"".join([len(text).to_bytes(8, "little"), text, *bodies]))


def make_folder(path: str | Path) -> Path:
    """A folder that is there, made if it was not.

    Raises:
        CorruptFileError: E504 if it cannot be made.
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CorruptFileError(
            "E504",
            f"the folder {path} cannot be made: {error.strerror}",
            hint="choose a folder that you may write into",
        ) from None
    return path


def write_whole(path: str | Path, content: bytes) -> None:
    """Write a file that is either the old one or the new one, whatever happens on the way.

    Raises:
        CorruptFileError: E504 if it cannot be written.
    """
    path = Path(path)
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(
            prefix=f".{path.name}.", suffix=".tmp", dir=path.parent
        )
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise CorruptFileError(
            "E504",
            f"{path} could not be written: {error.strerror or error}",
            hint="the old file, if there was one, is unchanged",
        ) from None
    except BaseException:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise


def _sync_folder(folder: Path) -> None:
    """Make the renaming last; not every system lets a folder be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: str | Path, older_than: float = 3600.0) -> None:
    """Remove temporary files that a killed process left behind."""
    import time

    for path in Path(folder).glob(".*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > older_than:
                path.unlink()


def read_arrays(path: str | Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays of a file and what is said about them; every array is held against its hash.

    Raises:
        CorruptFileError: E503 where the file is not what it says, naming the array; E504 if it cannot be read.
        UnsafeFileError: E510 for a pickle, which could run code.
        LimitError: E601 if it asks for more memory than any sensible model.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            _refuse_pickle(path, start)
            length = _header_length(path, start, size)
            header = _header(path, file.read(length))
            content = file.read(_content_length(path, header, size - 8 - length))
    except OSError as error:
        if isinstance(error, CorruptFileError | LimitError):
            raise
        raise CorruptFileError(
            "E504", f"{path} cannot be read: {error.strerror or error}"
        ) from None
    about = header.pop("__metadata__")
    hashes = json.loads(about["sha256"])
    arrays = {
        name: _array(path, name, entry, content, hashes)
        for name, entry in header.items()
    }
    return arrays, json.loads(about["about"])


def _refuse_pickle(path: Path, start: bytes) -> None:
    if path.suffix in {".pkl", ".pickle", ".pt", ".pth", ".joblib"} or start.startswith(
        PICKLES
    ):
        raise UnsafeFileError(
            "E510",
            f"{path} is a pickle or an archive of pickles, which can run code when it is opened",
            hint="save the arrays as .npz or .safetensors where the file was made",
        )


def _corrupt(path: Path, what: str) -> CorruptFileError:
    return CorruptFileError(
        "E503", f"{path} is damaged: {what}", hint="use an older copy or checkpoint"
    )


def _header_length(path: Path, start: bytes, size: int) -> int:
    if len(start) < 8:
        raise _corrupt(path, f"it has {len(start)} bytes")
    length = int.from_bytes(start, "little")
    if length > size - 8:
        raise _corrupt(path, "its header is longer than the file")
    if length > LONGEST_HEADER:
        raise LimitError(
            "E601",
            f"{path} has a header of {length} bytes; the limit is {LONGEST_HEADER}",
        )
    return length


def _header(path: Path, text: bytes) -> dict[str, Any]:
    try:
        header: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise _corrupt(path, "its header is not JSON") from None
    about = header.get("__metadata__") if isinstance(header, dict) else None
    if not isinstance(about, dict) or about.get("format") != "chainrule":
        raise _corrupt(path, "it was not written by chainrule")
    seal = str(about.get("header")).encode()
    if hashlib.sha256(text.replace(seal, UNSEALED, 1)).hexdigest().encode() != seal:
        raise _corrupt(path, "its header is not the one that was written")
    return dict(header)


def _content_length(path: Path, header: Mapping[str, Any], available: int) -> int:
    """How many bytes of numbers the header declares, checked before any of them is read."""
    end = 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        try:
            first, last = entry["data_offsets"]
            n_bytes = (
                int(np.prod([int(n) for n in entry["shape"]], dtype=object))
                * np.dtype(DTYPES[entry["dtype"]]).itemsize
            )
        except (KeyError, TypeError, ValueError):
            raise _corrupt(path, f"the entry of {name} cannot be read") from None
        if last - first != n_bytes or first != end:
            raise _corrupt(path, f"the size of {name} does not fit its shape")
        end = last
    if end > LARGEST:
        raise LimitError("E601", f"{path} asks for {end} bytes; the limit is {LARGEST}")
    if end != available:
        raise _corrupt(
            path, f"it should hold {end} bytes of numbers, and holds {available}"
        )
    return end


def _array(
    path: Path,
    name: str,
    entry: Mapping[str, Any],
    content: bytes,
    hashes: Mapping[str, str],
) -> Array:
    first, last = entry["data_offsets"]
    body = content[first:last]
    if hashlib.sha256(body).hexdigest() != hashes.get(name):
        raise _corrupt(path, f"the numbers of {name} are not those that were written")
    return np.frombuffer(body, DTYPES[entry["dtype"]]).reshape(entry["shape"]).copy()
