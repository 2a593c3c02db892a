"""A search on a table: every combination of some options trained at once, on the same rows, and the best one told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.nn.options import (
    Mistake,
    in_file,
    options,
    part_of,
    place,
    read,
    settled,
)
from chainrule.nn.tomlfile import parse
from chainrule.program import Array, UsageError
from chainrule.train.data.samples import split
from chainrule.train.loop.state import Data
from chainrule.train.many import made_ready
from chainrule.train.members import Members, cores
from chainrule.train.model.network import Network
from chainrule.train.options import (
    FitOptions,
    Hidden,
    Learning,
    Looping,
    TableOptions,
)

SEARCHED = [
    *(name for name in options(Hidden) if name != "embed"),
    *options(Learning),
    "l2",
    *("epochs", "batch_size", "accumulate", "patience", "min_delta", "class_weight"),
]
"""The options that can be searched over: those that leave the rows and what is measured on them alone."""
SHARE = 0.15
"""The share of the training rows that a search measures its networks on, where nobody says."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a combination of options came to: its loss on the rows that were watched, and after which epoch."""

    options: Mapping[str, Any]
    val_loss: float
    epoch: int
    ended: str = ""
    left: bool = False

    @property
    def rank(self) -> tuple[Any, ...]:
        """The least is the best: those trained to their ends, those given up the last, those that diverged."""
        given_up = (self.left, -self.epoch if self.left else 0)
        return bool(self.ended), *given_up, np.isnan(self.val_loss), self.val_loss

    def cells(self) -> list[str]:
        """A row of a table."""
        said = [shown(item) for item in self.options.values()]
        given_up = ", given up" if self.left else ""
        epoch = f"{self.epoch}{given_up}"
        return [*said, self.ended or f"{self.val_loss:.4g}", epoch]


def shown(item: Any) -> str:
    """An option's value as a command line has it."""
    return ",".join(map(str, item)) if isinstance(item, list | tuple) else str(item)


def read_search(path: str | Path) -> dict[str, list[Any]]:
    """The options in a TOML file, each with the list of what is tried for it.

    Raises:
        UsageError: E412 with every mistake in the file.
    """
    found: dict[str, list[Any]] = {}
    wrong: list[Mistake] = []
    for name, items in parse(path).items():
        if name in options(TableOptions) and name not in SEARCHED:
            wrong.append(
                Mistake(name, f"is not searched over; {', '.join(SEARCHED)} are")
            )
        elif name in SEARCHED and not (isinstance(items, list) and items):
            wrong.append(
                Mistake(name, f"is a list of what to try, as [{shown(items) or '…'}]")
            )
        else:
            found[name] = []
            for number, item in enumerate(
                items if isinstance(items, list) else [items]
            ):
                said, more = read(TableOptions, {name: item})
                where = place((name, number))
                wrong += [
                    Mistake(where if name in SEARCHED else name, one.what, one.error)
                    for one in more
                ]
                found[name] += said.values()
    if not found and not wrong:
        wrong.append(
            Mistake(
                "the file", "names nothing to try, as learning_rate = [0.001, 0.01]"
            )
        )
    if wrong:
        raise in_file(path, wrong)
    return found


def search(
    made: Callable[[Mapping[str, Any]], Network],
    X: Array,
    Y: Array,
    said: Mapping[str, Any],
    lists: Mapping[str, Sequence[Any]],
    *,
    halving: int | None = None,
    say: Callable[[str], Any] = lambda _: None,
) -> list[Tried]:
    """Train the network that ``made`` makes of every combination of ``lists``, the best first.

    All are trained on the same rows and measured on the same others, which ``said`` tells the share and the seed of. With
    ``halving`` most are given up on the way, as in ``fit_many``, and ``say`` is told how many.

    Raises:
        NonFiniteError: E201 if all of them diverge.
        UsageError: E411 where epochs are both given out and searched over.
    """
    if halving is not None and "epochs" in lists:
        raise UsageError(
            "E411",
            "halving says how many epochs each is trained, and epochs are searched over: take one of the two",
        )
    train, held = split(Data(X, Y), said["validation"] or SHARE, said["seed"])
    tried = [dict(zip(lists, items, strict=True)) for items in product(*lists.values())]
    networks = [made({**said, **one}) for one in tried]
    n_kept = len(networks) if halving or said["engine"] == "jax" else cores()
    made_ready(networks, train.X, train.Y, cores(), n_kept)
    asked: list[FitOptions] = [
        settled(
            FitOptions,
            {**part_of(Looping, {**said, **one}), "validation": (held.X, held.Y)},
        )
        for one in tried
    ]
    members = Members(networks, train.X, train.Y, asked, cores())
    members.train(halving, "val_loss", say=say)
    if len(members.errors) == len(networks):
        raise members.errors[0]
    rows = []
    for number, (one, network) in enumerate(zip(tried, networks, strict=True)):
        error, row = members.errors.get(number), network.reached
        ended = "" if error is None else f"diverged: {error.message}"
        loss, epoch = row.get("val_loss", np.inf), int(row.get("epoch", 0))
        rows.append(Tried(one, loss, epoch, ended, number in members.left))
    return sorted(rows, key=lambda row: row.rank)


def table(tried: Sequence[Tried]) -> list[list[str]]:
    """The combinations as a table, the best first, with its headings.

    >>> table([Tried({"learning_rate": 0.01}, 0.25, 12)])
    [['learning_rate', 'val_loss', 'epoch'], ['0.01', '0.25', '12']]
    """
    return [[*tried[0].options, "val_loss", "epoch"], *(row.cells() for row in tried)]
