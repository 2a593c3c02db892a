"""The distributions of ``scipy.stats``: each its logarithm of the density, moved by ``loc`` and stretched by ``scale``.

Formulas: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions; SciPy's documentation for its parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule import ops

Function = Callable[..., Any]
LOG_2PI = float(np.log(2 * np.pi))

# log densities where loc = 0 and scale = 1, after z the parameters of the shape
DENSITIES: Mapping[str, Function] = {
    "norm": lambda z: -0.5 * z**2 - 0.5 * LOG_2PI,
    "halfnorm": lambda z: -0.5 * z**2 + 0.5 * float(np.log(2 / np.pi)),
    "expon": lambda z: -z,
    "laplace": lambda z: -np.abs(z) - float(np.log(2)),
    "logistic": lambda z: -z - 2.0 * ops.softplus(-z),
    "cauchy": lambda z: -np.log1p(z**2) - float(np.log(np.pi)),
    "gumbel_r": lambda z: -z - np.exp(-z),
    "gamma": lambda z, a: ops.xlogy(a - 1.0, z) - z - ops.gammaln(a),
    "invgamma": lambda z, a: -(a + 1.0) * np.log(z) - ops.gammaln(a) - 1.0 / z,
    "beta": lambda z, a, b: (
        ops.xlogy(a - 1.0, z) + ops.xlog1py(b - 1.0, -z) - ops.betaln(a, b)
    ),
    "t": lambda z, df: (
        ops.gammaln((df + 1.0) / 2.0)
        - ops.gammaln(df / 2.0)
        - 0.5 * np.log(df * np.pi)
        - (df + 1.0) / 2.0 * np.log1p(z**2 / df)
    ),
    "chi2": lambda z, df: (
        ops.xlogy(df / 2.0 - 1.0, z)
        - z / 2.0
        - ops.gammaln(df / 2.0)
        - df / 2.0 * float(np.log(2))
    ),
    "lognorm": lambda z, s: -0.5 * (np.log(z) / s) ** 2 - np.log(s * z) - 0.5 * LOG_2PI,
    "weibull_min": lambda z, c: np.log(c) + ops.xlogy(c - 1.0, z) - z**c,
    "pareto": lambda z, b: np.log(b) - (b + 1.0) * np.log(z),
    "vonmises": lambda z, kappa: kappa * np.cos(z) - np.log(2 * np.pi * ops.i0(kappa)),
    "skewnorm": lambda z, a: (
        float(np.log(2.0)) - 0.5 * z**2 - 0.5 * LOG_2PI + ops.log_ndtr(a * z)
    ),
    "truncnorm": lambda z, a, b: (
        -0.5 * z**2 - 0.5 * LOG_2PI - np.log(ops.ndtr(b) - ops.ndtr(a))
    ),
}
BELOW: Mapping[str, Function] = {
    "norm": ops.ndtr,
    "logistic": ops.sigmoid,
    "expon": lambda z: -np.expm1(-z),
    "laplace": lambda z: 0.5 + 0.5 * np.sign(z) * -np.expm1(-np.abs(z)),
    "cauchy": lambda z: 0.5 + np.arctan(z) / np.pi,
    "gumbel_r": lambda z: np.exp(-np.exp(-z)),
    "gamma": lambda z, a: ops.gammainc(a, z),
    "beta": lambda z, a, b: ops.betainc(a, b, z),
    "weibull_min": lambda z, c: -np.expm1(-(z**c)),
    "lognorm": lambda z, s: ops.ndtr(np.log(z) / s),
}
"""The share below z."""
ABOVE: Mapping[str, Function] = {
    "norm": lambda z: ops.ndtr(-z),
    "logistic": lambda z: ops.sigmoid(-z),
    "expon": lambda z: np.exp(-z),
}
LOG_BELOW: Mapping[str, Function] = {
    "norm": ops.log_ndtr,
    "logistic": ops.log_sigmoid,
}
LOG_ABOVE: Mapping[str, Function] = {
    "norm": lambda z: ops.log_ndtr(-z),
    "logistic": lambda z: ops.log_sigmoid(-z),
    "expon": lambda z: -z,
}
MASSES: Mapping[str, Function] = {
    "poisson": lambda k, mu: ops.xlogy(k, mu) - ops.gammaln(k + 1.0) - mu,
    "bernoulli": lambda k, p: ops.xlogy(k, p) + ops.xlog1py(1.0 - k, -p),
    "geom": lambda k, p: np.log(p) + ops.xlog1py(k - 1.0, -p),
    "binom": lambda k, n, p: (
        ops.gammaln(n + 1.0)
        - ops.gammaln(k + 1.0)
        - ops.gammaln(n - k + 1.0)
        + ops.xlogy(k, p)
        + ops.xlog1py(n - k, -p)
    ),
    "nbinom": lambda k, n, p: (
        ops.gammaln(n + k)
        - ops.gammaln(k + 1.0)
        - ops.gammaln(n)
        + ops.xlogy(n, p)
        + ops.xlog1py(k, -p)
    ),
}
"""Logarithms of the share at a whole number."""
SHAPE_NAMES = {"gamma": ("a",), "invgamma": ("a",), "beta": ("a", "b"), "t": ("df",)}
SHAPE_NAMES |= {"chi2": ("df",), "lognorm": ("s",), "weibull_min": ("c",)}
SHAPE_NAMES |= {"pareto": ("b",), "poisson": ("mu",), "bernoulli": ("p",)}
SHAPE_NAMES |= {"vonmises": ("kappa",), "skewnorm": ("a",), "truncnorm": ("a", "b")}
SHAPE_NAMES |= {"geom": ("p",), "binom": ("n", "p"), "nbinom": ("n", "p")}


class Placed:
    """A function of the standard distribution, for one that is moved and stretched.

    ``then`` is what is done with its result and the scale.
    """

    def __init__(self, name: str, standard: Function, then: Function) -> None:
        self.shapes = SHAPE_NAMES.get(name, ())
        self.standard = standard
        self.then = then

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The function at ``x``, with the parameters as SciPy takes them."""
        names = (*self.shapes, "loc", "scale")
        given = {"loc": 0.0, "scale": 1.0, **dict(zip(names, args, strict=False)), **kwargs}  # fmt: skip
        x = _array(x)
        z = (x - _array(given["loc"])) / _array(given["scale"])
        shapes = [_array(given[name]) for name in self.shapes]
        return self.then(self.standard(z, *shapes), _array(given["scale"]))


