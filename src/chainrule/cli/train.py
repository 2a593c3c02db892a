"""``chainrule train``: a network from a table, measured on rows it has not seen."""

from __future__ import annotations

import shlex
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.program import UsageError

MANNERS = ("quiet", "restart")
"""Options that say how to go about it; what comes of it is the same."""


def _option(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, show_default=False)


def train(
    data: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE|NAME]",
            help="A .csv, .parquet or .npz file, or digits, iris, wine, breast_cancer, diabetes, moons, spirals,"
            " circles, xor.",
            show_default=False,
        ),
    ] = None,
    *,
    target: Annotated[
        str | None, _option("The column to predict; several as a,b.")
    ] = None,
    ignore: Annotated[str | None, _option("Columns to leave out, as a,b.")] = None,
    task: Annotated[
        str | None,
        _option("classification or regression, where the target does not tell."),
    ] = None,
    impute: Annotated[
        bool | None, _option("Fill missing values.", "--impute/--no-impute")
    ] = None,
    test: Annotated[float | None, _option("The share of rows held out (0.25).")] = None,
    hidden: Annotated[
        str | None, _option("The sizes of the hidden layers (64,32).")
    ] = None,
    activation: Annotated[
        str | None,
        _option("The hidden layers' activation (relu), or one each as relu,tanh."),
    ] = None,
    dropout: Annotated[
        float | None, _option("The share of hidden units silenced in each step (0).")
    ] = None,
    batch_norm: Annotated[
        bool | None,
        _option("Normalise over the batch.", "--batch-norm/--no-batch-norm"),
    ] = None,
    embed: Annotated[
        int | None,
        _option(
            "Learn so many numbers for each word of a column, in place of 0 and 1."
        ),
    ] = None,
    loss: Annotated[
        str | None, _option("The loss, where the usual one will not do.")
    ] = None,
    optimizer: Annotated[str | None, _option("The optimizer (adam).")] = None,
    learning_rate: Annotated[
        float | None, _option("The learning rate.", "--learning-rate", "--lr")
    ] = None,
    schedule: Annotated[
        str | None, _option("How the learning rate changes (constant).")
    ] = None,
    l1: Annotated[
        float | None, _option("Penalty on the sizes of the weights (0).")
    ] = None,
    l2: Annotated[
        float | None, _option("Penalty on the squares of the weights (10 / rows).")
    ] = None,
    clip_value: Annotated[
        float | None, _option("The largest entry of a gradient.")
    ] = None,
    clip_norm: Annotated[
        float | None, _option("The largest common norm of the gradients.")
    ] = None,
    max_norm: Annotated[
        float | None, _option("The largest norm of a unit's weights.")
    ] = None,
    epochs: Annotated[
        int | None, _option("How many passes over the data (100).")
    ] = None,
    batch_size: Annotated[int | None, _option("Rows a batch (32).")] = None,
    accumulate: Annotated[
        int | None, _option("Batches an update, their gradients added up (1).")
    ] = None,
    validation: Annotated[
        float | None,
        _option("The share of the training rows watched for --patience (0.15)."),
    ] = None,
    patience: Annotated[
        int | None, _option("Stop after so many epochs without getting better.")
    ] = None,
    class_weight: Annotated[
        str | None, _option("'balanced': every class counts alike.")
    ] = None,
    detect_anomaly: Annotated[
        bool | None,
        _option(
            "Stop at the first gradient or weight that is not finite, and name its line.",
            "--detect-anomaly/--no-detect-anomaly",
        ),
    ] = None,
    seed: Annotated[int | None, _option("The seed of every random number (0).")] = None,
    dtype: Annotated[str | None, _option("float64 or float32 (float64).")] = None,
    out: Annotated[
        str | None, _option("The folder for the model, its checkpoints and its report.")
    ] = None,
    tensorboard: Annotated[
        str | None, _option("A folder for TensorBoard event files.")
    ] = None,
    restart: Annotated[
        bool | None,
        _option("Forget the checkpoints in --out.", "--restart/--no-restart"),
    ] = None,
    quiet: Annotated[
        bool | None, _option("Print nothing but errors.", "--quiet/--no-quiet", "-q")
    ] = None,
    config: Annotated[
        Path | None, _option("All of the above from a TOML file; options win over it.")
    ] = None,
) -> None:
    """Train a network on a table: standardised, split, fitted, measured, saved."""
    # first of all, so that it holds the options and nothing else
    said = {name: item for name, item in locals().items() if item is not None}
    run(settled(said, said.pop("config", None)))


