"""The statistics of ``scipy.stats`` in simpler functions: means, moments, entropies, distances of samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule import ops


def _array(item: Any) -> Any:
    return np.asarray(item) if isinstance(item, list | tuple) else item


def entropy(pk: Any, qk: Any = None, base: Any = None, axis: int = 0) -> Any:
    """How much is not known of what has these shares, or how far they lie from others."""
    pk = _array(pk)
    p = pk / np.sum(pk, axis=axis, keepdims=True)
    if qk is None:
        found = -np.sum(ops.xlogy(p, p), axis=axis)
    else:
        q = _array(qk) / np.sum(qk, axis=axis, keepdims=True)
        found = np.sum(ops.xlogy(p, p / q), axis=axis)
    return found if base is None else found / np.log(base)


def zscore(a: Any, axis: Any = 0, ddof: int = 0) -> Any:
    """Each entry by how many deviations it lies from the mean."""
    middle = np.mean(a, axis=axis, keepdims=True)
    return (a - middle) / np.std(a, axis=axis, ddof=ddof, keepdims=True)


def _standardized(a: Any, axis: Any, power: int) -> Any:
    centred = a - np.mean(a, axis=axis, keepdims=True)
    spread = np.mean(centred**2, axis=axis)
    return np.mean(centred**power, axis=axis) / spread ** (power / 2)


def skew(a: Any, axis: Any = 0, bias: Any = True) -> Any:  # noqa: FBT002 - SciPy's signature
    """How much longer one tail is."""
    found = _standardized(a, axis, 3)
    n = int(np.size(a) if axis is None else np.shape(a)[axis])
    return found if bias else found * np.sqrt(n * (n - 1)) / (n - 2)


def kurtosis(a: Any, axis: Any = 0, fisher: Any = True, bias: Any = True) -> Any:  # noqa: FBT002 - SciPy's signature
    """How heavy the tails are; 0 for a normal distribution, or 3."""
    found = _standardized(a, axis, 4)
    n = int(np.size(a) if axis is None else np.shape(a)[axis])
    if not bias:
        found = ((n**2 - 1) * found - 3 * (n - 1) ** 2) / ((n - 2) * (n - 3)) + 3
    return found - 3.0 if fisher else found


def sem(a: Any, axis: Any = 0, ddof: int = 1) -> Any:
    """How far the mean may lie off."""
    n = int(np.size(a) if axis is None else np.shape(a)[axis])
    return np.std(a, axis=axis, ddof=ddof) / np.sqrt(n)


def variation(a: Any, axis: Any = 0, ddof: int = 0) -> Any:
    """The deviation as a share of the mean."""
    return np.std(a, axis=axis, ddof=ddof) / np.mean(a, axis=axis)


def gmean(a: Any, axis: Any = 0, weights: Any = None) -> Any:
    """The mean of the logarithms, as a number."""
    return np.exp(np.average(np.log(_array(a)), axis=axis, weights=weights))


def hmean(a: Any, axis: Any = 0, weights: Any = None) -> Any:
    """One over the mean of one over each."""
    return 1.0 / np.average(1.0 / _array(a), axis=axis, weights=weights)


def iqr(x: Any, axis: Any = None, rng: Any = (25, 75)) -> Any:
    """How far the middle half reaches."""
    return np.percentile(x, rng[1], axis=axis) - np.percentile(x, rng[0], axis=axis)


def median_abs_deviation(x: Any, axis: Any = 0, center: Any = np.median) -> Any:
    """How far the entries lie from the one in the middle, in the middle."""
    middle = center(x, axis=axis, keepdims=True)
    return np.median(np.abs(x - middle), axis=axis)


def wasserstein_distance(u_values: Any, v_values: Any) -> Any:
    """How far one sample has to be moved to be the other, of as many numbers."""
    return np.mean(np.abs(np.sort(u_values) - np.sort(v_values)))


def multinomial(x: Any, n: Any, p: Any) -> Any:
    """The logarithm of the share of such counts."""
    x = _array(x)
    ways = ops.gammaln(n + 1.0) - np.sum(ops.gammaln(x + 1.0), axis=-1)
    return ways + np.sum(ops.xlogy(x, _array(p)), axis=-1)


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    **{
        one.__name__: one
        for one in (
            *(entropy, zscore, skew, kurtosis, sem, variation, gmean, hmean, iqr),
            *(median_abs_deviation, wasserstein_distance),
        )
    },
    "multinomial.logpmf": multinomial,
    "multinomial.pmf": lambda x, n, p: np.exp(multinomial(x, n, p)),
}
