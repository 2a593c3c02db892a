"""Options that several verbs share, each said once."""

from __future__ import annotations

import inspect
import math
import typing
from collections.abc import Callable
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any

import typer

from chainrule.nn.options import NEEDED, Option, options, types
from chainrule.nn.tomlfile import Sized
from chainrule.program import UsageError

METAVARS = {int: "N", float: "NUMBER", str: "NAME"}


def _single(kind: Any) -> Any:
    """The type of one word on the command line: a list is text, as is what else text can stand for."""
    several = typing.get_origin(kind) in (UnionType, typing.Union)
    inside = typing.get_args(kind) if several else (kind,)
    found = next(one for one in inside if one is not NoneType)
    return found if found in (bool, int, float) else str


def _help(option: Option) -> str:
    default = option.default
    usual = ",".join(map(str, default)) if isinstance(default, tuple) else default
    if default is None or default is NEEDED or default is False or usual == "":
        return option.help
    usual = {True: "the usual"}.get(default, usual) if default is True else usual
    return f"{option.help.removesuffix('.')} ({usual})."


def _said(name: str, *flags: str) -> Any:
    """A word of a network's description, as its schema has it."""
    option = options(Sized)[name]
    kind = _single(types(Sized)[name])
    metavar = option.metavar or METAVARS.get(kind)
    return typer.Option(*flags, metavar=metavar, help=_help(option), show_default=False)


Target = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE|FILE:FUNCTION|FILE.toml|MODEL",
        help="A NumPy script or notebook, a function in one, a network described in TOML, or a trained model.",
        show_default=False,
    ),
]
More = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME=VALUE",
        help="Further inputs, as for --with.",
        show_default=False,
    ),
]
With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="NAME=VALUE",
        help="An input of FUNCTION: a shape (x=4,3), integers (y=5:0..2), a number (lr=0.1), "
        "a list (y=[1,0]) or a file (W1=data.npz:W1).",
        show_default=False,
    ),
]
Loss = Annotated[str | None, _said("loss")]
Wrt = Annotated[
    str | None,
    typer.Option(metavar="NAMES", help="The parameters, as W1,b1.", show_default=False),
]
Layers = Annotated[str | None, _said("layers")]
Activations = Annotated[str | None, _said("activations")]
Batch = Annotated[int | None, _said("batch")]
Columns = Annotated[bool, _said("columns", "--columns")]
Seed = Annotated[int, _said("seed")]
LearningRate = Annotated[
    float | None,
    typer.Option(
        "--learning-rate",
        "--lr",
        metavar="NUMBER",
        help="The length of a step, as 0.01; by default 0.1, or what is usual for the optimizer.",
        show_default=False,
    ),
]
OptimizerName = Annotated[
    str | None,
    typer.Option(
        "--optimizer",
        metavar="NAME",
        help="What makes the steps, as momentum or adam; without one, the gradient alone.",
        show_default=False,
    ),
]
Steps = Annotated[
    int, typer.Option(metavar="N", min=0, help="How many update steps are made.")
]


def _seconds(given: float | None) -> float | None:
    """A time that ends.

    Raises:
        UsageError: E411.
    """
    if given is None or (given > 0 and math.isfinite(given)):
        return given
    raise UsageError("E411", f"--timeout is a number of seconds above 0; got {given:g}")


Timeout = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        help="Stop what is still running after so many seconds, as 30.",
        callback=_seconds,
        show_default=False,
    ),
]


Data = Annotated[
    Path | None,
    typer.Option(
        metavar="TABLE",
        help="With a trained model: the table its row is in, as data.csv.",
        show_default=False,
    ),
]
Row = Annotated[int, typer.Option(metavar="N", help="With --data: which row, from 0.")]
Epoch = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="With --data: the model after this epoch, as 5, rather than the last.",
        show_default=False,
    ),
]


def words(
    layers: str | None,
    activations: str | None,
    loss: str | None,
    batch: int | None,
    *,
    columns: bool,
) -> dict[str, Any]:
    """A network in words, as ``nn.describe`` takes it; empty without --layers."""
    if layers is None:
        return {}
    return {
        "layers": layers,
        "activations": activations,
        "loss": loss,
        "batch": batch,
        "columns": columns or None,
    }


def typed(
    schema: type, *, argument: str, **more: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A verb whose parameters, for typer, are the options of a schema; those not said are None.

    ``argument`` is the one that stands without its name; ``more`` are parameters beside the schema's.
    """

    def dressed(verb: Callable[..., None]) -> Callable[..., None]:
        shown: Any = verb
        kinds = {
            name: _parameter(name, option, schema, argument=argument)
            for name, option in options(schema).items()
            if option.written
        }
        kinds = {argument: kinds.pop(argument), **kinds, **more}
        only = inspect.Parameter.KEYWORD_ONLY
        shown.__signature__ = inspect.Signature(
            [
                inspect.Parameter(name, only, default=None, annotation=kind)
                for name, kind in kinds.items()
            ]
        )
        return verb

    return dressed


def _parameter(name: str, option: Option, schema: type, *, argument: str) -> Any:
    said: dict[str, Any] = {"help": _help(option), "show_default": False}
    kind = _single(types(schema)[name])
    said["metavar"] = option.metavar or METAVARS.get(kind)
    if name == argument:
        return Annotated[kind | None, typer.Argument(**said)]
    flag = f"--{name.replace('_', '-')}"
    if kind is bool:
        flag, said["metavar"] = f"{flag}/--no-{flag.removeprefix('--')}", None
    return Annotated[kind | None, typer.Option(flag, *option.flags, **said)]
