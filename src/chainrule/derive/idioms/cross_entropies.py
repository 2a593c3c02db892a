"""Cross-entropies written without their op: as products of vectors, in two sums, by choice, from logits."""

from __future__ import annotations

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.match import Idiom
from chainrule.program import Array, Sample

VECTORS = Sample(((3,), (3,)), domain=(0.1, 0.9))
ENTRIES = Sample(((2, 3), (2, 3)), domain=(0.1, 0.9))
SMALL = 1e-2
NEGATIVE = "this is the cross-entropy, still without its minus"
IN_TWO_SUMS = (
    "the two halves of the cross-entropy, added up apart, still without their minus"
)


def vectors(p: Array, t: Array) -> bool:
    """Whether a product of the two is one number: each is a vector."""
    return np.ndim(p) == np.ndim(t) == 1


def zeros_and_ones(t: Array, **_: Array) -> bool:
    """Whether the targets are labels, each 0 or 1."""
    return bool(np.all((t == 0) | (t == 1)))


def one_number(p: Array, t: Array, eps: Array) -> bool:  # noqa: ARG001 - of three, one counts
    """Whether what keeps the logarithms finite is a single small number."""
    return np.ndim(eps) == 0 and bool(0 < eps < SMALL)


CROSS_ENTROPIES: tuple[Idiom, ...] = (
    *(
        Idiom(
            pattern,
            replacement,
            Sample(((2, 3), (2, 3), ()), domain=(0.001, 0.009)),
            sentence=sentence,
            fits=one_number,
        )
        for pattern, replacement, sentence in (
            (
                lambda p, t, eps: t * np.log(p + eps) + (1 - t) * np.log(1 - p + eps),
                lambda p, t, eps: -ops.guarded_cross_entropy(p, t, eps),
                NEGATIVE,
            ),
            (
                lambda p, t, eps: -t * np.log(p + eps) - (1 - t) * np.log(1 - p + eps),
                ops.guarded_cross_entropy,
                "this is the cross-entropy, its logarithms kept finite",
            ),
        )
    ),
    *(
        Idiom(
            pattern,
            lambda p, t: -np.sum(ops.binary_cross_entropy(p, t)),
            VECTORS,
            sentence=IN_TWO_SUMS,
            fits=vectors,
        )
        for pattern in (
            lambda p, t: t @ np.log(p) + (1 - t) @ np.log(1 - p),
            lambda p, t: np.log(p) @ t + np.log(1 - p) @ (1 - t),
        )
    ),
    *(
        Idiom(
            pattern,
            lambda p, t: -ops.categorical_cross_entropy(p, t),
            VECTORS,
            sentence=NEGATIVE,
            fits=vectors,
        )
        for pattern in (lambda p, t: t @ np.log(p), lambda p, t: np.log(p) @ t)
    ),
    Idiom(
        lambda p, t: np.sum(t * np.log(p)) + np.sum((1 - t) * np.log(1 - p)),
        lambda p, t: -np.sum(ops.binary_cross_entropy(p, t)),
        ENTRIES,
        sentence=IN_TWO_SUMS,
    ),
    Idiom(
        lambda p, t: np.mean(t * np.log(p)) + np.mean((1 - t) * np.log(1 - p)),
        lambda p, t: -np.mean(ops.binary_cross_entropy(p, t)),
        ENTRIES,
        sentence=IN_TWO_SUMS,
    ),
    Idiom(
        lambda p, t: -np.mean(t * np.log(p)) - np.mean((1 - t) * np.log(1 - p)),
        lambda p, t: np.mean(ops.binary_cross_entropy(p, t)),
        ENTRIES,
        sentence="the two halves of the cross-entropy, averaged apart",
    ),
    *(
        Idiom(
            pattern,
            lambda p, t: -ops.binary_cross_entropy(p, t),
            Sample(ENTRIES.shapes, domain=ENTRIES.domain, integers={1: 2}),
            sentence=NEGATIVE,
            holds=zeros_and_ones,
        )
        for pattern in (
            lambda p, t: np.where(t == 1, np.log(p), np.log(1 - p)),
            lambda p, t: np.log(np.where(t == 1, p, 1 - p)),
            lambda p, t: np.log(t * p + (1 - t) * (1 - p)),
            lambda p, t: np.log(p**t * (1 - p) ** (1 - t)),
        )
    ),
    Idiom(
        lambda p, t: np.where(t == 1, -np.log(p), -np.log(1 - p)),
        ops.binary_cross_entropy,
        Sample(ENTRIES.shapes, domain=ENTRIES.domain, integers={1: 2}),
        sentence="by choice: this is the cross-entropy",
        holds=zeros_and_ones,
    ),
    *(
        Idiom(
            pattern,
            lambda p, label: -ops.sparse_categorical_cross_entropy(p, label),
            Sample(((3,), ()), domain=(0.1, 0.9), integers={1: 3}),
            sentence=NEGATIVE,
            fits=lambda p, label: np.ndim(p) == 1 and np.ndim(label) == 0,
        )
        for pattern in (
            lambda p, label: np.log(p[label]),
            lambda p, label: np.log(p)[label],
        )
    ),
    *(
        Idiom(
            pattern,
            lambda p, label: (
                -np.sum(
                    ops.sparse_categorical_cross_entropy(
                        p, np.reshape(label, (1,)), axis=0
                    )
                )
            ),
            Sample(((3, 1), ()), domain=(0.1, 0.9), integers={1: 3}),
            sentence=NEGATIVE,
            fits=lambda p, label: np.shape(p)[1:] == (1,) and np.ndim(label) == 0,
        )
        for pattern in (
            lambda p, label: np.log(p[label, 0]),
            lambda p, label: np.log(p)[label, 0],
        )
    ),
    Idiom(
        lambda z, t, axis: np.sum(t * ops.log_softmax(z, axis=axis), axis=axis),
        lambda z, t, axis: -ops.categorical_cross_entropy_with_logits(z, t, axis=axis),
        Sample(ENTRIES.shapes, {"axis": -1}, ENTRIES.domain),
        sentence=NEGATIVE,
    ),
    Idiom(
        lambda x, axis: np.log(np.sum(np.exp(x), axis=axis)),
        lambda x, axis: ops.logsumexp(x, axis=axis),
        Sample(((2, 3),), {"axis": -1}),
        sentence="the logarithm of a sum of exponentials: this is logsumexp",
    ),
    Idiom(
        lambda z, labels: ops.logsumexp(z, axis=-1) - z[np.arange(z.shape[0]), labels],
        ops.sparse_categorical_cross_entropy_with_logits,
        Sample(((2, 3), (2,)), integers={1: 3}),
        sentence="the true class's logit below the logarithm of all of them: this is the cross-entropy",
    ),
)
