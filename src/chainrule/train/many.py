"""Many networks at once, each as it would be alone: on threads that share what is compiled, or as one program on a device."""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from pathlib import Path
from threading import Event
from typing import Any, Unpack

import numpy as np

from chainrule.nn.options import settled, taking
from chainrule.nn.takes import whole
from chainrule.program import Array, NonFiniteError, UsageError
from chainrule.program.room import require_room
from chainrule.train.data.samples import places_apart
from chainrule.train.loop.engine import ALIKE
from chainrule.train.loop.epochs import Training
from chainrule.train.loop.fitting import beginning, hand_over
from chainrule.train.loop.progress import said
from chainrule.train.loop.state import Data
from chainrule.train.loop.together import Together
from chainrule.train.model.compiled import Plan
from chainrule.train.model.ensemble import Ensemble
from chainrule.train.model.network import Network
from chainrule.train.model.validate import table_of
from chainrule.train.options import FitOptions


@taking(FitOptions)
def fit_many(
    networks: Sequence[Network],
    X: Any,
    Y: Any,
    *,
    threads: int | None = None,
    **options: Unpack[FitOptions],
) -> Ensemble:
    """Fit networks to the same samples, as many at once as there are cores; ``options`` are those of ``fit``.

    The numbers are those of fitting each alone. Networks of one shape share the samples and one compiled step, whatever
    their seeds, learning rates and penalties are; with ``engine="jax"`` every step takes all of them on, unless they are watched. A network stops early by itself; one that diverges ends alone, with its
    error in ``errors``. With ``checkpoint`` each has a folder of its own inside of that one. Callbacks are called from
    the threads of the networks.

    Raises:
        UsageError: E411 for a network that is there twice, or none; and whatever ``fit`` raises of the first that it
            refuses.
        LimitError: E601 if the networks would not fit into memory, before they are made.

    >>> import numpy as np
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = np.array([0, 1, 1, 0])
    >>> networks = [
    ...     Network((8,), activation="tanh", learning_rate=rate, seed=seed)
    ...     for rate in (0.03, 0.1)
    ...     for seed in range(3)
    ... ]
    >>> found = fit_many(networks, X, y, epochs=200, batch_size=4)
    >>> found.classes(X).tolist()
    [0, 1, 1, 0]
    """
    asked: FitOptions = settled(FitOptions, options)
    X, n_threads = table_of(X), cores() if threads is None else _count(threads)
    made_ready(networks, X, Y, n_threads)
    folder = asked["checkpoint"]
    if asked["engine"] == "jax" and not (
        folder or asked["callbacks"] or asked["after_step"]
    ):
        return Ensemble(networks, as_one(networks, X, Y, asked))

    def fit(number: int, watch: Callable[[Training], bool]) -> None:
        own: FitOptions = {**options, "callbacks": (*asked["callbacks"], watch)}
        own["verbose"] = 0
        if folder is not None:
            own["checkpoint"] = Path(folder) / f"network-{number:04}"
        networks[number].fit(X, Y, **own)
        if asked["verbose"]:
            told(networks, number)

    return Ensemble(networks, at_once(len(networks), fit, n_threads))


def as_one(
    networks: Sequence[Network], X: Any, Y: Any, asked: FitOptions
) -> dict[int, NonFiniteError]:
    """Fit networks on JAX's device, those whose steps are one program together; the errors of those that diverged."""
    alike: dict[int, tuple[Data, Data | None]] = {}
    parts: dict[tuple[int, int], tuple[Data, Data, Array]] = {}
    groups: dict[tuple[int, int], list[int]] = {}
    trainings, rows = [], []
    for number, network in enumerate(networks):
        form = id(network.plan.form)
        if form not in alike:
            alike[form] = network.samples(X, Y, asked)
        whole, held = alike[form]
        data, places = whole, np.arange(len(whole))
        if isinstance(asked["validation"], float):
            key = form, network.seed
            if key not in parts:
                places, apart = places_apart(
                    len(whole), asked["validation"], network.seed
                )
                parts[key] = whole.at(places), whole.at(apart), places
            data, held, places = parts[key]
        training = Training(
            network.plan,
            network.settings(asked),
            data,
            beginning(network),
            validation=held,
            metrics=network.measures(asked),
        )
        trainings.append(training)
        rows.append(places)
        # what is not JAX's is a group of its own
        own = -1 if training.engine.name == "jax" else number
        groups.setdefault((id(training.step) if own < 0 else own, form), []).append(
            number
        )
    errors: dict[int, NonFiniteError] = {}
    try:
        for (_, form), group in groups.items():
            errors |= _group(group, trainings, alike[form][0], rows)
    finally:
        for number, (training, network) in enumerate(
            zip(trainings, networks, strict=True)
        ):
            if number not in errors:
                training.finish()
            hand_over(training, network)
            if asked["verbose"] and training.progress.history:
                told(networks, number)
    return dict(sorted(errors.items()))


