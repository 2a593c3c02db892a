"""The terminal: what it cannot show is replaced and said once; what cannot be written is an error with a code."""

from __future__ import annotations

import codecs
import io
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from chainrule.program import CorruptFileError

NEAREST = {
    "−": "-", "·": "*", "×": "x", "÷": "/", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "…": "...", "’": "'", "“": '"',
    "”": '"', "─": "-", "│": "|", "═": "=", "▶": ">", "▸": ">", "⋯": "...", "∂": "d", "Σ": "sum", "√": "sqrt", "⋮": ":",
    "²": "^2", "³": "^3", "₋": "-", "′": "'", "⊙": "*", "⊗": "(x)", "ŷ": "y_hat", "ᵀ": ".T", "ε": "eps", "⋅": "*",
    "∞": "inf", "≈": "~",
    **dict.fromkeys("┌┐└┘├┤┬┴┼", "+"), **dict.fromkeys("⎡⎢⎣", "["), **dict.fromkeys("⎤⎥⎦", "]"),
    **dict.fromkeys("⎛⎜⎝", "("), **dict.fromkeys("⎞⎟⎠", ")"),
}  # fmt: skip
"""What is printed for a sign that an encoding lacks."""
GREEK = re.compile(r"GREEK (?:SMALL|CAPITAL) LETTER (\w+)")

COMMANDS = re.compile(
    r"\x1b\[(?:[\d;]*m|\d*[AK]|\?25[lh])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
"""What a terminal takes for a command: first those that we give, colours and the movements of a bar."""


def nearest(sign: str) -> str:
    """What is printed for a sign that an encoding lacks: a likeness, the plain letter, its name; else a question mark.

    >>> [nearest(sign) for sign in "−ₜμ€"]
    ['-', 't', 'mu', '?']
    """
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    letter = GREEK.match(unicodedata.name(sign, ""))
    return NEAREST.get(sign) or plain or (letter[1].lower() if letter else "?")


@contextmanager
def streams() -> Iterator[None]:
    """Standard output and errors of the process, guarded for as long as a command runs."""
    before = sys.stdout, sys.stderr
    lacking: set[str] = set()

    def replace(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        # the codecs of Windows share a name that nobody knows
        named = getattr(sys.stdout, "encoding", None) or error.encoding
        lacking.add(named if error.encoding == "charmap" else error.encoding)
        signs = error.object[error.start : error.end]
        return "".join(map(nearest, signs)), error.end

    codecs.register_error("chainrule", replace)
    # under a test or in a notebook the streams are somebody else's
    if sys.stdout is sys.__stdout__:
        sys.stdout = _guarded(sys.stdout, "standard output")
    if sys.stderr is sys.__stderr__:
        sys.stderr = _guarded(sys.stderr, "standard error")
    try:
        yield
    finally:
        with suppress(CorruptFileError):
            if lacking:
                named = " and ".join(sorted(lacking))
                advice = "" if "utf-8" in lacking else "; PYTHONIOENCODING=utf-8 shows them"  # fmt: skip
                sys.stderr.write(f"some signs cannot be printed in {named} and were replaced{advice}\n")  # fmt: skip
        for stream, own in zip((sys.stdout, sys.stderr), before, strict=True):
            with suppress(CorruptFileError):
                if stream is not own:
                    stream.flush()
        sys.stdout, sys.stderr = before


def _guarded(stream: Any, name: str) -> Any:
    if stream is None:
        return io.TextIOWrapper(io.BufferedWriter(_Closed(name)), "utf-8")
    stream.flush()
    binary = stream.buffer
    raw = _Raw(getattr(binary, "raw", binary), name)
    # an unbuffered process (python -u) stays one
    buffered: Any = io.BufferedWriter(raw) if hasattr(binary, "raw") else raw
    kind = _Terminal if raw.isatty() else io.TextIOWrapper
    return kind(
        buffered,
        stream.encoding,
        errors="chainrule",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


class _Terminal(io.TextIOWrapper):
    """What people look at: colours and a bar's movements pass, other commands to a terminal are shown as signs.

    A cell of a table, a line of a script, the name of a file may hold some, and nobody means them.
    """

    def write(self, text: str) -> int:
        super().write(COMMANDS.sub(_as_signs, text))
        return len(text)


def _as_signs(found: re.Match[str]) -> str:
    text = found[0]
    if len(text) > 1:
        return text
    # as terminals themselves show control characters: ^[
    return f"^{chr(ord(text) ^ 0x40)}" if ord(text) < 0x80 else "?"


class _Raw(io.RawIOBase):
    """A stream whose failures have a code. After the first it takes everything, so that it is told once."""

    def __init__(self, raw: Any, name: str) -> None:
        self.raw, self.name, self.failed = raw, name, False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self.raw.fileno())

    def isatty(self) -> bool:
        return bool(self.raw.isatty())

    def write(self, data: Any) -> int:
        if self.failed:
            return len(data)
        left = memoryview(data).cast("B")
        try:
            while left:
                left = left[self.raw.write(left) or 0 :]
            return len(data)
        except OSError as error:
            self.failed = True
            raise _unwritten(self.name, error) from None


class _Closed(io.RawIOBase):
    """A stream that the process was started without."""

    def __init__(self, name: str) -> None:
        self.name, self.failed = name, False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.failed:
            return len(data)
        self.failed = True
        raise CorruptFileError("E504", f"there is no {self.name} to write to")


def _unwritten(name: str, error: OSError) -> CorruptFileError:
    if isinstance(error, BrokenPipeError):
        why, hint = (
            "its reader has closed it",
            "what was not printed is lost; files are whole",
        )
    else:
        why, hint = str(error.strerror or error), "write somewhere else"
    return CorruptFileError("E504", f"{name} cannot be written: {why}", hint=hint)
