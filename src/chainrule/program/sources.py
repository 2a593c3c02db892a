"""The Python that a file holds, as Python or Jupyter reads it."""

from __future__ import annotations

import ast
import io
import linecache
import tokenize
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from chainrule.program.errors import CorruptFileError, ProgramError
from chainrule.program.files import read_bytes, read_json
from chainrule.program.source_places import CELL, NOTEBOOK

ARGUMENTS: ContextVar[tuple[str, ...]] = ContextVar("arguments", default=())
"""The words of a command line that are a script's own, as it finds them in ``sys.argv``."""


def read_source(path: str | Path) -> str:
    """The text of a Python file as Python reads it: by its coding line or its byte order mark, else UTF-8.

    Of a notebook it is the code of its cells, each below a line with its number; what is for Jupyter alone is left
    out, its lines kept.

    Raises:
        ProgramError: E331 where Python or Jupyter could not read it either.
        CorruptFileError: E504 if it cannot be read.
    """
    if Path(path).suffix == NOTEBOOK:
        return _read_notebook(str(path))
    data = read_bytes(path)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = io.TextIOWrapper(io.BytesIO(data), encoding).read()
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        why = "it is UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else str(error)
        raise ProgramError(
            "E331",
            f"{path} is not text that Python reads: {why}",
            hint="save it as UTF-8, or say its encoding in its first line: # -*- coding: latin-1 -*-",
        ) from None
    if "\0" in text:
        raise ProgramError("E331", f"{path} is not text that Python reads: it holds zero bytes")  # fmt: skip
    return text


def encoding_of(path: str | Path) -> str:
    """The encoding of a Python file, so that it is written back as it was."""
    return tokenize.detect_encoding(io.BytesIO(read_bytes(path)).readline)[0]


def _read_notebook(path: str) -> str:
    text = "".join(f"{CELL}{number}\n{_plain(code)}\n" for number, code in _cells(path))
    # places are looked up by file and line, and the file itself holds JSON
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    return text


def _cells(path: str) -> Iterator[tuple[int, str]]:
    """The cells of code, counted from 1 among all cells, as a reader counts them on the page."""
    try:
        cells = read_json(path)["cells"]
        for number, cell in enumerate(cells, 1):
            if cell["cell_type"] == "code":
                lines = cell["source"]
                yield number, lines if isinstance(lines, str) else "".join(lines)
    except (CorruptFileError, KeyError, TypeError) as error:
        if isinstance(error, CorruptFileError) and error.code == "E504":
            raise
        raise ProgramError(
            "E331",
            f"{path} is not a notebook that Jupyter reads",
            hint="open it in Jupyter and save it, or name a .py file",
        ) from None


def _plain(code: str) -> str:
    r"""A cell without what only Jupyter understands; a cell that is Python already is left alone.

    >>> print(_plain("%matplotlib inline\nfor k in range(3):\n    !ls\n    x = k\nx?"))
    pass
    for k in range(3):
        pass
        x = k
    pass
    """
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        lines = code.split("\n")
    else:
        return code
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and first.split()[0] not in PYTHON_CELLS:
        # another language's
        return "\n".join("#" for _ in lines)
    return "\n".join(_line(line) for line in lines)


PYTHON_CELLS = {"%%time", "%%timeit", "%%capture", "%%prun"}


def _line(line: str) -> str:
    word = line.strip()
    if word.startswith(("%", "!", "?")) or word.endswith("?"):
        # something has to stand there: it may be all that an if holds
        return line[: len(line) - len(line.lstrip())] + "pass"
    return line
