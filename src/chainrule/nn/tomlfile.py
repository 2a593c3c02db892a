"""A network described in a TOML file: the same words, every mistake told at once with its place."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from chainrule.nn.layered import describe_layers
from chainrule.nn.mlp import Described, describe
from chainrule.program import UsageError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound="BaseModel")
KINDS = (
    "Dense",
    "Activation",
    "Dropout",
    "BatchNorm",
    "LayerNorm",
    "Embedding",
    "Residual",
)
"""The layers that a file can say; one of the user's own is code, which no file carries."""


def describe_toml(path: str | Path, **changes: Any) -> Described:
    """The network that a TOML file describes; ``changes`` are words that replace the file's.

    The words stand at the top of the file or in a table ``[network]``; a table ``[arrays]`` gives numbers. Layers
    are sizes, or tables ``[[layers]]``, each with the ``kind`` of the layer and its settings.

    Raises:
        UsageError: E412 with every mistake in the file, each with its place.
    """
    table = _table(path)
    if _tells_layers(table):
        from chainrule.nn.layerform import LayeredForm

        form = validated(LayeredForm, {**table, **changes}, path)
        said = form.model_dump(exclude_none=True, exclude={"layers"})
        return describe_layers([one.layer() for one in form.layers], **said)
    return describe(**{**_words(table, path), **changes})


def read_file(path: str | Path) -> dict[str, Any]:
    """The words in a TOML file, checked: what ``describe`` takes.

    Raises:
        UsageError: E412 with every mistake in the file, each with its place.
    """
    return _words(_table(path), path)


def _table(path: str | Path) -> dict[str, Any]:
    document = parse(path)
    table = document.get("network")
    words = table if isinstance(table, dict) else document
    beside = [key for key in ("arrays", "layers") if key in document]
    return {**words, **{key: document[key] for key in beside}}


def _tells_layers(table: Mapping[str, Any]) -> bool:
    layers = table.get("layers")
    return isinstance(layers, list) and any(isinstance(one, dict) for one in layers)


def _words(table: Mapping[str, Any], path: str | Path) -> dict[str, Any]:
    from chainrule.nn.fileform import NetworkForm

    return validated(NetworkForm, table, path).model_dump(exclude_none=True)


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
            known = _fields(mistake["loc"], model)
            meant = _nearest(str(mistake["loc"][-1]), known)
            yield f"{place}: is not a setting; {meant or 'it takes ' + ', '.join(known)}"
        elif mistake["type"] == "union_tag_invalid":
            said = mistake["ctx"]["tag"]
            meant = _nearest(said, KINDS) or f"there are {', '.join(KINDS)}"
            if said == "Written":
                meant = "a function is given in Python: Network([Written(function, ...)], loss)"
            yield f"{place}.kind: there is no layer {said!r} here; {meant}"
        elif mistake["type"] == "union_tag_not_found":
            yield f"{place}.kind: is missing; there are {', '.join(KINDS)}"
        elif mistake["type"] == "model_attributes_type":
            yield f'{place}: should be a table, such as {{kind = "Dense", units = 4}}'
        else:
            said = mistake["msg"].removeprefix("Value error, ")
            yield f"{place}: {said[:1].lower()}{said[1:]}"


def _nearest(name: str, known: Iterable[str]) -> str:
    """A question for the name that was meant; empty if none is near."""
    meant = {one.lower(): one for one in known}
    close = difflib.get_close_matches(name.lower(), meant, n=1, cutoff=0.5)
    return f"did you mean {meant[close[0]]}?" if close else ""


def _fields(location: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    """What may stand at a place: the settings of the innermost layer, or of the whole file."""
    from chainrule.nn.layerform import FORMS

    kinds = [part for part in location if part in KINDS]
    return list((FORMS[str(kinds[-1])] if kinds else model).model_fields)


def _place(location: Sequence[int | str]) -> str:
    """``activations[1]`` for ("activations", 1); names pydantic gives to the sides of a union are left out."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part not in KINDS and not part.startswith(
            ("list[", "function-", "constrained", "str", "float")
        ):
            text += f".{part}" if text else part
    return text
