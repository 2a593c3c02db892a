"""What is seen while training: a bar with rate, time left and the current losses; nothing where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class EpochWatcher(Protocol):
    """Something that is told of every epoch."""

    def __call__(self, training: Any) -> None:
        """Look at a training after one of its epochs."""


@contextmanager
def bar(n_epochs: int, verbose: int) -> Iterator[EpochWatcher]:
    """A progress bar on a terminal (``verbose=1``), a line an epoch (``verbose=2``), else nothing."""
    if verbose >= 2:
        yield _line
        return
    if verbose <= 0 or not sys.stderr.isatty():
        yield lambda _training: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("epoch"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[losses]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=n_epochs, rate="", losses="")

        def show(training: Any) -> None:
            speed = progress.tasks[0].finished_speed or progress.tasks[0].speed
            rate = f"{speed * training.n_batches:.0f} steps/s" if speed else ""
            done = training.progress.epoch
            progress.update(
                task,
                completed=done,
                rate=rate,
                losses=said(training.progress.history[-1]),
            )

        yield show


def warn(sentence: str) -> None:
    """Something a user should know while training, on the terminal's other channel."""
    sys.stderr.write(f"{sentence}\n")


def _line(training: Any) -> None:
    row = training.progress.history[-1]
    sys.stderr.write(
        f"epoch {row['epoch']:g}/{training.settings.fit['epochs']}  {said(row)}\n"
    )


def said(row: dict[str, float]) -> str:
    """A row of the history in words.

    >>> said({"epoch": 1, "loss": 0.5, "learning_rate": 0.1, "val_loss": 0.25})
    'loss 0.5  val_loss 0.25'
    """
    hidden = ("epoch", "learning_rate")
    return "  ".join(
        f"{name} {number:.4g}" for name, number in row.items() if name not in hidden
    )
