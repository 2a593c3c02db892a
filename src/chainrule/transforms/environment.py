"""What a function reads besides its arguments: closures, globals, attributes; watched, so that no change goes unseen.

A derived program is used again only while these are what they were. Arrays among them are handed to it at every
call, as further inputs; numbers, strings and functions are part of what it was derived for.
"""

from __future__ import annotations

import dis
import random
import sys
import sysconfig
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from chainrule.program import Array

MOST_READS = 2000
"""A function that reaches more than this is derived anew at every call."""
DEEPEST = 6
"""How deep lists and dicts are looked into."""
_MISSING = object()
_HERE = str(Path(__file__).parent.parent)
_STANDARD = sysconfig.get_path("stdlib")


@dataclass(slots=True, eq=False)
class Readable:
    """Something a function may read: what it is called, how to get it, and what was got last."""

    name: str
    get: Callable[[], Any]
    seen: Any


@dataclass(slots=True, eq=False)
class Environment:
    """All that one function reads; ``generators`` are the sources of random numbers among it.

    ``apart`` are the functions that are reached through a class, which is the same for everybody. ``writes`` says
    whether a function gives a global, or a variable of the function around it, another value.
    """

    function: Callable[..., Any]
    reads: list[Readable] = field(default_factory=list)
    generators: list[Any] = field(default_factory=list)
    apart: list[FunctionType] = field(default_factory=list)
    writes: bool = False
    endless: bool = False
    version: int = 0
    names: list[str] = field(default_factory=list)

    def now(self) -> tuple[Hashable, list[Array]]:
        """What is read now, to be compared, and its arrays."""
        for _ in range(2):
            found: list[Hashable] = []
            arrays: list[Array] = []
            called: list[str] = []
            first: dict[int, int] = {}
            for read in self.reads:
                value = read.get()
                kind = type(value)
                if kind is np.ndarray:
                    place = first.setdefault(id(value), len(arrays))
                    arrays.append(value)
                    called.append(read.name)
                    found.append((value.shape, value.dtype, place))
                elif kind in VALUES:
                    found.append(value)
                elif value is read.seen and kind is not np.matrix:
                    found.append(id(value))
                else:
                    break
            else:
                self.names = called
                return tuple(found), arrays
            self._look_again()
        # something is another object whenever it is looked at, or may be written to: a matrix is no input of a program
        self.endless = True
        return (), []

    def _look_again(self) -> None:
        """A function or an object is another one: what it reads may be something else."""
        again = environment(self.function)
        self.reads, self.generators = again.reads, again.generators
        self.apart, self.writes = again.apart, again.writes
        self.endless = again.endless
        self.version += 1

    def dice(self) -> Hashable:
        """Where all sources of random numbers stand that the function may draw from."""
        own = [repr(_state(one)) for one in self.generators]
        shared = repr(np.random.mtrand._rand.get_state())  # noqa: SLF001 - what np.random.normal draws from
        return shared, random.getstate(), *own


def _state(generator: Any) -> Any:
    if isinstance(generator, np.random.Generator):
        return generator.bit_generator.state
    return generator.get_state()


VALUES = frozenset({int, float, bool, str, bytes, complex, type(None), np.float64})


def environment(function: Callable[..., Any]) -> Environment:
    """All that ``function`` and the functions it calls may read, as far as their code names it.

    >>> rate = 0.5
    >>> around = environment(lambda x: x * rate)
    >>> before = around.now()
    >>> rate = 0.25
    >>> around.now() == before
    False
    """
    found = Environment(function)
    search = _Reach(found)
    search.visit(function)
    search.finish()
    return found