def settled(said: dict[str, Any], config: Path | None) -> dict[str, Any]:
    """Options and config together, checked.

    Raises:
        UsageError: E412 with every mistake at once, E402 if nothing says what to train on.
    """
    from chainrule.nn.tomlfile import validated
    from chainrule.train.form import TrainForm

    merged = {**(_table_of(config) if config is not None else {}), **said}
    if not merged:
        raise UsageError(
            "E402",
            "there is no data to train on",
            hint="chainrule train data.csv --target NAME",
        )
    return validated(TrainForm, merged, config or "the command line").model_dump()


def _table_of(config: Path) -> dict[str, Any]:
    """The words in a TOML file: at its top, or all in a table ``[train]``; what stands beside that is a mistake."""
    from chainrule.nn.tomlfile import parse

    document = parse(config)
    table = document.pop("train", {})
    return {**document, **table} if isinstance(table, dict) else {"train": table}


def run(words: dict[str, Any]) -> None:
    """Train as told, print what came of it, and keep it."""
    from chainrule.train import tabular
    from chainrule.train.loop.progress import warn
    from chainrule.train.loop.tensorboard import TensorBoard
    from chainrule.train.report import report
    from chainrule.train.shape import Shape

    said = dict(words)
    source, out = words.pop("data"), words["out"]
    quiet, events = words.pop("quiet"), words.pop("tensorboard")
    layers = ("hidden", "activation", "dropout", "batch_norm", "embed")
    shape = Shape(**{name: words.pop(name) for name in layers})
    if words["validation"] is None and words["patience"] is not None:
        words["validation"] = 0.15
    try:
        with ExitStack() as opened:
            boards = [opened.enter_context(TensorBoard(events))] if events else []
            outcome = tabular.train(
                _data(source, words["seed"]),
                **words,
                shape=shape,
                where=Path(source).name,
                verbose=0 if quiet else 1,
                callbacks=boards,
                say=(lambda _: None) if quiet else warn,
            )
    except KeyboardInterrupt:
        again = (
            "the same command goes on from there"
            if out
            else "with --out it could be taken up again"
        )
        sys.stderr.write(f"interrupted; {again}\n")
        raise typer.Exit(130) from None
    if not quiet:
        typer.echo(report.text(outcome))
    if out:
        _keep(outcome, said)


def _data(source: str, seed: int) -> Any:
    from chainrule.train.data.datasets import dataset
    from chainrule.train.data.table import read

    return read(source) if _is_file(source) else dataset(source, seed)


def _is_file(source: str) -> bool:
    """Whether the data are in a file, rather than a set known by name."""
    from chainrule.train.data.datasets import DATASETS

    return source not in DATASETS and ("." in source or Path(source).exists())


def _keep(outcome: Any, words: dict[str, Any]) -> None:
    """Write the report, and say where it is and how to go on."""
    from chainrule.train.model.array_files import write_whole
    from chainrule.train.report import report

    source, out = words["data"], Path(words["out"])
    rows = source if _is_file(source) else "new.csv"
    predict = shlex.join(
        ["chainrule", "predict", str(out), rows, "-o", "predictions.csv"]
    )
    explain = shlex.join(
        ["chainrule", "explain", str(out), "--data", rows, "--row", "0"]
    )
    network = outcome.network
    used = {
        **words,
        "learning_rate": network.optimizer.learning_rate,
        "l2": network.penalty.l2,
    }
    page = report.html(
        outcome,
        f"A network for {Path(source).name}",
        settings={
            key: _joined(item)
            for key, item in used.items()
            if _tells(item) and key not in MANNERS
        },
        commands=[
            ("Predict the rows of a table with the same columns:", predict),
            ("Open one of its rows as a lesson, down to each gradient:", explain),
            (
                "Train on from here, to twice as many epochs:",
                command({**words, "epochs": 2 * words["epochs"]}),
            ),
            ("What made this:", command(words)),
        ],
    )
    write_whole(out / "report.html", page.encode())
    if words["quiet"]:
        return
    typer.echo(f"\nsaved to {out}; report: {out / 'report.html'}")
    typer.echo(f"go on with: {predict}")


def command(words: dict[str, Any]) -> str:
    """The command that trains so: what differs from the defaults."""
    from chainrule.train.form import TrainForm

    parts = ["chainrule", "train", str(words["data"])]
    for key, item in words.items():
        if (
            key in ("data", *MANNERS)
            or item == TrainForm.model_fields[key].get_default()
        ):
            continue
        option = key.replace("_", "-")
        if isinstance(item, bool):
            parts.append(f"--{option}" if item else f"--no-{option}")
        elif _tells(item):
            parts += [f"--{option}", str(_joined(item))]
    return shlex.join(parts)


def _tells(item: Any) -> bool:
    return item is not None and item not in ([], ())


def _joined(item: Any) -> Any:
    return ",".join(map(str, item)) if isinstance(item, list | tuple) else item
