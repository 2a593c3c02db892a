"""``chainrule predict``: what a trained model says of new rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def predict(
    model: Annotated[
        Path, typer.Argument(help="The folder that chainrule train made.")
    ],
    data: Annotated[
        Path, typer.Argument(help="A table with the columns of the training.")
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write a CSV file ('-' or nothing prints it).",
            show_default=False,
        ),
    ] = None,
    epoch: Annotated[
        int | None,
        typer.Option(help="The model as it was after that epoch.", show_default=False),
    ] = None,
) -> None:
    """Predict the rows of a table: the class and each one's probability, or the number."""
    from chainrule.train.files import write_whole
    from chainrule.train.table import read, written
    from chainrule.train.tabular import opened

    network, features = opened(model, epoch)
    table = read(data)
    predicted = network.predict(features.inputs(table, data.name))
    text = written(features.target.decoded(predicted))
    if output is None or str(output) == "-":
        sys.stdout.write(text.replace("\r\n", "\n"))
        return
    write_whole(output, text.encode())
    sys.stderr.write(f"{table.n_rows} rows to {output}\n")
