"""Writing a file so that nothing is ever lost: aside, synced, then put in place of the old one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from chainrule.program.errors import CorruptFileError


def replace_file(path: str | Path, content: str | bytes) -> None:
    """Put ``content`` at ``path``; whoever looks sees the old file or the new one, never a part of it.

    Raises:
        CorruptFileError: E504 if it cannot be written; the old file is as it was.
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    try:
        handle, aside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            mode = (
                target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
            )
            Path(aside).chmod(mode)
            Path(aside).replace(target)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CorruptFileError(
            "E504",
            f"{target} cannot be written: {error.strerror or error}",
            hint="the file that was there is as it was; choose another place",
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
