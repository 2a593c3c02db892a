"""``chainrule mark``: the answers to worksheets, marked with errors carried forward."""

from __future__ import annotations

import json as json_module
import sys
from pathlib import Path
from typing import Annotated

import typer

from chainrule.cli import outputs
from chainrule.cli.worksheet import marking_exercise
from chainrule.program import CorruptFileError
from chainrule.program.files import read_json
from chainrule.program.sources import read_source

EXAMPLES = """\
chainrule mark sheets/key.json answers.csv
chainrule mark sheets/key.json answers.csv --json marks.json"""


def mark(
    key: Annotated[
        Path,
        typer.Argument(
            metavar="KEY.json", help="The key that stands beside the worksheets."
        ),
    ],
    answers: Annotated[
        Path,
        typer.Argument(
            metavar="ANSWERS.csv",
            help="The table of answers: columns pupil, variant and one for each number, or pupil, variant, label and answer.",
        ),
    ],
    *,
    json: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write all marks as JSON; without a file, print them.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Mark the answers to worksheets: points, and of each pupil the first wrong number and why.

    A number earns its point if it is right, or if it is what follows from the pupil's own numbers before it. Decimal commas,
    fractions and gaps are read; who has answered another variant is named. The network is run, with your rights.
    """
    from chainrule.lesson.worksheet.answers import read_answers
    from chainrule.lesson.worksheet.table import lines, text

    known = read_json(key)
    if not isinstance(known, dict) or known.get("form") != "chainrule worksheet 1":
        raise CorruptFileError(
            "E503",
            f"{key} is no key of worksheets",
            hint="key.json stands beside the sheets",
        )
    exercise = marking_exercise(known, key.resolve().parent)
    labels = list(known["variants"][0]["answers"])
    rows = list(lines(exercise, known, read_answers(read_source(answers), labels)))
    if json is not None:
        told = json_module.dumps(
            [row.as_json() for row in rows], ensure_ascii=False, indent=2
        )
        outputs.write(json, told + "\n")
    if json is None or str(json) != "-":
        sys.stdout.write(text(rows))
