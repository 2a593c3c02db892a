"""A phrase: how a call of a framework is said in NumPy."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Holes = Mapping[str, "ast.expr | list[ast.expr]"]
ARROW = "→"
ROOTS = frozenset({"torch", "F", "jax"})


class Missing(Exception):  # noqa: N818 - it says what happened
    """A hole that must be filled is not."""


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """``theirs(parameters)`` is ``ours``, an expression in which the parameters' names are holes.

    A parameter with a default may be left out; so may one that ``ours`` passes on by keyword. ``rest`` gathers what
    is left of the arguments.
    """

    theirs: str
    parameters: tuple[str, ...]
    rest: str | None
    defaults: Mapping[str, ast.expr]
    ours: ast.expr

    def applied(
        self, args: Sequence[Any], keywords: Mapping[str, Any]
    ) -> tuple[ast.expr, dict[str, Any]] | None:
        """The call in NumPy, and what its names stand for; None where these are not its arguments.

        >>> phrase = phrases(
        ...     "sum(x, dim, keepdim) → np.sum(x, axis=dim, keepdims=keepdim)"
        ... )[0]
        >>> call, held = phrase.applied(["g"], {"dim": 0})
        >>> ast.unparse(call), held
        ('np.sum(x, axis=dim)', {'x': 'g', 'dim': 0})
        """
        if self.rest is None and len(args) > len(self.parameters):
            return None
        given = dict(zip(self.parameters, args, strict=False))
        if not given.keys().isdisjoint(keywords) or not keywords.keys() <= {*self.parameters}:  # fmt: skip
            return None
        given.update(keywords)
        holes: Holes = {
            **self.defaults,
            **{name: ast.Name(name, ast.Load()) for name in given},
        }
        if self.rest is not None:
            rest = spread(args[len(self.parameters) :])
            names = [f"{self.rest}_{i}" for i in range(len(rest))]
            given.update(zip(names, rest, strict=True))
            holes = {**holes, self.rest: [ast.Name(n, ast.Load()) for n in names]}
        try:
            (filled,) = _filled(self.ours, holes, {*self.parameters, self.rest})
        except Missing:
            return None
        return filled, given


def spread(rest: Sequence[Any]) -> list[Any]:
    """The arguments gathered in a star: those in one tuple or list, or each by itself."""
    only = len(rest) == 1 and isinstance(rest[0], tuple | list)
    return list(rest[0]) if only else list(rest)


def phrases(table: str, home: str = "") -> tuple[Phrase, ...]:
    """The phrases of a table, one a line; ``home`` stands before names without a dot."""
    return tuple(
        _phrase(line, home) for line in table.strip().splitlines() if line.strip()
    )


def _phrase(line: str, home: str) -> Phrase:
    left, _, right = line.partition(ARROW)
    call = ast.parse(left.strip(), mode="eval").body
    if not isinstance(call, ast.Call):
        message = f"not a call: {left}"
        raise TypeError(message)
    names = [one.id for one in call.args if isinstance(one, ast.Name)]
    rest = next(
        (ast.unparse(one.value) for one in call.args if isinstance(one, ast.Starred)),
        None,
    )
    defaults = {one.arg or "": one.value for one in call.keywords}
    theirs = ast.unparse(call.func)
    return Phrase(
        theirs if theirs.partition(".")[0] in ROOTS else f"{home}{theirs}",
        (*names, *defaults),
        rest,
        defaults,
        ast.parse(right.strip(), mode="eval").body,
    )


def _filled(node: Any, holes: Holes, names: set[str | None]) -> Iterator[Any]:
    """``node`` with its holes filled; a starred hole gives all it holds, a keyword without a value goes away."""
    match node:
        case ast.Starred(value=ast.Name(id=name)) if name in names:
            held = holes.get(name, [])
            yield from held if isinstance(held, list) else [held]
        case ast.Name(id=name) if name in names:
            held = holes.get(name, [])
            if isinstance(held, list):
                raise Missing
            yield held
        case ast.keyword(arg=arg, value=ast.Name(id=name)) if name in names:
            if name in holes:
                yield ast.keyword(arg, holes[name])  # type: ignore[arg-type]
        case ast.AST():
            made = type(node)()
            for name, child in ast.iter_fields(node):
                if isinstance(child, list):
                    filled = [
                        one for part in child for one in _filled(part, holes, names)
                    ]
                    setattr(made, name, filled)
                elif isinstance(child, ast.AST):
                    (one,) = _filled(child, holes, names)
                    setattr(made, name, one)
                else:
                    setattr(made, name, child)
            yield made
        case _:
            yield node
