"""Options that several verbs share, each said once."""

from __future__ import annotations

from typing import Annotated, Any

import typer

Target = Annotated[
    str | None,
    typer.Argument(
        metavar="[FILE|FILE:FUNCTION|FILE.toml]",
        help="A NumPy script, a function in one, or a network described in TOML.",
        show_default=False,
    ),
]
More = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME=VALUE]...",
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
Loss = Annotated[
    str | None,
    typer.Option(
        help="The name of the loss; with --layers, the kind of loss.",
        show_default=False,
    ),
]
Wrt = Annotated[
    str | None,
    typer.Option(metavar="NAMES", help="The parameters, as W1,b1.", show_default=False),
]
Layers = Annotated[
    str | None,
    typer.Option(
        metavar="SIZES",
        help="A network in words: its sizes, as 3,4,4,1.",
        show_default=False,
    ),
]
Activations = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES", help="With --layers: relu,tanh,sigmoid.", show_default=False
    ),
]
Batch = Annotated[
    int | None,
    typer.Option(help="With --layers: how many samples.", show_default=False),
]
Columns = Annotated[
    bool,
    typer.Option("--columns", help="With --layers: samples are columns, not rows."),
]
Seed = Annotated[int, typer.Option(help="The seed of every number that is made up.")]
LearningRate = Annotated[
    float | None,
    typer.Option(
        "--learning-rate",
        "--lr",
        help="The length of a step; by default 0.1, or what is usual for the optimizer.",
        show_default=False,
    ),
]
OptimizerName = Annotated[
    str | None,
    typer.Option(
        "--optimizer",
        metavar="NAME",
        help="What makes the steps: momentum, adam, lion …; without one, the gradient alone.",
        show_default=False,
    ),
]
Steps = Annotated[int, typer.Option(min=0, help="How many update steps.")]


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
