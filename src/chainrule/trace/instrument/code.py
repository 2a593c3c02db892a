"""The instrumented code of a function: found by compiling its file with hooks, given to the function while a reading lasts."""

from __future__ import annotations

import ast
import contextlib
import linecache
import site
import sysconfig
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from chainrule.trace.instrument.hooks import codes, with_hooks
from chainrule.trace.instrument.transform import instrumented

OURS = str(Path(__file__).parents[2])


@lru_cache(maxsize=4096)
def is_library(file: str) -> bool:
    """Whether a file belongs to Python, to an installed package or to us; everything else is the user's."""
    unseen = ("<frozen", "<__array_function__", "<string>")
    if file.startswith((*_installed(), *unseen)):
        return True
    # wherever packages are installed, their folder has one of these names
    return not {"site-packages", "dist-packages"}.isdisjoint(Path(file).parts)


def is_ours(file: str) -> bool:
    """Whether a file belongs to this package."""
    return file.startswith(OURS)


@lru_cache(maxsize=1)
def _installed() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    kept = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    with contextlib.suppress(AttributeError):
        kept += [*site.getsitepackages(), site.getusersitepackages()]
    return (*(f"{one}/" for one in dict.fromkeys(kept)), f"{OURS}/")


def compiled(text: str, file: str) -> CodeType:
    """A script with hooks."""
    tree = instrumented(ast.parse(text, file))
    return with_hooks(compile(tree, file, "exec", dont_inherit=True))


@lru_cache(maxsize=256)
def _twins(
    file: str, text: str
) -> dict[tuple[str, int], list[tuple[CodeType, CodeType]]]:
    """Each code of a file beside the same with hooks, by name and first line."""
    found: dict[tuple[str, int], list[tuple[CodeType, CodeType]]] = {}
    try:
        plain = compile(text, file, "exec", dont_inherit=True)
        hooked = compiled(text, file)
    except (SyntaxError, ValueError, RecursionError):
        return found
    for one, other in zip(codes(plain), codes(hooked), strict=True):
        key = (one.co_qualname, one.co_firstlineno)
        found.setdefault(key, []).append((one, other))
    return found


def with_notes(function: FunctionType) -> CodeType | None:
    """The code of a function with hooks; None where its source is not to be had."""
    code = function.__code__
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    twins = _twins(code.co_filename, text).get(
        (code.co_qualname, code.co_firstlineno), []
    )
    found = [hooked for plain, hooked in twins if plain == code]
    if not found and len(twins) == 1:
        # a test runner rewrites asserts; every name that we know is still read
        found = [
            hooked for plain, hooked in twins if {*plain.co_names} <= {*code.co_names}
        ]
    if not found or found[0].co_freevars != code.co_freevars:
        return None
    return found[0]


class HookedFunctions:
    """Functions that run with hooks while a reading lasts; they get their own code back with the last one."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.n_readings = 0
        self.own: dict[int, tuple[FunctionType, CodeType]] = {}

    @contextlib.contextmanager
    def while_reading(self) -> Iterator[None]:
        """Functions keep their hooks until the last reading ends."""
        with self.lock:
            self.n_readings += 1
        try:
            yield
        finally:
            with self.lock:
                self.n_readings -= 1
                if not self.n_readings:
                    for function, code in self.own.values():
                        function.__code__ = code
                    self.own.clear()

    def hook(self, function: FunctionType) -> bool:
        """Give a function hooks; whether it has them now."""
        with self.lock:
            if id(function) in self.own:
                return True
            code = function.__code__
            hooked = with_notes(function)
            if hooked is None:
                return False
            self.own[id(function)] = (function, code)
            function.__code__ = hooked
            return True


HOOKED = HookedFunctions()


def functions_in(item: Any) -> Iterator[FunctionType]:
    """The user's functions in a module's names, a class or an object: methods, properties, what is wrapped in others."""
    match item:
        case FunctionType():
            yield item
            if hasattr(item, "__wrapped__"):
                yield from functions_in(item.__wrapped__)
        case staticmethod() | classmethod():
            yield from functions_in(item.__func__)
        case property():
            for one in (item.fget, item.fset, item.fdel):
                yield from functions_in(one)
        case type():
            for base in item.__mro__:
                for held in tuple(vars(base).values()):
                    if not isinstance(held, type):
                        yield from functions_in(held)
