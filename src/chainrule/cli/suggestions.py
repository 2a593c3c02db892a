"""What to type instead, where a file is not what a verb takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chainrule.program import ProgramError
from chainrule.program.sources import read_source


@contextmanager
def suggesting(file: Path, verb: str) -> Iterator[None]:
    """Errors about a script, with the command that was perhaps meant."""
    try:
        yield
    except ProgramError as error:
        if error.code == "E325" and (calls := _calls(file)):
            # check takes scripts alone, but what it lacks can be looked at
            shown = "explain" if verb == "check" else verb
            told = " or ".join(f"chainrule {shown} {call}" for call in calls)
            error.hint = (
                f"it defines functions; with your own shapes, such as x=4,3: {told}"
            )
        if error.code == "E329":
            derives = f"if there is none yet, chainrule explain {file} derives it"
            error.hint = "\n".join(filter(None, (error.hint, derives)))
        raise


def _calls(file: Path) -> list[str]:
    """The functions of a script that does nothing but define them, as arguments of a verb."""
    body = ast.parse(read_source(file)).body
    functions = [one for one in body if isinstance(one, ast.FunctionDef)]
    return [_call(file, one) for one in functions[:3]]


def _call(file: Path, function: ast.FunctionDef) -> str:
    """A function with a place for the shape of each of its arguments: which ones fit is the user's to know.

    >>> _call(Path("net.py"), ast.parse("def loss(x, W, rate=1.0): pass").body[0])
    'net.py:loss --with x=SHAPE --with W=SHAPE'
    """
    plain = function.args.args[: len(function.args.args) - len(function.args.defaults)]
    shapes = "".join(f" --with {one.arg}=SHAPE" for one in plain)
    return f"{file}:{function.name}{shapes}"
