"""``chainrule explain``: the lesson of a network, in the terminal and as files."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.cli import options, point


class Level(StrEnum):
    """How far a lesson zooms in."""

    network = "network"
    layer = "layer"
    line = "line"
    entry = "entry"


def _medium(ending: str) -> Any:
    return typer.Option(
        f"--{ending}",
        metavar="FILE",
        help=f"Write the lesson as {ending} ('-' prints it).",
        show_default=False,
    )


def explain(
    target: options.Target = None,
    more: options.More = None,
    *,
    inputs: options.With = None,
    loss: options.Loss = None,
    wrt: options.Wrt = None,
    optimizer: options.OptimizerName = None,
    learning_rate: options.LearningRate = None,
    steps: options.Steps = 1,
    step: Annotated[
        int, typer.Option(min=1, help="Which of the steps the lesson tells.")
    ] = 1,
    level: Annotated[Level, typer.Option(help="How far to zoom in.")] = Level.line,
    layers: options.Layers = None,
    activations: options.Activations = None,
    batch: options.Batch = None,
    columns: options.Columns = False,
    seed: options.Seed = 0,
    data: Annotated[
        Path | None,
        typer.Option(help="With a trained model: the table.", show_default=False),
    ] = None,
    row: Annotated[int, typer.Option(help="With --data: which row, from 0.")] = 0,
    epoch: Annotated[
        int | None,
        typer.Option(
            help="With --data: the model as it was after this epoch.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[Path | None, _medium("html")] = None,
    latex: Annotated[Path | None, _medium("latex")] = None,
    markdown: Annotated[Path | None, _medium("markdown")] = None,
    notebook: Annotated[Path | None, _medium("notebook")] = None,
    json: Annotated[Path | None, _medium("json")] = None,
    text: Annotated[Path | None, _medium("text")] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Only write the files.")
    ] = False,
) -> None:
    """Tell the lesson of a network: every step of the forward and backward pass, in symbols and numbers.

    A script is run as `python FILE` would run it, with your rights.
    """
    words = options.words(layers, activations, loss, batch, columns=columns)
    found = point.find(
        target,
        [*(inputs or []), *(more or [])],
        loss=None if words else loss,
        wrt=wrt,
        words=words,
        seed=seed,
        row=point.Row(data, row, epoch) if data is not None else None,
    )
    from chainrule.lesson import explain as tell

    lesson = tell(
        found.run,
        loss=found.loss,
        wrt=found.parameters,
        optimizer=optimizer,
        learning_rate=learning_rate,
        steps=steps,
        step=step,
        level=level.value,
    )
    media = {
        "html": html,
        "latex": latex,
        "markdown": markdown,
        "notebook": notebook,
        "json": json,
        "text": text,
    }
    asked = {name: path for name, path in media.items() if path is not None}
    to_stdout = [name for name, path in asked.items() if str(path) == "-"]
    if not quiet and not to_stdout:
        lesson.print()
    for name, path in asked.items():
        if name in to_stdout:
            sys.stdout.write(getattr(lesson, f"to_{name}")())
            continue
        lesson.save(path, medium=name)
        sys.stderr.write(f"wrote {path}\n")
