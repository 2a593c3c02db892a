"""A training written as TensorBoard event files, while it happens."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from chainrule.program import MissingEngineError
from chainrule.train.model.inspect import Look, looker, spaced

MOST_SAMPLES = 256


class TensorBoard:
    """A callback that writes scalars and histograms after every epoch: ``fit(..., callbacks=[board])``.

    Keys are those of Keras's callback: ``epoch_loss``, ``epoch_learning_rate``, and ``epoch_<metric>``, in the runs
    ``train`` and ``validation``, so that TensorBoard draws the two over each other. Histograms have the keys of
    Weights & Biases: ``parameters/<name>`` and ``gradients/<name>``, the gradients being those on at most 256
    training samples; ``histograms`` says after how many epochs there are some, 0 for none.

    Raises:
        MissingEngineError: E802 where tensorboardX is not installed.
    """

    def __init__(self, folder: str | Path, *, histograms: int = 1) -> None:
        try:
            import tensorboardX  # noqa: F401
        except ImportError as error:
            raise MissingEngineError(
                "E802",
                "TensorBoard files need tensorboardX",
                hint='pip install "chainrule[tensorboard]"',
            ) from error
        self.folder = Path(folder)
        self.histograms = histograms
        self._writers: dict[str, Any] = {}
        self._look: Look | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files; all that was written stands in them before this, too."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def __call__(self, training: Any) -> None:
        """Write down an epoch."""
        epoch = training.progress.epoch
        self._scalars(epoch, training.progress.history[-1])
        if self.histograms and epoch % self.histograms == 0:
            self._spreads(epoch, training)
        for writer in self._writers.values():
            writer.flush()

    def _scalars(self, epoch: int, row: Mapping[str, float]) -> None:
        for name, number in row.items():
            if name == "epoch":
                continue
            run = "validation" if name.startswith("val_") else "train"
            key = f"epoch_{name.removeprefix('val_')}"
            self._writer(run, epoch).add_scalar(key, number, epoch)

    def _spreads(self, epoch: int, training: Any) -> None:
        if self._look is None:
            self._look = looker(training.plan, weighted=training.weighted)
        progress, writer = training.progress, self._writer("train", epoch)
        seen = self._look(progress.everything(), spaced(training.data, MOST_SAMPLES))
        for kind, arrays in (
            ("parameters", progress.parameters),
            ("gradients", seen.gradients),
        ):
            for name, array in arrays.items():
                writer.add_histogram(f"{kind}/{name}", np.asarray(array, float), epoch)

    def _writer(self, run: str, epoch: int) -> Any:
        """The files of a run; what they hold of this epoch and later ones, from before a restart, is void."""
        if run not in self._writers:
            from tensorboardX import SummaryWriter

            # files are named by the second; a training taken up at once must not write over what there is
            self._writers[run] = SummaryWriter(
                str(self.folder / run),
                purge_step=epoch if epoch > 1 else None,
                filename_suffix=f".{epoch}",
            )
        return self._writers[run]
