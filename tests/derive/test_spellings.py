"""Softmax, its logarithm, logsumexp and cross-entropies, in the ways people write them: value and gradient against mpmath.

The truth is computed from the definition in numbers of fifty digits whose exponents have no end, so that nothing overflows there
and nothing has to be shifted.
"""

import mpmath
import numpy as np
import pytest
import scipy.special

from chainrule import value_and_grad

LOGITS = [
    np.array([[0.5, -1.0, 2.0, 0.0], [3.0, 3.0, -2.0, 1.5], [0.1, 0.2, -0.3, 0.4]]),
    np.array([[-800.0, 750.0, 749.0, 0.0], [60.0, -60.0, 59.5, 0.0], [9.0, 8, 7, 6]]),
    np.array([[1e4, -1e4, 0.0, 9999.0], [-1e4, -1e4, -9998.5, -1e4], [1e4, 1, 2, 1e4]]),
]
LABELS = np.array([2, 0, 3])
ONE_HOT = np.eye(4)[LABELS]
BY_CLASS = np.array([1.0, 0.5, 2.0, 3.0])
UPSTREAM = np.array([[1.0, -2.0, 0.5, 3.0], [0.3, 1.1, -0.7, 2.0], [-1.0, 0.2, 4.0, 0.6]])  # fmt: skip
BITS = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 1.0]])


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def log_softmax(z):
    return z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def binary(p):
    return -np.mean(BITS * np.log(p) + (1 - BITS) * np.log(1 - p))


def of_one_sample(spelling):
    """A spelling for one sample, of each row."""
    return lambda z: np.array([spelling(row) for row in z])


