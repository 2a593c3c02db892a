"""Many networks at once, each as it would be alone: on threads that share what is compiled, or as one program on a device."""

from __future__ import annotations

import copy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

from chainrule.nn.constraints import whole
from chainrule.nn.options import settled, taking
from chainrule.program import UsageError
from chainrule.program.room import require_room
from chainrule.train.loop.progress import said, warn
from chainrule.train.members import Members, Watch, at_once, cores
from chainrule.train.model.compiled import NetworkPlan
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
    halving: int | None = None,
    **options: Unpack[FitOptions],
) -> Ensemble:
    """Fit networks to the same samples, as many at once as there are cores; ``options`` are those of ``fit``.

    The numbers are those of fitting each alone. Networks of one shape share the samples and one compiled step, whatever
    their seeds, learning rates and penalties are; with ``engine="jax"`` every step takes all of them on, unless they are watched. A network stops early by itself; one
    that diverges ends alone, with its error in ``errors``. With ``checkpoint`` each has a folder of its own inside of
    that one. Callbacks are called from the threads of the networks; ``threads`` says how many there are.

    With ``halving=3`` the best third by ``monitor`` goes on after each round, which is three times as long as the one
    before, until no more than three are left, which are trained to their ends; the others stand in ``left``.

    Raises:
        UsageError: E411 for a network that is there twice, or none, and for halving with nothing held out or with
            checkpoints; and whatever ``fit`` raises of the first that it refuses.
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
    X, n_threads = (
        table_of(X),
        cores() if threads is None else _count("threads", threads),
    )
    factor = None if halving is None else factor_of(halving, asked)
    n_kept = len(networks) if factor or asked["engine"] == "jax" else n_threads
    made_ready(networks, X, Y, n_threads, n_kept)
    folder = asked["checkpoint"]

    def tell(number: int) -> None:
        if asked["verbose"]:
            told(networks, number)

    def fit(number: int, watch: Watch) -> None:
        own: FitOptions = {**options, "callbacks": (*asked["callbacks"], watch)}
        own["verbose"] = 0
        own["checkpoint"] = Path(str(folder)) / f"network-{number:04}"
        networks[number].fit(X, Y, **own)
        tell(number)

    if folder is not None:
        n = len(networks)
        errors = at_once(range(n), fit, n_threads, n_alike=n)
        return Ensemble(networks, errors, metrics=asked["metrics"])
    members = Members(networks, X, Y, [asked] * len(networks), n_threads)
    say = warn if asked["verbose"] else (lambda _: None)
    members.train(factor, asked["monitor"], tell, say)
    return Ensemble(networks, members.errors, members.left, asked["metrics"])


def factor_of(halving: Any, asked: FitOptions) -> int:
    """Of how many networks one goes on.

    Raises:
        UsageError: E411 where that cannot be.
    """
    factor = _count("halving", halving, 2)
    if asked["checkpoint"] is not None:
        raise UsageError(
            "E411",
            "halving gives networks up after some epochs, and checkpoints would take them on: take one of the two",
        )
    if asked["validation"] is None and asked["monitor"].startswith("val_"):
        raise UsageError(
            "E411",
            f"halving judges networks by {asked['monitor']}, and nothing is held out",
            hint="validation=0.2",
        )
    return factor


def made_ready(
    networks: Sequence[Network], X: Any, Y: Any, n_threads: int, n_kept: int
) -> None:
    """Let networks meet their samples, and share what those alike have in common; ``n_kept`` trainings are there at once.

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
    _require_room(networks, X, Y, n_threads, n_kept)
    forms: list[NetworkPlan] = []
    for network in networks:
        if network.plan_ is None:
            network.data(X, Y)
        network.plan.share(forms)
        # a schedule that remembers is one network's own
        network.schedule = copy.copy(network.schedule)


def _require_room(
    networks: Sequence[Network], X: Any, Y: Any, n_threads: int, n_kept: int
) -> None:
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
        total + max(n_threads, n_kept) * largest,
        what,
        "fit fewer networks, or fewer threads",
    )


def _count(name: str, asked: Any, least: int = 1) -> int:
    try:
        return int(whole(least)(asked))
    except ValueError:
        raise UsageError(
            "E411", f"{name} is a whole number from {least} on; got {asked!r}"
        ) from None


def told(networks: Sequence[Network], number: int) -> None:
    """A line for a network that is done."""
    row = networks[number].reached
    sys.stderr.write(
        f"network {number + 1} of {len(networks)}: epoch {row.get('epoch', 0):g}  {said(row)}\n"
    )
