"""``chainrule train``: a network from a table, measured on rows it has not seen."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.cli import outputs
from chainrule.cli.options import typed
from chainrule.nn.constraints import Flag, Text, whole
from chainrule.nn.options import NEEDED, Option, options, part_of, settled
from chainrule.program import ChainruleError, UsageError
from chainrule.program.files import replace_file
from chainrule.train.data.datasets import DATASETS
from chainrule.train.options import TableOptions

EXAMPLES = """\
chainrule train data.csv --target species --out model
chainrule train digits --hidden 128,64 --epochs 30
chainrule train --config run.toml --epochs 200"""


Factor = Annotated[int, whole(2)]


# fmt: off
class TrainOptions(TableOptions, total=False):
    """What ``chainrule train`` is told."""

    data: Annotated[Text, Option(NEEDED, f"A .csv, .parquet or .npz file, or {', '.join(DATASETS)}.", metavar="FILE|NAME")]
    search: Annotated[Text | None, Option(None, "A TOML file of options with lists, as search.toml: all combinations are trained, the best is kept.", metavar="FILE.toml")]
    halving: Annotated[Factor | None, Option(None, "Of so many networks of the search one goes on after each round, as 3.")]
    tensorboard: Annotated[Text | None, Option(None, "A folder for TensorBoard event files, as runs.", metavar="FOLDER")]
    quiet: Annotated[Flag, Option(False, "Print nothing but errors.", ("-q",), manner=True)]
# fmt: on


@typed(
    TrainOptions,
    argument="data",
    config=Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="All of the above from a TOML file, as run.toml; options win over it.",
            show_default=False,
        ),
    ],
)
def train(**said: Any) -> None:
    """Train a network on a table: standardised, split, fitted, measured, saved."""
    config = said.pop("config")
    run(settled_with({k: v for k, v in said.items() if v is not None}, config))


def settled_with(said: dict[str, Any], config: Path | None) -> dict[str, Any]:
    """Options and config together, checked.

    Raises:
        UsageError: E412 with every mistake at once, E402 if nothing says what to train on, E411 for
            halving without a search.
    """
    merged = {**(_table_of(config) if config is not None else {}), **said}
    if not merged:
        raise UsageError(
            "E402",
            "there is no data to train on",
            hint="chainrule train data.csv --target NAME",
        )
    told: dict[str, Any] = settled(TrainOptions, merged, config or "the command line")
    if told["halving"] and not told["search"]:
        raise UsageError(
            "E411",
            "halving is of the networks of a search, and there is none",
            hint="chainrule train data.csv --search search.toml --halving 3",
        )
    return told


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
    from chainrule.train.search import read_search

    source, out = words["data"], words["out"]
    quiet, events = words["quiet"], words["tensorboard"]
    try:
        with ExitStack() as opened:
            boards = [opened.enter_context(TensorBoard(events))] if events else []
            outcome = tabular.train(
                _data(source, words["seed"], words["words"]),
                **part_of(TableOptions, words),
                where=Path(source).name,
                verbose=0 if quiet else 1,
                callbacks=boards,
                search=read_search(words["search"]) if words["search"] else None,
                halving=words["halving"],
                say=(lambda _: None) if quiet else warn,
            )
    except KeyboardInterrupt:
        sys.stderr.write(f"interrupted; {_kept(out)}\n")
        raise typer.Exit(130) from None
    if not quiet:
        typer.echo(report.text(outcome))
    if out:
        _keep(outcome, words)


def _kept(out: str | None) -> str:
    """What there is of a training that was interrupted."""
    if out is None:
        return "nothing was kept; with --out it could be taken up again"
    from chainrule.train.loop import checkpoint

    there = checkpoint.listed(Path(out) / "checkpoints")
    if not there:
        return "it had not begun, and nothing was kept"
    return f"{there[-1]} was kept, and the same command goes on from there"


def _data(source: str, seed: int, words: Sequence[str]) -> Any:
    from chainrule.train.data.datasets import dataset
    from chainrule.train.data.table import read

    return read(source, words) if _is_file(source) else dataset(source, seed)


def _is_file(source: str) -> bool:
    """Whether the data are in a file, rather than a set known by name."""
    return source not in DATASETS and ("." in source or Path(source).exists())


def _keep(outcome: Any, words: dict[str, Any]) -> None:
    """Write the report, and say where it is and how to go on."""
    from chainrule.train.report import report

    source, out = words["data"], Path(words["out"])
    rows = source if _is_file(source) else "new.csv"
    predict = shlex.join(
        ["chainrule", "predict", str(out), rows, "-o", "predictions.csv"]
    )
    explain = shlex.join(
        ["chainrule", "explain", str(out), "--data", rows, "--row", "0"]
    )
    whys = _whys(outcome, str(out), source) if _is_file(source) else []
    network = outcome.network
    used = {
        **words,
        "learning_rate": network.optimizer.learning_rate,
        "l2": network.penalty.l2,
        "engine": str(network.engine_),
    }
    page = report.html(
        outcome,
        f"A network for {Path(source).name}",
        settings={
            name: _joined(used[name])
            for name, option in options(TrainOptions).items()
            if _tells(used[name]) and not option.manner
        },
        commands=[
            ("Predict the rows of a table with the same columns:", predict),
            ("Open one of its rows as a lesson, down to each gradient:", explain),
            (
                "Train on from here, to twice as many epochs:",
                command({**words, "epochs": 2 * words["epochs"]}),
            ),
            *((f"Where it comes from that {said}:", ask) for said, ask, _ in whys),
            ("What made this:", command(words)),
        ],
    )
    replace_file(out / "report.html", page)
    outputs.written.append(str(out / "report.html"))
    if words["quiet"]:
        return
    typer.echo(f"\nsaved to {out}; report: {out / 'report.html'}")
    for said, ask, answer in whys:
        typer.echo(f"{said}\n  {ask}\n  {answer}")
    typer.echo(f"go on with: {predict}")


MOST_ASKED = 3


def _whys(outcome: Any, model: str, data: str) -> list[tuple[str, str, str]]:
    """What is wrong inside the network, with the command that says why, which was tried, and how its answer begins."""
    from chainrule.cli import point
    from chainrule.train.loop.health import TELLING
    from chainrule.train.report.gallery import findings

    remarks = findings(outcome, TELLING)[:MOST_ASKED]
    if not remarks:
        return []
    try:
        row = point.TableRow(Path(data), 0)
        network = point.find(model, [], loss=None, wrt=None, words={}, seed=0, row=row)
        answers = [str(network.why(asked)).partition("\n")[0] for _, asked in remarks]
    except ChainruleError:
        # what cannot be told on one row alone
        return []
    asks = [
        shlex.join(["chainrule", "why", model, asked, "--data", data, "--row", "0"])
        for _, asked in remarks
    ]
    sentences = [sentence for sentence, _ in remarks]
    return list(zip(sentences, asks, answers, strict=True))


def command(words: dict[str, Any]) -> str:
    """The command that trains so: what differs from the defaults."""
    parts = ["chainrule", "train", str(words["data"])]
    for name, option in options(TrainOptions).items():
        item = words[name]
        usual = _joined(item) == _joined(option.default)
        if name == "data" or option.manner or usual:
            continue
        flag = name.replace("_", "-")
        if isinstance(item, bool):
            parts.append(f"--{flag}" if item else f"--no-{flag}")
        elif _tells(item):
            parts += [f"--{flag}", str(_joined(item))]
    return shlex.join(parts)


def _tells(item: Any) -> bool:
    return item is not None and item not in ([], ())


def _joined(item: Any) -> Any:
    return ",".join(map(str, item)) if isinstance(item, list | tuple) else item
