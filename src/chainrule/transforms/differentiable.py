"""A function that is derived once for each form of its arguments, and then only run."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.program import Array, UsageError
from chainrule.trace.function import ACTIVE
from chainrule.transforms import following
from chainrule.transforms.called import Called, builders_of
from chainrule.transforms.differentiation import Differentiation
from chainrule.transforms.environment import Environment, environment
from chainrule.transforms.structure import Builder, Nested, leaves_of, taken_apart
from chainrule.transforms.variant import DerivedVariant, owned

MOST_FORMS = 256
MOST_WAYS = 64
"""How many forms of arguments, and ways through its branches for each, are remembered of one function."""
CLOSE = 1e-4


@dataclass(slots=True, eq=False)
class _Form:
    """What is known for one form of arguments: the ways through the branches, the latest last."""

    objects: tuple[Any, ...]
    captured: tuple[int, ...]
    ways: list[following.BranchPath] = field(default_factory=list)
    trusted: set[tuple[bool, ...]] = field(default_factory=set)


class Differentiable:
    """A function with what has been derived from it; ``n_derived`` is how often that was."""

    def __init__(self, asked: Differentiation) -> None:
        self.asked = asked
        self.around: Environment | None = None
        self.version = 0
        self.level = following.EVERYTHING
        self.hashed: tuple[int, ...] = ()
        self.endless = False
        self.forms: dict[Hashable, _Form] = {}
        self.builders: dict[Hashable, tuple[Builder, ...]] = {}
        self.n_derived = 0
        self.latest: DerivedVariant | None = None

    def call(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Called:
        """The function on these arguments, ready to be asked."""
        asked = self.asked
        args, kwargs = asked.complete(args, kwargs)
        tracer = ACTIVE.get()
        try:
            if tracer is None:
                return self._outside(args, kwargs)
        except Nested as nested:
            tracer = nested.tracer
        structures = tuple(asked.argument(one, args, kwargs) for one in asked.wrt)
        apply = following.inside(asked, tracer, args, kwargs)
        return Called(apply, structures, builders_of(structures))

    def _form(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], leaves: list[Any]
    ) -> Hashable:
        """All that a program derived for these arguments depends on besides the numbers of ``leaves``."""
        static, form = self.asked.static, []
        for position, arg in enumerate(args):
            if static and position in static:
                form.append(_fixed(arg))
            else:
                form.append(taken_apart(arg, leaves))
        for name, arg in kwargs.items():
            form.append(name)
            if static and self.asked.place_of(name) in static:
                form.append(_fixed(arg))
            else:
                form.append(taken_apart(arg, leaves))
        return tuple(form)

    def _outside(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Called:
        leaves: list[Any] = []
        form = self._form(args, kwargs, leaves)
        asked = self.asked
        structures = tuple(asked.argument(one, args, kwargs) for one in asked.wrt)

        def apply(extra: Sequence[Any]) -> tuple[Any, list[Any]]:
            with np.errstate(all="ignore"):
                return self._applied(args, kwargs, form, leaves, extra)

        builders = self.builders.get(form)
        if builders is None:
            if len(self.builders) >= MOST_FORMS:
                self.builders.clear()
            builders = self.builders[form] = builders_of(structures)
        return Called(apply, structures, builders)

    def _applied(
        self,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        form: Hashable,
        leaves: list[Any],
        extra: Sequence[Any],
    ) -> tuple[Any, list[Any]]:
        arrays = self._surroundings()
        known = None if self.endless else self.forms.get((form, *arrays[1]))
        if known is not None:
            given = [*leaves, *(arrays[0][i] for i in known.captured)]
            found = _tried(known, given, extra)
            if found is not None:
                way, made = found
                n = way.variant.n_values
                if way.variant.taken in known.trusted or self._agrees(
                    args, kwargs, way, made[:n]
                ):
                    known.trusted.add(way.variant.taken)
                    kept = owned(made[: n + way.variant.n_results], given)
                    self.latest = way.variant
                    return following.arranged(way.returned, kept[:n]), kept[n:]
                self.endless = True
                self.forms.clear()
        return self._derived(args, kwargs, form, leaves, extra)

    def _surroundings(self) -> tuple[list[Array], tuple[Hashable, ...]]:
        """The arrays around the function now, and what to compare of them."""
        if self.around is None:
            self.around = environment(self.asked.function)
        around, arrays = self.around.now()
        if self.around.version != self.version:
            self.version = self.around.version
            self.level, self.hashed = following.EVERYTHING, ()
            self.forms.clear()
        self.endless |= self.around.endless
        contents = tuple(arrays[i].tobytes() for i in self.hashed)
        return arrays, (around, contents)

    def _derived(
        self,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        form: Hashable,
        leaves: list[Any],
        extra: Sequence[Any],
    ) -> tuple[Any, list[Any]]:
        """The function followed and derived, remembered, and its answer."""
        arrays, _ = self._surroundings()
        around = self.around
        dice = around.dice() if around is not None else None
        named = following.Surroundings()
        if around is not None and arrays:
            # no arrays where what is around it never stands still; their last names stay
            named = following.Surroundings(
                around.names, arrays, around.apart, around.writes
            )
        found = following.top(self.asked, args, kwargs, named, self.level)
        self.endless |= found.escaped
        if around is not None and around.dice() != dice:
            # what it draws is drawn anew at every call
            self.endless = True
        self.n_derived += 1
        way = found.way
        self.latest = way.variant
        if not self.endless:
            self._remember(found, form, (*args, *kwargs.values()))
        n = way.variant.n_values
        given = [*leaves, *(arrays[i] for i in found.captured)]
        made = way.variant(given, extra) if extra else found.numbers
        kept = owned(made[: n + way.variant.n_results], given)
        return following.arranged(way.returned, kept[:n]), kept[n:]

    def _remember(
        self, found: following.Found, form: Hashable, objects: tuple[Any, ...]
    ) -> None:
        if (found.level, found.hashed) != (self.level, self.hashed):
            self.level, self.hashed = found.level, found.hashed
            self.forms.clear()
        _, around = self._surroundings()
        if len(self.forms) >= MOST_FORMS:
            self.forms.pop(next(iter(self.forms)))
        known = self.forms.setdefault((form, *around), _Form(objects, found.captured))
        if len(known.ways) >= MOST_WAYS:
            known.ways.pop(0)
        known.ways.append(found.way)

    def _agrees(
        self,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        way: following.BranchPath,
        values: Sequence[Any],
    ) -> bool:
        """Whether the function itself gives the same, the first time that it is not followed.

        One that depends on what cannot be seen (the time, a file, a counter) is found out, and derived anew at every
        call.
        """
        try:
            plain = leaves_of(self.asked.function(*args, **kwargs))
        except Exception:  # noqa: BLE001 - what it makes of plain arguments is its own affair
            return True
        ours = leaves_of(following.arranged(way.returned, values))
        return len(plain) != len(ours) or all(map(_close, plain, ours))


def _close(one: Any, other: Any) -> bool:
    """Whether two arrays are the same up to rounding, wherever both are finite."""
    if np.shape(one) != np.shape(other):
        return False
    a, b = np.asarray(one), np.asarray(other)
    apart = np.abs(np.subtract(a, b, dtype=np.float64))
    size = 1 + np.maximum(np.abs(a), np.abs(b))
    return bool(np.all((apart <= CLOSE * size) | ~np.isfinite(apart)))


def _tried(
    known: _Form, given: Sequence[Any], extra: Sequence[Any]
) -> tuple[following.BranchPath, tuple[Any, ...]] | None:
    """The way whose branches go as these numbers go, and what it gives; None if it is still to be derived."""
    ways = known.ways
    if not ways:
        return None
    way = ways[-1]
    while True:
        made = way.variant(given, extra)
        taken = way.variant.taken
        if not taken:
            return way, made
        seen = tuple(bool(one) for one in made[len(made) - len(taken) :])
        if seen == taken:
            _last(ways, way)
            return way, made
        # up to the first branch that goes another way what was computed is right, and so is that branch
        n = next(i for i, (a, b) in enumerate(zip(seen, taken, strict=True)) if a != b)
        prefix = seen[: n + 1]
        other = next(
            (one for one in ways if one.variant.taken[: n + 1] == prefix), None
        )
        if other is None:
            return None
        way = other


def _last(ways: list[following.BranchPath], way: following.BranchPath) -> None:
    if ways[-1] is not way:
        ways.remove(way)
        ways.append(way)


def _fixed(arg: Any) -> Hashable:
    """A static argument, by its value."""
    try:
        hash(arg)
    except TypeError:
        raise UsageError(
            "E411",
            f"a static argument is compared by its value; {type(arg).__name__} cannot be",
            hint="make it a tuple, a string or a number",
        ) from None
    return type(arg), arg
