"""A function in NumPy's words as JavaScript that a page can hold: in few letters, with what it calls."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from chainrule.emit.javascript.module import written
from chainrule.emit.javascript.syntax import JavascriptExpressions, can_write

_STRING = re.compile(r'("(?:[^"\\]|\\.)*")')
_NUMBERS = re.compile(r"^(?:const v\d+=[^;\n]*;\n)+", re.MULTILINE)
_SIGN = re.compile(r" *([=<>?:,;(){}\[\]&|*]+) *")


def source(text: str) -> str:
    r"""What ``text`` does as a script: no module, no comments, no margins.

    >>> print(source("def live(v0):\n    return [v0]\n").splitlines()[0])
    function live(v0){
    """
    bare = re.sub(r"^export ", "", short(written(text)), flags=re.MULTILINE)
    return _NUMBERS.sub(_gathered, bare)


def _gathered(met: re.Match[str]) -> str:
    """Numbers line after line, under one word."""
    first, *more = met[0].rstrip(";\n").split(";\n")
    return ",\n".join([first, *(one.removeprefix("const ") for one in more)]) + ";\n"


def short(text: str) -> str:
    r"""JavaScript without its margins, its lines of comments, and spaces that only please the eye.

    >>> print(short('const f = (x) => {\n  // a comment\n  return "a = b" + x;\n}'))
    const f=(x)=>{
    return "a = b" + x;
    }
    """
    lines = (line.strip() for line in text.splitlines())
    kept = (line for line in lines if line and not line.startswith("//"))
    return "\n".join(map(_tight, kept))


def _tight(line: str) -> str:
    """A line without spaces around signs; one that may hold a template or a pattern stays."""
    if "`" in line or "/" in line:
        return line
    pieces = _STRING.split(line)
    pieces[::2] = (_SIGN.sub(r"\1", piece) for piece in pieces[::2])
    return "".join(pieces)


@lru_cache(maxsize=4096)
def can_run(text: str) -> bool:
    """Whether a line of NumPy's text has a form in JavaScript.

    >>> can_run("np.matmul(v0, v1)"), can_run("np.unique(v0)")
    (True, False)
    """
    text = re.sub(r"\bv\d+\b", "v", text)
    if not can_write(text):
        return False
    try:
        JavascriptExpressions().doc(ast.parse(text, mode="eval").body)
    except (TypeError, KeyError):
        return False
    return True