SOFTMAX = {
    "sum with keepdims": softmax,
    "shifted": lambda z: softmax(z - np.max(z, axis=1, keepdims=True)),
    "new axis": lambda z: np.exp(z) / np.exp(z).sum(1)[:, None],
    "newaxis, divide": lambda z: np.divide(np.exp(z), np.sum(np.exp(z), 1)[:, np.newaxis]),
    "reshape": lambda z: np.exp(z) / np.exp(z).sum(1).reshape(-1, 1),
    "expand_dims": lambda z: np.exp(z) / np.expand_dims(np.exp(z).sum(1), 1),
    "turned": lambda z: (np.exp(z).T / np.exp(z).sum(1)).T,
    "turned before": lambda z: (np.exp(z.T) / np.sum(np.exp(z.T), axis=0)).T,
    "a power of the sum": lambda z: np.exp(z) * np.exp(z).sum(1, keepdims=True) ** -1,
    "by its logarithm": lambda z: np.exp(log_softmax(z)),
    "tile": lambda z: np.exp(z) / np.tile(np.exp(z).sum(1).reshape(-1, 1), 4),
    "repeat": lambda z: np.exp(z) / np.repeat(np.exp(z).sum(1, keepdims=True), 4, axis=1),
    "apply to each row": of_one_sample(lambda s: np.exp(s) / np.sum(np.exp(s))),
    "a column": of_one_sample(lambda s: (np.exp(s.reshape(-1, 1)) / np.sum(np.exp(s.reshape(-1, 1)), axis=0))[:, 0]),
    "scipy": lambda z: scipy.special.softmax(z, axis=1),
}  # fmt: skip
LOG_SOFTMAX = {
    "less the logarithm of the sum": log_softmax,
    "log of softmax": lambda z: np.log(softmax(z)),
    "log of shifted softmax": lambda z: np.log(softmax(z - z.max(1, keepdims=True))),
    "shifted": lambda z: log_softmax(z - z.max(axis=1)[:, None]),
    "less logsumexp": lambda z: z - scipy.special.logsumexp(z, axis=1, keepdims=True),
    "less logaddexp": lambda z: z - np.logaddexp.reduce(z, axis=1)[:, None],
    "log of a quotient": lambda z: np.log(np.exp(z) / np.sum(np.exp(z), 1)[:, None]),
    "minus log of the turned quotient": lambda z: -np.log(np.sum(np.exp(z), 1)[:, None] / np.exp(z)),
    "of each row": of_one_sample(lambda s: s - np.log(np.exp(s).sum())),
    "scipy": lambda z: scipy.special.log_softmax(z, axis=1),
}  # fmt: skip
LOGSUMEXP = {
    "as it stands": lambda z: np.log(np.sum(np.exp(z), axis=1)),
    "methods": lambda z: np.log(np.exp(z).sum(1)),
    "shifted": lambda z: z.max(1) + np.log(np.exp(z - z.max(1, keepdims=True)).sum(1)),
    "log1p": lambda z: np.logaddexp(z[:, 0], np.log(np.exp(z[:, 1:]).sum(1))),
    "logaddexp": lambda z: np.logaddexp(np.logaddexp(z[:, 0], z[:, 1]), np.logaddexp(z[:, 2], z[:, 3])),
    "reduce": lambda z: np.logaddexp.reduce(z, axis=1),
    "the mean and the count": lambda z: np.log(np.mean(np.exp(z), axis=1)) + np.log(4),
    "of each row": of_one_sample(lambda s: np.log(np.sum(np.exp(s)))),
    "scipy": lambda z: scipy.special.logsumexp(z, axis=1),
    "einsum": lambda z: np.log(np.einsum("ij->i", np.exp(z))),
    "times ones": lambda z: np.log(np.exp(z) @ np.ones(4)),
    "Python's sum": of_one_sample(lambda s: np.log(sum(np.exp(v) for v in s))),
    "a running sum": lambda z: np.log(sum((np.exp(column) for column in z.T), 0.0)),
}  # fmt: skip
CROSS_ENTROPY = {
    "one-hot": lambda z: -np.sum(ONE_HOT * np.log(softmax(z))) / 3,
    "mean of sums": lambda z: np.mean(-np.sum(ONE_HOT * np.log(softmax(z)), axis=1)),
    "labels": lambda z: -np.mean(np.log(softmax(z)[np.arange(3), LABELS])),
    "labels, logits": lambda z: np.mean(np.log(np.exp(z).sum(1)) - z[range(3), LABELS]),
    "of a log softmax": lambda z: -log_softmax(z)[np.arange(3), LABELS].sum() / 3,
    "a choice": lambda z: np.where(ONE_HOT == 1, -np.log(softmax(z)), 0).sum() / 3,
    "a mask": lambda z: -np.mean(np.log(softmax(z)[ONE_HOT == 1])),
    "dot": lambda z: -np.dot(ONE_HOT.ravel(), np.log(softmax(z)).ravel()) / 3,
    "vdot": lambda z: -np.vdot(ONE_HOT, np.log(softmax(z))) / 3,
    "einsum": lambda z: -np.einsum("ij,ij->", ONE_HOT, np.log(softmax(z))) / 3,
    "trace": lambda z: -np.trace(ONE_HOT.T @ np.log(softmax(z))) / 3,
    "by samples": lambda z: sum(-np.log(softmax(z)[i, LABELS[i]]) for i in range(3)) / 3,
    "by samples, one-hot": lambda z: sum(-np.sum(t * np.log(np.exp(s) / np.exp(s).sum())) for s, t in zip(z, ONE_HOT, strict=True)) / 3,
    "one-hot, summed before": lambda z: -np.mean(np.log(np.sum(softmax(z) * ONE_HOT, axis=1))),
    "one-hot, einsum before": lambda z: -np.mean(np.log(np.einsum("ij,ij->i", ONE_HOT, softmax(z)))),
    "chosen or 0": lambda z: -np.mean(np.log(np.where(ONE_HOT == 1, softmax(z), 0).sum(axis=1))),
    "a product of all": lambda z: -np.log(np.prod(softmax(z)[np.arange(3), LABELS])) / 3,
    "take_along_axis": lambda z: -np.take_along_axis(np.log(softmax(z)), LABELS[:, None], 1).mean(),
    "scipy": lambda z: -np.mean(scipy.special.log_softmax(z, axis=1)[range(3), LABELS]),
}  # fmt: skip
WEIGHTED = {
    "weights times one-hot": lambda z: -np.sum(BY_CLASS * ONE_HOT * np.log(softmax(z))),
    "weights of labels": lambda z: -np.sum(BY_CLASS[LABELS] * np.log(softmax(z)[np.arange(3), LABELS])),
    "a dot product": lambda z: -np.dot(BY_CLASS[LABELS], np.log(softmax(z)[np.arange(3), LABELS])),
    "weights of rows": lambda z: np.sum((ONE_HOT @ BY_CLASS) * -np.sum(ONE_HOT * log_softmax(z), axis=1)),
}  # fmt: skip
BINARY = {
    "both terms": lambda z: -np.mean(BITS * np.log(sigmoid(z)) + (1 - BITS) * np.log(1 - sigmoid(z))),
    "a choice": lambda z: np.mean(np.where(BITS == 1, -np.log(sigmoid(z)), -np.log(1 - sigmoid(z)))),
    "log of a choice": lambda z: -np.mean(np.log(np.where(BITS == 1, sigmoid(z), 1 - sigmoid(z)))),
    "a mixture": lambda z: -np.mean(np.log(BITS * sigmoid(z) + (1 - BITS) * (1 - sigmoid(z)))),
    "a likelihood": lambda z: -np.mean(np.log(sigmoid(z) ** BITS * (1 - sigmoid(z)) ** (1 - BITS))),
    "dot": lambda z: -(np.dot(BITS.ravel(), np.log(sigmoid(z)).ravel()) + np.dot(1 - BITS.ravel(), np.log(1 - sigmoid(z)).ravel())) / 12,
    "signs": lambda z: np.mean(np.log(1 + np.exp(-(2 * BITS - 1) * z))),
    "logits": lambda z: np.mean(np.maximum(z, 0) - z * BITS + np.log1p(np.exp(-np.abs(z)))),
    "logaddexp": lambda z: np.mean(np.logaddexp(0, z) - z * BITS),
    "expit": lambda z: -np.mean(BITS * np.log(scipy.special.expit(z)) + (1 - BITS) * np.log(1 - scipy.special.expit(z))),
    "log1p": lambda z: -np.mean(BITS * np.log(sigmoid(z)) + (1 - BITS) * np.log1p(-sigmoid(z))),
    "tanh": lambda z: binary(0.5 * (1 + np.tanh(z / 2))),
    "tanh, added": lambda z: binary(0.5 + 0.5 * np.tanh(0.5 * z)),
    "tanh, halved": lambda z: binary((np.tanh(z * 0.5) + 1) / 2),
}  # fmt: skip


