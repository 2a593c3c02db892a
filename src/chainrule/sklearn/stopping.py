"""When to stop and when to slow down, as scikit-learn does: told of every epoch, it remembers what is shown afterwards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from chainrule.program import Array
from chainrule.sklearn.settings import EstimatorSettings


@dataclass
class Stopping:
    """The epochs so far, over all fits that went on from each other."""

    factor: float = 1.0
    n_seen: int = 0
    waited: int = 0
    losses: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    best_loss: float = math.inf
    best_score: float = -math.inf
    best: Mapping[str, Array] | None = None

    def schedule(self, _t: int, _n: int) -> float:
        """The factor on the learning rate now."""
        return self.factor

    def judge(
        self,
        settings: EstimatorSettings,
        loss: float,
        n_samples: int,
        numbers: Mapping[str, Array],
        score: float | None,
    ) -> bool:
        """Look at an epoch; True where training should stop."""
        self.losses.append(loss)
        self.n_seen += n_samples
        better = "Training loss did not improve"
        if score is not None:
            better = "Validation score did not improve"
            self.scores.append(score)
            # written so that a score that is no number does not count as waiting
            waits = score < self.best_score + settings.tol
            if score > self.best_score:
                self.best_score = score
                self.best = {name: array.copy() for name, array in numbers.items()}
        else:
            waits = loss > self.best_loss - settings.tol
            self.best_loss = min(self.best_loss, loss)
        self.waited = self.waited + 1 if waits else 0
        sgd = settings.solver == "sgd"
        if sgd and settings.learning_rate == "invscaling":
            self.factor = 1 / (self.n_seen + 1) ** settings.power_t
        if self.waited <= settings.n_iter_no_change:
            return False
        said = f"{better} more than tol={settings.tol:f} for {settings.n_iter_no_change} consecutive epochs."
        return self._gives_up(settings, said)

    def _gives_up(self, settings: EstimatorSettings, said: str) -> bool:
        rate = self.factor * settings.learning_rate_init
        adaptive = settings.solver == "sgd" and settings.learning_rate == "adaptive"
        if not adaptive or rate <= 1e-6:
            _say(
                settings,
                f"{said}{' Learning rate too small.' if adaptive else ''} Stopping.",
            )
            return True
        self.factor /= 5
        self.waited = 0
        _say(settings, f"{said} Setting learning rate to {rate / 5:f}")
        return False


def _say(settings: EstimatorSettings, line: str) -> None:
    if settings.verbose:
        print(line)  # noqa: T201 - what verbose asks for
