"""One writer a folder: a lock that the system takes back from whoever dies."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from chainrule.program.errors import CorruptFileError, UsageError
from chainrule.program.files import make_folder

NAME = ".lock"
_held: dict[str, tuple[int, int]] = {}
"""The folders that this process holds: by which thread, and how often."""


@contextlib.contextmanager
def only_writer(folder: str | Path) -> Iterator[None]:
    """Hold a folder, made if it was not there, against every other process and thread that asks for it.

    Raises:
        UsageError: E426 at once if somebody else holds it.
        CorruptFileError: E504 if it cannot be written into.
    """
    path = make_folder(folder)
    key, me = os.path.realpath(path), threading.get_ident()
    owner, depth = _held.get(key, (me, 0))
    if owner != me:
        raise _taken(path, "another thread of this process")
    handle: int | None = None
    _held[key] = (me, depth + 1)
    try:
        if not depth:
            handle = _open_locked(path)
        yield
    finally:
        if depth:
            _held[key] = (me, depth)
        else:
            del _held[key]
        if handle is not None:
            try:
                # while it is still held: nobody can be waiting for this very file
                with contextlib.suppress(OSError):
                    (path / NAME).unlink()
            finally:
                os.close(handle)


def _open_locked(folder: Path) -> int:
    path = folder / NAME
    try:
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                if _is_now_ours(handle, path, folder):
                    return handle
            except BaseException:
                # a lock that nobody knows of would be held to the end of this process
                os.close(handle)
                raise
            # its last holder removed it between our opening and our locking
            os.close(handle)
    except OSError as error:
        raise CorruptFileError(
            "E504",
            f"{folder} cannot be written into: {error.strerror}",
            hint="choose a folder that you may write into",
        ) from None


def _is_now_ours(handle: int, path: Path, folder: Path) -> bool:
    """Lock a file that was opened; whether it is still the one in its place."""
    if not _lock(handle):
        who = os.read(handle, 40).decode(errors="replace").strip()
        raise _taken(folder, f"process {who}" if who else "another process")
    try:
        same = os.fstat(handle).st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False
    if same:
        # who holds it is told where there is room to
        with contextlib.suppress(OSError):
            os.truncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
    return same


def _lock(handle: int) -> bool:
    """Whether the file is ours now; where a file system has no locks, everything is."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _taken(folder: Path, who: str) -> UsageError:
    return UsageError(
        "E426",
        f"{folder} is being written by {who}",
        hint="wait for it to end, or choose another folder",
    )
