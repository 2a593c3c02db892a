"""The functions of NumPy in JavaScript, of which a module gets those that it calls and those that they call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

_DECLARED = re.compile(r"^(?:async function|function|class|const) (\w+)", re.MULTILINE)
_METHOD = re.compile(
    r'^(?:NDArray\.prototype\.|Object\.defineProperty\(NDArray\.prototype, ")(\w+)',
    re.MULTILINE,
)
_WORD = re.compile(r"(?<![\w.])\w+|\.\.\.\w+")
_PARAMETERS = re.compile(r"(?:function \w+|const \w+ = )\(([^)]*)\)")
LANGUAGE = {"var_": "var"}
"""What cannot be declared under its name."""
HEAD = """\
// NumPy's functions, as far as this module calls them. np.array([[1, 2], [3, 4]]) makes an array,
// a.tolist() and a.item() give its numbers back.
export const np = (() => {"""


@cache
def pieces() -> Mapping[str, str]:
    """Every function of the runtime by its name, with the comment above it, in an order in which they may stand."""
    found = {}
    folder = files("chainrule.emit.javascript")
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".js"))
    # what others are built from stands in core.js
    for name in sorted(names, key=lambda one: one != "core.js"):
        for piece in folder.joinpath(name).read_text("utf-8").strip().split("\n\n"):
            declared = _DECLARED.search(piece) or _METHOD.search(piece)
            if declared is not None:
                found[LANGUAGE.get(declared[1], declared[1])] = piece
    return found


@cache
def _calls(name: str) -> frozenset[str]:
    """The pieces that a piece calls."""
    code = re.sub(r"//.*|\"[^\"\n]*\"", "", pieces()[name])
    words = {word.lstrip(".") for word in _WORD.findall(code)}
    return frozenset(words & pieces().keys())


@cache
def parameters(name: str) -> tuple[str, ...]:
    """The arguments of a function that have a place; others are given by name.

    >>> parameters("squeeze"), parameters("sum")
    (('x', 'axis'), ('x',))
    """
    found = _PARAMETERS.search(pieces().get(name, ""))
    words = re.sub(r"\{.*|\bhow\b.*", "", found[1] if found else "")
    return tuple(re.findall(r"(\w+)(?: = [^,]*)?(?:,|$)", words.strip(", ")))


@cache
def vocabulary() -> frozenset[str]:
    """The names under which a text may call the runtime."""
    return frozenset(pieces())


def shipped(called: Iterable[str]) -> list[str]:
    """The runtime as lines, for a module that calls these functions."""
    called = {name for name in called if name in pieces()}
    needed: set[str] = set()
    pending = [*called, "array"]
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            pending += _calls(name)
    body = "\n\n".join(piece for name, piece in pieces().items() if name in needed)
    methods = {name for name in needed if _METHOD.search(pieces()[name])}
    own = {named: declared for declared, named in LANGUAGE.items()}
    names = sorted({*called, "array"} - methods)
    public = ", ".join(f"{n}: {own[n]}" if n in own else n for n in names)
    lines = [f"  {line}" if line else "" for line in body.splitlines()]
    return [HEAD, *lines, "", f"  return {{ {public} }};", "})();"]
