"""How parameters start: drawn from a seeded generator, wide enough that signals keep their size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.nn.names import find
from chainrule.program import Array

Fans = tuple[int, int]
"""How many inputs feed one unit, and how many units one input feeds."""
Initialiser = Callable[[np.random.Generator, tuple[int, ...], Fans], Array]


def zeros(_rng: np.random.Generator, shape: tuple[int, ...], _fans: Fans) -> Array:
    """All 0: for biases. Weights that start equal stay equal."""
    return np.zeros(shape)


def ones(_rng: np.random.Generator, shape: tuple[int, ...], _fans: Fans) -> Array:
    """All 1: for the scale of a normalisation."""
    return np.ones(shape)


def normal(rng: np.random.Generator, shape: tuple[int, ...], _fans: Fans) -> Array:
    """Normal with a standard deviation of 0.05."""
    return rng.normal(0.0, 0.05, shape)


def uniform(rng: np.random.Generator, shape: tuple[int, ...], _fans: Fans) -> Array:
    """Uniform between -0.05 and 0.05."""
    return rng.uniform(-0.05, 0.05, shape)


def glorot_normal(
    rng: np.random.Generator, shape: tuple[int, ...], fans: Fans
) -> Array:
    """Variance 2 / (fan in + fan out) (Glorot & Bengio 2010, equation 12), normal."""
    return rng.normal(0.0, np.sqrt(2 / sum(fans)), shape)


def glorot_uniform(
    rng: np.random.Generator, shape: tuple[int, ...], fans: Fans
) -> Array:
    """Variance 2 / (fan in + fan out) (Glorot & Bengio 2010, equation 16), uniform."""
    limit = np.sqrt(6 / sum(fans))
    return rng.uniform(-limit, limit, shape)


def he_normal(rng: np.random.Generator, shape: tuple[int, ...], fans: Fans) -> Array:
    """Variance 2 / fan in (He et al. 2015, equation 10), normal: for ReLU, which drops half of the signal."""
    return rng.normal(0.0, np.sqrt(2 / fans[0]), shape)


def he_uniform(rng: np.random.Generator, shape: tuple[int, ...], fans: Fans) -> Array:
    """Variance 2 / fan in (He et al. 2015, equation 10), uniform."""
    limit = np.sqrt(6 / fans[0])
    return rng.uniform(-limit, limit, shape)


def lecun_normal(rng: np.random.Generator, shape: tuple[int, ...], fans: Fans) -> Array:
    """Variance 1 / fan in (LeCun et al. 1998, equation 16), normal: for SELU."""
    return rng.normal(0.0, np.sqrt(1 / fans[0]), shape)


def lecun_uniform(
    rng: np.random.Generator, shape: tuple[int, ...], fans: Fans
) -> Array:
    """Variance 1 / fan in (LeCun et al. 1998, equation 16), uniform."""
    limit = np.sqrt(3 / fans[0])
    return rng.uniform(-limit, limit, shape)


def orthogonal(rng: np.random.Generator, shape: tuple[int, ...], _fans: Fans) -> Array:
    """Orthonormal rows or columns, whichever are fewer (Saxe et al. 2014): no direction grows or shrinks."""
    rows, columns = shape[0], int(np.prod(shape[1:], dtype=np.int64))
    tall = rng.normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    # with the signs of R's diagonal, Q is drawn evenly over all orthogonal matrices (Mezzadri 2007)
    q = q * np.sign(np.diag(r))
    return (q if rows >= columns else q.T).reshape(shape)


INITIALISERS: Mapping[str, Initialiser] = {
    function.__name__: function
    for function in (
        zeros, ones, normal, uniform, glorot_normal, glorot_uniform,
        he_normal, he_uniform, lecun_normal, lecun_uniform, orthogonal,
    )
}  # fmt: skip
OTHER_NAMES: Mapping[str, str] = {
    "glorot": "glorot_uniform",
    "he": "he_normal",
    "kaiming": "he_normal",
    "kaiming_normal": "he_normal",
    "kaiming_uniform": "he_uniform",
    "lecun": "lecun_normal",
    "xavier": "glorot_uniform",
    "xavier_normal": "glorot_normal",
    "xavier_uniform": "glorot_uniform",
}


def initialiser(chosen: Any) -> Initialiser:
    """The initialiser of that name; an array or a number starts the parameter as given.

    >>> initialiser("xavier").__name__
    'glorot_uniform'
    >>> initialiser(0.1)(np.random.default_rng(0), (2,), (1, 2))
    array([0.1, 0.1])
    """
    if isinstance(chosen, str):
        return find("initialiser", chosen, INITIALISERS, OTHER_NAMES)
    if callable(chosen):
        return chosen  # type: ignore[no-any-return]
    given = np.asarray(chosen, dtype=np.float64)
    return lambda _rng, shape, _fans: np.array(np.broadcast_to(given, shape))
