"""Networks trained side by side on the same samples: on threads, or on JAX's device as one program."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from threading import Event
from typing import Any

import numpy as np

from chainrule.program import Array, NonFiniteError
from chainrule.train.data.samples import places_apart
from chainrule.train.loop.engine import ALIKE
from chainrule.train.loop.epochs import Training
from chainrule.train.loop.fitting import beginning, hand_over
from chainrule.train.loop.state import Data
from chainrule.train.loop.together import Together
from chainrule.train.model.ensemble import ranked
from chainrule.train.model.network import Network
from chainrule.train.options import FitOptions

Watch = Callable[[Training], bool]


class Members:
    """Networks that are trained on the same samples, each as it was ``asked``, from epoch to epoch or to their ends.

    ``errors`` are those of the networks that diverged, ``left`` the epochs after which others were given up.
    """

    def __init__(
        self,
        networks: Sequence[Network],
        X: Any,
        Y: Any,
        asked: Sequence[FitOptions],
        n_threads: int,
    ) -> None:
        self.networks, self.asked, self.n_threads = networks, asked, n_threads
        self.errors: dict[int, NonFiniteError] = {}
        self.left: dict[int, int] = {}
        self.begun: dict[int, Training] = {}
        self.groups: list[tuple[list[int], list[Array]]] = []
        self.together: dict[int, Together] = {}
        self.given: dict[Any, tuple[Data, Data | None]] = {}
        self.parts: dict[Any, tuple[Data, Data, Array]] = {}
        for number, network in enumerate(networks):
            kind = self._kind(number)
            if kind not in self.given:
                self.given[kind] = network.samples(X, Y, asked[number])
            network.measures(asked[number])

    def train(
        self,
        factor: int | None,
        monitor: str,
        tell: Callable[[int], Any] = lambda _: None,
        say: Callable[[str], Any] = lambda _: None,
    ) -> None:
        """Train them to their ends; ``tell`` is called with the number of each that is done.

        With a ``factor``, of so many the best one by ``monitor`` goes on after each round, which is so many times as long
        as the one before; ``say`` is called with a sentence for it.
        """
        epochs = max(one["epochs"] for one in self.asked)
        rounds = halvings(len(self.networks), epochs, factor) if factor else []
        try:
            self._group(kept=bool(rounds))
            for until, n_kept in rounds:
                self._run(until, tell, kept=True)
                self._give_up(n_kept, monitor)
                n_left = len(self.networks) - len({*self.errors, *self.left})
                say(
                    f"{n_left} of {len(self.networks)} networks go on after epoch {until}"
                )
            self._run(None, tell, kept=False)
        finally:
            for number in list(self.begun):
                self._end(number)
            self.errors = dict(sorted(self.errors.items()))
            self.left = dict(sorted(self.left.items()))

    def _kind(self, number: int) -> Any:
        """Networks of one kind take the samples alike."""
        form, weights = (
            self.networks[number].plan.form,
            self.asked[number]["class_weight"],
        )
        return id(form), repr(weights)

    def _part(self, number: int, *, shared: bool) -> tuple[Data, Data | None, Array]:
        """The samples a network is trained on, those it is measured on, and where the former stand among all."""
        kind = self._kind(number)
        data, held = self.given[kind]
        share, seed = self.asked[number]["validation"], self.networks[number].seed
        if not isinstance(share, float):
            return data, held, np.arange(len(data))
        if (kind, seed) in self.parts:
            return self.parts[kind, seed]
        rows, apart = places_apart(len(data), share, seed)
        found = data.at(rows), data.at(apart), rows
        if shared:
            self.parts[kind, seed] = found
        return found

    def _begin(self, number: int, *, shared: bool) -> tuple[Training, Array]:
        """A network's training, and where its samples stand among all."""
        network, asked = self.networks[number], self.asked[number]
        data, held, rows = self._part(number, shared=shared)
        self.begun[number] = training = Training(
            network.plan,
            network.settings(asked),
            data,
            beginning(network),
            validation=held,
            metrics=network.measures(asked),
            after_step=asked["after_step"],
        )
        return training, rows

    def _group(self, *, kept: bool) -> None:
        """Begin what has to be there from the start: all that stay for several rounds, and what is one program with others."""
        groups: dict[Any, list[int]] = {}
        rows: dict[int, Array] = {}
        before = ALIKE.set(len(self.networks))
        try:
            for number, asked in enumerate(self.asked):
                if not kept and asked["engine"] != "jax":
                    continue
                training, rows[number] = self._begin(number, shared=True)
                watched = asked["callbacks"] or asked["after_step"]
                if training.engine.name == "jax" and not watched:
                    assert training.compiled is not None  # noqa: S101 - JAX's are
                    own = id(training.compiled.step), asked["epochs"], asked["shuffle"]
                    groups.setdefault((*own, self._kind(number)), []).append(number)
        finally:
            ALIKE.reset(before)
        self.groups = [
            (numbers, [rows[k] for k in numbers])
            for numbers in groups.values()
            if len(numbers) > 1
        ]

    def _run(
        self, until: int | None, tell: Callable[[int], Any], *, kept: bool
    ) -> None:
        """Train those that are left until an epoch, or to their ends."""
        grouped = {number for numbers, _ in self.groups for number in numbers}
        for training in self.begun.values():
            training.until = until
        for place, (numbers, rows) in enumerate(self.groups):
            together = self.together.pop(place, None)
            if together is None:
                samples, _ = self.given[self._kind(numbers[0])]
                trainings = [self.begun[number] for number in numbers]
                together = Together(trainings, samples, rows)
            if kept:
                self.together[place] = together
            errors = together.run()
            self.errors |= {numbers[place]: error for place, error in errors.items()}
            for number in numbers if not kept else ():
                self._end(number)
                if number not in {*self.errors, *self.left}:
                    tell(number)

        def fit(number: int, watch: Watch) -> None:
            if number not in self.begun:
                self._begin(number, shared=False)
            training = self.begun[number]
            training.after_epoch = (*self.asked[number]["callbacks"], watch)
            try:
                training.run()
            except NonFiniteError as error:
                self.errors[number] = error
            finally:
                if not kept:
                    self._end(number)
            if not kept and number not in self.errors:
                tell(number)

        alone = [
            number
            for number in range(len(self.networks))
            if number not in {*grouped, *self.errors, *self.left}
        ]
        n_alike = len(self.networks)
        at_once(alone, fit, self.n_threads, n_alike=n_alike)

    def _give_up(self, n_kept: int, monitor: str) -> None:
        """Let the best of those that are left go on."""
        going = [k for k in self.begun if k not in self.errors and k not in self.left]
        for number in going:
            hand_over(self.begun[number], self.networks[number])
        networks, metrics = [self.networks[k] for k in going], self.begun[0].metrics
        best = ranked(networks, monitor, metrics)
        for place in best[n_kept:]:
            number = going[place]
            progress = self.begun[number].progress
            self.left[number], progress.stopped = progress.epoch, True

    def _end(self, number: int) -> None:
        """Give a network what it has reached; its training is over."""
        training = self.begun.pop(number, None)
        if training is None:
            return
        if number not in self.errors:
            training.finish()
        hand_over(training, self.networks[number])


