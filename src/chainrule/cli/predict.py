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
            help="Write a .csv, .json, .npz or .parquet file ('-' or nothing prints CSV).",
            show_default=False,
        ),
    ] = None,
    epoch: Annotated[
        int | None,
        typer.Option(help="The model as it was after that epoch.", show_default=False),
    ] = None,
) -> None:
    """Predict the rows of a table: the class and each one's probability, or the number."""
    from chainrule.train.data import write_predictions as outputs
    from chainrule.train.data.table import read
    from chainrule.train.model_folder import opened

    to_stdout = output is None or str(output) == "-"
    if output is not None and not to_stdout:
        # a name that says no form is refused before any work is done
        outputs.form(output)
    network, features = opened(model, epoch)
    table = read(data)
    predicted = network.predict(features.inputs(table, data.name))
    columns = features.target.decoded(predicted)
    if output is None or to_stdout:
        sys.stdout.write(outputs.as_csv(columns).replace("\r\n", "\n"))
        return
    outputs.write(output, columns)
    sys.stderr.write(f"{table.n_rows} rows to {output}\n")
