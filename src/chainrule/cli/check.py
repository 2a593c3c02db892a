"""``chainrule check``: the first wrong line of a hand-written backward pass, and why it is wrong."""

from __future__ import annotations

import json as json_module
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.cli import options, outputs
from chainrule.cli.suggestions import suggesting
from chainrule.program import UsageError
from chainrule.program.asked import listed
from chainrule.program.files import near_files
from chainrule.program.source_places import NOTEBOOK
from chainrule.program.sources import encoding_of

EXAMPLES = """\
chainrule check net.py
chainrule check net.py --fix --write
chainrule check net.py --map dL_dz2=z2 --json report.json"""


def check(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A NumPy script or notebook with a forward and a backward pass.",
        ),
    ],
    *,
    loss: options.Loss = None,
    wrt: options.Wrt = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME=VALUE",
            help="What a name is the gradient of, as dL_dz2=z2.",
            show_default=False,
        ),
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Judge the numbers stated in this TOML file, as claims.toml, instead.",
            show_default=False,
        ),
    ] = None,
    n_pass: Annotated[
        int,
        typer.Option(
            "--pass",
            metavar="N",
            min=1,
            help="Which pass of a training loop is checked.",
        ),
    ] = 1,
    timeout: options.Timeout = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Print the corrections as a diff.")
    ] = False,
    write: Annotated[
        bool,
        typer.Option(
            "--write", help="With --fix: write the corrections into the file."
        ),
    ] = False,
    json: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the report as JSON; without a file, print it.",
            show_default=False,
        ),
    ] = None,
    seed: options.Seed = 0,
) -> None:
    """Find the first wrong line of a hand-written backward pass, and say why it is wrong.

    FILE is run, with your rights, as by python FILE. Exit code 0: right, 1: wrong, 2: usage, 3: it cannot be
    checked, or something cannot be told.
    """
    from chainrule.check import check_claims, check_script, sheet_text, text

    if write and not fix:
        raise UsageError(
            "E402", "--write needs --fix", hint="chainrule check FILE --fix --write"
        )
    if write and file.suffix == NOTEBOOK:
        raise UsageError(
            "E402",
            "--write writes into .py files, and not into a notebook",
            hint=f"chainrule check {file} --fix prints what to change",
        )
    if claims is not None:
        sheet = check_claims(_existing(file), _existing(claims), loss=loss)
        _print(sheet.to_dict(), json, sheet_text(sheet, _width()))
        raise typer.Exit(0 if sheet.ok else 1)
    with suggesting(file, "check"):
        report = check_script(
            _existing(file),
            loss=loss,
            wrt=listed(wrt) if wrt else None,
            mapped=_pairs(mapped or []),
            n_pass=n_pass,
            timeout=timeout,
            seed=seed,
        )
    diff = report.diff() if fix else ""
    _print(report.to_dict(), json, diff if fix else text(report, _width()))
    if fix and not diff:
        found = "nothing is wrong" if report.ok else "no correction was found"
        sys.stderr.write(f"note: {found}; chainrule check {file} tells every line\n")
    if write:
        outputs.write(file, report.corrected().encode(encoding_of(file)), mends=True)
    raise typer.Exit(report.exit_code)


def _print(found: dict[str, Any], json: Path | None, text: str) -> None:
    if json is None:
        sys.stdout.write(text)
        return
    outputs.write(json, json_module.dumps(found, indent=2, allow_nan=False) + "\n")


def _existing(file: Path) -> Path:
    if not file.is_file():
        hint = near_files(file, "name a Python script")
        raise UsageError("E403", f"there is no file {file}", hint=hint)
    return file


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not (name and sign and value):
            raise UsageError(
                "E404", f"--map {one}: expected NAME=VALUE", hint="as --map dL_dz2=z2"
            )
        pairs[name] = value
    return pairs


def _width() -> int:
    return min(max(shutil.get_terminal_size((100, 24)).columns, 60), 120)