class _Reach:
    """The walk from a function to everything it may reach."""

    def __init__(self, found: Environment) -> None:
        self.found = found
        self.names: set[str] = set()
        self.objects: list[Any] = []
        self.met: dict[int, Any] = {}
        self.read: set[tuple[int, Hashable]] = set()
        self.through_class = False

    def finish(self) -> None:
        """Read every attribute that some code names of every object that some code reaches, until nothing is new."""
        asked: set[tuple[int, str]] = set()
        while not self.found.endless:
            pairs = [
                (item, name)
                for item in self.objects
                for name in self.names
                if (id(item), name) not in asked
            ]
            if not pairs:
                return
            for item, name in pairs:
                asked.add((id(item), name))
                self._attribute(item, name)

    def visit(self, item: Any, depth: int = 0) -> None:
        """Follow a value to what it reads or holds."""
        if id(item) in self.met or len(self.met) > MOST_READS:
            self.found.endless |= len(self.met) > MOST_READS
            return
        match item:
            case FunctionType():
                self.met[id(item)] = item
                self._function(item)
            case MethodType():
                self.visit(item.__func__)
                self.visit(item.__self__)
            case np.ndarray() | BuiltinFunctionType() | np.ufunc() | np.generic():
                return
            case ModuleType() | type():
                self.met[id(item)] = item
                if not is_installed(item):
                    self.objects.append(item)
            case np.random.Generator() | np.random.RandomState():
                self.met[id(item)] = item
                self.found.generators.append(item)
            case dict() | list() | tuple():
                self.met[id(item)] = item
                if depth < DEEPEST:
                    self._items(item, depth)
            case _ if type(item) not in VALUES:
                self.met[id(item)] = item
                self._object(item)

    def _object(self, item: Any) -> None:
        wrapped = getattr(item, "__wrapped__", None)
        if wrapped is not None:
            self.visit(wrapped)
        if not is_installed(type(item)):
            self.objects.append(item)
            self.names.add("__call__")

    def _function(self, function: FunctionType) -> None:
        wrapped = getattr(function, "__wrapped__", None)
        if wrapped is not None:
            self.visit(wrapped)
        if is_installed(function):
            return
        self.found.writes |= writes_around(function)
        if self.through_class:
            self.found.apart.append(function)
        self.names.update(names(function.__code__))
        cells = zip(
            function.__code__.co_freevars, function.__closure__ or (), strict=False
        )
        for name, cell in cells:
            self._read(cell, name, partial(_contents, cell))
        scope = function.__globals__
        for name in names(function.__code__):
            if name in scope:
                self._read(scope, name, partial(scope.get, name))
        for value in function.__defaults__ or ():
            self.visit(value)
            self._read(function, id(value), partial(_itself, value))
        for name, value in (function.__kwdefaults__ or {}).items():
            self._read(function, name, partial(_itself, value))

    def _attribute(self, item: Any, name: str) -> None:
        found = _static(item, name)
        if found is _MISSING:
            return
        if isinstance(found, property):
            found = found.fget
        if isinstance(found, FunctionType | classmethod | staticmethod):
            before, self.through_class = self.through_class, True
            self.visit(getattr(found, "__func__", found))
            self.through_class = before
            return
        self._read(item, name, partial(getattr, item, name, _MISSING))

    def _items(self, items: Any, depth: int) -> None:
        """What stands in a list, a tuple or a dict, and how much there is."""
        if isinstance(items, tuple):
            # the very tuple still holds the very items: asked again are those that may change, or are handed over
            for position, item in enumerate(items):
                if type(item) is tuple:
                    self.visit(item, depth + 1)
                elif type(item) not in VALUES:
                    self._read(items, position, partial(_itself, item), depth)
            return
        self._read(items, "length", partial(len, items))
        pairs = items.items() if isinstance(items, dict) else enumerate(items)
        for key, _ in list(pairs):
            self._read(items, ("item", key), partial(_item, items, key), depth)

    def _read(
        self, holder: Any, name: Hashable, get: Callable[[], Any], depth: int = 0
    ) -> None:
        if (id(holder), name) in self.read:
            return
        self.read.add((id(holder), name))
        value = get()
        if isinstance(value, ModuleType) and is_installed(value):
            return
        called = name if isinstance(name, str) else "constant"
        self.found.reads.append(Readable(called, get, value))
        self.visit(value, depth + 1)


def _itself(value: Any) -> Any:
    return value


def _item(items: Any, key: Any) -> Any:
    try:
        return items[key]
    except (KeyError, IndexError):
        return _MISSING


def _contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _MISSING


def _static(item: Any, name: str) -> Any:
    """An attribute as it is kept, without running a property."""
    kinds = item.__mro__ if isinstance(item, type) else (item, *type(item).__mro__)
    for scope in kinds:
        held = getattr(scope, "__dict__", None)
        if held is not None and name in held:
            return held[name]
    return _MISSING


def held_by(function: FunctionType) -> Iterator[Any]:
    """What a function finds around it, as it is now."""
    for cell in function.__closure__ or ():
        yield _contents(cell)
    for name in names(function.__code__):
        yield function.__globals__.get(name)


def writes_around(function: FunctionType) -> bool:
    """Whether a function, or one inside of it, gives a global or a variable around it another value."""
    ahead, around = [function.__code__], set(function.__code__.co_freevars)
    while ahead:
        code = ahead.pop()
        ahead += [one for one in code.co_consts if isinstance(one, CodeType)]
        for step in dis.get_instructions(code):
            if step.opname.endswith("_GLOBAL") and not step.opname.startswith("LOAD"):
                return True
            if step.opname == "STORE_DEREF" and step.argval in around:
                return True
    return False


def names(code: CodeType) -> Iterator[str]:
    """Every name that a function's code, and the functions inside it, ask for."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names(constant)


def is_installed(item: Any) -> bool:
    """Whether code belongs to Python, to an installed package or to this one: it does not change while it runs."""
    if isinstance(item, FunctionType):
        file = item.__code__.co_filename
    else:
        module = (
            item
            if isinstance(item, ModuleType)
            else sys.modules.get(getattr(item, "__module__", "builtins"))
        )
        if getattr(module, "__name__", "") == "__main__":
            return False
        file = getattr(module, "__file__", None) or "<frozen"
    parts = ("site-packages", "dist-packages")
    return file.startswith((_HERE, _STANDARD, "<frozen")) or any(
        part in file for part in parts
    )
