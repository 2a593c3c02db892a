"""A search on a table: every combination of some options trained at once, on the same rows, and the best one told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from chainrule.nn.options import Mistake, in_file, options, part_of, place, read
from chainrule.nn.tomlfile import parse
from chainrule.program import Array, NonFiniteError
from chainrule.train.data.samples import split
from chainrule.train.loop.epochs import Training
from chainrule.train.loop.state import Data
from chainrule.train.many import at_once, cores, made_ready
from chainrule.train.model.network import Network
from chainrule.train.options import Hidden, Learning, Looping, TableOptions

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

    def cells(self) -> list[str]:
        """A row of a table."""
        said = [shown(item) for item in self.options.values()]
        return [*said, self.ended or f"{self.val_loss:.4g}", str(self.epoch)]


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
) -> list[Tried]:
    """Train the network that ``made`` makes of every combination of ``lists``, the best first.

    All are trained on the same rows and measured on the same others, which ``said`` tells the share and the seed of.

    Raises:
        NonFiniteError: E201 if all of them diverge.
    """
    train, held = split(Data(X, Y), said["validation"] or SHARE, said["seed"])
    tried = [dict(zip(lists, items, strict=True)) for items in product(*lists.values())]
    networks = [made({**said, **one}) for one in tried]
    made_ready(networks, train.X, train.Y, cores())

    def fit(number: int, watch: Callable[[Training], bool]) -> None:
        own = part_of(Looping, {**said, **tried[number]})
        networks[number].fit(
            train.X, train.Y, **own, validation=(held.X, held.Y), callbacks=[watch]
        )

    errors = at_once(len(networks), fit, cores())
    if len(errors) == len(networks):
        raise errors[0]
    rows = [
        _tried(one, network, errors.get(number))
        for number, (one, network) in enumerate(zip(tried, networks, strict=True))
    ]
    return sorted(rows, key=lambda row: (bool(row.ended), row.val_loss))


def _tried(
    said: Mapping[str, Any], network: Network, error: NonFiniteError | None
) -> Tried:
    row = network.reached
    ended = "" if error is None else f"diverged: {error.message}"
    return Tried(
        said, row.get("val_loss", float("inf")), int(row.get("epoch", 0)), ended
    )


def table(tried: Sequence[Tried]) -> list[list[str]]:
    """The combinations as a table, the best first, with its headings.

    >>> table([Tried({"learning_rate": 0.01}, 0.25, 12)])
    [['learning_rate', 'val_loss', 'epoch'], ['0.01', '0.25', '12']]
    """
    return [[*tried[0].options, "val_loss", "epoch"], *(row.cells() for row in tried)]
