"""Links a textbook takes in one: an output unit and its loss, whose factors cancel."""

from __future__ import annotations

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.match import Idiom
from chainrule.program import Sample

ROWS = Sample(((2, 3), (2, 3)), {"axis": -1}, (0.1, 0.9))
LABELLED = Sample(((2, 3), (2,)), {"axis": -1}, (0.1, 0.9), integers={1: 2})

SIGMOID_CROSS_ENTROPY = Idiom(
    lambda z, t: ops.binary_cross_entropy(ops.sigmoid(z), t),
    ops.binary_cross_entropy_with_logits,
    Sample(((2, 3), (2, 3)), domain=(0.1, 0.9)),
    sentence="the ŷ(1 − ŷ) of the sigmoid cancels both denominators of the cross-entropy",
    proof=(
        r"\left(-\frac{y}{\hat{y}} + \frac{1 - y}{1 - \hat{y}}\right) \hat{y} (1 - \hat{y})",
        r"-y (1 - \hat{y}) + (1 - y) \hat{y}",
        r"\hat{y} - y",
    ),
)
SOFTMAX_CROSS_ENTROPY = Idiom(
    lambda z, t, axis: ops.categorical_cross_entropy(
        ops.softmax(z, axis=axis), t, axis=axis
    ),
    ops.categorical_cross_entropy_with_logits,
    ROWS,
    sentence="the softmax's slopes ŷ(1[i = j] − ŷ) cancel the 1/ŷ of the logarithm, and the targets sum to 1",
    proof=(
        r"\sum_{k} -\frac{y_k}{\hat{y}_k} \hat{y}_k (\mathbf{1}[k = j] - \hat{y}_j)",
        r"-y_j + \hat{y}_j \sum_{k} y_k",
        r"\hat{y}_j - y_j",
    ),
)
SOFTMAX_OF_LABELS = Idiom(
    lambda z, labels, axis: ops.sparse_categorical_cross_entropy(
        ops.softmax(z, axis=axis), labels, axis=axis
    ),
    ops.sparse_categorical_cross_entropy_with_logits,
    LABELLED,
    sentence="the softmax's slopes cancel the 1/ŷ of the logarithm; the true class loses 1",
    proof=(
        r"-\frac{1}{\hat{y}_c} \hat{y}_c (\mathbf{1}[c = j] - \hat{y}_j)",
        r"\hat{y}_j - \mathbf{1}[j = c]",
    ),
)
LOG_SOFTMAX = Idiom(
    lambda z, axis: np.log(ops.softmax(z, axis=axis)),
    ops.log_softmax,
    Sample(((2, 3),), {"axis": -1}),
    sentence="the logarithm undoes the exponential, and nothing can underflow to log 0",
    proof=(r"\log\left(\frac{e^{z}}{\sum e^{z}}\right)", r"z - \log(\sum e^{z})"),
)
LOG_SIGMOID = Idiom(
    lambda z: np.log(ops.sigmoid(z)),
    ops.log_sigmoid,
    Sample(((2, 3),)),
    sentence="the logarithm undoes the exponential, and nothing can underflow to log 0",
    proof=(r"\log\left(\frac{1}{1 + e^{-z}}\right)", r"-\log(1 + e^{-z})"),
)
FUSIONS: tuple[Idiom, ...] = (
    SIGMOID_CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    SOFTMAX_OF_LABELS,
    LOG_SOFTMAX,
    LOG_SIGMOID,
)
