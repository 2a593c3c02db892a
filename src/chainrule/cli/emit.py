"""``chainrule emit``: the forward pass and its derived backward pass, as source to paste."""

from __future__ import annotations

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chainrule.cli import options, point


class Dialect(StrEnum):
    """The frameworks that source is written for."""

    numpy = "numpy"
    tensorflow = "tensorflow"
    torch = "torch"
    jax = "jax"


class Piece(StrEnum):
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
        Dialect, typer.Option("--in", help="The framework to write for.")
    ] = Dialect.numpy,
    part: Annotated[
        Piece,
        typer.Option(
            help="The forward pass, it and its gradients, a training step, or a program that runs."
        ),
    ] = Piece.backward,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write to FILE.", show_default=False
        ),
    ] = None,
    inputs: options.With = None,
    loss: options.Loss = None,
    wrt: options.Wrt = None,
    optimizer: options.OptimizerName = None,
    learning_rate: options.LearningRate = None,
    steps: options.Steps = 1,
    layers: options.Layers = None,
    activations: options.Activations = None,
    batch: options.Batch = None,
    columns: options.Columns = False,
    seed: options.Seed = 0,
) -> None:
    """Write the forward pass and its gradients as source, with your names and a reason above each gradient."""
    words = options.words(layers, activations, loss, batch, columns=columns)
    found = point.find(
        target,
        [*(inputs or []), *(more or [])],
        loss=None if words else loss,
        wrt=wrt,
        words=words,
        seed=seed,
    )
    import numpy as np

    from chainrule.derived_source import source
    from chainrule.emit import stored_arrays
    from chainrule.program.files import replace_file

    derived = found.derived()
    text = source(
        derived,
        dialect=dialect.value,
        part=part.value,
        optimizer=optimizer,
        learning_rate=learning_rate,
        steps=steps,
    )
    beside = stored_arrays(derived) if part is Piece.script else {}
    if output is None:
        sys.stdout.write(text)
        if beside:
            names = ", ".join(beside)
            sys.stderr.write(
                f"{names}: too large to write out; -o FILE puts them beside it\n"
            )
        return
    replace_file(output, text)
    sys.stderr.write(f"wrote {output}\n")
    if beside:
        packed = io.BytesIO()
        np.savez(packed, **beside)  # type: ignore[arg-type] # numpy's allow_pickle= has no place for names
        replace_file(output.with_suffix(".npz"), packed.getvalue())
        sys.stderr.write(f"wrote {output.with_suffix('.npz')}\n")
