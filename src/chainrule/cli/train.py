"""``chainrule train``: a network from a table, measured on rows it has not seen."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.program import UsageError


def _option(text: str, **more: Any) -> Any:
    return typer.Option(help=text, show_default=False, **more)


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
    hidden: Annotated[
        str | None, _option("The sizes of the hidden layers (64,32).")
    ] = None,
    activation: Annotated[
        str | None, _option("The hidden layers' activation (relu).")
    ] = None,
    task: Annotated[
        str | None,
        _option("classification or regression, where the target does not tell."),
    ] = None,
    loss: Annotated[
        str | None, _option("The loss, where the usual one will not do.")
    ] = None,
    optimizer: Annotated[str | None, _option("The optimizer (adam).")] = None,
    learning_rate: Annotated[float | None, _option("The learning rate.")] = None,
    schedule: Annotated[
        str | None, _option("How the learning rate changes (constant).")
    ] = None,
    l1: Annotated[
        float | None, _option("Penalty on the sizes of the weights (0).")
    ] = None,
    l2: Annotated[
        float | None, _option("Penalty on the squares of the weights (10 / rows).")
    ] = None,
    clip_norm: Annotated[
        float | None, _option("The largest common norm of the gradients.")
    ] = None,
    epochs: Annotated[
        int | None, _option("How many passes over the data (100).")
    ] = None,
    batch_size: Annotated[int | None, _option("Rows a step (32).")] = None,
    test: Annotated[float | None, _option("The share of rows held out (0.25).")] = None,
    patience: Annotated[
        int | None, _option("Stop after so many epochs without getting better.")
    ] = None,
    impute: Annotated[
        bool, typer.Option("--impute", help="Fill missing values.")
    ] = False,
    class_weight: Annotated[
        str | None, _option("'balanced': every class counts alike.")
    ] = None,
    seed: Annotated[int | None, _option("The seed of every random number (0).")] = None,
    dtype: Annotated[str | None, _option("float64 or float32 (float64).")] = None,
    out: Annotated[
        str | None, _option("The folder for the model, its checkpoints and its report.")
    ] = None,
    config: Annotated[
        Path | None, _option("All of the above from a TOML file; options win over it.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")
    ] = False,
) -> None:
    """Train a network on a table: standardised, split, fitted, measured, saved."""
    given = {
        "data": data, "target": target, "hidden": _sizes(hidden), "activation": activation, "task": task,
        "loss": loss, "optimizer": optimizer, "learning_rate": learning_rate, "schedule": schedule, "l1": l1,
        "l2": l2, "clip_norm": clip_norm, "epochs": epochs, "batch_size": batch_size, "test": test,
        "patience": patience, "impute": impute or None, "class_weight": class_weight, "seed": seed,
        "dtype": dtype, "out": out,
    }  # fmt: skip
    words = _settled(
        {key: item for key, item in given.items() if item is not None}, config
    )
    from chainrule.train import report, tabular

    source = words.pop("data")
    table = _table(source, words["seed"])
    try:
        outcome = tabular.train(
            table, **words, where=Path(source).name, verbose=0 if quiet else 1
        )
    except KeyboardInterrupt:
        again = (
            "the same command goes on from there"
            if words["out"]
            else "with --out it could be taken up again"
        )
        sys.stderr.write(f"interrupted; {again}\n")
        raise typer.Exit(130) from None
    if not quiet:
        typer.echo(report.text(outcome))
    if words["out"]:
        _keep(outcome, source, Path(words["out"]), quiet=quiet)


def _sizes(text: str | None) -> list[Any] | None:
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return [int(part) if part.isdecimal() else part for part in parts]


def _settled(given: dict[str, Any], config: Path | None) -> dict[str, Any]:
    """Options and config together, checked: every mistake at once."""
    from chainrule.nn.tomlfile import parse, validated
    from chainrule.train.form import TrainForm

    table: dict[str, Any] = {}
    if config is not None:
        document = parse(config)
        table = document.get("train", document)
    merged = {**table, **given}
    if "data" not in merged:
        raise UsageError(
            "E402",
            "there is no data to train on",
            hint="chainrule train data.csv --target NAME",
        )
    return validated(TrainForm, merged, config or "the command line").model_dump()


def _table(source: str, seed: int) -> Any:
    from chainrule.train.datasets import DATASETS, dataset
    from chainrule.train.table import read

    if source in DATASETS or ("." not in source and not Path(source).exists()):
        return dataset(source, seed)
    return read(source)


def _keep(outcome: Any, source: str, out: Path, *, quiet: bool) -> None:
    from chainrule.train import report
    from chainrule.train.files import write_whole

    page = report.html(outcome, f"A network for {Path(source).name}")
    write_whole(out / "report.html", page.encode())
    if quiet:
        return
    rows = source if Path(source).exists() else "new.csv"
    typer.echo(f"\nsaved to {out}; report: {out / 'report.html'}")
    typer.echo(f"go on with: chainrule predict {out} {rows} -o predictions.csv")
