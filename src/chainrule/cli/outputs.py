"""What a command writes: whole or not at all, where it was asked for, and remembered for whoever interrupts it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from chainrule.program import UsageError
from chainrule.program.files import replace_files

written: list[str] = []
"""The files that this command has written so far."""
given: list[str] = []
"""The words that this command was called with: the files it reads are among them."""


def write(
    path: str | Path,
    content: str | bytes,
    *,
    about: str = "",
    mends: bool = False,
    reads: Iterable[Path] = (),
    silently: bool = False,
) -> None:
    """Write to a file and say so unless it is done ``silently``, or print where the path is ``-``.

    Raises:
        UsageError: E430 if the command reads that file, by name or as one of those that it ``reads`` beside, unless
            it ``mends`` it.
        CorruptFileError: E504 if it cannot be written; an old file is as it was.
    """
    if str(path) == "-":
        sys.stdout.write(content if isinstance(content, str) else content.decode())
        return
    if any(_is(str(one), path) for one in reads):
        raise _is_what_is_read(path)
    write_together({path: content}, about=about, mends=mends, silently=silently)


def write_together(
    contents: Mapping[str | Path, str | bytes],
    *,
    about: str = "",
    mends: bool = False,
    silently: bool = False,
) -> None:
    """Write files that belong together, the first being one that the others say nothing without.

    Raises:
        UsageError: E430 if the command reads one of them, unless it ``mends`` it.
        CorruptFileError: E504 if one cannot be written; the old files are as they were.
    """
    for path in contents:
        if not mends and is_read(path):
            raise _is_what_is_read(path)
    replace_files(contents)
    for path in contents:
        written.append(str(path))
        if not silently:
            sys.stderr.write(f"wrote {path}{about}\n")


def _is_what_is_read(path: str | Path) -> UsageError:
    return UsageError(
        "E430",
        f"{path} is what this command reads; nothing was written over it",
        hint="write to a file of another name",
    )


def is_read(path: str | Path) -> bool:
    """Whether a file that is to be written stands on the command line once more than as the place to write to.

    Of a model's folder that stands there, all that the model and its training are made of.
    """
    if not Path(path).is_file():
        return False
    if any(_is_of_model(Path(word), Path(path)) for word in given):
        return True
    named = [word for word in given if any(_is(one, path) for one in _files(word))]
    place = any(Path(path) in (Path(one), Path(one.partition("=")[2])) for one in named)
    return len(named) > place


def _is_of_model(folder: Path, path: Path) -> bool:
    try:
        if not (folder / "model.json").is_file():
            return False
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False
    return inside and (path.name == "model.json" or path.suffix == ".safetensors")


def _files(word: str) -> Iterator[str]:
    """What of a word may be a file: ``net.py`` of ``net.py:loss``, ``W.npz`` of ``W1=W.npz:W1``."""
    for text in (word, word.partition("=")[2]):
        yield text
        yield text.rpartition(":")[0]


def _is(name: str, path: str | Path) -> bool:
    try:
        return bool(name) and Path(name).samefile(path)
    except (OSError, ValueError):
        return False


def kept() -> str:
    """What is there after an interruption, in words."""
    return f"{', '.join(written)} was written" if written else "nothing was written"
