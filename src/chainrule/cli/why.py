"""``chainrule why``: where a zero, a NaN, a tiny or a huge number comes from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from chainrule.cli import options, outputs, point
from chainrule.program.time_limit import time_limit

EXAMPLES = """\
chainrule why net.py 'W1[0, 2]'
chainrule why net.py loss
chainrule why net.py dh
chainrule why net.py:loss W --with x=4,3 --with W=3,1
chainrule why model/ W1 --data data.csv --row 17"""


def why(
    target: options.Target,
    asked: Annotated[
        str,
        typer.Argument(
            metavar="NAME[INDEX]",
            help="What to ask about: W1 or W1[0, 2] (its gradient, where it is learnt or given), loss or h[3] (the value), "
            "dh (the gradient of any value).",
            show_default=False,
        ),
    ],
    *,
    inputs: options.With = None,
    loss: options.Loss = None,
    wrt: options.Wrt = None,
    seed: options.Seed = 0,
    timeout: options.Timeout = None,
    data: options.Data = None,
    row: options.Row = 0,
    epoch: options.Epoch = None,
    json: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the answer as one JSON object, as answer.json; without a file, print it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Say where a number comes from: a zero, a NaN, an infinity, a tiny or a huge gradient.

    A zero is followed to the factor that stops it, a NaN to the first line that makes one, a tiny gradient to the line
    that shrinks it; what is said to be written in its place was tried. A script is run as `python FILE` would run it, with
    your rights.
    """
    with time_limit(timeout, "the script"):
        found = point.find(
            target,
            inputs or [],
            loss=loss,
            wrt=wrt,
            words={},
            seed=seed,
            row=point.TableRow(data, row, epoch) if data is not None else None,
            verb="why",
        )
        answer = found.why(asked)
    if json is not None:
        outputs.write(json, answer.to_json() + "\n")
    if json is None or str(json) != "-":
        sys.stdout.write(f"{answer}\n")
