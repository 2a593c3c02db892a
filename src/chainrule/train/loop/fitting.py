"""A network fitted: taken up where a checkpoint left it, shown and kept on the way, its numbers put back at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.program import NonFiniteError
from chainrule.train.loop import checkpoint
from chainrule.train.loop.epochs import Training
from chainrule.train.loop.health import teller
from chainrule.train.loop.metrics import Metric, usual
from chainrule.train.loop.progress import bar, warn
from chainrule.train.loop.state import Data, Progress, Settings
from chainrule.train.model import model_file

if TYPE_CHECKING:
    from chainrule.train.model.network import Network


@dataclass(frozen=True, slots=True)
class Kept:
    """Where checkpoints are kept: after every few epochs, the last few of them; or all begun anew."""

    folder: Path
    every: int = 1
    keep: int = 3
    restart: bool = False


def fitted(
    network: Network,
    settings: Settings,
    data: Data,
    *,
    validation: Data | None,
    metrics: Mapping[str, Metric] | None,
    kept: Kept | None,
    after_epoch: Sequence[Callable[[Training], Any]],
    after_step: Sequence[Callable[[Training], Any]],
    verbose: int,
) -> None:
    """Train ``network``, and give it the numbers and the history that came of it, however it ends."""
    described = model_file.described(network)
    watchers = [*after_epoch, *([teller(warn)] if verbose else [])]
    if kept is not None:
        watchers.append(checkpoint.saver(kept.folder, kept.every, kept.keep, described))
    if metrics is None:
        metrics = usual(network.plan.labels, logits=network.gives_logits)
    progress = _begun(network, settings, data, kept)
    with bar(settings.epochs, verbose) as shown:
        training = Training(
            network.plan,
            settings,
            data,
            progress,
            validation=validation,
            metrics=metrics,
            after_epoch=[shown, *watchers],
            after_step=after_step,
        )
        try:
            training.run()
            training.finish()
        except NonFiniteError as error:
            if kept is not None:
                error.detail += checkpoint.last(kept.folder)
            raise
        except KeyboardInterrupt:
            if kept is not None:
                checkpoint.save(
                    kept.folder, training, keep=kept.keep, network=described
                )
            raise
        finally:
            network.numbers_ = dict(training.progress.everything())
            network.history_ = training.progress.history
            network.n_steps_ = training.progress.step


def _begun(
    network: Network, settings: Settings, data: Data, kept: Kept | None
) -> Progress:
    """The progress in the newest checkpoint, or one that begins with the network's numbers."""
    if kept is not None and kept.folder.is_dir():
        if kept.restart:
            checkpoint.forget(kept.folder)
        found = checkpoint.latest(kept.folder)
        if found is not None:
            progress, about = found
            described = model_file.described(network)
            checkpoint.require_same(about, settings, data, kept.folder, described)
            # what a watcher stopped goes on; what had not got better for too long does not
            patience = settings.patience
            progress.stopped = patience is not None and progress.waited >= patience
            return progress
    drafted = network.plan.training
    parameters = {name: network.numbers_[name] for name in drafted.parameters}
    running = {name: network.numbers_[name] for name in drafted.state}
    return Progress(parameters, network.optimizer.start(parameters), running)
