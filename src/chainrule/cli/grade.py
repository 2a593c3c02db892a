"""``chainrule grade``: a folder of submissions, each checked by itself, and a table of what its gradients are worth."""

from __future__ import annotations

import json as json_module
import sys
from pathlib import Path
from typing import Annotated

import typer

from chainrule.cli import options, outputs
from chainrule.program import UsageError

EXAMPLES = """\
chainrule check solution.py --json expected.json
chainrule grade submissions --expect expected.json --json grades.json
chainrule grade submitted --pattern "*/homework3/*.ipynb" --points points.toml --timeout 30"""


def grade(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="The folder with the submissions."),
    ],
    *,
    pattern: Annotated[
        str,
        typer.Option(metavar="GLOB", help="Which files below FOLDER are submissions."),
    ] = "**/*",
    expect: Annotated[
        Path | None,
        typer.Option(
            metavar="REPORT.json",
            help="The report of a solution (check --json): one point for each of its parameters.",
            show_default=False,
        ),
    ] = None,
    points: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Points by gradient ([points] W1 = 2), and what verdicts earn ([shares] FOLLOWS = 0.5).",
            show_default=False,
        ),
    ] = None,
    timeout: options.Timeout = None,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many are checked at a time.")
    ] = 1,
    json: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the grades as JSON; with - in place of a file, print it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check every submission in a folder, each in a process of its own, and add up what its gradients are worth.

    The submissions are run, with your rights: grade those of strangers in a container. Exit code 0: all are graded,
    whatever their grades, 2: usage, 3: a person has to look at some.
    """
    from chainrule.check import course

    if not folder.is_dir():
        raise UsageError("E403", f"there is no folder {folder}")
    for one in (expect, points):
        if one is not None and not one.is_file():
            raise UsageError("E403", f"there is no file {one}")
    how = course.scheme(points, expect)
    files = course.submissions(folder, pattern)
    found = list(
        course.grades(folder, files, how, timeout=timeout or 60.0, n_jobs=jobs)
    )
    if json is None or str(json) != "-":
        sys.stdout.write(course.table(found))
    if json is not None:
        text = json_module.dumps(course.to_dict(found, how), indent=2)
        beside = [one for one in (expect, points) if one is not None]
        outputs.write(json, f"{text}\n", reads=[*files, *beside])
    raise typer.Exit(3 if any(one.is_open for one in found) else 0)
