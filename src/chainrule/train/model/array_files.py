"""Arrays in files: safetensors, with a hash for every array and for what is said about them.

Nothing in such a file can run, and any safetensors reader opens it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.program import Array, CorruptFileError, UnsafeFileError
from chainrule.program.files import make_folder, read_bytes, replace_file

LARGEST = 64 * 2**30
PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")
OURS = "chainrule"
"""The one key of the metadata: the library does not keep the order of several."""


def packed(arrays: Mapping[str, Array], about: Mapping[str, Any]) -> bytes:
    """The content of a file with ``arrays`` and the JSON ``about``."""
    from safetensors.numpy import save

    # the library writes the bytes as they lie: another order would be another array
    plain = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    hashes = {name: _hash(array) for name, array in plain.items()}
    said = json.dumps({"about": dict(about), "sha256": hashes})
    seal = hashlib.sha256(said.encode()).hexdigest()
    content: bytes = save(plain, {OURS: f"{seal} {said}"})
    return content


def write_arrays(
    path: str | Path, arrays: Mapping[str, Array], about: Mapping[str, Any]
) -> None:
    """Write ``arrays`` and the JSON ``about`` to ``path``; the old file stays until the new one is complete.

    Raises:
        CorruptFileError: E504 if the file cannot be written; an old file is then as it was.
    """
    make_folder(Path(path).parent)
    replace_file(path, packed(arrays, about))


def read_arrays(path: str | Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays of a file and what is said about them; every array is held against its hash.

    Raises:
        CorruptFileError: E503 where the file is not what it says, naming the array; E504 if it cannot be read.
        UnsafeFileError: E510 for a pickle, which could run code.
        LimitError: E601 if it asks for more memory than any sensible model.
    """
    return unpacked(path, read_bytes(path, LARGEST))


def unpacked(
    path: str | Path, content: bytes
) -> tuple[dict[str, Array], dict[str, Any]]:
    """What :func:`packed` made ``content`` of; ``path`` is named where it is something else."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    _refuse_pickle(Path(path), content)
    try:
        arrays = load(content)
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        seal, _, said = header["__metadata__"][OURS].partition(" ")
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        what = (
            "it was not written by chainrule" if isinstance(error, KeyError) else error
        )
        raise corrupt(path, str(what)) from None
    if hashlib.sha256(said.encode()).hexdigest() != seal:
        raise corrupt(path, "its header is not the one that was written")
    told = json.loads(said)
    for name in {*arrays, *told["sha256"]}:
        if name not in arrays or _hash(arrays[name]) != told["sha256"].get(name):
            raise corrupt(
                path, f"the numbers of {name} are not those that were written"
            )
    # in their own order, which the library does not keep
    return {name: arrays[name] for name in told["sha256"]}, told["about"]


def _hash(array: Array) -> str:
    found = hashlib.sha256(f"{array.dtype.str} {array.shape} ".encode())
    found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def corrupt(path: str | Path, what: str) -> CorruptFileError:
    """E503 for a file that is not what it says."""
    return CorruptFileError(
        "E503", f"{path} is damaged: {what}", hint="use an older copy or checkpoint"
    )


def _refuse_pickle(path: Path, start: bytes) -> None:
    if path.suffix in {".pkl", ".pickle", ".pt", ".pth", ".joblib"} or start.startswith(
        PICKLES
    ):
        raise UnsafeFileError(
            "E510",
            f"{path} is a pickle or an archive of pickles, which can run code when it is opened",
            hint="save the arrays as .npz or .safetensors where the file was made",
        )
