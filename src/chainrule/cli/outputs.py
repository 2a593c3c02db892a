"""What a command writes: whole or not at all, where it was asked for, and remembered for whoever interrupts it."""

from __future__ import annotations

import sys
from pathlib import Path

from chainrule.program.files import replace_file

written: list[str] = []
"""The files that this command has written so far."""


def write(path: str | Path, content: str | bytes, *, about: str = "") -> None:
    """Write to a file and say so, or print where the path is ``-``.

    Raises:
        CorruptFileError: E504 if it cannot be written; an old file is as it was.
    """
    if str(path) == "-":
        sys.stdout.write(content if isinstance(content, str) else content.decode())
        return
    replace_file(path, content)
    written.append(str(path))
    sys.stderr.write(f"wrote {path}{about}\n")


def kept() -> str:
    """What is there after an interruption, in words."""
    return f"{', '.join(written)} was written" if written else "nothing was written"
