"""Bessel functions: waves on round things, and their relatives that grow or fade."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops.families import on, sloped
from chainrule.ops.special import ABOVE_0, SINGLE, TWO, special
from chainrule.program import UNKNOWN, Op, Rule

AWAY_FROM_0 = on(SINGLE, -2.0, 2.0, 0.0)
ORDERS = on(TWO, 0.6, 2.5)


def over(y: Any, x: Any) -> Any:
    """y/x, which is 1/2 at 0 for the functions of order 1."""
    return np.where(x == 0, 0.5, y / np.where(x == 0, 1, x))


j0: Op = special(
    "j0",
    sloped(lambda y, x: -j1(x), "the slope of J₀ is -J₁"),
    torch="special.bessel_j0",
    tensorflow="special.bessel_j0",
    range=(-1, 1),
    notation="J_{0}(#1)",
)
j1: Op = special(
    "j1",
    sloped(lambda y, x: j0(x) - over(y, x), "the slope of J₁ is J₀ - J₁/{x}"),
    torch="special.bessel_j1",
    tensorflow="special.bessel_j1",
    range=(-1, 1),
    notation="J_{1}(#1)",
)
y0: Op = special(
    "y0",
    sloped(lambda y, x: -y1(x), "the slope of Y₀ is -Y₁"),
    torch="special.bessel_y0",
    tensorflow="special.bessel_y0",
    notation="Y_{0}(#1)",
    samples=ABOVE_0,
)
y1: Op = special(
    "y1",
    sloped(lambda y, x: y0(x) - y / x, "the slope of Y₁ is Y₀ - Y₁/{x}"),
    # PyTorch's own is wrong from the twelfth digit on, at 2.9 say
    tensorflow="special.bessel_y1",
    notation="Y_{1}(#1)",
    samples=ABOVE_0,
)
i0: Op = special(
    "i0",
    sloped(lambda y, x: i1(x), "the slope of I₀ is I₁"),
    torch="special.i0",
    tensorflow="bessel_i0",
    jax=True,
    range=(1, np.inf),
    numpy_functions=(np.i0,),
    notation="I_{0}(#1)",
)
i1: Op = special(
    "i1",
    sloped(lambda y, x: i0(x) - over(y, x), "the slope of I₁ is I₀ - I₁/{x}"),
    torch="special.i1",
    tensorflow="bessel_i1",
    jax=True,
    notation="I_{1}(#1)",
)
i0e: Op = special(
    "i0e",
    sloped(
        lambda y, x: i1e(x) - np.sign(x) * y,
        "the exponential in front takes its own share away from the slope of I₀",
    ),
    torch="special.i0e",
    tensorflow="bessel_i0e",
    jax=True,
    range=(0, 1),
    notation=r"e^{-\left|#1\right|} I_{0}(#1)",
    samples=AWAY_FROM_0,
)
i1e: Op = special(
    "i1e",
    sloped(
        lambda y, x: i0e(x) - over(y, x) - np.sign(x) * y,
        "the exponential in front takes its own share away from the slope of I₁",
    ),
    torch="special.i1e",
    tensorflow="bessel_i1e",
    jax=True,
    notation=r"e^{-\left|#1\right|} I_{1}(#1)",
    samples=AWAY_FROM_0,
)
k0: Op = special(
    "k0",
    sloped(lambda y, x: -k1(x), "the slope of K₀ is -K₁"),
    torch="special.modified_bessel_k0",
    tensorflow="special.bessel_k0",
    range=(0, np.inf),
    notation="K_{0}(#1)",
    samples=ABOVE_0,
)
k1: Op = special(
    "k1",
    sloped(lambda y, x: -k0(x) - y / x, "the slope of K₁ is -K₀ - K₁/{x}"),
    torch="special.modified_bessel_k1",
    tensorflow="special.bessel_k1",
    range=(0, np.inf),
    notation="K_{1}(#1)",
    samples=ABOVE_0,
)


def of_order(name: str, letter: str, before: float, after: float) -> Op:
    """A Bessel function of any order, whose slope is a mean of its neighbours' values, each with its sign."""
    own: Op = special(
        name,
        UNKNOWN,
        Rule(
            lambda dy, y, v, x: (
                dy * (before * own(v - 1, x) + after * own(v + 1, x)) / 2
            ),
            "the slope of a Bessel function comes from the orders before and after it",
        ),
        notation=f"{letter}_{{#1}}(#2)",
        samples=ORDERS,
    )
    return own


jv = of_order("jv", "J", 1, -1)
yv = of_order("yv", "Y", 1, -1)
iv = of_order("iv", "I", 1, 1)
kv = of_order("kv", "K", -1, -1)
