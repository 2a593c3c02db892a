"""Trainings of one step taken together on a device: each is counted, judged and stopped by itself, as it would be alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from chainrule.engines.jax import JaxStep
from chainrule.engines.jax_members import JaxMembers
from chainrule.program import Array, NonFiniteError
from chainrule.train.loop import batches
from chainrule.train.loop.engine import rows_of
from chainrule.train.loop.epochs import Training
from chainrule.train.loop.interrupt import deferred
from chainrule.train.loop.seeds import mask_key
from chainrule.train.loop.state import Data

LONGEST = 1.0
"""Seconds after which trainings that nobody judges are looked at: what they have reached is fetched, and may diverge."""
COMPILING = 5.0
"""Seconds that must be saved by going on with fewer, which are compiled anew."""


class Together:
    """Trainings of one step on some of the ``samples``: ``rows`` are the places of those that each is trained on.

    They begin at one epoch, and nobody watches their steps or epochs.
    """

    def __init__(
        self, trainings: Sequence[Training], samples: Data, rows: Sequence[Array]
    ) -> None:
        self.trainings, self.rows = trainings, rows
        first = trainings[0]
        assert first.compiled is not None  # noqa: S101 - who takes them together has looked
        step = first.compiled.step
        assert isinstance(step, JaxStep)  # noqa: S101 - the same
        keys = [mask_key(one.settings.seed) for one in trainings]
        self.members = JaxMembers(step, rows_of(samples), keys)
        self.errors: dict[int, NonFiniteError] = {}
        self.held = list(range(len(trainings)))
        # those of one seed mix alike, and have the same rows
        seeds = [one.settings.seed for one in trainings]
        self.mixing = {seed: seeds.index(seed) for seed in seeds}
        self.is_judged = any(one.is_judged for one in trainings) or first.weighted

    def run(self) -> dict[int, NonFiniteError]:
        """Train them all to where they are to be looked at, or to their ends; the errors of those that diverged, by number.

        Raises:
            KeyboardInterrupt: after the epoch in which it was asked for.
        """
        begun = [batches.begun(self.trainings[number]) for number in self.held]
        self.members.hold(
            {name: np.stack([one[name] for one in begun]) for name in begun[0]}
        )
        with np.errstate(all="ignore"), deferred() as stop:
            while going := [k for k in self.held if self._goes_on(k)]:
                self._drop(going)
                self._stretch(going, stop)
                if stop:
                    raise KeyboardInterrupt
        return self.errors

    def _goes_on(self, number: int) -> bool:
        return number not in self.errors and self.trainings[number].goes_on

    def _drop(self, going: list[int]) -> None:
        """Take those out that have ended, where this pays."""
        first = self.trainings[going[0]]
        epochs = first.last - first.progress.epoch
        steps = (len(self.held) - len(going)) * first.n_batches * epochs
        if steps * self.members.step.seconds > COMPILING:
            self.members.keep([self.held.index(k) for k in going])
            self.held = going

    def _stretch(self, going: Sequence[int], stop: Sequence[int]) -> None:
        """Some epochs, until somebody wants to look at what they have reached."""
        first = self.trainings[going[0]]
        left = first.last - first.progress.epoch
        start, done = time.perf_counter(), []
        for skipped in range(1 if self.is_judged else left):
            orders = self._orders(first.progress.epoch + skipped)
            losses = self._advance(first.progress.epoch, skipped, orders)
            done.append((losses, orders))
            if (
                stop
                or not np.isfinite(losses).all()
                or time.perf_counter() > start + LONGEST
            ):
                break
        reached = self.members.reached()
        for place, number in enumerate(self.held):
            if number in going:
                own = [
                    (losses[place], orders[self.trainings[number].settings.seed])
                    for losses, orders in done
                ]
                numbers = {name: array[place] for name, array in reached.items()}
                self._settle(number, own, numbers)

    def _orders(self, epoch: int) -> dict[int, Array]:
        """The places of the samples in the order of an epoch, by seed."""
        needed = {self.trainings[k].settings.seed for k in self.held}
        found = {}
        for seed in needed:
            number = self.mixing[seed]
            training, rows = self.trainings[number], self.rows[number]
            mixed = training.settings.fit["shuffle"]
            found[seed] = (
                training.order(epoch, len(rows)) if mixed else np.arange(len(rows))
            )
        return found

    def _advance(self, epoch: int, skipped: int, orders: Mapping[int, Array]) -> Array:
        """One epoch of all that are held."""
        held = [self.trainings[k] for k in self.held]
        n_batches = held[0].n_batches
        before = skipped * n_batches
        seeds = {seed: place for place, seed in enumerate(orders)}
        return self.members.advance(
            epoch + skipped,
            np.array([one.progress.step + 1 + before for one in held]),
            np.stack([one.rates(n_batches, before) for one in held]),
            np.stack(
                [self.rows[self.mixing[seed]][order] for seed, order in orders.items()]
            ),
            np.array([seeds[one.settings.seed] for one in held]),
        )

    def _settle(
        self,
        number: int,
        epochs: Sequence[tuple[Array, Array]],
        numbers: Mapping[str, Array],
    ) -> None:
        """Tell one training of the epochs that were taken; one that diverged takes them again, alone, and says where."""
        training = self.trainings[number]
        try:
            if not all(np.isfinite(losses).all() for losses, _ in epochs):
                self._alone(number)
                return
            for losses, order in epochs:
                is_last = losses is epochs[-1][0]
                if is_last:
                    batches.store(training, {**numbers})
                batches.counted(training, losses, order)
                training.end_epoch(reached=is_last)
        except NonFiniteError:
            self._alone(number)

    def _alone(self, number: int) -> None:
        """Go on with one alone from where all was good, to its end."""
        training = self.trainings[number]
        training.put_back()
        try:
            training.run()
        except NonFiniteError as error:
            self.errors[number] = error