def _group(
    numbers: Sequence[int],
    trainings: Sequence[Training],
    samples: Data,
    rows: Sequence[Array],
) -> dict[int, NonFiniteError]:
    """Train those of these numbers; the errors of those that diverged."""
    if len(numbers) > 1:
        own = Together(
            [trainings[k] for k in numbers], samples, [rows[k] for k in numbers]
        )
        return {numbers[place]: error for place, error in own.run().items()}
    try:
        trainings[numbers[0]].run()
    except NonFiniteError as error:
        return {numbers[0]: error}
    return {}


def at_once(
    n: int, fit: Callable[[int, Callable[[Training], bool]], None], n_threads: int
) -> dict[int, NonFiniteError]:
    """``fit`` called with every number below ``n``, on threads; the errors of those that diverged, by number.

    What else it raises ends them all, as Ctrl-C does: the watcher that each is given says so after its next epoch.
    """
    errors: dict[int, NonFiniteError] = {}
    ended = Event()

    def one(number: int) -> None:
        try:
            fit(number, lambda _training: ended.is_set())
        except NonFiniteError as error:
            errors[number] = error

    before = ALIKE.set(n)
    try:
        with ThreadPoolExecutor(n_threads, "fit_many") as pool:
            running = [pool.submit(copy_context().run, one, k) for k in range(n)]
            try:
                for each in as_completed(running):
                    each.result()
            finally:
                ended.set()
                pool.shutdown(wait=False, cancel_futures=True)
    finally:
        ALIKE.reset(before)
    return dict(sorted(errors.items()))


def made_ready(networks: Sequence[Network], X: Any, Y: Any, n_threads: int) -> None:
    """Let networks meet their samples, and share what those alike have in common.

    Raises:
        UsageError: E411, LimitError: E601.
    """
    if not networks:
        raise UsageError("E411", "there are no networks to fit")
    places: dict[int, int] = {}
    for number, network in enumerate(networks):
        first = places.setdefault(id(network), number)
        if first != number:
            raise UsageError(
                "E411",
                f"networks {first} and {number} are one network, which cannot be trained twice at once",
                hint="[Network((16,), seed=seed) for seed in range(8)]",
            )
    _require_room(networks, X, Y, n_threads)
    forms: list[Plan] = []
    for network in networks:
        if network.plan_ is None:
            network.data(X, Y)
        network.plan.share(forms)
        # a schedule that remembers is one network's own
        network.schedule = copy.copy(network.schedule)


def _require_room(networks: Sequence[Network], X: Any, Y: Any, n_threads: int) -> None:
    """Refuse networks that would not fit, having made one of each kind."""
    kinds: list[tuple[Any, int]] = []
    total = largest = 0
    for network in networks:
        kind = (network.hidden, network.open_ended, network.dtype)
        size = next((size for known, size in kinds if known == kind), None)
        if size is None:
            network.data(X, Y)
            size = sum(array.nbytes for array in network.numbers_.values())
            kinds.append((kind, size))
        # beside its weights, a training has their gradients, its optimizer's state, and what is put back
        largest = max(largest, size * (4 + 2 * len(network.optimizer.state)))
        total += size
    what = f"fitting {len(networks)} networks, {n_threads} at once,"
    require_room(
        total + n_threads * largest, what, "fit fewer networks, or fewer threads"
    )


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _count(threads: Any) -> int:
    try:
        return int(whole(1)(threads))
    except ValueError:
        raise UsageError(
            "E411", f"threads is a whole number from 1 on; got {threads!r}"
        ) from None


def told(networks: Sequence[Network], number: int) -> None:
    """A line for a network that is done."""
    row = networks[number].reached
    sys.stderr.write(
        f"network {number + 1} of {len(networks)}: epoch {row.get('epoch', 0):g}  {said(row)}\n"
    )
