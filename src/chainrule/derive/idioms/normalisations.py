"""Normalizing written by hand: the mean taken away and divided by a spread, in the ways people write the root."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.match import Idiom
from chainrule.program import Sample

SENTENCE = "the mean taken away and the spread divided out: this is standardizing"


def centred(x: Any, axis: int) -> Any:
    """``x`` less its mean."""
    return x - np.mean(x, axis=axis, keepdims=True)


def variance(x: Any, axis: int) -> Any:
    """The mean of squares from the mean."""
    return np.var(x, axis=axis, keepdims=True)


def by_hand(divided: Callable[[Any, Any], Any]) -> Idiom:
    """Standardizing where ``divided`` divides what is centred by the root of the second."""
    return Idiom(
        lambda x, axis, eps: divided(centred(x, axis), variance(x, axis) + eps),
        ops.standardize,
        Sample(((3, 4),), {"axis": -1, "eps": 1e-5}),
        sentence=SENTENCE,
    )


def squared(square: Callable[[Any], Any], *, keepdims: bool) -> Idiom:
    """A variance written as the mean of squares from the mean."""
    return Idiom(
        lambda x, axis: np.mean(square(centred(x, axis)), axis=axis, keepdims=keepdims),
        lambda x, axis: np.var(x, axis=axis, keepdims=keepdims),
        Sample(((3, 4),), {"axis": -1}),
        sentence="the mean of the squares from the mean: this is the variance",
    )


NORMALISATIONS: tuple[Idiom, ...] = (
    by_hand(lambda d, v: d * v**-0.5),
    by_hand(lambda d, v: d / v**0.5),
    by_hand(lambda d, v: d * (1 / np.sqrt(v))),
    Idiom(
        lambda x, axis: centred(x, axis) / np.std(x, axis=axis, keepdims=True),
        lambda x, axis: ops.standardize(x, axis=axis, eps=0.0),
        Sample(((3, 4),), {"axis": -1}),
        sentence=SENTENCE,
    ),
    *(
        squared(square, keepdims=keepdims)
        for square in (lambda d: d**2, np.square, lambda d: d * d)
        for keepdims in (True, False)
    ),
)