WEIGHTED_SUM = {
    "times, summed": lambda z: np.log(np.sum(BY_CLASS * np.exp(z), axis=1)),
    "over, summed": lambda z: np.log((np.exp(z) / (1 / BY_CLASS)).sum(axis=1)),
    "a matrix and a vector": lambda z: np.log(np.exp(z) @ BY_CLASS),
    "dot": of_one_sample(lambda s: np.log(np.dot(BY_CLASS, np.exp(s)))),
    "einsum": lambda z: np.log(np.einsum("ij,j->i", np.exp(z), BY_CLASS)),
    "einsum, turned": lambda z: np.log(np.einsum("j,ji->i", BY_CLASS, np.exp(z.T))),
    "of shares": lambda z: scipy.special.logsumexp(z, axis=1) + np.log(softmax(z) @ BY_CLASS),
    "a mean": lambda z: np.log(4 * np.mean(BY_CLASS * np.exp(z), axis=1)),
}  # fmt: skip


def exact(z):
    """Rows of logits as numbers of fifty digits: the logits, softmax, logsumexp."""
    rows = [[mpmath.mpf(float(x)) for x in row] for row in z]
    sums = [mpmath.fsum(map(mpmath.exp, row)) for row in rows]
    shares = [
        [mpmath.exp(x) / s for x in row] for row, s in zip(rows, sums, strict=True)
    ]
    return rows, shares, [mpmath.log(s) for s in sums]


def of_entries(function, *arrays):
    return np.array(
        [
            [float(function(*e)) for e in zip(*r, strict=True)]
            for r in zip(*arrays, strict=True)
        ]
    )


def weighted_softmax(z):
    _, p, _ = exact(z)
    means = [mpmath.fsum(c * x for c, x in zip(cs, row, strict=True)) for cs, row in zip(UPSTREAM, p, strict=True)]  # fmt: skip
    slopes = [[x * (c - m) for x, c in zip(row, cs, strict=True)] for row, cs, m in zip(p, UPSTREAM, means, strict=True)]  # fmt: skip
    return float(mpmath.fsum(means)), of_entries(lambda x: x, slopes)


