"""Ways of writing that are not one op, but a few: a cross-entropy without its minus, sums over everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.cross_entropies import CROSS_ENTROPIES
from chainrule.derive.idioms.match import Idiom
from chainrule.derive.idioms.normalisations import VARIANCES
from chainrule.program import Array, Sample
from chainrule.trace import Traced

ROUNDING = 1e-9
ENTRIES = Sample(((2, 3), (2, 3)), domain=(0.1, 0.9))
LABELLED = Sample(((2, 3), (2,)), domain=(0.1, 0.9), integers={1: 2})
STILL_NEGATIVE = "this is the cross-entropy, still without its minus"


def shares(axis: int) -> Callable[..., bool]:
    """Whether the targets sum to 1 along ``axis``, as labels do: that is the axis of the classes."""

    def holds(t: Array, **_: Array) -> bool:
        return np.ndim(t) > 1 and bool(np.all(np.abs(t.sum(axis=axis) - 1) < ROUNDING))

    return holds


def rows_of(labels: Any) -> Any:
    """``np.arange(labels.shape[0])``, with the length read from the labels, as in code that is instrumented."""
    n = labels.shape[0]
    if isinstance(labels, Traced):
        return labels.tracer.record(ops.arange, (), {"n": n})
    return np.arange(n)


def constant_along(x: Array, c: Array, axis: int) -> bool:
    """Whether ``c`` takes the same from all entries of ``x`` along ``axis``, and makes no new entries."""
    shape = np.shape(c)
    padded = (1,) * (np.ndim(x) - len(shape)) + shape
    return len(padded) == np.ndim(x) > 0 and padded[axis] == 1


def turned_softmax(axis: int) -> Idiom:
    """A softmax along ``axis`` of what was turned, and is turned back."""
    return Idiom(
        lambda x: ops.softmax(x.T, axis=axis).T,
        lambda x: ops.softmax(x, axis=1 - axis),
        Sample(((2, 3),)),
        sentence="turned there and back, the shares are those along the other axis",
    )


SQUARES = "a vector times itself: this is the sum of its squares"
PENALTIES: tuple[Idiom, ...] = (
    Idiom(
        lambda w: w @ w,
        lambda w: np.sum(w**2),
        Sample(((3,),)),
        sentence=SQUARES,
        fits=lambda w: np.ndim(w) == 1,
    ),
    Idiom(
        lambda w: w.ravel() @ w.ravel(),
        lambda w: np.sum(w**2),
        Sample(((2, 3),)),
        sentence=SQUARES,
    ),
    Idiom(
        lambda w: w.T @ w,
        lambda w: np.sum(w**2, axis=0, keepdims=True),
        Sample(((3, 1),)),
        sentence=SQUARES,
        fits=lambda w: np.ndim(w) == 2 and np.shape(w)[1] == 1,
    ),
    *(
        Idiom(
            pattern,
            lambda w: np.sum(w**2),
            Sample(((2, 3),)),
            sentence="the root of the sum of squares, squared: this is the sum itself",
        )
        for pattern in (
            lambda w: np.linalg.norm(w) ** 2,
            lambda w: np.square(np.linalg.norm(w)),
        )
    ),
)
"""Squares of everything that is penalized, added up, in other words."""
SHIFTED = "what is taken from all entries alike leaves their shares as they are"
FORMS: tuple[Idiom, ...] = (
    *CROSS_ENTROPIES,
    *VARIANCES,
    *PENALTIES,
    Idiom(
        lambda x, c, axis: ops.softmax(x - c, axis=axis),
        lambda x, c, axis: ops.softmax(x, axis=axis),  # noqa: ARG005 - it cancels
        Sample(((2, 3), (2, 1)), {"axis": -1}),
        sentence=SHIFTED,
        fits=constant_along,
    ),
    Idiom(
        lambda x, axis: np.exp(ops.log_softmax(x, axis=axis)),
        ops.softmax,
        Sample(((2, 3),), {"axis": -1}),
        sentence="the exponential undoes the logarithm: this is the softmax",
    ),
    Idiom(
        lambda x: 1 / (1 + np.exp(x)),
        lambda x: ops.sigmoid(-x),
        Sample(((2, 3),)),
        sentence="this is the sigmoid of what is raised to, with a minus",
    ),
    *map(turned_softmax, (0, 1)),
    Idiom(
        lambda x: (np.exp(x).T / np.sum(np.exp(x), axis=1)).T,
        lambda x: ops.softmax(x, axis=1),
        Sample(((2, 3),)),
        sentence="turned so that the sums stand beside their rows, and back: this is the softmax",
    ),
    Idiom(
        lambda p, t: t * np.log(p) + (1 - t) * np.log(1 - p),
        lambda p, t: -ops.binary_cross_entropy(p, t),
        ENTRIES,
        sentence=STILL_NEGATIVE,
    ),
    Idiom(
        lambda p, t: -t * np.log(p) - (1 - t) * np.log(1 - p),
        ops.binary_cross_entropy,
        ENTRIES,
        sentence="this is the cross-entropy, with its minus in front of both terms",
    ),
    Idiom(
        lambda p, t, axis: np.sum(t * np.log(p), axis=axis),
        lambda p, t, axis: -ops.categorical_cross_entropy(p, t, axis=axis),
        Sample(ENTRIES.shapes, {"axis": -1}, ENTRIES.domain),
        sentence=STILL_NEGATIVE,
    ),
    *(
        Idiom(
            lambda p, t: np.sum(t * np.log(p)),
            lambda p, t, axis=axis: (
                -np.sum(ops.categorical_cross_entropy(p, t, axis=axis))
            ),
            ENTRIES,
            sentence="summed over everything, this is the cross-entropies of all samples, without their minus",
            holds=shares(axis),
        )
        for axis in (-1, 0)
    ),
    *(
        Idiom(
            pattern,
            lambda p, labels: -ops.sparse_categorical_cross_entropy(p, labels),
            LABELLED,
            sentence=STILL_NEGATIVE,
        )
        for pattern in (
            lambda p, labels: np.log(p[np.arange(p.shape[0]), labels]),
            lambda p, labels: np.log(p)[np.arange(p.shape[0]), labels],
            lambda p, labels: np.log(p[rows_of(labels), labels]),
            lambda p, labels: np.log(p)[rows_of(labels), labels],
        )
    ),
    *(
        Idiom(
            pattern,
            lambda p, labels: -ops.sparse_categorical_cross_entropy(p, labels, axis=0),
            Sample(((3, 2), (2,)), domain=(0.1, 0.9), integers={1: 2}),
            sentence=STILL_NEGATIVE,
        )
        for pattern in (
            lambda p, labels: np.log(p[labels, np.arange(p.shape[1])]),
            lambda p, labels: np.log(p)[labels, np.arange(p.shape[1])],
        )
    ),
    *(
        Idiom(
            pattern,
            lambda z, labels: (
                -ops.sparse_categorical_cross_entropy_with_logits(z, labels)
            ),
            LABELLED,
            sentence=STILL_NEGATIVE,
        )
        for pattern in (
            lambda z, labels: ops.log_softmax(z)[np.arange(z.shape[0]), labels],
            lambda z, labels: ops.log_softmax(z)[rows_of(labels), labels],
        )
    ),
    Idiom(
        lambda x, axis: (
            np.max(x, axis=axis, keepdims=True)
            + np.log(
                np.sum(
                    np.exp(x - np.max(x, axis=axis, keepdims=True)),
                    axis=axis,
                    keepdims=True,
                )
            )
        ),
        lambda x, axis: ops.logsumexp(x, axis=axis, keepdims=True),
        Sample(((2, 3),), {"axis": -1}),
        sentence="the largest exponent is taken out and put back: this is logsumexp",
    ),
)
