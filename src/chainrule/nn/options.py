"""Options: what a call, a TOML file and a command line may say, each written once.

A schema is a ``TypedDict``, an option a line in it: its name, what it takes, what is usual, what to say of it. Static
checkers read the same line through ``**options: Unpack[Schema]``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from chainrule.program import ChainruleError, UsageError
from chainrule.program.errors import nearest

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Called = TypeVar("Called", bound=Callable[..., Any])
NEEDED: Any = ...
"""The default of an option without one."""


@dataclass(frozen=True, slots=True)
class Option:
    """What is usual for an option, what to say of it, and where it applies beside the schema it stands in."""

    default: Any
    help: str
    flags: tuple[str, ...] = ()
    """Other names on the command line."""
    metavar: str = ""
    """What the command line calls its value."""
    written: bool = True
    """Whether a file and a command line can say it; objects they cannot."""
    estimator: bool = False
    """Whether the estimators have it too, under the same name."""
    binding: bool = False
    """Whether a training that is taken up again must have the same value."""
    manner: bool = False
    """Whether it says how to go about it, and nothing about what comes of it."""


@dataclass(frozen=True, slots=True)
class NestedPlaces:
    """In an annotation: a value with places of its own, such as a list of layers, each mistake told at its place."""

    read: Callable[[Any, str], tuple[Any, list[Mistake]]]


@cache
def hints(schema: type) -> Mapping[str, Any]:
    """The names of a schema with all that is said about what they take."""
    return MappingProxyType(get_type_hints(schema, include_extras=True))


@cache
def types(schema: type) -> Mapping[str, Any]:
    """The plain types of a schema's options, without what they take."""
    return MappingProxyType(get_type_hints(schema))


@cache
def options(schema: type) -> Mapping[str, Option]:
    """The options of a schema by name, in their order."""
    said = [(name, notes(hint)) for name, hint in hints(schema).items()]
    found = {name: one for name, all_of in said for one in all_of if isinstance(one, Option)}  # fmt: skip
    return MappingProxyType(found)


def notes(hint: Any) -> tuple[Any, ...]:
    """What stands beside the type in an annotation."""
    return getattr(hint, "__metadata__", ())


def usual(schema: type) -> dict[str, Any]:
    """What every option of a schema is where nothing is said."""
    return {
        name: option.default
        for name, option in options(schema).items()
        if option.default is not NEEDED
    }


def settled(schema: type, given: Mapping[str, Any], where: str | Path = "") -> Any:
    """All options of a schema: as given, read and checked, the others as is usual.

    ``where`` is the file or command line they were given in; without one it was a call.

    Raises:
        UsageError: E412 with every mistake of a file; for a call E410 for a name that does not exist, E411 for a
            value that an option does not take, or the error that reading it raised.
    """
    said, wrong = read(schema, given)
    said = {**usual(schema), **said}
    missing = [name for name in options(schema) if name not in {**said, **given}]
    wrong += [Mistake(name, "is missing") for name in missing]
    if not wrong:
        return said
    raise in_file(where, wrong) if where else wrong[0].in_call()


def read(
    schema: type, given: Mapping[str, Any], start: str = ""
) -> tuple[dict[str, Any], list[Mistake]]:
    """What is given for the names of a schema (or the fields of a class) as it is kept, and every mistake in it."""
    said: dict[str, Any] = {}
    wrong: list[Mistake] = []
    for name, value in given.items():
        where, hint = place((name,), start), hints(schema).get(name)
        if hint is None:
            meant = nearest(name, hints(schema), f"it takes {', '.join(hints(schema))}")
            wrong.append(Mistake(where, f"is not a setting; {meant}"))
            continue
        inside = [one for one in notes(hint) if isinstance(one, NestedPlaces)]
        said[name], more = (
            inside[0].read(value, where) if inside else _read(hint, value, where)
        )
        wrong += more
    return said, wrong


@cache
def _reader(hint: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(hint)


def _read(hint: Any, value: Any, where: str) -> tuple[Any, list[Mistake]]:
    from pydantic import ValidationError

    try:
        return _reader(hint).validate_python(value), []
    except ValidationError as error:
        return None, [_mistake(found, where) for found in error.errors()]


def _mistake(found: Any, start: str) -> Mistake:
    where, why = place(found["loc"], start), found.get("ctx", {}).get("error")
    if isinstance(why, ChainruleError):
        return Mistake(where, why.message, why)
    said = str(why or found["msg"])
    return Mistake(where, f"{said[:1].lower()}{said[1:]}")


def part_of(schema: type, said: Mapping[str, Any]) -> Any:
    """Those of the options said that a schema has."""
    return {name: item for name, item in said.items() if name in options(schema)}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, where; with the error that reading it raised, if that has a code of its own."""

    where: str
    what: str
    error: ChainruleError | None = None

    def __str__(self) -> str:
        if self.error is None:
            return f"{self.where}: {self.what}"
        hint = f"; {self.error.hint}" if self.error.hint else ""
        return f"{self.where}: {self.error.message}{hint}"

    def in_call(self) -> ChainruleError:
        """The error to raise where there was a call, and no file."""
        if self.error is not None:
            return self.error
        code = "E410" if self.what.startswith("is not a setting") else "E411"
        return UsageError(code, f"{self.where} {self.what}")


def in_file(where: str | Path, wrong: Sequence[Mistake]) -> UsageError:
    """E412 for a file or a command line, with every mistake in it."""
    count = "one mistake" if len(wrong) == 1 else f"{len(wrong)} mistakes"
    return UsageError("E412", f"{where} has {count}", detail="\n".join(map(str, wrong)))


def place(location: Sequence[int | str], start: str = "") -> str:
    """Where a mistake is, as it would be written.

    >>> place((1, "units"), "layers")
    'layers[1].units'
    """
    text = start
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def taking(schema: type) -> Callable[[Called], Called]:
    """A function of ``**options`` that shows every one of them, by name, in its signature and its docstring."""

    def dressed(called: Called) -> Called:
        before = inspect.signature(called)
        own = [one for one in before.parameters.values() if one.kind != one.VAR_KEYWORD]
        more = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=option.default,
                annotation=types(schema)[name],
            )
            for name, option in options(schema).items()
        ]
        shown: Any = called
        shown.__signature__ = before.replace(parameters=[*own, *more])
        return called

    return dressed
