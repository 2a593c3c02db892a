"""A network fitted: taken up where a checkpoint left it, shown and kept on the way, its numbers put back at the end."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from chainrule.program import NonFiniteError
from chainrule.program.folder_lock import only_writer
from chainrule.train.loop import checkpoint
from chainrule.train.loop.epochs import Training, Watcher
from chainrule.train.loop.health import teller
from chainrule.train.loop.metrics import Metric
from chainrule.train.loop.progress import bar, warn
from chainrule.train.loop.state import Data, Progress, Settings
from chainrule.train.model import model_file
from chainrule.train.model.learner import Learner


def fitted(
    network: Learner,
    settings: Settings,
    data: Data,
    *,
    validation: Data | None,
    metrics: Mapping[str, Metric],
) -> None:
    """Train ``network``, and give it the numbers and the history that came of it, however it ends."""
    described, fit = model_file.described(network), settings.fit
    watchers: list[Watcher] = [
        *fit["callbacks"],
        *([teller(warn)] if fit["verbose"] else []),
    ]
    folder = None if fit["checkpoint"] is None else Path(fit["checkpoint"])
    if folder is not None:
        every, keep = fit["checkpoint_every"], fit["keep"]
        watchers.append(checkpoint.saver(folder, every, keep, described))
    with ExitStack() as held:
        if folder is not None:
            held.enter_context(only_writer(folder))
        progress = _begun(network, settings, data, folder)
        shown = held.enter_context(bar(fit["epochs"], fit["verbose"]))
        training = Training(
            network.plan,
            settings,
            data,
            progress,
            validation=validation,
            metrics=metrics,
            after_epoch=[shown, *watchers],
            after_step=fit["after_step"],
        )
        try:
            training.run()
            training.finish()
        except NonFiniteError as error:
            if folder is not None:
                error.detail += checkpoint.last(folder)
            raise
        except KeyboardInterrupt:
            if folder is not None:
                checkpoint.save(folder, training, keep=fit["keep"], network=described)
            raise
        finally:
            hand_over(training, network)


def hand_over(training: Training, network: Learner) -> None:
    """Give a network what its training has reached."""
    progress = training.progress
    network.numbers_ = dict(progress.everything())
    network.history_ = progress.history
    network.n_steps_ = progress.step
    network.best_epoch_ = progress.best_epoch
    network.engine_ = training.engine


def _begun(
    network: Learner, settings: Settings, data: Data, folder: Path | None
) -> Progress:
    """The progress in the newest checkpoint, or one that begins with the network's numbers."""
    if folder is not None and folder.is_dir():
        if settings.fit["restart"]:
            checkpoint.forget(folder)
        found = checkpoint.latest(folder)
        if found is not None:
            progress, about = found
            described = model_file.described(network)
            checkpoint.require_same(about, settings, data, folder, described)
            # what a watcher stopped goes on; what had not got better for too long does not
            patience = settings.fit["patience"]
            progress.stopped = patience is not None and progress.waited >= patience
            return progress
    return beginning(network)


def beginning(network: Learner) -> Progress:
    """The progress of a training that begins with a network's numbers."""
    drafted = network.plan.training
    parameters = {name: network.numbers_[name] for name in drafted.parameters}
    running = {name: network.numbers_[name] for name in drafted.state}
    return Progress(parameters, network.optimizer.start(parameters), running)
