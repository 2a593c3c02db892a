"""``chainrule predict``: what a trained model says of new rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chainrule.cli import outputs
from chainrule.program import Array, NonFiniteError

if TYPE_CHECKING:
    from chainrule.train.data.table import DataTable

EXAMPLES = """\
chainrule predict model/ new.csv
chainrule predict model/ new.csv -o predictions.csv"""


def predict(
    model: Annotated[
        Path,
        typer.Argument(metavar="MODEL", help="The folder that chainrule train made."),
    ],
    data: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE", help="A table with the columns of the training."
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write a .csv, .json, .npz or .parquet file ('-' or nothing prints CSV).",
            show_default=False,
        ),
    ] = None,
    epoch: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="The model after this epoch, as 5, rather than the last.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Predict the rows of a table: the class and each one's probability, or the number."""
    from chainrule.train.data import write_predictions
    from chainrule.train.data.table import read
    from chainrule.train.model_folder import opened

    if output is None or str(output) == "-":
        form = None
    else:
        # a name that says no form is refused before any work is done
        form = write_predictions.form(output)
    network, features = opened(model, epoch)
    table = read(data, features.words)
    X = features.inputs(table, data.name)
    for sentence in [*table.notes, *features.far(X, table)]:
        sys.stderr.write(f"{sentence}\n")
    predicted = network.predict(X)
    _require_finite(predicted, table, data.name)
    columns = features.target.decoded(predicted)
    if output is None or form is None:
        sys.stdout.write(write_predictions.as_csv(columns).replace("\r\n", "\n"))
        return
    outputs.write(output, form(columns), about=f": {table.n_rows} rows")


def _require_finite(predicted: Array, table: DataTable, where: str) -> None:
    """Refuse to predict what is no number: weights are finite, but sums of huge cells need not be.

    Raises:
        NonFiniteError: E201 at the first row.
    """
    import numpy as np

    wrong = ~np.isfinite(predicted).all(axis=1)
    if wrong.any():
        row = table.row(int(np.argmax(wrong)))
        raise NonFiniteError(
            "E201",
            f"{where}, row {row}: the prediction is not finite",
            hint="its cells are far outside of what the model was trained on",
        )
