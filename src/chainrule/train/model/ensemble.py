"""An ensemble: the networks that were trained together as one model, their mean and how far they are apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np

from chainrule.program import Array, CorruptFileError, NonFiniteError, UsageError
from chainrule.train.loop.metrics import Metric, classes, usual
from chainrule.train.model import model_file
from chainrule.train.model.network import Network


class Ensemble(Sequence[Network]):
    """Networks that answer the same question.

    ``errors`` tells those that diverged, by number, and ``left`` those that were given up, with the epoch: they have no
    say. ``metrics`` are what was measured beside the usual.
    """

    def __init__(
        self,
        networks: Sequence[Network],
        errors: Mapping[int, NonFiniteError] | None = None,
        left: Mapping[int, int] | None = None,
        metrics: Mapping[str, Metric] | None = None,
    ) -> None:
        self.networks = tuple(networks)
        self.errors, self.left = dict(errors or {}), dict(left or {})
        self.metrics = dict(metrics or {})

    def __len__(self) -> int:
        return len(self.networks)

    @overload
    def __getitem__(self, number: int) -> Network: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Network]: ...
    def __getitem__(self, number: int | slice) -> Network | Sequence[Network]:
        return self.networks[number]

    def __iter__(self) -> Iterator[Network]:
        return iter(self.networks)

    def __repr__(self) -> str:
        ended = f", {len(self.errors)} diverged" if self.errors else ""
        left = f", {len(self.left)} given up" if self.left else ""
        return f"Ensemble({len(self)} networks{ended}{left})"

    @property
    def trained(self) -> list[Network]:
        """The networks that were trained to their ends.

        Raises:
            NonFiniteError: E201 if all of them did, with the first one's step.
        """
        out = {*self.errors, *self.left}
        kept = [one for k, one in enumerate(self.networks) if k not in out]
        if not kept:
            raise next(iter(self.errors.values()))
        return kept

    def best(self, monitor: str = "val_loss") -> Network:
        """The network whose ``monitor`` is best at the weights it has, or its loss where nothing was held out."""
        trained = self.trained
        known = usual(trained[0].plan.labels, logits=trained[0].gives_logits)
        return trained[ranked(trained, monitor, {**known, **self.metrics})[0]]

    def each(self, X: Any) -> Array:
        """The predictions of every network that was trained to its end, (networks, samples, outputs).

        Raises:
            UsageError: E411 if the networks have different outputs.
        """
        found = [one.predict(X) for one in self.trained]
        shapes = sorted({one.shape[1:] for one in found})
        if len(shapes) > 1:
            raise UsageError(
                "E411",
                f"the networks have different outputs, {' and '.join(map(str, shapes))}: they have no mean",
            )
        return np.stack(found)

    def predict(self, X: Any) -> Array:
        """The mean of what the networks predict."""
        return np.asarray(np.mean(self.each(X), axis=0))

    def spread(self, X: Any) -> Array:
        """How far the networks are apart: the standard deviation of what they predict."""
        return np.asarray(np.std(self.each(X), axis=0))

    def classes(self, X: Any) -> Array:
        """The class of every sample by the mean prediction."""
        first = self.trained[0]
        found = self.predict(X)
        return classes(found, first.plan.labels, logits=first.gives_logits)

    def evaluate(self, X: Any, Y: Any) -> dict[str, float]:
        """The usual metrics of the mean prediction."""
        first = self.trained[0]
        measured = usual(first.plan.labels, logits=first.gives_logits)
        data, predicted = first.data(X, Y), self.predict(X)
        return {name: metric(predicted, data.Y) for name, metric in measured.items()}

    def save(self, folder: str | Path, about: Mapping[str, Any] | None = None) -> Path:
        """Write every network that was trained to its end into a folder of its own inside of ``folder``.

        Raises:
            CorruptFileError: E504 if they cannot be written.
            UsageError: E411 if there is an ensemble already: its networks would be mixed with these.
        """
        path = Path(folder)
        if any(path.glob(MEMBERS)):
            raise UsageError(
                "E411", f"{path} already holds networks", hint="take another folder"
            )
        trained = self.trained
        for number, network in enumerate(trained):
            named = {**(about or {}), "member": number, "members": len(trained)}
            network.save(path / f"member-{number:04}", named)
        return path

    @staticmethod
    def load(folder: str | Path, **own: Any) -> Ensemble:
        """The ensemble saved in a folder; ``own`` are layers and a loss of your own, as ``Network.load`` takes them.

        Raises:
            CorruptFileError: E503 or E504 for files that are damaged, or networks that are missing.
        """
        places = sorted(Path(folder).glob(MEMBERS))
        for place in places:
            n_members = model_file.read_description(place)["about"].get("members")
            if n_members != len(places):
                raise CorruptFileError(
                    "E504",
                    f"{folder} holds {len(places)} networks, and {place.name} is of an ensemble of {n_members}",
                    hint="save the ensemble again, into another folder",
                )
        if not places:
            raise CorruptFileError("E504", f"{folder} holds no ensemble")
        return Ensemble([Network.load(place, **own) for place in places])


def ranked(
    networks: Sequence[Network], monitor: str, metrics: Mapping[str, Metric]
) -> list[int]:
    """The places of networks, the best first, by ``monitor`` at the weights they have, or by their loss where some have none.

    What is no number comes last.
    """
    name = monitor if all(monitor in one.reached for one in networks) else "loss"

    metric = metrics.get(name.removeprefix("val_"))
    sign = -1 if getattr(metric, "better", "less") == "more" else 1

    def key(place: int) -> tuple[bool, float]:
        number = networks[place].reached[name]
        return bool(np.isnan(number)), sign * number

    return sorted(range(len(networks)), key=key)


MEMBERS = "member-*"
"""What the folders of the networks are called."""