def halvings(n: int, epochs: int, factor: int) -> list[tuple[int, int]]:
    """Successive halving: after which epochs how many of ``n`` go on, until no more than ``factor`` are left.

    Each round is ``factor`` times as long as the one before, and all of them cost about the same (Jamieson and
    Talwalkar, 2016).

    >>> halvings(64, 100, 3)
    [(4, 22), (12, 8), (34, 3)]
    >>> halvings(3, 100, 3), halvings(64, 1, 3)
    ([], [])
    """
    kept = []
    while n > factor:
        n = -(-n // factor)
        kept.append(n)
    lengths = [-(-epochs // factor**k) for k in range(len(kept), 0, -1)]
    return [
        (length, n_kept)
        for length, n_kept in zip(lengths, kept, strict=True)
        if length < epochs
    ]


def at_once(
    numbers: Iterable[int],
    fit: Callable[[int, Watch], None],
    n_threads: int,
    *,
    n_alike: int,
) -> dict[int, NonFiniteError]:
    """``fit`` called with every number, on threads; the errors of those that diverged, by number.

    ``n_alike`` trainings share what is compiled. What else ``fit`` raises ends them all, as Ctrl-C does: the watcher that
    each is given says so after its next epoch.
    """
    errors: dict[int, NonFiniteError] = {}
    ended = Event()

    def one(number: int) -> None:
        try:
            fit(number, lambda _training: ended.is_set())
        except NonFiniteError as error:
            errors[number] = error

    before = ALIKE.set(n_alike)
    try:
        with ThreadPoolExecutor(n_threads, "fit_many") as pool:
            running = [pool.submit(copy_context().run, one, k) for k in numbers]
            try:
                for each in as_completed(running):
                    each.result()
            finally:
                ended.set()
                pool.shutdown(wait=False, cancel_futures=True)
    finally:
        ALIKE.reset(before)
    return dict(sorted(errors.items()))


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
