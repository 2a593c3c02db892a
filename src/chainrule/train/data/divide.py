"""A table's rows divided into those to train on and those held out."""

from __future__ import annotations

import numpy as np

from chainrule.program import Array, UsageError


def divide(
    n: int, share: float, seed: int, labels: Array | None
) -> tuple[Array, Array]:
    """Rows to train on and rows held out; with ``labels`` each class is divided alike, and none is held out whole.

    Raises:
        UsageError: E411 if one of the two would be empty.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(11,)))
    order = rng.permutation(n)
    n_test = round(share * n)
    if labels is not None:
        order, n_test = _dealt(order, labels[order], n_test)
    if share and not 0 < n_test < n:
        kept = "all of the rows" if n_test else "none of the rows"
        why = ", as each class keeps one to train on" if labels is not None else ""
        raise UsageError(
            "E411",
            f"a share of {share:g} of {n} row{'s' * (n != 1)} holds out {kept}{why}",
            hint="--test 0 trains on all of them",
        )
    return np.sort(order[n_test:]), np.sort(order[:n_test])


def _dealt(order: Array, labels: Array, n_first: int) -> tuple[Array, int]:
    """``order`` changed so that its first ``n_first`` hold each class by its share, to the nearest row.

    A row of each class stays with the others, so there may be fewer first ones than asked for.
    """
    kinds, counts = np.unique(labels, return_counts=True)
    wanted = counts * n_first / max(len(order), 1)
    taken = np.floor(wanted).astype(int)
    # the rows that rounding left over go to the classes that lost most by it
    for place in np.argsort(taken - wanted, kind="stable")[: n_first - taken.sum()]:
        taken[place] += 1
    taken = np.minimum(taken, counts - 1)
    first = np.zeros(len(order), dtype=bool)
    for kind, count in zip(kinds, taken, strict=True):
        first[np.flatnonzero(labels == kind)[:count]] = True
    return np.concatenate([order[first], order[~first]]), int(taken.sum())