def weighted_log_softmax(z):
    rows, p, logs = exact(z)
    value = mpmath.fsum(c * (x - log) for r, cs, log in zip(rows, UPSTREAM, logs, strict=True) for x, c in zip(r, cs, strict=True))  # fmt: skip
    totals = [[mpmath.fsum(cs)] * 4 for cs in UPSTREAM]
    return float(value), of_entries(lambda x, c, t: c - x * t, p, UPSTREAM, totals)


def weighted_logsumexp(z):
    _, p, logs = exact(z)
    value = mpmath.fsum(c * log for c, log in zip(UPSTREAM[:, 0], logs, strict=True))
    return float(value), of_entries(lambda x, c: c * x, p, UPSTREAM[:, :1].repeat(4, 1))


def weighted_sum(z):
    rows, _, _ = exact(z)
    parts = [[w * mpmath.exp(x) for x, w in zip(row, BY_CLASS, strict=True)] for row in rows]  # fmt: skip
    totals = [mpmath.fsum(row) for row in parts]
    value = mpmath.fsum(c * mpmath.log(t) for c, t in zip(UPSTREAM[:, 0], totals, strict=True))  # fmt: skip
    spread = [[t] * 4 for t in totals]
    return float(value), of_entries(lambda x, t, c: c * x / t, parts, spread, UPSTREAM[:, :1].repeat(4, 1))  # fmt: skip


def cross_entropy(z, weights=(1, 1, 1, 1), over=3):
    rows, p, logs = exact(z)
    w = [mpmath.mpf(weights[label]) / over for label in LABELS]
    value = mpmath.fsum(
        w * (log - r[y]) for r, log, y, w in zip(rows, logs, LABELS, w, strict=True)
    )
    each = [[one] * 4 for one in w]
    return float(value), of_entries(lambda x, t, w: w * (x - t), p, ONE_HOT, each)


def binary_cross_entropy(z):
    rows, _, _ = exact(z)
    value = mpmath.fsum(mpmath.log(1 + mpmath.exp(x)) - x * t for r, ts in zip(rows, BITS, strict=True) for x, t in zip(r, ts, strict=True))  # fmt: skip
    slopes = of_entries(lambda x, t: (1 / (1 + mpmath.exp(-x)) - t) / 12, rows, BITS)
    return float(value / 12), slopes


GROUPS = {
    "softmax": (SOFTMAX, lambda f: lambda z: np.sum(UPSTREAM * f(z)), weighted_softmax),
    "log softmax": (LOG_SOFTMAX, lambda f: lambda z: np.sum(UPSTREAM * f(z)), weighted_log_softmax),
    "logsumexp": (LOGSUMEXP, lambda f: lambda z: np.sum(UPSTREAM[:, 0] * f(z)), weighted_logsumexp),
    "weighted sum": (WEIGHTED_SUM, lambda f: lambda z: np.sum(UPSTREAM[:, 0] * f(z)), weighted_sum),
    "cross-entropy": (CROSS_ENTROPY, lambda f: f, cross_entropy),
    "weighted cross-entropy": (WEIGHTED, lambda f: f, lambda z: cross_entropy(z, BY_CLASS, 1)),
    "binary cross-entropy": (BINARY, lambda f: f, binary_cross_entropy),
}  # fmt: skip
CASES = [(group, name) for group, (forms, _, _) in GROUPS.items() for name in forms]


@pytest.mark.spread(4)
@pytest.mark.parametrize(("group", "name"), CASES)
def test_f05_a_spelling_has_the_exact_value_and_gradient_up_to_ten_thousand(
    group, name
):
    forms, loss, truth = GROUPS[group]
    with np.errstate(all="ignore"):
        found = value_and_grad(loss(forms[name]))
        for z in LOGITS:
            # to fifty digits after those that 1e4 in an exponent takes
            with mpmath.workdps(50):
                value, slope = truth(z)
            ours, gradient = found(z)
            np.testing.assert_allclose(ours, value, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(gradient, slope, rtol=1e-10, atol=1e-12)
