"""``chainrule explain``: the lesson of a network, in the terminal and as files."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainrule.cli import options, outputs, point
from chainrule.program import UsageError
from chainrule.program.time_limit import time_limit

if TYPE_CHECKING:
    from chainrule.lesson import Lesson

EXAMPLES = """\
chainrule explain net.py --html lesson.html
chainrule explain net.py:loss --with x=4,3 --with W=3,1
chainrule explain --layers 3,4,1 --activations relu,sigmoid --level entry
chainrule explain model/ --data data.csv --row 17
chainrule explain net.py -- --words --of the script"""


class Level(StrEnum):
    """How far a lesson zooms in."""

    network = "network"
    layer = "layer"
    line = "line"
    entry = "entry"


def _medium(name: str, ending: str = "") -> Any:
    file = f"lesson.{ending or name}"
    return typer.Option(
        f"--{name}",
        metavar="FILE",
        help=f"Write the lesson into this file, as {file}; without a file, print it.",
        show_default=False,
    )


def explain(
    target: options.Target = None,
    more: options.More = None,
    *,
    inputs: options.With = None,
    loss: options.Loss = None,
    wrt: options.Wrt = None,
    optimizer: options.OptimizerName = None,
    learning_rate: options.LearningRate = None,
    steps: options.Steps = 1,
    step: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="Which of the steps the lesson tells, from 1."
        ),
    ] = 1,
    level: Annotated[
        Level,
        typer.Option(
            metavar="LEVEL", help="How far to zoom in: network, layer, line or entry."
        ),
    ] = Level.line,
    unroll: Annotated[
        bool, typer.Option("--unroll", help="Tell every turn of every loop.")
    ] = False,
    layers: options.Layers = None,
    activations: options.Activations = None,
    batch: options.Batch = None,
    columns: options.Columns = False,
    seed: options.Seed = 0,
    timeout: options.Timeout = None,
    data: options.Data = None,
    row: options.Row = 0,
    epoch: options.Epoch = None,
    html: Annotated[Path | None, _medium("html")] = None,
    latex: Annotated[Path | None, _medium("latex", "tex")] = None,
    markdown: Annotated[Path | None, _medium("markdown", "md")] = None,
    notebook: Annotated[Path | None, _medium("notebook", "ipynb")] = None,
    json: Annotated[Path | None, _medium("json")] = None,
    text: Annotated[Path | None, _medium("text", "txt")] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing; only write the files.")
    ] = False,
) -> None:
    """Tell the lesson of a network: every step of the forward and backward pass, in symbols and numbers.

    Where files are asked for, the lesson stands in them and the terminal says a few lines; else it is printed.
    A script is run as `python FILE` would run it, with your rights.
    """
    import numpy as np

    from chainrule.lesson import MEDIA
    from chainrule.lesson import explain as tell
    from chainrule.lesson.reading import Reading

    media = {
        "html": html,
        "latex": latex,
        "markdown": markdown,
        "notebook": notebook,
        "json": json,
        "text": text,
    }
    asked = {name: path for name, path in media.items() if path is not None}
    for name, path in asked.items():
        _require_ending(name, path)
    words = options.words(layers, activations, loss, batch, columns=columns)
    # what is not finite is told below, and raises nothing, whatever the script asks of NumPy
    with time_limit(timeout, "the script"), np.errstate(all="ignore"):
        found = point.find(
            target,
            [*(inputs or []), *(more or [])],
            loss=None if words else loss,
            wrt=wrt,
            words=words,
            seed=seed,
            row=point.TableRow(data, row, epoch) if data is not None else None,
        )
        found = found.faithful().told(unroll=unroll)
        told_by, rate = found.taught(optimizer, learning_rate)
        fixed = found.fixed(found.run.program)
        point.tell_fixed(fixed)
        reading, trained = Reading.of(found.report, optimizer, fixed), found.described
        lesson = tell(
            found.run,
            loss=found.loss,
            wrt=found.parameters,
            optimizer=told_by,
            learning_rate=rate,
            steps=steps,
            step=step,
            level=level.value,
            branches=found.branches,
            reading=replace(reading, row=trained.row) if trained else reading,
        )
        lesson.parts  # noqa: B018 - composed here, within the limit
    if not quiet and not asked:
        lesson.print()
    elif not quiet and all(str(path) != "-" for path in asked.values()):
        sys.stdout.write(_summary(lesson))
    _tell_nonfinite(lesson, found.report.loss_name or "loss", target)
    for name, path in asked.items():
        about = ": open it in a browser" if name == "html" else ""
        outputs.write(path, MEDIA[name].write(lesson), about=about)


def _tell_nonfinite(lesson: Lesson, loss: str, target: str | None) -> None:
    """Say it where the loss or a gradient is no finite number, and who says why: the lesson takes it as it is."""
    import numpy as np

    numbers: dict[str, Any] = {loss: lesson.loss, **lesson.gradients}
    wrong = [name for name, one in numbers.items() if not np.isfinite(one).all()]
    if wrong:
        path = Path((target or "").partition(":")[0])
        asking = ["chainrule", "why", str(target), wrong[0]]
        where = f"; {shlex.join(asking)} says why" if path.is_file() else ""
        sys.stderr.write(f"note: {wrong[0]} is not finite{where}\n")


def _require_ending(name: str, path: Path) -> None:
    """Refuse a file whose name says another form than was asked for.

    Raises:
        UsageError: E430.
    """
    from chainrule.lesson import MEDIA

    ending = path.suffix.lower()
    if str(path) == "-" or not ending or path.is_char_device() or path.is_fifo():
        return
    if ending not in MEDIA[name].endings:
        said = [other for other, one in MEDIA.items() if ending in one.endings]
        fitting = path.with_suffix(MEDIA[name].endings[0])
        raise UsageError(
            "E430",
            f"--{name} {path}: {ending} is not how {name} ends",
            hint=f"--{said[0]} {path}" if said else f"--{name} {fitting}",
        )


def _summary(lesson: Lesson) -> str:
    """The lesson in a few lines: what it is, what the loss is, how large each gradient is."""
    import numpy as np

    lines = [
        lesson.title,
        f"loss {lesson.loss:.4g}; after a step of {lesson.learning_rate:g} it is {lesson.loss_after:.4g}",
    ]
    names = [name for name in lesson.updated if name in lesson.gradients]
    for name in names[:8]:
        gradient = lesson.gradients[name]
        largest = np.max(np.abs(gradient), initial=0.0)
        lines.append(f"  ∂L/∂{name}  {np.shape(gradient)}, entries up to {largest:.4g}")
    if len(names) > 8:
        lines.append(f"  and {len(names) - 8} more")
    return "\n".join(lines) + "\n"
