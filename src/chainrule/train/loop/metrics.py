"""How good predictions are: accuracy, R² and the like, from predictions and labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from chainrule.nn.losses import Labels
from chainrule.program import Array


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that says how good predictions are, and whether more or less of it is better.

    >>> Metric(lambda predicted, true: float(np.abs(predicted - true).max()), "less")(
    ...     np.array([1.0, 2.0]), np.array([1.0, 4.0])
    ... )
    2.0
    """

    measure: Callable[[Array, Array], float]
    better: Literal["more", "less"]

    def __call__(self, predicted: Array, true: Array) -> float:
        """How good ``predicted`` is."""
        return self.measure(predicted, true)


def classes(predicted: Array, kind: Labels, *, logits: bool = False) -> Array:
    """The class of every sample: the largest of several, or which side of the middle."""
    if kind in ("one-hot", "integer", "probabilities"):
        return np.asarray(np.argmax(predicted, axis=1))
    return np.asarray(
        predicted > (0.0 if logits or kind == "-1/+1" else 0.5), dtype=np.int64
    )


def accuracy(kind: Labels, *, logits: bool = False) -> Metric:
    """The share of samples whose class (whose every label, where there are several) is right."""

    def measure(predicted: Array, true: Array) -> float:
        found = classes(predicted, kind, logits=logits)
        if kind == "integer":
            wanted = np.asarray(true)
        elif kind in ("one-hot", "probabilities"):
            wanted = np.argmax(true, axis=1)
        else:
            wanted = (np.asarray(true) > (0 if kind == "-1/+1" else 0.5)).astype(
                np.int64
            )
        right = found == wanted
        return float(np.mean(right if right.ndim == 1 else right.all(axis=1)))

    return Metric(measure, "more")


def r2(predicted: Array, true: Array) -> float:
    """The share of the variance that is explained, averaged over the outputs.

    >>> r2(np.array([[1.0], [2.0]]), np.array([[1.0], [2.0]]))
    1.0
    """
    left = np.sum((true - predicted) ** 2, axis=0)
    whole = np.sum((true - np.mean(true, axis=0)) ** 2, axis=0)
    flat = whole == 0
    shares = 1 - left / np.where(flat, 1, whole)
    return float(np.mean(np.where(flat, np.where(left == 0, 1.0, 0.0), shares)))


def mean_absolute_error(predicted: Array, true: Array) -> float:
    """How far off predictions are, on average."""
    return float(np.mean(np.abs(predicted - true)))


def root_mean_squared_error(predicted: Array, true: Array) -> float:
    """How far off predictions are, large errors counting more."""
    return float(np.sqrt(np.mean((predicted - true) ** 2)))


def confusion(found: Array, true: Array, n_classes: int) -> Array:
    """How often each true class (row) was taken for each class (column).

    >>> confusion(np.array([0, 1, 1]), np.array([0, 0, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    counts = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(counts, (true, found), 1)
    return counts


def roc_auc(scores: Array, true: Array) -> float:
    """How often one of the class has the higher score than one that is not, ties by half: the area under the ROC curve.

    NaN where one of the two is not there. [Fawcett 2006, section 7]

    >>> roc_auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
    0.75
    """
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place.ravel()]
    of = true.ravel() > 0
    n, others = int(of.sum()), int((~of).sum())
    if not n or not others:
        return float("nan")
    return float((ranks[of].sum() - n * (n + 1) / 2) / (n * others))


def by_class(confusion: Array) -> list[tuple[float, float, float]]:
    """Precision, recall and F1 of each class; NaN where a class was never found, or is not there.

    >>> by_class(np.array([[3, 1], [0, 2]]))[0]
    (1.0, 0.75, 0.8571428571428571)
    """
    right, there = np.diag(confusion).astype(float), confusion.sum(axis=1)
    found = confusion.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = right / found, right / there, 2 * right / (found + there)
    return [(float(a), float(b), float(c)) for a, b, c in zip(*scores, strict=True)]


def usual(kind: Labels, *, logits: bool = False) -> Mapping[str, Metric]:
    """The metrics that are usual for labels of a kind."""
    if kind in ("real", "counts"):
        return {"r2": Metric(r2, "more")}
    if kind == "probabilities":
        return {}
    return {"accuracy": accuracy(kind, logits=logits)}
