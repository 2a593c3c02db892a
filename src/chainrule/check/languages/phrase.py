"""A phrase: how a call of a framework is said in NumPy, read in both directions."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Tree = TypeVar("Tree", bound=ast.AST)
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

    def read(
        self, args: Sequence[ast.expr], keywords: Mapping[str, ast.expr]
    ) -> ast.expr | None:
        """The call in NumPy; None where these are not its arguments.

        >>> phrase = phrases(
        ...     "sum(x, dim, keepdim) → np.sum(x, axis=dim, keepdims=keepdim)"
        ... )[0]
        >>> x, dim = ast.Name("g"), ast.Constant(0)
        >>> ast.unparse(phrase.read([x], {"dim": dim}))
        'np.sum(g, axis=0)'
        """
        holes: dict[str, ast.expr | list[ast.expr]] = dict(self.defaults)
        if self.rest is None and len(args) > len(self.parameters):
            return None
        holes.update(zip(self.parameters, args, strict=False))
        if self.rest is not None:
            rest = list(args[len(self.parameters) :])
            if len(rest) == 1 and isinstance(rest[0], ast.Tuple | ast.List):
                rest = rest[0].elts
            holes[self.rest] = rest
        for name, value in keywords.items():
            if name not in self.parameters or self.parameters.index(name) < len(args):
                return None
            holes[name] = value
        try:
            (filled,) = _filled(self.ours, holes, {*self.parameters, self.rest})
        except Missing:
            return None
        read: ast.expr = filled
        return read

    def write(self, node: ast.expr) -> tuple[list[ast.expr], list[ast.keyword]] | None:
        """The arguments with which ``theirs`` says ``node``; None where it is not what this phrase says.

        >>> phrase = phrases(
        ...     "sum(x, dim, keepdim) → np.sum(x, axis=dim, keepdims=keepdim)"
        ... )[0]
        >>> args, keywords = phrase.write(
        ...     ast.parse("np.sum(g, axis=0)", mode="eval").body
        ... )
        >>> ast.unparse(args[0]), ast.unparse(keywords[0])
        ('g', 'dim=0')
        """
        holes: dict[str, Any] = {}
        if not _unified(self.ours, node, {*self.parameters, self.rest}, holes):
            return None
        args: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        named = {
            value.id
            for one in ast.walk(self.ours)
            if isinstance(one, ast.keyword)
            for value in (one.value,)
            if isinstance(value, ast.Name)
        }
        for name in self.parameters:
            value = holes.get(name)
            if value is None:
                if name not in named and name not in self.defaults:
                    return None
            elif name in named or len(args) < self.parameters.index(name):
                keywords.append(ast.keyword(name, value))
            else:
                args.append(value)
        if self.rest is not None:
            args += holes.get(self.rest, [])
        return args, keywords


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


def _unified(
    form: Any, node: Any, names: set[str | None], holes: dict[str, Any]
) -> bool:
    """Whether ``node`` is ``form`` with its holes filled; what fills them is put into ``holes``."""
    match form, node:
        case ast.Name(id=name), ast.expr() if name in names:
            held = holes.setdefault(name, node)
            return held is node or ast.dump(held) == ast.dump(node)
        case ast.Call(), ast.Call():
            return (
                _unified(form.func, node.func, names, holes)
                and _all_unified(form.args, node.args, names, holes)
                and _keywords_unified(form, node, names, holes)
            )
        case ast.AST(), ast.AST() if type(form) is type(node):
            return all(
                _unified(mine, getattr(node, name, None), names, holes)
                for name, mine in ast.iter_fields(form)
                if name != "ctx"
            )
        case list(), list():
            return _all_unified(form, node, names, holes)
        case _:
            return bool(form == node)


def _all_unified(
    forms: Sequence[Any],
    nodes: Sequence[Any],
    names: set[str | None],
    holes: dict[str, Any],
) -> bool:
    last = forms[-1] if forms else None
    if isinstance(last, ast.Starred) and isinstance(last.value, ast.Name):
        holes[last.value.id] = list(nodes[len(forms) - 1 :])
        forms, nodes = forms[:-1], nodes[: len(forms) - 1]
    return len(forms) == len(nodes) and all(
        _unified(form, node, names, holes)
        for form, node in zip(forms, nodes, strict=True)
    )


def _keywords_unified(
    form: ast.Call, node: ast.Call, names: set[str | None], holes: dict[str, Any]
) -> bool:
    given = {one.arg: one.value for one in node.keywords}
    for keyword in form.keywords:
        value = given.pop(keyword.arg, None)
        if value is not None and not _unified(keyword.value, value, names, holes):
            return False
        if value is None and not (
            isinstance(keyword.value, ast.Name) and keyword.value.id in names
        ):
            return False
    return not given


def dotted(node: ast.AST) -> tuple[str, ...] | None:
    """``a.b.c`` as its words; None for anything else."""
    words: list[str] = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    return (node.id, *reversed(words)) if isinstance(node, ast.Name) else None


def placed(node: ast.expr, like: ast.AST) -> ast.expr:
    """``node``, and what is new in it, at the place of ``like``."""
    for child in ast.walk(node):
        if isinstance(child, ast.expr | ast.keyword) and not hasattr(child, "lineno"):
            ast.copy_location(child, like)
    return node


def again(node: Tree) -> Tree:
    """A copy."""
    return copy.deepcopy(node)


def head(node: ast.expr) -> str:
    """By what a phrase is looked up: the function called, the attribute, the kind of expression."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return f"{name}()"
        case ast.Attribute(attr=name):
            return f".{name}"
        case _:
            return ""


def numpy_call(
    name: str, args: list[ast.expr], keywords: list[ast.keyword]
) -> ast.Call:
    """``np.name(*args, **keywords)``, without a place."""
    func = ast.parse(f"np.{name}", mode="eval").body
    for node in ast.walk(func):
        for place in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
            if hasattr(node, place):
                delattr(node, place)
    return ast.Call(func, args, keywords)
