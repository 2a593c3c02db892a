"""What ops are, said in other words than their records: for complex numbers too where a complex step must pass."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def erf(x: Any) -> Any:
    """The Maclaurin series, which complex numbers pass; right to the last digits for |x| < 3."""
    x = np.asarray(x)
    term = x * 2 / np.sqrt(np.pi)
    total = term
    with np.errstate(under="ignore"):
        for n in range(1, 80):
            term = -term * x * x / n
            total = total + term / (2 * n + 1)
    return total


def phi(x: Any) -> Any:
    return (1 + erf(x / np.sqrt(2))) / 2


def by_label(rows: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """A loss of rows, from a loss of one row and its label."""

    def loss(p: Any, labels: Any, axis: int) -> Any:
        last = np.moveaxis(np.asarray(p), axis, -1)
        flat = last.reshape(-1, last.shape[-1])
        found = [
            rows(row, label) for row, label in zip(flat, np.ravel(labels), strict=True)
        ]
        return np.array(found, dtype=last.dtype).reshape(last.shape[:-1])

    return loss


def put_along(written: Any, indices: Any, n: int, axis: int) -> Any:
    """One entry after the other."""
    written = np.moveaxis(np.asarray(written), axis, -1)
    indices = np.broadcast_to(np.moveaxis(np.asarray(indices), axis, -1), written.shape)
    result = np.zeros((*written.shape[:-1], n), written.dtype)
    for place in np.ndindex(*written.shape):
        result[(*place[:-1], indices[place])] += written[place]
    return np.moveaxis(result, -1, axis)


def einsum(*arrays: Any, subscripts: str) -> Any:
    """A sum over every letter, one entry after the other."""
    left, right = subscripts.split("->")
    words = left.split(",")
    lengths: dict[str, int] = {}
    for word, array in zip(words, arrays, strict=True):
        for letter, length in zip(word, np.shape(array), strict=True):
            lengths[letter] = max(lengths.get(letter, 1), length) if length else 0
    letters = list(lengths)
    result = np.zeros([lengths[letter] for letter in right], np.result_type(*arrays))
    for place in np.ndindex(*lengths.values()):
        at = dict(zip(letters, place, strict=True))
        product: Any = 1
        for word, array in zip(words, map(np.asarray, arrays), strict=True):
            lengths_here = zip(word, array.shape, strict=True)
            product = product * array[tuple(at[one] % n for one, n in lengths_here)]
        result[tuple(at[letter] for letter in right)] += product
    return result


MEANINGS: Mapping[str, Callable[..., Any]] = {
    "erf": erf,
    "gelu": lambda x: x * phi(x),
    "logit": lambda x: np.log(x / (1 - x)),
    "entr": lambda x: -x * np.log(x),
    "logaddexp": lambda a, b: np.log(np.exp(a) + np.exp(b)),
    "log_sigmoid": lambda x: -np.log(1 + np.exp(-x)),
    "nll": by_label(lambda row, label: -row[label]),
    "sparse_categorical_cross_entropy": by_label(
        lambda row, label: -np.log(row[label])
    ),
    "sparse_categorical_cross_entropy_with_logits": by_label(
        lambda row, label: np.log(np.sum(np.exp(row))) - row[label]
    ),
    "one_hot": lambda labels, n, axis, dtype: np.moveaxis(
        np.array(
            [[float(k == label) for k in range(n)] for label in np.ravel(labels)]
        ).reshape(*np.shape(labels), n),
        -1,
        axis,
    ),
    "add_along_axis": put_along,
    "einsum": einsum,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "one_less": lambda x: x - 1 + 2 * (np.real(x) == 0),
    "or_one": lambda x: x * (np.real(x) > 0) + (np.real(x) <= 0),
    "relu": lambda x: (x + np.abs(x)) / 2,
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high),
    "hard_swish": lambda x: x * np.minimum(np.maximum(x + 3, 0), 6) / 6,
    "hard_sigmoid": lambda x: np.minimum(np.maximum(x + 3, 0), 6) / 6,
    "huber": lambda p, t, delta: (
        np.minimum(np.abs(p - t), delta)
        * (np.abs(p - t) - np.minimum(np.abs(p - t), delta) / 2)
    ),
    "std": lambda x, axis, keepdims, ddof: np.sqrt(
        (
            np.sum(x * x, axis=axis, keepdims=keepdims)
            - np.sum(x, axis=axis, keepdims=keepdims) ** 2 / _n(x, axis)
        )
        / (_n(x, axis) - ddof)
    ),
    "var": lambda x, axis, keepdims, ddof: (
        (
            np.sum(x * x, axis=axis, keepdims=keepdims)
            - np.sum(x, axis=axis, keepdims=keepdims) ** 2 / _n(x, axis)
        )
        / (_n(x, axis) - ddof)
    ),
    "standardize": lambda x, eps, axis, ddof: (
        (x - np.sum(x, axis=axis, keepdims=True) / _n(x, axis))
        / np.sqrt(_variance(x, axis) * _n(x, axis) / (_n(x, axis) - ddof) + eps)
    ),
    "zscore": lambda x, eps, axis, ddof: (
        (x - np.sum(x, axis=axis, keepdims=True) / _n(x, axis))
        / (np.sqrt(_variance(x, axis) * _n(x, axis) / (_n(x, axis) - ddof)) + eps)
    ),
    "astype": lambda x, dtype: x if np.iscomplexobj(x) else np.asarray(x).astype(dtype),
    "prod": lambda x, axis, keepdims: np.multiply.reduce(
        x, axis=axis, keepdims=keepdims
    ),
}


def _n(x: Any, axis: Any) -> int:
    if axis is None:
        return int(np.size(x))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return math.prod(np.shape(x)[one] for one in axes)


def _variance(x: Any, axis: Any) -> Any:
    mean = np.sum(x, axis=axis, keepdims=True) / _n(x, axis)
    return np.sum((x - mean) ** 2, axis=axis, keepdims=True) / _n(x, axis)
