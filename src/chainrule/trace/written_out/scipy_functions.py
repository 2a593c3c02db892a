"""SciPy's functions in simpler ones: distances, areas, special functions that others make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace.written_out import linear_maps
from chainrule.trace.written_out.numpy_functions import convolve, trapezoid


def euclidean(u: Any, v: Any) -> Any:
    """The distance of two points."""
    return np.linalg.norm(u - v)


def sqeuclidean(u: Any, v: Any) -> Any:
    """The square of the distance of two points."""
    return np.sum((u - v) ** 2)


def cityblock(u: Any, v: Any) -> Any:
    """The distance along the axes."""
    return np.sum(np.abs(u - v))


def cosine(u: Any, v: Any) -> Any:
    """One less the cosine of the angle."""
    return 1.0 - np.dot(u, v) / np.sqrt(np.dot(u, u) * np.dot(v, v))


def _apart(difference: Any, metric: str) -> Any:
    if metric == "sqeuclidean":
        return np.sum(difference**2, axis=-1)
    if metric == "cityblock":
        return np.sum(np.abs(difference), axis=-1)
    if metric == "chebyshev":
        return np.max(np.abs(difference), axis=-1)
    return np.linalg.norm(difference, axis=-1)


def cdist(XA: Any, XB: Any, metric: str = "euclidean") -> Any:
    """The distance of every row of one to every row of the other."""
    return _apart(XA[:, None, :] - XB[None, :, :], metric)


def pdist(X: Any, metric: str = "euclidean") -> Any:
    """The distance of every two rows."""
    one, other = np.triu_indices(int(X.shape[0]), 1)
    return _apart(X[one] - X[other], metric)


def squareform(X: Any) -> Any:
    """Distances of pairs as a square, and back."""
    if X.ndim == 2:
        return X[np.triu_indices(int(X.shape[0]), 1)]
    n = round((1 + np.sqrt(1 + 8 * int(X.shape[0]))) / 2)
    place = np.zeros((n, n), dtype=int)
    place[np.triu_indices(n, 1)] = np.arange(int(X.shape[0]))
    return X[place + place.T] * (1.0 - np.eye(n))


def simpson(y: Any, x: Any = None, *, dx: float = 1.0, axis: int = -1) -> Any:
    """The area under parabolas through three points each, of an odd number of points."""
    last = np.moveaxis(y, axis, -1)
    steps = np.full(int(last.shape[-1]) - 1, dx) if x is None else np.diff(x)
    one, two = steps[::2], steps[1::2]
    both = one + two
    parts = (
        last[..., :-2:2] * (2.0 - two / one)
        + last[..., 1:-1:2] * both**2 / (one * two)
        + last[..., 2::2] * (2.0 - one / two)
    )
    return np.sum(both / 6.0 * parts, axis=-1)


def factorial(n: Any) -> Any:
    """1 · 2 · … · n."""
    return ops.gamma(n + 1.0)


def binom(n: Any, k: Any) -> Any:
    """How many ways to choose k of n."""
    return np.exp(
        ops.gammaln(n + 1.0) - ops.gammaln(k + 1.0) - ops.gammaln(n - k + 1.0)
    )


def huber(delta: Any, r: Any) -> Any:
    """Half the square near 0, a straight line beyond."""
    size = np.abs(r)
    return np.where(size <= delta, 0.5 * r**2, delta * (size - 0.5 * delta))


def pseudo_huber(delta: Any, r: Any) -> Any:
    """The same, smooth."""
    return delta**2 * (np.sqrt(1.0 + (r / delta) ** 2) - 1.0)


def logsumexp(a: Any, axis: Any = None, b: Any = None, *, keepdims: Any = False, return_sign: Any = False) -> Any:  # fmt: skip
    """The logarithm of a sum of exponentials, each so many times."""
    top = np.max(a, axis=axis, keepdims=True)
    parts = np.exp(a - top) if b is None else b * np.exp(a - top)
    total = np.sum(parts, axis=axis, keepdims=True)
    found = top + np.log(np.abs(total) if return_sign else total)
    sign = np.sign(total)
    if not keepdims:
        found, sign = (np.squeeze(one, axis=axis) for one in (found, sign))
    return (found, sign) if return_sign else found


def inv_boxcox(y: Any, lmbda: Any) -> Any:
    """What a Box-Cox transform came from."""
    return (lmbda * y + 1.0) ** (1.0 / lmbda)


def signal_correlate(in1: Any, in2: Any, mode: str = "full") -> Any:
    """Each entry the sum of products with the other moved along."""
    if np.ndim(in1) == 2:
        return correlate2d(in1, in2, mode)
    full = convolve(in1, np.flip(in2))
    n, m = int(in1.shape[0]), int(in2.shape[0])
    if mode == "full":
        return full
    return full[(m - 1) // 2 :][:n] if mode == "same" else full[m - 1 : n]


def signal_convolve(in1: Any, in2: Any, mode: str = "full") -> Any:
    """A convolution of two rows."""
    return convolve(in1, in2, mode)


def lfilter(b: Any, a: Any, x: Any) -> Any:
    """A filter that hears its own answers: the y with a * y = b * x, as convolutions."""
    n = int(x.shape[0])
    return np.linalg.solve(_band(a, n), _band(b, n) @ x)


def _band(coefficients: Any, n: int) -> Any:
    """The matrix that convolves n numbers with coefficients."""
    entries = np.concatenate([np.asarray(coefficients, dtype=float) if isinstance(coefficients, list) else coefficients, np.zeros(1)])  # fmt: skip
    lag = np.arange(n)[:, None] - np.arange(n)
    m = int(entries.shape[0]) - 1
    return entries[np.where((lag >= 0) & (lag < m), lag, m)]


def correlate2d(in1: Any, in2: Any, mode: str = "full") -> Any:
    """Each entry the sum of products with the other moved over it."""
    rows, columns = map(int, in2.shape)
    around = ((rows - 1, rows - 1), (columns - 1, columns - 1))
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(in1, around), (rows, columns))  # fmt: skip
    full = np.sum(windows * in2, axis=(2, 3))
    if mode == "full":
        return full
    n, m = map(int, in1.shape)
    if mode == "same":
        return full[rows // 2 :, columns // 2 :][:n, :m]
    return full[rows - 1 : n, columns - 1 : m]


def convolve2d(in1: Any, in2: Any, mode: str = "full") -> Any:
    """Each entry the sum of products with the other turned round and moved over it."""
    rows, columns = map(int, in2.shape)
    turned = np.flip(in2)
    if mode != "same":
        return correlate2d(in1, turned, mode)
    full = correlate2d(in1, turned)
    n, m = map(int, in1.shape)
    return full[(rows - 1) // 2 :, (columns - 1) // 2 :][:n, :m]


DEFINITIONS: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "scipy.spatial.distance": {
        one.__name__: one
        for one in (euclidean, sqeuclidean, cityblock, cosine, cdist, pdist, squareform)
    },
    "scipy.integrate": {"trapezoid": trapezoid, "simpson": simpson},
    "scipy.special": {
        **{
            one.__name__: one
            for one in (factorial, binom, huber, pseudo_huber, logsumexp, inv_boxcox)
        },
        # what NumPy computes under the same name
        **{one.__name__: one for one in (np.cbrt, np.expm1, np.log1p)},
    },
    "scipy.signal": {
        **linear_maps.SIGNAL,
        "convolve": signal_convolve,
        "correlate": signal_correlate,
        "fftconvolve": signal_convolve,
        "lfilter": lfilter,
        "convolve2d": convolve2d,
        "correlate2d": correlate2d,
    },
}
