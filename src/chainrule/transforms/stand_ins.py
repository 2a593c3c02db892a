"""A function that sees other arrays where its closure, its globals and its objects hold theirs; nothing of the user's is touched.

``lambda w: loss(X.T @ w)`` computes with an array that is no argument. To follow that, copies of the function, and of
the functions and objects it reaches, hold traced values in the place of arrays.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from functools import partial
from types import CellType, FunctionType, MethodType
from typing import Any

import numpy as np

from chainrule.transforms.environment import VALUES, held_by, is_installed, names


class StandIns:
    """Copies in which each array stands for what ``of`` has for its id."""

    def __init__(self, of: Mapping[int, Any]) -> None:
        self.of = of
        self.made: dict[int, Any] = {}
        self.kept: list[Any] = []
        self.used: set[int] = set()

    def __call__(self, item: Any) -> Any:
        """``item`` with arrays exchanged; the very object where there is nothing to exchange in it."""
        if isinstance(item, np.ndarray):
            if id(item) not in self.of:
                return item
            self.used.add(id(item))
            return self.of[id(item)]
        if not self.of or type(item) in VALUES or isinstance(item, type | np.generic):
            return item
        if id(item) not in self.made:
            self.kept.append(item)
            self.made[id(item)] = item
            self.made[id(item)] = self._copied(item)
        return self.made[id(item)]

    def is_split(self, apart: Iterable[FunctionType]) -> bool:
        """Whether one of these functions, which are not copied, finds around it what others find exchanged."""
        return any(
            id(held) in self.used or self.made.get(id(held), held) is not held
            for function in apart
            for held in held_by(function)
        )

    def _copied(self, item: Any) -> Any:
        match item:
            case FunctionType():
                return item if is_installed(item) else self._function(item)
            case MethodType():
                owner, function = self(item.__self__), self(item.__func__)
                if owner is item.__self__ and function is item.__func__:
                    return item
                return MethodType(function, owner)
            case partial():
                args = [self(one) for one in item.args]
                keywords = {key: self(one) for key, one in item.keywords.items()}
                return partial(self(item.func), *args, **keywords)
            case dict() if type(item) is dict:
                return self._if_new(item, {key: self(one) for key, one in item.items()})
            case list() if type(item) is list:
                return self._if_new(item, [self(one) for one in item])
            case tuple():
                parts = [self(one) for one in item]
                if all(map(_is, parts, item)):
                    return item
                kind = type(item)
                return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
            case _:
                return self._object(item)

    @staticmethod
    def _if_new(item: Any, made: Any) -> Any:
        pairs = (
            zip(item.values(), made.values(), strict=True)
            if isinstance(item, dict)
            else zip(item, made, strict=True)
        )
        return item if all(one is other for one, other in pairs) else made

    def _object(self, item: Any) -> Any:
        """An object of a user's class, or one that stands for a function."""
        around = getattr(item, "__chainrule_around__", None)
        if around is not None:
            return around(self)
        held = getattr(item, "__dict__", None)
        if not isinstance(held, dict) or is_installed(type(item)):
            return item
        changed = {key: self(one) for key, one in held.items()}
        if all(changed[key] is one for key, one in held.items()):
            return item
        again = copy.copy(item)
        again.__dict__.update(changed)
        return again

    def _function(self, function: FunctionType) -> Any:
        # known before its closure is looked at: a function may be in its own
        again = FunctionType(
            function.__code__,
            dict(function.__globals__),
            function.__name__,
            tuple(self(one) for one in function.__defaults__ or ()) or None,
            tuple(CellType() for _ in function.__closure__ or ()) or None,
        )
        again.__kwdefaults__ = (
            {key: self(one) for key, one in function.__kwdefaults__.items()}
            if function.__kwdefaults__
            else None
        )
        again.__dict__.update(function.__dict__)
        again.__qualname__ = function.__qualname__
        self.made[id(function)] = again
        cells = function.__closure__ or ()
        changed = False
        for cell, new in zip(cells, again.__closure__ or (), strict=True):
            try:
                new.cell_contents = self(cell.cell_contents)
            except ValueError:  # nothing in it yet
                continue
            changed |= new.cell_contents is not cell.cell_contents
        for name in names(function.__code__):
            if name in function.__globals__:
                held = function.__globals__[name]
                again.__globals__[name] = self(held)
                changed |= again.__globals__[name] is not held and held is not function
        return again if changed else function


def _is(one: Any, other: Any) -> bool:
    return one is other
