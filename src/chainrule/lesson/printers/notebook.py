"""The lesson as a Jupyter notebook: derivations to read, and cells that compute every number and hold it to the lesson."""

from __future__ import annotations

import ast
import base64
import builtins
import hashlib
import json
import keyword
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from chainrule.lesson.parts import Fold, Numbers, Part
from chainrule.lesson.printers.markdown import blocks
from chainrule.program import Array

MOST_WRITTEN: Final = 400
LINE: Final = 88
MOST_COMPARED: Final = 24
CLOSE: Final = "rtol=1e-9, atol=1e-12"
LESS_CLOSE: Final = "rtol=1e-4, atol=1e-6"
UNPACK: Final = """\
def unpacked(text, dtype, *shape):
    \"\"\"An array too long to be read, from its bytes.\"\"\"
    data = zlib.decompress(base64.b85decode(text))
    return np.frombuffer(data, dtype).reshape(shape).copy()"""


def to_notebook(parts: Iterable[Part]) -> str:
    r"""The text of an ``.ipynb`` file.

    >>> from chainrule.formula import identifier
    >>> x = Numbers("x", identifier("x"), np.array([1.0, 2.0]))
    >>> y = Numbers("y", identifier("y"), np.array([2.0, 4.0]), code="y = 2 * x")
    >>> [cell["source"] for cell in json.loads(to_notebook([x, y]))["cells"]][-1]
    ['y = 2 * x\n', 'np.testing.assert_allclose(y, [2.0, 4.0], rtol=1e-9, atol=1e-12)\n', 'y']
    """
    cells = _Cells()
    cells.all(tuple(parts))
    return notebook([cells.opening(), *cells.made])


def notebook(cells: Sequence[dict[str, Any]]) -> str:
    """The text of a notebook for Python."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    language = {"name": "python", "file_extension": ".py"}
    whole = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": language},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def cell(
    kind: str, source: str, called: str, metadata: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A cell of a kind, ``called`` by its identity in the notebook."""
    more: dict[str, Any] = (
        {"execution_count": None, "outputs": []} if kind == "code" else {}
    )
    return {
        "cell_type": kind,
        "id": called,
        "metadata": metadata or {},
        "source": source.splitlines(keepends=True),
        **more,
    }


class _Cells:
    """Makes cell after cell, and knows which names are already there."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []
        self.names = {"np", *dir(builtins)}
        self.given: set[str] = set()
        self.packed = False

    def opening(self) -> dict[str, Any]:
        """The first cell: what the others import."""
        lines = ["import numpy as np", "", "np.set_printoptions(precision=6)"]
        if self.packed:
            lines = ["import base64", "import zlib", "", *lines, "", "", UNPACK]
        return _numbered("code", "\n".join(lines), 0)

    def all(self, parts: Sequence[Part]) -> None:
        """The parts in order: what is to be read in Markdown, arrays as code."""
        reading: list[Part] = []
        arrays: list[Numbers] = []
        for part in _opened(parts):
            if isinstance(part, Numbers) and self.can_run(part):
                self.read(reading)
                arrays.append(part)
            else:
                self.run(arrays)
                reading.append(part)
        self.read(reading)
        self.run(arrays)

    def can_run(self, part: Numbers) -> bool:
        """Whether the array has a name that Python takes, and a statement that is one."""
        if not part.name.isidentifier() or keyword.iskeyword(part.name):
            return False
        if np.asarray(part.array).dtype.kind not in "biuf":
            return False
        if part.code:
            made, used = _names(part.code)
            if part.name not in made or not used <= self.names | made:
                return False
            self.names |= made
        self.names.add(part.name)
        return True

    def read(self, parts: list[Part]) -> None:
        if parts:
            self.add("markdown", "\n\n".join(blocks(parts)))
            parts.clear()

    def run(self, arrays: list[Numbers]) -> None:
        """Arrays that were given in one cell; each that is computed in a cell of its own, which shows it."""
        given: list[str] = []
        for part in arrays:
            array = np.asarray(part.array)
            if not part.code:
                if part.name not in self.given:
                    given.append(f"{part.name} = {self.written(array)}")
                    self.given.add(part.name)
                continue
            self.give(given)
            self.add("code", f"{part.code}\n{_check(part.name, array)}\n{part.name}")
        self.give(given)
        arrays.clear()

    def give(self, lines: list[str]) -> None:
        if lines:
            self.add("code", "\n".join(lines))
            lines.clear()

    def add(self, kind: str, source: str) -> None:
        self.made.append(_numbered(kind, source, len(self.made)))

    def written(self, array: Array) -> str:
        """An array as the source that makes it, in full precision."""
        if array.size <= MOST_WRITTEN and array.size:
            kind = (
                "" if array.dtype in {np.dtype(float), np.dtype(int)} else array.dtype
            )
            after = f", dtype=np.{kind}_" if kind == np.dtype(bool) else ""
            after = after or (f", dtype=np.{kind}" if kind else "")
            return f"np.array({_listed(array)}{after})"
        self.packed = True
        text = base64.b85encode(zlib.compress(array.tobytes(), 9)).decode("ascii")
        shape = "".join(f", {n}" for n in array.shape)
        return f"unpacked(\n    {text!r}, {array.dtype.str!r}{shape}\n)"


def _opened(parts: Iterable[Part]) -> Iterable[Part]:
    """The parts, a fold's own among them where they hold arrays, for a cell cannot be inside another."""
    for part in parts:
        if isinstance(part, Fold) and any(isinstance(p, Numbers) for p in part.parts):
            yield Fold(part.title)
            yield from _opened(part.parts)
        else:
            yield part


def _check(name: str, array: Array) -> str:
    """The line that holds a computed array to the lesson: to all of it, or to every so many of its entries."""
    close = (
        CLOSE if array.dtype.itemsize >= 8 or array.dtype.kind != "f" else LESS_CLOSE
    )
    if array.size <= MOST_WRITTEN:
        return f"np.testing.assert_allclose({name}, {_listed(array)}, {close})"
    step = -(-array.size // MOST_COMPARED)
    some = _listed(array.ravel()[::step])
    return (
        f"assert {name}.shape == {tuple(map(int, array.shape))}\n"
        f"np.testing.assert_allclose({name}.ravel()[::{step}], {some}, {close})"
    )


def _names(code: str) -> tuple[set[str], set[str]]:
    """The names that statements bind and those they use; none where they are no statements of Python."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return set(), set()
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return made, {node.id for node in names if isinstance(node.ctx, ast.Load)}


def _listed(array: Array) -> str:
    """The entries as Python writes them, each number in full."""

    def text(item: Any) -> str:
        if isinstance(item, list):
            return f"[{', '.join(map(text, item))}]"
        if isinstance(item, float) and not np.isfinite(item):
            return "np.nan" if np.isnan(item) else "np.inf" if item > 0 else "-np.inf"
        return repr(item)

    flat = text(array.tolist())
    if len(flat) <= LINE - 16 or array.ndim < 2:
        return flat
    rows = "".join(f"\n    {text(row)}," for row in array.tolist())
    return f"[{rows}\n]"


def _numbered(kind: str, source: str, n: int) -> dict[str, Any]:
    """A cell whose identity is that of its text, so that a notebook written twice is the same file."""
    return cell(kind, source, hashlib.sha256(f"{n} {source}".encode()).hexdigest()[:12])
