"""Files: written so that nothing is ever lost, read so that nothing hangs, grows or is mistaken for text."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from chainrule.program.errors import CorruptFileError, LimitError

LARGEST = 4 * 2**30
"""The most bytes that any file is read for, unless its reader knows better."""
STALE = 3600.0
"""After so many seconds an unfinished file belongs to nobody."""
ASIDE = re.compile(r"\..*\.[0-9a-f]{12}\.tmp")
"""What an unfinished file is called."""


def replace_file(path: str | Path, content: str | bytes) -> None:
    """Put ``content`` at ``path``; whoever looks sees the old file or the new one, never a part of it.

    The new file has the rights of the old one, or those that the umask gives. A link stays one, and the file it
    leads to is replaced. A device or a pipe is written to as it is, having nothing to lose.

    Raises:
        CorruptFileError: E504 if it cannot be written; the old file is as it was.
    """
    replace_files({path: content})


def replace_files(contents: Mapping[str | Path, str | bytes]) -> None:
    """Put files in their places that belong together, the first being one that the others say nothing without.

    All are complete beside their places before any old one is touched. Then the first is taken away, and put back last:
    whoever is stopped in between leaves no old file that could be taken for a part of the new ones.

    Raises:
        CorruptFileError: E504 naming the file that cannot be written; where there was no room for it, all are as they were.
    """
    ready: dict[str | Path, tuple[Path, Path]] = {}
    try:
        for path, content in contents.items():
            target = Path(os.path.realpath(path))
            # the name of a file may hold bytes that are no text, which no text can show
            data = (
                content.encode(errors="replace")
                if isinstance(content, str)
                else content
            )
            with _told(path, target):
                aside = _put_aside(target, data)
            if aside is not None:
                ready[path] = aside, target
        order = [*ready][1:] + [*ready][:1]
        if len(order) > 1:
            with _told(order[-1], ready[order[-1]][1]):
                ready[order[-1]][1].unlink(missing_ok=True)
        for path in order:
            aside, target = ready[path]
            with _told(path, target):
                aside.replace(target)
        for folder in {target.parent for _, target in ready.values()}:
            sync_folder(folder)
            _sweep(folder)
    finally:
        for aside, _ in ready.values():
            with contextlib.suppress(OSError):
                aside.unlink()


@contextlib.contextmanager
def _told(path: str | Path, target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CorruptFileError(
            "E504",
            f"{path} cannot be written: {error.strerror or error}",
            hint=_where_else(target),
        ) from error


def _put_aside(target: Path, data: bytes) -> Path | None:
    """What only has to be renamed to be the file; None for what is no file, which has been written to."""
    old = target.stat() if target.exists() else None
    if old is not None and not stat.S_ISREG(old.st_mode):
        _write_into(target, data)
        return None
    if old is not None and not os.access(target, os.W_OK):
        raise PermissionError(13, "it may not be written")
    return write_aside(target, data, None if old is None else old.st_mode)


def _where_else(target: Path) -> str:
    folder = target.parent
    if not folder.exists():
        return f"make the folder {folder} first, or choose another place"
    old = "the file that was there is as it was; " if target.exists() else ""
    return f"{old}choose another place"


def write_aside(target: Path, data: bytes, mode: int | None = None) -> Path:
    """A file beside ``target`` with all of ``data``, synced: what only has to be renamed to become ``target``."""
    # opened here, and not by tempfile, so that the umask has its say
    aside = target.with_name(f".{target.name[:80]}.{secrets.token_hex(6)}.tmp")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            aside.chmod(stat.S_IMODE(mode))
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return aside


BINARY = getattr(os, "O_BINARY", 0)


def _write_into(target: Path, data: bytes) -> None:
    """Write to what is no file; a pipe that nobody reads is told at once."""
    handle = os.open(target, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "set_blocking"):
        os.set_blocking(handle, True)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def sync_folder(folder: Path) -> None:
    """Make the renamings in a folder last; not every system lets a folder be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove the unfinished files that a killed process left behind."""
    with contextlib.suppress(OSError):
        for path in folder.glob(".*.tmp"):
            unfinished = ASIDE.fullmatch(path.name)
            if unfinished and time.time() - path.stat().st_mtime > STALE:
                path.unlink()


def remove(paths: Iterable[Path]) -> None:
    """Remove files, those that are gone already included.

    Raises:
        CorruptFileError: E504 for one that cannot be removed.
    """
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CorruptFileError(
                "E504",
                f"{path} cannot be removed: {error.strerror or error}",
                hint="remove it yourself, or choose another folder",
            ) from None


def read_bytes(path: str | Path, most: int = LARGEST) -> bytes:
    """What is in a file.

    Raises:
        CorruptFileError: E504 if it cannot be read, or is no file but a folder, a pipe or a device, which could be
            endless.
        LimitError: E601 if it has more than ``most`` bytes.
    """
    try:
        # without waiting, as a pipe that nobody writes to would never open
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | BINARY)
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(file.fileno())
            _require_regular(path, about, most)
            return file.read(about.st_size)
    except OSError as error:
        if isinstance(error, CorruptFileError):
            raise
        # a folder cannot be opened everywhere
        what = "it is a folder, not a file" if Path(path).is_dir() else error.strerror
        raise CorruptFileError(
            "E504",
            f"{path} cannot be read: {what or error}",
            hint=_near(Path(path)) if isinstance(error, FileNotFoundError) else "",
        ) from None


def require_file(path: str | Path, most: int = LARGEST) -> None:
    """Refuse what is no file, or a larger one, before another reader opens it.

    Raises:
        CorruptFileError: E504 if it is not there, or a folder, a pipe or a device.
        LimitError: E601 if it has more than ``most`` bytes.
    """
    try:
        about = Path(path).stat()
    except OSError as error:
        raise CorruptFileError(
            "E504", f"{path} cannot be read: {error.strerror}", hint=_near(Path(path))
        ) from None
    _require_regular(path, about, most)


def near_files(path: Path, otherwise: str) -> str:
    """The hint for a file that is not there: what of its folder may have been meant, or what to do ``otherwise``."""
    folder = path.parent
    there = (
        [one.name for one in folder.iterdir()]
        if os.access(folder, os.R_OK) and folder.is_dir()
        else []
    )
    near = difflib.get_close_matches(path.name, there, n=2, cutoff=0.5)
    return (
        f"did you mean {' or '.join(str(folder / one) for one in near)}?"
        if near
        else otherwise
    )


def _near(path: Path) -> str:
    folder = next((one for one in path.parents if one.is_dir()), Path())
    return near_files(
        path,
        f"give the name of a file that is there; it was looked for in {folder.resolve()}",
    )


def _require_regular(path: str | Path, about: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(about.st_mode):
        what = kind_of(about.st_mode)
        raise CorruptFileError(
            "E504", f"{path} cannot be read: it is {what}, not a file"
        )
    if about.st_size > most:
        raise LimitError(
            "E601", f"{path} has {about.st_size} bytes; the limit is {most}"
        )


def kind_of(mode: int) -> str:
    """What a thing in the file system is, in words.

    >>> kind_of(stat.S_IFIFO)
    'a pipe'
    """
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")


def read_text(path: str | Path, most: int = LARGEST) -> str:
    """The text in a file of UTF-8, with or without a byte order mark.

    Raises:
        CorruptFileError: E503 where it is not UTF-8, E504 if it cannot be read.
        LimitError: E601 if it is too large.
    """
    data = read_bytes(path, most)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise CorruptFileError(
            "E503",
            f"{path}, line {row}: byte {error.start} is not UTF-8 text",
            hint="save it as UTF-8",
        ) from None


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


def read_json(path: str | Path, most: int = LARGEST) -> Any:
    """What a JSON file says, strictly: no name twice, no number that JSON does not have.

    Raises:
        CorruptFileError: E503 if it is not JSON, E504 if it cannot be read.
        LimitError: E601 if it is too large.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            message = "a name stands twice in one object"
            raise ValueError(message)
        return found

    def refused(word: str) -> None:
        message = f"{word} is not a number of JSON"
        raise ValueError(message)

    text = read_text(path, most)
    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refused)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise CorruptFileError("E503", f"{path} is not JSON: {why}") from None