def _array(item: Any) -> Any:
    return np.asarray(item) if isinstance(item, list | tuple) else item


def _log_density(log: Any, scale: Any) -> Any:
    return log - np.log(scale)


def _density(log: Any, scale: Any) -> Any:
    return np.exp(log) / scale


def _as_it_is(result: Any, _: Any) -> Any:
    return result


def _exp(log: Any, _: Any) -> Any:
    return np.exp(log)


def _log(share: Any, _: Any) -> Any:
    return np.log(share)


def _rest(share: Any, _: Any) -> Any:
    return 1.0 - share


def normal_quantile(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Where a normal distribution has a share q below."""
    return _array(loc) + _array(scale) * ops.ndtri(_array(q))


def multivariate_normal(x: Any, mean: Any = None, cov: Any = 1.0) -> Any:
    """The logarithm of the density of a normal distribution in several directions."""
    x, cov = _array(x), _array(cov)
    n = int(np.shape(cov)[0]) if np.ndim(cov) else int(np.shape(x)[-1])
    wide = cov if np.ndim(cov) == 2 else np.eye(n) * cov
    apart = x if mean is None else x - _array(mean)
    flat = np.reshape(apart, (-1, n))
    solved = np.linalg.solve(wide, flat.T)
    far = np.reshape(np.sum(flat.T * solved, axis=0), tuple(np.shape(apart))[:-1])
    _, log_volume = np.linalg.slogdet(wide)
    return -0.5 * (n * LOG_2PI + log_volume + far)


def _multivariate_density(x: Any, mean: Any = None, cov: Any = 1.0) -> Any:
    return np.exp(multivariate_normal(x, mean, cov))


def dirichlet(x: Any, alpha: Any) -> Any:
    """The logarithm of the density of shares that add up to 1; the last may be left out."""
    x, alpha = _array(x), _array(alpha)
    if int(np.shape(x)[0]) == int(np.shape(alpha)[0]) - 1:
        x = np.append(x, 1.0 - np.sum(x))
    norm = ops.gammaln(np.sum(alpha)) - np.sum(ops.gammaln(alpha))
    return norm + np.sum(ops.xlogy((alpha - 1.0).T, x.T).T, axis=0)


def _dirichlet_density(x: Any, alpha: Any) -> Any:
    return np.exp(dirichlet(x, alpha))


def distributions() -> dict[str, Function]:
    """The functions of all distributions, by their names in ``scipy.stats``."""
    made: dict[str, Function] = {
        "multivariate_normal.logpdf": multivariate_normal,
        "multivariate_normal.pdf": _multivariate_density,
        "dirichlet.logpdf": dirichlet,
        "dirichlet.pdf": _dirichlet_density,
        "norm.ppf": normal_quantile,
    }
    tables = (
        ("logpdf", DENSITIES, _log_density),
        ("pdf", DENSITIES, _density),
        ("logpmf", MASSES, _as_it_is),
        ("pmf", MASSES, _exp),
        ("cdf", BELOW, _as_it_is),
        ("sf", BELOW, _rest),
        ("logcdf", BELOW, _log),
        ("sf", ABOVE, _as_it_is),
        ("logcdf", LOG_BELOW, _as_it_is),
        ("logsf", LOG_ABOVE, _as_it_is),
    )
    for method, table, then in tables:
        for name, standard in table.items():
            made[f"{name}.{method}"] = Placed(name, standard, then)
    return made
