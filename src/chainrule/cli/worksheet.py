"""``chainrule worksheet``: a network as an exercise, with other numbers for each pupil, and the key to mark it."""

from __future__ import annotations

import csv
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from chainrule.cli import options, outputs, point
from chainrule.program import ProgramError, UsageError
from chainrule.program.files import make_folder
from chainrule.program.sources import read_source

if TYPE_CHECKING:
    from chainrule.lesson.worksheet import Blank
    from chainrule.lesson.worksheet.steps import Exercise

MOST_NAMED = 12
"""How many files are named when they are written; of more, the first and the last."""

EXAMPLES = """\
chainrule worksheet net.py --seed 7 --variants 30 --to latex --out sheets
chainrule worksheet net.py --variants 30 --to moodle --to anki --out sheets
chainrule worksheet net.py:loss --with x=2,3 --with W=3,2 --decimals 2 --to text --out sheets
chainrule mark sheets/key.json answers.csv"""


def worksheet(
    target: options.Target,
    more: options.More = None,
    *,
    inputs: options.With = None,
    loss: options.Loss = None,
    wrt: options.Wrt = None,
    seed: options.Seed = 0,
    variants: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=1000, help="How many sheets there are."),
    ] = 1,
    decimals: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=10,
            help="To how many decimals results are asked for.",
        ),
    ] = 3,
    dead_units: Annotated[
        bool, typer.Option("--dead-units", help="Units may be off for all samples.")
    ] = False,
    blank: Annotated[
        str,
        typer.Option(
            metavar="WHAT",
            help="What is to be found: results, symbols (the formulas) or code (the lines of NumPy).",
        ),
    ] = "results",
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MEDIUM",
            help="What is made, as latex: latex, html, markdown, notebook or text (a sheet and its answers for each variant), moodle or anki "
            "(one file), nbgrader, otter or canvas (a file for each variant); may be given several times.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the files go.")
    ] = Path("worksheets"),
) -> None:
    """Make worksheets of a network: its numbers are given, every result is to be found.

    Each variant has numbers of its own, drawn from the seed: of one decimal, no unit off for all samples, nothing close to
    a kink. Beside sheets that ask for results stand key.json, with which `chainrule mark` marks what comes back, and answers.csv, the empty
    table for it.
    """
    from chainrule.lesson.worksheet import ASKED, Worksheet
    from chainrule.lesson.worksheet.media import GRADED, SHEETS, WHOLE, files, key

    media = tuple(to or ["text"])
    _choose("medium", media, (*SHEETS, *WHOLE, *GRADED))
    _choose("blank", [blank], tuple(ASKED))
    if blank != "results":
        _choose(f"medium for {blank}", media, SHEETS)
    source = {
        "target": str(Path(target or "").name),
        "inputs": [*(inputs or []), *(more or [])],
        "loss": loss,
        "wrt": wrt,
        "seed": seed,
        "sha256": _digest(_file(target or "")),
    }
    sheet = Worksheet(
        exercise(target, source),
        variants,
        seed,
        decimals,
        dead_units,
        cast("Blank", blank),
    )
    make_folder(out)
    source["folder"] = os.path.relpath(
        _file(target or "").resolve().parent, out.resolve()
    )
    _require_empty(out / "answers.csv")
    made = dict(files(sheet, media))
    # first the key: by that of others, answers would be marked wrong
    keyed = {"key.json": key(sheet, source)} if blank == "results" else {}
    together: dict[str | Path, str | bytes] = {
        out / name: text for name, text in {**keyed, **made}.items()
    }
    # hundreds of names would hide the others
    many = len(made) > MOST_NAMED
    outputs.write_together(together, silently=many)
    if many:
        names = [*made]
        sys.stderr.write(
            f"wrote {len(together)} files into {out}: {''.join(f'{name}, ' for name in keyed)}{names[0]} to {names[-1]}\n"
        )
    sys.stdout.write(
        f"{variants} variants of {len(sheet.labels)} numbers each in {out}\n"
    )


def _require_empty(answers: Path) -> None:
    """Refuse to write an empty table over one that somebody has begun to fill in.

    Raises:
        UsageError: E430.
    """
    if not answers.is_file():
        return
    rows = list(csv.reader(read_source(answers).splitlines()))
    if any(cell.strip() for row in rows[1:] for i, cell in enumerate(row) if i != 1):
        raise UsageError(
            "E430",
            f"{answers} has answers in it; nothing was written over it",
            hint="keep it elsewhere, or make the worksheets in another folder: --out FOLDER",
        )


def _choose(what: str, chosen: Sequence[str], known: Sequence[str]) -> None:
    """Refuse a word that is not known.

    Raises:
        UsageError: E430 with those that are.
    """
    unknown = [one for one in chosen if one not in known]
    if unknown:
        raise UsageError(
            "E430",
            f"there is no {what} {unknown[0]!r}",
            hint=f"choose from {', '.join(known)}",
        )


def _file(target: str) -> Path:
    return Path(target.partition(":")[0])


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def exercise(target: str | None, source: dict[str, Any]) -> Exercise:
    """The network that is pointed at, as an exercise.

    Raises:
        ProgramError: E302 where the network takes a branch on a computed number.
    """
    from chainrule.lesson import explain
    from chainrule.lesson.reading import Reading
    from chainrule.lesson.worksheet import Exercise

    found = point.find(
        target,
        source["inputs"],
        loss=source["loss"],
        wrt=source["wrt"],
        words={},
        seed=source["seed"],
        verb="worksheet",
    ).faithful()
    if found.branches is not None:
        raise ProgramError(
            "E302",
            "the network takes a branch on a computed number, which other numbers could take the other way",
            hint="write the choice with np.where or np.maximum",
        )
    lesson = explain(
        found.run,
        loss=found.loss,
        wrt=found.parameters,
        reading=Reading.of(found.report),
    )
    return Exercise(lesson.study, Path(target or "").stem.partition(":")[0])


def marking_exercise(key: dict[str, Any], folder: Path) -> Exercise:
    """The exercise that a key is the key of.

    Raises:
        UsageError: E403 if its file is not there any more, or is another one.
    """
    source = key["source"]
    name = source["target"]
    beside = [folder / source["folder"], folder, Path()]
    path = next(
        (one / name for one in beside if _file(str(one / name)).is_file()), None
    )
    if path is None:
        raise UsageError(
            "E403",
            f"{_file(name)} is not there any more, and errors cannot be carried forward without it",
            hint=f"put it beside the key, in {folder}",
        )
    if _digest(_file(str(path))) != source["sha256"]:
        raise UsageError(
            "E403",
            f"{_file(str(path))} has changed since the worksheets were made",
            hint="bring back the file as it was, or make the worksheets anew",
        )
    return exercise(str(path), source)
