"""What a user calls data, brought to what a network takes; what does not fit is refused in shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.nn import Loss
from chainrule.program import Array, DTypeError, ShapeError, UsageError
from chainrule.train.loop.metrics import classes
from chainrule.train.loop.state import Data
from chainrule.train.model.compiled import NetworkPlan
from chainrule.train.model.validate import (
    require_class_weights,
    require_classes,
    require_weights,
)


def inputs_of(X: Any, dtype: str, *, whole: bool, arrays: bool = False) -> Array:
    """Samples in rows, as floats; whole numbers stay what they are where they are looked up.

    A sample is a row of numbers, or an array where the network takes ``arrays``.

    Raises:
        ShapeError: E101 if they do not stand in rows.
        DTypeError: E110 if they are not numbers.
    """
    array = np.asarray(X)
    if array.ndim != 2 and not (arrays and array.ndim > 2):
        hint = (
            "X.reshape(-1, 1) for one number a sample, X.reshape(1, -1) for one sample"
        )
        if array.ndim > 2:
            hint = "X.reshape(len(X), -1), or Flatten() as the first layer, gives each sample one row of numbers"
        raise ShapeError(
            "E101",
            f"the samples have the shape {array.shape}; they stand in rows, (samples, numbers)",
            hint=hint,
        )
    if array.dtype.kind not in "fiub":
        raise DTypeError("E110", f"the samples are {array.dtype}; numbers are needed")
    return array if whole else array.astype(dtype, copy=False)


def require_units(X: Array, units: tuple[int, ...]) -> None:
    """Refuse samples of another shape than the network takes.

    Raises:
        ShapeError: E101.
    """
    given = X.shape[1:]
    if given == units:
        return
    if len(given) == len(units) == 1:
        message = f"the samples have {given[0]} numbers, the network takes {units[0]}"
        raise ShapeError("E101", message)
    message = f"each sample has the shape {given}, the network takes {units}"
    same = int(np.prod(given)) == int(np.prod(units))
    hint = f"X.reshape({', '.join(map(str, (len(X), *units)))})" if same else ""
    raise ShapeError("E101", message, hint=hint)


def require_words(X: Array, lookups: Mapping[int, int]) -> None:
    """Refuse numbers that a layer would look up and are not there: NumPy counts -1 from the end.

    Raises:
        ShapeError: E102 at the first.
    """
    for column, n_words in lookups.items():
        _require_whole_numbers(X[:, column], n_words, column)


def _require_whole_numbers(column: Array, n_words: int, place: int) -> None:
    there = (column >= 0) & (column < n_words) & (column == np.floor(column))
    if not there.all():
        row = int(np.argmin(there))
        raise ShapeError(
            "E102",
            f"sample {row}, column {place}: {column[row]:g} is looked up; an embedding of {n_words} words takes the"
            f" whole numbers from 0 to {n_words - 1}",
        )


def kind_of(labels: Array, loss: Loss | None) -> str | None:
    """The kind of labels these are, among those the loss takes; None where its usual kind will do."""
    takes = [] if loss is None else list(loss.lines)
    if (
        labels.ndim == 1
        and labels.dtype.kind in "iu"
        and (not takes or "integer" in takes)
    ):
        return "integer"
    if not takes and labels.ndim == 2 and np.isin(labels, (0, 1)).all():
        several = labels.shape[1] > 1 and (labels.sum(axis=1) == 1).all()
        return "one-hot" if several else "0/1"
    return None


def n_outputs_of(labels: Array, kind: str | None) -> int:
    """How many outputs labels ask for: a column each, or one for every class."""
    if kind == "integer":
        return int(labels.max(initial=0)) + 1
    return int(labels.shape[1]) if labels.ndim > 1 else 1


def labels_of(Y: Any, plan: NetworkPlan, n: int) -> Array:
    """Labels in the shape of the predictions, or a class number a sample.

    Raises:
        ShapeError: E101 where they do not fit; they are never broadcast.
    """
    labels = np.asarray(Y)
    wanted = (n,) if plan.labels == "integer" else (n, plan.n_outputs)
    if labels.shape != wanted:
        flat = labels.shape == (n,) and wanted == (n, 1)
        raise ShapeError(
            "E101",
            f"the labels have the shape {labels.shape}, the predictions {(n, plan.n_outputs)}",
            detail=f"NumPy would broadcast these to {(n, n)}; the loss would be wrong"
            if flat
            else "",
            hint=f"Y.reshape({n}, 1)"
            if flat
            else f"{plan.loss.name} takes {plan.labels} labels of the shape {wanted}",
        )
    if plan.labels != "integer":
        return labels.astype(plan.dtype, copy=False)
    require_classes(labels, plan.n_outputs)
    return labels


def weights_of(weight: Any, plan: NetworkPlan, n: int) -> Array:
    """How much each sample weighs, in the shape that the loss multiplies.

    Raises:
        ShapeError: E101 if there is not one weight a sample.
        DTypeError: E110 if they are not numbers.
        UsageError: E411 if one is below 0 or not finite, or all are 0.
    """
    weights = np.asarray(weight)
    require_weights(weights, n)
    weights = weights.astype(plan.dtype)
    return weights[:, None] if plan.loss.entries else weights


def class_weights(
    data: Data, plan: NetworkPlan, asked: Mapping[int, float] | str
) -> Array:
    """Each sample's weight by its class: as told, or ``"balanced"``, so that every class counts alike.

    Raises:
        UsageError: E410 for a class that does not exist, E411 if samples have several labels, or the weights are
            neither.
    """
    found = data.Y if plan.labels == "integer" else classes(data.Y, plan.labels)
    found = found[:, 0] if found.ndim > 1 and found.shape[1] == 1 else found
    if found.ndim != 1:
        raise UsageError(
            "E411", "class weights need one class a sample; these labels have several"
        )
    if isinstance(asked, str):
        if asked != "balanced":
            raise UsageError(
                "E411", f"class_weight is 'balanced' or a mapping; got {asked!r}"
            )
        counts = np.bincount(found)
        each = len(found) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    else:
        several = plan.labels in ("integer", "one-hot", "probabilities")
        n_classes = plan.n_outputs if several else 2
        require_class_weights(asked, n_classes)
        each = np.array([asked.get(number, 1.0) for number in range(n_classes)])
    weights = weights_of(each[found], plan, len(found))
    return weights if data.weight is None else weights * data.weight


def split(data: Data, share: float, seed: int) -> tuple[Data, Data]:
    """Data without a share of its samples, and that share.

    Raises:
        UsageError: E411 if one of the two would be empty.
    """
    kept, held = places_apart(len(data), share, seed)
    return data.at(kept), data.at(held)


def places_apart(n: int, share: float, seed: int) -> tuple[Array, Array]:
    """The places of ``n`` samples without a share of them, and those of that share.

    Raises:
        UsageError: E411 if one of the two would be empty.
    """
    n_held = round(share * n)
    if not 0 < n_held < n:
        raise UsageError(
            "E411", f"a validation share of {share} leaves {n_held} of {n} samples"
        )
    stream = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(5,)))
    order = stream.permutation(n)
    return np.sort(order[n_held:]), np.sort(order[:n_held])
