"""A network described in a TOML file: the same words, every mistake told at once with its place."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from chainrule.nn.described import Described, describe
from chainrule.program import UsageError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound="BaseModel")


def describe_toml(path: str | Path, **changes: Any) -> Described:
    """The network that a TOML file describes; ``changes`` are words that replace the file's.

    The words stand at the top of the file or in a table ``[network]``; a table ``[arrays]`` gives numbers.

    Raises:
        UsageError: E412 with every mistake in the file, each with its place.
    """
    words = {**read_file(path), **changes}
    return describe(**words)


def read_file(path: str | Path) -> dict[str, Any]:
    """The words in a TOML file, checked: what ``describe`` takes.

    Raises:
        UsageError: E412 with every mistake in the file, each with its place.
    """
    document = parse(path)
    table = document.get("network")
    words = table if isinstance(table, dict) else document
    if words is not document and "arrays" in document:
        words = {**words, "arrays": document["arrays"]}
    from chainrule.nn.fileform import NetworkForm

    return validated(NetworkForm, words, path).model_dump(exclude_none=True)


def parse(path: str | Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        UsageError: E412 if the file cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("E412", f"{path} is not TOML: {error}") from None
    except OSError as error:
        raise UsageError("E412", f"{path} cannot be read: {error.strerror}") from None


def validated(model: type[Model], table: Mapping[str, Any], path: str | Path) -> Model:
    """``table`` as a ``model``.

    Raises:
        UsageError: E412 with every mistake, a line each.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(table)
    except ValidationError as error:
        mistakes = list(_mistakes(error, model))
        count = "one mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise UsageError(
            "E412", f"{path} has {count}", detail="\n".join(mistakes)
        ) from None


def _mistakes(error: ValidationError, model: type[BaseModel]) -> Iterable[str]:
    for mistake in error.errors():
        place = _place(mistake["loc"])
        if mistake["type"] == "extra_forbidden":
            close = difflib.get_close_matches(
                str(mistake["loc"][-1]), model.model_fields, n=1, cutoff=0.5
            )
            known = (
                f"did you mean {close[0]}?"
                if close
                else f"it takes {', '.join(model.model_fields)}"
            )
            yield f"{place}: is not a setting; {known}"
        else:
            said = mistake["msg"].removeprefix("Value error, ")
            yield f"{place}: {said[:1].lower()}{said[1:]}"


def _place(location: Sequence[int | str]) -> str:
    """``activations[1]`` for ("activations", 1); names pydantic gives to the sides of a union are left out."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not part.startswith(("list[", "function-", "constrained", "str", "float")):
            text += f".{part}" if text else part
    return text
