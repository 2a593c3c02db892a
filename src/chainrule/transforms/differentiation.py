"""What is asked of a function: which derivative, by which of its arguments, and which of them are fixed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from chainrule.program import UsageError
from chainrule.transforms.derivation import Kind

Wrt = int | str


class Differentiation:
    """A function, and what is wanted of it: a ``kind`` of derivative by the arguments ``wrt``, with others ``static``."""

    def __init__(
        self,
        function: Callable[..., Any],
        kind: Kind,
        wrt: Wrt | Sequence[Wrt],
        static: Wrt | Sequence[Wrt],
        *,
        single_loss: bool = False,
        has_aux: bool = False,
    ) -> None:
        self.whole = function
        self.given = wrt, static
        self.before: tuple[Any, ...] = ()
        self.keywords: Mapping[str, Any] = {}
        while isinstance(function, partial):
            self.before = (*function.args, *self.before)
            self.keywords = {**function.keywords, **self.keywords}
            function = function.func
        self.function = function
        self.kind = kind
        self.single_loss = single_loss
        self.has_aux = has_aux
        self.parameters = _parameters(function)
        self.single = isinstance(wrt, int | str)
        self.wrt = self._places((wrt,) if isinstance(wrt, int | str) else tuple(wrt))
        self.static = self._places(
            (static,) if isinstance(static, int | str) else tuple(static)
        )

    def _places(self, given: Sequence[Wrt]) -> tuple[Wrt, ...]:
        """Arguments as positions where they have one, behind what a partial function holds already."""
        found: list[Wrt] = []
        for one in given:
            if isinstance(one, str) and one in self.parameters:
                found.append(self.parameters.index(one))
            elif isinstance(one, int) and not isinstance(one, bool) and one >= 0:
                found.append(one + len(self.before))
            elif isinstance(one, str):
                found.append(one)
            else:
                raise UsageError(
                    "E411",
                    f"an argument is a position from 0 on, or a name; got {one!r}",
                )
        return tuple(found)

    def about(
        self, function: Callable[..., Any], kind: Kind | None = None
    ) -> Differentiation:
        """The same asked of another function, or something else of it."""
        wrt, static = self.given
        return Differentiation(
            function,
            kind or self.kind,
            wrt,
            static,
            single_loss=self.single_loss,
            has_aux=self.has_aux,
        )

    def settings(self) -> dict[str, Any]:
        """What it was made with."""
        wrt, static = self.given
        aux = {"has_aux": True} if self.has_aux else {}
        return {"wrt": wrt, "static": static, **aux}

    def name_of(self, place: Wrt) -> str:
        """An argument's name."""
        if isinstance(place, str):
            return place
        listed = place < len(self.parameters)
        return self.parameters[place] if listed else f"arg{place}"

    def place_of(self, name: str) -> Wrt:
        """An argument's position if it has one, else its name."""
        return self.parameters.index(name) if name in self.parameters else name

    def is_static(self, place: Wrt) -> bool:
        """Whether an argument is taken by its value."""
        return place in self.static

    def argument(self, one: Wrt, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """One of the arguments given."""
        if isinstance(one, int) and one < len(args):
            return args[one]
        return kwargs[self.name_of(one)]

    def complete(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
        """All arguments of a call: those held already, and what is differentiated by where it is left to its default."""
        if self.before or self.keywords:
            args, kwargs = (*self.before, *args), {**self.keywords, **kwargs}
        for one in self.wrt:
            name = self.name_of(one)
            if name in kwargs or (isinstance(one, int) and one < len(args)):
                continue
            default = _default(self.function, name)
            if default is inspect.Parameter.empty:
                raise UsageError(
                    "E411",
                    f"the argument {name!r}, to differentiate by, was not given",
                )
            kwargs = {**kwargs, name: default}
        return args, kwargs


def _parameters(function: Callable[..., Any]) -> list[str]:
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    named = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one.name for one in found if one.kind in named]


def _default(function: Callable[..., Any], name: str) -> Any:
    try:
        found = inspect.signature(function).parameters.get(name)
    except (TypeError, ValueError):
        return inspect.Parameter.empty
    return inspect.Parameter.empty if found is None else found.default
