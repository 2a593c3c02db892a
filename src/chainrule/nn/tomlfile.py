"""A network described in a TOML file: the same words, every mistake told at once with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from chainrule.nn.constraints import ActivationName, Count, LossName
from chainrule.nn.layer_registry import Layers
from chainrule.nn.layered import describe_layers
from chainrule.nn.mlp import Described, DescribeOptions, FillOptions, describe
from chainrule.nn.options import NEEDED, Option, settled
from chainrule.program import UsageError


# fmt: off
class Layered(FillOptions, total=False):
    """A network layer by layer."""

    inputs: Annotated[Count, Option(NEEDED, "How many numbers a sample has.")]
    layers: Annotated[Layers, Option(NEEDED, "The layers, a table each, by their kind.")]
    loss: Annotated[LossName, Option(NEEDED, "The loss.")]


class Sized(DescribeOptions, total=False):
    """A network by its sizes."""

    layers: Annotated[list[Count], Option(NEEDED, "A network in words: its sizes, as 3,4,4,1.", metavar="SIZES")]
    activations: Annotated[list[ActivationName] | None, Option(None, "With --layers: one for each layer of weights, as relu,sigmoid.", metavar="NAMES")]
    loss: Annotated[LossName | None, Option(None, "The name of the loss, as loss; with --layers, the kind of loss, as mse.")]
# fmt: on


def describe_toml(path: str | Path, **changes: Any) -> Described:
    """The network that a TOML file describes; ``changes`` are words that replace the file's.

    The words stand at the top of the file or in a table ``[network]``; a table ``[arrays]`` gives numbers. Layers
    are sizes, or tables ``[[layers]]``, each with the ``kind`` of the layer and its settings.

    Raises:
        UsageError: E412 with every mistake in the file, each with its place.
    """
    table = _table(path)
    if _tells_layers(table):
        return describe_layers(**settled(Layered, {**table, **changes}, path))
    return describe(**settled(Sized, {**table, **changes}, path))


def _table(path: str | Path) -> dict[str, Any]:
    document = parse(path)
    table = document.get("network")
    words = table if isinstance(table, dict) else document
    beside = [key for key in ("arrays", "layers") if key in document]
    return {**words, **{key: document[key] for key in beside}}


def _tells_layers(table: Mapping[str, Any]) -> bool:
    layers = table.get("layers")
    return isinstance(layers, list) and any(isinstance(one, dict) for one in layers)


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
