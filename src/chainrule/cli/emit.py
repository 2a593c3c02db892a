"""``chainrule emit``: the forward pass and its derived backward pass, as source to paste."""

from __future__ import annotations

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chainrule.cli import options, outputs, point
from chainrule.emit import DIALECTS, dialect_of, stored_arrays
from chainrule.program.time_limit import time_limit

EXAMPLES = """\
chainrule emit net.py
chainrule emit net.py --in pytorch --part script -o train.py
chainrule emit net.py:loss --with x=4,3 --with W=3,1 --in jax"""


class EmittedPart(StrEnum):
    """How much is written."""

    forward = "forward"
    backward = "backward"
    step = "step"
    script = "script"


def emit(
    target: options.Target = None,
    more: options.More = None,
    *,
    dialect: Annotated[
        str,
        typer.Option(
            "--in",
            metavar="FRAMEWORK",
            help=f"What to write for: {', '.join(DIALECTS)}, c.",
        ),
    ] = "numpy",
    part: Annotated[
        EmittedPart,
        typer.Option(
            metavar="PART",
            help="How much is written: the forward pass (forward), it and its gradients (backward), a training step (step), or a script that runs (script).",
        ),
    ] = EmittedPart.backward,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Write to this file, as step.py; without one, print.",
            show_default=False,
        ),
    ] = None,
    inputs: options.With = None,
    loss: options.Loss = None,
    wrt: options.Wrt = None,
    optimizer: options.OptimizerName = None,
    learning_rate: options.LearningRate = None,
    steps: options.Steps = 1,
    unroll: Annotated[
        bool, typer.Option("--unroll", help="Write out every turn of every loop.")
    ] = False,
    layers: options.Layers = None,
    activations: options.Activations = None,
    batch: options.Batch = None,
    columns: options.Columns = False,
    seed: options.Seed = 0,
    timeout: options.Timeout = None,
) -> None:
    """Write the forward pass and its gradients as source, with your names and a reason above each gradient."""
    import numpy as np

    from chainrule.derived_source import source

    chosen = "c" if dialect.lower() == "c" else dialect_of(dialect).name
    words = options.words(layers, activations, loss, batch, columns=columns)
    with time_limit(timeout, "the script"):
        found = point.find(
            target,
            [*(inputs or []), *(more or [])],
            loss=None if words else loss,
            wrt=wrt,
            words=words,
            seed=seed,
            verb="emit",
        )
        # C is written from lines alone
        derived = found.derived(unroll=unroll or chosen == "c")
    fixed = found.fixed(derived.forward.program)
    text = source(
        derived,
        dialect=chosen,
        part=part.value,
        optimizer=optimizer,
        learning_rate=found.rate(learning_rate, optimizer),
        steps=steps,
        learns=found.call is None,
        fixed=fixed,
        matrices=found.has_matrices,
    )
    point.tell_fixed(fixed)
    beside = stored_arrays(derived) if part is EmittedPart.script else {}
    if output is None or str(output) == "-":
        outputs.write("-", text)
        if beside:
            names = ", ".join(beside)
            sys.stderr.write(
                f"{names}: too large to write out; -o FILE puts them beside it\n"
            )
        return
    contents: dict[str | Path, str | bytes] = {output: text}
    if beside:
        # first what the script reads: a script without it does not run, and one with that of another would
        packed = io.BytesIO()
        np.savez(packed, **beside)  # type: ignore[arg-type] # numpy's allow_pickle= has no place for names
        contents = {output.with_suffix(".npz"): packed.getvalue(), **contents}
    outputs.write_together(contents)
