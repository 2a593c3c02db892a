"""The error function's relatives: the normal distribution, its logarithm and its quantiles."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np

from chainrule.ops.families import sloped
from chainrule.ops.special import SHARES, special
from chainrule.ops.trigonometric import INSIDE, erf
from chainrule.program import Op

ROOT_PI = math.sqrt(math.pi)
ROOT_2 = math.sqrt(2)
ROOT_2_PI = math.sqrt(2 * math.pi)
FAR = 30
# (2n + 1)!!/(-2)ⁿ
ERFCX_SLOPE_FAR = [math.prod(range(1, 2 * n + 2, 2)) / (-2) ** n for n in range(7)]

# (2n - 1)!!·(-1)ⁿ
MILLS_FAR = [(-1) ** n * math.prod(range(1, 2 * n, 2)) for n in range(8)]


def bell(x: Any) -> Any:
    """The density of the standard normal distribution."""
    return np.exp(-x * x / 2) / ROOT_2_PI


def erfcx_slope_far(x: Any) -> Any:
    """The slope of erfcx where 2x·erfcx(x) and 2/√π all but cancel: DLMF 7.12.1, term by term."""
    t = 1 / (x * x)
    series = reduce(lambda total, term: total * t + term, reversed(ERFCX_SLOPE_FAR))
    return -t / ROOT_PI * series


def log_ndtr_slope_far(x: Any) -> Any:
    """The slope of log Φ far below 0, where -x²/2 and log Φ all but cancel: DLMF 7.12.1, term by term."""
    t = 1 / (x * x)
    return -x / reduce(lambda total, term: total * t + term, reversed(MILLS_FAR))


erfc: Op = special(
    "erfc",
    sloped(
        lambda y, x: -2 / ROOT_PI * np.exp(-x * x),
        "erfc is 1 - erf, so it falls by the bell curve under which erf is the area",
    ),
    torch="erfc",
    tensorflow="erfc",
    jax=True,
    range=(0, 2),
    definition=lambda x: 1 - erf(x),
)
erfcx: Op = special(
    "erfcx",
    sloped(
        lambda y, x: np.where(
            x < FAR, 2 * x * y - 2 / ROOT_PI, erfcx_slope_far(np.where(x < FAR, FAR, x))
        ),
        "in exp({x}²)·erfc({x}) both factors move: 2{x}{y} - 2/√π, far out by its series",
    ),
    torch="special.erfcx",
    jax=True,
    definition=lambda x: np.exp(x * x) * erfc(x),
)
erfinv: Op = special(
    "erfinv",
    sloped(
        lambda y, x: ROOT_PI / 2 * np.exp(y * y),
        "the slope of an inverse is one over the slope of what it undoes, the bell curve of erf at {y}",
    ),
    torch="erfinv",
    tensorflow="erfinv",
    jax=True,
    notation=r"\operatorname{erf}^{-1}(#1)",
    samples=INSIDE,
)
erfcinv: Op = special(
    "erfcinv",
    sloped(
        lambda y, x: -ROOT_PI / 2 * np.exp(y * y),
        "the slope of an inverse is one over the slope of what it undoes, the falling bell curve of erfc at {y}",
    ),
    tensorflow="erfcinv",
    notation=r"\operatorname{erfc}^{-1}(#1)",
    definition=lambda x: erfinv(1 - x),
    samples=SHARES,
)
dawsn: Op = special(
    "dawsn",
    sloped(lambda y, x: 1 - 2 * x * y, "the slope of Dawson's integral is 1 - 2{x}{y}"),
    tensorflow="special.dawsn",
    notation=r"\operatorname{F}(#1)",
)
ndtr: Op = special(
    "ndtr",
    sloped(
        lambda y, x: bell(x),
        "the normal distribution grows by its density, the bell curve",
    ),
    torch="special.ndtr",
    jax=True,
    range=(0, 1),
    title="normal distribution",
    notation=r"\Phi(#1)",
    definition=lambda x: erfc(-x / ROOT_2) / 2,
)
log_ndtr: Op = special(
    "log_ndtr",
    sloped(
        lambda y, x: np.where(
            x > -FAR,
            np.exp(-x * x / 2 - y) / ROOT_2_PI,
            log_ndtr_slope_far(np.where(x > -FAR, -FAR, x)),
        ),
        "the slope of log Φ is the bell curve over Φ, and Φ is exp({y}); far below 0 by its series",
    ),
    torch="special.log_ndtr",
    jax=True,
    range=(-np.inf, 0),
    title="log of the normal distribution",
    notation=r"\log \Phi(#1)",
)
ndtri: Op = special(
    "ndtri",
    sloped(
        lambda y, x: 1 / bell(y),
        "the slope of a quantile is one over the density where it stands",
    ),
    torch="special.ndtri",
    tensorflow="ndtri",
    jax=True,
    title="normal quantile",
    notation=r"\Phi^{-1}(#1)",
    samples=SHARES,
)
logit: Op = special(
    "logit",
    sloped(
        lambda y, x: 1 / (x * (1 - x)),
        "the slope of the logit is one over {x}(1 - {x})",
    ),
    torch="logit",
    jax=True,
    notation=r"\operatorname{logit}(#1)",
    definition=lambda x: np.log(x / (1 - x)),
    forms=(lambda x: np.log(x / (1 - x)), lambda x: np.log(x) - np.log(1 - x)),
    samples=SHARES,
    analytic=True,
)
